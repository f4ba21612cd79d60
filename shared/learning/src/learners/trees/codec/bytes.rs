//! Numbers in little-endian bytes, and varints (LEB128).

use super::TreesError;
use crate::learners::trees::CodeSet;

const SHORT: TreesError = TreesError::Content("they end too early");

/// Bytes being written.
#[derive(Debug, Default)]
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    pub(super) fn float(&mut self, value: f32) {
        self.0.extend(value.to_le_bytes());
    }

    pub(super) fn double(&mut self, value: f64) {
        self.0.extend(value.to_le_bytes());
    }

    pub(super) fn word(&mut self, value: u64) {
        self.0.extend(value.to_le_bytes());
    }

    /// A place in a table of `length` entries, in as many bytes as all of them need.
    pub(super) fn place(&mut self, place: usize, length: usize) {
        self.0.extend(place.to_le_bytes().into_iter().take(width(length)));
    }

    pub(super) fn written(&self) -> &[u8] {
        &self.0
    }
}

/// The bytes that places in a table of `length` entries need.
fn width(length: usize) -> usize {
    match length {
        0..=0x100 => 1,
        0x101..=0x1_0000 => 2,
        _ => 4,
    }
}

/// Bytes being read.
#[derive(Debug)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], TreesError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(SHORT)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(super) fn varint(&mut self) -> Result<u64, TreesError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = self.take()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(TreesError::Content("a number is longer than any can be"))
    }

    /// A count of at most `limit`.
    pub(super) fn count(&mut self, limit: usize) -> Result<usize, TreesError> {
        let count = usize::try_from(self.varint()?).unwrap_or(usize::MAX);
        if count > limit {
            Err(TreesError::Content("a count is out of all bounds"))
        } else {
            Ok(count)
        }
    }

    pub(super) fn float(&mut self) -> Result<f32, TreesError> {
        let value = f32::from_le_bytes(self.take()?);
        if value.is_finite() {
            Ok(value)
        } else {
            Err(TreesError::Content("a number is not finite"))
        }
    }

    pub(super) fn floats(&mut self, count: usize) -> Result<Vec<f32>, TreesError> {
        let mut floats = Vec::with_capacity(count.min(self.0.len() / 4));
        for _ in 0..count {
            floats.push(self.float()?);
        }
        Ok(floats)
    }

    pub(super) fn double(&mut self) -> Result<f64, TreesError> {
        Ok(f64::from_le_bytes(self.take()?))
    }

    pub(super) fn words(&mut self) -> Result<CodeSet, TreesError> {
        let mut words = CodeSet::default();
        for word in &mut words {
            *word = u64::from_le_bytes(self.take()?);
        }
        Ok(words)
    }

    /// A place in a table of `length` entries.
    pub(super) fn place(&mut self, length: usize) -> Result<usize, TreesError> {
        let mut place = 0;
        for byte in 0..width(length) {
            let [bits] = self.take()?;
            place |= usize::from(bits) << (8 * byte);
        }
        Ok(place)
    }

    /// That there is nothing more.
    pub(super) fn end(&self) -> Result<(), TreesError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(TreesError::Content("they go on after their end"))
        }
    }
}
