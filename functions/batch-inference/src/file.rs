//! One file, scored once by a version.

use std::sync::Arc;
use std::time::{Duration, Instant};

use model_factory::batch::Wishes;
use model_factory::dataset::{Defect, Rejection};
use model_factory::idempotency::{Begin, keep};
use model_factory::name::{ModelName, Reference, Version};
use model_factory::registry;
use model_factory::runtime::{Failure, memory, write_json};
use model_factory::serving::ServedModel;
use model_factory::spec::RunMode;
use model_factory::storage::{Described, keys};
use model_factory::store;

use crate::announce;
use crate::identity::Identity;
use crate::invocation::Invocation;
use crate::manifest::{FileStatus, Input, Manifest, Seconds};
use crate::ports::Ports;
use crate::report::Outcome;
use crate::stop::Stop;
use crate::stream::{Streamed, Streaming};
use crate::writing::read_json;

/// How long a finished file is remembered; after that, its manifest tells.
const REMEMBERED: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// A file that is to be scored.
pub(crate) struct File<'a> {
    pub(crate) ports: &'a Ports,
    pub(crate) model: &'a ModelName,
    pub(crate) key: &'a str,
    /// The tag of the content that was announced; whatever is there when absent.
    pub(crate) etag: Option<&'a str>,
    pub(crate) asked: &'a Reference,
    pub(crate) wishes: &'a Wishes,
}

impl File<'_> {
    /// Scores the file, unless that has been done; `None` when there is not time enough.
    pub(crate) async fn score(&self, invocation: &Invocation) -> Result<Option<Outcome>, Failure> {
        let &Self { ports, model, key, etag, asked, wishes } = self;
        let Some(described) = ports.read_objects.describe(key).await? else {
            let etag = etag.unwrap_or_default();
            return self.fail(etag, "the file was deleted before it was read").await.map(Some);
        };
        if etag.is_some_and(|etag| etag != described.etag) {
            return Ok(Some(Outcome::Superseded));
        }
        let resolved = registry::resolve(ports.registry.as_ref(), model, asked).await?;
        let Some((version, artifact)) = resolved else {
            let reason = format!(
                "model `{model}` has no version or alias `{asked}`: train it, then ask for the \
                 file again"
            );
            return self.fail(&described.etag, &reason).await.map(Some);
        };
        let path = keys::batch_input_of(key).and_then(Result::ok).map_or(key, |(_, path)| path);
        let identity = Identity::new(model, path, &described.etag, (version, &artifact), wishes);
        let claim = format!("batch-inference#{}", identity.hash);
        match ports.idempotency.begin(&claim, ports.lease).await? {
            Begin::Completed(result) => {
                tracing::info!(key, %version, "this file is scored already");
                return serde_json::from_str(&result).map_err(|error| Failure::terminal(&error));
            }
            Begin::InProgress => {
                return Err(Failure::Retryable(format!("`{key}` is being scored")));
            }
            Begin::Started => {}
        }
        let work = Work { file: self, identity: &identity, version, artifact, described };
        let worked = tokio::select! {
            worked = work.once(invocation) => worked,
            // It may be another delivery's claim by now: it is not given up.
            lost = keep(ports.idempotency.as_ref(), &claim, ports.lease) => return Err(lost.into()),
        };
        match worked {
            Ok(Some(outcome)) => {
                let result =
                    serde_json::to_string(&outcome).map_err(|error| Failure::terminal(&error))?;
                ports.idempotency.complete(&claim, &result, REMEMBERED).await?;
                Ok(Some(outcome))
            }
            ended => {
                // The next delivery need not wait for the lease to end.
                ports.idempotency.abandon(&claim).await?;
                ended
            }
        }
    }

    /// Tells that the file is not scored, and that no manifest says so.
    pub(crate) async fn fail(&self, etag: &str, reason: &str) -> Result<Outcome, Failure> {
        announce::failed(self.ports, self.model, self.key, etag, reason).await?;
        Ok(Outcome::Refused { manifest: None, reasons: vec![reason.to_owned()] })
    }
}

