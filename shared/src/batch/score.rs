//! From the bytes of a file to those of its predictions.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::answers;
use super::rejected::{LISTED, RejectedRow};
use super::summary::{Summary, Tally};
use crate::dataset::write::{Encoded, Layout, OutputColumn, TableWriter, row_as_json};
use crate::dataset::{
    Block, Blocks, Defect, Item, ItemType, Kind, ReadError, Rejection, Schema, Source,
};
use crate::learners::Predictions;
use crate::protocol::{FileColumns, Options, ProtocolError};
use crate::serving::{AnswerError, ServedModel};
use crate::spec::TableFormat;

/// What is asked of a scoring beside the predictions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Wishes {
    /// How they are written; as the file is, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<TableFormat>,
    /// The share of true values that the bounds of a number are to cover; no bounds when
    /// absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<f64>,
}

/// Some bytes of what comes of a file.
#[derive(Debug)]
pub enum Part {
    /// Of the answered rows, in this format.
    Predictions(TableFormat, Vec<u8>),
    /// Of the rejected rows, as JSON lines.
    Rejected(Vec<u8>),
}

/// A file is not scored to its end.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    /// The file cannot be scored by this model.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// Its bytes cannot be had.
    #[error("the file cannot be read")]
    Source(#[source] io::Error),
    /// What came of it cannot be written.
    #[error("the predictions cannot be written")]
    Sink(#[source] io::Error),
    /// The time was over before its last row.
    #[error("there was not enough time for all rows: split the file")]
    TooLate,
    /// The model does not answer.
    #[error(transparent)]
    Answer(AnswerError),
}

impl From<ReadError> for ScoreError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Rejected(rejection) => Self::Rejected(rejection),
            ReadError::Source(error) => Self::Source(error),
        }
    }
}

impl From<AnswerError> for ScoreError {
    fn from(error: AnswerError) -> Self {
        match error {
            AnswerError::TooLate => Self::TooLate,
            AnswerError::Unfit(error @ ProtocolError::Parameter { .. }) => {
                Self::Rejected(Defect::new("option", error.to_string()).into())
            }
            error => Self::Answer(error),
        }
    }
}

/// Scores all rows of a file and hands what comes of them to `sink`, in their order. `None`
/// when the file has no row. This thread waits for the source and for the sink.
///
/// # Errors
/// When the file is none that the model can answer for, or any of the parts fails.
pub fn score(
    served: &ServedModel,
    name: &str,
    source: Arc<dyn Source>,
    wishes: Wishes,
    deadline: Instant,
    mut sink: impl FnMut(Part) -> io::Result<()>,
) -> Result<Option<Summary>, ScoreError> {
    let mut blocks = Blocks::open(name, source)?;
    let schema = &served.manifest.schema;
    if blocks.format() != TableFormat::Jsonl {
        admit(schema, blocks.names())?;
    }
    // Blocks are answered side by side, and what comes of them follows in their order.
    let together = rayon::current_num_threads().max(1);
    let mut work: Option<Work<'_>> = None;
    loop {
        let mut round = Vec::with_capacity(together);
        while round.len() < together {
            let Some(block) = blocks.next_block()? else { break };
            round.push(block);
        }
        if round.is_empty() {
            break;
        }
        if Instant::now() >= deadline {
            return Err(ScoreError::TooLate);
        }
        let work = work.get_or_insert_with(|| Work::new(served, &blocks, wishes, deadline));
        work.know(blocks.names())?;
        let shared = &work.plan;
        let scored: Vec<Scored> =
            round.par_iter().map(|block| shared.score(block)).collect::<Result<_, _>>()?;
        for scored in scored {
            work.hand_on(scored, &mut sink)?;
        }
    }
    match work {
        Some(work) => work.end(blocks.format(), &mut sink).map(Some),
        None => Ok(None),
    }
}

/// Refuses a table that does not have what the model must know.
fn admit(schema: &Schema, names: &[String]) -> Result<(), Rejection> {
    let lacks = |name: &String| !names.contains(name);
    let none = schema.inputs.iter().all(|field| lacks(&field.name));
    let missing = schema.inputs.iter().filter(|field| lacks(&field.name));
    let defects: Vec<Defect> = missing
        .filter(|field| none || !field.nullable)
        .map(|field| {
            let message = format!(
                "there is no column `{}`, which is an input of the model: add it to the header",
                field.name
            );
            Defect::new("missing_column", message).in_column(&field.name)
        })
        .collect();
    if defects.is_empty() { Ok(()) } else { Err(Rejection::of(defects)) }
}

