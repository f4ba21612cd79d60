//! Tasks without a target, and texts, from upload to answer.

use std::time::Duration;

use http::Method;
use jiff::{SignedDuration, Timestamp};
use model_factory::registry::DriftLog;
use model_factory_local::aws::events::{Rate, Schedule};
use serde_json::{Value, json};

use crate::support::{BATCH_INFERENCE, Factory, TRAINING_TRIGGER, eventually};

/// Rides of usual pace, some long and slow ones among them, as an operator uploads them.
fn rides(rows: usize, seed: u64) -> (String, usize) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut text = "ride_dist,ride_time,ride_speed,ride_id\n".to_owned();
    let mut odd = 0;
    for row in 0..rows {
        let is_odd = row % 25 == 3;
        odd += usize::from(is_odd);
        let dist = if is_odd { 20.0 + 10.0 * random.f64() } else { 10.0 * random.f64() };
        let speed = if is_odd { 4.0 + random.f64() } else { 28.0 + 4.0 * random.f64() };
        text += &format!("{dist},{},{speed},2021020{row}\n", dist / speed);
    }
    (text, odd)
}

const RIDES: &str = "task = 'clustering'\nid = 'ride_id'\nignore = ['ride_speed']\n\
                     [clustering]\neps = 0.3\nmin_samples = 10\n\
                     [training]\nlearners = ['dbscan']\nmode = 'train-run'\n";

/// The batch anomaly service: each upload's own rows get labels.
#[tokio::test]
async fn a_run_labels_the_rows_of_its_upload_and_again_on_a_schedule() {
    let factory = Factory::start_with(|config| {
        config.schedules.push(Schedule {
            name: "daily-rides".to_owned(),
            rate: Rate::every(Duration::from_secs(3)),
            function: TRAINING_TRIGGER.to_owned(),
            input: Some(json!({"model": "rides", "reason": "the schedule"})),
        });
    })
    .await;
    factory.put("models/rides/model.toml", RIDES).await;
    let (text, odd) = rides(400, 1);
    factory.put("datasets/rides/20210206.csv", text).await;
    let uploaded = eventually("a run of the upload", async || {
        let runs = factory.runs("rides").await;
        runs.into_iter().find(|run| run["cause"] == "a data set arrived")
    })
    .await;
    assert_eq!(uploaded["outcome"], "registered", "{uploaded}");
    assert_eq!(uploaded["promoted"], true, "{uploaded}");
    let folder = format!("runs/rides/{}", uploaded["run"].as_str().unwrap());
    let labels = factory.get_json(&format!("{folder}/labels.json")).await;
    let labels = labels.as_array().unwrap();
    assert_eq!(labels.len(), 400);
    for (row, record) in labels.iter().enumerate() {
        assert_eq!(record["ride_id"], format!("2021020{row}").parse::<i64>().unwrap());
        assert!(record["ride_speed"].is_f64(), "{record}");
        assert_eq!(record["label"] == -1, row % 25 == 3, "{row}: {record}");
    }
    let noise = factory.get_json(&format!("{folder}/noise.json")).await;
    let noise = noise.as_array().unwrap();
    assert_eq!(noise.len(), odd);
    assert!(noise.iter().all(|record| record["label"] == -1));
    let training = factory.get_json(&format!("{folder}/training.json")).await;
    let structure = &training["structure"];
    assert_eq!((&structure["nClusters"], &structure["nNoise"]), (&json!(1), &json!(odd)));
    assert!(structure["nCore"].as_u64().unwrap() > 350, "{structure}");
    assert!(structure["silhouetteCoefficient"].as_f64().unwrap() > 0.5, "{structure}");
    let card = factory.get(&format!("{folder}/model-card.html")).await;
    assert!(String::from_utf8_lossy(&card).contains("Core rows"));

    let scheduled = eventually("a scheduled run", async || {
        let runs = factory.runs("rides").await;
        runs.into_iter().find(|run| run["cause"] == "the schedule" && run["version"].is_u64())
    })
    .await;
    let folder = format!("runs/rides/{}", scheduled["run"].as_str().unwrap());
    assert_eq!(factory.get_json(&format!("{folder}/labels.json")).await, json!(labels));
    let versions = factory.versions("rides").await;
    let found = versions[0].structure.clone().unwrap();
    assert_eq!((found.n_clusters, found.n_noise), (Some(1), odd));
}

