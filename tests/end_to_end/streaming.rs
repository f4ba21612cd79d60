//! Streamed classification: bank customers, trained with SMOTE inside the folds by a random
//! search for F1, then classified as they come in through a queue.

use std::collections::BTreeMap;
use std::path::Path;

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, SendMessageBatchRequestEntry};
use model_factory_local::factory::{STREAM_DEAD_LETTERS, STREAM_QUEUE, STREAM_RESULTS};
use serde_json::{Value, json};

use crate::support::{Factory, Season, customers, eventually};

/// Random search over the book's lists of values (but for its thousands of trees), scored by
/// F1; the training rows of each fold are resampled in it.
const SPEC: &str = r#"
target = "y"
task = "classification"

[training]
learners = ["random_forest"]
search = "random"
trials = 3
folds = 3
balance = "smote"
metric = "f1"

[training.space.random_forest]
n_estimators = [50, 100]
max_features = ["sqrt"]
max_depth = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 0]
min_samples_leaf = [1, 2, 4]
bootstrap = [true, false]
"#;

/// A table of texts with its target, which `yes` of is rare.
struct Bank {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Bank {
    /// The bank's customers, or some of our own where there is no such file.
    fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/bank.csv");
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text, ';'),
            Err(_) => {
                eprintln!("without `{}`: other customers stand in", path.display());
                let text = customers(600, Season::Usual, 1).csv().replace("label", "y");
                Self::parse(&text.replace("stays", "no").replace("leaves", "yes"), ',')
            }
        }
    }

    fn parse(text: &str, delimiter: char) -> Self {
        let mut lines = text.lines().map(|line| {
            line.split(delimiter).map(|field| field.trim_matches('"').to_owned()).collect()
        });
        Self { header: lines.next().expect("a header"), rows: lines.collect() }
    }

    fn csv(&self, count: usize) -> String {
        let rows = self.rows.iter().take(count);
        std::iter::once(&self.header).chain(rows).map(|row| row.join(",") + "\n").collect()
    }

    /// The inputs of a row, numbers as numbers.
    fn inputs(&self, row: usize) -> Value {
        let fields = self.header.iter().zip(&self.rows[row]).filter(|(name, _)| *name != "y");
        let value = |field: &String| match (field.parse::<f64>(), field.as_str()) {
            (Ok(number), _) if number.fract() == 0.0 => json!(number as i64),
            (Ok(number), _) => json!(number),
            (_, "") => Value::Null,
            (_, "true" | "false") => json!(field == "true"),
            _ => json!(field),
        };
        fields.map(|(name, field)| (name.clone(), value(field))).collect()
    }
}

async fn url(factory: &Factory, queue: &str) -> String {
    let answer = factory.sqs.get_queue_url().queue_name(queue).send().await.expect("a queue");
    answer.queue_url.expect("a URL")
}

/// Sends records, ten in a call.
async fn send(factory: &Factory, records: &[String]) {
    let url = url(factory, STREAM_QUEUE).await;
    for chunk in records.chunks(10) {
        let entries = chunk.iter().enumerate().map(|(place, record)| {
            let entry = SendMessageBatchRequestEntry::builder();
            entry.id(place.to_string()).message_body(record).build().expect("an entry")
        });
        let entries = Some(entries.collect());
        let sent =
            factory.sqs.send_message_batch().queue_url(&url).set_entries(entries).send().await;
        assert!(sent.expect("sent").failed.is_empty());
    }
}

/// Takes all messages out of a queue.
async fn drain(factory: &Factory, queue: &str) -> Vec<Message> {
    let url = url(factory, queue).await;
    let mut all = Vec::new();
    loop {
        let received = factory
            .sqs
            .receive_message()
            .queue_url(&url)
            .max_number_of_messages(10)
            .message_attribute_names("All")
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .send()
            .await
            .expect("received");
        let messages = received.messages.unwrap_or_default();
        if messages.is_empty() {
            return all;
        }
        for message in messages {
            let receipt = message.receipt_handle.clone().expect("a receipt");
            let deleted = factory.sqs.delete_message().queue_url(&url).receipt_handle(receipt);
            deleted.send().await.expect("deleted");
            all.push(message);
        }
    }
}

