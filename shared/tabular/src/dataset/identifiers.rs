//! What tells that a column only tells rows apart.

/// A category with more levels than this share of its rows is an identifier.
const MAX_LEVEL_SHARE: f64 = 0.5;

/// … when it has at least this many levels.
const MIN_LEVELS_OF_NAMES: usize = 50;

/// Whether so many texts, in so many rows, are names of rows.
pub(super) fn name_rows(distinct: usize, rows: usize) -> bool {
    distinct >= MIN_LEVELS_OF_NAMES && distinct as f64 > MAX_LEVEL_SHARE * rows as f64
}

/// Whether a column's name is that of an identifier, such as `id`, `ride_id` or `PassengerId`.
pub(super) fn is_called_an_identifier(name: &str) -> bool {
    // After a lower-case letter: `PAID` and `Madrid` are none.
    let of_words = ["Id", "ID"].iter().filter_map(|suffix| name.strip_suffix(suffix));
    let mut of_words = of_words.filter(|rest| rest.ends_with(char::is_lowercase));
    let lower = name.to_lowercase();
    lower == "id" || lower.ends_with("_id") || of_words.next().is_some()
}

/// Whether no number is there twice.
pub(super) fn all_distinct(numbers: &[f64]) -> bool {
    let mut bits: Vec<u64> = numbers.iter().map(|number| number.to_bits()).collect();
    bits.sort_unstable();
    bits.windows(2).all(|pair| pair.first() != pair.last())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_known_by_their_names() {
        for name in ["id", "ID", "ride_id", "RIDE_ID", "PassengerId", "orderID"] {
            assert!(is_called_an_identifier(name), "{name}");
        }
        for name in ["paid", "PAID", "Madrid", "idea", "Idaho", "GRID"] {
            assert!(!is_called_an_identifier(name), "{name}");
        }
    }
}
