//! From an upload of sales to forecasts of stores and trainings on request.

use http::StatusCode;
use serde_json::{Value, json};

use crate::support::{DRIFT_CHECK, Factory, eventually};

const SPEC: &str = "target = 'sales'\n[data]\nfilter = 'open == 1'\n[forecasting]\nseries = \
                    ['store']\nhorizon = 7\nlearners = ['theta', 'ets', 'mstl', 'combination']\n";

/// Daily sales of three stores over so many days, with a week's rhythm, a little growth and a
/// little noise.
fn sales(days: usize) -> String {
    let random = &mut fastrand::Rng::with_seed(9);
    let mut rows = vec!["date,store,open,sales".to_owned()];
    let start: jiff::civil::Date = "2015-01-01".parse().unwrap();
    for day in 0..days {
        let date = start + jiff::Span::new().days(day as i64);
        for store in 1..=3 {
            let rhythm = [0.0, 8.0, 3.0, 5.0, 20.0, 30.0, 10.0][day % 7];
            let value = f64::from(store) * (100.0 + rhythm) + 0.1 * day as f64 + 6.0 * random.f64();
            rows.push(format!("{date},{store},1,{value:.1}"));
        }
    }
    rows.push("2015-01-02,1,0,0".to_owned());
    rows.join("\n")
}

/// Daily sales of so many stores over 40 days, no two alike.
fn many_stores(stores: usize) -> String {
    let mut rows = vec!["date,store,sales".to_owned()];
    let start: jiff::civil::Date = "2015-01-01".parse().unwrap();
    for day in 0..40_usize {
        let date = start + jiff::Span::new().days(day as i64);
        let value = |store: usize| store % 97 + 3 * (day % 7) + (day * store) % 11;
        rows.extend((0..stores).map(|store| format!("{date},{store},{}", value(store))));
    }
    rows.join("\n")
}

fn quantile(answer: &Value, name: &str) -> Vec<f64> {
    let points = answer["result"]["Forecast"]["Predictions"][name].as_array().unwrap();
    points.iter().map(|point| point["Value"].as_f64().unwrap()).collect()
}

