//! Numbers that the book's data and parameters give with scikit-learn.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::path::Path;

use model_factory::artifact::Artifact;
use model_factory::dataset::{Labelled, Target, Values, csv};
use model_factory::features::Matrix;
use model_factory::learners::{
    Candidate, FitContext, Learner, LinearParams, NOISE, Predictions, Predictor,
};
use model_factory::metrics::{Evaluation, Metric};
use model_factory::spec::Spec;
use model_factory::training::{Trained, TrainingContext, train};

/// Data that stands beside the project, where it does.
fn data(file: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(file);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("skipped: there is no {}", path.display());
    }
    text
}

/// The book's clusters of rides, by the columns that a spec leaves.
fn clustered(text: &str, columns: &str) -> (Trained, Labelled) {
    let spec = format!(
        "task = 'clustering'\n{columns}\n[clustering]\neps = 0.3\nmin_samples = 10\n\
         [training]\nlearners = ['dbscan']\nmode = 'train-run'\n"
    );
    let spec = Spec::parse(spec.as_bytes()).unwrap();
    let rides = Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), &spec).unwrap();
    let model = "rides".parse().unwrap();
    let trained = train(&model, &rides, &spec, None, &TrainingContext::default()).unwrap();
    (trained, rides)
}

fn predictor(trained: &Trained) -> Predictor {
    Artifact::open(&trained.artifact, &trained.sha256).unwrap().predictor().unwrap()
}

/// Chapter 1: the scaler before the clusters (scikit-learn's `StandardScaler`).
#[test]
fn rides_are_scaled_as_in_the_book() {
    let Some(text) = data("taxi-rides.csv") else { return };
    let (trained, rides) = clustered(&text, "id = 'ride_id'\nignore = ['ride_speed']");
    let scaled: Matrix<f64> = predictor(&trained).pipeline().transform(&rides.inputs).unwrap();
    assert_eq!(scaled.columns(), 2);
    for (column, (name, mean, deviation)) in
        [("ride_dist", 5.458_498, 3.537_289), ("ride_time", 0.194_210, 0.150_190)]
            .into_iter()
            .enumerate()
    {
        let Some(Values::Number(values)) = rides.inputs.column(name) else { panic!("{name}") };
        // Two values and what became of them tell what was taken off, and divided by.
        let (first, last) = (scaled.as_slice()[column], scaled.as_slice()[2 * 399 + column]);
        let found = (values[0] - values[399]) / (first - last);
        assert!((found - deviation).abs() < 1e-6, "{name}: {found}");
        let found = values[0] - first * found;
        assert!((found - mean).abs() < 1e-6, "{name}: {found}");
    }
}

/// Chapter 2: the test of the book clusters by all four columns, the identifier among them.
#[test]
fn rides_by_all_four_columns_are_the_clusters_of_the_books_mistake() {
    let Some(text) = data("taxi-rides.csv") else { return };
    let (trained, rides) = clustered(&text, "columns.ride_id.kind = 'number'\n");
    assert_eq!(rides.schema.inputs.len(), 4);
    let Some(Predictions::Clusters(labels)) = &trained.labels else { panic!("no labels") };
    let count = |label: i32| labels.iter().filter(|it| **it == label).count();
    assert_eq!((count(NOISE), count(0), count(1)), (195, 179, 26));
    let silhouette = trained.structure.unwrap().silhouette_coefficient.unwrap();
    assert!((silhouette - 0.0028).abs() < 5e-5, "{silhouette}");
}

/// Chapter 3: `RidgeClassifier` behind a `StandardScaler`, which is one ridge regression a
/// class on 1 and −1; the largest one tells the class.
#[test]
fn ridge_regressions_tell_wines_apart_as_in_the_book() {
    let (Some(text), Some(splits)) = (data("wine.csv"), data("splits.json")) else { return };
    let splits: serde_json::Value = serde_json::from_str(&splits).unwrap();
    let rows = |part: &str| -> Vec<usize> {
        serde_json::from_value(splits["wine_ridge"][part].clone()).unwrap()
    };
    let spec = Spec::parse(b"target = 'cultivar'").unwrap();
    let wines = Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), &spec).unwrap();
    let (training, test) = (wines.select(&rows("train")), wines.select(&rows("test")));
    assert_eq!((training.rows(), test.rows()), (124, 54));
    let Target::Classes { classes, labels } = &training.target else { panic!("no classes") };
    let candidate = Candidate::from(Learner::Linear(LinearParams::default()));
    let ridges: Vec<Vec<f64>> = (0..classes.len())
        .map(|class| {
            let sign = |label: &usize| if *label == class { 1.0 } else { -1.0 };
            let mut one = training.clone();
            one.target = Target::Values(labels.iter().map(sign).collect());
            one.schema.task = one.target.task().unwrap();
            let predictor = candidate.fit(&one, &FitContext::new(&spec)).unwrap();
            let Predictions::Values(values) = predictor.predict(&test.inputs).unwrap() else {
                panic!("no numbers")
            };
            values
        })
        .collect();
    let probabilities = (0..test.rows()).flat_map(|row| {
        let best = (0..classes.len()).max_by(|a, b| ridges[*a][row].total_cmp(&ridges[*b][row]));
        (0..classes.len()).map(move |class| if Some(class) == best { 1.0 } else { 0.0 })
    });
    let answers = Predictions::Classes {
        classes: classes.clone(),
        probabilities: probabilities.collect(),
        threshold: None,
    };
    let evaluation = Evaluation::new(&test.target, &answers).unwrap();
    for (metric, book) in [
        ("accuracy", 0.9815),
        ("precision_macro", 0.9833),
        ("recall_macro", 0.9841),
        ("f1_macro", 0.9833),
    ] {
        let found = evaluation.score(Metric::choose(Some(metric), &wines.schema.task).unwrap());
        assert!((found - book).abs() < 5e-5, "{metric}: {found}");
    }
}
