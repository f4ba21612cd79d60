//! Models of other libraries.

use model_factory::dataset::{Categories, Column, Table, Values};
use model_factory::exchange::import;
use model_factory::learners::Predictions;
use model_factory::store;
use training_trigger::record::ImportRecord;

use super::*;

const REGRESSION: (&str, &[u8]) = (
    "xgb.json",
    include_bytes!("../../../../shared/learning/tests/golden/exchange/xgb-regression.json"),
);
const BINARY: (&str, &[u8]) =
    ("xgb.ubj", include_bytes!("../../../../shared/learning/tests/golden/exchange/xgb-binary.ubj"));
const LIGHTGBM: (&str, &[u8]) = (
    "lgb.txt",
    include_bytes!("../../../../shared/learning/tests/golden/exchange/lgb-regression.txt"),
);

/// Rows that all of the models can read.
fn table() -> Table {
    let mut random = 7_u64;
    let mut draw = || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (random >> 33) as f64 / f64::from(1_u32 << 31) * 4.0 - 2.0
    };
    let numbers = ["a", "b", "c"].map(|name| Column {
        name: name.to_owned(),
        values: Values::Number((0..200).map(|_| draw()).collect()),
    });
    let shops = (0..200).map(|row| Some(["north", "south", "west"][row % 3]));
    let shop =
        Column { name: "shop".to_owned(), values: Values::Category(Categories::encode(shops)) };
    Table::new(numbers.into_iter().chain([shop]).collect()).unwrap()
}

/// The rows and what a model answers to them, as a data set.
fn answered((name, bytes): (&str, &[u8])) -> String {
    let (table, imported) = (table(), import(bytes, name).unwrap());
    let answers: Vec<String> = match imported.predictor.predict(&table).unwrap() {
        Predictions::Values(values) => values.iter().map(ToString::to_string).collect(),
        Predictions::Classes { probabilities, .. } => {
            let word = |pair: &[f64]| if pair[1] > 0.5 { "yes" } else { "no" };
            probabilities.chunks(2).map(|pair| word(pair).to_owned()).collect()
        }
        other => panic!("{other:?}"),
    };
    let Some(Values::Category(shops)) = table.column("shop") else { panic!("no shops") };
    let shops: Vec<_> = shops.iter().collect();
    let number = |name: &str, row: usize| match table.column(name) {
        Some(Values::Number(values)) => values[row],
        other => panic!("{other:?}"),
    };
    let line = |row: usize| {
        let [a, b, c] = ["a", "b", "c"].map(|name| number(name, row));
        format!("{a},{b},{c},{},{}\n", shops[row].unwrap_or_default(), answers[row])
    };
    "a,b,c,shop,y\n".to_owned() + &(0..200).map(line).collect::<String>()
}

