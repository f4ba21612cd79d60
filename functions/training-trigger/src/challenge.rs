//! A challenger against today's champion.

use std::time::Instant;

use async_trait::async_trait;
use model_factory::name::Version;
use model_factory::registry::NewVersion;
use model_factory::runtime::Failure;
use model_factory::store::Stored;
use model_factory::training::{Champion, Contender};

use crate::account::Account;
use crate::job::Job;
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

impl Judged {
    /// A contender as the registry has it; what only some have is absent.
    pub(crate) fn of(job: &Job<'_>, contender: &Contender<'_>, account: &Account) -> Self {
        let version = NewVersion {
            model: job.model.clone(),
            artifact: contender.sha256.to_owned(),
            artifact_bytes: contender.artifact.len() as u64,
            run: job.run.to_owned(),
            dataset: job.source.key.clone().unwrap_or_default(),
            data_hash: contender.data_hash.unwrap_or_default().to_owned(),
            rows: contender.rows as u64,
            columns: contender.schema.inputs.len() as u64,
            seconds: account.so_far().total,
            learner: contender.learner.to_owned(),
            metric: contender.metric,
            metrics: contender.metrics.clone(),
            structure: None,
            baselines: None,
            created_at: job.ports.clock.now(),
            decision: contender.decision.reasons.join("; "),
        };
        Self { version, passed: contender.decision.passed }
    }
}

/// A source of challengers.
#[async_trait]
pub(crate) trait Challenge: Sync {
    /// Compares a challenger with the champion and stores it.
    async fn judge(&self, champion: Option<&Stored>, account: &mut Account)
    -> Result<Judged, Stop>;
}

/// Registers a challenger in one transaction that moves the champion if the gate says so.
/// Where another run has moved the champion since the comparison, it starts over.
pub(crate) async fn settle(
    job: &Job<'_>,
    challenge: &dyn Challenge,
    account: &mut Account,
) -> Result<Version, Stop> {
    for _ in 0..ATTEMPTS {
        let champion = job.ports.champion(job.model).await?;
        let compared = champion.as_ref().map(|champion| champion.version);
        let Judged { version, passed } = challenge.judge(champion.as_ref(), account).await?;
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

/// Today's champion, as a challenger that answers for rows meets it.
pub(crate) fn of_rows(champion: &Stored) -> Result<Champion, Stop> {
    let artifact = champion.open().map_err(Failure::from)?;
    if artifact.manifest().is_of_series() {
        return Err(other_kind(champion.version, "forecasts series"));
    }
    let champion = Champion::of(champion.version, &artifact);
    Ok(champion.map_err(|error| Failure::terminal(&error))?)
}

/// The champion does something else, so that nothing can be compared.
pub(crate) fn other_kind(champion: Version, does: &str) -> Stop {
    Stop::Failed(format!(
        "the champion, version {champion}, {does}: train another task under another model name"
    ))
}
