//! What is captured of forecasts, and who answers them.

use http::{Method, Response};
use model_factory::artifact::Artifact;
use model_factory::capture::CaptureLine;
use model_factory::forecasting::Forecaster;
use model_factory::name::Alias;
use model_factory::protocol::{Contract, ForecastProtocol};
use model_factory::registry::ReadRegistry as _;
use model_factory::storage::{ReadObjects as _, keys};
use serde_json::{Value, json};

use crate::series::{THETA, train};
use crate::world::{World, json_of, taxi, version};

type Answer = Response<bytes::Bytes>;

/// A forecast of store 1, asked under an id, with the client's own id.
async fn ask(world: &World, request_id: &str, client: &str, body: &Value) -> Answer {
    let headers = [("x-amzn-sagemaker-inference-id", client)];
    let path = "/models/taxi/forecast";
    world.send(request_id, Method::POST, path, &headers, body.to_string()).await
}

fn store_1() -> Value {
    json!({"series": {"store": 1}, "horizon": 2})
}

async fn forecaster(world: &World) -> Forecaster {
    let alias = world.registry.alias(&taxi(), &Alias::champion()).await.unwrap().unwrap();
    let key = keys::artifact(&taxi(), &alias.artifact);
    let object = world.objects.get(&key).await.unwrap().unwrap();
    Artifact::open(&object.bytes, &alias.artifact).unwrap().forecaster().unwrap()
}

fn request(line: &CaptureLine) -> Value {
    serde_json::from_str(&line.capture_data.endpoint_input.data).unwrap()
}

fn answer(line: &CaptureLine) -> Value {
    let output = line.capture_data.endpoint_output.as_ref().unwrap();
    serde_json::from_str(&output.data).unwrap()
}

#[tokio::test]
async fn forecasts_of_both_contracts_are_captured_when_the_answer_has_gone_out() {
    let world = World::new();
    train(&world, "taxi", 28, THETA, true).await;
    let asked = store_1();
    let of_series = ask(&world, "r-1", "client-7", &asked).await;
    assert_eq!(of_series.headers()["x-event-id"], "r-1");
    let body = "{\"store_number\": 1}";
    let of_store = world.send("r-2", Method::POST, "/forecast", &[], body).await;
    // What is refused is not captured.
    let unknown = json!({"series": {"store": 9}});
    assert_eq!(ask(&world, "r-3", "client-7", &unknown).await.status(), 404);
    assert!(world.captured().await.is_empty(), "nobody waits for it");
    world.settle().await;

    let [(folder, series), (_, store)] = world.captured().await.try_into().unwrap();
    assert_eq!(folder, "capture/taxi/champion/2026/03/01/10");
    let origin = series.model_factory.as_ref().unwrap();
    assert_eq!((origin.version.number(), origin.variant.to_string().as_str()), (1, "champion"));
    assert_eq!(series.event_metadata.inference_id.as_deref(), Some("client-7"));
    assert_eq!(store.event_metadata.inference_id, None);
    let protocols = [&series, &store].map(|line| line.model_factory.as_ref().unwrap().protocol);
    assert_eq!(protocols, [ForecastProtocol::Series, ForecastProtocol::Store].map(Contract::from));
    let written = serde_json::to_value(&store).unwrap();
    assert_eq!(written["modelFactory"]["protocol"], "store-forecast");
    assert_eq!(written["captureData"]["endpointInput"]["observedContentType"], "application/json");
    assert_eq!((request(&series), answer(&series)), (asked, json_of(&of_series)));
    assert_eq!(answer(&store), json_of(&of_store));

    // Whoever reads the lines sees the same forecast.
    let forecaster = forecaster(&world).await;
    let [told, of_store] = [&series, &store].map(|line| line.forecast(&forecaster).unwrap());
    assert_eq!(told.series, Some(vec!["1".to_owned()]));
    assert_eq!((told.steps, of_store.steps), (2, 7));
    let first: jiff::Timestamp = "2026-01-29T00:00:00Z".parse().unwrap();
    assert_eq!(told.instants.as_ref().unwrap()[0], first.as_second());
    assert_eq!(told.instants.as_ref().unwrap()[..], of_store.instants.as_ref().unwrap()[..2]);
    assert_eq!(told.quantiles.iter().map(|(it, _)| *it).collect::<Vec<_>>(), [0.1, 0.5, 0.9]);
    assert_eq!(told.values.as_ref().unwrap()[..], of_store.values.as_ref().unwrap()[..2]);
    let schema = world.artifact().await.schema;
    let error = series.request(&schema, &Default::default()).unwrap_err().to_string();
    assert_eq!(error, "event `r-1` is a forecast of a series, which has no rows");
}

