//! A blend: the weighted mean of what several candidates answer.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Candidate, DecodeError, EncodedPredictor, FitContext, FitError, PredictError, Predictor,
    algebra,
};
use model_factory_tabular::dataset::{Labelled, Table, Task};

/// The candidates of a blend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlendParams {
    /// At least one.
    pub members: Vec<BlendMember>,
}

/// A candidate with its share of a blend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlendMember {
    /// Its share of the answer, above 0; those of all members sum to 1.
    pub weight: f64,
    /// What is fitted, to all rows that the blend is fitted to.
    pub candidate: Candidate,
}

/// The members' shares and learners, such as `0.6 boosting + 0.4 linear`.
impl fmt::Display for BlendParams {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, BlendMember { weight, candidate }) in self.members.iter().enumerate() {
            let plus = if place == 0 { "" } else { " + " };
            write!(formatter, "{plus}{weight:.2} {}", candidate.learner.kind().name())?;
        }
        Ok(())
    }
}

/// The fitted members with their weights.
#[derive(Debug, Clone)]
pub struct BlendModel {
    members: Vec<(f64, Predictor)>,
}

/// A member as an artifact's header holds it; its payload is one part of the blend's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct MemberHeader {
    weight: f64,
    header: Value,
    /// The length of its payload.
    bytes: usize,
}

impl BlendModel {
    pub(super) fn fit(
        params: &BlendParams,
        data: &Labelled,
        context: &FitContext<'_>,
    ) -> Result<Self, FitError> {
        let members = params.members.iter();
        let members: Vec<(f64, Predictor)> = members
            .map(|member| Ok((member.weight, member.candidate.fit(data, context)?)))
            .collect::<Result<_, FitError>>()?;
        if members.is_empty() {
            return Err(FitError::Blend("it has no members".to_owned()));
        }
        Ok(Self { members })
    }

    /// The fitted members.
    pub fn members(&self) -> impl Iterator<Item = &Predictor> {
        self.members.iter().map(|(_, predictor)| predictor)
    }

    /// The answers row by row: numbers, or the probabilities of classes.
    pub(super) fn predict(&self, table: &Table) -> Result<Vec<f64>, PredictError> {
        let mut answers = Vec::new();
        for (weight, member) in &self.members {
            add_answers(&mut answers, *weight, member.predict(table)?.answers());
        }
        Ok(answers)
    }

    /// The header's part, and the payloads of all members one after another.
    pub(super) fn encode(&self) -> Result<(Vec<MemberHeader>, Vec<u8>), DecodeError> {
        let (mut headers, mut payloads) = (Vec::new(), Vec::new());
        for (weight, member) in &self.members {
            let EncodedPredictor { header, payload } = member.encode()?;
            headers.push(MemberHeader { weight: *weight, header, bytes: payload.len() });
            payloads.extend(payload);
        }
        Ok((headers, payloads))
    }

    pub(super) fn decode(
        headers: Vec<MemberHeader>,
        mut payload: &[u8],
        task: &Task,
    ) -> Result<Self, DecodeError> {
        const PART: DecodeError = DecodeError::Payload("blend");
        let mut members = Vec::with_capacity(headers.len());
        for MemberHeader { weight, header, bytes } in headers {
            let (own, rest) = payload.split_at_checked(bytes).ok_or(PART)?;
            members.push((weight, Predictor::decode(header, own, task)?));
            payload = rest;
        }
        if members.is_empty() || !payload.is_empty() {
            return Err(PART);
        }
        Ok(Self { members })
    }
}

/// `sums += weight · answers`; without sums, they begin at 0.
pub fn add_answers(sums: &mut Vec<f64>, weight: f64, answers: &[f64]) {
    sums.resize(answers.len(), 0.0);
    algebra::add(sums, weight, answers);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learners::{BoostingParams, ForestParams, Learner, LinearParams, Predictions};
    use model_factory_tabular::dataset::csv;
    use model_factory_tabular::spec::Spec;

    fn data() -> Labelled {
        let rows = (0..90).map(|row| {
            let (a, b) = (row % 13, (row * 7) % 17);
            let class = ["low", "middle", "high"][usize::from(a + b > 8) + usize::from(a + b > 16)];
            format!("{a},{b},{class}\n")
        });
        let text = "a,b,class\n".to_owned() + &rows.collect::<String>();
        Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), &Spec::default()).unwrap()
    }

    fn blend() -> BlendParams {
        let forest = ForestParams { n_estimators: 5, ..ForestParams::default() };
        let members = [
            (0.5, Learner::Boosting(BoostingParams { n_estimators: 5, ..Default::default() })),
            (0.3, Learner::Linear(LinearParams::default())),
            (0.2, Learner::RandomForest(forest)),
        ];
        let members = members.map(|(weight, it)| BlendMember { weight, candidate: it.into() });
        BlendParams { members: members.into() }
    }

    fn fitted(params: BlendParams) -> Result<Predictor, FitError> {
        let spec = Spec::default();
        Candidate::from(Learner::Blend(params)).fit(&data(), &FitContext::new(&spec))
    }

    #[test]
    fn a_blend_answers_the_weighted_mean_of_its_members() {
        let (data, spec) = (data(), Spec::default());
        let answers = fitted(blend()).unwrap().predict(&data.inputs).unwrap();
        let mut mean = Vec::new();
        for BlendMember { weight, candidate } in blend().members {
            let member = candidate.fit(&data, &FitContext::new(&spec)).unwrap();
            add_answers(&mut mean, weight, member.predict(&data.inputs).unwrap().answers());
        }
        assert_eq!(answers.answers(), mean);
        let Predictions::Classes { classes, .. } = &answers else { panic!("{answers:?}") };
        for row in mean.chunks(classes.len()) {
            assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-6, "{row:?}");
        }
    }

    #[test]
    fn a_blend_answers_alike_when_it_is_read_back() {
        let (data, predictor) = (data(), fitted(blend()).unwrap());
        let EncodedPredictor { header, payload } = predictor.encode().unwrap();
        let read = |payload: &[u8]| Predictor::decode(header.clone(), payload, &data.schema.task);
        let back = read(&payload).unwrap();
        let answers = |it: &Predictor| it.predict(&data.inputs).unwrap();
        assert_eq!(answers(&back), answers(&predictor));
        let cut = payload.get(..payload.len() - 1).unwrap();
        assert!(read(cut).is_err(), "a part is missing");
        assert!(read(&[&*payload, &[0]].concat()).is_err(), "a part too many");
    }

    #[test]
    fn a_blend_needs_members() {
        let error = fitted(BlendParams { members: Vec::new() }).unwrap_err();
        assert_eq!(error.to_string(), "the blend cannot be fitted: it has no members");
    }

    #[test]
    fn a_blend_tells_its_members_and_is_read_from_json() {
        let candidate = Candidate::from(Learner::Blend(blend()));
        assert_eq!(candidate.to_string(), "blend 0.50 boosting + 0.30 linear + 0.20 random_forest");
        let text = serde_json::to_string(&candidate).unwrap();
        assert_eq!(serde_json::from_str::<Candidate>(&text).unwrap(), candidate);
    }
}