#[tokio::test]
async fn an_upload_of_sales_becomes_forecasts_of_stores() {
    let factory = Factory::start().await;
    factory.put("models/sales/model.toml", SPEC).await;
    factory.put("datasets/sales/first.csv", sales(140)).await;
    factory.idle().await;
    assert_eq!(factory.champion("sales").await, Some(1));

    // In the words of the book: 140 days end on 20 May.
    let answer = factory.http.post("/forecast", &json!({"store_number": 2})).await;
    assert_eq!(answer.header("x-model-version"), "1");
    let answer = answer.ok();
    assert_eq!(answer["store_number"], 2);
    let first = &answer["result"]["Forecast"]["Predictions"]["p50"][0];
    assert_eq!(first["Timestamp"], "2015-05-21T00:00:00");
    let [low, middle, high] = ["p10", "p50", "p90"].map(|name| quantile(&answer, name));
    assert_eq!(middle.len(), 7);
    for (step, rhythm) in [0.0, 8.0, 3.0, 5.0, 20.0, 30.0, 10.0].into_iter().enumerate() {
        let truth = 2.0 * (100.0 + rhythm) + 14.0 + 3.0;
        assert!((middle[step] - truth).abs() < 8.0, "{middle:?}");
        assert!(low[step] < middle[step] && middle[step] < high[step]);
    }
    let later = json!({"store_number": 2, "forecast_start_date": "2015-05-24"});
    let later = factory.http.post("/forecast", &later).await.ok();
    assert_eq!(quantile(&later, "p50")[..4], middle[3..]);

    // Any series, quantiles and horizon.
    let wish = json!({"series": {"store": "3"}, "horizon": 2, "quantiles": [0.25, 0.975]});
    let answer = factory.http.post("/models/sales/versions/1/forecast", &wish).await.ok();
    assert_eq!(answer["series"], json!({"store": "3"}));
    assert_eq!(answer["timestamps"], json!(["2015-05-21T00:00:00Z", "2015-05-22T00:00:00Z"]));
    assert!(answer["quantiles"]["p97.5"][1].as_f64() > answer["quantiles"]["p25"][1].as_f64());

    // What cannot be answered says why.
    for (path, body, status) in [
        ("/forecast", json!({"store_number": 9}), 404),
        ("/forecast", json!({}), 400),
        ("/forecast", json!({"store_number": "two"}), 400),
        ("/forecast", json!({"store_number": 2, "forecast_start_date": "soon"}), 422),
        ("/forecast", json!({"store_number": 2, "forecast_start_date": "2015-01-01"}), 422),
        ("/models/sales/forecast", json!({"series": {"shop": "3"}}), 422),
        ("/models/sales/forecast", json!({"series": {"store": 3}, "quantiles": [2]}), 422),
        ("/models/tram/forecast", json!({"series": {"store": 3}}), 404),
        ("/v2/models/sales/infer", json!({"inputs": []}), 422),
        ("/train", json!({"store_number": 9}), 404),
        ("/train", json!({"store_number": 2}), 429),
        ("/models/sales/train", json!({"dataset": "datasets/taxi/x.csv"}), 422),
        ("/models/tram/train", json!({}), 404),
    ] {
        let answer = factory.http.post(path, &body).await;
        assert_eq!(answer.status.as_u16(), status, "{path} {body}: {:?}", answer.body);
        assert!(answer.json()["detail"].is_string(), "{path} {body}");
    }
    assert_eq!(factory.http.get("/jobs/sales.0000000000000000").await.status.as_u16(), 404);
    // The champion's two forecasts were captured. Nothing is known of their steps yet, but a week
    // later.
    let now = jiff::Timestamp::now();
    let hour = jiff::SignedDuration::from_hours(1);
    let window = json!({"start": now - hour, "end": now + hour});
    let check = json!({"model": "sales", "window": window});
    let steps = async || {
        let checked = factory.invoke(DRIFT_CHECK, &check).await.expect("answered");
        let of_sales = &checked["forecasts"][0];
        assert_eq!((&of_sales["forecasts"], &of_sales["unreadable"]), (&json!(2), &json!(0)));
        (of_sales["steps"].as_u64().unwrap(), of_sales["known"].as_u64().unwrap())
    };
    // Seven steps, and three more.
    assert_eq!(steps().await, (10, 0));
    factory.put("datasets/sales/second.csv", sales(147)).await;
    factory.idle().await;
    assert_eq!(steps().await, (10, 7));
    let models = factory.http.get("/models").await.ok();
    assert_eq!(models["models"][0]["champion"]["version"], 2);
    factory.end().await;
}

#[tokio::test]
async fn a_training_on_request_is_told_of_until_newer_sales_are_forecast() {
    let factory = Factory::start().await;
    factory.put("models/sales/model.toml", SPEC).await;
    factory.put("datasets/sales/first.csv", sales(140)).await;
    factory.idle().await;
    // Equal forecasts from newer sales take the champion's place.
    factory.put("datasets/sales/second.csv", sales(147)).await;
    factory.idle().await;
    assert_eq!(factory.champion("sales").await, Some(2));
    let answer = factory.http.post("/forecast", &json!({"store_number": 1})).await.ok();
    let first = &answer["result"]["Forecast"]["Predictions"]["p50"][0];
    assert_eq!(first["Timestamp"], "2015-05-28T00:00:00");

    let accepted = factory.http.post("/train", &json!({"store_number": 1, "force": true})).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED, "{:?}", accepted.body);
    let location = accepted.header("location").to_owned();
    let job = accepted.json()["job"].as_str().unwrap().to_owned();
    let again = factory.http.post("/models/sales/train", &json!({"force": true})).await;
    // The first may have ended already.
    assert!([409, 202].contains(&again.status.as_u16()), "{:?}", again.body);
    let ended = eventually("the training ends", async || {
        let job = factory.http.get(&format!("/jobs/{job}")).await.ok();
        (job["status"] == "succeeded").then_some(job)
    })
    .await;
    assert_eq!(ended["detail"]["cause"], "asked for by the API for store 1");
    assert_eq!(factory.http.get(&location).await.ok()["status"], "succeeded");
    // The same data tells nothing new, and is no better.
    factory.idle().await;
    assert_eq!(factory.champion("sales").await, Some(2));
    factory.end().await;
}

