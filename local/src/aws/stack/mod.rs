//! A whole AWS, started and stopped as one.

mod config;
mod error;
mod lock;

use std::collections::BTreeMap;
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::config::StackConfig;
pub use self::error::StackError;
use self::lock::StateLock;
use super::dynamodb::DynamoDb;
use super::endpoint::Endpoint;
use super::events::{DeadLetter, EventBus, forward_objects};
use super::firehose::DeliveryStreams;
use super::http_api::HttpApi;
use super::lambda::Lambda;
use super::s3::{ObjectStorage, OpenError};
use super::sqs::{Poller, Queues};

/// The pause between two looks at what takes a moment.
const LOOK: Duration = Duration::from_millis(10);

/// How often a start looks at state that is in use.
const PATIENCE: u32 = 100;

/// A running stack. [`Stack::shutdown`] ends it in good order; dropping it
/// ends it too, without waiting.
#[derive(Debug)]
pub struct Stack {
    endpoint_url: String,
    http_url: Option<String>,
    environment: BTreeMap<String, String>,
    storage: ObjectStorage,
    lambda: Lambda,
    bus: EventBus,
    queues: Queues,
    delivery_streams: DeliveryStreams,
    /// The queues whose messages go to functions.
    mapped: Vec<String>,
    /// Cancelled first: what brings work in from outside.
    intake: Tasks,
    /// Cancelled last: what functions need to finish their work.
    services: Tasks,
    _lock: StateLock,
}

/// Tasks that end together.
#[derive(Debug, Default)]
struct Tasks {
    closing: CancellationToken,
    tracker: TaskTracker,
}

impl Tasks {
    fn spawn<F>(&self, task: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.tracker.spawn(task(self.closing.clone()));
    }

