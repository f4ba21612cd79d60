use super::*;
use crate::artifact::Artifact;
use crate::dataset::{HashOrder, Table, csv};
use crate::learners::{Deadline, Learner};
use crate::metrics::Evaluation;
use crate::name::Version;

/// A run of a few trials.
pub(super) fn train(
    model: &ModelName,
    data: &Labelled,
    spec: &Spec,
    champion: Option<&Champion>,
) -> Result<Trained, TrainingError> {
    let mut spec = spec.clone();
    spec.training.trials.get_or_insert(4);
    spec.training.folds.get_or_insert(3);
    super::train(model, data, &spec, champion, &TrainingContext::default())
}

fn model() -> ModelName {
    "taxi".parse().unwrap()
}

/// Rides whose time follows distance and zone; `factor` slows them down.
fn rides(rows: u32, factor: f64) -> Labelled {
    let mut text = String::from("dist,zone,ride_time\n");
    for row in 0..rows {
        let dist = f64::from(row * 7919 % 1009) / 50.0;
        let zone = ["airport", "harbour", "centre"][(row % 3) as usize];
        let pace = f64::from(row % 3 + 2) * factor;
        let noise = f64::from(row * 31 % 101) / 50.0;
        text += &format!("{dist},{zone},{}\n", dist * pace + noise + 0.01);
    }
    Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), &Spec::default()).unwrap()
}

fn champion(trained: &Trained, version: u64) -> Champion {
    let artifact = Artifact::open(&trained.artifact, &trained.sha256).unwrap();
    Champion::of(Version::try_from(version).unwrap(), &artifact).unwrap()
}

#[test]
fn the_first_version_is_promoted_and_its_artifact_answers_as_training_did() {
    let data = rides(400, 1.0);
    let trained = train(&model(), &data, &Spec::default(), None).unwrap();
    assert!(trained.decision.promoted);
    let first = trained.leaderboard.entries.iter().find(|entry| entry.number == 1).unwrap();
    assert_eq!(first.candidate.learner, Learner::Baseline);
    let champion = champion(&trained, 1);
    let split = split::holdout(&data, &Spec::default().split).unwrap();
    let holdout = data.select(&split.holdout);
    let predictions = champion.predictor.predict(&holdout.inputs).unwrap();
    let rmse = Evaluation::new(&holdout.target, &predictions).unwrap().score(Metric::Rmse);
    assert_eq!(Some(&rmse), trained.metrics.get(&Metric::Rmse));
    let artifact = Artifact::open(&trained.artifact, &trained.sha256).unwrap();
    assert_eq!(artifact.manifest().metrics, trained.metrics);
}

#[test]
fn the_winner_has_a_prediction_for_every_training_row_by_a_model_that_has_not_seen_it() {
    let data = rides(400, 1.0);
    let trained = train(&model(), &data, &Spec::default(), None).unwrap();
    let training = data.select(&split::holdout(&data, &Spec::default().split).unwrap().train);
    let OutOfFold { rows, predictions } = trained.out_of_fold.unwrap();
    let mut sorted = rows.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, (0..training.rows()).collect::<Vec<_>>());
    let truth = training.target.select(&rows);
    let rmse = Evaluation::new(&truth, &predictions).unwrap().score(Metric::Rmse);
    let best = trained.leaderboard.entries[0].mean.unwrap();
    assert!((rmse / best - 1.0).abs() < 0.1, "{rmse} over all rows, {best} the mean of folds");
}

#[test]
fn the_same_data_spec_and_seed_give_the_same_artifact() {
    let train = |spec: &Spec| train(&model(), &rides(200, 1.0), spec, None).unwrap().sha256;
    assert_eq!(train(&Spec::default()), train(&Spec::default()));
    let mut other = Spec::default();
    other.split.seed = 7;
    assert_ne!(train(&other), train(&Spec::default()));
    let threads = |count: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build().unwrap();
        pool.install(|| train(&Spec::default()))
    };
    assert_eq!(threads(1), threads(2));
}

