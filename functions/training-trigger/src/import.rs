//! Models that another library trained, taken over.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use model_factory::dataset::{Defect, Rejection, selection};
use model_factory::events::Trigger;
use model_factory::exchange;
use model_factory::port_error::chain;
use model_factory::registry::{Baselines, NewVersion};
use model_factory::runtime::{Failure, memory, write_json};
use model_factory::spec::{Data, Mode, Spec};
use model_factory::storage::keys;
use model_factory::store::{self, Stored};
use model_factory::training::{Adopted, Champion, Rows, adopt};

use crate::challenge::{self, Challenge, Judged};
use crate::dataset::DataSet;
use crate::job::Job;
use crate::record::{Account, ImportRecord, ObjectRead};
use crate::source::{self, Source};
use crate::stop::Stop;
use crate::writing;

/// The suffixes of files that hold models.
const MODELS: [&str; 3] = ["json", "ubj", "txt"];

/// A model of another library that was uploaded, with the labelled rows that belong to it.
pub(crate) struct Import<'a> {
    job: Job<'a>,
    file: File,
    format: &'static str,
    rows: Option<Arc<Rows>>,
}

/// A model's file, as it was read.
#[derive(Clone)]
struct File {
    name: String,
    bytes: Bytes,
}

impl<'a> Import<'a> {
    /// Reads the uploaded file, and the labelled rows that belong to it.
    pub(crate) async fn read(job: Job<'a>, account: &mut Account) -> Result<Self, Stop> {
        let reading = Instant::now();
        let file = fetch(&job, account).await?;
        let (rows, format) = rows(&job, &file, account).await?;
        account.seconds.read = reading.elapsed().as_secs_f64();
        Ok(Self { job, file, format, rows: rows.map(Arc::new) })
    }
}

#[async_trait]
impl Challenge for Import<'_> {
    async fn judge(
        &self,
        champion: Option<&Stored>,
        account: &mut Account,
    ) -> Result<Judged, Stop> {
        let judging = Instant::now();
        let champion = champion.map(challenge::of_rows).transpose()?;
        let adopted = self.adopt(champion).await?;
        account.seconds.training.evaluate = judging.elapsed().as_secs_f64();
        account.lineage.data_hash = self.rows.is_some().then(|| adopted.data_hash.clone());
        account.lineage.artifact = Some(keys::artifact(self.job.model, &adopted.sha256));
        let storing = Instant::now();
        let baselines = self.store(&adopted, account).await?;
        account.seconds.store = storing.elapsed().as_secs_f64();
        let version = self.describe(&adopted, baselines, account);
        Ok(Judged { version, passed: adopted.passed })
    }
}

impl Import<'_> {
    /// Measures and judges on a thread of its own, so that the claim is renewed.
    async fn adopt(&self, champion: Option<Champion>) -> Result<Adopted, Stop> {
        let (model, spec) = (self.job.model.clone(), self.job.spec.clone());
        let rows = self.rows.clone();
        blocking(self.file.clone(), move |imported| {
            Ok(adopt(&model, imported, rows.as_deref(), &spec, champion.as_ref())?)
        })
        .await
    }

    /// Writes artifact, baselines and record. Nothing points at them before the
    /// registration.
    async fn store(&self, adopted: &Adopted, account: &Account) -> Result<Option<Baselines>, Stop> {
        let Job { ports, source, run, model, spec } = self.job;
        let bytes = adopted.artifact.clone().into();
        let artifact =
            store::put(ports.write_objects.as_ref(), model, &adopted.sha256, bytes).await?;
        let baselines = match adopted.rows {
            0 => None,
            _ => {
                let (bytes, sha256) = (&adopted.artifact, &adopted.sha256);
                Some(writing::write_baselines(ports, model, run, spec, bytes, sha256).await?)
            }
        };
        let record = ImportRecord {
            run: run.to_owned(),
            model: model.clone(),
            file: source.key.clone().unwrap_or_default(),
            format: self.format.to_owned(),
            objects: account.lineage.objects.clone(),
            data_hash: account.lineage.data_hash.clone(),
            rows: adopted.rows,
            columns: adopted.schema.inputs.len(),
            notes: adopted.notes.clone(),
            schema: adopted.schema.clone(),
            spec: spec.clone(),
            code_version: env!("CARGO_PKG_VERSION").to_owned(),
            artifact,
            baselines: baselines.clone(),
            metrics: adopted.metrics.clone(),
            intervals: adopted.intervals.clone(),
            passed: adopted.passed,
            reasons: adopted.reasons.clone(),
            seconds: account.so_far(),
            peak_memory_bytes: memory::peak_bytes(),
        };
        write_json(ports.write_objects.as_ref(), &keys::run(model, run, "import.json"), &record)
            .await?;
        Ok(baselines)
    }

    fn describe(
        &self,
        adopted: &Adopted,
        baselines: Option<Baselines>,
        account: &Account,
    ) -> NewVersion {
        let Job { ports, source, run, model, .. } = self.job;
        NewVersion {
            model: model.clone(),
            artifact: adopted.sha256.clone(),
            artifact_bytes: adopted.artifact.len() as u64,
            run: run.to_owned(),
            dataset: source.key.clone().unwrap_or_default(),
            data_hash: adopted.data_hash.clone(),
            rows: adopted.rows as u64,
            columns: adopted.schema.inputs.len() as u64,
            seconds: account.so_far().total,
            learner: adopted.learner.clone(),
            metric: adopted.metric,
            metrics: adopted.metrics.clone(),
            structure: None,
            baselines,
            created_at: ports.clock.now(),
            decision: adopted.reasons.join("; "),
        }
    }
}