#[tokio::test]
async fn two_thousand_stores_are_shared_by_runs_that_hand_them_on_and_tell_how_far_they_are() {
    const STORES: usize = 2_000;
    const FEW: usize = STORES / 10;
    let factory = Factory::start_with(|config| {
        for function in &mut config.functions {
            let environment = &mut function.environment;
            // However many cores there are, a run compares one series after another.
            environment.insert("RAYON_NUM_THREADS".to_owned(), "1".to_owned());
            environment.insert("MODEL_FACTORY_FORECAST_MODEL".to_owned(), "sales".to_owned());
        }
    })
    .await;
    let spec = SPEC.replace("[data]\nfilter = 'open == 1'\n", "");
    factory.put("models/few/model.toml", spec.as_str()).await;
    factory.put("datasets/few/stores.csv", many_stores(FEW)).await;
    factory.idle().await;
    let run = factory.runs("few").await[0]["run"].as_str().unwrap().to_owned();
    let record = factory.get_json(&format!("runs/few/{run}/forecasting.json")).await;
    // However fast this machine is, a run has the time for about a fifth of all.
    let seconds = 2.0 * record["seconds"]["search"].as_f64().expect("seconds of the comparison");
    let limited = format!("{spec}[training]\nseconds = {seconds}\n");
    factory.put("models/sales/model.toml", limited).await;
    factory.put("datasets/sales/stores.csv", many_stores(STORES)).await;
    factory.idle().await;

    let runs = factory.runs("sales").await;
    assert!(runs.len() > 1, "one run had the time for all: nothing was handed on");
    let mut left = STORES;
    for run in &runs {
        let key = format!("runs/sales/{}/forecasting.json", run["run"].as_str().unwrap());
        let record = factory.get_json(&key).await;
        let unfinished = record["unfinished"].as_u64().unwrap() as usize;
        let compared = record["leaderboard"]["series"].as_u64().unwrap() as usize;
        assert_eq!((record["series"].as_u64(), compared), (Some(STORES as u64), left - unfinished));
        assert_eq!(record["continues"], unfinished > 0);
        println!("run {}: {compared} series compared, {unfinished} left", run["run"]);
        left = unfinished;
    }
    assert_eq!(left, 0, "no series is lost");
    let asked = factory.published("Retrain Requested", "sales");
    assert_eq!(asked.len(), runs.len() - 1, "each run but the last has handed series on, once");
    assert_eq!(factory.champion("sales").await, Some(runs.len() as u64));
    for store in [0, 999, STORES - 1] {
        let answer = factory.http.post("/forecast", &json!({"store_number": store})).await.ok();
        assert_eq!(quantile(&answer, "p50").len(), 7);
    }

    // Who waits for a run is told how many of its series are compared.
    factory.put("models/sales/model.toml", spec).await;
    let accepted = factory.http.post("/models/sales/train", &json!({"force": true})).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED, "{:?}", accepted.body);
    let location = accepted.header("location").to_owned();
    let mut told: Vec<Value> = Vec::new();
    eventually("the training ends", async || {
        let job = factory.http.get(&location).await.ok();
        if job["status"] == "running" && told.last() != Some(&job["detail"]) {
            told.push(job["detail"].clone());
        }
        (job["status"] == "succeeded").then_some(())
    })
    .await;
    let first = told.first().expect("it was seen while it ran");
    assert_eq!((&first["unit"], &first["of"]), (&json!("series"), &json!(STORES)));
    assert_eq!(first["metric"], "mase");
    let counts: Vec<u64> = told.iter().filter_map(|it| it["tried"].as_u64()).collect();
    assert!(counts.is_sorted(), "{counts:?}");
    factory.end().await;
}
