//! Numbers as JSON writes them.

/// Powers of ten that a double holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// So many decimal digits fit into the 53 bits of a double.
const EXACT_DIGITS: usize = 15;

/// The number that `json` begins with, rounded correctly, and the bytes that it takes; `None`
/// where JSON allows no such number, or it is too large for a double.
///
/// A few digits divided by a power of ten that is exact are rounded once, and thus correctly
/// (Clinger, "How to Read Floating Point Numbers Accurately", 1990); the rest is left to
/// Lemire's algorithm.
pub(super) fn number(json: &[u8]) -> Option<(f64, usize)> {
    let negative = json.first() == Some(&b'-');
    let sign = usize::from(negative);
    let (mut digits, whole) = digits(json.get(sign..)?, 0);
    if whole == 0 || (whole > 1 && json.get(sign) == Some(&b'0')) {
        return None;
    }
    let mut length = sign + whole;
    let mut fraction = 0;
    if json.get(length) == Some(&b'.') {
        (digits, fraction) = self::digits(json.get(length + 1..)?, digits);
        if fraction == 0 {
            return None;
        }
        length += 1 + fraction;
    }
    let exponent = exponent(json.get(length..)?)?;
    if exponent == 0
        && whole + fraction <= EXACT_DIGITS
        && let Some(power) = POWERS.get(fraction)
    {
        let magnitude = digits as f64 / power;
        return Some((if negative { -magnitude } else { magnitude }, length));
    }
    length += exponent;
    let number: f64 = fast_float2::parse(json.get(..length)?).ok()?;
    number.is_finite().then_some((number, length))
}

/// The decimal digits that `json` begins with, behind those of `before`, and how many they are.
/// The number wraps where there are too many.
fn digits(json: &[u8], before: u64) -> (u64, usize) {
    let mut number = before;
    let mut length = 0;
    for byte in json {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
        length += 1;
    }
    (number, length)
}

/// The bytes of the exponent that `json` begins with, if it does; `None` where it has no digits.
fn exponent(json: &[u8]) -> Option<usize> {
    let Some((b'e' | b'E', rest)) = json.split_first() else { return Some(0) };
    let sign = usize::from(matches!(rest.first(), Some(b'-' | b'+')));
    let (_, length) = digits(rest.get(sign..)?, 0);
    (length > 0).then_some(1 + sign + length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_number_is_the_one_that_json_says(value in any::<f64>(), rest in "[],} x-]{0,2}") {
            prop_assume!(value.is_finite());
            for text in [format!("{value}"), format!("{value:e}"), format!("{value:.3}")] {
                let expected: f64 = text.parse().unwrap();
                let (found, length) = number(format!("{text}{rest}").as_bytes()).unwrap();
                prop_assert_eq!((found.to_bits(), length), (expected.to_bits(), text.len()));
            }
        }

        #[test]
        fn a_text_is_a_number_where_json_allows_it(text in "-?[0-9]{0,20}(\\.[0-9]{0,20})?([eE][-+]?[0-9]{0,3})?") {
            let expected: Option<f64> = serde_json::from_str(&text).ok();
            let whole = number(text.as_bytes()).filter(|(_, length)| *length == text.len());
            prop_assert_eq!(whole.map(|it| it.0.to_bits()), expected.map(f64::to_bits));
        }
    }

    #[test]
    fn what_other_languages_take_for_numbers_is_refused() {
        for text in ["", "-", "+1", ".5", "5.", "01", "-01", "1.e5", "1e", "1e+", "inf", "-inf"] {
            assert_eq!(number(text.as_bytes()), None, "{text}");
        }
        assert_eq!(number(b"1e999"), None);
        assert_eq!(number(b"-0,").map(|it| it.0.to_bits()), Some((-0.0_f64).to_bits()));
        assert_eq!(number(b"0.1234]"), Some((0.1234, 6)));
    }
}
