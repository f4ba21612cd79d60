//! How a CSV file separates its fields and rows.

use super::super::seen::{Conclusion, Seen};
use crate::dataset::cell::Cell;

/// What may separate fields, in order of preference.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// What separates the fields of a text whose header names known columns: of what data sets may
/// have that by which most of them are found, else the first one that the header has.
#[must_use]
pub fn delimiter_of_header(text: &[u8], is_known: impl Fn(&str) -> bool) -> u8 {
    let header = text.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    let found = |delimiter: u8| {
        let fields = header.split(|byte| *byte == delimiter);
        let name = |field| std::str::from_utf8(field).map(|it| it.trim().trim_matches('"'));
        fields.filter(|field| name(field).is_ok_and(&is_known)).count()
    };
    // The comma comes first even where there is none: a header may be one name, which holds what
    // separates others. Of several with as many names the last counts, so the order is turned.
    let present = DELIMITERS.into_iter().rev().filter(|byte| header.contains(byte));
    std::iter::once(b',').chain(present).max_by_key(|&byte| found(byte)).unwrap_or(b',')
}

/// How many records the delimiter and the types are judged by.
const SNIFFED: usize = 200;

/// What separates fields and rows.
#[derive(Debug, Clone, Copy)]
pub(in crate::dataset::read) struct Layout {
    pub(in crate::dataset::read) delimiter: u8,
    /// The last byte of a row: a line feed, or a carriage return where there is none.
    pub(super) newline: u8,
}

/// What the first rows look like.
pub(super) struct Sample {
    pub(super) texts: Vec<bool>,
    pub(super) row_bytes: f64,
}

impl Layout {
    /// The layout of a file of which `head` is the start, or all if it is `whole`.
    pub(super) fn of(head: &[u8], whole: bool, delimiter: Option<u8>) -> Self {
        let feeds = memchr::memchr(b'\n', head).is_some();
        let newline = if !feeds && head.contains(&b'\r') { b'\r' } else { b'\n' };
        let head = complete(head, whole, newline);
        Self { delimiter: delimiter.unwrap_or_else(|| sniff(head)), newline }
    }

    pub(super) fn sample(self, head: &[u8], whole: bool) -> Sample {
        let mut reader = reader(complete(head, whole, self.newline), self.delimiter);
        let width = reader.byte_headers().map_or(0, csv::ByteRecord::len);
        let mut seen = vec![Seen::default(); width];
        let start = reader.position().byte();
        let mut record = csv::ByteRecord::new();
        let mut rows = 0_u64;
        while rows < SNIFFED as u64 && matches!(reader.read_byte_record(&mut record), Ok(true)) {
            rows += 1;
            for (seen, field) in seen.iter_mut().zip(&record) {
                seen.add(std::str::from_utf8(field).map_or(Cell::Text, Cell::parse), 1);
            }
        }
        let bytes = reader.position().byte().saturating_sub(start);
        Sample {
            texts: seen.iter().map(|seen| seen.conclude() == Conclusion::Texts).collect(),
            row_bytes: bytes as f64 / rows.max(1) as f64,
        }
    }
}

/// The rows of `head` that are not cut off.
fn complete(head: &[u8], whole: bool, newline: u8) -> &[u8] {
    match memchr::memrchr(newline, head) {
        Some(last) if !whole => head.get(..last).unwrap_or(head),
        _ => head,
    }
}

fn reader(text: &[u8], delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text)
}

/// The delimiter under which most records have the header's width, then the one
/// that makes most columns.
fn sniff(text: &[u8]) -> u8 {
    let score = |delimiter: u8| {
        let mut reader = reader(text, delimiter);
        let width = reader.byte_headers().map_or(0, csv::ByteRecord::len);
        if width < 2 {
            return (0, 0);
        }
        let mut record = csv::ByteRecord::new();
        let (mut seen, mut fits) = (0_usize, 0_usize);
        while seen < SNIFFED && matches!(reader.read_byte_record(&mut record), Ok(true)) {
            seen += 1;
            fits += usize::from(record.len() == width);
        }
        (100 * (fits + 1) / (seen + 1), width)
    };
    let mut best = (b',', (0, 0));
    for delimiter in DELIMITERS {
        let score = score(delimiter);
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    best.0
}
