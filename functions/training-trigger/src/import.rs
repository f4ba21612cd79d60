//! Models that another library trained, taken over.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use model_factory::dataset::{Defect, Rejection, selection};
use model_factory::events::Trigger;
use model_factory::exchange;
use model_factory::name::{ModelName, Version};
use model_factory::port_error::chain;
use model_factory::registry::{Baselines, NewVersion};
use model_factory::runtime::Failure;
use model_factory::spec::{Data, Mode, Spec};
use model_factory::storage::keys;
use model_factory::training::{Adopted, Champion, Rows, TrainingError, adopt};

use crate::dataset::DataSet;
use crate::memory;
use crate::ports::Ports;
use crate::record::{Account, ImportRecord, ObjectRead};
use crate::registration::register;
use crate::source::{self, Source};
use crate::stop::Stop;
use crate::training::load_champion;
use crate::writing;

/// How often an import starts over because the champion moved meanwhile.
const ATTEMPTS: usize = 3;

/// The suffixes of files that hold models.
const MODELS: [&str; 3] = ["json", "ubj", "txt"];

/// A model of another library that was uploaded.
pub(crate) struct Import<'a> {
    pub(crate) ports: &'a Ports,
    pub(crate) source: &'a Source,
    pub(crate) run: &'a str,
    pub(crate) model: &'a ModelName,
    pub(crate) spec: &'a Spec,
}

/// A model's file, as it was read.
#[derive(Clone)]
struct File {
    name: String,
    bytes: Bytes,
}

impl Import<'_> {
    /// Reads the model, measures it where there are labelled rows, stores it as an
    /// artifact, and registers it as a training does.
    pub(crate) async fn register(&self, account: &mut Account) -> Result<Version, Stop> {
        let reading = Instant::now();
        let file = self.fetch(account).await?;
        let (rows, format) = self.rows(&file, account).await?;
        let rows = rows.map(Arc::new);
        account.seconds.read = reading.elapsed().as_secs_f64();
        for _ in 0..ATTEMPTS {
            let champion = load_champion(self.ports, self.model).await?;
            let expected = champion.as_ref().map(|champion| champion.version);
            let judging = Instant::now();
            let adopted = self.adopt(&file, rows.clone(), champion).await?;
            account.seconds.training.evaluate = judging.elapsed().as_secs_f64();
            account.lineage.data_hash = rows.is_some().then(|| adopted.data_hash.clone());
            account.lineage.artifact = Some(keys::artifact(self.model, &adopted.sha256));
            let storing = Instant::now();
            let baselines = self.store(format, &adopted, account).await?;
            let version = self.describe(&adopted, baselines, account);
            let registered =
                register(self.ports, version, adopted.passed, self.spec, expected).await?;
            account.seconds.store = storing.elapsed().as_secs_f64();
            match registered {
                Some(version) => return Ok(version),
                None => tracing::warn!(run = self.run, "the champion moved: judging again"),
            }
        }
        Err(Failure::Retryable(format!("the champion of {} keeps moving", self.model)).into())
    }

    /// The file, if it still is what was announced.
    async fn fetch(&self, account: &mut Account) -> Result<File, Stop> {
        let key = self.source.key.clone().unwrap_or_default();
        let Some(object) = self.ports.read_objects.get(&key).await? else {
            let message = format!("`{key}` was deleted before it was read: upload it again");
            return Err(Rejection::from(Defect::new("deleted", message)).into());
        };
        if self.source.etag.as_ref().is_some_and(|etag| *etag != object.etag) {
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
        &self,
        file: &File,
        account: &mut Account,
    ) -> Result<(Option<Rows>, &'static str), Stop> {
        let data = self.labelled().await?;
        let Some(key) = data.key.clone() else {
            let format = blocking(file.clone(), |imported| Ok(imported.format)).await?;
            return Ok((None, format));
        };
        // One object of its own, however data sets add up.
        let data_spec = Data { mode: Mode::Snapshot, ..self.spec.data.clone() };
        let spec = Spec { data: data_spec, ..self.spec.clone() };
        let named = |stop| match stop {
            Stop::Rejected(Rejection(defects)) => Stop::Rejected(Rejection(
                defects.into_iter().map(|defect| in_object(defect, &key)).collect(),
            )),
            other => other,
        };
        let objects = DataSet::find(self.ports, &data, self.model, &spec).await.map_err(named)?;
        account.lineage.objects.extend(objects.objects());
        let raw = objects.read(self.ports, &spec).await.map_err(named)?;
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
    async fn labelled(&self) -> Result<Source, Stop> {
        let key = self.source.key.as_deref().unwrap_or_default();
        let stem = key.rsplit_once('.').map_or(key, |(stem, _)| stem);
        let beside = self.ports.read_objects.list(&format!("{stem}.")).await?;
        let is_model =
            |key: &str| key.rsplit_once('.').is_some_and(|(_, suffix)| MODELS.contains(&suffix));
        let beside = beside
            .into_iter()
            .filter(|object| object.size > 0 && !is_model(&object.key))
            .max_by_key(|object| object.modified);
        let trigger = Trigger::Retrain {
            model: self.model.clone(),
            dataset: beside.map(|object| object.key),
            window: None,
            event: None,
            reason: String::new(),
            force: false,
        };
        Ok(source::locate(self.ports, trigger).await?)
    }

    /// Measures and judges on a thread of its own, so that the claim is renewed.
    async fn adopt(
        &self,
        file: &File,
        rows: Option<Arc<Rows>>,
        champion: Option<Champion>,
    ) -> Result<Adopted, Stop> {
        let (model, spec) = (self.model.clone(), self.spec.clone());
        blocking(file.clone(), move |imported| {
            match adopt(&model, imported, rows.as_deref(), &spec, champion.as_ref()) {
                Ok(adopted) => Ok(adopted),
                Err(TrainingError::Rejected(rejection)) => Err(rejection.into()),
                Err(error) => Err(Stop::Failed(chain(&error))),
            }
        })
        .await
    }

    /// Writes artifact, baselines and record. Nothing points at them before the
    /// registration.
    async fn store(
        &self,
        format: &str,
        adopted: &Adopted,
        account: &Account,
    ) -> Result<Option<Baselines>, Stop> {
        let Self { ports, source, run, model, spec } = *self;
        let artifact = keys::artifact(model, &adopted.sha256);
        let bytes = adopted.artifact.clone().into();
        ports.write_objects.put(&artifact, "application/octet-stream", bytes).await?;
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
            format: format.to_owned(),
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
        writing::write_json(ports, &keys::run(model, run, "import.json"), &record).await?;
        Ok(baselines)
    }

    fn describe(
        &self,
        adopted: &Adopted,
        baselines: Option<Baselines>,
        account: &Account,
    ) -> NewVersion {
        NewVersion {
            model: self.model.clone(),
            artifact: adopted.sha256.clone(),
            artifact_bytes: adopted.artifact.len() as u64,
            run: self.run.to_owned(),
            dataset: self.source.key.clone().unwrap_or_default(),
            data_hash: adopted.data_hash.clone(),
            rows: adopted.rows as u64,
            columns: adopted.schema.inputs.len() as u64,
            seconds: account.so_far().total,
            learner: adopted.learner.clone(),
            metric: adopted.metric,
            metrics: adopted.metrics.clone(),
            baselines,
            created_at: self.ports.clock.now(),
            decision: adopted.reasons.join("; "),
        }
    }
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
