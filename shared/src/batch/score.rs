//! From the bytes of a file to those of its predictions.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;

use super::error::ScoreError;
use super::outliers::{self, Collected};
use super::plan::{Plan, Scored};
use super::rejected::{LISTED, RejectedRow};
use super::summary::{Summary, Tally};
use super::wishes::Wishes;
use crate::dataset::write::TableWriter;
use crate::dataset::{Block, Blocks, Defect, Rejection, Schema, Source};
use crate::serving::{AnswerError, ServedModel};
use crate::spec::TableFormat;

/// Some bytes of what comes of a file.
#[derive(Debug)]
pub enum Part {
    /// Of the answered rows, in this format.
    Predictions(TableFormat, Vec<u8>),
    /// Of those among them that are unlike the others, in the same format.
    Outliers(TableFormat, Vec<u8>),
    /// Of the rejected rows, as JSON lines.
    Rejected(Vec<u8>),
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
    wishes: &Wishes,
    deadline: Instant,
    mut sink: impl FnMut(Part) -> io::Result<()>,
) -> Result<Option<Summary>, ScoreError> {
    if served.predictor().is_none() {
        return Err(AnswerError::Series.into());
    }
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
        if work.is_none() {
            refuse_an_array(&round)?;
        }
        let work = work.get_or_insert_with(|| Work::new(served, &blocks, wishes, deadline));
        work.plan.know(blocks.names())?;
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

/// Refuses a file whose first line begins a list: no line of it is a row.
fn refuse_an_array(blocks: &[Block]) -> Result<(), Rejection> {
    let first = blocks.first().filter(|block| block.rows() > 0);
    match first.and_then(|block| block.row(0).defect()) {
        Some(defect) if defect.code == "json_array" => Err(defect.clone().into()),
        _ => Ok(()),
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
    /// `None` where the model tells of no outliers.
    outliers: Option<Collected>,
    tally: Tally,
    rows: u64,
    rejected: u64,
    listed: Vec<RejectedRow>,
}

impl<'a> Work<'a> {
    fn new(served: &'a ServedModel, blocks: &Blocks, wishes: &Wishes, deadline: Instant) -> Self {
        let plan = Plan::new(served, blocks, wishes, deadline);
        let collected = || Collected::new(wishes.summary.as_ref());
        Self {
            writer: TableWriter::new(plan.layout.clone()),
            outliers: outliers::are_told_by(served).then(collected),
            plan,
            tally: Tally::default(),
            rows: 0,
            rejected: 0,
            listed: Vec::new(),
        }
    }

    fn hand_on(
        &mut self,
        scored: Scored,
        sink: &mut impl FnMut(Part) -> io::Result<()>,
    ) -> Result<(), ScoreError> {
        let Scored { rows, predictions, encoded, outliers, rejected, told } = scored;
        let layout = &self.plan.layout;
        self.rows += rows;
        self.rejected += rejected.len() as u64;
        let room = LISTED.saturating_sub(self.listed.len());
        self.listed.extend(rejected.into_iter().take(room));
        predictions.iter().for_each(|predictions| self.tally.add(predictions));
        let bytes = self.writer.push(encoded).map_err(ScoreError::Sink)?;
        if !bytes.is_empty() {
            sink(Part::Predictions(layout.format, bytes)).map_err(ScoreError::Sink)?;
        }
        if let (Some(collected), Some(found)) = (&mut self.outliers, outliers) {
            let bytes = collected.push(layout, found).map_err(ScoreError::Sink)?;
            if !bytes.is_empty() {
                sink(Part::Outliers(layout.format, bytes)).map_err(ScoreError::Sink)?;
            }
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
        let ended = self.outliers.map(Collected::end).transpose().map_err(ScoreError::Sink)?;
        let outliers = match ended {
            None => None,
            Some((outliers, bytes)) => {
                if !bytes.is_empty() {
                    sink(Part::Outliers(output_format, bytes)).map_err(ScoreError::Sink)?;
                }
                Some(outliers)
            }
        };
        Ok(Summary {
            input_format,
            output_format,
            rows: self.rows,
            predicted: self.rows - self.rejected,
            rejected: self.rejected,
            rejected_rows: self.listed,
            answers: self.tally.end(),
            outliers,
        })
    }
}
