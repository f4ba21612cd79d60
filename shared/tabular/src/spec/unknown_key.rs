//! Turns serde's complaint about an unknown field into one that helps.

use crate::nearest::nearest;

/// A key that a spec does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "model.toml: unknown key `{key}`{}{}",
    line.map(|line| format!(" on line {line}")).unwrap_or_default(),
    nearest.as_ref().map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default()
)]
pub struct UnknownKey {
    /// The key as written.
    pub key: String,
    /// The line it stands on.
    pub line: Option<usize>,
    /// The known key that is spelled most like it.
    pub nearest: Option<String>,
}

impl UnknownKey {
    /// Reads serde's message ``unknown field `a`, expected one of `b`, `c` ``.
    pub(super) fn find(error: &toml::de::Error, source: &str) -> Option<Self> {
        let message = error.message();
        let mut quoted = message.strip_prefix("unknown field `")?.split('`').step_by(2);
        let key = quoted.next()?.to_owned();
        let nearest = nearest(&key, quoted.filter(|known| !known.is_empty())).map(str::to_owned);
        let line = error
            .span()
            .and_then(|span| source.get(..span.start))
            .map(|before| before.matches('\n').count() + 1);
        Some(Self { key, line, nearest })
    }
}
