//! What LightGBM's text says about a model's features.

use serde_json::Value;

use super::Problem;
use super::features::{Feature, Reads};

/// Lists that do not fit together.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Mismatch(String);

pub(super) fn of_text(bytes: &[u8]) -> Result<Vec<Feature>, Problem> {
    let text = std::str::from_utf8(bytes)?;
    let header = |key: &str| {
        let lines = text.lines().take_while(|line| !line.starts_with("Tree="));
        lines.filter_map(|line| line.strip_prefix(key)?.strip_prefix('=')).next().unwrap_or("")
    };
    let names: Vec<&str> = header("feature_names").split_whitespace().collect();
    // Numbers have their bounds in brackets, categories their codes between colons.
    let infos: Vec<&str> = header("feature_infos").split_whitespace().collect();
    let is_category = |info: &&&str| !info.starts_with('[') && **info != "none";
    let mut levels = pandas_categories(text)?.into_iter();
    let expected = infos.iter().filter(is_category).count();
    if levels.len() > 0 && levels.len() != expected {
        return Err(Mismatch(format!(
            "`pandas_categorical` has {} columns where `feature_infos` has {expected}: a category \
             of which training saw one value only cannot be told from a number; leave it out",
            levels.len()
        ))
        .into());
    }
    names
        .into_iter()
        .enumerate()
        .map(|(place, name)| {
            let name = name.to_owned();
            let levels = match infos.get(place).filter(|info| is_category(info)) {
                Some(_) => levels.next(),
                None => None,
            };
            let reads = match levels {
                None => Reads::Numbers,
                Some(levels) => {
                    let texts = levels.iter().map(|level| Some(level.as_str()?.to_owned()));
                    match texts.collect::<Option<Vec<String>>>() {
                        Some(texts) => Reads::Texts(texts),
                        None => {
                            return Err(Problem::Feature(
                                name,
                                "has categories that are no texts, which a request cannot tell \
                                 from numbers: train it on texts, or on codes from 0 on with \
                                 `categorical_feature`",
                            ));
                        }
                    }
                }
            };
            Ok(Feature { name, reads })
        })
        .collect()
}

/// The categories of each categorical column of a data frame, whose codes are their
/// places; none when the model was not trained on one.
fn pandas_categories(text: &str) -> Result<Vec<Vec<Value>>, Problem> {
    let lines = text.lines().rev();
    let list = lines.filter_map(|line| line.strip_prefix("pandas_categorical:")).next();
    let list: Option<Vec<Vec<Value>>> = serde_json::from_str(list.unwrap_or("null"))?;
    Ok(list.unwrap_or_default())
}
