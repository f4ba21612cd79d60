//! The factory with an imported model, and as many copies of the contestants as there are
//! cold starts.

use std::collections::BTreeMap;
use std::path::Path;
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

/// A function that is measured.
#[derive(Debug)]
pub(crate) struct Contestant {
    pub(crate) name: &'static str,
    /// The handler's module and the model's file, of a function in Python.
    python: Option<(&'static str, &'static str)>,
}

/// All of them: an empty function, ours, and the same model in Python.
pub(crate) const CONTESTANTS: &[Contestant] = &[
    Contestant { name: "echo", python: None },
    Contestant { name: "inference", python: None },
    Contestant { name: "onnxruntime", python: Some(("onnx_handler", "model.onnx")) },
    Contestant { name: "lightgbm", python: Some(("joblib_handler", "lightgbm.joblib")) },
    Contestant { name: "scikit-learn", python: Some(("joblib_handler", "sklearn.joblib")) },
    Contestant { name: "plain", python: Some(("plain_handler", "sklearn-frame.joblib")) },
];

impl Contestant {
    fn copy(&self, index: usize) -> String {
        format!("{}-{index}", self.name)
    }
}

pub(crate) struct Bench {
    stack: Stack,
    /// How long a function rests at least before it is asked again.
    rest: Duration,
    _state: tempfile::TempDir,
}

impl Bench {
    /// Starts the factory and lets it import the model.
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
        for contestant in CONTESTANTS {
            let spec = function(contestant, &inference, options)?;
            functions.extend(
                (0..options.cold)
                    .map(|index| FunctionSpec { name: contestant.copy(index), ..spec.clone() }),
            );
        }
        config.rules.retain(|rule| rule.function == "training-trigger");
        config.schedules.clear();
        config.mappings.clear();
        config.http_function = None;
        config.functions = functions;
        let stack = Stack::start(config).await?;
        let rest = Duration::from_micros(options.rest.into());
        let bench = Self { stack, rest, _state: state };
        bench.import(&options.models).await?;
        Ok(bench)
    }

    /// Uploads the labelled rows, then the model.
    async fn import(&self, models: &Path) -> Result<(), Failure> {
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
        let client = aws_sdk_s3::Client::new(&config);
        for (file, name) in [("rows.csv", "model.csv"), ("model.txt", "model.txt")] {
            let content = std::fs::read(models.join(file))?;
            let key = format!("models/bench/import/{name}");
            client.put_object().bucket(BUCKET).key(key).body(content.into()).send().await?;
        }
        self.stack.idle().await?;
        Ok(())
    }

    /// How long a copy of a contestant takes to answer. Waits until what it does after the
    /// answer is done.
    pub(crate) async fn invoke(
        &self,
        contestant: &Contestant,
        copy: usize,
        request: &Bytes,
    ) -> Result<Duration, Failure> {
        let function = contestant.copy(copy);
        let started = Instant::now();
        let answer = self.stack.lambda().invoke(&function, request.clone()).await?;
        let elapsed = started.elapsed();
        if contestant.name != "echo" {
            let answer: serde_json::Value = serde_json::from_slice(&answer)?;
            if answer.get("statusCode") != Some(&json!(200)) {
                return Err(format!("{function} answered {answer}").into());
            }
        }
        // All rest as long, whether anything is left to do or not: who is asked again at once has
        // not been put to sleep.
        loop {
            match self.rest {
                Duration::ZERO => tokio::task::yield_now().await,
                rest => tokio::time::sleep(rest).await,
            }
            if self.stack.lambda().in_flight() == 0 {
                return Ok(elapsed);
            }
        }
    }

    /// The resident memory of a contestant's first process, in MiB.
    pub(crate) fn resident(&self, contestant: &Contestant) -> Result<f64, Failure> {
        let variable = format!("AWS_LAMBDA_FUNCTION_NAME={}", contestant.copy(0));
        for process in std::fs::read_dir("/proc")?.flatten() {
            let environment = std::fs::read(process.path().join("environ")).unwrap_or_default();
            if !environment.split(|&byte| byte == 0).any(|entry| entry == variable.as_bytes()) {
                continue;
            }
            let status = std::fs::read_to_string(process.path().join("status"))?;
            let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
            let kibibytes: Option<f64> =
                resident.and_then(|text| text.split_whitespace().next()?.parse().ok());
            return Ok(kibibytes.ok_or("the process has no resident memory")? / 1024.0);
        }
        Err(format!("no process runs `{}`", contestant.copy(0)).into())
    }

    pub(crate) async fn end(self) {
        self.stack.shutdown().await;
    }
}

/// What a contestant is made of; the name is the copy's.
fn function(
    contestant: &Contestant,
    inference: &FunctionSpec,
    options: &Options,
) -> Result<FunctionSpec, Failure> {
    let template = FunctionSpec { concurrency: 1, ..inference.clone() };
    let Some((handler, model)) = contestant.python else {
        let mut environment = inference.environment.clone();
        // As deployed: an alias is believed for a while, and captures wait for others.
        environment.remove("MODEL_FACTORY_ALIAS_TTL_SECONDS");
        environment.remove("MODEL_FACTORY_CAPTURE_DELAY_SECONDS");
        environment.insert("RUST_LOG".to_owned(), "warn".to_owned());
        let command = options.binaries.join(contestant.name).canonicalize()?;
        return Ok(FunctionSpec { command, environment, ..template });
    };
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let handlers = Path::new(env!("CARGO_MANIFEST_DIR")).join("serving");
    Ok(FunctionSpec {
        // A link: its target would not find the environment's libraries.
        command: std::path::absolute(&options.python)?,
        args: ["-m", "awslambdaric", &format!("{handler}.handler")].map(str::to_owned).to_vec(),
        environment: BTreeMap::from([
            ("PYTHONPATH".to_owned(), text(&handlers)),
            ("MODEL".to_owned(), text(&options.models.join(model).canonicalize()?)),
        ]),
        ..template
    })
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
