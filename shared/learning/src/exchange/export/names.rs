//! What features are called outside.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use model_factory_tabular::features::Pipeline;

/// The features of a model, as XGBoost describes them.
pub(super) struct Described<'a> {
    /// Unique names without the characters that XGBoost refuses.
    pub(super) names: Vec<String>,
    /// The texts that a feature's codes stand for; `None` for one of numbers.
    pub(super) levels: Vec<Option<Vec<&'a str>>>,
}

pub(super) fn describe(pipeline: &Pipeline) -> Described<'_> {
    let sources = pipeline.sources();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for source in &sources {
        *counts.entry(source).or_default() += 1;
    }
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let names = sources
        .iter()
        .map(|source| {
            let nth = seen.entry(source).or_default();
            *nth += 1;
            let name = source.replace(['[', ']', '<'], "_");
            match counts.get(source) {
                Some(1) | None => name,
                Some(_) => format!("{name}.{nth}"),
            }
        })
        .collect();
    Described { names, levels: pipeline.levels() }
}

impl Described<'_> {
    /// `c` for a category's code, `q` for a number.
    pub(super) fn types(&self) -> Vec<&'static str> {
        self.levels.iter().map(|levels| if levels.is_some() { "c" } else { "q" }).collect()
    }

    /// The texts of each category's codes, by name.
    pub(super) fn levels_by_name(&self) -> BTreeMap<&str, &[&str]> {
        let names = self.names.iter().map(String::as_str);
        names
            .zip(&self.levels)
            .filter_map(|(name, levels)| Some((name, levels.as_deref()?)))
            .collect()
    }

    /// The categories in XGBoost's (3.1 and later) form, by which it finds the codes of
    /// a data frame whose categories stand in another order; empty where there are none,
    /// or where one has characters beyond ASCII, which XGBoost (3.2) reads wrongly.
    pub(super) fn categories(&self) -> Value {
        let mut levels = self.levels.iter().flatten().flatten().peekable();
        if levels.peek().is_none() || !levels.all(|level| level.is_ascii()) {
            return json!({"enc": [], "feature_segments": [], "sorted_idx": []});
        }
        let mut encoded = Vec::new();
        let mut segments = vec![0];
        let mut order: Vec<usize> = Vec::new();
        for levels in &self.levels {
            let levels = levels.as_deref().unwrap_or_default();
            let mut offsets = Vec::new();
            let mut bytes: Vec<u8> = Vec::new();
            for level in levels {
                if offsets.is_empty() {
                    offsets.push(0);
                }
                bytes.extend(level.bytes());
                offsets.push(bytes.len());
            }
            encoded.push(json!({"offsets": offsets, "values": bytes}));
            let mut sorted: Vec<usize> = (0..levels.len()).collect();
            sorted.sort_by_key(|&place| levels.get(place));
            order.extend(sorted);
            segments.push(order.len());
        }
        json!({"enc": encoded, "feature_segments": segments, "sorted_idx": order})
    }
}
