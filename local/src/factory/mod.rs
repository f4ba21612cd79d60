//! The Model Factory on the embedded AWS: the tables, functions, rules and schedules
//! that `template.yaml` describes for the real one.

mod functions;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use model_factory::capture::{CaptureLine, Origin, hour_prefix};
use model_factory::events::{EventKind, SOURCE};
use model_factory::name::ModelName;
use serde_json::{Value, json};
use stream_inference::settings::Asked;

use crate::aws::dynamodb::{IndexSpec, KeySpec, TableSpec};
use crate::aws::events::{EventPattern, Rate, Rule, Schedule};
use crate::aws::firehose::DeliveryStreamSpec;
use crate::aws::sqs::{EventSourceMapping, QueueSpec};
use crate::aws::stack::StackConfig;

pub use functions::run_function;
use functions::{BATCH_INFERENCE, DRIFT_CHECK, INFERENCE, STREAM_INFERENCE, TRAINING_TRIGGER};

/// The bucket, unless another one is named.
pub const BUCKET: &str = "model-factory";
/// The registry table, unless another one is named.
pub const REGISTRY_TABLE: &str = "model-factory-registry";
/// The idempotency table, unless another one is named.
pub const IDEMPOTENCY_TABLE: &str = "model-factory-idempotency";
/// The event bus, unless another one is named.
pub const EVENT_BUS: &str = "model-factory";

/// The queue of records that are to be answered.
pub const STREAM_QUEUE: &str = "model-factory-stream";
/// The queue of their answers.
pub const STREAM_RESULTS: &str = "model-factory-stream-results";
/// The queue of records that cannot be answered.
pub const STREAM_DEAD_LETTERS: &str = "model-factory-stream-dead-letters";

/// How many processes make predictions, unless others are asked for.
pub const PROCESSES: u16 = 4;

/// The delivery stream of captured exchanges.
pub const CAPTURE_STREAM: &str = "model-factory-captures";

/// How a local factory differs from the usual one.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder of all state.
    pub state: PathBuf,
    /// The program that is started, with `_HANDLER`, as each function.
    pub program: PathBuf,
    /// The pause before each retry of a delivery.
    pub retry_backoff: Vec<Duration>,
    /// How long a training lives without a sign of life; less than the pauses, so
    /// that a retry finds a dead one's claim ended.
    pub lease: Duration,
    /// What the functions log, as `RUST_LOG` filters it.
    pub log: String,
    /// How predictions are served.
    pub serving: Serving,
    /// Which models answer where none is named.
    pub unnamed: Unnamed,
}

/// Which models answer where a request or a record names none.
#[derive(Debug, Clone, Default)]
pub struct Unnamed {
    /// That of `POST /invocations`; the only one where absent.
    pub model: Option<ModelName>,
    /// That of `POST /forecast` and `POST /train`; the only one that forecasts where absent.
    pub forecast: Option<ModelName>,
    /// That of a record of a stream; each record names one where absent.
    pub stream: Option<Asked>,
}

/// How predictions are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Serving {
    /// How many requests are answered at the same time, each by a process of its own.
    pub processes: usize,
    /// How long an alias is believed without being read again.
    pub alias_ttl: Duration,
    /// How long captured exchanges may wait in a process for others.
    pub capture_delay: Duration,
    /// Whether captured exchanges go through the delivery stream.
    pub capture_stream: bool,
}

impl Default for Serving {
    /// [`PROCESSES`], and everything is seen at once: on one machine an alias costs little
    /// to read.
    fn default() -> Self {
        Self {
            processes: PROCESSES.into(),
            alias_ttl: Duration::ZERO,
            capture_delay: Duration::ZERO,
            capture_stream: false,
        }
    }
}

impl Options {
    /// The usual options.
    pub fn new(state: impl Into<PathBuf>, program: impl Into<PathBuf>) -> Self {
        Self {
            state: state.into(),
            program: program.into(),
            retry_backoff: vec![Duration::from_secs(5), Duration::from_secs(15)],
            lease: Duration::from_secs(4),
            log: "info".to_owned(),
            serving: Serving::default(),
            unnamed: Unnamed::default(),
        }
    }
}

/// The stack that a factory runs on.
///
/// # Errors
/// When a rule's pattern or a schedule's rate is not one.
pub fn stack(options: &Options) -> Result<StackConfig, Box<dyn std::error::Error + Send + Sync>> {
    let mut config = StackConfig::new(&options.state, BUCKET);
    config.event_bus = EVENT_BUS.to_owned();
    config.tables = tables();
    config.functions = functions::specs(options, &environment(options));
    config.rules = rules()?;
    let daily = |name: &str, function: &str| {
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(Schedule {
            name: name.to_owned(),
            rate: "rate(1 day)".parse::<Rate>()?,
            function: function.to_owned(),
            input: None,
        })
    };
    config.schedules =
        vec![daily("daily-drift-check", DRIFT_CHECK)?, daily("daily-batches", BATCH_INFERENCE)?];
    config.queues = queues();
    config.delivery_streams = vec![captures()];
    config.mappings = vec![EventSourceMapping {
        queue: STREAM_QUEUE.to_owned(),
        function: STREAM_INFERENCE.to_owned(),
        batch_size: 100,
        window: Duration::from_millis(100),
    }];
    config.http_function = Some(INFERENCE.to_owned());
    config.retry_backoff.clone_from(&options.retry_backoff);
    Ok(config)
}

