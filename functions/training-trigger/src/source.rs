//! Where a training's data comes from.

use model_factory::dataset::{Defect, Rejection};
use model_factory::events::{DatasetObject, Trigger};
use model_factory::name::ModelName;
use model_factory::port_error::{PortError, chain};
use model_factory::runtime::Failure;
use model_factory::spec::Spec;
use model_factory::storage::keys;
use model_factory::window::Window;

use crate::ports::Ports;
use crate::stop::Stop;
use crate::uploads::{self, Upload};

/// What a training learns from.
pub(crate) struct Source {
    /// The model's name, or the key that names none.
    pub(crate) subject: String,
    /// The model, or what is wrong with the key.
    model: Result<ModelName, Defect>,
    /// The key of the data set; `None` when the model has none.
    pub(crate) key: Option<String>,
    /// The tag of the content that was announced.
    pub(crate) etag: Option<String>,
    /// Newer uploads that were passed over.
    pub(crate) passed_over: Vec<Defect>,
    /// The window of captured traffic to learn from too.
    pub(crate) window: Option<Window>,
    /// Why the training runs.
    pub(crate) reason: String,
}

impl Source {
    /// The model to train, unless the key names none.
    pub(crate) fn known_model(&self) -> Option<&ModelName> {
        self.model.as_ref().ok()
    }

    /// The model to train.
    pub(crate) fn model(&self) -> Result<&ModelName, Rejection> {
        self.model.as_ref().map_err(|defect| Rejection(vec![defect.clone()]))
    }
}

/// Finds what a trigger speaks of.
pub(crate) async fn locate(ports: &Ports, trigger: Trigger) -> Result<Source, Failure> {
    match trigger {
        Trigger::ObjectCreated(object) => arrival(ports, object),
        Trigger::Retrain { model, dataset, window, reason, .. } => {
            let (key, passed_over) = match dataset {
                Some(key) => (Some(key), Vec::new()),
                None => newest(ports, &model).await?,
            };
            Ok(Source {
                subject: model.to_string(),
                model: Ok(model),
                key,
                etag: None,
                passed_over,
                window,
                reason,
            })
        }
    }
}

fn arrival(ports: &Ports, object: DatasetObject) -> Result<Source, Failure> {
    if object.bucket != ports.bucket {
        return Err(Failure::InvalidEvent(format!(
            "the object lies in bucket `{}`, not in `{}`: check the rule that sent the event",
            object.bucket, ports.bucket
        )));
    }
    let import = keys::model_of_import(&object.key);
    let reason = if import.is_some() { "a model was uploaded" } else { "a data set arrived" };
    let model = import
        .unwrap_or_else(|| keys::model_of_dataset(&object.key))
        .map_err(|error| Defect::new("forbidden_name", chain(&error)));
    Ok(Source {
        subject: model.as_ref().map_or_else(|_| object.key.clone(), ToString::to_string),
        model,
        key: Some(object.key),
        etag: object.etag.map(|etag| etag.trim_matches('"').to_owned()),
        passed_over: Vec::new(),
        window: None,
        reason: reason.to_owned(),
    })
}

/// The key of the model's newest data set, of those that were not rejected if there are
/// such; the newer ones that it is taken in place of are told.
async fn newest(
    ports: &Ports,
    model: &ModelName,
) -> Result<(Option<String>, Vec<Defect>), PortError> {
    let mut uploads = uploads::list(ports, model).await?;
    uploads.sort_by(|a, b| {
        let age = |upload: &Upload| (upload.object.modified, upload.object.key.clone());
        age(b).cmp(&age(a))
    });
    let Some(taken) = uploads.iter().position(|upload| !upload.rejected) else {
        return Ok((uploads.into_iter().next().map(|upload| upload.object.key), Vec::new()));
    };
    let key = uploads.get(taken).map(|upload| upload.object.key.clone());
    let passed_over = |upload: &Upload| {
        let message = format!(
            "`{}` is newer than the data set that is learned from, but was rejected: upload it \
             again to have it learned from",
            upload.object.key
        );
        Defect::new("passed_over", message)
    };
    Ok((key, uploads.iter().take(taken).map(passed_over).collect()))
}

/// The model's spec; the default one when it has none.
pub(crate) async fn spec(ports: &Ports, model: &ModelName) -> Result<Spec, Stop> {
    match ports.read_objects.get(&keys::spec(model)).await? {
        None => Ok(Spec::default()),
        Some(object) => Spec::parse(&object.bytes).map_err(|error| Stop::Failed(chain(&error))),
    }
}
