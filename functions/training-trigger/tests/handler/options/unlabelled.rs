//! The options of tasks without a target.

use super::*;

/// Three heaps of 30 points, and some far off.
fn points() -> String {
    let point = |row: u64| {
        let (x, y) = match row {
            0..90 => {
                let centre = [(0, 0), (100, 0), (0, 100)][row as usize % 3];
                (centre.0 + row * 7 % 11, centre.1 + row * row % 13)
            }
            _ => (400 + 90 * (row - 90), 300 + 70 * (row * row % 5)),
        };
        format!("{x}.25,{y}.75\n")
    };
    "x,y\n".to_owned() + &(0..96).map(point).collect::<String>()
}

fn outliers(seen: &Seen) -> usize {
    match &seen.answers {
        Predictions::Anomalies { outliers, .. } => outliers.iter().filter(|it| **it).count(),
        other => panic!("{other:?}"),
    }
}

fn clusters(seen: &Seen) -> BTreeSet<i32> {
    match &seen.answers {
        Predictions::Clusters(labels) => labels.iter().copied().collect(),
        other => panic!("{other:?}"),
    }
}

/// How often k-means was started.
fn starts(seen: &Seen) -> usize {
    match &seen.trials()[0].candidate.learner {
        Learner::KMeans(params) => params.n_init,
        other => panic!("{other:?}"),
    }
}

const FOREST: &str = "task = 'anomaly'\ntraining.learners = ['isolation_forest']\n";

pub(super) const ANOMALIES: &[Case] = &[
    Case::new(
        "anomaly.contamination",
        "task = 'anomaly'\ntraining.learners = ['isolation_forest']\nanomaly.contamination = 0.05",
        |seen, auto| assert!((1..12).contains(&outliers(seen)) && outliers(auto) > 20),
    )
    .against(FOREST),
    Case::new(
        "anomaly.n_estimators",
        "task = 'anomaly'\ntraining.learners = ['isolation_forest']\nanomaly.n_estimators = 7",
        |seen, usual| {
            assert!(seen.tried()[0].contains("n_estimators=7"), "{:?}", seen.tried());
            assert_ne!(seen.answers, usual.answers);
        },
    )
    .against(FOREST),
    Case::new(
        "anomaly.max_samples",
        "task = 'anomaly'\ntraining.learners = ['isolation_forest']\nanomaly.max_samples = 16",
        |seen, usual| {
            assert!(seen.tried()[0].contains("max_samples=16"), "{:?}", seen.tried());
            assert_ne!(seen.answers, usual.answers);
        },
    )
    .against(FOREST),
    Case::new(
        "anomaly.threshold",
        "task = 'anomaly'\ntraining.learners = ['robust_z']\nanomaly.threshold = 12.0",
        |seen, usual| {
            assert_eq!(
                (seen.predictor.threshold(), usual.predictor.threshold()),
                (Some(12.0), Some(3.5))
            );
            assert!(outliers(seen) <= outliers(usual));
        },
    )
    .against("task = 'anomaly'\ntraining.learners = ['robust_z']"),
];

const DENSE: &str = "task = 'clustering'\ntraining.learners = ['dbscan']\nclustering.eps = 0.3\n";

pub(super) const CLUSTERS: &[Case] = &[
    Case::new(
        "clustering.n_clusters",
        "task = 'clustering'\ntraining.learners = ['k_means']\nclustering.n_clusters = 5",
        |seen, best| {
            assert_eq!(clusters(seen).len(), 5);
            assert_ne!(clusters(best).len(), 5);
        },
    )
    .against("task = 'clustering'\ntraining.learners = ['k_means']"),
    Case::new(
        "clustering.n_init",
        "task = 'clustering'\ntraining.learners = ['k_means']\nclustering.n_init = 1\n\
         clustering.n_clusters = 9",
        |seen, usual| {
            assert_eq!((starts(seen), starts(usual)), (1, 10));
            assert_eq!(clusters(seen).len(), 9);
        },
    )
    .against("task = 'clustering'\ntraining.learners = ['k_means']\nclustering.n_clusters = 9"),
    Case::new(
        "clustering.eps",
        "task = 'clustering'\ntraining.learners = ['dbscan']\nclustering.eps = 5.0",
        |seen, near| {
            assert_eq!(clusters(seen), [0].into(), "all are near each other");
            assert!(clusters(near).len() > 2, "{:?}", clusters(near));
        },
    )
    .against(DENSE),
    Case::new(
        "clustering.min_samples",
        "task = 'clustering'\ntraining.learners = ['dbscan']\nclustering.eps = 0.3\n\
         clustering.min_samples = 60",
        |seen, usual| {
            assert!(
                reasons(seen).contains("no row has 60 rows within 0.3: raise"),
                "{:?}",
                seen.run
            );
            assert!(clusters(usual).len() > 2);
        },
    )
    .against(DENSE),
    Case::new(
        "training.mode",
        "task = 'clustering'\ntraining.learners = ['dbscan']\nclustering.eps = 0.3\n\
         training.mode = 'train-run'",
        |seen, persisted| {
            let labels = |seen: &Seen| seen.files.contains("labels.json");
            assert!(labels(seen) && !labels(persisted), "{:?}", seen.files);
            assert_eq!(seen.manifest.holdout_rows, 0);
            assert_ne!(persisted.manifest.holdout_rows, 0);
        },
    )
    .against(DENSE),
];

#[tokio::test]
async fn the_options_of_anomalies_are_kept() {
    hold(&points(), ANOMALIES).await;
}

#[tokio::test]
async fn the_options_of_clusters_are_kept() {
    hold(&points(), CLUSTERS).await;
}
