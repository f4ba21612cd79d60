//! The gate between a challenger and the champion's place.
//!
//! Both are scored on the same holdout rows with the same metric. The challenger
//! passes when it is better by the least improvement with the asked-for confidence:
//! the share of paired bootstrap resamples (Efron & Tibshirani, *An Introduction to
//! the Bootstrap*, 1993) in which it is.

use serde::{Deserialize, Serialize};

use super::Champion;
use crate::dataset::Labelled;
use crate::metrics::{Evaluation, Metric};
use crate::name::Version;
use crate::port_error::chain;
use crate::spec;

/// The number of bootstrap resamples.
const RESAMPLES: usize = 1_000;

/// How a challenger is judged.
#[derive(Debug, Clone, Copy)]
pub struct Gate<'a> {
    /// The metric.
    pub metric: Metric,
    /// The spec's demands.
    pub spec: &'a spec::Gate,
    /// Seeds the bootstrap.
    pub seed: u64,
}

/// The gate's decision, with all that it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Whether the challenger becomes the champion.
    pub promoted: bool,
    /// Why, in words.
    pub reasons: Vec<String>,
    /// The challenger's score on the holdout.
    pub challenger: f64,
    /// The champion's version; `None` when there is none.
    pub champion_version: Option<Version>,
    /// The champion's score on the same rows; `None` when it has none.
    pub champion: Option<f64>,
    /// The share of resamples in which the challenger is better by enough.
    pub confidence: Option<f64>,
}

/// Judges a challenger by its evaluation on the holdout.
pub(super) fn decide(
    gate: &Gate<'_>,
    champion: Option<&Champion>,
    challenger: &Evaluation,
    holdout: &Labelled,
) -> Decision {
    let score = challenger.score(gate.metric);
    let mut decision = Decision {
        promoted: false,
        reasons: Vec::new(),
        challenger: score,
        champion_version: champion.map(|champion| champion.version),
        champion: None,
        confidence: None,
    };
    if !score.is_finite() {
        decision.reasons.push(format!(
            "the {} holdout rows do not define {}: upload more rows, or choose another metric",
            holdout.rows(),
            gate.metric
        ));
        return decision;
    }
    let Some(champion) = champion else {
        decision.promoted = true;
        decision.reasons.push("the first version of the model".to_owned());
        return decision;
    };
    match evaluate(champion, holdout) {
        Ok(evaluation) => compare(gate, &mut decision, challenger, &evaluation),
        Err(reason) => decision.reasons.push(format!(
            "version {} cannot be scored on this data set ({reason}): compare the two yourself, \
             then promote this version by hand",
            champion.version
        )),
    }
    decision
}

fn evaluate(champion: &Champion, holdout: &Labelled) -> Result<Evaluation, String> {
    let predictions = champion.predictor.predict(&holdout.inputs).map_err(|error| chain(&error))?;
    Evaluation::new(&holdout.target, &predictions).map_err(|error| error.to_string())
}

fn compare(
    gate: &Gate<'_>,
    decision: &mut Decision,
    challenger: &Evaluation,
    champion: &Evaluation,
) {
    let Gate { metric, spec, seed } = *gate;
    let (new, old) = (decision.challenger, champion.score(metric));
    let margin = |old: f64| spec.min_improvement * old.abs();
    // A champion without a score on rows that give the challenger one answers no numbers.
    let better = |new: f64, old: f64| {
        new.is_finite() && (!old.is_finite() || metric.improvement(new, old) > margin(old))
    };
    let mut random = fastrand::Rng::with_seed(seed);
    let rows = challenger.rows();
    let mut wins = 0_usize;
    for _ in 0..RESAMPLES {
        let mut weights = vec![0.0; rows];
        for _ in 0..rows {
            if let Some(weight) = weights.get_mut(random.usize(..rows)) {
                *weight += 1.0;
            }
        }
        let (new, old) =
            (challenger.weighted(metric, &weights), champion.weighted(metric, &weights));
        wins += usize::from(better(new, old));
    }
    let confidence = wins as f64 / RESAMPLES as f64;
    decision.champion = Some(old);
    decision.confidence = Some(confidence);
    decision.promoted = better(new, old) && confidence >= spec.confidence;
    let demand = match spec.min_improvement {
        0.0 => String::new(),
        share => format!(" by at least {:.2} %", share * 100.0),
    };
    let version = decision.champion_version.map_or(0, Version::number);
    decision.reasons.push(format!(
        "{metric} {new:.4} against {old:.4} of version {version} on {rows} holdout rows: better\
         {demand} in {:.1} % of resamples, {:.1} % are asked for",
        confidence * 100.0,
        spec.confidence * 100.0
    ));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Target;
    use crate::learners::Predictions;

    #[test]
    fn a_champion_that_answers_no_numbers_gives_way_and_such_a_challenger_does_not_pass() {
        let score = |answers: [f64; 2]| {
            let truth = Target::Values(vec![1.0, 2.0]);
            Evaluation::new(&truth, &Predictions::Values(answers.to_vec())).unwrap()
        };
        let spec = spec::Gate::default();
        let gate = Gate { metric: Metric::Rmse, spec: &spec, seed: 1 };
        let promoted = |challenger: [f64; 2], champion: [f64; 2]| {
            let challenger = score(challenger);
            let mut decision = Decision {
                promoted: false,
                reasons: Vec::new(),
                challenger: challenger.score(gate.metric),
                champion_version: None,
                champion: None,
                confidence: None,
            };
            compare(&gate, &mut decision, &challenger, &score(champion));
            decision.promoted
        };
        for nonsense in [f64::NAN, f64::INFINITY] {
            assert!(promoted([1.0, 2.5], [nonsense; 2]));
            assert!(!promoted([nonsense; 2], [nonsense; 2]));
            assert!(!promoted([nonsense; 2], [1.0, 2.5]));
        }
    }
}
