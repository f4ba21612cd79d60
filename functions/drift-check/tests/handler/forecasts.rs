//! How captured forecasts came true.

use drift_check::report::ForecastsChecked;
use jiff::{SignedDuration, Timestamp};
use model_factory::capture::{self, CaptureLine, Exchange, GroundTruth, Origin};
use model_factory::dataset::csv;
use model_factory::drift::ForecastReport;
use model_factory::forecasting::{Actuals, Panel};
use model_factory::metrics::Metric;
use model_factory::name::{Alias, Reference, Version};
use model_factory::protocol::forecasts::ForecastingVersion;
use model_factory::protocol::{Contract, ForecastProtocol, Limits};
use model_factory::spec::Spec;
use model_factory::storage::{ReadObjects as _, WriteObjects as _, keys};
use model_factory::training::{TrainingContext, train_series};
use serde_json::{Value, json};

use crate::world::{World, at, model};

const SPEC: &str = "target = 'sales'\n[forecasting]\nseries = ['store']\nlearners = ['theta']";

/// The sales of two stores of so many days of February on: those of a weekday, and a step of
/// 100 from the second of March on.
fn panel(days: i64) -> Panel {
    let row = |day: i64| {
        let date = at("2026-02-01T00:00:00Z") + SignedDuration::from_hours(24 * day);
        let date = date.strftime("%Y-%m-%d").to_string();
        let sales = |store: i64| 20 * store + day % 7 + if day >= 29 { 100 } else { 0 };
        format!("{date},1,{}\n{date},2,{}\n", sales(1), sales(2))
    };
    let data = "date,store,sales\n".to_owned() + &(0..days).map(row).collect::<String>();
    let spec = Spec::parse(SPEC.as_bytes()).unwrap();
    Panel::from_raw(csv::read(data.as_bytes()).unwrap(), &spec, &spec.forecasts().unwrap()).unwrap()
}

/// A factory whose champion knows February.
struct Forecasting {
    world: World,
    version: Version,
    artifact: Vec<u8>,
    sha256: String,
}

impl Forecasting {
    async fn new() -> Self {
        let world = World::new().await;
        let (spec, context) = (Spec::parse(SPEC.as_bytes()).unwrap(), TrainingContext::default());
        let asked = spec.forecasts().unwrap();
        let panel = panel(28);
        let trained = train_series(&model(), &panel, &asked, &spec, None, None, &context).unwrap();
        let (artifact, sha256) = (trained.artifact, trained.sha256);
        let version = world.register_artifact(Alias::champion(), &artifact, &sha256).await;
        Self { world, version, artifact, sha256 }
    }

    /// What the run of the newest version has read.
    async fn data(&self, days: i64) {
        let packed = Actuals::of(&panel(days), 7).encode().unwrap();
        let key = keys::run(&model(), &format!("run-{}", self.version), keys::ACTUALS);
        self.world.objects.put(&key, "", packed.into()).await.unwrap();
    }

    /// Captures forecasts that the champion answers, a minute apart.
    async fn captured(&self, protocol: ForecastProtocol, from: &str, requests: &[Value]) {
        self.captured_without(&[], protocol, from, requests).await;
    }

    async fn captured_without(
        &self,
        hidden: &[&str],
        protocol: ForecastProtocol,
        from: &str,
        requests: &[Value],
    ) {
        let artifact = model_factory::artifact::Artifact::open(&self.artifact, &self.sha256);
        let forecaster = artifact.unwrap().forecaster().unwrap();
        let start: Timestamp = at(from);
        let mut file = Vec::new();
        for (place, request) in requests.iter().enumerate() {
            let request = request.to_string();
            let by = ForecastingVersion {
                model: &model(),
                version: self.version,
                forecaster: &forecaster,
            };
            let decoded = protocol.decode(request.as_bytes(), &Limits::default()).unwrap();
            let answer = decoded.answer(by).unwrap().body;
            let line = CaptureLine::new(Exchange {
                event_id: &format!("{from}-{place}"),
                inference_id: Some(&format!("client-{place}")),
                time: start + SignedDuration::from_mins(place as i64),
                content_type: None,
                request: request.as_bytes(),
                response: &answer,
                origin: Origin {
                    model: model(),
                    version: self.version,
                    variant: Reference::default(),
                    protocol: Contract::Series(protocol),
                    query: None,
                    hidden: hidden.iter().map(|name| (*name).to_owned()).collect(),
                },
            });
            line.write(&mut file).unwrap();
        }
        let id = start.as_second().to_string();
        let key = capture::key(&model(), &Reference::default(), start, &id);
        self.world.objects.put(&key, "", file.into()).await.unwrap();
    }

    async fn label(&self, id: &str, values: &[&str]) {
        let truth = GroundTruth::new(id, values.iter().copied());
        let key = format!("ground-truth/taxi/{id}.jsonl");
        let line = serde_json::to_vec(&truth).unwrap();
        self.world.objects.put(&key, "", line.into()).await.unwrap();
    }

    async fn check(&self, request: Value) -> (ForecastsChecked, ForecastReport) {
        let mut report = self.world.report(request).await;
        assert_eq!((report.models, report.not_checked), (Vec::new(), Vec::new()));
        let checked = report.forecasts.remove(0);
        let object = self.world.objects.get(&checked.report).await.unwrap().unwrap();
        (checked, serde_json::from_slice(&object.bytes).unwrap())
    }
}