#[test]
fn the_gate_keeps_an_equal_challenger_out_and_lets_a_better_one_in() {
    let spec = Spec::default();
    let first = train(&model(), &rides(400, 1.0), &spec, None).unwrap();
    let same = train(&model(), &rides(400, 1.0), &spec, Some(&champion(&first, 1))).unwrap();
    assert!(!same.decision.promoted, "{:?}", same.decision);
    assert!(same.decision.confidence.unwrap() < 0.5);
    let slower = train(&model(), &rides(400, 1.8), &spec, Some(&champion(&first, 1))).unwrap();
    assert!(slower.decision.promoted, "{:?}", slower.decision);
    assert!(slower.decision.champion > slower.decision.challenger);
    assert!(slower.decision.reasons[0].contains("of version 1 on 80 holdout rows"));
}

#[test]
fn a_champion_that_cannot_read_the_new_data_keeps_its_place() {
    let spec = Spec::default();
    let first = train(&model(), &rides(400, 1.0), &spec, None).unwrap();
    let narrow = Spec { ignore: vec!["zone".into()], ..Spec::default() };
    let text = "dist,ride_time\n".to_owned()
        + &(0..100).map(|row| format!("{row}.5,{}.25\n", row * 2)).collect::<String>();
    let data = Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), &narrow).unwrap();
    let trained = train(&model(), &data, &narrow, Some(&champion(&first, 1))).unwrap();
    assert!(!trained.decision.promoted);
    assert!(trained.decision.reasons[0].contains("column `zone` is not in the data set"));
}

#[test]
fn a_metric_of_another_task_is_an_error_of_the_spec() {
    let mut spec = Spec::default();
    spec.training.metric = Some("roc_auc".into());
    let error = train(&model(), &rides(100, 1.0), &spec, None).unwrap_err().to_string();
    assert!(error.starts_with("model.toml: `training.metric`: `roc_auc`"), "{error}");
}

#[test]
fn a_damaged_artifact_is_refused() {
    let trained = train(&model(), &rides(100, 1.0), &Spec::default(), None).unwrap();
    let mut bytes = trained.artifact.clone();
    bytes[100] ^= 1;
    assert!(matches!(Artifact::open(&bytes, &trained.sha256), Err(ArtifactError::Checksum { .. })));
}

#[test]
fn a_search_whose_time_is_up_ends_with_what_it_has_and_tells_how_far_it_came() {
    let told = std::sync::Mutex::new(Vec::new());
    let watch = |progress: &Progress| told.lock().unwrap().push(progress.clone());
    let past = Deadline::at(Instant::now());
    let context = TrainingContext { deadline: past, watch: &watch, ..TrainingContext::default() };
    let trained =
        super::train(&model(), &rides(200, 1.0), &Spec::default(), None, &context).unwrap();
    let told = told.into_inner().unwrap();
    assert_eq!(told.len(), trained.leaderboard.entries.len());
    let last = told.last().unwrap();
    assert!(last.of.is_some_and(|of| last.tried < of), "{last:?}");
    assert_eq!(last.best, trained.leaderboard.entries[0].mean);
    assert_eq!(last.candidate, trained.learner);
}

#[test]
fn a_blend_becomes_the_champion_and_its_artifact_answers_as_training_did() {
    let data = rides(300, 1.0);
    let spec = Spec::parse(
        b"[training]\nlearners = ['extra_trees', 'linear', 'neighbours']\ntrials = 5\n\
          blend = 'always'",
    )
    .unwrap();
    let trained = train(&model(), &data, &spec, None).unwrap();
    assert!(trained.learner.starts_with("blend 0."), "{}", trained.learner);
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let again = alone.install(|| train(&model(), &data, &spec, None).unwrap());
    assert_eq!(trained.sha256, again.sha256);
    let champion = champion(&trained, 1);
    let split = split::holdout(&data, &spec.split).unwrap();
    let holdout = data.select(&split.holdout);
    let predictions = champion.predictor.predict(&holdout.inputs).unwrap();
    let rmse = Evaluation::new(&holdout.target, &predictions).unwrap().score(Metric::Rmse);
    assert_eq!(Some(&rmse), trained.metrics.get(&Metric::Rmse));
    assert!(champion.predictor.intervals(&predictions, 0.8).is_some());
}

