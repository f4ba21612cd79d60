//! "Did you mean …?"

/// Of the `known` words, the one that is spelled most like `word`, by the distance of
/// Damerau and Levenshtein as a share of the longer word; none when all have nothing in
/// common with it.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|known| (strsim::normalized_damerau_levenshtein(word, known), known))
        .filter(|(similarity, _)| *similarity > 0.0)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_spelled_most_alike() {
        assert_eq!(nearest("tarket", ["task", "target", "split"]), Some("target"));
        assert_eq!(nearest("lgo", ["log10", "log", "floor"]), Some("log"));
        assert_eq!(nearest("zz", ["x", "y"]), None);
    }
}