fn environment(options: &Options) -> BTreeMap<String, String> {
    let seconds = |duration: Duration| duration.as_secs_f64().to_string();
    let Serving { alias_ttl, capture_delay, capture_stream, .. } = options.serving;
    let Unnamed { model, forecast, stream } = &options.unnamed;
    let name =
        |model: &Option<ModelName>| model.as_ref().map(ToString::to_string).unwrap_or_default();
    let stream = stream.as_ref().map(ToString::to_string).unwrap_or_default();
    [
        ("MODEL_FACTORY_BUCKET", BUCKET),
        ("MODEL_FACTORY_REGISTRY_TABLE", REGISTRY_TABLE),
        ("MODEL_FACTORY_IDEMPOTENCY_TABLE", IDEMPOTENCY_TABLE),
        ("MODEL_FACTORY_EVENT_BUS", EVENT_BUS),
        ("MODEL_FACTORY_LEASE_SECONDS", &seconds(options.lease)),
        ("MODEL_FACTORY_ALIAS_TTL_SECONDS", &seconds(alias_ttl)),
        ("MODEL_FACTORY_CAPTURE_DELAY_SECONDS", &seconds(capture_delay)),
        ("MODEL_FACTORY_CAPTURE_STREAM", if capture_stream { CAPTURE_STREAM } else { "" }),
        ("MODEL_FACTORY_MODEL", &name(model)),
        ("MODEL_FACTORY_TRAINING_BY_API", "yes"),
        ("MODEL_FACTORY_FORECAST_MODEL", &name(forecast)),
        ("MODEL_FACTORY_STREAM_MODEL", &stream),
        ("RUST_LOG", &options.log),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// Puts each captured line under the prefix of its model, variant and hour.
fn captures() -> DeliveryStreamSpec {
    DeliveryStreamSpec {
        name: CAPTURE_STREAM.to_owned(),
        bucket: BUCKET.to_owned(),
        prefix: |line| {
            let line: CaptureLine = serde_json::from_slice(line).ok()?;
            let Origin { model, variant, .. } = &line.model_factory?;
            Some(hour_prefix(model, variant, line.event_metadata.inference_time))
        },
        error_prefix: "capture-errors/".to_owned(),
        extension: ".jsonl".to_owned(),
        buffer_bytes: 64 << 20,
        // Not a minute as on AWS: nobody waits for files here.
        buffer_time: Duration::from_secs(1),
        records_per_second: usize::MAX,
    }
}

fn queues() -> Vec<QueueSpec> {
    let queue = |name: &str, redrive: Option<(String, u32)>| QueueSpec {
        name: name.to_owned(),
        visibility_timeout: Duration::from_mins(6),
        redrive,
    };
    vec![
        queue(STREAM_DEAD_LETTERS, None),
        queue(STREAM_RESULTS, None),
        queue(STREAM_QUEUE, Some((STREAM_DEAD_LETTERS.to_owned(), 5))),
    ]
}

fn tables() -> Vec<TableSpec> {
    let key = |partition: &str, sort: Option<&str>| KeySpec {
        partition: partition.to_owned(),
        sort: sort.map(str::to_owned),
    };
    vec![
        TableSpec {
            name: REGISTRY_TABLE.to_owned(),
            key: key("pk", Some("sk")),
            index: Some(IndexSpec { name: "gsi1".to_owned(), key: key("gsi1pk", Some("gsi1sk")) }),
            time_to_live: Some("expires_at".to_owned()),
        },
        TableSpec {
            name: IDEMPOTENCY_TABLE.to_owned(),
            key: key("id", None),
            index: None,
            time_to_live: Some("expiration".to_owned()),
        },
    ]
}

fn rules() -> Result<Vec<Rule>, Box<dyn std::error::Error + Send + Sync>> {
    let rule = |name: &str, pattern: Value, function: &str| {
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(Rule {
            name: name.to_owned(),
            pattern: pattern.to_string().parse::<EventPattern>()?,
            function: function.to_owned(),
        })
    };
    let ours = |kinds: &[EventKind]| {
        let kinds: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
        json!({"source": [SOURCE], "detail-type": kinds})
    };
    let created = |keys: Value| {
        json!({
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {"bucket": {"name": [BUCKET]}, "object": {"key": keys}},
        })
    };
    let imports =
        ["json", "ubj", "txt"].map(|end| json!({"wildcard": format!("models/*/import/*.{end}")}));
    Ok(vec![
        rule("dataset-created", created(json!([{"prefix": "datasets/"}])), TRAINING_TRIGGER)?,
        rule("model-imported", created(json!(imports)), TRAINING_TRIGGER)?,
        rule("retrain", ours(&[EventKind::RetrainRequested]), TRAINING_TRIGGER)?,
        rule("file-to-score", created(json!([{"wildcard": "batch/*/input/*"}])), BATCH_INFERENCE)?,
        rule("batch-inference", ours(&[EventKind::BatchInferenceRequested]), BATCH_INFERENCE)?,
        rule("drift-check", ours(&[EventKind::DriftCheckRequested]), DRIFT_CHECK)?,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_that_answer_unnamed_are_told_to_every_function() {
        let variables = |options: &Options| {
            let config = stack(options).expect("a description");
            let told = |name: &str| {
                let of = |function: &crate::aws::lambda::FunctionSpec| {
                    function.environment.get(name).cloned()
                };
                let mut values: Vec<_> = config.functions.iter().map(of).collect();
                values.dedup();
                values
            };
            [told("MODEL_FACTORY_FORECAST_MODEL"), told("MODEL_FACTORY_STREAM_MODEL")]
        };
        let mut options = Options::new("state", "program");
        assert_eq!(variables(&options), [vec![Some(String::new())], vec![Some(String::new())]]);
        options.unnamed = Unnamed {
            model: None,
            forecast: Some("sales".parse().expect("a name")),
            stream: Some("bank@challenger".parse().expect("a model")),
        };
        let told = |value: &str| vec![Some(value.to_owned())];
        assert_eq!(variables(&options), [told("sales"), told("bank@challenger")]);
    }
}