/// The daily job of the eighth chapter: a day's rides are scored when the day is over, and those
/// that are unlike the others are listed apart.
#[tokio::test]
async fn the_daily_taxi_job_runs_on_its_schedule() {
    let factory = Factory::start_with(|config| {
        config.schedules.push(Schedule {
            name: "nightly".to_owned(),
            rate: Rate::every(Duration::from_secs(3)),
            function: BATCH_INFERENCE.to_owned(),
            input: None,
        });
    })
    .await;
    let spec = RIDES.replace("mode = 'train-run'\n", "[batch]\nwhen = 'daily'\n");
    factory.put("models/rides/model.toml", spec).await;
    factory.put("datasets/rides/rides.csv", rides(400, 2).0).await;
    eventually("a champion", async || factory.champion("rides").await).await;
    let day = (Timestamp::now() - SignedDuration::from_hours(24)).strftime("%Y-%m-%d").to_string();
    factory.put(&format!("batch/rides/input/date={day}/rides.csv"), rides(200, 5).0).await;
    let manifest =
        eventually("a manifest", async || factory.keys("batch/rides/manifest/").await.pop()).await;
    let manifest = factory.get_json(&manifest).await;
    let listed = manifest["outliers"]["key"].as_str().expect("a list of outliers");
    assert!(listed.starts_with(&format!("batch/rides/outliers/date={day}/rides-v1-")), "{listed}");
    let listed = factory.get(listed).await;
    let listed = String::from_utf8_lossy(&listed);
    let rows: Vec<&str> = listed.lines().skip(1).collect();
    assert!(listed.starts_with("ride_dist,ride_time,ride_speed,ride_id,cluster\n"), "{listed}");
    assert!(rows.iter().all(|row| row.ends_with(",-1")), "{listed}");
    assert_eq!(manifest["summary"]["outliers"]["rows"], rows.len(), "{manifest}");
    for odd in (0..200).filter(|row| row % 25 == 3) {
        let id = format!(",2021020{odd},");
        assert!(rows.iter().any(|row| row.contains(&id)), "{odd} is not in:\n{listed}");
    }
    let told = eventually("an event", async || {
        factory.published("Batch Inference Completed", "rides").pop()
    })
    .await;
    assert_eq!(told["data"]["outliers"], rows.len(), "{told}");
    factory.end().await;
}

/// A model of clusters answers for later rows in both protocols.
#[tokio::test]
async fn clusters_are_served_and_watched() {
    let factory = Factory::start().await;
    let spec = RIDES.replace("mode = 'train-run'\n", "");
    factory.put("models/rides/model.toml", spec).await;
    let run = factory.train("rides", "rides.csv", rides(400, 2).0).await;
    assert_eq!(run["outcome"], "registered", "{run}");
    let metadata = factory.http.get("/v2/models/rides").await.ok();
    assert_eq!(metadata["outputs"][0]["name"], "cluster", "{metadata}");
    assert_eq!(metadata["outputs"][0]["datatype"], "INT32", "{metadata}");
    assert_eq!(metadata["properties"]["task"], "clustering", "{metadata}");
    let request = json!({"inputs": [
        {"name": "ride_dist", "shape": [2], "datatype": "FP64", "data": [5.0, 25.0]},
        {"name": "ride_time", "shape": [2], "datatype": "FP64", "data": [0.17, 5.5]},
    ]});
    let answer = factory.http.post("/v2/models/rides/infer", &request).await.ok();
    assert_eq!(answer["outputs"][0]["data"], json!([0, -1]), "{answer}");
    let request = json!({"dataframe_records": [
        {"ride_dist": 5.0, "ride_time": 0.17}, {"ride_dist": 25.0, "ride_time": 5.5},
    ]});
    let answer = factory.http.post("/models/rides/invocations", &request).await.ok();
    assert_eq!(answer["predictions"], json!([0, -1]), "{answer}");
    let asked = json!({"dataframe_records": [], "params": {"probabilities": true}});
    let refused = factory.http.post("/models/rides/invocations", &asked).await;
    assert_eq!(refused.status, 422);
    assert!(refused.json().to_string().contains("this one finds clusters"));
    factory.end().await;
}

