//! The factory with a trained model, and as many copies of the functions as there are
//! cold starts.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use aws_config::{BehaviorVersion, Region};
use aws_sdk_s3::config::Credentials;
use bytes::Bytes;
use model_factory_local::aws::lambda::FunctionSpec;
use model_factory_local::aws::stack::Stack;
use model_factory_local::factory::{self, BUCKET, Options as Factory};
use serde_json::json;

use crate::{Failure, Options};

const COLUMNS: usize = 20;
const TRAINING_ROWS: usize = 5_000;

pub(crate) struct Bench {
    stack: Stack,
    _state: tempfile::TempDir,
}

impl Bench {
    /// Starts the factory and trains a binary classifier of 20 numbers.
    pub(crate) async fn start(options: &Options) -> Result<Self, Failure> {
        let state = tempfile::tempdir()?;
        let mut config =
            factory::stack(&Factory::new(state.path(), options.binaries.join("model-factory")))?;
        let named = |name: &str| {
            let found = config.functions.iter().find(|function| function.name == name).cloned();
            found.ok_or_else(|| format!("there is no function `{name}`"))
        };
        let (inference, mut training) = (named("inference")?, named("training-trigger")?);
        training.command = options.binaries.join("training-trigger").canonicalize()?;
        let mut functions = vec![training];
        for index in 0..options.cold {
            for name in ["inference", "echo"] {
                let mut environment = inference.environment.clone();
                // As deployed: an alias is believed for a while.
                environment.remove("MODEL_FACTORY_ALIAS_TTL_SECONDS");
                environment.insert("RUST_LOG".to_owned(), "warn".to_owned());
                functions.push(FunctionSpec {
                    name: format!("{name}-{index}"),
                    command: options.binaries.join(name).canonicalize()?,
                    concurrency: 1,
                    environment,
                    ..inference.clone()
                });
            }
        }
        config.rules.retain(|rule| rule.function == "training-trigger");
        config.schedules.clear();
        config.http_function = None;
        config.functions = functions;
        let stack = Stack::start(config).await?;
        let bench = Self { stack, _state: state };
        bench.train().await?;
        Ok(bench)
    }

    async fn train(&self) -> Result<(), Failure> {
        let variable = |name: &str| self.stack.environment().get(name).cloned().unwrap_or_default();
        let credentials = Credentials::new(
            variable("AWS_ACCESS_KEY_ID"),
            variable("AWS_SECRET_ACCESS_KEY"),
            None,
            None,
            "bench",
        );
        let config = aws_config::defaults(BehaviorVersion::latest())
            .endpoint_url(self.stack.endpoint_url())
            .region(Region::new(variable("AWS_REGION")))
            .credentials_provider(credentials)
            .load()
            .await;
        aws_sdk_s3::Client::new(&config)
            .put_object()
            .bucket(BUCKET)
            .key("datasets/bench/rows.csv")
            .body(data().into_bytes().into())
            .send()
            .await?;
        self.stack.idle().await?;
        Ok(())
    }

    /// How long a function takes to answer. Waits until what it does after the answer
    /// is done.
    pub(crate) async fn invoke(
        &self,
        function: &str,
        request: &Bytes,
    ) -> Result<Duration, Failure> {
        let started = Instant::now();
        let answer = self.stack.lambda().invoke(function, request.clone()).await?;
        let elapsed = started.elapsed();
        if function.starts_with("inference") {
            let answer: serde_json::Value = serde_json::from_slice(&answer)?;
            if answer.get("statusCode") != Some(&json!(200)) {
                return Err(format!("{function} answered {answer}").into());
            }
        }
        while self.stack.lambda().in_flight() > 0 {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        Ok(elapsed)
    }

    /// The resident memory of a function's process, in MiB.
    pub(crate) fn resident(&self, function: &str) -> Result<f64, Failure> {
        let handler = format!("_HANDLER={function}");
        for process in std::fs::read_dir("/proc")?.flatten() {
            let environment = std::fs::read(process.path().join("environ")).unwrap_or_default();
            if !environment.split(|&byte| byte == 0).any(|entry| entry == handler.as_bytes()) {
                continue;
            }
            let status = std::fs::read_to_string(process.path().join("status"))?;
            let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
            let kibibytes: Option<f64> =
                resident.and_then(|text| text.split_whitespace().next()?.parse().ok());
            return Ok(kibibytes.ok_or("the process has no resident memory")? / 1024.0);
        }
        Err(format!("no process runs `{function}`").into())
    }

    pub(crate) async fn end(self) {
        self.stack.shutdown().await;
    }
}

/// Rows whose class depends on three of twenty numbers.
fn data() -> String {
    let mut random = fastrand::Rng::with_seed(1);
    let names: Vec<String> = (0..COLUMNS).map(|column| format!("x{column}")).collect();
    let mut text = names.join(",") + ",target\n";
    for _ in 0..TRAINING_ROWS {
        let row: Vec<f64> = (0..COLUMNS).map(|_| random.f64()).collect();
        let signal: f64 = row.iter().take(3).sum::<f64>() + 0.5 * random.f64();
        for value in &row {
            // Writing to a text cannot fail.
            let _ = write!(text, "{value:.4},");
        }
        text += if signal > 1.75 { "yes\n" } else { "no\n" };
    }
    text
}

/// An API Gateway event with a request of the Open Inference Protocol.
pub(crate) fn request(rows: usize) -> Bytes {
    let mut random = fastrand::Rng::with_seed(2);
    let inputs: Vec<_> = (0..COLUMNS)
        .map(|column| {
            let data: Vec<f64> = (0..rows).map(|_| (random.f64() * 1e4).round() / 1e4).collect();
            json!({"name": format!("x{column}"), "shape": [rows], "datatype": "FP64", "data": data})
        })
        .collect();
    let path = "/v2/models/bench/infer";
    let event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "host": "example.test"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "bench",
            "domainName": "example.test",
            "domainPrefix": "bench",
            "http": {
                "method": "POST",
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "bench",
            },
            "requestId": "bench",
            "routeKey": "$default",
            "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000",
            "timeEpoch": 1_767_225_600_000_i64,
        },
        "body": json!({"inputs": inputs}).to_string(),
        "isBase64Encoded": false,
    });
    Bytes::from(event.to_string())
}
