//! What was asked and answered, as `inference` captures it: a line of each record, whose
//! late label can be told by the client's id of the record or by that of its source.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model_factory::capture::{CaptureLine, Exchange, Origin, hidden, is_sampled, key, redact};
use model_factory::name::{Alias, ModelName, Reference};
use model_factory::protocol::{Limits, Protocol, RowAnswer, Sent};
use model_factory::serving::ServedModel;
use serde::Serialize;

use crate::outcome::Answered;
use crate::record::Record;
use crate::results::{Answers, File, name_of};
use crate::scoring::JSON;

/// What the scoring protocol would have answered for one row.
#[derive(Serialize)]
struct Response<'a> {
    predictions: [&'a RowAnswer; 1],
    model_name: &'a ModelName,
    model_version: String,
}

/// The file of each model and variant. Its name follows from its records.
pub(crate) fn files(answers: &Answers<'_>, limits: &Limits) -> Vec<File> {
    let mut of_variant: BTreeMap<(&ModelName, Reference), Vec<_>> = BTreeMap::new();
    for (place, record, answered) in answers {
        let Answered { model, variant, served, told, shadow, .. } = &**answered;
        let Some(request) = request(record, answered, limits) else { continue };
        let mut add = |variant: &Reference, served: &ServedModel, told: &RowAnswer| match line(
            record, answered, &request, variant, served, told,
        ) {
            Ok(line) => {
                let of_variant = of_variant.entry((model, variant.clone())).or_default();
                of_variant.push((*place, *record, line));
            }
            Err(error) => tracing::error!(%error, "an exchange is not captured"),
        };
        add(variant, served, told);
        if let Some(shadow) = shadow {
            add(&Reference::Alias(Alias::shadow()), &shadow.served, &shadow.told);
        }
    }
    let files = of_variant.into_iter().map(|((model, variant), lines)| {
        let mut bytes = Vec::new();
        for (_, _, line) in &lines {
            let before = bytes.len();
            if let Err(error) = line.write(&mut bytes) {
                tracing::error!(%error, "an exchange is not captured");
                bytes.truncate(before);
            }
        }
        let time = lines.first().map_or(Timestamp::UNIX_EPOCH, |(_, it, _)| it.origin.time);
        let name = name_of(lines.iter().map(|(_, record, _)| &record.origin));
        File {
            key: key(model, &variant, time, &name),
            bytes: bytes.into(),
            places: lines.iter().map(|(place, _, _)| *place).collect(),
        }
    });
    files.collect()
}

/// The request of a record as it may be kept; `None` for one that is not.
fn request(record: &Record, answered: &Answered, limits: &Limits) -> Option<String> {
    let Answered { model, served, request, .. } = answered;
    let allowed = &served.manifest.spec.capture;
    if !is_sampled(record.id(), allowed.sampling) {
        return None;
    }
    let body = format!("{{\"dataframe_records\":[{request}]}}");
    if !allowed.hides_any() {
        return Some(body);
    }
    let schema = &served.manifest.schema;
    // It was read before; what cannot be redacted is not kept.
    let sent = Sent { content_type: Some(JSON), query: None, body: body.as_bytes() };
    let read = Protocol::Mlflow.decode(sent, schema, limits).ok()?;
    String::from_utf8(redact(Protocol::Mlflow, &read, schema, model, allowed)).ok()
}

fn line(
    record: &Record,
    answered: &Answered,
    request: &str,
    variant: &Reference,
    answerer: &ServedModel,
    told: &RowAnswer,
) -> serde_json::Result<CaptureLine> {
    let Answered { id, model, served, .. } = answered;
    let response = serde_json::to_vec(&Response {
        predictions: [told],
        model_name: model,
        model_version: answerer.version.to_string(),
    })?;
    Ok(CaptureLine::new(Exchange {
        event_id: record.id(),
        inference_id: id.as_deref(),
        time: record.origin.time,
        content_type: Some(JSON),
        request: request.as_bytes(),
        response: &response,
        origin: Origin {
            model: model.clone(),
            version: answerer.version,
            variant: variant.clone(),
            protocol: Protocol::Mlflow.into(),
            query: None,
            hidden: hidden(&served.manifest.schema, &served.manifest.spec.capture),
        },
    }))
}