fn told(messages: &[Message]) -> BTreeMap<String, Value> {
    let told = messages.iter().map(|message| {
        let line: Value = serde_json::from_str(message.body().expect("a body")).expect("JSON");
        (line["id"].as_str().expect("an id").to_owned(), line)
    });
    told.collect()
}

#[tokio::test]
async fn customers_are_classified_as_they_come_in() {
    let factory = Factory::start().await;
    let bank = Bank::read();
    factory.put("models/bank/model.toml", SPEC).await;
    let run = factory.train("bank", "bank.csv", bank.csv(1500)).await;
    assert_eq!(run["outcome"], "registered", "{run}");
    let key = format!("runs/bank/{}/training.json", run["run"].as_str().expect("an id"));
    let training = factory.get_json(&key).await;
    assert_eq!(training["spec"]["training"]["metric"], "f1", "{}", training["spec"]);
    let board = training["leaderboard"].to_string();
    assert!(board.contains("smote"), "{board}");
    assert_eq!(training["leaderboard"]["entries"].as_array().map(Vec::len), Some(1 + 3), "{board}");

    let rows: Vec<usize> = (0..60).collect();
    let record = |row: usize| json!({"id": format!("customer-{row}"), "model": "bank", "inputs": bank.inputs(row)});
    let mut records: Vec<String> = rows.iter().map(|&row| record(row).to_string()).collect();
    records
        .insert(30, json!({"id": "broken", "model": "bank", "inputs": {"nothing": 1}}).to_string());
    records.insert(7, "no JSON".to_owned());
    send(&factory, &records).await;
    factory.idle().await;

    let answers = told(&drain(&factory, STREAM_RESULTS).await);
    assert_eq!(answers.len(), rows.len());
    let stored = factory.streamed("bank").await;
    assert_eq!(stored.len(), rows.len());
    assert!(stored.iter().all(|line| answers[line["id"].as_str().expect("an id")] == *line));
    let served = json!({
        "dataframe_records": rows.iter().map(|&row| bank.inputs(row)).collect::<Vec<_>>(),
        "params": {"probabilities": true},
    });
    let served = factory.http.post("/models/bank/invocations", &served).await.json();
    for (row, served) in rows.iter().zip(served["predictions"].as_array().expect("answers")) {
        let streamed = &answers[&format!("customer-{row}")];
        assert_eq!(streamed["predict"], served["predict"], "row {row}");
        assert_eq!(streamed["probabilities"], served["probabilities"], "row {row}");
        assert_eq!(streamed["version"], 1);
    }
    let letters = drain(&factory, STREAM_DEAD_LETTERS).await;
    let reasons: Vec<_> = letters
        .iter()
        .map(|letter| {
            let attributes = letter.message_attributes.as_ref().expect("attributes");
            attributes["reason"].string_value().expect("a text").to_owned()
        })
        .collect();
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert!(reasons.iter().any(|reason| reason.contains("no JSON")), "{reasons:?}");
    assert!(reasons.iter().any(|reason| reason.contains("`nothing`")), "{reasons:?}");
    factory.end().await;
}

#[tokio::test]
async fn records_wait_for_a_bucket_that_cannot_be_reached() {
    let factory = Factory::start().await;
    factory.train("taxi", "rides.csv", crate::support::rides(200, Season::Usual, 1).csv()).await;
    let version = factory.versions("taxi").await.pop().expect("a version");
    let artifact = format!("artifacts/taxi/{}.mfa", version.artifact);
    let content = factory.get(&artifact).await;
    factory.delete(&artifact).await;
    let row = json!({
        "ride_dist": 4.5, "pickup_zone": "airport", "vehicle": "van", "weather": "rain",
        "hour": 8, "passengers": 2,
    });
    send(&factory, &[json!({"id": "r", "model": "taxi", "inputs": row}).to_string()]).await;
    eventually("a batch fails", async || {
        (!factory.published("Artifact Damaged", "taxi").is_empty()).then_some(())
    })
    .await;
    factory.put(&artifact, content.to_vec()).await;
    factory.idle().await;
    let answers = told(&drain(&factory, STREAM_RESULTS).await);
    assert!(answers["r"]["predict"].is_number(), "{answers:?}");
    assert!(drain(&factory, STREAM_DEAD_LETTERS).await.is_empty());
    factory.end().await;
}
