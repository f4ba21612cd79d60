//! From records to what comes of them: the rows of a version go through the request reader
//! and the predictor of serving together.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use model_factory::name::{ModelName, Reference, Version};
use model_factory::port_error::chain;
use model_factory::protocol::{Extras, Limits, Output, Protocol, RowAnswer, Sent};
use model_factory::registry::Pinned;
use model_factory::serving::{Assigned, LoadError, ModelCache, ServedModel};

use crate::outcome::{Answered, Outcome, Shadowed};
use crate::record::{Record, Row};
use crate::settings::Asked;

/// The content type of the requests that rows become.
pub(crate) const JSON: &str = "application/json";

/// Answers records.
pub(crate) struct Scorer<'a> {
    pub(crate) models: &'a ModelCache,
    pub(crate) limits: &'a Limits,
    /// The model of records that name none.
    pub(crate) default: Option<&'a Asked>,
    pub(crate) deadline: Instant,
}

/// The rows that one version answers.
struct Group {
    assigned: Assigned,
    places: Vec<usize>,
}

/// What a version says of a row.
enum Told {
    Answer(RowAnswer),
    Unfit(String),
    Failed,
}

impl Scorer<'_> {
    /// What comes of each record, in their order.
    pub(crate) async fn score(&self, records: &[Record]) -> Vec<Outcome> {
        let mut outcomes: Vec<Outcome> = Vec::with_capacity(records.len());
        let mut rows = BTreeMap::new();
        let mut asked: BTreeMap<Asked, Vec<usize>> = BTreeMap::new();
        for (place, record) in records.iter().enumerate() {
            outcomes.push(match record.row(self.default) {
                Err(reason) => Outcome::Poison(reason),
                Ok(None) => Outcome::Nothing,
                Ok(Some(row)) => {
                    asked.entry(row.asked.clone()).or_default().push(place);
                    rows.insert(place, row);
                    // Until a model has answered.
                    Outcome::Failed
                }
            });
        }
        for (asked, places) in asked {
            let ids = places.iter().map(|place| {
                let own = rows.get(place).and_then(|row| row.id.as_deref());
                own.or(records.get(*place).map(Record::id)).unwrap_or_default()
            });
            let Asked { model, reference } = &asked;
            match self.models.assign_all(model, reference, ids).await {
                Ok(assigned) => {
                    for group in groups(assigned, places) {
                        self.answer(model, group, &mut rows, &mut outcomes).await;
                    }
                }
                Err(error @ LoadError::Unknown { .. }) => {
                    poison(&mut outcomes, places, &error.to_string());
                }
                Err(error) => {
                    let error = chain(&error);
                    tracing::error!(model = model.as_str(), error, "a model cannot be loaded");
                }
            }
        }
        outcomes
    }

    async fn answer(
        &self,
        model: &ModelName,
        group: Group,
        rows: &mut BTreeMap<usize, Row<'_>>,
        outcomes: &mut [Outcome],
    ) {
        let Group { assigned: Assigned { model: served, variant, shadow, .. }, places } = group;
        if served.forecaster().is_some() {
            let reason = format!(
                "model `{model}` forecasts series, and has no answer for rows: ask POST \
                 /models/{model}/forecast"
            );
            return poison(outcomes, places, &reason);
        }
        let of_group: Vec<(usize, Row<'_>)> =
            places.iter().filter_map(|place| rows.remove_entry(place)).collect();
        let requests: Vec<String> =
            of_group.iter().map(|(_, row)| row_json(row, &served)).collect();
        let texts: Vec<&str> = requests.iter().map(String::as_str).collect();
        let told = self.tell(&served, &texts);
        let shadowed = self.shadow(model, shadow.as_ref(), &texts).await;
        let shadowed = shadowed.into_iter().map(Some).chain(std::iter::repeat_with(|| None));
        for ((((place, row), request), told), shadow) in
            of_group.into_iter().zip(requests).zip(told).zip(shadowed)
        {
            let outcome = match told {
                Told::Unfit(reason) => Outcome::Poison(reason),
                Told::Failed => Outcome::Failed,
                Told::Answer(told) => Outcome::Answered(Box::new(Answered {
                    id: row.id,
                    model: model.clone(),
                    variant: variant.clone(),
                    served: Arc::clone(&served),
                    request,
                    told,
                    shadow: shadow.flatten(),
                })),
            };
            set(outcomes, place, outcome);
        }
    }

    /// What a shadow says of each row; nothing when it cannot answer.
    async fn shadow(
        &self,
        model: &ModelName,
        shadow: Option<&Pinned>,
        rows: &[&str],
    ) -> Vec<Option<Shadowed>> {
        let Some(pinned) = shadow else { return Vec::new() };
        let served = match self.models.pinned(model, pinned).await {
            Ok((served, _)) => served,
            Err(error) => {
                let (error, version) = (chain(&error), pinned.version.number());
                tracing::warn!(model = model.as_str(), version, error, "the shadow cannot answer");
                return Vec::new();
            }
        };
        let told = self.tell(&served, rows).into_iter();
        told.map(|told| match told {
            Told::Answer(told) => Some(Shadowed { served: Arc::clone(&served), told }),
            Told::Unfit(_) | Told::Failed => None,
        })
        .collect()
    }

    /// What a version says of each row. Rows that cannot be read together, because one of
    /// them nests too deep or all of them are too much, are read in halves.
    fn tell(&self, served: &ServedModel, rows: &[&str]) -> Vec<Told> {
        let body = request(served, rows);
        let sent = Sent { content_type: Some(JSON), query: None, body: body.as_bytes() };
        let request = Protocol::Mlflow.decode(sent, &served.manifest.schema, self.limits);
        let request = match (request, rows) {
            (Ok(request), _) => request,
            (Err(_), []) => return Vec::new(),
            (Err(error), [_]) => return vec![Told::Unfit(error.to_string())],
            (Err(_), rows) => {
                let (head, tail) = rows.split_at(rows.len() / 2);
                let mut told = self.tell(served, head);
                told.extend(self.tell(served, tail));
                return told;
            }
        };
        let answered = served.answer(&request.table, &request.options, self.deadline);
        let (predictions, extras) = match answered {
            Ok(answered) => answered,
            Err(error) => return failed(&error, rows.len()),
        };
        let extras = Extras { errors: request.errors.and(extras.errors), ..extras };
        // What does not fit is told of its record alone.
        let outputs = request.outputs.into_iter().filter(|output| *output != Output::Error);
        let answers = RowAnswer::all(predictions, extras, outputs.collect());
        let told = answers.into_iter().map(|answer| match answer.error() {
            Some(error) => Told::Unfit(error.to_owned()),
            None => Told::Answer(answer),
        });
        told.collect()
    }
}

