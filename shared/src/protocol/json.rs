//! JSON as clients write it: with a byte order mark, or with Python's `NaN`.

use super::error::ProtocolError;

/// The mark that some editors and clients begin a text with.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Python's words for what no JSON number can be.
const INFINITE: [&str; 2] = ["-Infinity", "Infinity"];

/// The text behind its byte order mark, if it has one.
#[must_use]
pub fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

/// Reads a body by `read`, and once more where it is no JSON but for a bare `NaN`, which
/// Python's `json` writes for a missing number: it is read as `null`.
pub(super) fn read<T>(
    body: &[u8],
    read: impl Fn(&[u8]) -> Result<T, ProtocolError>,
) -> Result<T, ProtocolError> {
    let body = without_mark(body);
    match read(body) {
        Err(ProtocolError::NotJson(error)) => match with_nulls(body)? {
            Some(body) => read(&body),
            None => Err(ProtocolError::NotJson(error)),
        },
        read => read,
    }
}

/// The text with `null` for each `NaN` that is no part of a string; `None` without any.
fn with_nulls(json: &[u8]) -> Result<Option<Vec<u8>>, ProtocolError> {
    let mut written = Vec::new();
    let (mut from, mut at) = (0, 0);
    let (mut in_text, mut escaped) = (false, false);
    while let Some((&byte, rest)) = json.get(at..).and_then(<[u8]>::split_first) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'N' if rest.starts_with(b"aN") => {
                written.extend_from_slice(json.get(from..at).unwrap_or_default());
                written.extend_from_slice(b"null");
                (from, at) = (at + 3, at + 2);
            }
            b'-' | b'I' => {
                let infinite =
                    |word: &&str| json.get(at..).is_some_and(|it| it.starts_with(word.as_bytes()));
                if let Some(found) = INFINITE.into_iter().find(infinite) {
                    return Err(infinite_at(found, json.get(..at).unwrap_or_default()));
                }
            }
            _ => {}
        }
        at += 1;
    }
    written.extend_from_slice(json.get(from..).unwrap_or_default());
    Ok((from > 0).then_some(written))
}

fn infinite_at(found: &'static str, before: &[u8]) -> ProtocolError {
    let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|&&byte| byte != b'\n').count() + 1;
    ProtocolError::Infinite { found, line, column }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(json: &str) -> Option<String> {
        let written = with_nulls(json.as_bytes()).unwrap();
        written.map(|written| String::from_utf8(written).unwrap())
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
            assert_eq!(
                error.to_string(),
                format!(
                    "the body has {found} at line {line} column {column}, which is no number in \
                     JSON: send a finite one, or null where it is missing"
                )
            );
        }
        assert_eq!(repaired(r#"["-Infinity"]"#), None);
    }
}
