//! What a run must be to be listed: `metric.f1>0.8`, `tag.team=risk`.

use std::cmp::Ordering;
use std::str::FromStr;

use serde_json::Value;

use crate::client::facts::Facts;

/// The comparisons, longer words before those that they begin with.
const COMPARISONS: [(&str, Comparison); 6] = [
    ("!=", |order| order != Ordering::Equal),
    (">=", |order| order != Ordering::Less),
    ("<=", |order| order != Ordering::Greater),
    ("=", |order| order == Ordering::Equal),
    (">", |order| order == Ordering::Greater),
    ("<", |order| order == Ordering::Less),
];

type Comparison = fn(Ordering) -> bool;

/// One condition on a run.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    field: Field,
    compare: Comparison,
    value: String,
}

#[derive(Debug, Clone)]
enum Field {
    Metric(String),
    Param(String),
    Tag(String),
    /// A member of the run's record.
    Own(String),
}

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = || {
            format!(
                "`{text}` is no condition: write a field (metric.NAME, param.NAME, tag.NAME, \
                 outcome, cause, dataset, seconds, version or alias), one of = != > >= < <=, and \
                 a value"
            )
        };
        let at = text.find(['!', '>', '<', '=']).ok_or_else(expected)?;
        let (field, rest) = text.split_at(at);
        let found = COMPARISONS.iter().find_map(|(word, compare)| {
            Some((*compare, rest.strip_prefix(word)?.trim().to_owned()))
        });
        let (compare, value) = found.ok_or_else(expected)?;
        let field = match field.trim().split_once('.') {
            Some(("metric", name)) => Field::Metric(name.to_owned()),
            Some(("param", name)) => Field::Param(name.to_owned()),
            Some(("tag", name)) => Field::Tag(name.to_owned()),
            None if OWN.contains(&field.trim()) => Field::Own(field.trim().to_owned()),
            _ => return Err(expected()),
        };
        Ok(Self { field, compare, value })
    }
}

/// The members of a run's record that can be asked for.
const OWN: [&str; 6] = ["outcome", "cause", "dataset", "seconds", "version", "alias"];

impl Condition {
    /// Whether a run is so. What is not known of a run is unequal to every value, and neither
    /// more nor less than one.
    pub(super) fn holds(&self, facts: &Facts) -> bool {
        let found = match &self.field {
            Field::Metric(name) => facts.metrics.get(name).map(f64::to_string),
            Field::Param(name) => facts.params.get(name).cloned(),
            Field::Tag(name) => facts.tags.get(name).cloned(),
            Field::Own(name) => own(facts, name),
        };
        match found {
            Some(found) => order(&found, &self.value).is_some_and(self.compare),
            // Equal to nothing: only `!=` holds of what is both less and greater.
            None => (self.compare)(Ordering::Less) && (self.compare)(Ordering::Greater),
        }
    }
}

fn own(facts: &Facts, name: &str) -> Option<String> {
    let record = &facts.record;
    match name {
        "outcome" => {
            let run = serde_json::to_value(&record.run).ok()?;
            run.get("outcome").and_then(Value::as_str).map(str::to_owned)
        }
        "cause" => Some(record.cause.clone()),
        "dataset" => record.dataset.clone(),
        "seconds" => Some(record.seconds.total.to_string()),
        "version" => record.lineage.version.map(|version| version.to_string()),
        _ => record.lineage.alias.as_ref().map(ToString::to_string),
    }
}

/// How two values compare: as numbers where both are, else as texts.
fn order(left: &str, right: &str) -> Option<Ordering> {
    match (left.parse::<f64>(), right.parse::<f64>()) {
        (Ok(left), Ok(right)) => left.partial_cmp(&right),
        _ => Some(left.cmp(right)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_read_whole_or_refused_in_words() {
        for good in ["metric.f1>=0.8", "tag.team = risk", "outcome!=failed", "param.spec.seed<3"] {
            assert!(good.parse::<Condition>().is_ok(), "{good}");
        }
        for bad in ["metric.f1", "f1>0.8", "outcome!failed", "", "other.x=1"] {
            let error = bad.parse::<Condition>().unwrap_err();
            assert!(error.contains("is no condition"), "{bad}: {error}");
        }
        assert_eq!(order("10", "9"), Some(Ordering::Greater), "numbers are no texts");
        assert_eq!(order("b", "a"), Some(Ordering::Greater));
    }
}