    async fn end(&self) {
        self.closing.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

impl Stack {
    /// Starts every service. State that an earlier stack left in the same
    /// folder is taken up where it was left.
    ///
    /// # Errors
    /// If the state is in use or unusable, a port is taken, or a rule, a
    /// schedule or the HTTP API names a function that is not there.
    pub async fn start(config: StackConfig) -> Result<Self, StackError> {
        let state = config.state.clone();
        let unusable = |source| StackError::State { folder: state.clone(), source };
        fs::create_dir_all(&state).map_err(unusable)?;
        let in_use = |error: &StackError| matches!(error, StackError::InUse { .. });
        let lock = patiently(|| StateLock::acquire(&state), in_use).await?;
        let (intake, services) = (Tasks::default(), Tasks::default());
        let (endpoint_listener, endpoint_url) =
            listen(Ipv4Addr::LOCALHOST.into(), config.endpoint_port).await?;
        let http = match config.http_target()? {
            Some(function) => Some((function, listen(config.http_host, config.http_port).await?)),
            None => None,
        };

        let objects = state.join("s3");
        let in_use = |error: &OpenError| matches!(error, OpenError::InUse { .. });
        let storage = patiently(|| ObjectStorage::open(&objects), in_use).await?;
        storage.ensure_bucket(&config.bucket)?;
        let database = state.join("dynamodb.sqlite");
        let (closing, tracker) = (&services.closing, &services.tracker);
        let dynamodb = DynamoDb::start(&database, config.tables.clone(), closing, tracker).await?;
        let environment = config.client_environment(&endpoint_url);
        let lambda = Lambda::new(&config.lambda(environment.clone()), config.functions.clone())
            .map_err(unusable)?;
        let bus = EventBus::open(config.bus(), &lambda).inspect_err(|_| lambda.stop())?;

        let queues = Queues::open(&config.database(), &config.region, &config.queues)
            .inspect_err(|_| lambda.stop())?;
        let pollers = pollers(&config, &queues, &lambda).inspect_err(|_| lambda.stop())?;
        let mapped = config.mappings.iter().map(|mapping| mapping.queue.clone()).collect();

        let records = state.join("firehose.sqlite");
        let delivery_streams = DeliveryStreams::open(&records, &config.delivery_streams)
            .inspect_err(|_| lambda.stop())?;

        let endpoint = Endpoint::new(
            config.credentials,
            config.region,
            &storage,
            dynamodb,
            bus.clone(),
            lambda.clone(),
            queues.clone(),
            delivery_streams.clone(),
        );
        services.spawn(|closing| endpoint.serve(endpoint_listener, closing));
        let http_url = http.map(|(function, (listener, url))| {
            let api = HttpApi::new(lambda.clone(), function);
            intake.spawn(|closing| api.serve(listener, closing));
            url
        });
        for poller in pollers {
            intake.spawn(|closing| poller.run(closing));
        }
        services.spawn(|closing| delivery_streams.clone().deliver(storage.clone(), closing));
        intake.spawn(|closing| forward_objects(storage.clone(), bus.clone(), closing));
        Ok(Self {
            endpoint_url,
            http_url,
            environment,
            storage,
            lambda,
            bus,
            queues,
            delivery_streams,
            mapped,
            intake,
            services,
            _lock: lock,
        })
    }

    /// Where AWS clients find all services: the value of `AWS_ENDPOINT_URL`.
    #[must_use]
    pub fn endpoint_url(&self) -> &str {
        &self.endpoint_url
    }

    /// Where the HTTP API listens, if the stack has one.
    #[must_use]
    pub fn http_url(&self) -> Option<&str> {
        self.http_url.as_deref()
    }

    /// The variables that direct an AWS client to this stack.
    #[must_use]
    pub fn environment(&self) -> &BTreeMap<String, String> {
        &self.environment
    }

    /// The functions.
    #[must_use]
    pub fn lambda(&self) -> &Lambda {
        &self.lambda
    }

    /// The event bus.
    #[must_use]
    pub fn bus(&self) -> &EventBus {
        &self.bus
    }

    /// The queues.
    #[must_use]
    pub fn queues(&self) -> &Queues {
        &self.queues
    }

    /// The deliveries that were given up, oldest first.
    ///
    /// # Errors
    /// If their folder cannot be read.
    pub fn dead_letters(&self) -> Result<Vec<DeadLetter>, StackError> {
        Ok(self.bus.dead_letters()?)
    }

    /// Resolves when everything that was set off has come to its end: no
    /// notification waits, no delivery is due or waits for a retry, no message
    /// waits for a function, no record for its file, and no function runs.
    ///
    /// # Errors
    /// If S3's index or the event store fails.
    pub async fn idle(&self) -> Result<(), StackError> {
        // Work moves from functions to notifications to deliveries and on to
        // functions. Looking along that way misses none, unless a function
        // ran in between.
        loop {
            let started = self.lambda.started();
            if self.lambda.in_flight() == 0
                && self.delivery_streams.waiting().await? == 0
                && self.storage.pending_events(1).await?.is_empty()
                && self.bus.pending().await? == 0
                && self.messages().await? == 0
                && self.lambda.started() == started
            {
                return Ok(());
            }
            time::sleep(LOOK).await;
        }
    }

    /// How many messages wait for functions.
    async fn messages(&self) -> Result<u64, StackError> {
        let mut waiting = 0;
        for queue in &self.mapped {
            waiting += self.queues.waiting(queue).await?;
        }
        Ok(waiting)
    }

    /// Ends the stack in good order. Deliveries that are under way are made
    /// again when a stack is next started on the same state.
    pub async fn shutdown(self) {
        self.intake.end().await;
        self.bus.shutdown().await;
        self.lambda.shutdown().await;
        self.services.end().await;
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.bus.stop();
        self.lambda.stop();
    }
}

/// As many pollers for each mapping as its function may run at the same time.
fn pollers(
    config: &StackConfig,
    queues: &Queues,
    lambda: &Lambda,
) -> Result<Vec<Poller>, StackError> {
    let mut pollers = Vec::new();
    for mapping in &config.mappings {
        let function = lambda.functions().find(|(name, _)| *name == mapping.function);
        let Some((_, parallel)) = function else {
            return Err(StackError::UnknownMappedFunction {
                queue: mapping.queue.clone(),
                function: mapping.function.clone(),
            });
        };
        let poller = Poller {
            mapping: mapping.clone(),
            queues: queues.clone(),
            lambda: lambda.clone(),
            backoff: config.retry_backoff.as_slice().into(),
        };
        pollers.extend(std::iter::repeat_n(poller, parallel));
    }
    Ok(pollers)
}

/// Takes what may be in use for a moment still: by the last tasks of a stack that this process
/// has just ended, or by a child that another thread is starting, which has all of our open
/// files until it is a program of its own.
async fn patiently<T, E>(
    take: impl Fn() -> Result<T, E>,
    in_use: impl Fn(&E) -> bool,
) -> Result<T, E> {
    for _ in 0..PATIENCE {
        match take() {
            Err(error) if in_use(&error) => time::sleep(LOOK).await,
            taken => return taken,
        }
    }
    take()
}

async fn listen(host: IpAddr, port: u16) -> Result<(TcpListener, String), StackError> {
    let taken = |source| StackError::Port { host, port, source };
    let listener = TcpListener::bind((host, port)).await.map_err(taken)?;
    let url = format!("http://{}", listener.local_addr().map_err(taken)?);
    Ok((listener, url))
}
