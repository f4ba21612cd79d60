//! Every option of `model.toml` that a training reads, and what must be seen of it in the run's
//! record, in the artifact and in what the model answers.

mod columns;
mod gate;
mod rows;
mod training;
mod unlabelled;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use model_factory::artifact::Manifest;
use model_factory::dataset::{self, Labelled};
use model_factory::learners::{Learner, Predictions, Predictor};
use model_factory::spec::{ColumnSpec, Spec};
use model_factory::store;
use model_factory::training::Entry;

use super::*;

/// What all specs of the tables say, unless a case says otherwise.
const USUAL: &[&str] =
    &["training.learners = ['linear']", "training.trials = 1", "training.folds = 2"];

/// An option, and what must be seen of it.
struct Case {
    /// The option's key.
    option: &'static str,
    /// What the spec says beside [`USUAL`].
    spec: &'static str,
    /// What the spec of a champion says that was trained before, on the same rows; none was by
    /// default.
    champion: Option<&'static str>,
    /// What the spec of the training says that it is held against; nothing by default.
    against: &'static str,
    /// Looks at the training, and at the one that it is held against.
    sees: fn(&Seen, &Seen),
}

impl Case {
    const fn new(option: &'static str, spec: &'static str, sees: fn(&Seen, &Seen)) -> Self {
        Self { option, spec, champion: None, against: "", sees }
    }

    const fn after(self, champion: &'static str) -> Self {
        Self { champion: Some(champion), ..self }
    }

    const fn against(self, against: &'static str) -> Self {
        Self { against, ..self }
    }
}

/// What came of a training.
struct Seen {
    run: Run,
    /// The names of the files in the run's folder.
    files: BTreeSet<String>,
    registered: Option<Registered>,
}

/// What a training that registered a version left.
struct Registered {
    record: TrainingRecord,
    manifest: Manifest,
    predictor: Predictor,
    /// What the model answers for the uploaded rows.
    answers: Predictions,
    /// Each feature's value in each of these rows, by name.
    features: BTreeMap<String, Vec<f64>>,
}

impl std::ops::Deref for Seen {
    type Target = Registered;

    fn deref(&self) -> &Registered {
        self.registered.as_ref().unwrap_or_else(|| panic!("{:?}", self.run.outcome))
    }
}

impl Registered {
    /// The trials in their order, but for the baseline's.
    fn trials(&self) -> Vec<&Entry> {
        let mut trials: Vec<&Entry> = self.record.leaderboard.entries.iter().collect();
        trials.sort_by_key(|entry| entry.number);
        trials.into_iter().filter(|entry| entry.candidate.learner != Learner::Baseline).collect()
    }

    /// The candidates that were tried, in a few words.
    fn tried(&self) -> Vec<String> {
        self.trials().into_iter().map(Entry::name).collect()
    }

    /// The learners that were tried.
    fn learners(&self) -> BTreeSet<&'static str> {
        self.trials().into_iter().map(|entry| entry.candidate.learner.kind().name()).collect()
    }

    /// The features that a column became.
    fn features_of(&self, column: &str) -> Vec<String> {
        let pipeline = self.predictor.pipeline();
        let all = pipeline.sources().into_iter().zip(pipeline.names());
        all.filter(|(source, _)| *source == column).map(|(_, name)| name).collect()
    }

    /// A feature's value in each row.
    fn feature(&self, name: &str) -> &[f64] {
        self.features.get(name).unwrap_or_else(|| panic!("{:?}", self.features.keys()))
    }

    fn notes(&self) -> String {
        self.record.facts.notes.join("\n")
    }
}

/// What the spec says, and what all say of which it says nothing.
fn with_usual(spec: &str) -> String {
    let is_unsaid = |line: &&&str| !spec.contains(line.split(" =").next().unwrap_or_default());
    let usual = USUAL.iter().filter(is_unsaid).map(|line| format!("{line}\n"));
    usual.collect::<String>() + spec
}

/// Trains by the spec, after a champion if one is named.
async fn train(rows: &str, spec: &str, champion: Option<&str>) -> Seen {
    let world = world();
    if let Some(champion) = champion {
        arrive(&world, "a.csv", rows, &with_usual(champion)).await;
    }
    let spec = with_usual(spec);
    let run = arrive(&world, "b.csv", rows, &spec).await;
    seen(&world, rows, &spec, run).await
}

