//! The daily taxi job: rows that are unlike the others, listed apart, and what they say.

use std::sync::Arc;

use batch_inference::report::{Outcome, OutlierRows};
use model_factory::batch::TextSummary;
use model_factory::dataset::Values;
use model_factory::dataset::read::read;
use model_factory::spec::Spec;
use model_factory::storage::WriteObjects;
use serde_json::{Value, json};

use crate::world::{World, lines, objects};

const ANOMALIES: &str = "task = 'anomaly'\nid = 'ride_id'\nignore = ['comment']\n\
                         [anomaly]\ncontamination = 0.04\n\
                         [batch]\nsummarise = ['comment']\nsentences = 2\n";

const CLUSTERS: &str = "task = 'clustering'\nid = 'ride_id'\nignore = ['comment']\n\
                        [clustering]\neps = 0.3\nmin_samples = 10\n\
                        [training]\nlearners = ['dbscan']\n";

/// Rides of usual pace, each 25th of which is long and slow, with what was said of it.
fn rides(rows: usize) -> String {
    let mut random = fastrand::Rng::with_seed(7);
    let mut text = "ride_id,ride_dist,ride_time,comment\n".to_owned();
    for row in 0..rows {
        let is_odd = row % 25 == 3;
        let dist = if is_odd { 25.0 + 5.0 * random.f64() } else { 10.0 * random.f64() };
        let speed = if is_odd { 4.0 } else { 28.0 + 4.0 * random.f64() };
        let comment = match (is_odd, row % 2 == 0) {
            (true, true) => "\"The driver was lost, and the meter was broken.\"",
            (true, false) => "\"The meter was broken. Never again!\"",
            (false, _) => "fine",
        };
        text += &format!("{row},{dist},{},{comment}\n", dist / speed);
    }
    text
}

async fn world(spec: &'static str) -> World {
    let world = World::new();
    world.train(&rides(400), spec).await;
    world.spec(spec).await;
    world
}

#[tokio::test]
async fn the_daily_taxi_job_lists_outliers_apart_and_sums_up_what_they_say() {
    let world = world(ANOMALIES).await;
    let (output, manifest) = world.score("date=2026-11-24/rides.csv", rides(200)).await;
    let all = lines(&output);
    assert_eq!(all[0], "ride_id,ride_dist,ride_time,comment,outlier,score");
    let is_outlier = |line: &&&str| line.rsplit(',').nth(1) == Some("true");
    let expected: Vec<&str> = all.iter().filter(is_outlier).copied().collect();
    assert!((4..20).contains(&expected.len()), "{expected:?}");
    let listed = manifest.outliers.as_ref().unwrap();
    assert!(listed.key.starts_with("batch/taxi/outliers/date=2026-11-24/rides-v1-"));
    assert!(listed.key.ends_with(".csv"));
    let bytes = world.bytes(&listed.key).await;
    assert_eq!(bytes.len() as u64, listed.bytes);
    assert_eq!(lines(&bytes)[0], all[0]);
    assert_eq!(lines(&bytes)[1..], expected[..], "the same rows, as they stand in the output");

    let summary = manifest.summary.unwrap();
    let outliers = summary.outliers.unwrap();
    assert_eq!(outliers.rows, expected.len() as u64);
    let answers = serde_json::to_value(summary.answers).unwrap();
    assert_eq!(answers["classes"]["outlier"], outliers.rows);
    let [TextSummary { column, texts, summarised, sentences }] = outliers.texts.as_slice() else {
        panic!("{:?}", outliers.texts)
    };
    assert_eq!((column.as_str(), *texts, *summarised), ("comment", outliers.rows, outliers.rows));
    let told: Vec<&str> = sentences.iter().map(|sentence| sentence.text.as_str()).collect();
    assert_eq!(told.len(), 2);
    assert!(told.contains(&"The meter was broken."), "{told:?}");
    assert!(told.contains(&"The driver was lost, and the meter was broken."), "{told:?}");

    let [event] = world.published().try_into().unwrap();
    assert_eq!(event.data["outliers"], outliers.rows);
    assert_eq!(event.data["outlier_rows"], json!(listed.key));
}