#[tokio::test]
async fn an_empty_body_asks_for_the_only_series_and_is_captured_too() {
    let world = World::new();
    train(&world, "taxi", 28, "[forecasting]\nlearners = ['theta']\n", true).await;
    let answered = world.send("r-1", Method::POST, "/models/taxi/forecast", &[], "").await;
    assert_eq!(answered.status(), 200, "{}", json_of(&answered));
    world.settle().await;
    let [(_, line)] = world.captured().await.try_into().unwrap();
    assert_eq!(line.forecast(&forecaster(&world).await).unwrap().series, Some(Vec::new()));
}

#[tokio::test]
async fn a_canary_forecasts_its_share_by_the_clients_ids_and_a_shadow_for_the_record() {
    let world = World::new();
    train(&world, "taxi", 24, THETA, true).await;
    train(&world, "taxi", 28, THETA, false).await;
    world.share(Some((2, 50)), None).await;
    let mut canary = 0;
    for client in 0..20 {
        let client = format!("client-{client}");
        let first = version(&ask(&world, "a", &client, &store_1()).await);
        let again = version(&ask(&world, "b", &client, &store_1()).await);
        assert_eq!(first, again, "a client meets one version");
        canary += usize::from(first == 2);
    }
    assert!((3..=17).contains(&canary), "{canary} of 20");
    world.settle().await;
    for (folder, line) in world.captured().await {
        let variant = if answer(&line)["version"] == 2 { "challenger" } else { "champion" };
        assert_eq!(folder, format!("capture/taxi/{variant}/2026/03/01/10"));
    }

    let world = World::new();
    train(&world, "taxi", 24, THETA, true).await;
    train(&world, "taxi", 28, THETA, false).await;
    world.share(None, Some(2)).await;
    assert_eq!(version(&ask(&world, "r-1", "mine", &store_1()).await), 1);
    // The start is known to the shadow already: it cannot answer.
    let known = json!({"series": {"store": 1}, "start": "2026-01-25"});
    assert_eq!(version(&ask(&world, "r-2", "mine", &known).await), 1);
    world.settle().await;
    let captured = world.captured().await;
    let folders: Vec<&str> = captured.iter().map(|(folder, _)| folder.as_str()).collect();
    let [own, shadow] = ["champion", "shadow"].map(|it| format!("capture/taxi/{it}/2026/03/01/10"));
    assert_eq!(folders, [&own, &own, &shadow]);
    assert_eq!(captured[0].1.event_metadata, captured[2].1.event_metadata, "the same event");
    assert_eq!(answer(&captured[0].1)["timestamps"][0], "2026-01-25T00:00:00Z");
    assert_eq!(answer(&captured[2].1)["timestamps"][0], "2026-01-29T00:00:00Z");
    assert_eq!(world.metrics.sum("ShadowErrors"), 1.0);
}

#[tokio::test]
async fn the_spec_says_how_many_forecasts_are_kept() {
    let world = World::new();
    train(&world, "taxi", 28, &format!("{THETA}[capture]\nsampling = 0.25"), true).await;
    for request in 0..200 {
        ask(&world, &format!("r-{request}"), "mine", &store_1()).await;
        world.settle().await;
    }
    let kept = world.captured().await.len();
    assert!((25..=75).contains(&kept), "{kept} of 200");
}