/// A file that is being scored.
struct Work<'a> {
    plan: Plan<'a>,
    writer: TableWriter,
    tally: Tally,
    rows: u64,
    rejected: u64,
    listed: Vec<RejectedRow>,
}

/// What does not change from block to block.
struct Plan<'a> {
    served: &'a ServedModel,
    options: Options,
    deadline: Instant,
    names: Vec<String>,
    /// For each column of the file, the input that it is.
    inputs: Vec<Option<usize>>,
    commas: bool,
    layout: Layout,
}

/// What came of a block.
struct Scored {
    rows: u64,
    predictions: Option<Predictions>,
    encoded: Encoded,
    rejected: Vec<RejectedRow>,
    told: Vec<u8>,
}

impl<'a> Work<'a> {
    fn new(served: &'a ServedModel, blocks: &Blocks, wishes: Wishes, deadline: Instant) -> Self {
        let schema = &served.manifest.schema;
        let mut options = Options::default();
        options.interval = wishes.interval;
        let types = blocks.types();
        let columns = blocks.names().iter().enumerate().map(|(index, name)| {
            let known = types.and_then(|types| types.get(index).copied());
            let kind = known.or_else(|| schema.input(name).map(|field| type_of(field.kind)));
            OutputColumn { name: name.clone(), kind: kind.unwrap_or(ItemType::Text) }
        });
        let layout = Layout {
            format: wishes.format.unwrap_or(blocks.format()),
            delimiter: blocks.delimiter(),
            columns: columns.collect(),
            added: answers::columns(&schema.task, wishes.interval.is_some()),
        };
        let plan = Plan {
            served,
            options,
            deadline,
            names: Vec::new(),
            inputs: Vec::new(),
            commas: blocks.format() == TableFormat::Csv && blocks.delimiter() != b',',
            layout: layout.clone(),
        };
        let (writer, tally) = (TableWriter::new(layout), Tally::default());
        Self { plan, writer, tally, rows: 0, rejected: 0, listed: Vec::new() }
    }

    /// Takes note of columns that have come.
    fn know(&mut self, names: &[String]) -> Result<(), Rejection> {
        let Plan { served, names: known, inputs, layout, .. } = &mut self.plan;
        for name in names.get(known.len()..).unwrap_or_default() {
            if layout.added.iter().any(|added| added.name == *name) {
                let message = format!(
                    "the file has a column `{name}`, which the predictions are to have: rename it"
                );
                return Err(Defect::new("duplicate_column", message).in_column(name).into());
            }
            let fields = &served.manifest.schema.inputs;
            inputs.push(fields.iter().position(|field| field.name == *name));
            known.push(name.clone());
        }
        Ok(())
    }

    fn hand_on(
        &mut self,
        scored: Scored,
        sink: &mut impl FnMut(Part) -> io::Result<()>,
    ) -> Result<(), ScoreError> {
        let Scored { rows, predictions, encoded, rejected, told } = scored;
        self.rows += rows;
        self.rejected += rejected.len() as u64;
        let room = LISTED.saturating_sub(self.listed.len());
        self.listed.extend(rejected.into_iter().take(room));
        predictions.iter().for_each(|predictions| self.tally.add(predictions));
        let bytes = self.writer.push(encoded).map_err(ScoreError::Sink)?;
        if !bytes.is_empty() {
            sink(Part::Predictions(self.plan.layout.format, bytes)).map_err(ScoreError::Sink)?;
        }
        if !told.is_empty() {
            sink(Part::Rejected(told)).map_err(ScoreError::Sink)?;
        }
        Ok(())
    }