impl World {
    /// Uploads a model, and does what its event asks for.
    async fn import(&self, (name, bytes): (&str, &'static [u8])) -> Run {
        let event = self.upload_model(name, bytes).await;
        self.handle(&event).await.unwrap()
    }

    async fn upload_model(&self, name: &str, bytes: &'static [u8]) -> Value {
        let key = format!("models/taxi/import/{name}");
        self.objects.put(&key, "", bytes.into()).await.unwrap();
        let etag = self.objects.get(&key).await.unwrap().unwrap().etag;
        json!({
            "detail-type": "Object Created",
            "detail": {"bucket": {"name": "bucket"}, "object": {"key": key, "etag": etag}},
        })
    }
}

fn reasons(run: &Run) -> String {
    match &run.outcome {
        Outcome::Registered { reasons, .. } | Outcome::Rejected { reasons, .. } => {
            reasons.join("; ")
        }
        other => panic!("{other:?}"),
    }
}

fn is_promoted(run: &Run) -> bool {
    matches!(run.outcome, Outcome::Registered { promoted: true, .. })
}

#[tokio::test]
async fn a_model_is_measured_on_the_data_beside_it_and_serves() {
    let world = world();
    world.upload("models/taxi/import/xgb.csv", &answered(REGRESSION)).await;
    let event = world.upload_model(REGRESSION.0, REGRESSION.1).await;
    let run = world.handle(&event).await.unwrap();
    assert!(is_promoted(&run), "{run:?}");
    let version = world.registry.version(&model(), Version::FIRST).await.unwrap().unwrap();
    assert_eq!(version.learner, "xgboost import");
    assert_eq!(version.dataset, "models/taxi/import/xgb.json");
    assert_eq!((version.rows, version.columns), (200, 3));
    assert!(version.metrics[&version.metric] < 1e-6, "{:?}", version.metrics);
    assert!(version.baselines.is_some());

    let record: RunRecord = world.file(&run, "run.json").await;
    assert_eq!(record.cause, "a model was uploaded");
    let read: Vec<&str> = record.lineage.objects.iter().map(|object| object.key.as_str()).collect();
    assert_eq!(read, ["models/taxi/import/xgb.json", "models/taxi/import/xgb.csv"]);
    assert_eq!(record.lineage.data_hash.as_deref(), Some(version.data_hash.as_str()));
    let import: ImportRecord = world.file(&run, "import.json").await;
    let facts = &import.facts;
    assert_eq!((import.format.as_str(), facts.rows), ("XGBoost JSON", 200));
    assert!(facts.notes.iter().any(|note| note.contains("target `y`")), "{:?}", facts.notes);
    assert!(facts.decision.promoted && !facts.baseline.is_empty(), "{facts:?}");
    let key = format!("runs/taxi/{}/model-card.html", run.run);
    let card = world.objects.get(&key).await.unwrap().expect("a card");
    assert!(String::from_utf8_lossy(&card.bytes).contains("taken over from XGBoost JSON"));

    let (registry, objects) = (world.registry.as_ref(), world.objects.as_ref());
    let stored = store::find(registry, objects, &model(), &Reference::default()).await.unwrap();
    let stored = stored.unwrap();
    let artifact = stored.open().unwrap();
    assert_eq!(artifact.manifest().imported.as_deref(), Some("XGBoost JSON"));
    assert_eq!(artifact.manifest().schema.target.as_deref(), Some("y"));
    assert!(artifact.profile().unwrap().rows > 100);

    let forgetful = world.forgetful();
    assert_eq!(forgetful.handle(&event).await.unwrap(), run);
    assert_eq!(forgetful.versions().await, 1, "it is taken over once");
}

#[tokio::test]
async fn a_model_meets_the_champion_on_the_newest_data_set() {
    let world = world();
    world.spec("[training]\nlearners = ['baseline']\n").await;
    let event = world.upload(KEY, &answered(BINARY)).await;
    assert!(is_promoted(&world.handle(&event).await.unwrap()));
    let run = world.import(BINARY).await;
    assert!(is_promoted(&run), "{run:?}");
    assert!(reasons(&run).contains("of version 1 on "), "{run:?}");
    let champion = world.registry.version(&model(), 2.try_into().unwrap()).await.unwrap().unwrap();
    assert_eq!(champion.data_hash, {
        let first = world.registry.version(&model(), Version::FIRST).await.unwrap().unwrap();
        first.data_hash.clone()
    });

    // What it answers is called as in the data, and it holds its place.
    let again = world.handle(&json!({"model": "taxi"})).await.unwrap();
    assert!(!is_promoted(&again), "{again:?}");
    let (registry, objects) = (world.registry.as_ref(), world.objects.as_ref());
    let stored = store::find(registry, objects, &model(), &Reference::default()).await.unwrap();
    let stored = stored.unwrap();
    let classes = stored.open().unwrap().manifest().schema.task.classes().to_vec();
    assert_eq!((stored.version.number(), classes), (2, vec!["no".to_owned(), "yes".to_owned()]));
}

#[tokio::test]
async fn without_labelled_data_only_the_first_model_is_promoted() {
    let world = world();
    let first = world.import(REGRESSION).await;
    assert!(is_promoted(&first), "{first:?}");
    assert!(reasons(&first).contains("without data to score it on"), "{first:?}");
    let second = world.import(LIGHTGBM).await;
    assert!(!is_promoted(&second), "{second:?}");
    assert!(reasons(&second).contains("compare it with version 1 yourself"), "{second:?}");
    assert_eq!(world.kinds().last(), Some(&EventKind::ModelRejected));
    let version = world.registry.version(&model(), 2.try_into().unwrap()).await.unwrap().unwrap();
    assert_eq!((version.learner.as_str(), version.rows), ("lightgbm import", 0));
    assert_eq!((version.metrics.len(), &version.baselines), (0, &None));
    let record: RunRecord = world.file(&second, "run.json").await;
    assert_eq!(record.lineage.data_hash, None);
}

#[tokio::test]
async fn a_champion_that_knows_its_classes_by_number_meets_those_of_the_data() {
    let world = world();
    assert!(is_promoted(&world.import(BINARY).await));
    world.spec("[training]\nlearners = ['baseline']\n").await;
    let event = world.upload(KEY, &answered(BINARY)).await;
    let trained = world.handle(&event).await.unwrap();
    assert!(!is_promoted(&trained), "{trained:?}");
    let reason = reasons(&trained);
    assert!(reason.starts_with("roc_auc 0.5000 against 1.0000 of version 1 on "), "{reason}");
    let again = world.import(("again.ubj", BINARY.1)).await;
    assert!(reasons(&again).starts_with("roc_auc 1.0000 against 1.0000 of version 1"), "{again:?}");
}

#[tokio::test]
async fn where_a_person_approves_an_imported_model_waits_too() {
    let world = world();
    world.spec("[gate]\napproval = 'manual'\n").await;
    let run = world.import(REGRESSION).await;
    assert!(
        matches!(run.outcome, Outcome::Registered { promoted: false, awaits_approval: true, .. }),
        "{run:?}"
    );
    assert_eq!(world.place(Alias::challenger()).await, Some(1));
}

#[tokio::test]
async fn a_file_that_is_no_model_is_quarantined_with_its_reason() {
    let world = world();
    let run = world.import(("notes.txt", b"buy milk")).await;
    let Outcome::Rejected { quarantine: Some(copy), reasons } = &run.outcome else {
        panic!("{run:?}")
    };
    assert!(copy.starts_with("quarantine/taxi/import/") && copy.ends_with("-notes.txt"), "{copy}");
    assert!(reasons[0].starts_with("`notes.txt` is neither a model of XGBoost"), "{reasons:?}");
    assert!(world.objects.get(&format!("{copy}.reason.json")).await.unwrap().is_some());
    assert_eq!(world.kinds().last(), Some(&EventKind::DatasetRejected));
    assert_eq!(world.versions().await, 0);
}

#[tokio::test]
async fn data_that_does_not_fit_the_model_is_named() {
    let world = world();
    let data = answered(REGRESSION).replace("a,b,c,shop", "a,b,x,shop");
    world.upload("models/taxi/import/xgb.csv", &data).await;
    let run = world.import(REGRESSION).await;
    assert!(matches!(run.outcome, Outcome::Rejected { .. }), "{run:?}");
    let reason = reasons(&run);
    assert!(reason.starts_with("`models/taxi/import/xgb.csv`: the model reads `c`"), "{reason}");
    world.upload("models/taxi/import/xgb.csv", "a\n").await;
    let run = world.import(("xgb.ubj", BINARY.1)).await;
    assert!(reasons(&run).starts_with("`models/taxi/import/xgb.csv`: "), "{run:?}");
    assert_eq!(world.versions().await, 0);
}
