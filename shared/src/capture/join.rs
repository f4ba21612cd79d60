//! Joins captured requests with late labels.

use std::collections::HashMap;

use jiff::Timestamp;

use super::error::CaptureError;
use super::ground_truth::GroundTruth;
use super::labels::Labels;
use super::line::CaptureLine;
use super::rows::Rows;
use crate::dataset::table::LengthMismatch;
use crate::dataset::{Schema, Table};
use crate::protocol::{Limits, Request};

/// Labelled rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    /// The inputs, and the target as the last column.
    pub table: Table,
    /// When each row was asked.
    pub times: Vec<Timestamp>,
    /// What became of each line.
    pub counts: JoinCounts,
}

/// What became of each line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JoinCounts {
    /// Exchanges that were joined.
    pub joined: usize,
    /// Captures of which no label is known (yet).
    pub without_label: usize,
    /// Labels of which no capture is known (any more).
    pub without_capture: usize,
    /// Captures that repeat an exchange: delivered twice, tried again by the client,
    /// or answered by a shadow.
    pub repeated: usize,
    /// Exchanges of which an input was kept out of the capture.
    pub hidden: usize,
    /// Exchanges with another number of labels than of rows.
    pub uneven: usize,
    /// Exchanges whose request or labels cannot be read.
    pub unreadable: usize,
    /// Rows of joined exchanges that were not answered, as they did not fit; they are left
    /// out.
    pub refused_rows: usize,
    /// Rows of joined exchanges whose label is missing; they are left out.
    pub unlabelled_rows: usize,
}

/// Joins captures with labels by `eventId`, or else by `inferenceId`. Of several
/// labels for one exchange the last one counts, so that labels can be corrected.
///
/// # Errors
/// As [`Rows::finish`]: never for tables that were read with this `schema`.
pub fn join(
    captures: &[CaptureLine],
    truths: &[GroundTruth],
    schema: &Schema,
    limits: &Limits,
) -> Result<Joined, LengthMismatch> {
    let mut counts = JoinCounts::default();
    let mut rows = Rows::new(schema);
    let mut times = Vec::new();
    let mut labels = Labels::new(schema);
    let mut open: HashMap<&str, (&GroundTruth, bool)> = truths
        .iter()
        .map(|truth| (truth.event_metadata.event_id.as_str(), (truth, false)))
        .collect();
    for capture in captures {
        let event = &capture.event_metadata;
        let by_inference = || event.inference_id.as_deref().filter(|id| open.contains_key(id));
        let id = match open.contains_key(event.event_id.as_str()) {
            true => Some(event.event_id.as_str()),
            false => by_inference(),
        };
        let Some((truth, used)) = id.and_then(|id| open.get_mut(id)) else {
            counts.without_label += 1;
            continue;
        };
        if std::mem::replace(used, true) {
            counts.repeated += 1;
            continue;
        }
        if capture.hidden().iter().any(|name| schema.input(name).is_some()) {
            counts.hidden += 1;
            continue;
        }
        match read(capture, truth, schema, limits) {
            Err(_) => counts.unreadable += 1,
            Ok((request, values)) if request.table.rows() != values.len() => counts.uneven += 1,
            Ok((request, values)) => {
                let fitting = request.errors.fitting(values.len());
                let of_fitting = fitting.iter().filter_map(|&row| values.get(row));
                match labels.append(of_fitting.map(String::as_str)) {
                    None => counts.unreadable += 1,
                    Some(labelled) => {
                        counts.joined += 1;
                        counts.refused_rows += values.len() - fitting.len();
                        counts.unlabelled_rows += fitting.len() - labelled.len();
                        rows.append(&request.fitting().select(&labelled));
                        times.resize(times.len() + labelled.len(), event.inference_time);
                    }
                }
            }
        }
    }
    counts.without_capture = open.values().filter(|(_, used)| !used).count();
    let mut columns = rows.into_columns();
    columns.push(labels.finish());
    Ok(Joined { table: Table::new(columns)?, times, counts })
}

fn read(
    capture: &CaptureLine,
    truth: &GroundTruth,
    schema: &Schema,
    limits: &Limits,
) -> Result<(Request, Vec<String>), CaptureError> {
    Ok((capture.request(schema, limits)?, truth.values()?))
}
