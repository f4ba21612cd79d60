//! The features of an imported model.

/// A feature of an imported model.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Feature {
    pub(super) name: String,
    pub(super) reads: Reads,
}

/// What a feature reads.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Reads {
    /// Numbers, or codes as numbers.
    Numbers,
    /// Texts, whose codes are their places here.
    Texts(Vec<String>),
}

/// As many features as the model reads: those that the file does not name are called
/// `f0`, `f1` and so on, as XGBoost does.
pub(super) fn complete(mut features: Vec<Feature>, count: usize) -> Vec<Feature> {
    features.truncate(count);
    for place in features.len()..count {
        features.push(Feature { name: format!("f{place}"), reads: Reads::Numbers });
    }
    features
}
