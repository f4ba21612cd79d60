//! A random sample of rows that adds up.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use crate::dataset::{Categories, Column, Table, Values};

/// How many rows are kept.
pub(super) const KEPT: usize = 512;

/// A cell without a value.
const MISSING_NUMBER: u32 = 0x7fc0_0000;
const MISSING_TEXT: u32 = 0;

/// Rows drawn at random: those with the lowest of hashes that depend on a row's content
/// and its place in the part that it was counted in. The sample of a sum is the sum of
/// the samples, in any order; other parts of the same rows give another sample.
///
/// A number is kept in single precision, a text as a hash of 32 bits: enough to tell one
/// sample from another.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Packed", into = "Packed")]
pub struct Sample {
    /// How many rows it is drawn from.
    pub(super) seen: u64,
    /// The rows by rising hash.
    rows: Vec<Drawn>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Drawn {
    hash: u64,
    cells: Vec<u32>,
}

/// A sample as it is written: each row's hash and cells, little-endian, in base64.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Packed {
    seen: u64,
    width: usize,
    rows: String,
}

/// A sample's rows are not of the width that it says.
#[derive(Debug, thiserror::Error)]
#[error("the sample's rows cannot be read")]
pub struct Unreadable;

impl From<Sample> for Packed {
    fn from(sample: Sample) -> Self {
        let width = sample.rows.first().map_or(0, |row| row.cells.len());
        let mut bytes = Vec::new();
        for row in &sample.rows {
            bytes.extend(row.hash.to_le_bytes());
            row.cells.iter().for_each(|cell| bytes.extend(cell.to_le_bytes()));
        }
        Self { seen: sample.seen, width, rows: BASE64_STANDARD.encode(bytes) }
    }
}

impl TryFrom<Packed> for Sample {
    type Error = Unreadable;

    fn try_from(packed: Packed) -> Result<Self, Unreadable> {
        let bytes = BASE64_STANDARD.decode(&packed.rows).map_err(|_| Unreadable)?;
        let size = packed.width.checked_mul(4).and_then(|size| size.checked_add(8));
        let chunks = bytes.chunks_exact(size.ok_or(Unreadable)?);
        if !chunks.remainder().is_empty() {
            return Err(Unreadable);
        }
        let row = |bytes: &[u8]| {
            let (hash, cells) = bytes.split_first_chunk::<8>()?;
            let (cells, _) = cells.as_chunks::<4>();
            let cells = cells.iter().map(|cell| u32::from_le_bytes(*cell)).collect();
            Some(Drawn { hash: u64::from_le_bytes(*hash), cells })
        };
        let rows = chunks.map(row).collect::<Option<_>>().ok_or(Unreadable)?;
        Ok(Self { seen: packed.seen, rows })
    }
}

impl Sample {
    /// Draws from so many rows with the values of these columns.
    pub(super) fn add(&mut self, rows: usize, columns: &[Option<&Values>]) {
        let columns: Vec<Cells<'_>> = columns.iter().map(|values| Cells::of(*values)).collect();
        for row in 0..rows {
            let cells = || columns.iter().map(|column| column.at(row));
            let hash = cells().fold(mix(self.seen), |hash, cell| mix(hash ^ u64::from(cell)));
            self.seen += 1;
            let full = self.rows.len() >= KEPT;
            if !full || self.rows.last().is_some_and(|last| hash < last.hash) {
                self.insert(Drawn { hash, cells: cells().collect() });
            }
        }
    }

    fn insert(&mut self, row: Drawn) {
        let place = self.rows.partition_point(|other| *other <= row);
        self.rows.insert(place, row);
        self.rows.truncate(KEPT);
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.seen += other.seen;
        self.rows.extend(other.rows.iter().cloned());
        self.rows.sort_unstable();
        self.rows.truncate(KEPT);
    }

    /// How many rows are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no row is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The column at a place as values: numbers, or texts that stand for the hashes.
    #[must_use]
    pub fn column(&self, place: usize, is_number: bool) -> Values {
        let cells = self.rows.iter().map(|row| row.cells.get(place).copied());
        if is_number {
            let number =
                |cell: Option<u32>| f64::from(f32::from_bits(cell.unwrap_or(MISSING_NUMBER)));
            return Values::Number(cells.map(number).collect());
        }
        let text = |cell: Option<u32>| {
            cell.filter(|&cell| cell != MISSING_TEXT).map(|cell| format!("{cell:08x}"))
        };
        Values::Category(Categories::encode(cells.map(text)))
    }

    /// The rows as a table of columns with a name, each a number or not.
    #[must_use]
    pub fn table<'a>(&self, columns: impl Iterator<Item = (&'a str, bool)>) -> Table {
        let columns = columns.enumerate().map(|(place, (name, is_number))| Column {
            name: name.to_owned(),
            values: self.column(place, is_number),
        });
        // All columns are of one length.
        Table::new(columns.collect()).unwrap_or_default()
    }
}

/// The cells of a column.
enum Cells<'a> {
    Number(&'a [f64]),
    Text { codes: &'a [u32], hashes: Vec<u32> },
    None,
}

impl<'a> Cells<'a> {
    fn of(values: Option<&'a Values>) -> Self {
        match values {
            Some(Values::Number(values)) => Self::Number(values),
            Some(Values::Category(categories)) => Self::Text {
                codes: &categories.codes,
                hashes: categories.levels.iter().map(|level| text_hash(level)).collect(),
            },
            None => Self::None,
        }
    }

    fn at(&self, row: usize) -> u32 {
        match self {
            Self::Number(values) => match values.get(row) {
                Some(value) if value.is_finite() => {
                    let single = value.clamp(f32::MIN.into(), f32::MAX.into()) as f32;
                    (single + 0.0).to_bits()
                }
                _ => MISSING_NUMBER,
            },
            Self::Text { codes, hashes } => {
                let code = codes.get(row).copied().unwrap_or(u32::MAX);
                hashes.get(code as usize).copied().unwrap_or(MISSING_TEXT)
            }
            Self::None => MISSING_NUMBER,
        }
    }
}

/// A hash that is not that of a missing text.
fn text_hash(text: &str) -> u32 {
    let hash = text.bytes().fold(0, |hash, byte| mix(hash ^ u64::from(byte)));
    ((hash >> 32) as u32).max(1)
}

/// The finaliser of `SplitMix64`.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}
