//! The words that stand for true and false.

/// What a text of a column of booleans says: `true`, `yes`, `t`, `y` and `1`, or `false`, `no`,
/// `f`, `n` and `0`, in any case. `None` for any other text.
#[must_use]
pub fn parse(text: &str) -> Option<bool> {
    let text = text.trim();
    let is_one_of = |words: [&str; 5]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_one_of(["true", "yes", "t", "y", "1"]) {
        return Some(true);
    }
    is_one_of(["false", "no", "f", "n", "0"]).then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_words_are_read_in_any_case() {
        for (yes, no) in [("true", "false"), ("YES", "NO"), (" y ", "n"), ("T", "F"), ("1", "0")] {
            assert_eq!((parse(yes), parse(no)), (Some(true), Some(false)));
        }
        for text in ["", "ye", "on", "2", "-1", "nein", "n/a", "truefalse"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
