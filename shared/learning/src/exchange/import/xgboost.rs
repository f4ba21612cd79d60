//! What XGBoost's files say about a model's features.

use serde::Deserialize;

use super::Problem;
use super::features::{Feature, Reads};
use super::ubjson;

#[derive(Deserialize)]
struct Document {
    learner: Learner,
}

#[derive(Deserialize)]
struct Learner {
    #[serde(default)]
    feature_names: Vec<String>,
    #[serde(default)]
    feature_types: Vec<String>,
    #[serde(default)]
    gradient_booster: Booster,
}

#[derive(Default, Deserialize)]
struct Booster {
    #[serde(default)]
    model: Trees,
}

#[derive(Default, Deserialize)]
struct Trees {
    #[serde(default)]
    cats: Categories,
}

/// The categories that training saw, since XGBoost 3.1.
#[derive(Default, Deserialize)]
struct Categories {
    /// Of each feature; empty for one of numbers.
    #[serde(default)]
    enc: Vec<Levels>,
}

#[derive(Deserialize)]
struct Levels {
    /// Where each text begins and ends in `values`; absent for categories that are
    /// numbers.
    offsets: Option<Vec<usize>>,
    /// The bytes of all texts, one after the other, with a sign.
    #[serde(default)]
    values: Vec<i64>,
}

/// The keys that lead to what [`Document`] reads.
const KEYS: [&str; 10] = [
    "learner",
    "feature_names",
    "feature_types",
    "gradient_booster",
    "model",
    "cats",
    "enc",
    "offsets",
    "values",
    "type",
];

pub(super) fn of_json(bytes: &[u8]) -> Result<Vec<Feature>, Problem> {
    of_document(serde_json::from_slice(bytes)?)
}

pub(super) fn of_ubjson(bytes: &[u8]) -> Result<Vec<Feature>, Problem> {
    of_document(serde_json::from_value(ubjson::read(bytes, &KEYS)?)?)
}

fn of_document(document: Document) -> Result<Vec<Feature>, Problem> {
    let Learner { feature_names, feature_types, gradient_booster } = document.learner;
    let levels = gradient_booster.model.cats.enc;
    let count = feature_names.len().max(feature_types.len()).max(levels.len());
    let mut names = feature_names.into_iter();
    let mut levels = levels.into_iter();
    (0..count)
        .map(|place| {
            let name = names.next().unwrap_or_else(|| format!("f{place}"));
            let reads = match levels.next() {
                Some(Levels { offsets: None, .. }) => {
                    return Err(Problem::Feature(
                        name,
                        "has categories that are numbers, which a request cannot tell from other \
                         numbers: train it on texts, or on codes from 0 on with \
                         `feature_types=\"c\"`",
                    ));
                }
                Some(Levels { values, .. }) if values.iter().any(|&byte| byte < 0) => {
                    return Err(Problem::Feature(
                        name,
                        "has categories with characters beyond ASCII, which XGBoost (3.2) does not \
                         save whole: train it on ASCII texts",
                    ));
                }
                Some(Levels { offsets: Some(offsets), values }) if offsets.len() > 1 => {
                    Reads::Texts(texts(&offsets, &values).ok_or_else(|| {
                        Problem::Feature(name.clone(), "has categories that cannot be read")
                    })?)
                }
                _ => Reads::Numbers,
            };
            Ok(Feature { name, reads })
        })
        .collect()
}

/// The texts whose bytes lie between neighbouring offsets.
fn texts(offsets: &[usize], values: &[i64]) -> Option<Vec<String>> {
    let bytes: Vec<u8> = values.iter().map_while(|&value| u8::try_from(value).ok()).collect();
    let ends = offsets.iter().skip(1);
    offsets
        .iter()
        .zip(ends)
        .map(|(&begin, &end)| String::from_utf8(bytes.get(begin..end)?.to_vec()).ok())
        .collect()
}
