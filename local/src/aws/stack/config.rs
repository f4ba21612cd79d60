//! What a stack is made of.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use super::error::StackError;
use crate::aws::dynamodb::TableSpec;
use crate::aws::events::{BusConfig, Rule, Schedule};
use crate::aws::firehose::DeliveryStreamSpec;
use crate::aws::lambda::{FunctionSpec, LambdaConfig, LogListener};
use crate::aws::s3::Credentials;
use crate::aws::sqs::{EventSourceMapping, QueueSpec};

/// Everything that a stack is made of, with defaults for all but the place of
/// its state and the name of its bucket.
#[derive(Clone)]
pub struct StackConfig {
    /// The folder of all state; created if it is missing.
    pub state: PathBuf,
    /// The bucket that is there from the start.
    pub bucket: String,
    /// The port of the endpoint of all services; 0 takes any that is free.
    pub endpoint_port: u16,
    /// The address that the HTTP API listens on; that of loopback unless another one is set.
    pub http_host: IpAddr,
    /// The port of the HTTP API; 0 takes any that is free.
    pub http_port: u16,
    /// The region that everything is in.
    pub region: String,
    /// The credentials that clients must have.
    pub credentials: Credentials,
    /// The name of the event bus beside "default".
    pub event_bus: String,
    /// The DynamoDB tables that are there from the start.
    pub tables: Vec<TableSpec>,
    /// The Lambda functions.
    pub functions: Vec<FunctionSpec>,
    /// Which events go to which function.
    pub rules: Vec<Rule>,
    /// Which functions are invoked again and again.
    pub schedules: Vec<Schedule>,
    /// The SQS queues that are there from the start.
    pub queues: Vec<QueueSpec>,
    /// Which queues' messages go to which function.
    pub mappings: Vec<EventSourceMapping>,
    /// The Firehose delivery streams.
    pub delivery_streams: Vec<DeliveryStreamSpec>,
    /// The function behind the HTTP API; there is no HTTP API without one.
    pub http_function: Option<String>,
    /// The pause before each retry of an asynchronous invocation; there are
    /// as many retries as pauses. AWS waits for one minute, then for two.
    pub retry_backoff: Vec<Duration>,
    /// How long a synchronous invocation may wait for a free sandbox.
    pub queue_limit: Duration,
    /// How long a sandbox may be idle before it is retired.
    pub idle_limit: Duration,
    /// Is told every line that a function logs.
    pub log_listener: Option<LogListener>,
}

impl StackConfig {
    /// A stack without functions.
    pub fn new(state: impl Into<PathBuf>, bucket: impl Into<String>) -> Self {
        Self {
            state: state.into(),
            bucket: bucket.into(),
            endpoint_port: 0,
            http_host: Ipv4Addr::LOCALHOST.into(),
            http_port: 0,
            region: "us-east-1".to_owned(),
            credentials: Credentials {
                access_key: "LOCALMODELFACTORY001".to_owned(),
                secret_key: "local-secret-key-that-protects-nothing-0".to_owned(),
            },
            event_bus: "model-factory".to_owned(),
            tables: Vec::new(),
            functions: Vec::new(),
            rules: Vec::new(),
            schedules: Vec::new(),
            queues: Vec::new(),
            mappings: Vec::new(),
            delivery_streams: Vec::new(),
            http_function: None,
            retry_backoff: vec![Duration::from_secs(1), Duration::from_secs(2)],
            queue_limit: Duration::from_secs(10),
            idle_limit: Duration::from_mins(5),
            log_listener: None,
        }
    }

    /// The variables of a client of the endpoint at `endpoint_url`.
    pub(super) fn client_environment(&self, endpoint_url: &str) -> BTreeMap<String, String> {
        [
            ("AWS_ENDPOINT_URL", endpoint_url),
            ("AWS_ACCESS_KEY_ID", &self.credentials.access_key),
            ("AWS_SECRET_ACCESS_KEY", &self.credentials.secret_key),
            ("AWS_REGION", &self.region),
            ("AWS_DEFAULT_REGION", &self.region),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    /// The function behind the HTTP API, if there is to be one.
    pub(super) fn http_target(&self) -> Result<Option<String>, StackError> {
        match &self.http_function {
            Some(function) if !self.functions.iter().any(|it| it.name == *function) => {
                Err(StackError::UnknownHttpFunction(function.clone()))
            }
            function => Ok(function.clone()),
        }
    }

    pub(super) fn lambda(&self, environment: BTreeMap<String, String>) -> LambdaConfig {
        LambdaConfig {
            region: self.region.clone(),
            environment,
            logs: self.state.join("logs"),
            log_listener: self.log_listener.clone(),
            queue_limit: self.queue_limit,
            idle_limit: self.idle_limit,
        }
    }

    /// The database of deliveries and messages.
    pub(super) fn database(&self) -> PathBuf {
        self.state.join("events.sqlite")
    }

    pub(super) fn bus(&self) -> BusConfig {
        BusConfig {
            region: self.region.clone(),
            name: self.event_bus.clone(),
            database: self.database(),
            dead_letters: self.state.join("dead-letter"),
            rules: self.rules.clone(),
            schedules: self.schedules.clone(),
            retry_backoff: self.retry_backoff.clone(),
        }
    }
}

impl fmt::Debug for StackConfig {
    // Leaves the credentials out, and the listener, which cannot be shown.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StackConfig")
            .field("state", &self.state)
            .field("bucket", &self.bucket)
            .field("endpoint_port", &self.endpoint_port)
            .field("http_port", &self.http_port)
            .field("region", &self.region)
            .field("event_bus", &self.event_bus)
            .field("tables", &self.tables)
            .field("functions", &self.functions)
            .field("rules", &self.rules)
            .field("schedules", &self.schedules)
            .field("queues", &self.queues)
            .field("mappings", &self.mappings)
            .field("delivery_streams", &self.delivery_streams)
            .field("http_function", &self.http_function)
            .field("retry_backoff", &self.retry_backoff)
            .finish_non_exhaustive()
    }
}
