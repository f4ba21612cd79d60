use std::fs;
use std::path::Path;

use super::super::train;
use super::*;
use crate::artifact::Artifact;
use crate::dataset::csv;
use crate::name::Version;

fn name() -> ModelName {
    "rides".parse().unwrap()
}

fn spec(text: &str) -> Spec {
    Spec::parse(text.as_bytes()).unwrap()
}

fn data(text: &str, spec: &Spec) -> Labelled {
    Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), spec).unwrap()
}

fn trained(text: &str, spec: &Spec, champion: Option<&Champion>) -> Trained {
    train(&name(), &data(text, spec), spec, champion, &TrainingContext::default()).unwrap()
}

fn champion(trained: &Trained) -> Champion {
    let artifact = Artifact::open(&trained.artifact, &trained.sha256).unwrap();
    Champion::of(Version::try_from(1).unwrap(), &artifact).unwrap()
}

/// Data that stands beside the project, where it does.
fn shared_data(file: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(file);
    let text = fs::read_to_string(path).ok();
    if text.is_none() {
        println!("skipped: there is no ../shared/data/{file}");
    }
    text
}

/// Three groups of rows, and with `shift` a few rows far from all of them.
fn groups(rows: u32, shift: f64) -> String {
    let mut text = "x,y,colour\n".to_owned();
    let mut random = fastrand::Rng::with_seed(5);
    for row in 0..rows {
        let (x, y, colour) =
            [(0.0, 0.0, "red"), (8.0, 1.0, "green"), (3.0, 9.0, "blue")][(row % 3) as usize];
        let far = if row % 40 == 7 { shift } else { 0.0 };
        let (a, b) = (random.f64() + random.f64() + far, random.f64() + random.f64() - far);
        text += &format!("{},{},{colour}\n", x + a, y + b);
    }
    text
}

#[test]
fn the_number_of_clusters_is_the_one_whose_silhouette_is_best() {
    let spec = spec("task = 'clustering'\n[training]\nlearners = ['k_means']");
    let trained = trained(&groups(300, 0.0), &spec, None);
    assert_eq!(trained.learner, "k_means n_clusters=3");
    assert_eq!(trained.leaderboard.entries.len(), 9);
    assert!(trained.decision.promoted, "{:?}", trained.decision.reasons);
    let structure = trained.structure.clone().unwrap();
    assert_eq!((structure.n_clusters, structure.n_noise, structure.n_core), (Some(3), 0, None));
    assert!(trained.metrics[&Metric::Silhouette] > 0.7);
    // The artifact answers for later rows.
    let champion = champion(&trained);
    let later = data(&groups(30, 0.0), &spec);
    let Predictions::Clusters(labels) = champion.predictor.predict(&later.inputs).unwrap() else {
        panic!("no clusters");
    };
    assert!(labels.iter().zip(labels.iter().skip(3)).all(|(a, b)| a == b), "{labels:?}");
}

#[test]
fn density_clusters_find_their_own_distance_and_challenge_the_champion() {
    let spec = spec("task = 'clustering'\n[training]\nlearners = ['dbscan']");
    let text = groups(300, 0.0);
    let first = trained(&text, &spec, None);
    assert_eq!(first.structure.clone().unwrap().n_clusters, Some(3));
    let again = trained(&text, &spec, Some(&champion(&first)));
    assert_eq!(again.sha256, first.sha256);
    // What is as good as the champion does not take its place.
    assert!(!again.decision.passed, "{:?}", again.decision.reasons);
    assert_eq!(again.decision.champion, again.decision.challenger);
}

#[test]
fn known_anomalies_rank_detectors() {
    let spec = spec("task = 'anomaly'\n[anomaly]\ncontamination = 0.05");
    let mut text = String::new();
    for (index, line) in groups(600, 40.0).lines().enumerate() {
        let label = index.checked_sub(1).map(|row| u8::from(row % 40 == 7).to_string());
        text += &format!("{line},{}\n", label.unwrap_or_else(|| "label".to_owned()));
    }
    let trained = trained(&text, &spec, None);
    assert_eq!(trained.metric, Metric::RocAuc);
    assert!(trained.metrics[&Metric::RocAuc] > 0.99, "{:?}", trained.metrics);
    assert_eq!(trained.leaderboard.entries.len(), 2);
    assert!(trained.leaderboard.entries.iter().all(|entry| entry.fold_scores.len() == 5));
    assert!(trained.metrics.contains_key(&Metric::OutlierRateError));
    let Predictions::Anomalies { outliers, .. } =
        champion(&trained).predictor.predict(&data(&text, &spec).inputs).unwrap()
    else {
        panic!("no anomalies");
    };
    let found = (0..600).filter(|row| row % 40 == 7 && outliers[*row]).count();
    assert_eq!(found, 15);
}

