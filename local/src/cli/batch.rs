//! `batch`: whole files, scored by the function.

use std::path::PathBuf;

use batch_inference::manifest::Manifest;
use batch_inference::report::{File, Outcome, OutlierRows, Status};
use batch_inference::request::{Asked, Selection};
use clap::{Args, ValueEnum};
use jiff::civil::Date;
use model_factory::batch::{RejectedRow, Summary, TextSummary};
use model_factory::name::{ModelName, Reference};
use model_factory::spec::TableFormat;
use model_factory::storage::{ReadObjects, WriteObjects, keys};

use super::output::{Output, say_json};
use crate::client::Client;
use crate::client::batches;
use crate::error::CliError;
use crate::terminal::{read, say};

/// How many reasons are said; the manifest has more, the file of rejected rows all.
const SHOWN: usize = 3;

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("files").required(true))]
pub(super) struct Batch {
    /// The model's name
    model: ModelName,
    /// A file of this machine: CSV, JSON lines or Parquet, plain or packed
    #[arg(group = "files")]
    file: Option<PathBuf>,
    /// The uploaded files whose keys name this day, such as 2026-11-24
    #[arg(long, group = "files", value_parser = day)]
    date: Option<Date>,
    /// The uploaded files below this path
    #[arg(long, group = "files")]
    prefix: Option<String>,
    /// One uploaded file
    #[arg(long, group = "files")]
    key: Option<String>,
    /// The version or alias that answers
    #[arg(long, value_name = "VERSION", default_value_t)]
    version: Reference,
    /// How the predictions are written [default: as `model.toml` says, else as the file is]
    #[arg(long = "format", value_name = "FORMAT", value_enum)]
    table_format: Option<Format>,
    /// The coverage of bounds beside a number, such as 0.9
    #[arg(long)]
    interval: Option<f64>,
    /// How long to wait for the predictions, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 900)]
    wait: u64,
    #[command(flatten)]
    output: Output,
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "it is no day: write one as 2026-11-24".to_owned())
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Csv,
    Jsonl,
    Parquet,
}

impl Batch {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        client.require(&self.model, &self.version).await?;
        let selection = match (&self.file, self.date, &self.prefix, &self.key) {
            (Some(file), ..) => {
                let name = file.file_name().and_then(|name| name.to_str()).unwrap_or("rows");
                let key = keys::batch_requested(&self.model, name);
                let content = read(file)?;
                client.bucket.put(&key, "application/octet-stream", content.into()).await?;
                Selection::Key(key)
            }
            (_, Some(date), ..) => Selection::Date(date),
            (.., Some(prefix), _) => Selection::Prefix(prefix.clone()),
            (.., key) => Selection::Key(key.clone().unwrap_or_default()),
        };
        let asked = Asked {
            version: self.version,
            format: self.table_format.map(|format| match format {
                Format::Csv => TableFormat::Csv,
                Format::Jsonl => TableFormat::Jsonl,
                Format::Parquet => TableFormat::Parquet,
            }),
            interval: self.interval,
            ..Asked::new(self.model, selection)
        };
        let record = batches::run(client, &asked, self.wait).await?;
        if self.output.is_json() {
            return say_json(&record);
        }
        if record.batch.status == Status::NoData {
            return say(format!("no data: {}", nothing(&asked, client.bucket.name())));
        }
        let mut unanswered = 0;
        for file in &record.batch.files {
            say(words(client.bucket.name(), file))?;
            for line in details(client, &file.outcome).await? {
                say(line)?;
            }
            unanswered += usize::from(is_unanswered(&file.outcome));
        }
        match unanswered {
            0 => Ok(()),
            _ => Err(CliError::Training("not every file could be scored".to_owned())),
        }
    }
}

/// That there are no such files, in words.
fn nothing(asked: &Asked, bucket: &str) -> String {
    let folder = keys::batch_inputs(&asked.model);
    match asked.selection() {
        Some(Selection::Date(date)) => format!("no key below s3://{bucket}/{folder} names {date}"),
        Some(Selection::Key(key)) => format!("there is no s3://{bucket}/{key}"),
        Some(Selection::Prefix(prefix)) => {
            format!("no key starts with s3://{bucket}/{folder}{prefix}")
        }
        None => format!("there is no file below s3://{bucket}/{folder}"),
    }
}

/// Whether there is no answer for a file that has rows.
fn is_unanswered(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Refused { .. } | Outcome::Scored { predicted: 0, .. })
}

/// What the manifest of a scored file tells of it: what to know of the version, why rows are
/// rejected, what the texts of outliers say.
async fn details(client: &Client, outcome: &Outcome) -> Result<Vec<String>, CliError> {
    let Outcome::Scored { manifest, .. } = outcome else { return Ok(Vec::new()) };
    let Some(manifest) = client.bucket.get(manifest).await? else { return Ok(Vec::new()) };
    let Manifest { notes, summary, .. } = serde_json::from_slice(&manifest.bytes)?;
    let mut lines: Vec<String> = notes.iter().map(|note| format!("note: {note}")).collect();
    if let Some(summary) = summary {
        lines.extend(rejected(&summary));
        let outliers = summary.outliers.filter(|outliers| outliers.rows > 0);
        lines.extend(outliers.into_iter().flat_map(|outliers| outliers.texts).flat_map(said));
    }
    Ok(lines)
}

/// The first of the rejected rows.
fn rejected(summary: &Summary) -> Vec<String> {
    let rows = summary.rejected_rows.iter().take(SHOWN);
    let mut lines: Vec<String> = rows
        .map(|RejectedRow { row, reason, .. }| match reason.starts_with("row ") {
            true => format!("  {reason}"),
            false => format!("  row {row}: {reason}"),
        })
        .collect();
    let more = summary.rejected.saturating_sub(lines.len() as u64);
    lines.extend((more > 0).then(|| format!("  and {more} more rows")));
    lines
}

/// What the outliers' texts of a column say.
fn said(TextSummary { column, texts, sentences, .. }: TextSummary) -> Vec<String> {
    if texts == 0 {
        return vec![format!("  {column}: no outlier has a text")];
    }
    let said = sentences.into_iter().map(|sentence| {
        format!("  {column}: \u{201c}{}\u{201d} (row {})", sentence.text, sentence.row)
    });
    said.collect()
}

/// What came of a file, in words.
fn words(bucket: &str, File { key, outcome }: &File) -> String {
    match outcome {
        Outcome::Scored { version, output, predicted, rejected, outliers, .. } => {
            let rejected = match rejected {
                0 => String::new(),
                count => format!(", {count} rejected"),
            };
            let outliers = match outliers {
                None => String::new(),
                Some(OutlierRows { output: None, .. }) => "\nno outliers".to_owned(),
                Some(OutlierRows { rows, output: Some(output) }) => {
                    format!("\n{rows} outliers: s3://{bucket}/{output}")
                }
            };
            format!(
                "{predicted} rows of `{key}` by version {version}{rejected}: \
                 s3://{bucket}/{output}{outliers}"
            )
        }
        Outcome::NoData { .. } => format!("`{key}` has no row"),
        Outcome::Refused { reasons, .. } => {
            let told: Vec<&str> = reasons.iter().take(SHOWN).map(String::as_str).collect();
            let more = match reasons.len() - told.len() {
                0 => String::new(),
                more => format!("; and {more} more"),
            };
            format!("`{key}` cannot be scored: {}{more}", told.join("; "))
        }
        Outcome::Waiting => format!("`{key}` waits for the end of its day"),
        Outcome::Superseded => format!("`{key}` was replaced meanwhile"),
    }
}
