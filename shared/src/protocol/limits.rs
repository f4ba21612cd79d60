//! What a request may ask of the memory of a function.

use super::error::ProtocolError;

/// The most bytes of an id that a client gives a request; labels are joined by it.
pub const ID_BYTES: usize = 256;

/// The greatest request that is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the body, after decompression.
    pub body_bytes: usize,
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// Rows times the inputs of the model: a short body can stand for a large
    /// table when inputs are left out.
    pub cells: usize,
    /// Bytes of one text.
    pub text_bytes: usize,
    /// How deep lists and objects may stand inside each other.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 6 * 1024 * 1024,
            rows: 100_000,
            columns: 10_000,
            cells: 10_000_000,
            text_bytes: 64 * 1024,
            depth: 32,
        }
    }
}

impl Limits {
    /// Checks what can be told of a JSON body before it is read.
    ///
    /// # Errors
    /// When it is empty, too large, or nests too deep.
    pub fn admit_json(&self, body: &[u8]) -> Result<(), ProtocolError> {
        self.admit_body(body)?;
        self.admit_depth(body)
    }

    /// Checks what can be told before anything is read.
    pub(super) fn admit_body(&self, body: &[u8]) -> Result<(), ProtocolError> {
        if body.len() > self.body_bytes {
            return Err(ProtocolError::BodyTooLarge { found: body.len(), limit: self.body_bytes });
        }
        if body.iter().all(u8::is_ascii_whitespace) {
            return Err(ProtocolError::EmptyBody);
        }
        Ok(())
    }

    /// Checks that the lists and objects of a JSON text do not nest too deep.
    pub(super) fn admit_depth(&self, json: &[u8]) -> Result<(), ProtocolError> {
        let opening = json.iter().filter(|&&byte| matches!(byte, b'[' | b'{')).count();
        if opening <= self.depth || !is_deeper(json, self.depth) {
            return Ok(());
        }
        Err(ProtocolError::TooDeep { limit: self.depth })
    }

    pub(super) fn admit_columns(&self, columns: usize) -> Result<(), ProtocolError> {
        if columns > self.columns {
            return Err(ProtocolError::TooManyColumns { found: columns, limit: self.columns });
        }
        Ok(())
    }

    pub(super) fn admit_rows(&self, rows: usize, inputs: usize) -> Result<(), ProtocolError> {
        if rows > self.rows {
            return Err(ProtocolError::TooManyRows { limit: self.rows });
        }
        if rows.saturating_mul(inputs) > self.cells {
            return Err(ProtocolError::TooManyCells { inputs, limit: self.cells });
        }
        Ok(())
    }
}

/// How many bytes are looked at together: a run of numbers has no structure.
const STRIDE: usize = 64;

fn is_deeper(json: &[u8], limit: usize) -> bool {
    let structural = |byte: u8| matches!(byte, b'[' | b'{' | b']' | b'}' | b'"');
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for stride in json.chunks(STRIDE) {
        if !in_text && !stride.iter().fold(false, |found, &byte| found | structural(byte)) {
            continue;
        }
        for &byte in stride {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if in_text => escaped = true,
                b'"' => in_text = !in_text,
                _ if in_text => {}
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > limit {
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(json: &str, limit: usize) -> Result<(), String> {
        let limits = Limits { depth: limit, ..Limits::default() };
        limits.admit_depth(json.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_body_is_refused_when_it_is_empty_or_too_large() {
        let limits = Limits { body_bytes: 3, ..Limits::default() };
        let refusal = |body: &[u8]| limits.admit_body(body).unwrap_err().to_string();
        assert!(limits.admit_body(b"abc").is_ok());
        assert_eq!(
            refusal(b"abcd"),
            "the body has 4 bytes, more than the 3 allowed: send the rows in smaller requests"
        );
        assert_eq!(refusal(b" \n"), "the body is empty: send a request");
    }

    #[test]
    fn nesting_is_counted_outside_texts_only() {
        assert_eq!(depth("[[1],[2],[3],[4]]", 2), Ok(()));
        assert_eq!(depth(r#"["[[[[\"[[[",{"{{{":1}]"#, 2), Ok(()));
        let refusal = Err("the body nests lists or objects deeper than 2".to_owned());
        assert_eq!(depth("[[[]]]", 2), refusal);
        assert_eq!(depth(&format!("[{}[[]]", "1,".repeat(200)), 2), refusal);
        assert_eq!(depth(&"[".repeat(1_000_000), 2), refusal);
    }

    #[test]
    fn rows_are_limited_by_themselves_and_by_the_table_they_make() {
        let limits = Limits { rows: 10, cells: 20, ..Limits::default() };
        assert!(limits.admit_rows(10, 2).is_ok());
        assert!(matches!(limits.admit_rows(11, 1), Err(ProtocolError::TooManyRows { limit: 10 })));
        assert!(matches!(limits.admit_rows(10, 3), Err(ProtocolError::TooManyCells { .. })));
    }
}
