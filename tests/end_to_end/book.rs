//! The book's own data through the whole factory, with the numbers that `docs/book.md` tells.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::{Factory, INFERENCE};

/// Data that stands beside the project, where it does.
fn data(file: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(file);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("skipped: there is no {}", path.display());
    }
    text
}

/// A section's spec in the guide.
fn recipe(section: &str) -> String {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guide.md");
    let guide = std::fs::read_to_string(guide).expect("the guide");
    let (_, section) = guide.split_once(section).expect("a section");
    let (_, recipe) = section.split_once("```toml\n").expect("a spec");
    recipe.split_once("```").expect("its end").0.to_owned()
}

/// Trains, and answers with a file of the run's folder.
async fn labelled(factory: &Factory, model: &str, spec: &str, data: String) -> (Value, Value) {
    factory.put(&format!("models/{model}/model.toml"), spec).await;
    let run = factory.train(model, "data.csv", data).await;
    assert_eq!(run["promoted"], true, "{run}");
    let folder = format!("runs/{model}/{}", run["run"].as_str().expect("an id"));
    let labels = factory.get_json(&format!("{folder}/labels.json")).await;
    (labels, factory.get_json(&format!("{folder}/training.json")).await)
}

/// Chapters 1 and 4: rides and blobs, each upload's own rows labelled.
#[tokio::test]
async fn rides_and_blobs_have_the_books_labels() {
    let (Some(rides), Some(published), Some(blobs)) =
        (data("taxi-rides.csv"), data("taxi-labels.json"), data("blobs-255.csv"))
    else {
        return;
    };
    let factory = Factory::start().await;
    let spec = recipe("The daily job of taxi rides");
    let (found, training) = labelled(&factory, "rides", &spec, rides).await;
    let published: Value = serde_json::from_str(&published).expect("JSON");
    let labels = |rows: &Value| -> Vec<i64> {
        let rows = rows.as_array().expect("rows");
        rows.iter().map(|row| row["label"].as_i64().expect("a label")).collect()
    };
    assert_eq!(labels(&found), labels(&published));
    assert_eq!(labels(&found).iter().filter(|label| **label == -1).count(), 16);
    let structure = &training["structure"];
    assert_eq!((&structure["nNoise"], &structure["nCore"]), (&json!(16), &json!(373)));

    let spec = "task = 'anomaly'\n[anomaly]\ncontamination = 0.15\n\
                [training]\nlearners = ['isolation_forest']\nmode = 'train-run'\n";
    let (found, _) = labelled(&factory, "blobs", spec, blobs).await;
    let labels = labels(&found);
    assert_eq!(labels.len(), 255);
    assert_eq!(labels.iter().filter(|label| **label == -1).count(), 39);
    assert!(labels.iter().all(|label| [-1, 1].contains(label)));
    factory.end().await;
}

/// Chapter 6: the stored event, under the route's path, to a model of the guide's `[image]` and
/// a quick learner. Its flag decides whether the body is BASE64.
#[tokio::test]
async fn the_books_event_is_a_three() {
    let (Some(digits), Some(event)) = (data("digits-8x8.csv"), data("digit-event.json")) else {
        return;
    };
    let factory = Factory::start().await;
    let spec = recipe("### Pictures").replace("\"svm\"", "\"neighbours\"");
    factory.put("models/digits/model.toml", spec).await;
    let run = factory.train("digits", "digits.csv", digits).await;
    assert_eq!(run["promoted"], true, "{run}");
    let mut event: Value = serde_json::from_str(&event).expect("JSON");
    let answer = factory.invoke(INFERENCE, &event).await.expect("an answer");
    assert_eq!(answer["statusCode"], 404, "the event's own path is a placeholder: {answer}");

    event["path"] = json!("/classify_digit");
    assert_eq!(event["isBase64Encoded"], true);
    let answer = factory.invoke(INFERENCE, &event).await.expect("an answer");
    assert_eq!(answer["statusCode"], 200, "{answer}");
    let told: Value = serde_json::from_str(answer["body"].as_str().expect("a body")).expect("JSON");
    assert_eq!(told["predicted_label"], 3, "{told}");

    // The same text without the flag is no picture: it is not decoded.
    let body = event["body"].as_str().expect("a body").to_owned();
    assert!(STANDARD.decode(&body).expect("BASE64").starts_with(b"\x89PNG"));
    event["isBase64Encoded"] = json!(false);
    let answer = factory.invoke(INFERENCE, &event).await.expect("an answer");
    assert_eq!(answer["statusCode"], 415, "{answer}");
    factory.end().await;
}
