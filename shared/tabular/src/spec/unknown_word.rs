//! Turns serde's complaint about an unknown field or variant into one that helps.

use std::fmt;

use crate::nearest::nearest;

/// A word that a spec does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "model.toml: unknown {role} `{word}`{}{}{}",
    line.map(|line| format!(" on line {line}")).unwrap_or_default(),
    nearest.as_ref().map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default(),
    if known.is_empty() { String::new() } else { format!(" Known are {}", known.join(", ")) }
)]
pub struct UnknownWord {
    /// What it stands for.
    pub role: WordRole,
    /// The word as written.
    pub word: String,
    /// The line it stands on.
    pub line: Option<usize>,
    /// The known word that is spelled most like it.
    pub nearest: Option<String>,
    /// All known words, where they are few: values.
    pub known: Vec<String>,
}

/// What a word of a spec stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordRole {
    /// What is spoken of.
    Key,
    /// What is said of it.
    Value,
}

impl fmt::Display for WordRole {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Key => "key",
            Self::Value => "value",
        })
    }
}

impl UnknownWord {
    /// Reads serde's message ``unknown field `a`, expected one of `b`, `c` ``, or the same
    /// of a variant.
    pub(super) fn find(error: &toml::de::Error, source: &str) -> Option<Self> {
        let message = error.message();
        let of = |start: &str, role| Some((message.strip_prefix(start)?, role));
        let (rest, role) = of("unknown field `", WordRole::Key)
            .or_else(|| of("unknown variant `", WordRole::Value))?;
        let mut quoted = rest.split('`').step_by(2);
        let word = quoted.next()?.to_owned();
        let mut known: Vec<String> =
            quoted.filter(|known| !known.is_empty()).map(str::to_owned).collect();
        let nearest = nearest(&word, known.iter().map(String::as_str)).map(str::to_owned);
        if role == WordRole::Key {
            known.clear();
        }
        let line = error
            .span()
            .and_then(|span| source.get(..span.start))
            .map(|before| before.matches('\n').count() + 1);
        Some(Self { role, word, line, nearest, known })
    }
}
