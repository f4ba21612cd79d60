//! The objects that a training learns from, and their rows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use model_factory::dataset::append::{Appended, Conflict};
use model_factory::dataset::{self, Defect, RawTable, ReadError, Rejection};
use model_factory::date::DateOrder;
use model_factory::name::ModelName;
use model_factory::port_error::{PortError, chain};
use model_factory::runtime::Failure;
use model_factory::spec::{Mode, Spec};
use model_factory::storage::{Described, ObjectSource, ReadObjects, Replaced};

use crate::blocking::blocking;
use crate::ports::Ports;
use crate::record::ObjectRead;
use crate::source::Source;
use crate::stop::Stop;
use crate::uploads::{self, Upload};

/// So many objects are looked at at once.
const LOOKS: usize = 16;

/// An object of the data set.
#[derive(Debug, Clone)]
struct Part {
    key: String,
    described: Described,
    /// Whether it is the one that was uploaded or asked for; what is wrong with it
    /// rejects it. What is wrong with another one is the data set's failure.
    named: bool,
}

/// The objects of a data set, in the order in which their rows follow each other.
#[derive(Debug, Clone)]
pub(crate) struct DataSet {
    parts: Vec<Part>,
    /// What was left out, in words.
    notes: Vec<String>,
}

impl DataSet {
    /// The data set that a training learns from: the object that was uploaded or asked for,
    /// and where uploads add to the data set, those of the window before it.
    pub(crate) async fn find(
        ports: &Ports,
        source: &Source,
        model: &ModelName,
        spec: &Spec,
    ) -> Result<Self, Stop> {
        let named = named(ports, source).await?;
        if spec.data.mode == Mode::Snapshot {
            return Ok(Self { parts: vec![named], notes: Vec::new() });
        }
        let since = spec.data.window.and_then(|window| {
            // A window that reaches back beyond all time leaves nothing out.
            ports.clock.now().checked_sub(window.get()).ok()
        });
        let named_key = named.key.clone();
        let (mut parts, mut others, mut notes) = (vec![named], Vec::new(), Vec::new());
        for Upload { object, rejected } in uploads::list(ports, model).await? {
            let is_old = since.is_some_and(|since| object.modified < since);
            if is_old || object.key == named_key {
                continue;
            }
            if rejected {
                notes.push(format!(
                    "`{}` is left out: it was rejected, and not uploaded again since",
                    object.key
                ));
                continue;
            }
            others.push(object.key);
        }
        // A listing tells no versions. One that is gone by now is no part of the data set.
        let looks = others.into_iter().map(|key| async move {
            let described = ports.read_objects.describe(&key).await?;
            Ok::<_, PortError>(described.map(|described| Part { key, described, named: false }))
        });
        let found: Vec<Option<Part>> = stream::iter(looks).buffered(LOOKS).try_collect().await?;
        parts.extend(found.into_iter().flatten());
        parts.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(Self { parts, notes })
    }

    /// What is to be read, for the run's record.
    pub(crate) fn objects(&self) -> Vec<ObjectRead> {
        let object = |Part { key, described, .. }: &Part| ObjectRead {
            key: key.clone(),
            etag: described.etag.clone(),
            version: described.version.clone(),
            bytes: described.size,
        };
        self.parts.iter().map(object).collect()
    }

    /// The rows of all objects. Dates that do not tell their order are read in the one that
    /// the champion reads them in, by column.
    pub(crate) async fn read(
        self,
        ports: &Ports,
        spec: &Spec,
        known: BTreeMap<String, DateOrder>,
    ) -> Result<RawTable, Stop> {
        let (objects, spec) = (Arc::clone(&ports.read_objects), spec.clone());
        blocking(move || self.read_blocking(&objects, &spec, &known)).await
    }

    fn read_blocking(
        self,
        objects: &Arc<dyn ReadObjects>,
        spec: &Spec,
        known: &BTreeMap<String, DateOrder>,
    ) -> Result<RawTable, Stop> {
        let single = self.parts.len() == 1;
        let named: BTreeSet<String> =
            self.parts.iter().filter(|part| part.named).map(|part| part.key.clone()).collect();
        let mut appended = Appended::new(spec);
        for part in self.parts {
            let source =
                ObjectSource::new(Arc::clone(objects), part.key.clone(), part.described.clone());
            let mut raw = dataset::read(&part.key, Arc::new(source), spec)
                .map_err(|error| part.stop(error))?;
            raw.settle_dates(known, spec);
            if single {
                raw.notes.extend(self.notes);
                return Ok(raw);
            }
            appended
                .push(&part.key, raw)
                .map_err(|conflict| stop_of_conflict(&conflict, &named))?;
        }
        let mut raw = appended.finish();
        raw.notes.extend(self.notes);
        Ok(raw)
    }
}

/// The object that was uploaded or asked for, if it still is what was announced.
async fn named(ports: &Ports, source: &Source) -> Result<Part, Stop> {
    let Some(key) = source.key.clone() else {
        return Err(Stop::Failed(format!(
            "model {0} has no data set: upload one to datasets/{0}/",
            source.subject
        )));
    };
    match ports.read_objects.describe(&key).await? {
        None => Err(Rejection::from(Defect::new(
            "deleted",
            format!("`{key}` was deleted before it was read: upload it again"),
        ))
        .into()),
        Some(object) if source.etag.as_ref().is_some_and(|etag| *etag != object.etag) => {
            Err(Stop::Superseded)
        }
        Some(described) => Ok(Part { key, described, named: true }),
    }
}

impl Part {
    fn stop(&self, error: ReadError) -> Stop {
        let key = &self.key;
        let error = match error {
            ReadError::Rejected(rejection) if self.named => return Stop::Rejected(rejection),
            ReadError::Rejected(rejection) => {
                return Stop::Failed(format!(
                    "`{key}`, which belongs to the data set, cannot be read: correct it or \
                     delete it ({rejection})"
                ));
            }
            ReadError::Source(error) => error,
        };
        if error.get_ref().is_some_and(|inner| inner.is::<Replaced>()) {
            // An upload that replaced what was named has an event of its own.
            return match self.named {
                true => Stop::Superseded,
                false => {
                    Failure::Retryable(format!("`{key}` was replaced while it was read")).into()
                }
            };
        }
        match error.downcast::<PortError>() {
            Ok(error) => error.into(),
            Err(error) => Failure::terminal(&error).into(),
        }
    }
}

/// The named object is rejected for what it does not share with the others.
fn stop_of_conflict(conflict: &Conflict, named: &BTreeSet<String>) -> Stop {
    if [&conflict.earlier, &conflict.later].into_iter().any(|key| named.contains(key)) {
        let defect = Defect::new("type_conflict", conflict.to_string());
        return Rejection::from(defect.in_column(&conflict.column)).into();
    }
    Stop::Failed(format!("the objects of the data set contradict each other: {}", chain(conflict)))
}
