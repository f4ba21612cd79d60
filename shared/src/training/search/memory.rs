//! About how much memory a candidate's trial needs.

use super::study::AT_ONCE;
use crate::dataset::{Column, Field, Kind, Labelled, Values};
use crate::features::Encoding;
use crate::learners::{Candidate, Learner};
use crate::spec::{LearnerKind, Spec};

/// The most features that a category becomes.
const MAX_LEVELS: usize = 100;

/// The most features that a text becomes, unless the spec says otherwise.
const MAX_BUCKETS: usize = 256;

/// The bytes that a leaf of a forest takes, with the split above it, while trees are grown and
/// joined: 53 to 60 were measured where numbers are predicted, on 80,000 rows.
const LEAF: usize = 60;

/// The parts of a date.
const DATE_PARTS: usize = 7;

/// The bytes that scoring the candidate takes at its peak, beside the data: features of
/// all folds that are scored at once, and what the learner makes of them.
pub(super) fn estimate(candidate: &Candidate, data: &Labelled, spec: &Spec) -> u64 {
    let cell = match candidate.learner.kind() {
        // Features, their copy in the library, and their bins.
        LearnerKind::Boosting => 4 + 4 + 2,
        // Features and their bins, of which each tree holds the order.
        LearnerKind::RandomForest | LearnerKind::ExtraTrees => 4 + 2 + 4,
        LearnerKind::Linear | LearnerKind::Svm | LearnerKind::Neighbours => 8 + 8,
        LearnerKind::NaiveBayes => 8,
        // They are searched otherwise.
        LearnerKind::IsolationForest
        | LearnerKind::RobustZ
        | LearnerKind::KMeans
        | LearnerKind::Dbscan
        | LearnerKind::Baseline
        // Its members have been tried.
        | LearnerKind::Blend => 0,
    };
    // Gradients or residuals, weights, and predictions of each class.
    let row = 8 * (4 + data.schema.task.classes().len());
    let features = width(candidate.encoding, data, spec);
    // Upright figures, as columns.
    let upright = spec.image.upright_side().map_or(0, |_| 8 * data.schema.inputs.len());
    let rows = data.rows();
    (AT_ONCE * (rows * (features * cell + row + upright) + trees(candidate, rows))) as u64
}

/// The bytes of a forest's trees at most: a leaf for as few rows as it may have.
fn trees(candidate: &Candidate, rows: usize) -> usize {
    match &candidate.learner {
        Learner::RandomForest(params) | Learner::ExtraTrees(params) => {
            params.n_estimators * (rows / params.min_samples_leaf.max(1)) * LEAF
        }
        _ => 0,
    }
}

/// The number of features that the inputs become at most.
fn width(encoding: Encoding, data: &Labelled, spec: &Spec) -> usize {
    let of_column = |(field, column): (&Field, &Column)| {
        let said = spec.columns.get(&field.name);
        match (field.kind, &column.values) {
            (Kind::Text, _) => said.and_then(|said| said.buckets).unwrap_or(MAX_BUCKETS),
            (Kind::Date, _) if encoding.is_for_trees() => DATE_PARTS,
            // Parts, their sines and cosines, and an indicator.
            (Kind::Date, _) => 3 * DATE_PARTS + 1,
            (_, values @ Values::Number(_)) => 1 + usize::from(values.missing() > 0),
            (_, Values::Category(_)) if encoding.is_for_trees() => 1,
            (_, Values::Category(categories)) => categories.levels.len().min(MAX_LEVELS) + 1,
        }
    };
    data.schema.inputs.iter().zip(data.inputs.columns()).map(of_column).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset;
    use crate::features::Recipe;
    use crate::learners::{FitContext, ForestParams};

    #[test]
    fn no_encoding_makes_more_features_than_are_reckoned_with() {
        let rows = (0..120_u32).map(|row| {
            let text: String = (0..8).map(|word| format!("w{} ", row * 31 % (97 + word))).collect();
            let day = jiff::civil::date(2024, 1, 1).saturating_add(jiff::Span::new().days(row * 3));
            format!("{}.5,c{},{day},{text},{}\n", row % 17, row % 30, row * 7 % 23)
        });
        let text = "number,category,day,text,y\n".to_owned() + &rows.collect::<String>();
        let spec = Spec::parse(b"[columns.text]\nkind = 'text'").unwrap();
        let source = std::sync::Arc::new(bytes::Bytes::from(text));
        let raw = dataset::read("rows.csv", source, &spec).unwrap();
        let data = Labelled::from_raw(raw, &spec).unwrap();
        for encoding in Encoding::ALL {
            let (_, matrix) =
                Recipe::new(encoding, &spec, &data.schema).fit::<f32>(&data, 1).unwrap();
            let (made, reckoned) = (matrix.columns(), width(encoding, &data, &spec));
            assert!(
                made <= reckoned && reckoned <= made + MAX_BUCKETS,
                "{encoding:?}: {made} of {reckoned}"
            );
        }
    }

    #[test]
    fn no_forest_is_larger_than_is_reckoned_with() {
        let mut random = fastrand::Rng::with_seed(3);
        let mut row = |_| (0..6).map(|_| random.f64().to_string()).collect::<Vec<_>>().join(",");
        let rows = (0..2_000).map(|index| row(index) + "\n");
        let text = "a,b,c,d,e,y\n".to_owned() + &rows.collect::<String>();
        let spec = Spec::default();
        let raw = dataset::csv::read(text.as_bytes()).unwrap();
        let data = Labelled::from_raw(raw, &spec).unwrap();
        for min_samples_leaf in [1, 5] {
            let params =
                ForestParams { n_estimators: 20, min_samples_leaf, ..ForestParams::default() };
            let candidate = Candidate::from(Learner::ExtraTrees(params));
            let fitted = candidate.fit(&data, &FitContext::new(&spec)).unwrap();
            let (made, reckoned) =
                (fitted.encode().unwrap().payload.len(), trees(&candidate, data.rows()));
            // Written down, a node takes a tenth of its memory.
            assert!(made <= reckoned && reckoned <= 20 * made, "{made} of {reckoned}");
        }
    }
}