/// [`rides`] with a column that tells nothing.
fn rides_with_weather(rows: u32, spec: &Spec) -> Labelled {
    let mut text = String::from("dist,zone,weather,ride_time\n");
    for row in 0..rows {
        let dist = f64::from(row * 7919 % 1009) / 50.0;
        let zone = ["airport", "harbour", "centre"][(row % 3) as usize];
        let weather = f64::from(row * 17 % 23) + 0.5;
        let noise = f64::from(row * 31 % 101) / 50.0;
        let time = dist * f64::from(row % 3 + 2) + noise + 0.01;
        text += &format!("{dist},{zone},{weather},{time}\n");
    }
    Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), spec).unwrap()
}

/// The rows that both trainings hold out, when they know all columns.
fn held_by_both(theirs: (&Labelled, &Spec), ours: (&Labelled, &Spec)) -> usize {
    let held =
        |(data, spec): (&Labelled, &Spec)| split::holdout(data, &spec.split).unwrap().holdout;
    let theirs = held(theirs);
    held(ours).iter().filter(|row| theirs.contains(row)).count()
}

#[test]
fn the_gate_compares_on_rows_that_neither_has_been_trained_on() {
    let narrow = Spec { ignore: vec!["weather".into()], ..Spec::default() };
    let first = train(&model(), &rides_with_weather(1000, &narrow), &narrow, None).unwrap();
    let reseeded = |seed, holdout| {
        let mut spec = narrow.clone();
        (spec.split.seed, spec.split.holdout) = (seed, holdout);
        spec
    };
    for (what, spec) in [
        ("an added column", Spec::default()),
        ("another seed", reseeded(7, 0.2)),
        ("another share", reseeded(42, 0.4)),
    ] {
        let data = rides_with_weather(1000, &spec);
        let trained = train(&model(), &data, &spec, Some(&champion(&first, 1))).unwrap();
        let before = rides_with_weather(1000, &narrow);
        let common = held_by_both((&before, &narrow), (&data, &spec));
        let held = trained.assessment.evaluation.rows();
        assert!(common >= 20 && common < held, "{what}: {common} of {held}");
        let reason = &trained.decision.reasons[0];
        let rows = format!("on {common} of {held} holdout rows, which neither has been trained on");
        assert!(reason.contains(&rows), "{what}: {reason}");
        assert!(trained.decision.champion.is_some() && trained.decision.challenger.is_some());
    }
    // A smaller share of the same order is a part of the champion's.
    let spec = reseeded(42, 0.1);
    let data = rides_with_weather(1000, &spec);
    let trained = train(&model(), &data, &spec, Some(&champion(&first, 1))).unwrap();
    assert!(trained.decision.reasons[0].contains("on 100 holdout rows"));
}

