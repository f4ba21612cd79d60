//! Uploads of late labels: read, and checked row by row.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::ground_truth::GroundTruth;
use super::labels::{unfit, unknown_class};
use crate::dataset::Schema;
use crate::dataset::csv::delimiter_of_header;
use crate::plural::counted;
use crate::protocol::{ID_BYTES, MediaType};

/// The columns that CSV must have.
const NAMES: [&str; 2] = ["event_id", "label"];

/// How many rows that are wrong are told, and how many unknown classes.
const TOLD: usize = 20;

/// Why a line of labels is refused that has several fields.
const MORE_FIELDS: &str = "several fields in a line of labels: write one, in double quotes where \
                           it has a comma";

/// A row that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// The line of the upload, from 1.
    pub row: usize,
    /// What is wrong, and what to do.
    pub reason: String,
}

/// An upload that cannot be taken: nothing of it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UploadError {
    /// It has no row.
    #[error("the upload has no row: send one line for each exchange")]
    Empty,
    /// It is CSV without the columns that are needed.
    #[error("the first line must name the columns `event_id` and `label`")]
    Columns,
    /// It is CSV that cannot be read.
    #[error("the CSV cannot be read: {0}")]
    Csv(String),
    /// It has too many labels for one request.
    #[error("more than {limit} labels: send them in smaller uploads")]
    TooMany {
        /// The labels allowed.
        limit: usize,
    },
    /// Rows are wrong.
    #[error(
        "{} cannot be taken; the first is row {}: {}",
        counted(*.total, "row"),
        first(.told).row,
        first(.told).reason
    )]
    Rows {
        /// How many.
        total: usize,
        /// The first of them.
        told: Vec<BadRow>,
    },
}

fn first(told: &[BadRow]) -> BadRow {
    told.first().cloned().unwrap_or(BadRow { row: 0, reason: String::new() })
}

/// Reads an upload of `limit` labels at most for a model with `schema`: lines of SageMaker's
/// ground truth, or CSV with the columns `event_id` and `label`, a line for each row of the
/// exchange.
///
/// # Errors
/// When there are too many labels, or any row cannot be taken; each is told by its line.
pub fn read_upload(
    media_type: MediaType,
    body: &[u8],
    schema: &Schema,
    limit: usize,
) -> Result<Vec<GroundTruth>, UploadError> {
    let lines = memchr::memchr_iter(b'\n', body).count();
    if lines > limit + 1 {
        return Err(UploadError::TooMany { limit });
    }
    let mut bad = BadRows::default();
    let truths = match media_type {
        MediaType::Csv => csv_rows(body, &mut bad, |label| unfit(label, schema))?,
        MediaType::Json => json_lines(body, schema, limit, &mut bad)?,
    };
    match (bad.total, truths.is_empty()) {
        (0, true) => Err(UploadError::Empty),
        (0, false) => Ok(truths),
        (total, _) => Err(UploadError::Rows { total, told: bad.told }),
    }
}

/// Reads CSV with the columns `event_id` and `label` that was not checked, and tells which of
/// its rows cannot be taken.
///
/// # Errors
/// When it is no CSV with these columns.
pub fn read_csv(file: &[u8]) -> Result<(Vec<GroundTruth>, BadRows), UploadError> {
    let mut bad = BadRows::default();
    let truths = csv_rows(file, &mut bad, |_| None)?;
    Ok((truths, bad))
}

/// How many labels name which class that the model does not know, of the first of such classes:
/// a new one, which the next training learns, or a slip.
#[must_use]
pub fn unknown_classes(truths: &[GroundTruth], schema: &Schema) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let values = truths.iter().filter_map(|truth| truth.values().ok()).flatten();
    for class in values.filter_map(|value| unknown_class(&value, schema)) {
        if found.len() < TOLD || found.contains_key(&class) {
            *found.entry(class).or_insert(0) += 1;
        }
    }
    found
}

/// Rows that cannot be taken.
#[derive(Debug, Default)]
pub struct BadRows {
    /// How many there are.
    pub total: usize,
    /// The first of them.
    pub told: Vec<BadRow>,
}

impl BadRows {
    fn add(&mut self, row: usize, reason: impl Into<String>) {
        self.total += 1;
        if self.told.len() < TOLD {
            self.told.push(BadRow { row, reason: reason.into() });
        }
    }
}

fn json_lines(
    body: &[u8],
    schema: &Schema,
    limit: usize,
    bad: &mut BadRows,
) -> Result<Vec<GroundTruth>, UploadError> {
    let lines = (1..).zip(body.split(|&byte| byte == b'\n'));
    let lines = lines.filter(|(_, line)| !line.iter().all(u8::is_ascii_whitespace));
    let (mut truths, mut labels) = (Vec::new(), 0);
    for (row, line) in lines {
        if !line.trim_ascii_start().starts_with(b"{") {
            bad.add(row, "not a line of ground truth: each is a JSON object");
            continue;
        }
        let truth: GroundTruth = match serde_json::from_slice(line) {
            Ok(truth) => truth,
            Err(error) => {
                bad.add(row, format!("not a line of ground truth: {error}"));
                continue;
            }
        };
        let values = match truth.values() {
            Ok(values) => values,
            Err(error) => {
                bad.add(row, error.to_string());
                continue;
            }
        };
        labels += values.len();
        if labels > limit {
            return Err(UploadError::TooMany { limit });
        }
        let wrong = bad_id(&truth.event_metadata.event_id)
            .or_else(|| truth.has_more_fields().then(|| MORE_FIELDS.to_owned()))
            .or_else(|| values.is_empty().then(|| "no label: write one a row".to_owned()))
            .or_else(|| values.iter().find_map(|value| unfit(value, schema)));
        match wrong {
            Some(reason) => bad.add(row, reason),
            None => truths.push(truth),
        }
    }
    Ok(truths)
}

#[derive(Deserialize)]
struct Labelled {
    event_id: String,
    label: String,
}

fn csv_rows(
    body: &[u8],
    bad: &mut BadRows,
    unfit: impl Fn(&str) -> Option<String>,
) -> Result<Vec<GroundTruth>, UploadError> {
    let unreadable = |error: csv::Error| UploadError::Csv(error.to_string());
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter_of_header(body, |name| NAMES.contains(&name)))
        .trim(csv::Trim::All)
        .from_reader(body);
    let header = reader.headers().map_err(unreadable)?.clone();
    if !NAMES.iter().all(|name| header.iter().any(|known| known == *name)) {
        return Err(UploadError::Columns);
    }
    let mut events: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let row = error.position().map_or(0, csv::Position::line);
                bad.add(usize::try_from(row).unwrap_or_default(), error.to_string());
                continue;
            }
        };
        let row = record.position().map_or(0, csv::Position::line);
        let row = usize::try_from(row).unwrap_or_default();
        let Labelled { event_id, label } = record.deserialize(Some(&header)).map_err(unreadable)?;
        match bad_id(&event_id).or_else(|| unfit(&label)) {
            Some(reason) => bad.add(row, reason),
            None => events.entry(event_id).or_default().push(label),
        }
    }
    let truths =
        events.iter().map(|(id, labels)| GroundTruth::new(id, labels.iter().map(String::as_str)));
    Ok(truths.collect())
}

fn bad_id(id: &str) -> Option<String> {
    match id.len() {
        0 => Some("no id: write the answer's `x-event-id`, or the id that you gave".to_owned()),
        bytes if bytes > ID_BYTES => Some(format!("an id of {bytes} bytes, of {ID_BYTES} allowed")),
        _ => None,
    }
}