/// A file whose scoring is claimed.
struct Work<'a> {
    file: &'a File<'a>,
    identity: &'a Identity,
    version: Version,
    artifact: String,
    described: Described,
}

impl Work<'_> {
    /// Scores the file, unless its manifest says that this has been done.
    async fn once(self, invocation: &Invocation) -> Result<Option<Outcome>, Failure> {
        let &File { ports, key, .. } = self.file;
        let identity = self.identity;
        let manifest_key = identity.key("manifest", "json");
        let manifest = match read_json::<Manifest>(ports, &manifest_key).await? {
            Some(manifest) => {
                tracing::info!(key, "an earlier delivery has scored this file");
                manifest
            }
            None => match self.score(invocation).await {
                Ok(manifest) => {
                    write_json(ports.write_objects.as_ref(), &manifest_key, &manifest).await?;
                    manifest
                }
                Err(Stop::Superseded) => return Ok(Some(Outcome::Superseded)),
                Err(Stop::TooLate) => return Ok(None),
                Err(Stop::Refused(rejection)) => return Err(Failure::terminal(&rejection)),
                Err(Stop::Failure(failure)) => return Err(failure),
            },
        };
        let outcome = manifest.outcome(manifest_key);
        tracing::info!(key, version = %manifest.version, ?outcome, "the file has come to its end");
        announce::ended(ports, &identity.hash, &manifest, &outcome).await?;
        Ok(Some(outcome))
    }

    async fn score(self, invocation: &Invocation) -> Result<Manifest, Stop> {
        let Self { file, identity, version, artifact, described } = self;
        let &File { ports, model, key, asked, wishes, .. } = file;
        memory::forget_peak();
        let (started_at, began) = (ports.clock.now(), Instant::now());
        let objects = ports.read_objects.as_ref();
        let stored = store::fetch(objects, model, version, artifact.clone()).await;
        let served = stored.and_then(|stored| ServedModel::load(&stored)).map_err(Failure::from)?;
        let load = began.elapsed().as_secs_f64();
        let notes = notes(&served);
        let input = Input {
            key: key.to_owned(),
            etag: described.etag.clone(),
            version: described.version.clone(),
            bytes: described.size,
        };
        let streamed = Streamed {
            ports,
            identity,
            served: Arc::new(served),
            key,
            described,
            wishes: wishes.clone(),
            deadline: invocation.deadline,
        };
        let nothing = Streaming::default();
        let (streaming, reasons) = match streamed.run().await {
            Ok(streaming) => (streaming, Vec::new()),
            Err(Stop::Refused(Rejection(reasons))) if is_empty(&reasons) => (nothing, Vec::new()),
            Err(Stop::Refused(Rejection(reasons))) => (nothing, reasons),
            Err(stop) => return Err(stop),
        };
        let Streaming { summary, output, outliers, rejected } = streaming;
        let status = match (&summary, reasons.is_empty()) {
            (Some(_), _) => FileStatus::Scored,
            (None, true) => FileStatus::NoData,
            (None, false) => FileStatus::Refused,
        };
        Ok(Manifest {
            status,
            model: model.clone(),
            version,
            asked: asked.clone(),
            artifact,
            input,
            output,
            outliers,
            rejected,
            wishes: wishes.clone(),
            summary,
            reasons,
            notes,
            seconds: Seconds { load, score: began.elapsed().as_secs_f64() - load },
            peak_memory_bytes: memory::peak_bytes(),
            started_at,
            ended_at: ports.clock.now(),
        })
    }
}

/// What to know of a version before its answers for a file are believed.
fn notes(served: &ServedModel) -> Vec<String> {
    let own_rows = served.manifest.spec.training.mode == RunMode::TrainRun;
    let note = || {
        format!(
            "version {} stands for the rows of its own run (`training.mode = \"train-run\"`), \
             whose labels lie beside it in `{}`: the rows of other files were not learned from",
            served.version,
            keys::LABELS
        )
    };
    own_rows.then(note).into_iter().collect()
}

/// Whether a file holds nothing at all, which is no defect of a file that is scored.
fn is_empty(reasons: &[Defect]) -> bool {
    reasons.iter().any(|reason| reason.code == "empty")
}