#[tokio::test]
async fn a_version_of_a_train_run_says_that_it_stands_for_its_own_rows() {
    let world = world(CLUSTERS).await;
    let (_, usual) = world.score("rides.csv", rides(100)).await;
    assert_eq!(usual.notes, Vec::<String>::new());
    let own = CLUSTERS.to_owned() + "mode = 'train-run'\n";
    world.train(&rides(400), &own).await;
    let (_, manifest) = world.score("rides.csv", rides(100)).await;
    let [note] = manifest.notes.as_slice() else { panic!("{:?}", manifest.notes) };
    assert!(note.starts_with("version 2 stands for the rows of its own run"), "{note}");
}

#[tokio::test]
async fn noise_is_listed_in_the_format_of_the_file() {
    let world = world(CLUSTERS).await;
    let text = rides(100);
    let rows: Vec<Value> = lines(text.as_bytes())[1..]
        .iter()
        .map(|line| {
            let mut fields = line.splitn(4, ',');
            let mut number = || fields.next().unwrap().parse::<f64>().unwrap();
            json!({"ride_id": number(), "ride_dist": number(), "ride_time": number()})
        })
        .collect();
    let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
    let (output, manifest) = world.score("rides.jsonl", text.clone()).await;
    let noise: Vec<Value> =
        objects(&output).into_iter().filter(|row| row["cluster"] == -1).collect();
    let listed = manifest.outliers.unwrap();
    assert_eq!(objects(&world.bytes(&listed.key).await), noise);
    let ids: Vec<f64> = noise.iter().map(|row| row["ride_id"].as_f64().unwrap()).collect();
    assert_eq!(ids, [3.0, 28.0, 53.0, 78.0]);
    assert!(manifest.summary.unwrap().outliers.unwrap().texts.is_empty(), "nobody asked");

    world.spec("[batch]\nformat = 'parquet'").await;
    let (_, manifest) = world.score("rides.jsonl", text).await;
    let listed = manifest.outliers.unwrap();
    let raw = read("x", Arc::new(world.bytes(&listed.key).await), &Spec::default()).unwrap();
    assert_eq!(raw.table.column("cluster"), Some(&Values::Number(vec![-1.0; 4])));
    let Some(Values::Category(found)) = raw.table.column("ride_id") else { panic!("{raw:?}") };
    assert_eq!(found.levels, ["3.0", "28.0", "53.0", "78.0"], "no input, and so texts");
}

#[tokio::test]
async fn without_outliers_there_is_no_list_of_them() {
    let world = world(CLUSTERS).await;
    let usual = "ride_id,ride_dist,ride_time\n1,5.0,0.16\n";
    let event = world.upload("usual.csv", usual).await;
    let Outcome::Scored { outliers, .. } = world.outcome(&event).await else { panic!("scored") };
    assert_eq!(outliers, Some(OutlierRows { rows: 0, output: None }));
    assert_eq!(world.keys("batch/taxi/outliers/").await, Vec::<String>::new());

    let world = World::with_rides().await;
    let event = world.upload("rides.csv", "dist,zone,late\n1.5,airport,true\n").await;
    let Outcome::Scored { outliers, .. } = world.outcome(&event).await else { panic!("scored") };
    assert_eq!(outliers, None, "a regression tells of none");
}

#[tokio::test]
async fn another_summary_is_another_scoring_of_the_file() {
    let world = world(ANOMALIES).await;
    let event = world.upload("rides.csv", rides(100)).await;
    let first = world.outcome(&event).await;
    assert_eq!(world.outcome(&event).await, first);
    assert_eq!(world.keys("batch/taxi/outliers/").await.len(), 1);
    let more = ANOMALIES.replace("sentences = 2", "sentences = 1");
    world.objects.put("models/taxi/model.toml", "", more.into()).await.unwrap();
    let Outcome::Scored { manifest, .. } = world.outcome(&event).await else { panic!("scored") };
    let outliers = world.manifest(&manifest).await.summary.unwrap().outliers.unwrap();
    assert_eq!(outliers.texts[0].sentences.len(), 1);
    assert_eq!(world.keys("batch/taxi/outliers/").await.len(), 2);
}
