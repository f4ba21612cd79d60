//! The demo's steps.

use std::path::PathBuf;

use jiff::Timestamp;
use model_factory::capture::GroundTruth;
use model_factory::name::{ModelName, Reference, Version};
use model_factory::registry::ReadRegistry;
use model_factory::storage::{ReadObjects, WriteObjects, keys};
use model_factory::window::Window;
use training_trigger::record::RunRecord;
use training_trigger::report::Outcome;

use super::http::HttpClient;
use super::progress;
use super::rides::{self, Ride, Season};
use crate::aws::stack::Stack;
use crate::client::checks::{Checking, Found};
use crate::client::runs::{self, Awaited, Cause};
use crate::client::{Client, Place};
use crate::error::CliError;
use crate::factory::{BUCKET, Serving, Unnamed};
use crate::host::{self, Ports};
use crate::terminal::{say, tables};

const TRAINING_RIDES: usize = 5_000;
const WINTER_RIDES: usize = 4_000;
/// The rides of one request.
const BATCH: usize = 25;
/// How long each step may take, in seconds.
const PATIENCE: u64 = 600;

/// Tells the story; then serves on, unless it is to end.
pub(super) async fn tell(place: &Place, ports: Ports, exit: bool) -> Result<(), CliError> {
    say("1. Starting the factory: S3, DynamoDB, EventBridge, Lambda and an HTTP API")?;
    let (stack, _note) = host::start(
        place,
        ports,
        Serving::default(),
        Unnamed::default(),
        Some(progress::listener()),
    )
    .await?;
    say(format!(
        "   AWS endpoint {}, state in `{}`",
        stack.endpoint_url(),
        place.state().display()
    ))?;
    let client = Client::of_stack(stack.environment(), place).await;
    let story = Story::new(&client, &stack, place).await?;
    match (story.tell().await, exit) {
        (Ok(()), false) => {
            story.go_on()?;
            host::serve_until_interrupted(stack).await
        }
        (told, _) => {
            stack.shutdown().await;
            told
        }
    }
}

struct Story<'a> {
    client: &'a Client,
    stack: &'a Stack,
    place: &'a Place,
    http: HttpClient,
    model: ModelName,
}

impl<'a> Story<'a> {
    async fn new(client: &'a Client, stack: &'a Stack, place: &'a Place) -> Result<Self, CliError> {
        let taken = client.registry.models().await?;
        let names = std::iter::once("taxi".to_owned()).chain((2..).map(|n| format!("taxi-{n}")));
        let model = names
            .filter_map(|name| name.parse::<ModelName>().ok())
            .find(|name| !taken.contains(name))
            .ok_or_else(|| CliError::Description("every name is taken".to_owned()))?;
        let http = HttpClient::new(stack.http_url().unwrap_or_default());
        Ok(Self { client, stack, place, http, model })
    }

    async fn tell(&self) -> Result<(), CliError> {
        self.train().await?;
        self.predict().await?;
        let window = self.winter_comes().await?;
        let report = self.check_drift(window).await?;
        self.retrain(window).await?;
        let state = self.place.state().display();
        say(format!(
            "\nThe drift report: {}\nThe factory's state: `{state}`; `up --state {state}` goes on \
             with it",
            report.display()
        ))
    }

    /// An upload is all that it takes to train.
    async fn train(&self) -> Result<(), CliError> {
        let Self { client, model, .. } = self;
        let key = format!("{}rides.csv", keys::datasets(model));
        say(format!("\n2. Uploading {TRAINING_RIDES} taxi rides to s3://{BUCKET}/{key}"))?;
        let rides = rides::csv(&rides::draw(TRAINING_RIDES, Season::Usual, 1));
        let since = client.clock.now();
        client.bucket.put(&key, "text/csv", rides.into()).await?;
        let awaited = Awaited { model, cause: Cause::Upload(&key), since, seconds: PATIENCE };
        let record = awaited.end(client, |_| {}).await?;
        self.announce(&record).await.map(drop)
    }

    async fn predict(&self) -> Result<(), CliError> {
        say("\n3. Predicting over HTTP, by the Open Inference Protocol")?;
        let rides = rides::draw(2, Season::Usual, 2);
        let path = format!("/v2/models/{}/infer", self.model);
        let request = rides::request(&rides);
        let answer = self.http.post(&path, &request).await?;
        say(format!("   POST {path}\n   {}", serde_json::to_string(&request)?))?;
        say(format!("   version {} answers {}", answer.version, answer.body))?;
        let truth: Vec<String> = rides.iter().map(|ride| format!("{:.1}", ride.time)).collect();
        say(format!("   the rides took {} minutes", truth.join(" and ")))
    }

