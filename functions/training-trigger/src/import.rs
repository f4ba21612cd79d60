//! Models that another library trained, taken over.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use model_factory::card::ImportCard;
use model_factory::dataset::{Defect, Rejection, selection};
use model_factory::events::Trigger;
use model_factory::exchange;
use model_factory::port_error::chain;
use model_factory::registry::Baselines;
use model_factory::spec::{Data, Mode, Spec};
use model_factory::store::Stored;
use model_factory::training::{Adopted, Champion, Rows, adopt};

use crate::account::Account;
use crate::blocking::blocking;
use crate::challenge::{self, Challenge, Judged};
use crate::dataset::DataSet;
use crate::invocation::Invocation;
use crate::job::Job;
use crate::record::{ClassRecord, ImportRecord, ObjectRead, VersionFacts};
use crate::source::{self, Source};
use crate::stop::Stop;
use crate::writing;

/// The suffixes of files that hold models.
const MODELS: [&str; 3] = ["json", "ubj", "txt"];

/// A model of another library that was uploaded, with the labelled rows that belong to it.
pub(crate) struct Import<'a> {
    job: Job<'a>,
    invocation: &'a Invocation,
    file: File,
    rows: Option<Arc<Rows>>,
    /// What is odd about the rows.
    warnings: Vec<Defect>,
}

/// A model's file, as it was read.
#[derive(Clone)]
struct File {
    name: String,
    bytes: Bytes,
}

impl<'a> Import<'a> {
    /// Reads the uploaded file, and the labelled rows that belong to it.
    pub(crate) async fn read(
        job: Job<'a>,
        invocation: &'a Invocation,
        account: &mut Account,
    ) -> Result<Self, Stop> {
        let reading = Instant::now();
        let file = fetch(&job, account).await?;
        let (rows, warnings) = rows(&job, &file, account).await?;
        account.seconds.read = reading.elapsed().as_secs_f64();
        tracing::info!(
            run = job.run,
            file = file.name,
            rows = rows.as_ref().map_or(0, Rows::len),
            "the model to be taken over is read"
        );
        Ok(Self { job, invocation, file, rows: rows.map(Arc::new), warnings })
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
        let contender = adopted.contender();
        account.met(self.job.model, &contender);
        let storing = Instant::now();
        let baselines = self.store(&adopted, account).await?;
        account.seconds.store = storing.elapsed().as_secs_f64();
        let mut judged = Judged::of(&self.job, &contender, account);
        judged.version.baselines = baselines;
        Ok(judged)
    }
}

impl Import<'_> {
    /// Measures and judges on a thread of its own, so that the claim is renewed.
    async fn adopt(&self, champion: Option<Champion>) -> Result<Adopted, Stop> {
        let (model, spec) = (self.job.model.clone(), self.job.spec.clone());
        let (rows, end) = (self.rows.clone(), self.invocation.end());
        with_model(self.file.clone(), move |imported| {
            Ok(adopt(&model, imported, rows.as_deref(), &spec, champion.as_ref(), end)?)
        })
        .await
    }

    /// Writes artifact, baselines, record and model card.
    async fn store(&self, adopted: &Adopted, account: &Account) -> Result<Option<Baselines>, Stop> {
        let Self { job, rows, warnings, .. } = self;
        let contender = adopted.contender();
        writing::artifact(job, &contender).await?;
        let baselines = match &adopted.measured {
            None => None,
            Some(measured) => Some(writing::baselines(job, &measured.profile).await?),
        };
        let assessment = adopted.measured.as_ref().map(|measured| &measured.assessment);
        let record = ImportRecord {
            facts: VersionFacts {
                notes: adopted.notes.clone(),
                warnings: warnings.clone(),
                baselines: baselines.clone(),
                ..VersionFacts::of(job, &contender, account)
            },
            file: job.source.key.clone().unwrap_or_default(),
            format: adopted.format.to_owned(),
            classes: assessment.map_or_else(Vec::new, |it| {
                ClassRecord::all(&it.evaluation, adopted.schema.task.classes())
            }),
            importances: assessment.map(|it| it.importances.clone()).unwrap_or_default(),
        };
        writing::record(job, "import.json", &record).await?;
        let data = rows.as_deref().map(Rows::own);
        let card = ImportCard { origin: writing::origin(job), data, adopted };
        writing::card(job, card.html()).await?;
        Ok(baselines)
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

/// The labelled rows that belong to the file, if there are some, and what is odd about them.
async fn rows(
    job: &Job<'_>,
    file: &File,
    account: &mut Account,
) -> Result<(Option<Rows>, Vec<Defect>), Stop> {
    let data = labelled(job).await?;
    let Some(key) = data.key.clone() else { return Ok((None, data.passed_over)) };
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
    let raw = objects.read(job.ports, &spec, BTreeMap::new()).await.map_err(named)?;
    let raw = selection::select(raw, &spec).map_err(|error| named(error.into()))?;
    let read = with_model(file.clone(), move |imported| Ok(Rows::read(&imported, raw, &spec)?));
    Ok((Some(read.await.map_err(named)?), data.passed_over))
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
async fn with_model<T: Send + 'static>(
    file: File,
    act: impl FnOnce(exchange::Imported) -> Result<T, Stop> + Send + 'static,
) -> Result<T, Stop> {
    blocking(move || {
        let imported = exchange::import(&file.bytes, &file.name)
            .map_err(|error| Rejection::from(Defect::new("unknown_model", chain(&error))))?;
        act(imported)
    })
    .await
}

/// A defect of the labelled data, with the object that it is in.
fn in_object(defect: Defect, key: &str) -> Defect {
    Defect { message: format!("`{key}`: {}", defect.message), ..defect }
}
