//! Universal Binary JSON (draft 12), as far as a few keys of a document need it.

use serde_json::{Map, Value};

/// Documents are not nested more deeply.
const DEPTH: usize = 64;

/// Bytes that are no document.
#[derive(Debug, thiserror::Error)]
#[error("byte {0}: not as UBJSON has it")]
pub(super) struct Malformed(usize);

/// Reads a document with only those members of its objects that `keys` has; the rest
/// is passed over.
pub(super) fn read(bytes: &[u8], keys: &[&str]) -> Result<Value, Malformed> {
    let mut reader = Reader { bytes, at: 0, keys };
    let marker = reader.marker()?;
    reader.value(marker, true, 0)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    keys: &'a [&'a str],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let end = self.at.checked_add(count).ok_or(Malformed(self.at))?;
        let taken = self.bytes.get(self.at..end).ok_or(Malformed(self.at))?;
        self.at = end;
        Ok(taken)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// The next marker; no-ops are passed over.
    fn marker(&mut self) -> Result<u8, Malformed> {
        loop {
            match self.peek().ok_or(Malformed(self.at))? {
                b'N' => self.at += 1,
                marker => {
                    self.at += 1;
                    return Ok(marker);
                }
            }
        }
    }

    fn integer(&mut self, marker: u8) -> Result<i64, Malformed> {
        let start = self.at;
        let size = match marker {
            b'i' | b'U' => 1,
            b'I' => 2,
            b'l' => 4,
            b'L' => 8,
            _ => return Err(Malformed(start)),
        };
        let bytes = self.take(size)?;
        let unsigned = bytes.iter().fold(0_u64, |sum, &byte| sum << 8 | u64::from(byte));
        Ok(match marker {
            b'i' => i64::from(unsigned as i8),
            b'U' => unsigned as i64,
            b'I' => i64::from(unsigned as i16),
            b'l' => i64::from(unsigned as i32),
            _ => unsigned as i64,
        })
    }

    fn count(&mut self) -> Result<usize, Malformed> {
        let marker = self.marker()?;
        usize::try_from(self.integer(marker)?).map_err(|_| Malformed(self.at))
    }

    fn text(&mut self) -> Result<&'a str, Malformed> {
        let (start, length) = (self.at, self.count()?);
        std::str::from_utf8(self.take(length)?).map_err(|_| Malformed(start))
    }

    /// The value behind a marker; `Null` for one that is not kept.
    fn value(&mut self, marker: u8, kept: bool, depth: usize) -> Result<Value, Malformed> {
        if depth > DEPTH {
            return Err(Malformed(self.at));
        }
        Ok(match marker {
            b'Z' => Value::Null,
            b'T' => Value::Bool(true),
            b'F' => Value::Bool(false),
            b'i' | b'U' | b'I' | b'l' | b'L' => Value::from(self.integer(marker)?),
            b'd' | b'D' => {
                // No number with a fraction is among what is kept.
                self.take(if marker == b'd' { 4 } else { 8 })?;
                Value::Null
            }
            b'C' => {
                Value::from(char::from(self.take(1)?.first().copied().unwrap_or(0)).to_string())
            }
            b'S' | b'H' => {
                let text = self.text()?;
                if kept { Value::from(text) } else { Value::Null }
            }
            b'[' => self.array(kept, depth)?,
            b'{' => self.object(kept, depth)?,
            _ => return Err(Malformed(self.at)),
        })
    }

    /// The type and count that a container may begin with.
    fn head(&mut self) -> Result<(Option<u8>, Option<usize>), Malformed> {
        let mut kind = None;
        if self.peek() == Some(b'$') {
            self.at += 1;
            kind = Some(self.marker()?);
        }
        let mut count = None;
        if self.peek() == Some(b'#') {
            self.at += 1;
            count = Some(self.count()?);
        }
        if kind.is_some() && count.is_none() { Err(Malformed(self.at)) } else { Ok((kind, count)) }
    }

    fn array(&mut self, kept: bool, depth: usize) -> Result<Value, Malformed> {
        let (kind, count) = self.head()?;
        let mut values = Vec::new();
        let mut left = count;
        loop {
            let marker = match (left, kind) {
                (Some(0), _) => break,
                // Values of no size could be counted for ever.
                (Some(_), Some(b'Z' | b'T' | b'F' | b'N')) => return Err(Malformed(self.at)),
                (_, Some(kind)) => kind,
                (_, None) => self.marker()?,
            };
            if left.is_none() && marker == b']' {
                break;
            }
            let value = self.value(marker, kept, depth + 1)?;
            if kept {
                values.push(value);
            }
            left = left.map(|left| left - 1);
        }
        Ok(if kept { Value::Array(values) } else { Value::Null })
    }

    fn object(&mut self, kept: bool, depth: usize) -> Result<Value, Malformed> {
        let (kind, count) = self.head()?;
        let mut members = Map::new();
        let mut left = count;
        while left != Some(0) {
            while self.peek() == Some(b'N') {
                self.at += 1;
            }
            if left.is_none() && self.peek() == Some(b'}') {
                self.at += 1;
                break;
            }
            let key = self.text()?;
            let marker = match kind {
                Some(kind) => kind,
                None => self.marker()?,
            };
            let keep = kept && self.keys.contains(&key);
            let value = self.value(marker, keep, depth + 1)?;
            if keep {
                members.insert(key.to_owned(), value);
            }
            left = left.map(|left| left - 1);
        }
        Ok(if kept { Value::Object(members) } else { Value::Null })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn kept_members_are_read_and_others_passed_over() {
        let bytes = b"{i\x01a[#i\x03i\xffU\xffI\x01\x00i\x01b[$d#i\x02\0\0\0\0\0\0\0\0i\x01c{i\x01aTi\x01zSi\x02hi}i\x01dSi\x02yo}";
        let read = read(bytes, &["a", "c", "d"]).unwrap();
        assert_eq!(read, json!({"a": [-1, 255, 256], "c": {"a": true}, "d": "yo"}));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = read(&bytes, &["a"]);
            let mut object = b"{i\x01a[$".to_vec();
            object.extend(&bytes);
            let _ = read(&object, &["a"]);
        }
    }
}
