//! Dictionary-encoded texts as operands.

use std::borrow::Cow;
use std::collections::HashMap;

use super::rows::{common_length, value};

/// Codes of a row, or of all rows if it is one, and what they stand for. A code that is
/// no index into `levels` is missing.
pub(super) struct Texts<'a> {
    pub(super) codes: Cow<'a, [u32]>,
    pub(super) levels: Cow<'a, [String]>,
}

impl<'a> Texts<'a> {
    pub(super) fn constant(text: &str) -> Self {
        Self { codes: vec![0].into(), levels: vec![text.to_owned()].into() }
    }

    pub(super) fn missing() -> Self {
        Self { codes: vec![u32::MAX].into(), levels: Vec::new().into() }
    }

    fn text(&self, code: u32) -> Option<&str> {
        self.levels.get(code as usize).map(String::as_str)
    }

    /// 1 where the text is missing, 0 elsewhere.
    pub(super) fn missing_codes(&self) -> Vec<f64> {
        let missing = |&code| f64::from(u8::from(self.text(code).is_none()));
        self.codes.iter().map(missing).collect()
    }

    /// A number of each text; each level is asked for once.
    pub(super) fn numbers(&self, f: impl Fn(&str) -> f64) -> Vec<f64> {
        let mut known: Vec<Option<f64>> = vec![None; self.levels.len()];
        let number = |&code: &u32| match (known.get_mut(code as usize), self.text(code)) {
            (Some(known), Some(text)) => *known.get_or_insert_with(|| f(text)),
            _ => f64::NAN,
        };
        self.codes.iter().map(number).collect()
    }

    /// Another text for each text.
    pub(super) fn mapped(self, f: impl Fn(&str) -> String) -> Self {
        let mut dictionary = Dictionary::default();
        let recoded: Vec<u32> =
            self.levels.iter().map(|level| dictionary.code(&f(level))).collect();
        let code = |&code: &u32| recoded.get(code as usize).copied().unwrap_or(u32::MAX);
        Self { codes: self.codes.iter().map(code).collect(), levels: dictionary.levels.into() }
    }

    /// 1 where `holds` of both texts, 0 where not, `NaN` where one is missing.
    pub(super) fn relate(&self, other: &Texts<'_>, holds: impl Fn(&str, &str) -> bool) -> Vec<f64> {
        let truth = |a: &str, b: &str| f64::from(u8::from(holds(a, b)));
        match (&*self.codes, &*other.codes) {
            (_, &[constant]) => match other.text(constant) {
                Some(b) => self.numbers(|a| truth(a, b)),
                None => vec![f64::NAN; self.codes.len()],
            },
            (&[constant], codes) => match self.text(constant) {
                Some(a) => other.numbers(|b| truth(a, b)),
                None => vec![f64::NAN; codes.len()],
            },
            (a, b) => a
                .iter()
                .zip(b)
                .map(|(&a, &b)| match (self.text(a), other.text(b)) {
                    (Some(a), Some(b)) => truth(a, b),
                    _ => f64::NAN,
                })
                .collect(),
        }
    }
}

/// `a` where `condition` is true, `b` where it is false, missing where it is missing.
pub(super) fn choose_texts<'a>(condition: &[f64], a: &Texts<'_>, b: &Texts<'_>) -> Texts<'a> {
    let mut dictionary = Dictionary::default();
    let mut recode = |texts: &Texts<'_>| -> Vec<u32> {
        texts.levels.iter().map(|level| dictionary.code(level)).collect()
    };
    let (of_a, of_b) = (recode(a), recode(b));
    let rows = common_length([condition.len(), a.codes.len(), b.codes.len()]);
    let recoded = |texts: &Texts<'_>, codes: &[u32], row| {
        codes.get(value(&texts.codes, row)? as usize).copied()
    };
    let codes = (0..rows).map(|row| {
        let chosen = match value(condition, row) {
            Some(c) if c.is_nan() => None,
            Some(0.0) => recoded(b, &of_b, row),
            _ => recoded(a, &of_a, row),
        };
        chosen.unwrap_or(u32::MAX)
    });
    Texts { codes: codes.collect(), levels: dictionary.levels.into() }
}

/// Distinct texts in order of first appearance.
#[derive(Default)]
struct Dictionary {
    levels: Vec<String>,
    index: HashMap<String, u32>,
}

impl Dictionary {
    fn code(&mut self, text: &str) -> u32 {
        if let Some(&code) = self.index.get(text) {
            return code;
        }
        let code = u32::try_from(self.levels.len()).unwrap_or(u32::MAX);
        self.levels.push(text.to_owned());
        self.index.insert(text.to_owned(), code);
        code
    }
}