    /// Drifted traffic, whose true durations are known a little later.
    async fn winter_comes(&self) -> Result<Window, CliError> {
        say(format!("\n4. Winter comes: {WINTER_RIDES} rides in snow and road works"))?;
        let now = self.client.clock.now();
        // Captures tell times to the second.
        let start = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let path = format!("/v2/models/{}/infer", self.model);
        let rides = rides::draw(WINTER_RIDES, Season::Winter, 3);
        let (mut labels, mut error) = (Vec::new(), 0.0);
        for batch in rides.chunks(BATCH) {
            let answer = self.http.post(&path, &rides::request(batch)).await?;
            error += absolute_error(batch, &answer.body);
            let truth: Vec<String> = batch.iter().map(|ride| ride.time.to_string()).collect();
            let truth = GroundTruth::new(&answer.event_id, truth.iter().map(String::as_str));
            serde_json::to_writer(&mut labels, &truth)?;
            labels.push(b'\n');
        }
        self.stack.idle().await?;
        let error = error / WINTER_RIDES as f64;
        say(format!("   the champion is wrong by {error:.1} minutes on average"))?;
        let key = format!("{}winter.jsonl", keys::ground_truth(&self.model));
        self.client.bucket.put(&key, "application/jsonlines", labels.into()).await?;
        say(format!("   the true durations come in as s3://{BUCKET}/{key}"))?;
        Ok(Window { start, end: self.client.clock.now() })
    }

    async fn check_drift(&self, window: Window) -> Result<PathBuf, CliError> {
        say("\n5. Checking the traffic for drift")?;
        let variant = &Reference::default();
        let checking = Checking { model: &self.model, variant, window, retrain: true };
        let Found::Verdict(found) = checking.run(self.client, PATIENCE).await? else {
            return Err(CliError::Series(self.model.clone()));
        };
        let (record, report) = *found;
        say(tables::drift_columns(&report).to_string())?;
        say(format!("   verdict: {} ({} rows)", record.verdict.replace('_', " "), record.rows))?;
        let key = record.report.replace("report.json", "report.html");
        let path = self.place.state().join(format!("{}-drift.html", self.model));
        let page = self.client.bucket.get(&key).await?.ok_or(CliError::NoArtifact(key))?;
        std::fs::write(&path, &page.bytes).map_err(|source| CliError::File {
            path: path.clone(),
            verb: "written",
            source,
        })?;
        Ok(path)
    }

    /// The check has set a training off already.
    async fn retrain(&self, window: Window) -> Result<(), CliError> {
        say(
            "\n6. The drift check asks for a retraining on the old rides and the labelled winter rides",
        )?;
        let Self { client, model, .. } = self;
        let (cause, since) = (Cause::Drift(window), window.start);
        let awaited = Awaited { model, cause, since, seconds: PATIENCE };
        let record = awaited.end(client, |_| {}).await?;
        let version = self.announce(&record).await?;
        let rides = rides::draw(WINTER_RIDES, Season::Winter, 4);
        let path = format!("/v2/models/{model}/versions/{version}/infer");
        let mut error = 0.0;
        for batch in rides.chunks(500) {
            let answer = self.http.post(&path, &rides::request(batch)).await?;
            error += absolute_error(batch, &answer.body);
        }
        say(format!(
            "   version {version} is wrong by {:.1} minutes on average on new winter rides",
            error / WINTER_RIDES as f64
        ))
    }

    /// Prints what a run brought about, and answers with its version.
    async fn announce(&self, record: &RunRecord) -> Result<Version, CliError> {
        let Outcome::Registered { version, promoted, .. } = &record.run.outcome else {
            return Err(CliError::Training(format!("the training ended otherwise: {record:?}")));
        };
        let made = runs::made(self.client, &self.model, &record.run.run).await?;
        let made = made.ok_or_else(|| {
            CliError::Training(format!("run {} has left no record", record.run.run))
        })?;
        if let Some(board) = tables::competitors(&made) {
            say(board.to_string())?;
        }
        let facts = made.facts();
        for note in &facts.notes {
            say(format!("   note: {note}"))?;
        }
        let place = if *promoted { "is the champion" } else { "is not promoted" };
        say(format!("   version {version} {place}: {}", facts.decision.reasons.join("; ")))?;
        Ok(*version)
    }

    /// What there is to do while the factory serves on.
    fn go_on(&self) -> Result<(), CliError> {
        let (http, model) = (self.stack.http_url().unwrap_or_default(), &self.model);
        let request = rides::request(&rides::draw(1, Season::Usual, 5));
        say(format!(
            "\nGo on in another terminal:\n  \
             curl {http}/v2/models/{model}\n  \
             curl {http}/v2/models/{model}/infer -d '{request}'\n  \
             cargo run -- versions {model}\n  cargo run -- runs {model}\n  cargo run -- drift history {model}\n\n\
             With AWS's own clients:\n{}\n  \
             aws s3 ls s3://{BUCKET}/ --recursive\n  \
             aws s3 cp rides.csv s3://{BUCKET}/datasets/another-model/rides.csv\n\n\
             Ctrl-C ends it.",
            host::exports(self.stack)
        ))
    }
}

/// By how many minutes the predictions of an answer are wrong, in total.
fn absolute_error(rides: &[Ride], answer: &serde_json::Value) -> f64 {
    let data = answer.pointer("/outputs/0/data").and_then(serde_json::Value::as_array);
    let predicted = data.into_iter().flatten().filter_map(serde_json::Value::as_f64);
    rides.iter().zip(predicted).map(|(ride, predicted)| (predicted - ride.time).abs()).sum()
}
