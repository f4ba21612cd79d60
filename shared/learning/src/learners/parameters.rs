//! The hyper-parameters of the learners that are searched, and the values that they take.

use std::fmt;

use serde_json::Value;

use model_factory_tabular::spec::LearnerKind;

/// A hyper-parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Another name for it.
    pub alias: Option<&'static str>,
    /// The values that it takes.
    pub takes: Takes,
}

/// The values that a hyper-parameter takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Takes {
    /// Whole numbers from this on.
    Whole(u32),
    /// Numbers from this on.
    From(f64),
    /// Numbers above 0.
    Positive,
    /// Numbers above 0 and at most 1.
    Share,
    /// Numbers from 0 to 1.
    Unit,
    /// `true` or `false`.
    Truth,
    /// One of these words.
    Words(&'static [&'static str]),
    /// A number above 0 and at most 1, or one of these words.
    ShareOr(&'static [&'static str]),
    /// A number above 0, or one of these words.
    PositiveOr(&'static [&'static str]),
}

/// The hyper-parameters of a learner; none where what is tried does not follow from a search.
#[must_use]
pub fn parameters(learner: LearnerKind) -> &'static [Parameter] {
    use Takes::{From, Positive, PositiveOr, Share, ShareOr, Truth, Unit, Whole, Words};
    const fn of(name: &'static str, takes: Takes) -> Parameter {
        Parameter { name, alias: None, takes }
    }
    const fn also(name: &'static str, alias: &'static str, takes: Takes) -> Parameter {
        Parameter { name, alias: Some(alias), takes }
    }
    match learner {
        LearnerKind::Boosting => {
            &const {
                [
                    of("n_estimators", Whole(1)),
                    of("early_stopping_rounds", Whole(0)),
                    also("eta", "learning_rate", Positive),
                    of("max_depth", Whole(0)),
                    also("max_leaves", "num_leaves", Whole(0)),
                    of("grow_policy", Words(&["depthwise", "lossguide"])),
                    of("min_child_weight", From(0.0)),
                    of("gamma", From(0.0)),
                    of("reg_lambda", From(0.0)),
                    of("reg_alpha", From(0.0)),
                    of("subsample", Share),
                    of("colsample_bytree", Share),
                    of("max_bin", Whole(2)),
                ]
            }
        }
        LearnerKind::RandomForest | LearnerKind::ExtraTrees => {
            &const {
                [
                    of("n_estimators", Whole(1)),
                    of("max_depth", Whole(0)),
                    of("min_samples_leaf", Whole(1)),
                    of("max_features", ShareOr(&["sqrt", "log2"])),
                    of("bootstrap", Truth),
                ]
            }
        }
        LearnerKind::Linear => &const { [of("alpha", From(0.0)), of("l1_ratio", Unit)] },
        LearnerKind::Svm => {
            &const {
                [
                    of("kernel", Words(&["rbf", "linear"])),
                    of("C", Positive),
                    of("gamma", PositiveOr(&["scale"])),
                    of("epsilon", From(0.0)),
                ]
            }
        }
        LearnerKind::Neighbours => {
            &const { [of("n_neighbors", Whole(1)), of("weights", Words(&["uniform", "distance"]))] }
        }
        LearnerKind::NaiveBayes => {
            &const { [of("var_smoothing", From(0.0)), of("alpha", From(0.0))] }
        }
        LearnerKind::Baseline
        | LearnerKind::Blend
        | LearnerKind::IsolationForest
        | LearnerKind::RobustZ
        | LearnerKind::KMeans
        | LearnerKind::Dbscan => &[],
    }
}

impl Parameter {
    /// Whether it is called so.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.alias == Some(name)
    }
}

impl Takes {
    /// Whether the hyper-parameter can have this value.
    #[must_use]
    pub fn admits(&self, value: &Value) -> bool {
        let one_of = |words: &[&str]| value.as_str().is_some_and(|word| words.contains(&word));
        let number = |fits: fn(f64) -> bool| value.as_f64().is_some_and(fits);
        let is_share = |number: f64| 0.0 < number && number <= 1.0;
        match self {
            Self::Whole(least) => value
                .as_u64()
                .is_some_and(|value| (u64::from(*least)..=u64::from(u32::MAX)).contains(&value)),
            Self::From(least) => value.as_f64().is_some_and(|value| value >= *least),
            Self::Positive => number(|number| number > 0.0),
            Self::Share => number(is_share),
            Self::Unit => number(|number| (0.0..=1.0).contains(&number)),
            Self::Truth => value.is_boolean(),
            Self::Words(words) => one_of(words),
            Self::ShareOr(words) => number(is_share) || one_of(words),
            Self::PositiveOr(words) => number(|number| number > 0.0) || one_of(words),
        }
    }