/// The file, if it still is what was announced.
async fn fetch(job: &Job<'_>, account: &mut Account) -> Result<File, Stop> {
    let key = job.source.key.clone().unwrap_or_default();
    let Some(object) = job.ports.read_objects.get(&key).await? else {
        let message = format!("`{key}` was deleted before it was read: upload it again");
        return Err(Rejection::from(Defect::new("deleted", message)).into());
    };
    if job.source.etag.as_ref().is_some_and(|etag| *etag != object.etag) {
        return Err(Stop::Superseded);
    }
    account.lineage.objects.push(ObjectRead {
        key: key.clone(),
        etag: object.etag,
        version: None,
        bytes: object.bytes.len() as u64,
    });
    let name = key.rsplit('/').next().unwrap_or_default().to_owned();
    Ok(File { name, bytes: object.bytes })
}

/// The labelled rows that belong to the file, and its format.
async fn rows(
    job: &Job<'_>,
    file: &File,
    account: &mut Account,
) -> Result<(Option<Rows>, &'static str), Stop> {
    let data = labelled(job).await?;
    let Some(key) = data.key.clone() else {
        let format = blocking(file.clone(), |imported| Ok(imported.format)).await?;
        return Ok((None, format));
    };
    // One object of its own, however data sets add up.
    let data_spec = Data { mode: Mode::Snapshot, ..job.spec.data.clone() };
    let spec = Spec { data: data_spec, ..job.spec.clone() };
    let named = |stop| match stop {
        Stop::Rejected(Rejection(defects)) => Stop::Rejected(Rejection(
            defects.into_iter().map(|defect| in_object(defect, &key)).collect(),
        )),
        other => other,
    };
    let objects = DataSet::find(job.ports, &data, job.model, &spec).await.map_err(named)?;
    account.lineage.objects.extend(objects.objects());
    let raw = objects.read(job.ports, &spec).await.map_err(named)?;
    let raw = selection::select(raw, &spec).map_err(|error| named(error.into()))?;
    let (rows, format) = blocking(file.clone(), move |imported| {
        let rows = Rows::read(&imported, raw, &spec)?;
        Ok((rows, imported.format))
    })
    .await
    .map_err(named)?;
    Ok((Some(rows), format))
}

/// The labelled data beside the file, of the same name but for the suffix; else the
/// model's newest data set.
async fn labelled(job: &Job<'_>) -> Result<Source, Stop> {
    let key = job.source.key.as_deref().unwrap_or_default();
    let stem = key.rsplit_once('.').map_or(key, |(stem, _)| stem);
    let beside = job.ports.read_objects.list(&format!("{stem}.")).await?;
    let is_model =
        |key: &str| key.rsplit_once('.').is_some_and(|(_, suffix)| MODELS.contains(&suffix));
    let beside = beside
        .into_iter()
        .filter(|object| object.size > 0 && !is_model(&object.key))
        .max_by_key(|object| object.modified);
    let trigger = Trigger::Retrain {
        model: job.model.clone(),
        dataset: beside.map(|object| object.key),
        window: None,
        event: None,
        reason: String::new(),
        force: false,
    };
    Ok(source::locate(job.ports, trigger).await?)
}

/// Reads the model on a thread of its own and does something with it there.
async fn blocking<T: Send + 'static>(
    file: File,
    act: impl FnOnce(exchange::Imported) -> Result<T, Stop> + Send + 'static,
) -> Result<T, Stop> {
    let done = tokio::task::spawn_blocking(move || {
        let imported = exchange::import(&file.bytes, &file.name)
            .map_err(|error| Rejection::from(Defect::new("unknown_model", chain(&error))))?;
        act(imported)
    });
    done.await.map_err(|error| Failure::terminal(&error))?
}

/// A defect of the labelled data, with the object that it is in.
fn in_object(defect: Defect, key: &str) -> Defect {
    Defect { message: format!("`{key}`: {}", defect.message), ..defect }
}
