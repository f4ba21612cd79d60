//! How the blocks of a file are scored, each apart from the others.

use std::io;
use std::time::Instant;

use serde::Serialize;

use super::answers;
use super::error::ScoreError;
use super::outliers::{self, Found};
use super::rejected::RejectedRow;
use super::texts::Text;
use super::wishes::Wishes;
use crate::dataset::write::{Encoded, Layout, OutputColumn, row_as_json};
use crate::dataset::{Block, Blocks, Defect, Item, ItemType, Kind, Rejection, Table};
use crate::learners::Predictions;
use crate::protocol::{Extras, FileColumns, Options, ProtocolError, RowErrors};
use crate::serving::{AnswerError, ServedModel};
use crate::spec::TableFormat;

/// What does not change from block to block.
pub(super) struct Plan<'a> {
    served: &'a ServedModel,
    options: Options,
    deadline: Instant,
    names: Vec<String>,
    /// For each column of the file, the input that it is.
    inputs: Vec<Option<usize>>,
    commas: bool,
    /// The columns of which the outliers' texts are looked at.
    texts: Vec<String>,
    /// How rows are written.
    pub(super) layout: Layout,
}

/// What came of a block.
pub(super) struct Scored {
    pub(super) rows: u64,
    pub(super) predictions: Option<Predictions>,
    pub(super) encoded: Encoded,
    pub(super) outliers: Option<Found>,
    pub(super) rejected: Vec<RejectedRow>,
    pub(super) told: Vec<u8>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(
        served: &'a ServedModel,
        blocks: &Blocks,
        wishes: &Wishes,
        deadline: Instant,
    ) -> Self {
        let schema = &served.manifest.schema;
        let mut options = Options::default();
        options.interval = wishes.interval;
        options.partial = true;
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
        Self {
            served,
            options,
            deadline,
            names: Vec::new(),
            inputs: Vec::new(),
            commas: blocks.format() == TableFormat::Csv && blocks.delimiter() != b',',
            texts: wishes.summary.as_ref().map(|wish| wish.columns.clone()).unwrap_or_default(),
            layout,
        }
    }

    /// Takes note of columns that have come.
    pub(super) fn know(&mut self, names: &[String]) -> Result<(), Rejection> {
        let Self { served, names: known, inputs, layout, .. } = self;
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

    /// The answer to the rows that have one; the others are left out, with their reasons. `None`
    /// where no row is left.
    fn answer(
        &self,
        mut table: Table,
        rows: &mut Vec<usize>,
        reasons: &mut [Option<String>],
    ) -> Result<Option<(Predictions, Extras)>, AnswerError> {
        while !rows.is_empty() {
            let (answered, extras) = self.served.answer(&table, &self.options, self.deadline)?;
            if extras.errors.is_empty() {
                return Ok(Some((answered, extras)));
            }
            // All are asked again without the rows that have no answer: they are rare.
            table = leave_out(table, &extras.errors, rows, reasons);
        }
        Ok(None)
    }

    /// Answers the rows of a block.
    pub(super) fn score(&self, block: &Block) -> Result<Scored, ScoreError> {
        let mut reasons: Vec<Option<String>> = (0..block.rows())
            .map(|row| block.row(row).defect().map(|defect| defect.message.clone()))
            .collect();
        if self.layout.format != TableFormat::Jsonl {
            self.refuse_late_columns(block, &mut reasons);
        }
        let mut rows = without_reason(&reasons);
        let mut predictions = None;
        let mut added = None;
        let mut outliers = None;
        if !rows.is_empty() {
            let columns = FileColumns { inputs: &self.inputs, commas: self.commas };
            let schema = &self.served.manifest.schema;
            let (table, errors) = columns.read(block, &rows, schema).map_err(AnswerError::Unfit)?;
            let table = leave_out(table, &errors, &mut rows, &mut reasons);
            if let Some((answered, extras)) = self.answer(table, &mut rows, &mut reasons)? {
                let beside = answers::table(&answered, &extras)
                    .map_err(|error| AnswerError::Unfit(ProtocolError::Uneven(error)))?;
                outliers = self.outliers(block, &rows, &answered, &beside)?;
                added = Some(beside);
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
        Ok(Scored { rows: block.rows() as u64, predictions, encoded, outliers, rejected, told })
    }

    /// Those of the answered `rows` that are outliers; `None` without any.
    fn outliers(
        &self,
        block: &Block,
        rows: &[usize],
        answered: &Predictions,
        added: &Table,
    ) -> Result<Option<Found>, ScoreError> {
        let places = outliers::places(answered);
        if places.is_empty() {
            return Ok(None);
        }
        let found: Vec<usize> =
            places.iter().filter_map(|&place| rows.get(place).copied()).collect();
        let encoded = self
            .layout
            .encode(block, &self.names, &found, &added.select(&places))
            .map_err(ScoreError::Sink)?;
        let texts = self.texts.iter().map(|column| {
            let column = self.names.iter().position(|name| name == column);
            let of_row = |row: &usize| Text::of(block.row(*row), column?);
            found.iter().filter_map(of_row).collect()
        });
        Ok(Some(Found { rows: found.len(), encoded, texts: texts.collect() }))
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

/// The rows of a block with which nothing is wrong.
fn without_reason(reasons: &[Option<String>]) -> Vec<usize> {
    (0..).zip(reasons).filter(|(_, reason)| reason.is_none()).map(|(row, _)| row).collect()
}

/// The table of `rows` without those of the `errors`, which become their reasons.
fn leave_out(
    table: Table,
    errors: &RowErrors,
    rows: &mut Vec<usize>,
    reasons: &mut [Option<String>],
) -> Table {
    if errors.is_empty() {
        return table;
    }
    for (place, &row) in rows.iter().enumerate() {
        if let (Some(held), Some(error)) = (reasons.get_mut(row), errors.get(place)) {
            *held = Some(error.to_owned());
        }
    }
    let table = table.select(&errors.fitting(rows.len()));
    *rows = without_reason(reasons);
    table
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
