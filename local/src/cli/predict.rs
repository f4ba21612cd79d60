//! `predict`: the rows of a file, by the code that serves.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use model_factory::dataset::csv;
use model_factory::learners::Predictions;
use model_factory::name::{ModelName, Reference};
use model_factory::plural::counted;
use model_factory::protocol::{Limits, Protocol, Sent};
use model_factory::serving::ServedModel;

use crate::client::Client;
use crate::error::CliError;
use crate::terminal::read;

/// Nobody ends a command but its user.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Debug, Args)]
pub(super) struct Predict {
    /// The model's name
    model: ModelName,
    /// The rows: a CSV file with a header
    file: PathBuf,
    /// The version or alias that predicts
    #[arg(long, value_name = "VERSION", default_value = "champion")]
    version: Reference,
}

impl Predict {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        let body = read(&self.file)?;
        if !is_csv(&body) {
            return Err(CliError::NotCsv { model: self.model, path: self.file });
        }
        let served = ServedModel::load(&client.artifact(&self.model, &self.version).await?)?;
        if served.forecaster().is_some() {
            return Err(CliError::Series(self.model));
        }
        let limits = Limits {
            body_bytes: usize::MAX,
            rows: usize::MAX,
            cells: usize::MAX,
            ..Limits::default()
        };
        let schema = &served.manifest.schema;
        let known = without_others(&body, schema.inputs.iter().map(|field| field.name.as_str()))?;
        let sent = Sent { content_type: Some("text/csv"), query: None, body: &known };
        let request = Protocol::Mlflow
            .decode(sent, schema, &limits)
            .map_err(|error| CliError::Training(error.to_string()))?;
        let (predictions, _) = served
            .answer(&request.table, &request.options, Instant::now() + A_DAY)
            .map_err(|error| CliError::Training(error.to_string()))?;
        let (rows, version) = (counted(predictions.rows(), "row"), served.version);
        eprintln!("{rows} by version {version} of `{}`", self.model);
        write(&predictions)
    }
}

/// Whether a file may be CSV: it is neither JSON, nor Parquet, nor packed by gzip or zstd.
fn is_csv(body: &[u8]) -> bool {
    let others: [&[u8]; 5] = [b"{", b"[", b"PAR1", b"\x1f\x8b", b"\x28\xb5\x2f\xfd"];
    !others.iter().any(|start| body.trim_ascii_start().starts_with(start))
}

/// The file with the model's inputs only: a data set with its target can be
/// predicted as it is.
fn without_others<'a>(
    body: &[u8],
    inputs: impl Iterator<Item = &'a str>,
) -> Result<Vec<u8>, CliError> {
    let inputs: Vec<&str> = inputs.collect();
    let delimiter = csv::delimiter_of_header(body, |name| inputs.contains(&name));
    let broken = |error: ::csv::Error| CliError::Training(error.to_string());
    let mut reader = ::csv::ReaderBuilder::new().delimiter(delimiter).from_reader(body);
    let kept: Vec<usize> = reader
        .headers()
        .map_err(broken)?
        .iter()
        .enumerate()
        .filter(|(_, name)| inputs.contains(&name.trim()))
        .map(|(index, _)| index)
        .collect();
    let mut writer = ::csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    let header = reader.headers().map_err(broken)?.clone();
    for record in std::iter::once(Ok(header)).chain(reader.into_records()) {
        let record = record.map_err(broken)?;
        let fields = kept.iter().map(|&index| record.get(index).unwrap_or_default().trim());
        writer.write_record(fields).map_err(broken)?;
    }
    writer.into_inner().map_err(|error| CliError::Training(error.to_string()))
}

/// Predictions as CSV on standard output.
fn write(predictions: &Predictions) -> Result<(), CliError> {
    let broken = |error: ::csv::Error| CliError::Output(error.into());
    let mut writer = ::csv::Writer::from_writer(std::io::stdout().lock());
    match predictions {
        Predictions::Values(values) => {
            writer.write_record(["predict"]).map_err(broken)?;
            for value in values {
                writer.write_record([value.to_string()]).map_err(broken)?;
            }
        }
        Predictions::Anomalies { scores, outliers } => {
            writer.write_record(["outlier", "score"]).map_err(broken)?;
            for (score, outlier) in scores.iter().zip(outliers) {
                writer.write_record([outlier.to_string(), score.to_string()]).map_err(broken)?;
            }
        }
        Predictions::Clusters(labels) => {
            writer.write_record(["cluster"]).map_err(broken)?;
            for label in labels {
                writer.write_record([label.to_string()]).map_err(broken)?;
            }
        }
        Predictions::Classes { classes, probabilities, .. } => {
            let mut header = vec!["predict".to_owned()];
            header.extend(classes.iter().map(|class| format!("probability_{class}")));
            writer.write_record(&header).map_err(broken)?;
            let rows = probabilities.chunks(classes.len().max(1));
            for (label, row) in predictions.labels().into_iter().zip(rows) {
                let mut record = vec![label.to_owned()];
                record.extend(row.iter().map(f64::to_string));
                writer.write_record(&record).map_err(broken)?;
            }
        }
    }
    Ok(writer.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_kept_with_what_separates_them() {
        let file = "preis;\"länge, cm\";breite\n3,5;1,5;2\n";
        let kept = without_others(file.as_bytes(), ["länge, cm", "breite"].into_iter()).unwrap();
        assert_eq!(String::from_utf8(kept).unwrap(), "länge, cm;breite\n1,5;2\n");
    }
}
