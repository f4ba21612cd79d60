//! Blocks of CSV.

use std::io::Read;

use super::super::Limits;
use super::super::csv::{Layout, Record, Records, not_utf8, ragged_row};
use super::super::lines::Lines;
use super::super::source::ReadError;
use super::block::{Block, Item};
use crate::dataset::defect::Defect;

/// The records of a file after its header.
pub(super) struct Reader {
    records: Records<Box<dyn Read>>,
    delimiter: u8,
}

impl Reader {
    pub(super) fn new(
        input: Box<dyn Read>,
        layout: Layout,
        limits: Limits,
    ) -> Result<Self, ReadError> {
        let mut records = Records::new(Lines::new(input, limits.row)?, layout);
        records.next()?;
        Ok(Self { records, delimiter: layout.delimiter })
    }

    pub(super) fn fill(&mut self, block: &mut Block, names: &[String]) -> Result<(), ReadError> {
        while !block.is_full() {
            let Some((line, record)) = self.records.next()? else { return Ok(()) };
            let row = block.next_row();
            let mut defect = None;
            match record {
                Record::Plain(text) => match std::str::from_utf8(text) {
                    Ok(text) => {
                        text.split(char::from(self.delimiter)).for_each(|field| {
                            block.push(Item::Raw(field));
                        });
                    }
                    Err(_) => {
                        for field in text.split(|byte| *byte == self.delimiter) {
                            push(block, field, &mut defect, || not_utf8(line, "a field"));
                        }
                    }
                },
                Record::Quoted { .. } => {
                    for field in record.fields(self.delimiter) {
                        push(block, field, &mut defect, || not_utf8(line, "a field"));
                    }
                }
            }
            let width = block.width();
            if width != names.len() {
                defect.get_or_insert_with(|| {
                    ragged_row(row, line, width, names.len(), self.delimiter)
                });
            }
            block.end_row(Some(line), defect.map(|defect| defect.in_row(row)));
        }
        Ok(())
    }
}

/// Appends a field; one that is no text is told, and kept as far as it is one.
fn push(
    block: &mut Block,
    field: &[u8],
    defect: &mut Option<Defect>,
    broken: impl FnOnce() -> Defect,
) {
    if let Ok(text) = std::str::from_utf8(field) {
        return block.push(Item::Raw(text));
    }
    defect.get_or_insert_with(broken);
    block.push(Item::Raw(&String::from_utf8_lossy(field)));
}
