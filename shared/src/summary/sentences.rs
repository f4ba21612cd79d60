//! Where sentences end.

/// The sentences of a text, trimmed. One ends with its line, and with `.`, `!`, `?`, `…` or
/// their full-width forms; the narrow ones end it only before a space, so that `3.5` and
/// `a.b` stay whole.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(of_line).map(str::trim).filter(|sentence| !sentence.is_empty())
}

fn of_line(mut rest: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = end_of_first(rest).unwrap_or(rest.len());
        let (sentence, others) = rest.split_at_checked(end)?;
        rest = others;
        Some(sentence)
    })
}

/// The byte after the first sentence of a line; `None` where the line is one.
fn end_of_first(line: &str) -> Option<usize> {
    let mut characters = line.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map(|&(_, next)| next);
        let ends = match character {
            '.' | '!' | '?' | '…' => next.is_none_or(char::is_whitespace),
            '。' | '！' | '？' => true,
            _ => false,
        };
        if ends {
            return Some(at + character.len_utf8());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_readers_stop() {
        let found = |text| sentences(text).collect::<Vec<_>>();
        assert_eq!(found("Paid 3.5 twice! Why?  See a.b"), ["Paid 3.5 twice!", "Why?", "See a.b"]);
        assert_eq!(found("no stop\n\n next line. "), ["no stop", "next line."]);
        assert_eq!(found("Wait... what?!"), ["Wait...", "what?!"]);
        assert_eq!(found("迷路了。很慢！"), ["迷路了。", "很慢！"]);
        assert!(found(" \n\t").is_empty());
    }
}
