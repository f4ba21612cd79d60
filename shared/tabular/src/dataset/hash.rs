//! Hashes of rows by their content.

use serde::{Deserialize, Serialize};

use super::table::{Table, Values};
use super::target::Target;

/// In which order the columns of a row go into its hash.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HashOrder {
    /// In that of the table: so were rows divided by artifacts that do not say how.
    Table,
    /// In that of their names, however they stand in the table.
    #[default]
    Names,
}

impl HashOrder {
    /// The order of artifacts that do not say any.
    #[must_use]
    pub fn unsaid() -> Self {
        Self::Table
    }
}

/// A hash of each row's content.
pub(super) fn rows(inputs: &Table, target: &Target, order: HashOrder) -> Vec<u64> {
    let mut columns: Vec<_> = inputs.columns().iter().collect();
    if order == HashOrder::Names {
        columns.sort_by(|a, b| a.name.cmp(&b.name));
    }
    let mut hashes = vec![START; target.rows()];
    for input in columns {
        column(&mut hashes, &input.values);
    }
    self::target(&mut hashes, target);
    hashes
}

/// The hash of nothing: FNV-1a's offset basis.
pub(super) const START: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a over `bytes` and a separator.
pub(super) fn add(hash: u64, bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .chain(&[0xff])
        .fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Adds each row's value in a column to the row's hash.
fn column(hashes: &mut [u64], values: &Values) {
    match values {
        Values::Number(values) => numbers(hashes, values),
        Values::Category(categories) => {
            for (hash, text) in hashes.iter_mut().zip(categories.iter()) {
                *hash = text.map_or_else(|| add(*hash, &[0]), |text| add(*hash, text.as_bytes()));
            }
        }
    }
}

/// Adds each row's target to the row's hash.
fn target(hashes: &mut [u64], target: &Target) {
    match target {
        Target::Values(values) => numbers(hashes, values),
        Target::Absent { .. } => {}
        Target::Classes { classes, labels } => {
            for (hash, &label) in hashes.iter_mut().zip(labels) {
                let class = classes.get(label).map_or("", String::as_str);
                *hash = add(*hash, class.as_bytes());
            }
        }
    }
}

fn numbers(hashes: &mut [u64], values: &[f64]) {
    for (hash, value) in hashes.iter_mut().zip(values) {
        // One NaN and one zero.
        let value = if value.is_nan() { f64::NAN } else { value + 0.0 };
        *hash = add(*hash, &value.to_bits().to_le_bytes());
    }
}