/// Uploads the spec and the rows, and trains on them.
async fn arrive(world: &World, file: &str, rows: &str, spec: &str) -> Run {
    world.objects.put("models/taxi/model.toml", "", spec.to_owned().into()).await.unwrap();
    let event = world.upload(&format!("datasets/taxi/{file}"), rows).await;
    world.handle(&event).await.unwrap()
}

async fn seen(world: &World, rows: &str, spec: &str, run: Run) -> Seen {
    let folder = format!("runs/taxi/{}/", run.run);
    let files = world.objects.list(&folder).await.unwrap();
    let files = files.iter().map(|file| file.key.trim_start_matches(&folder).to_owned()).collect();
    let Outcome::Registered { version, .. } = &run.outcome else {
        return Seen { run, files, registered: None };
    };
    let (registry, objects) = (world.registry.as_ref(), world.objects.as_ref());
    let reference = Reference::Version(*version);
    let stored = store::find(registry, objects, &model(), &reference).await.unwrap().unwrap();
    let artifact = stored.open().unwrap();
    let spec = Spec::parse(spec.as_bytes()).unwrap();
    let source = Arc::new(Bytes::copy_from_slice(rows.as_bytes()));
    let raw = dataset::read("rows.csv", source, &spec).unwrap();
    let inputs = Labelled::from_raw(raw, &spec).unwrap().inputs;
    let predictor = artifact.predictor().unwrap();
    let pipeline = predictor.pipeline();
    let matrix = pipeline.transform::<f64>(&inputs).unwrap();
    let of = |feature: usize| matrix.iter_rows().map(|row| row[feature]).collect();
    let features = pipeline.names().into_iter().zip((0..).map(of)).collect();
    let registered = Registered {
        record: world.file(&run, "training.json").await,
        manifest: artifact.manifest().clone(),
        answers: predictor.predict(&inputs).unwrap(),
        predictor,
        features,
    };
    Seen { run, files, registered: Some(registered) }
}

/// Trains by each case's spec on the rows, and looks at what came of it.
async fn hold(rows: &str, cases: &[Case]) {
    let mut others: BTreeMap<(&str, Option<&str>), Seen> = BTreeMap::new();
    let mut broken = Vec::new();
    for case in cases {
        let other = (case.against, case.champion);
        if let std::collections::btree_map::Entry::Vacant(place) = others.entry(other) {
            place.insert(train(rows, case.against, case.champion).await);
        }
        let seen = train(rows, case.spec, case.champion).await;
        let looks = AssertUnwindSafe(|| (case.sees)(&seen, &others[&other]));
        if catch_unwind(looks).is_err() {
            broken.push((case.option, case.spec));
        }
    }
    assert!(broken.is_empty(), "not kept: {broken:#?}");
}

/// The reasons of the gate, or why nothing was registered.
fn reasons(seen: &Seen) -> String {
    match &seen.run.outcome {
        Outcome::Registered { reasons, .. } | Outcome::Rejected { reasons, .. } => {
            reasons.join("\n")
        }
        Outcome::Failed { reason } | Outcome::Skipped { reason } => reason.clone(),
        Outcome::Superseded => String::new(),
    }
}

/// A new key of a section must not be forgotten here.
#[test]
fn every_option_has_a_case() {
    let tables = [
        columns::CASES,
        gate::CASES,
        rows::CASES,
        training::NUMBERS,
        training::CLASSES,
        unlabelled::ANOMALIES,
        unlabelled::CLUSTERS,
    ];
    let seen: BTreeSet<&str> =
        tables.iter().flat_map(|table| table.iter()).map(|case| case.option).collect();
    let spec = serde_json::to_value(Spec::default()).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let sections = ["data", "split", "training", "gate", "anomaly", "clustering"];
    let mut options: Vec<String> =
        ["task", "target", "id", "time", "group", "ignore", "derived"].map(str::to_owned).to_vec();
    for section in sections {
        options.extend(keys(&spec[section]).iter().map(|key| format!("{section}.{key}")));
    }
    let columns = serde_json::to_value(ColumnSpec::default()).unwrap();
    options.extend(keys(&columns).iter().map(|key| format!("columns.{key}")));
    let missing: Vec<&String> =
        options.iter().filter(|option| !seen.contains(option.as_str())).collect();
    assert!(missing.is_empty(), "nothing shows what these do: {missing:?}");
}
