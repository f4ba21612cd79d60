//! A challenger against today's champion.

use std::time::Instant;

use async_trait::async_trait;
use model_factory::name::{ModelName, Version};
use model_factory::registry::NewVersion;
use model_factory::runtime::Failure;
use model_factory::training::Champion;

use crate::job::Job;
use crate::ports::Ports;
use crate::record::Account;
use crate::registration::register;
use crate::stop::Stop;

/// How often a run starts over because the champion moved meanwhile.
const ATTEMPTS: usize = 3;

/// A challenger that has met the champion; all that its version points at is stored.
pub(crate) struct Judged {
    pub(crate) version: NewVersion,
    /// Whether the gate lets it be the champion.
    pub(crate) passed: bool,
}

/// A source of challengers.
#[async_trait]
pub(crate) trait Challenge: Sync {
    /// Compares a challenger with the champion and stores it.
    async fn judge(
        &self,
        champion: Option<Champion>,
        account: &mut Account,
    ) -> Result<Judged, Stop>;
}

/// Registers a challenger in one transaction that moves the champion if the gate says so.
/// Where another run has moved the champion since the comparison, it starts over.
pub(crate) async fn settle(
    job: &Job<'_>,
    challenge: &dyn Challenge,
    account: &mut Account,
) -> Result<Version, Stop> {
    for _ in 0..ATTEMPTS {
        let champion = champion(job.ports, job.model).await?;
        let compared = champion.as_ref().map(|champion| champion.version);
        let Judged { version, passed } = challenge.judge(champion, account).await?;
        let registering = Instant::now();
        let registered = register(job.ports, version, passed, job.spec, compared).await?;
        account.seconds.store += registering.elapsed().as_secs_f64();
        match registered {
            Some(version) => return Ok(version),
            None => tracing::warn!(run = job.run, "the champion moved meanwhile: starting over"),
        }
    }
    Err(Failure::Retryable(format!("the champion of {} keeps moving", job.model)).into())
}

/// Today's champion, as a challenger meets it.
async fn champion(ports: &Ports, model: &ModelName) -> Result<Option<Champion>, Failure> {
    let Some(stored) = ports.champion(model).await? else { return Ok(None) };
    let artifact = stored.open()?;
    let predictor = artifact.predictor().map_err(|error| Failure::terminal(&error))?;
    let manifest = artifact.manifest();
    let candidate = manifest.imported.is_none().then(|| manifest.candidate.clone());
    Ok(Some(Champion { version: stored.version, predictor, candidate }))
}
