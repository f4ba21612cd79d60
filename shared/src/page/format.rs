//! Numbers as people read them.

/// A number with about four significant digits.
pub(crate) fn number(value: f64) -> String {
    let magnitude = value.abs();
    if value == 0.0 {
        "0".to_owned()
    } else if !(1e-3..1e6).contains(&magnitude) {
        format!("{value:.2e}")
    } else {
        let decimals = (3 - magnitude.log10().floor() as i32).clamp(0, 6) as usize;
        let text = format!("{value:.decimals$}");
        match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => text,
        }
    }
}

/// A share in per cent.
pub(crate) fn percent(share: f64) -> String {
    match share * 100.0 {
        0.0 => "0 %".to_owned(),
        value if value < 0.1 => "< 0.1 %".to_owned(),
        value => format!("{value:.1} %"),
    }
}

/// A p-value.
pub(crate) fn p_value(value: f64) -> String {
    if value < 1e-4 { "< 0.0001".to_owned() } else { format!("{value:.4}") }
}

/// A count with its digits in groups of three.
pub(crate) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A text with at most `most` characters, and an ellipsis where more were.
pub(crate) fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let shown: Vec<String> =
            [0.0, 1.0, -0.25, 1234.5678, 123_456.7, 0.000_012, 3.3e9, 0.1 + 0.2]
                .map(number)
                .to_vec();
        assert_eq!(shown, ["0", "1", "-0.25", "1235", "123457", "1.20e-5", "3.30e9", "0.3"]);
        assert_eq!([0.0, 0.0004, 0.053].map(percent), ["0 %", "< 0.1 %", "5.3 %"]);
        assert_eq!([0.031_24, 1e-9].map(p_value), ["0.0312", "< 0.0001"]);
        assert_eq!(
            [7, 1_234, 1_234_567].map(count),
            ["7", "1\u{202f}234", "1\u{202f}234\u{202f}567"]
        );
    }
}