/// A detector of anomalies answers with score and verdict; drift of what it is asked shows
/// in its answers.
#[tokio::test]
async fn anomalies_are_found_served_and_watched() {
    let factory = Factory::start().await;
    let start = Timestamp::from_second(Timestamp::now().as_second()).unwrap();
    let spec = "task = 'anomaly'\nid = 'ride_id'\nignore = ['ride_speed']\n\
                [anomaly]\ncontamination = 0.05\n";
    factory.put("models/rides/model.toml", spec).await;
    let (text, odd) = rides(600, 3);
    let run = factory.train("rides", "rides.csv", text).await;
    assert_eq!((&run["outcome"], &run["promoted"]), (&json!("registered"), &json!(true)), "{run}");
    let version = factory.versions("rides").await.remove(0);
    assert_eq!(version.metric.name(), "outlier_rate_error");
    assert!(version.structure.as_ref().unwrap().n_noise >= odd / 2, "{version:?}");
    let request = json!({"inputs": [
        {"name": "ride_dist", "shape": [2], "datatype": "FP64", "data": [5.0, 28.0]},
        {"name": "ride_time", "shape": [2], "datatype": "FP64", "data": [0.17, 6.5]},
    ]});
    let answer = factory.http.post("/v2/models/rides/infer", &request).await.ok();
    let outputs = answer["outputs"].as_array().unwrap();
    assert_eq!((&outputs[0]["name"], &outputs[0]["datatype"]), (&json!("outlier"), &json!("BOOL")));
    assert_eq!(outputs[0]["data"], json!([false, true]), "{answer}");
    assert_eq!(outputs[1]["name"], "score");
    let csv = "ride_dist,ride_time\n5.0,0.17\n28.0,6.5\n";
    let answer = factory
        .http
        .send(Method::POST, "/models/rides/invocations", Some("text/csv"), csv)
        .await
        .ok();
    let rows = answer["predictions"].as_array().unwrap();
    assert_eq!((&rows[0]["outlier"], &rows[1]["outlier"]), (&json!(false), &json!(true)));
    assert!(rows[1]["score"].as_f64() > rows[0]["score"].as_f64(), "{answer}");

    // Slow rides only: inputs and answers have drifted.
    let slow: Vec<Value> = (0..400)
        .map(|row| json!({"ride_dist": 20.0 + f64::from(row % 100) / 10.0, "ride_time": 5.0}))
        .collect();
    factory.http.post("/models/rides/invocations", &json!({"dataframe_records": slow})).await.ok();
    factory.idle().await;
    let window = json!({"start": start, "end": start + SignedDuration::from_hours(1)});
    let check = json!({"model": "rides", "window": window});
    factory.publish("Drift Check Requested", "check-1", check).await;
    factory.idle().await;
    let records = factory.registry.drift_records(&"rides".parse().unwrap(), None).await.unwrap();
    let [record] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!(record.verdict, "drift");
    assert!(record.columns.iter().any(|column| column == "score"), "{:?}", record.columns);
    // The retraining has learned from the requests, which need no labels.
    let runs = factory.runs("rides").await;
    assert_eq!(runs.len(), 2, "{runs:?}");
    let folder = format!("runs/rides/{}", runs[1]["run"].as_str().unwrap());
    let training = factory.get_json(&format!("{folder}/training.json")).await;
    assert_eq!(training["rows"], 600 + 404, "{training}");
    factory.end().await;
}

/// Texts become words, words become features, and a linear model tells two kinds apart.
#[tokio::test]
async fn texts_are_classified() {
    let factory = Factory::start().await;
    let spec = "[columns.message]\nkind = 'text'\n[training]\nlearners = ['linear']\ntrials = 2\n";
    factory.put("models/desk/model.toml", spec).await;
    let run = factory.train("desk", "messages.csv", messages(240, 1)).await;
    assert_eq!(run["outcome"], "registered", "{run}");
    let version = factory.versions("desk").await.remove(0);
    assert!(version.learner.starts_with("linear"), "{}", version.learner);
    assert!(version.metrics.values().next().is_some_and(|auc| *auc > 0.95), "{version:?}");
    let request = json!({"dataframe_records": [
        {"message": "please send the invoice again, the refund was charged twice"},
        {"message": "the screen shows an error after the update and then a crash"},
        {"message": "nothing of this was ever said before"},
    ]});
    let answer = factory.http.post("/models/desk/invocations", &request).await.ok();
    let labels = answer["predictions"].as_array().unwrap();
    assert_eq!((&labels[0], &labels[1]), (&json!("billing"), &json!("technical")), "{answer}");
    factory.end().await;
}

/// Messages to a help desk: three words of their kind among others of both.
fn messages(rows: usize, seed: u64) -> String {
    const BILLING: [&str; 8] =
        ["invoice", "refund", "charged", "payment", "price", "card", "receipt", "subscription"];
    const TECHNICAL: [&str; 8] =
        ["error", "crash", "screen", "update", "install", "login", "freezes", "version"];
    const BOTH: [&str; 10] =
        ["please", "the", "again", "my", "since", "yesterday", "help", "account", "was", "and"];
    let mut random = fastrand::Rng::with_seed(seed);
    let mut text = "message,kind\n".to_owned();
    for row in 0..rows {
        let (own, kind) =
            if row % 2 == 0 { (BILLING, "billing") } else { (TECHNICAL, "technical") };
        let mut words: Vec<&str> = (0..3).map(|_| own[random.usize(..own.len())]).collect();
        words.extend((0..6).map(|_| BOTH[random.usize(..BOTH.len())]));
        random.shuffle(&mut words);
        text += &format!("{} {row},{kind}\n", words.join(" "));
    }
    text
}
