//! Pictures in place of rows: a model whose inputs are pixels tells what is drawn.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Request, Response};
use model_factory::dataset::{Kind, Schema, Task};
use model_factory::learners::Predictor;
use model_factory::name::{ModelName, Reference};
use model_factory::protocol::problem::{self, Problem};
use model_factory::protocol::{Limits, Protocol};
use model_factory::serving::ServedModel;
use model_factory::spec::Image;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::after::Exchanged;
use crate::answer;
use crate::invocation::Invocation;
use crate::picture::{self, PictureError};
use crate::ports::Ports;
use crate::predict::{Asked, Content, predict};
use crate::telemetry::Answerer;

/// The model that answers where none is named.
pub(crate) fn digits() -> Result<ModelName, Problem> {
    "digits".parse().map_err(|_| Problem::new(problem::Kind::Internal, "there is no such name"))
}

/// Tells what is drawn on a picture. What is captured is the row of pixels that the model read.
pub(crate) async fn classify(
    ports: &Ports,
    limits: &Limits,
    (model, reference): (ModelName, Reference),
    request: &Request<Bytes>,
    invocation: &Invocation<'_>,
    answerer: &mut Option<Answerer>,
) -> Result<(Response<Bytes>, Exchanged), Problem> {
    let asked = Asked { protocol: Protocol::Mlflow, model, reference };
    let read = |served: &ServedModel| {
        row(request.body(), served).map(|bytes| Content {
            content_type: Some("application/json".to_owned()),
            query: None,
            bytes,
        })
    };
    let exchanged = predict(ports, limits, asked, request, read, invocation, answerer).await?;
    let response = exchanged.told(answer::json(&told(&exchanged)?)?);
    Ok((response, exchanged))
}

/// A scoring request for the picture.
fn row(body: &[u8], served: &ServedModel) -> Result<Bytes, Problem> {
    let schema = &served.manifest.schema;
    let spec = &served.manifest.spec.image;
    let places = places(schema, spec)?;
    let side = spec.side.unwrap_or_default() as usize;
    // Unless it was imported, or trained before models did so.
    let sets_upright = served.predictor().is_some_and(Predictor::sets_upright);
    let pixels = picture::pixels(body, side, spec, sets_upright).map_err(unread)?;
    let value = |place: usize, kind: Kind| {
        let value = f64::from(pixels.get(place).copied().unwrap_or_default()) * spec.ink;
        if kind == Kind::Integral { value.round() } else { value }
    };
    let columns: Vec<&str> = schema.inputs.iter().map(|field| field.name.as_str()).collect();
    let row = schema.inputs.iter().zip(places).map(|(field, place)| value(place, field.kind));
    let row: Vec<f64> = row.collect();
    let request = json!({
        "dataframe_split": {"columns": columns, "data": [row]},
        "params": {"probabilities": true},
    });
    Ok(request.to_string().into())
}

/// The place of each input among the pixels, row by row. Inputs that never changed in training
/// are none, so that fewer than all pixels may be inputs.
fn places(schema: &Schema, spec: &Image) -> Result<Vec<usize>, Problem> {
    let unfit = |what: String| Problem::new(problem::Kind::SchemaMismatch, what);
    let Some(side) = spec.side else {
        return Err(unfit(
            "the model takes no pictures: say `[image] side = …` in its model.toml, and train it \
             again"
                .to_owned(),
        ));
    };
    if !matches!(schema.task, Task::Classification { .. }) {
        return Err(unfit("the model tells numbers, not what is drawn".to_owned()));
    }
    let located = schema.inputs.iter().map(|field| {
        spec.place(&field.name).ok_or_else(|| {
            unfit(format!(
                "the input `{}` of the model is no pixel of {side} × {side}: its name must hold \
                 the pixel's number from {}, or its row and column",
                field.name, spec.first
            ))
        })
    });
    located.collect()
}

fn unread(error: PictureError) -> Problem {
    let kind = match error {
        PictureError::UnknownFormat | PictureError::ForPrint => problem::Kind::UnsupportedMediaType,
        PictureError::TooLarge { .. } => problem::Kind::TooLarge,
        PictureError::Absent | PictureError::Broken(_) | PictureError::Blank => {
            problem::Kind::Malformed
        }
    };
    Problem::new(kind, error.to_string())
}

/// What is drawn.
#[derive(Debug, Serialize)]
struct Told<'a> {
    predicted_label: Value,
    probabilities: BTreeMap<String, f64>,
    model_name: &'a ModelName,
    model_version: String,
}

#[derive(Deserialize)]
struct Scored {
    predictions: [Prediction; 1],
}

#[derive(Deserialize)]
struct Prediction {
    predict: String,
    probabilities: BTreeMap<String, f64>,
}

fn told(exchanged: &Exchanged) -> Result<Told<'_>, Problem> {
    let scored: Scored = serde_json::from_slice(&exchanged.response)
        .map_err(|_| Problem::new(problem::Kind::Internal, "the answer cannot be read"))?;
    let [Prediction { predict, probabilities }] = scored.predictions;
    Ok(Told {
        predicted_label: match predict.parse::<i64>() {
            Ok(number) => number.into(),
            Err(_) => predict.into(),
        },
        probabilities,
        model_name: &exchanged.model,
        model_version: exchanged.served.version.to_string(),
    })
}