    fn end(
        self,
        input_format: TableFormat,
        sink: &mut impl FnMut(Part) -> io::Result<()>,
    ) -> Result<Summary, ScoreError> {
        let output_format = self.plan.layout.format;
        let bytes = self.writer.finish().map_err(ScoreError::Sink)?;
        sink(Part::Predictions(output_format, bytes)).map_err(ScoreError::Sink)?;
        Ok(Summary {
            input_format,
            output_format,
            rows: self.rows,
            predicted: self.rows - self.rejected,
            rejected: self.rejected,
            rejected_rows: self.listed,
            answers: self.tally.end(),
        })
    }
}

impl Plan<'_> {
    fn score(&self, block: &Block) -> Result<Scored, ScoreError> {
        let mut reasons: Vec<Option<String>> = (0..block.rows())
            .map(|row| block.row(row).defect().map(|defect| defect.message.clone()))
            .collect();
        if self.layout.format != TableFormat::Jsonl {
            self.refuse_late_columns(block, &mut reasons);
        }
        let places = |reasons: &[Option<String>]| -> Vec<usize> {
            (0..).zip(reasons).filter(|(_, reason)| reason.is_none()).map(|(row, _)| row).collect()
        };
        let mut rows = places(&reasons);
        let mut predictions = None;
        let mut added = None;
        if !rows.is_empty() {
            let columns = FileColumns { inputs: &self.inputs, commas: self.commas };
            let schema = &self.served.manifest.schema;
            let (mut table, errors) =
                columns.read(block, &rows, schema).map_err(AnswerError::Unfit)?;
            if !errors.is_empty() {
                for (place, &row) in rows.iter().enumerate() {
                    let reason = errors.get(place).map(str::to_owned);
                    if let Some(held) = reasons.get_mut(row) {
                        *held = reason;
                    }
                }
                table = table.select(&errors.fitting(rows.len()));
                rows = places(&reasons);
            }
            if !rows.is_empty() {
                let (answered, extras) =
                    self.served.answer(&table, &self.options, self.deadline)?;
                added = Some(
                    answers::table(&answered, &extras)
                        .map_err(|error| AnswerError::Unfit(ProtocolError::Uneven(error)))?,
                );
                predictions = Some(answered);
            }
        }
        let encoded = self
            .layout
            .encode(block, &self.names, &rows, &added.unwrap_or_default())
            .map_err(ScoreError::Sink)?;
        let mut rejected = Vec::new();
        let mut told = Vec::new();
        for (row, reason) in reasons.into_iter().enumerate() {
            let Some(reason) = reason else { continue };
            let row = block.row(row);
            let values = row_as_json(&self.names, row).map_err(ScoreError::Sink)?;
            let row = RejectedRow { row: row.number(), line: row.line(), reason };
            tell(&row, &values, &mut told).map_err(ScoreError::Sink)?;
            rejected.push(row);
        }
        Ok(Scored { rows: block.rows() as u64, predictions, encoded, rejected, told })
    }

    /// A table with a header cannot take a column that comes after it.
    fn refuse_late_columns(&self, block: &Block, reasons: &mut [Option<String>]) {
        let width = self.layout.columns.len();
        if self.names.len() <= width {
            return;
        }
        for (row, reason) in reasons.iter_mut().enumerate() {
            let late = block.row(row).items().enumerate().skip(width);
            let late =
                late.filter(|(_, item)| *item != Item::Absent).map(|(column, _)| column).next();
            if let Some(name) = late.and_then(|column| self.names.get(column)) {
                reason.get_or_insert_with(|| {
                    format!("the key `{name}` is in none of the rows by which the columns are told")
                });
            }
        }
    }
}

/// A rejected row with its values, as a line of JSON.
fn tell(row: &RejectedRow, values: &str, told: &mut Vec<u8>) -> io::Result<()> {
    #[derive(Serialize)]
    struct Line<'a> {
        #[serde(flatten)]
        row: &'a RejectedRow,
        values: &'a serde_json::value::RawValue,
    }
    let values = serde_json::from_str(values)?;
    serde_json::to_writer(&mut *told, &Line { row, values })?;
    told.push(b'\n');
    Ok(())
}

fn type_of(kind: Kind) -> ItemType {
    match kind {
        Kind::Fractional => ItemType::Number,
        Kind::Integral => ItemType::Integer,
        Kind::Boolean => ItemType::Boolean,
        Kind::Category | Kind::Date | Kind::Text => ItemType::Text,
    }
}
