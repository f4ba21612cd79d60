//! The bus itself.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::courier::Courier;
use super::dead_letter::{DeadLetter, DeadLetters};
use super::error::BusError;
use super::event::Event;
use super::pattern::EventPattern;
use super::put_events::{Publisher, PutEventsError, PutEventsRequest, PutEventsResponse};
use super::schedule::Schedule;
use super::scheduler;
use super::store::{NewDelivery, Store};
use crate::aws::lambda::Lambda;

/// Which events go to which function.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The rule's name, unique in a stack.
    pub name: String,
    /// The events that match.
    pub pattern: EventPattern,
    /// The function that gets them.
    pub function: String,
}

/// What a bus is made of.
#[derive(Clone, Debug)]
pub struct BusConfig {
    /// The region in events.
    pub region: String,
    /// The name under which the bus is known beside "default"; the rules hear
    /// what is published on either.
    pub name: String,
    /// The database file.
    pub database: PathBuf,
    /// The folder of dead letters.
    pub dead_letters: PathBuf,
    /// The rules.
    pub rules: Vec<Rule>,
    /// The schedules.
    pub schedules: Vec<Schedule>,
    /// The pause before each retry; there are as many retries as pauses.
    pub retry_backoff: Vec<Duration>,
}

/// The event bus; a handle that is cheap to clone.
#[derive(Clone, Debug)]
pub struct EventBus {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    region: String,
    name: String,
    rules: Vec<Rule>,
    store: Store,
    dead_letters: DeadLetters,
    /// One for each function's courier.
    bells: BTreeMap<String, Arc<Notify>>,
    closing: CancellationToken,
    tasks: TaskTracker,
}

impl EventBus {
    /// Opens the bus and starts to deliver what is due. Must be called within
    /// a Tokio runtime.
    ///
    /// # Errors
    /// If a target does not exist or the state cannot be opened.
    pub fn open(config: BusConfig, lambda: &Lambda) -> Result<Self, BusError> {
        let functions: BTreeMap<String, usize> =
            lambda.functions().map(|(name, concurrency)| (name.to_owned(), concurrency)).collect();
        let rules = config.rules.iter().map(|rule| (&rule.name, &rule.function));
        let schedules = config.schedules.iter().map(|it| (&it.name, &it.function));
        for (name, function) in rules.chain(schedules) {
            if !functions.contains_key(function) {
                return Err(BusError::UnknownTarget {
                    name: name.clone(),
                    function: function.clone(),
                });
            }
        }
        let store = Store::open(&config.database)?;
        // A function that is no longer there still gets a courier, who finds
        // that out and buries what waits for it.
        let parallel: BTreeMap<String, usize> =
            store.targets()?.into_iter().map(|name| (name, 1)).chain(functions).collect();
        let bus = Self {
            inner: Arc::new(Inner {
                region: config.region,
                name: config.name,
                rules: config.rules,
                store,
                dead_letters: DeadLetters::open(config.dead_letters)?,
                bells: parallel.keys().map(|name| (name.clone(), Arc::default())).collect(),
                closing: CancellationToken::new(),
                tasks: TaskTracker::new(),
            }),
        };
        bus.start_couriers(&parallel, lambda, &config.retry_backoff);
        bus.start_schedules(config.schedules);
        Ok(bus)
    }

    /// Publishes events: when this returns, every delivery that they cause is
    /// on disk.
    ///
    /// # Errors
    /// If the store fails; then nothing is published.
    pub async fn publish(&self, events: &[Event]) -> Result<(), BusError> {
        let mut deliveries = Vec::new();
        for event in events {
            let value = serde_json::to_value(event)?;
            for rule in self.inner.rules.iter().filter(|rule| rule.pattern.matches(&value)) {
                deliveries.push(NewDelivery {
                    event_id: event.id.clone(),
                    rule: rule.name.clone(),
                    function: rule.function.clone(),
                    payload: value.to_string(),
                });
            }
        }
        self.add(deliveries).await
    }

    /// Performs EventBridge's `PutEvents`.
    ///
    /// # Errors
    /// If the request as a whole is refused, or the store fails.
    pub async fn put_events(
        &self,
        request: PutEventsRequest,
    ) -> Result<PutEventsResponse, PutEventsError> {
        let publisher = Publisher { region: &self.inner.region, bus: &self.inner.name };
        let (events, response) = request.judge(publisher)?;
        self.publish(&events).await?;
        Ok(response)
    }

    /// Invokes a function asynchronously, with retries and a dead letter.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn invoke(&self, function: &str, payload: String) -> Result<(), BusError> {
        let delivery = NewDelivery {
            event_id: Uuid::now_v7().to_string(),
            rule: String::new(),
            function: function.to_owned(),
            payload,
        };
        self.add(vec![delivery]).await
    }

    /// How many deliveries are due, under way or waiting for a retry.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn pending(&self) -> Result<usize, BusError> {
        self.inner.store.pending().await
    }

    /// The deliveries that were given up, oldest first.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn dead_letters(&self) -> Result<Vec<DeadLetter>, BusError> {
        self.inner.dead_letters.read()
    }

    /// Begins to stop; what is under way is delivered again after the next
    /// start.
    pub fn stop(&self) {
        self.inner.closing.cancel();
    }

    /// Stops and waits until nothing is delivered any more.
    pub async fn shutdown(&self) {
        self.stop();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }

    /// The region in events.
    pub(super) fn region(&self) -> &str {
        &self.inner.region
    }

    /// Tells a function's courier that there is work.
    fn ring(&self, function: &str) {
        if let Some(bell) = self.inner.bells.get(function) {
            bell.notify_one();
        }
    }

    async fn add(&self, deliveries: Vec<NewDelivery>) -> Result<(), BusError> {
        if deliveries.is_empty() {
            return Ok(());
        }
        let functions: Vec<_> = deliveries.iter().map(|it| it.function.clone()).collect();
        self.inner.store.add(deliveries, Timestamp::now().as_millisecond()).await?;
        functions.iter().for_each(|function| self.ring(function));
        Ok(())
    }

    fn start_couriers(
        &self,
        parallel: &BTreeMap<String, usize>,
        lambda: &Lambda,
        backoff: &[Duration],
    ) {
        for (function, bell) in &self.inner.bells {
            let courier = Courier {
                function: function.clone(),
                store: self.inner.store.clone(),
                lambda: lambda.clone(),
                backoff: backoff.into(),
                dead_letters: self.inner.dead_letters.clone(),
                bell: Arc::clone(bell),
                closing: self.inner.closing.clone(),
                tasks: self.inner.tasks.clone(),
            };
            self.inner.tasks.spawn(courier.run(parallel.get(function).copied().unwrap_or(1)));
        }
    }

    fn start_schedules(&self, schedules: Vec<Schedule>) {
        for schedule in schedules {
            let region = self.inner.region.clone();
            let bus = self.clone();
            let ring = move |function: &str| bus.ring(function);
            let firing = scheduler::run(schedule, region, self.inner.store.clone(), ring);
            let closing = self.inner.closing.clone();
            self.inner.tasks.spawn(async move { closing.run_until_cancelled(firing).await });
        }
    }
}