/// The places of each version that answers, in the order of the first of each.
fn groups(assigned: Vec<Assigned>, places: Vec<usize>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let key = |it: &Assigned| -> (Version, Reference) { (it.model.version, it.variant.clone()) };
    for (assigned, place) in assigned.into_iter().zip(places) {
        match groups.iter_mut().find(|group| key(&group.assigned) == key(&assigned)) {
            Some(group) => group.places.push(place),
            None => groups.push(Group { assigned, places: vec![place] }),
        }
    }
    groups
}

fn row_json(row: &Row<'_>, served: &ServedModel) -> String {
    let mut json = String::new();
    row.inputs.write(|name| served.manifest.schema.input(name).is_some(), &mut json);
    json
}

/// The request for rows, of which each that does not fit is told apart.
fn request(served: &ServedModel, rows: &[&str]) -> String {
    let probabilities = match served.options().contains(&"probabilities") {
        true => ",\"probabilities\":true",
        false => "",
    };
    format!(
        "{{\"dataframe_records\":[{}],\"params\":{{\"partial\":true{probabilities}}}}}",
        rows.join(",")
    )
}

fn failed(error: &(dyn std::error::Error + 'static), rows: usize) -> Vec<Told> {
    tracing::error!(error = chain(error), rows, "rows are not answered; they are delivered again");
    (0..rows).map(|_| Told::Failed).collect()
}

/// Nothing will ever answer these, for the same reason.
fn poison(outcomes: &mut [Outcome], places: Vec<usize>, reason: &str) {
    for place in places {
        set(outcomes, place, Outcome::Poison(reason.to_owned()));
    }
}

fn set(outcomes: &mut [Outcome], place: usize, outcome: Outcome) {
    if let Some(slot) = outcomes.get_mut(place) {
        *slot = outcome;
    }
}
