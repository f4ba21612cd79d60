//! The labels that a run gives its own rows.

use std::fmt;

use model_factory::dataset::{Kind, RawTable, Values};
use model_factory::learners::{NOISE, Predictions, Structure};
use model_factory::runtime::Failure;
use model_factory::storage::keys;
use serde::ser::{Error as _, SerializeMap as _, SerializeSeq as _};
use serde::{Serialize, Serializer};

use crate::job::Job;
use crate::stop::Stop;

/// The rows as they were uploaded with their labels, as a JSON array of records, and those
/// among them that are noise, as another.
pub(crate) async fn write(
    job: &Job<'_>,
    raw: &RawTable,
    labels: &Predictions,
    structure: Option<&Structure>,
) -> Result<(), Stop> {
    let Job { ports, run, model, .. } = *job;
    let results = Results { raw, labels, label: free_name(raw, "label") };
    for (file, noise_only) in [(keys::LABELS, false), (keys::NOISE, true)] {
        let rows = Rows { results: &results, noise_only };
        let bytes = serde_json::to_vec(&rows).map_err(|error| Failure::terminal(&error))?;
        let key = keys::run(model, run, file);
        ports.write_objects.put(&key, keys::JSON, bytes.into()).await?;
    }
    tracing::info!(run, ?structure, "the rows are labelled");
    Ok(())
}

/// `name`, or the first of `name_`, `name__`, … that no column has.
fn free_name(raw: &RawTable, name: &str) -> String {
    let mut name = name.to_owned();
    while raw.table.column(&name).is_some() {
        name.push('_');
    }
    name
}

/// Rows with their labels.
struct Results<'a> {
    raw: &'a RawTable,
    labels: &'a Predictions,
    /// The name of the member that holds the label.
    label: String,
}

impl Results<'_> {
    /// The row's cluster; of an anomaly −1 and else 1, as scikit-learn answers.
    fn label(&self, row: usize) -> Option<i32> {
        match self.labels {
            Predictions::Clusters(labels) => labels.get(row).copied(),
            Predictions::Anomalies { outliers, .. } => {
                outliers.get(row).map(|outlier| if *outlier { NOISE } else { 1 })
            }
            Predictions::Classes { .. } | Predictions::Values(_) => None,
        }
    }

    fn score(&self, row: usize) -> Option<f64> {
        match self.labels {
            Predictions::Anomalies { scores, .. } => scores.get(row).copied(),
            _ => None,
        }
    }
}

/// A JSON array of records.
struct Rows<'a> {
    results: &'a Results<'a>,
    noise_only: bool,
}

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for row in 0..self.results.raw.table.rows() {
            if !self.noise_only || self.results.label(row) == Some(NOISE) {
                list.serialize_element(&Row { results: self.results, row })?;
            }
        }
        list.end()
    }
}

/// One record: the uploaded columns, the label, and the score of an anomaly.
struct Row<'a> {
    results: &'a Results<'a>,
    row: usize,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { results, row } = *self;
        let mut record = serializer.serialize_map(None)?;
        for (column, kind) in results.raw.table.columns().iter().zip(&results.raw.kinds) {
            let cell = Cell { values: &column.values, kind: *kind, row };
            record.serialize_entry(&column.name, &cell)?;
        }
        record.serialize_entry(&results.label, &results.label(row))?;
        if let Some(score) = results.score(row) {
            record.serialize_entry(&free_name(results.raw, "score"), &score)?;
        }
        record.end()
    }
}

/// A value as it was uploaded, as far as its column's type tells.
struct Cell<'a> {
    values: &'a Values,
    kind: Kind,
    row: usize,
}

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.values {
            Values::Category(texts) => texts.get(self.row).serialize(serializer),
            Values::Number(numbers) => {
                let number = numbers.get(self.row).copied().filter(|number| !number.is_nan());
                match (number, self.kind) {
                    (None, _) => serializer.serialize_none(),
                    (Some(truth), Kind::Boolean) => serializer.serialize_bool(truth != 0.0),
                    (Some(whole), Kind::Integral) if is_exact(whole) => {
                        serializer.serialize_i64(whole as i64)
                    }
                    (Some(seconds), Kind::Date) => instant(seconds)
                        .map_err(S::Error::custom)
                        .and_then(|text| serializer.serialize_str(&text)),
                    (Some(number), _) => serializer.serialize_f64(number),
                }
            }
        }
    }
}

/// Whether a whole number can be told from its neighbours.
fn is_exact(number: f64) -> bool {
    number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0
}

/// An instant as a day, or as RFC 3339 where it has a time.
fn instant(seconds: f64) -> Result<String, impl fmt::Display> {
    let nanoseconds = (seconds * 1e9).round() as i128;
    jiff::Timestamp::from_nanosecond(nanoseconds).map(|time| match seconds % 86_400.0 == 0.0 {
        true => time.strftime("%Y-%m-%d").to_string(),
        false => time.to_string(),
    })
}
