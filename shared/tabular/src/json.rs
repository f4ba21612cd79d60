//! JSON as people and programs write it: with a byte order mark, or with Python's `NaN`.

use std::borrow::Cow;

use memchr::{memchr2, memmem};

/// The mark that some editors and clients begin a text with.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Python's word for a number that is missing.
const MISSING: &[u8] = b"NaN";

/// Python's words for what no JSON number can be.
const INFINITE: [&str; 2] = ["-Infinity", "Infinity"];

/// A number that JSON lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{found} at line {line} column {column}, which is no number in JSON: send a finite one, or null \
     where it is missing"
)]
pub struct Infinite {
    /// What is there.
    pub found: &'static str,
    /// Its line, from 1.
    pub line: usize,
    /// Its column in bytes, from 1.
    pub column: usize,
}

/// The text behind its byte order mark, if it has one.
#[must_use]
pub fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

/// The text with `null` for each bare `NaN`, which Python's `json` writes for a missing
/// number; the text itself where there is none.
///
/// # Errors
/// When a bare `Infinity` or `-Infinity` stands in it: an infinite number is not missing.
pub fn with_nulls(json: &[u8]) -> Result<Cow<'_, [u8]>, Infinite> {
    let has = |word: &[u8]| memmem::find(json, word).is_some();
    // Most lines of numbers have neither letter. The shorter of the infinite words is part of the
    // other.
    match memchr2(b'N', b'I', json).is_some() && (has(MISSING) || has(b"Infinity")) {
        true => replaced(json),
        false => Ok(Cow::Borrowed(json)),
    }
}

fn replaced(json: &[u8]) -> Result<Cow<'_, [u8]>, Infinite> {
    let mut written = Vec::new();
    let (mut from, mut at) = (0, 0);
    let (mut in_text, mut escaped) = (false, false);
    while let Some((&byte, _)) = json.get(at..).and_then(<[u8]>::split_first) {
        let begins = |word: &[u8]| json.get(at..).is_some_and(|rest| rest.starts_with(word));
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'N' if begins(MISSING) => {
                written.extend_from_slice(json.get(from..at).unwrap_or_default());
                written.extend_from_slice(b"null");
                (from, at) = (at + MISSING.len(), at + MISSING.len() - 1);
            }
            b'-' | b'I' => {
                if let Some(found) = INFINITE.into_iter().find(|word| begins(word.as_bytes())) {
                    return Err(infinite_at(found, json.get(..at).unwrap_or_default()));
                }
            }
            _ => {}
        }
        at += 1;
    }
    if from == 0 {
        return Ok(Cow::Borrowed(json));
    }
    written.extend_from_slice(json.get(from..).unwrap_or_default());
    Ok(Cow::Owned(written))
}

fn infinite_at(found: &'static str, before: &[u8]) -> Infinite {
    let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|&&byte| byte != b'\n').count() + 1;
    Infinite { found, line, column }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(json: &str) -> Option<String> {
        match with_nulls(json.as_bytes()).unwrap() {
            Cow::Owned(written) => Some(String::from_utf8(written).unwrap()),
            Cow::Borrowed(_) => None,
        }
    }

    #[test]
    fn nan_is_null_where_it_is_no_text() {
        assert_eq!(repaired("[NaN,1, NaN ]").unwrap(), "[null,1, null ]");
        assert_eq!(
            repaired(r#"{"NaN":["NaN","\"NaN",NaN,"\\"]}"#).unwrap(),
            r#"{"NaN":["NaN","\"NaN",null,"\\"]}"#
        );
        assert_eq!(repaired(r#"["NaN", -1, {"a": nan}]"#), None);
        // What is no JSON stays none.
        assert_eq!(repaired("-NaN").unwrap(), "-null");
    }

    #[test]
    fn what_is_infinite_is_told_with_its_place() {
        for (json, found, line, column) in
            [("[1,\n Infinity]", "Infinity", 2, 2), ("[NaN,-Infinity]", "-Infinity", 1, 6)]
        {
            let error = with_nulls(json.as_bytes()).unwrap_err();
            assert_eq!(error, Infinite { found, line, column });
            assert_eq!(
                error.to_string(),
                format!(
                    "{found} at line {line} column {column}, which is no number in JSON: send a \
                     finite one, or null where it is missing"
                )
            );
        }
        assert_eq!(repaired(r#"["-Infinity"]"#), None);
    }

    #[test]
    fn a_mark_is_passed_over_once() {
        assert_eq!(without_mark(b"\xef\xbb\xbf{}"), b"{}");
        assert_eq!(without_mark(b"{}"), b"{}");
    }
}
