//! Rows of a file as a request: checked as one is, row by row.

use super::builder::TableBuilder;
use super::error::ProtocolError;
use super::limits::Limits;
use super::row_errors::RowErrors;
use super::sent::Rules;
use crate::dataset::{Block, Item, Schema, Table};

/// How the columns of a file belong to the inputs of a model.
#[derive(Debug, Clone, Copy)]
pub struct FileColumns<'a> {
    /// For each column of the file, the input that it is.
    pub inputs: &'a [Option<usize>],
    /// Whether the decimals of a number may follow a comma.
    pub commas: bool,
}

impl FileColumns<'_> {
    /// The given rows of a block, of which there must be some, as a table with the inputs of
    /// `schema`; and what is wrong with which of them.
    ///
    /// # Errors
    /// When there is no row, or there are more values than memory is promised for.
    pub fn read(
        self,
        block: &Block,
        rows: &[usize],
        schema: &Schema,
    ) -> Result<(Table, RowErrors), ProtocolError> {
        let limits = Limits { cells: usize::MAX, rows: usize::MAX, ..Limits::default() };
        let rules = Rules { schema, limits: &limits, gaps: false };
        let mut builder =
            TableBuilder::new(rules, rows.len(), true).with_decimal_commas(self.commas);
        for (place, &row) in rows.iter().enumerate() {
            builder.start_row(place)?;
            for (item, input) in block.row(row).items().zip(self.inputs) {
                let Some(input) = *input else { continue };
                match item {
                    // Named, and without a value: told as such when the row ends.
                    Item::Absent => {}
                    item => builder.push_item(input, item),
                }
            }
            builder.end_record(place);
        }
        builder.finish()
    }
}