fn of_march_first() -> Value {
    json!({"model": "taxi", "window":
        {"start": "2026-03-01T00:00:00Z", "end": "2026-03-02T00:00:00Z"}})
}

#[tokio::test]
async fn forecasts_are_counted_while_nothing_is_known_of_their_steps() {
    let factory = Forecasting::new().await;
    let asked = [json!({"series": {"store": 1}}), json!({"series": {"store": "1"}})];
    factory.captured(ForecastProtocol::Series, "2026-03-01T10:00:00Z", &asked).await;
    let store = [json!({"store_number": 2})];
    factory.captured(ForecastProtocol::Store, "2026-03-01T11:00:00Z", &store).await;
    let (checked, report) = factory.check(of_march_first()).await;
    assert_eq!((checked.forecasts, checked.unreadable), (3, 0));
    assert_eq!((checked.steps, checked.known), (14, 0), "what is asked twice counts once");
    assert!(checked.report.ends_with("/2/forecasts.json"), "{}", checked.report);
    let [came_true] = &report.versions[..] else { panic!("{report:?}") };
    assert_eq!((came_true.version, came_true.series), (factory.version, 2));
    assert!(came_true.metrics.is_empty() && came_true.coverage.is_none());
    assert_eq!(report.holdout.metric, Metric::Mase);
    assert!((report.holdout.promised - 0.8).abs() < 1e-12, "{:?}", report.holdout);
    // No verdict, no alarm, no retraining.
    assert_eq!(factory.world.records().await, []);
    assert_eq!(factory.world.metrics.sum("ForecastSteps"), 14.0);
    assert_eq!(factory.world.metrics.sum("ForecastStepsKnown"), 0.0);
}

#[tokio::test]
async fn a_later_data_set_tells_what_became_of_them() {
    let factory = Forecasting::new().await;
    let stores = [json!({"series": {"store": 1}}), json!({"series": {"store": 2}})];
    factory.captured(ForecastProtocol::Series, "2026-03-01T10:00:00Z", &stores).await;
    // The first of March was as always; on the second sales rose by 100.
    factory.data(30).await;
    let (checked, report) = factory.check(of_march_first()).await;
    assert_eq!((checked.steps, checked.known), (14, 4));
    assert_eq!((report.counts.known_by_data, report.counts.known_by_labels), (4, 0));
    let [came_true] = &report.versions[..] else { panic!("{report:?}") };
    let mae = came_true.metrics[&Metric::Mae];
    assert!((mae - 50.0).abs() < 5.0, "one day of two is missed by 100: {mae}");
    assert!(came_true.metrics.contains_key(&Metric::Mase), "{came_true:?}");
    let coverage = came_true.coverage.unwrap();
    assert_eq!(coverage.steps, 4);
    assert!((coverage.promised - 0.8).abs() < 1e-12 && coverage.measured <= 0.5, "{coverage:?}");
    let error = factory.world.metrics.sum("ForecastError");
    assert_eq!(error, came_true.metrics[&Metric::Mase]);
}

#[tokio::test]
async fn labels_tell_it_by_either_id_also_where_the_series_is_hidden() {
    let factory = Forecasting::new().await;
    let two = json!({"series": {"store": 1}, "horizon": 2});
    let from = "2026-03-01T10:00:00Z";
    let asked = [two.clone(), two.clone(), two];
    factory.captured_without(&["store"], ForecastProtocol::Series, from, &asked).await;
    factory.label("2026-03-01T10:00:00Z-0", &["20", ""]).await;
    factory.label("client-1", &["20", "121"]).await;
    factory.label("client-2", &["20"]).await;
    // A client that sends the same id again has told of the first exchange.
    let again = "2026-03-01T12:00:00Z";
    factory.captured_without(&["store"], ForecastProtocol::Series, again, &asked[..2]).await;
    // What a data set says of a series is no help where nobody knows which one was asked.
    factory.data(30).await;
    let (_, report) = factory.check(of_march_first()).await;
    assert_eq!((report.counts.steps, report.counts.known_by_data), (10, 0));
    assert_eq!((report.counts.known_by_labels, report.counts.unfit_labels), (3, 1));
    let [came_true] = &report.versions[..] else { panic!("{report:?}") };
    assert_eq!((came_true.series, came_true.known), (0, 3));
    assert!(came_true.metrics.contains_key(&Metric::Mae));
    assert!(!came_true.metrics.contains_key(&Metric::Mase), "no series, no scale");
}

#[tokio::test]
async fn a_schedule_looks_back_a_horizon_further() {
    let factory = Forecasting::new().await;
    let asked = [json!({"series": {"store": 1}})];
    factory.captured(ForecastProtocol::Series, "2026-02-24T12:00:00Z", &asked).await;
    factory.captured(ForecastProtocol::Series, "2026-02-22T12:00:00Z", &asked).await;
    // The clock stands at noon of the second of March; the horizon is a week, the window a day.
    let (checked, _) = factory.check(json!({"model": "taxi"})).await;
    assert_eq!(checked.window.start, at("2026-02-22T12:00:00Z"));
    assert_eq!(checked.forecasts, 2);
}

#[tokio::test]
async fn rows_of_a_model_that_forecasts_now_are_told_as_unreadable() {
    let factory = Forecasting::new().await;
    factory.world.traffic("champion", "2026-03-01T10:00:00Z", 3, 0.0).await;
    let (checked, _) = factory.check(of_march_first()).await;
    assert_eq!((checked.forecasts, checked.unreadable), (0, 3));
}
