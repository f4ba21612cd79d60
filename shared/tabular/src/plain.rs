//! Messages of readers, without the names of this language's types.

/// The message, in which the type that is expected is named in words: `a number` in place of `f64`.
#[must_use]
pub fn plainly(message: &str) -> String {
    const EXPECTED: &str = "expected ";
    let Some((head, tail)) = message.rsplit_once(EXPECTED) else { return message.to_owned() };
    let end = tail.find(|sign: char| !sign.is_ascii_alphanumeric()).unwrap_or(tail.len());
    let (name, rest) = tail.split_at(end);
    let words = match name {
        "i64" => "a whole number",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0 on",
        "f32" | "f64" => "a number",
        _ => return message.to_owned(),
    };
    format!("{head}{EXPECTED}{words}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_named_in_words() {
        assert_eq!(
            plainly("invalid type: string \"expected f64\", expected f64 at line 1 column 9"),
            "invalid type: string \"expected f64\", expected a number at line 1 column 9"
        );
        assert_eq!(
            plainly("invalid value: integer `-1`, expected usize"),
            "invalid value: integer `-1`, expected a whole number from 0 on"
        );
        for other in ["missing field `f64`", "invalid type: map, expected a list", "expected "] {
            assert_eq!(plainly(other), other);
        }
    }
}