    /// Whether its numbers are whole.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        matches!(self, Self::Whole(_))
    }

    /// Whether it can be a number.
    #[must_use]
    pub fn is_numeric(&self) -> bool {
        !matches!(self, Self::Truth | Self::Words(_))
    }
}

/// The values in words, such as `a number above 0`.
impl fmt::Display for Takes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = |words: &[&str]| {
            words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or ")
        };
        match self {
            Self::Whole(least) => write!(formatter, "a whole number from {least} on"),
            Self::From(least) => write!(formatter, "a number from {least} on"),
            Self::Positive => formatter.write_str("a number above 0"),
            Self::Share => formatter.write_str("a number above 0 and at most 1"),
            Self::Unit => formatter.write_str("a number from 0 to 1"),
            Self::Truth => formatter.write_str("`true` or `false`"),
            Self::Words(known) => formatter.write_str(&words(known)),
            Self::ShareOr(known) => {
                write!(formatter, "a number above 0 and at most 1, or {}", words(known))
            }
            Self::PositiveOr(known) => write!(formatter, "a number above 0, or {}", words(known)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;
    use crate::learners::Learner;

    fn learner(kind: LearnerKind, name: &str, value: &Value) -> Result<Value, serde_json::Error> {
        let mut object = Map::from_iter([("learner".to_owned(), json!(kind.name()))]);
        object.insert(name.to_owned(), value.clone());
        serde_json::to_value(serde_json::from_value::<Learner>(object.into())?)
    }

    #[test]
    fn they_are_those_that_the_learners_read_and_write() {
        for kind in LearnerKind::ALL.into_iter().filter(|kind| !parameters(*kind).is_empty()) {
            for parameter in parameters(kind) {
                let (value, wrong) = match parameter.takes {
                    Takes::Truth => (json!(true), json!("yes")),
                    Takes::Words(words) => (json!(words.last().unwrap()), json!("other")),
                    Takes::Whole(least) => (json!(least.max(7)), json!(2.5)),
                    Takes::ShareOr(_) | Takes::PositiveOr(_) => (json!(0.25), json!("other")),
                    _ => (json!(0.25), json!("0.25")),
                };
                assert!(parameter.takes.admits(&value) && !parameter.takes.admits(&wrong));
                for name in [Some(parameter.name), parameter.alias].into_iter().flatten() {
                    let written = learner(kind, name, &value).unwrap();
                    assert_eq!(written[parameter.name], value, "{kind:?} {name}");
                    assert!(parameter.is_called(name));
                }
                assert!(learner(kind, parameter.name, &wrong).is_err(), "{kind:?} {wrong}");
            }
            let usual = learner(kind, "learner", &json!(kind.name())).unwrap();
            for (name, value) in usual.as_object().unwrap().iter().filter(|it| it.0 != "learner") {
                let known = parameters(kind).iter().find(|parameter| parameter.name == name);
                assert!(known.is_some_and(|it| it.takes.admits(value)), "{kind:?} {name} {value}");
            }
        }
    }

    #[test]
    fn values_out_of_range_are_not_admitted() {
        for (takes, fits, does_not) in [
            (Takes::Whole(1), vec![json!(1)], vec![json!(0), json!(-1), json!(5_000_000_000_u64)]),
            (Takes::From(0.0), vec![json!(0), json!(1e9)], vec![json!(-0.1)]),
            (Takes::Positive, vec![json!(1e-9)], vec![json!(0), json!("scale")]),
            (Takes::Share, vec![json!(1)], vec![json!(0.0), json!(1.1)]),
            (Takes::Unit, vec![json!(0), json!(1)], vec![json!(-0.1), json!(1.1)]),
            (Takes::ShareOr(&["sqrt"]), vec![json!(1), json!("sqrt")], vec![json!(2)]),
            (Takes::PositiveOr(&["scale"]), vec![json!(2), json!("scale")], vec![json!("auto")]),
        ] {
            assert!(fits.iter().all(|value| takes.admits(value)), "{takes}");
            assert!(!does_not.iter().any(|value| takes.admits(value)), "{takes}");
        }
        assert_eq!(
            Takes::ShareOr(&["sqrt", "log2"]).to_string(),
            "a number above 0 and at most 1, or `sqrt` or `log2`"
        );
    }
}