const ADDITIVE: &str = "[forecasting]\nseries = ['store']\nregressors = ['promo']\n\
                        learners = ['additive']\nwinner = 'overall'\n";

/// A forecast that depends on a regressor, in both contracts where the second can be asked.
async fn secrets(hiding: &str) -> (World, Vec<CaptureLine>) {
    let world = World::new();
    train(&world, "taxi", 28, &format!("{ADDITIVE}[capture]\n{hiding}"), true).await;
    let asked = json!({
        "series": {"store": "1"}, "horizon": 2, "start": "2026-01-30",
        "regressors": {"promo": [0.8125, 0.8125]},
    });
    let answered = ask(&world, "r-1", "mine", &asked).await;
    assert_eq!(answered.status(), 200, "{}", json_of(&answered));
    world.settle().await;
    let lines = world.captured().await.into_iter().map(|(_, line)| line).collect();
    (world, lines)
}

#[tokio::test]
async fn what_is_dropped_of_a_forecast_is_nowhere() {
    let (world, lines) = secrets("drop = ['store', 'promo', 'date']").await;
    let [line] = &lines[..] else { panic!("{lines:?}") };
    let origin = line.model_factory.as_ref().unwrap();
    assert_eq!(origin.hidden, ["store", "date", "promo"]);
    assert_eq!(request(line), json!({"series": {}, "horizon": 2, "regressors": {}}));
    let answer = answer(line);
    assert_eq!(answer["series"], json!({}));
    for member in ["timestamps", "learner", "coverage"] {
        assert!(answer.get(member).is_none(), "{member}: {answer}");
    }
    let all = world.everything_captured().await;
    assert!(!all.contains("0.8125") && !all.contains("2026-01-30"), "{all}");
    let told = line.forecast(&forecaster(&world).await).unwrap();
    assert_eq!((told.series, told.instants, told.steps), (None, None, 2));
}

#[tokio::test]
async fn what_is_hashed_of_a_forecast_can_be_told_apart_only() {
    let (world, lines) = secrets("hash = ['store', 'promo', 'date']").await;
    let (request, answer) = (request(&lines[0]), answer(&lines[0]));
    let hash = |value: &Value| value.as_str().is_some_and(|text| text.len() == 24);
    assert!(hash(&request["series"]["store"]), "{request}");
    assert_eq!(request["series"], answer["series"]);
    let promo = &request["regressors"]["promo"];
    assert!(hash(&promo[0]) && promo[0] == promo[1], "{request}");
    assert!(hash(&request["start"]) && request["start"] == answer["timestamps"][0]);
    assert_ne!(answer["timestamps"][0], answer["timestamps"][1]);
    let all = world.everything_captured().await;
    assert!(!all.contains("0.8125") && !all.contains("2026-01-30"), "{all}");
    let told = lines[0].forecast(&forecaster(&world).await).unwrap();
    assert_eq!((told.series, told.instants, told.steps), (None, None, 2));
}

#[tokio::test]
async fn a_stores_number_and_days_are_kept_out_too() {
    let world = World::new();
    let hiding = "[capture]\nhash = ['store']\ndrop = ['date']";
    train(&world, "taxi", 28, &format!("{THETA}{hiding}"), true).await;
    let body = json!({"store_number": 1, "forecast_start_date": "2026-01-30"}).to_string();
    assert_eq!(world.send("r-1", Method::POST, "/forecast", &[], body).await.status(), 200);
    ask(&world, "r-2", "mine", &store_1()).await;
    world.settle().await;
    let [(_, store), (_, series)] = world.captured().await.try_into().unwrap();
    assert_eq!(request(&store), json!({"store_number": answer(&store)["store_number"]}));
    assert_eq!(
        answer(&store)["store_number"],
        request(&series)["series"]["store"],
        "equal values can be joined"
    );
    let all = world.everything_captured().await;
    assert!(!all.contains("Timestamp") && !all.contains("2026-01-30"), "{all}");
    let told = store.forecast(&forecaster(&world).await).unwrap();
    assert_eq!((told.series, told.instants, told.steps), (None, None, 7));
}