#[test]
fn unknown_anomalies_are_found_by_the_first_learner_that_the_spec_names() {
    let text = groups(400, 40.0);
    let default = trained(&text, &spec("task = 'anomaly'"), None);
    assert!(default.learner.starts_with("isolation_forest"), "{}", default.learner);
    assert_eq!(default.metric, Metric::OutlierRateError);
    let robust = spec("task = 'anomaly'\n[training]\nlearners = ['robust_z']");
    let robust = trained(&text, &robust, Some(&champion(&default)));
    assert_eq!(robust.learner, "robust_z threshold=3.5");
    assert!(robust.notes[0].contains("nothing ranks detectors"));
    assert!(robust.decision.passed, "{:?}", robust.decision.reasons);
    assert_eq!(robust.decision.champion_version, Some(Version::try_from(1).unwrap()));
    let metric = spec("task = 'anomaly'\n[training]\nmetric = 'f1'");
    let data = data(&text, &metric);
    let error = train(&name(), &data, &metric, None, &TrainingContext::default()).unwrap_err();
    assert!(matches!(error, TrainingError::Metric(_)), "{error}");
}

/// The anomaly service of the first chapter, and the ETML job of the eighth.
#[test]
fn taxi_rides_have_the_labels_that_their_owner_published() {
    let (Some(text), Some(labels)) =
        (shared_data("taxi-rides.csv"), shared_data("taxi-labels.json"))
    else {
        return;
    };
    let spec = spec(
        "task = 'clustering'\nid = 'ride_id'\nignore = ['ride_speed']\n\
         [clustering]\neps = 0.3\nmin_samples = 10\n\
         [training]\nlearners = ['dbscan']\nmode = 'train-run'\n",
    );
    let trained = trained(&text, &spec, None);
    let published: Vec<serde_json::Value> = serde_json::from_str(&labels).unwrap();
    let published: Vec<i64> = published.iter().map(|row| row["label"].as_i64().unwrap()).collect();
    let Some(Predictions::Clusters(found)) = &trained.labels else { panic!("no labels") };
    assert_eq!(found.iter().map(|label| i64::from(*label)).collect::<Vec<_>>(), published);
    let noise: Vec<usize> = (0..400).filter(|&row| found[row] == -1).collect();
    let expected: Vec<usize> =
        [25].into_iter().chain(370..=374).chain(376..=379).chain([393]).chain(395..=399).collect();
    assert_eq!(noise, expected);
    assert_eq!(found.iter().filter(|label| **label == 0).count(), 384);
    let structure = trained.structure.unwrap();
    assert_eq!((structure.n_clusters, structure.n_noise), (Some(1), 16));
    assert_eq!(structure.n_core, Some(373));
    let silhouette = structure.silhouette_coefficient.unwrap();
    assert!((silhouette - 0.672_074).abs() < 5e-7, "{silhouette}");
    assert!(trained.decision.promoted);
}

/// The outlier package of the fourth chapter.
#[test]
fn the_blobs_have_39_outliers() {
    let Some(text) = shared_data("blobs-255.csv") else { return };
    let spec = spec(
        "task = 'anomaly'\n[anomaly]\ncontamination = 0.15\n\
         [training]\nlearners = ['isolation_forest']\nmode = 'train-run'\n",
    );
    let trained = trained(&text, &spec, None);
    let Some(Predictions::Anomalies { outliers, .. }) = &trained.labels else {
        panic!("no labels");
    };
    assert_eq!(outliers.len(), 255);
    assert_eq!(outliers.iter().filter(|outlier| **outlier).count(), 39);
    assert_eq!(trained.structure.unwrap().n_noise, 39);
}