#[test]
fn the_order_of_columns_changes_no_comparison_but_with_artifacts_that_divided_rows_by_it() {
    let spec = Spec::default();
    let data = rides_with_weather(1000, &spec);
    let first = train(&model(), &data, &spec, None).unwrap();
    let [dist, zone, weather] = data.inputs.columns() else { panic!("three inputs") };
    let turned = [weather, zone, dist].map(Clone::clone).to_vec();
    let mut turned = Labelled { inputs: Table::new(turned).unwrap(), ..data.clone() };
    turned.schema.inputs.reverse();
    let trained = train(&model(), &turned, &spec, Some(&champion(&first, 1))).unwrap();
    let reason = &trained.decision.reasons[0];
    assert!(reason.contains("on 200 holdout rows"), "{reason}");

    let before = Champion { hash_order: HashOrder::unsaid(), ..champion(&first, 1) };
    let trained = train(&model(), &data, &spec, Some(&before)).unwrap();
    let read = Labelled { hash_order: HashOrder::unsaid(), ..data.clone() };
    let common = held_by_both((&read, &spec), (&data, &spec));
    assert!((20..100).contains(&common), "{common}");
    let reason = &trained.decision.reasons[0];
    assert!(reason.contains(&format!("on {common} of 200 holdout rows")), "{reason}");
    let few = rides_with_weather(200, &spec);
    let trained = train(&model(), &few, &spec, Some(&before)).unwrap();
    let reason = &trained.decision.reasons[0];
    assert!(
        reason.contains("earlier versions of this program divided rows by the order"),
        "{reason}"
    );

    let artifact = Artifact::open(&first.artifact, &first.sha256).unwrap();
    let mut manifest = serde_json::to_value(artifact.manifest()).unwrap();
    assert_eq!(manifest["hash_order"], "names");
    manifest.as_object_mut().unwrap().remove("hash_order");
    let manifest: crate::artifact::Manifest = serde_json::from_value(manifest).unwrap();
    assert_eq!(manifest.hash_order, HashOrder::unsaid());
}

#[test]
fn too_few_rows_to_compare_on_are_told_instead_of_compared() {
    let spec = Spec::default();
    let first = train(&model(), &rides_with_weather(200, &spec), &spec, None).unwrap();
    let mut other = Spec::default();
    other.split.seed = 7;
    let data = rides_with_weather(200, &other);
    let trained = train(&model(), &data, &other, Some(&champion(&first, 1))).unwrap();
    assert!(!trained.decision.passed && trained.decision.champion.is_none());
    let reason = &trained.decision.reasons[0];
    assert!(
        reason.contains("of the 40 holdout rows it may have been trained on all but"),
        "{reason}"
    );
    assert!(reason.contains("and 20 are needed"), "{reason}");
}

#[test]
fn a_champion_is_scored_on_columns_that_are_no_longer_used() {
    let spec = Spec::default();
    let first = train(&model(), &rides_with_weather(600, &spec), &spec, None).unwrap();
    let narrow = Spec { ignore: vec!["weather".into()], ..Spec::default() };
    let data = rides_with_weather(600, &narrow);
    assert!(data.schema.input("weather").is_none());
    let trained = train(&model(), &data, &narrow, Some(&champion(&first, 1))).unwrap();
    assert!(trained.decision.champion.is_some(), "{:?}", trained.decision);
}

#[test]
fn where_the_best_cannot_be_fitted_in_time_the_next_one_is() {
    let context = TrainingContext { end: Deadline::at(Instant::now()), ..Default::default() };
    let mut spec = Spec::default();
    spec.training.trials = Some(2);
    spec.training.learners = vec![crate::spec::LearnerKind::Boosting];
    let trained = super::train(&model(), &rides(200, 1.0), &spec, None, &context).unwrap();
    assert_eq!(trained.learner, "baseline");
    let first = &trained.leaderboard.entries[0];
    assert_eq!((first.candidate.learner.clone(), first.mean.is_some()), (Learner::Baseline, true));
    let slow = &trained.leaderboard.entries[1];
    assert!(slow.reason.as_deref().unwrap().contains("no time to fit it to all training rows"));
    assert!(trained.notes[0].starts_with("`boosting"), "{:?}", trained.notes);
    assert_eq!(trained.out_of_fold.unwrap().rows.len(), 160);
}

#[test]
fn where_no_candidate_can_be_fitted_in_time_the_run_says_so() {
    let context = TrainingContext { end: Deadline::at(Instant::now()), ..Default::default() };
    let spec = Spec::parse(b"task = 'anomaly'\ntraining.learners = ['isolation_forest']").unwrap();
    let text = "x,z\n".to_owned()
        + &(0..60).map(|row| format!("{row}.5,{}\n", row * 7 % 11)).collect::<String>();
    let data = Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), &spec).unwrap();
    let error = super::train(&model(), &data, &spec, None, &context).unwrap_err().to_string();
    assert!(error.contains("give the function more time"), "{error}");
}
