//! The records of CSV, one at a time.
//!
//! Nearly all records are lines without a quote, whose fields are read where they
//! stand; `csv-core` reads the others.

use std::io::Read;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::super::lines::Lines;
use super::super::source::ReadError;
use super::layout::Layout;

/// The records of a file.
pub(in crate::dataset::read) struct Records<R> {
    lines: Lines<R>,
    layout: Layout,
    core: Reader,
    /// The fields of a record with quotes, without them.
    fields: Vec<u8>,
    ends: Vec<usize>,
    /// How much of the window the record before has, and how many ends of lines.
    passed: (usize, u64),
}

/// A record.
pub(in crate::dataset::read) enum Record<'a> {
    /// A line without a quote.
    Plain(&'a [u8]),
    /// Fields one after another, and where each ends.
    Quoted { fields: &'a [u8], ends: &'a [usize] },
}

impl<'a> Record<'a> {
    /// The record's fields.
    pub(in crate::dataset::read) fn fields(&self, delimiter: u8) -> Vec<&'a [u8]> {
        match *self {
            Self::Plain(line) => line.split(|byte| *byte == delimiter).collect(),
            Self::Quoted { fields, ends } => {
                let starts = std::iter::once(0).chain(ends.iter().copied());
                let field = |(start, &end)| fields.get(start..end).unwrap_or_default();
                starts.zip(ends).map(field).collect()
            }
        }
    }
}

impl<R: Read> Records<R> {
    pub(in crate::dataset::read) fn new(lines: Lines<R>, layout: Layout) -> Self {
        let core = ReaderBuilder::new().delimiter(layout.delimiter).build();
        Self { lines, layout, core, fields: vec![0; 1024], ends: vec![0; 64], passed: (0, 0) }
    }

    /// The next record and the line that it starts on; empty lines are none.
    ///
    /// # Errors
    /// When the input fails or a record is too long.
    #[inline]
    pub(in crate::dataset::read) fn next(
        &mut self,
    ) -> Result<Option<(u64, Record<'_>)>, ReadError> {
        loop {
            let (bytes, ends) = std::mem::take(&mut self.passed);
            self.lines.consume(bytes, ends);
            let Some(length) = self.lines.line(self.layout.newline)? else { return Ok(None) };
            self.passed = (length + 1, 1);
            let line = self.lines.bytes().get(..length).unwrap_or_default();
            let text = line.strip_suffix(b"\r").unwrap_or(line).len();
            if text == 0 {
                continue;
            }
            let line = line.get(..text).unwrap_or_default();
            if memchr::memchr2(b'"', b'\r', line).is_none() {
                let record = self.lines.bytes().get(..text).unwrap_or_default();
                return Ok(Some((self.lines.line, Record::Plain(record))));
            }
            let Some(width) = self.quoted()? else { return Ok(None) };
            let ends = self.ends.get(..width).unwrap_or_default();
            return Ok(Some((self.lines.line, Record::Quoted { fields: &self.fields, ends })));
        }
    }

    /// Reads a record with quotes: the number of its fields.
    fn quoted(&mut self) -> Result<Option<usize>, ReadError> {
        self.core.reset();
        let (mut read, mut written, mut width) = (0, 0, 0);
        loop {
            let input = self.lines.bytes().get(read..).unwrap_or_default();
            let exhausted = input.is_empty();
            if exhausted && !self.lines.ended() {
                self.lines.fill()?;
                continue;
            }
            let fields = self.fields.get_mut(written..).unwrap_or_default();
            let ends = self.ends.get_mut(width..).unwrap_or_default();
            let (result, consumed, output, fresh) = self.core.read_record(input, fields, ends);
            read += consumed;
            written += output;
            width += fresh;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.fields.resize(2 * self.fields.len(), 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(2 * self.ends.len(), 0),
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(None),
            }
        }
        let record = self.lines.bytes().get(..read).unwrap_or_default();
        let newlines = memchr::memchr_iter(self.layout.newline, record).count() as u64;
        self.passed = (read, newlines);
        Ok(Some(width))
    }
}
