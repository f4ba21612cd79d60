//! The domain classifier: can rows of the window be told from rows of the reference?

use std::collections::BTreeMap;
use std::sync::Arc;

use statrs::function::erf::erfc;

use crate::dataset::{Field, HashOrder, Kind, Labelled, Schema, Target, Task};
use crate::drift::column::Finding;
use crate::drift::report::{Aspect, Effect, Measure, Method};
use crate::drift::terms::Terms;
use crate::learners::{BoostingParams, Candidate, FitContext, FitError, Learner, PredictError};
use crate::metrics::{Evaluation, Incomparable, Metric};
use crate::profile::{Column, Joint, JointCounts, Profile};
use crate::spec::Spec;

/// How many of the columns that tell the samples apart are named.
const NAMED: usize = 5;

/// What the classifier found.
pub(super) struct Found {
    pub(super) finding: Finding,
    /// The columns by which it tells the samples apart, and their shares of the gain.
    pub(super) separating: Vec<(String, f64)>,
}

/// The classifier could not be fitted or asked.
#[derive(Debug, thiserror::Error)]
enum DomainError {
    #[error(transparent)]
    Fit(#[from] FitError),
    #[error(transparent)]
    Predict(#[from] PredictError),
    #[error(transparent)]
    Incomparable(#[from] Incomparable),
}

/// Boosted trees learn to tell the two samples apart on one half of the rows and are
/// asked for the other half, then the other way round.
///
/// For rows that a classifier has not seen, the area under its ROC curve is a
/// Mann–Whitney statistic, whose law without drift is known however well the classifier
/// was fitted. Of the two halves' p-values the smaller counts, doubled.
pub(super) fn compare(
    reference: &Profile,
    joint: &Joint,
    counts: &JointCounts,
    terms: Terms<'_>,
) -> Option<Found> {
    let least = terms.thresholds.min_rows as usize;
    if joint.sample.len() < least.max(4) || counts.sample.len() < least.max(4) {
        return None;
    }
    let rows = both(reference, joint, counts)?;
    let halves: Vec<Vec<usize>> =
        (0..2).map(|half| (half..rows.rows()).step_by(2).collect()).collect();
    let [first, second] = halves.as_slice() else { return None };
    let asked = [(first, second), (second, first)]
        .into_iter()
        .map(|(train, test)| ask(&rows.select(train), &rows.select(test)))
        .collect::<Result<Vec<_>, _>>();
    let asked = match asked {
        Ok(asked) => asked,
        Err(error) => {
            tracing::warn!(%error, "the domain classifier is left out");
            return None;
        }
    };
    let p_value = asked.iter().map(|half| half.p_value).fold(1.0, f64::min);
    let auc = asked.iter().map(|half| half.auc).sum::<f64>() / asked.len() as f64;
    let mut gains: BTreeMap<&str, f64> = BTreeMap::new();
    for (name, gain) in asked.iter().flat_map(|half| &half.gains) {
        *gains.entry(name).or_default() += gain / asked.len() as f64;
    }
    let mut separating: Vec<(String, f64)> =
        gains.into_iter().map(|(name, gain)| (name.to_owned(), gain)).collect();
    separating.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    separating.truncate(NAMED);
    Some(Found {
        finding: Finding {
            aspect: Aspect::WholeRows,
            method: Method::DomainClassifier,
            statistic: auc,
            p_value: (2.0 * p_value).min(1.0),
            effect: Effect {
                measure: Measure::Separation,
                value: (auc - 0.5).max(0.0),
                floor: terms.thresholds.domain_auc - 0.5,
            },
        },
        separating,
    })
}

/// Both samples, the rows of each in the random order of their hashes.
fn both(reference: &Profile, joint: &Joint, counts: &JointCounts) -> Option<Labelled> {
    let of_name = |name: &str| reference.inputs.iter().find(|column| column.name == name);
    let columns: Vec<&Column> =
        joint.columns.iter().filter_map(|column| of_name(&column.name)).collect();
    let kinds = || columns.iter().map(|column| (column.name.as_str(), column.kind.is_number()));
    let table = joint.sample.table(kinds()).append(&counts.sample.table(kinds()));
    let (old, new) = (joint.sample.len(), counts.sample.len());
    let inputs: Vec<Field> = kinds()
        .map(|(name, is_number)| {
            Field::new(name, if is_number { Kind::Fractional } else { Kind::Category }, true)
        })
        .collect();
    let classes: Arc<[String]> = ["reference", "window"].map(str::to_owned).into();
    let task = Task::Classification { classes: classes.to_vec() };
    let mut labels = vec![0; old];
    labels.resize(old + new, 1);
    (table.rows() == labels.len()).then(|| Labelled {
        inputs: table,
        target: Target::Classes { classes, labels },
        schema: Schema { inputs, target: Some("sample".to_owned()), task },
        notes: Vec::new(),
        groups: None,
        times: None,
        unused: Vec::new(),
        hash_order: HashOrder::default(),
    })
}

/// What the classifier that was fitted to one half says of the other.
struct Half {
    auc: f64,
    p_value: f64,
    gains: BTreeMap<String, f64>,
}

fn ask(train: &Labelled, test: &Labelled) -> Result<Half, DomainError> {
    let params = BoostingParams {
        n_estimators: 30,
        early_stopping_rounds: 0,
        eta: 0.2,
        max_depth: 3,
        min_child_weight: 3.0,
        ..BoostingParams::default()
    };
    let spec = Spec::default();
    let candidate = Candidate::from(Learner::Boosting(params));
    let classifier = candidate.fit(train, &FitContext::new(&spec))?;
    let predictions = classifier.predict(&test.inputs)?;
    let auc = Evaluation::new(&test.target, &predictions)?.score(Metric::RocAuc);
    let new = match &test.target {
        Target::Classes { labels, .. } => labels.iter().sum::<usize>(),
        Target::Values(_) | Target::Absent { .. } => 0,
    } as f64;
    let old = test.rows() as f64 - new;
    // Ties would only make it smaller.
    let error = ((old + new + 1.0) / (12.0 * old * new)).sqrt();
    let statistic = (auc - 0.5) / error;
    let p_value = match statistic.is_finite() {
        true => erfc(statistic / std::f64::consts::SQRT_2) / 2.0,
        false => 1.0,
    };
    let auc = if auc.is_finite() { auc } else { 0.5 };
    Ok(Half { auc, p_value, gains: classifier.importance() })
}
