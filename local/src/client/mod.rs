//! A factory as commands see it, wherever it is.

pub(crate) mod batches;
pub(crate) mod checks;
pub(crate) mod facts;
mod place;
pub(crate) mod records;
mod running;
pub(crate) mod runs;
mod standing;
pub(crate) mod streams;
pub(crate) mod under_way;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use model_factory::aws::{DynamoRegistry, EventBridge, S3Bucket, SqsQueue};
use model_factory::clock::{Clock, SystemClock};
use model_factory::name::{ModelName, Reference};
use model_factory::port_error::PortError;
use model_factory::registry::resolve;
use model_factory::store::{self, Stored};

use crate::error::CliError;

pub(crate) use place::Place;
pub(crate) use running::{Note, Running};
pub(crate) use standing::Standing;

/// A factory's services.
pub(crate) struct Client {
    /// The bucket.
    pub(crate) bucket: S3Bucket,
    /// The registry.
    pub(crate) registry: DynamoRegistry,
    /// The bus.
    pub(crate) events: EventBridge,
    /// The clock.
    pub(crate) clock: Arc<dyn Clock>,
    /// The folder in which a local factory keeps its logs.
    pub(crate) state: PathBuf,
    config: SdkConfig,
}

impl Client {
    /// The factory at a place.
    pub(crate) async fn connect(place: &Place) -> Result<Self, CliError> {
        Ok(Self::with(&configuration(place).await, place))
    }

    /// The factory that this process runs.
    pub(crate) async fn of_stack(environment: &BTreeMap<String, String>, place: &Place) -> Self {
        Self::with(&local(environment).await, place)
    }

    fn with(config: &SdkConfig, place: &Place) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        Self {
            bucket: S3Bucket::new(config, &place.bucket),
            registry: DynamoRegistry::new(config, &place.registry_table, Arc::clone(&clock)),
            events: EventBridge::new(config, &place.event_bus),
            clock,
            state: place.state.clone(),
            config: config.clone(),
        }
    }

    /// The queue of that name, or at that URL.
    pub(crate) async fn queue(&self, queue: &str) -> Result<SqsQueue, PortError> {
        SqsQueue::find(&self.config, queue).await
    }

    /// Makes sure that a reference stands for a version, before something is asked of it that
    /// takes its time.
    pub(crate) async fn require(
        &self,
        model: &ModelName,
        reference: &Reference,
    ) -> Result<(), CliError> {
        match resolve(&self.registry, model, reference).await? {
            Some(_) => Ok(()),
            None => {
                Err(CliError::UnknownVersion { model: model.clone(), reference: reference.clone() })
            }
        }
    }

    /// The artifact that a reference stands for.
    pub(crate) async fn artifact(
        &self,
        model: &ModelName,
        reference: &Reference,
    ) -> Result<Stored, CliError> {
        let stored = store::find(&self.registry, &self.bucket, model, reference).await?;
        stored.ok_or_else(|| CliError::UnknownVersion {
            model: model.clone(),
            reference: reference.clone(),
        })
    }
}

async fn configuration(place: &Place) -> SdkConfig {
    if place.endpoint.is_none() && std::env::var_os("AWS_ENDPOINT_URL").is_some() {
        return aws_config::load_defaults(BehaviorVersion::latest()).await;
    }
    let running = Running::find(&place.state);
    match (&place.endpoint, running) {
        (None, None) => aws_config::load_defaults(BehaviorVersion::latest()).await,
        (None, Some(running)) => local(&running.environment).await,
        (Some(endpoint), Some(running)) if *endpoint == running.endpoint => {
            local(&running.environment).await
        }
        (Some(endpoint), _) => {
            aws_config::defaults(BehaviorVersion::latest()).endpoint_url(endpoint).load().await
        }
    }
}

/// The configuration that the variables of a local stack stand for.
async fn local(environment: &BTreeMap<String, String>) -> SdkConfig {
    let variable = |name: &str| environment.get(name).cloned().unwrap_or_default();
    let credentials = aws_sdk_s3::config::Credentials::new(
        variable("AWS_ACCESS_KEY_ID"),
        variable("AWS_SECRET_ACCESS_KEY"),
        None,
        None,
        "local factory",
    );
    aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(variable("AWS_ENDPOINT_URL"))
        .region(Region::new(variable("AWS_REGION")))
        .credentials_provider(credentials)
        .load()
        .await
}
