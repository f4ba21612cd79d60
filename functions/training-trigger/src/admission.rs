//! Whether a data set may be trained on, given what the champion was trained on.

use model_factory::dataset::{Defect, Labelled, RawTable};
use model_factory::name::ModelName;
use model_factory::quality::{self, Admission, Baseline};
use model_factory::runtime::{Failure, write_json};
use model_factory::spec::{RunMode, Spec};
use model_factory::storage::keys;

use crate::blocking::blocking;
use crate::ports::Ports;
use crate::stop::Stop;

/// Rows that may be trained on.
pub(crate) struct Admitted {
    pub(crate) data: Labelled,
    /// What is wrong with them and yet no reason not to train.
    pub(crate) warnings: Vec<Defect>,
    /// The rows as they were uploaded, where each of them gets a label.
    pub(crate) raw: Option<RawTable>,
}

/// Holds a table against the champion's constraints, and writes which of them it
/// breaks into the run's folder.
pub(crate) async fn admit(
    ports: &Ports,
    model: &ModelName,
    run: &str,
    raw: RawTable,
    spec: &Spec,
    baseline: Option<Baseline>,
) -> Result<Admitted, Stop> {
    let own_rows = (spec.training.mode == RunMode::TrainRun).then(|| raw.clone());
    let spec = spec.clone();
    let Admission { data, warnings, violations } =
        blocking(move || Ok(quality::admit(raw, &spec, baseline.as_ref()))).await?;
    if let Some(violations) = violations {
        let key = keys::run(model, run, keys::VIOLATIONS);
        write_json(ports.write_objects.as_ref(), &key, &violations).await?;
    }
    for Defect { code, message, .. } in &warnings {
        tracing::warn!(run, code, message, "the data set is admitted with a warning");
    }
    let data = data?;
    if let Some(raw) = &own_rows
        && raw.table.rows() != data.rows()
    {
        return Err(Stop::Failed(format!(
            "{} of {} rows have no value in the target or time column, and each row is to get a \
             label (`training.mode = \"train-run\"`): fill them, or leave them out by `data.filter`",
            raw.table.rows() - data.rows(),
            raw.table.rows()
        )));
    }
    Ok(Admitted { data, warnings, raw: own_rows })
}

/// What the champion's training data promises; `None` without a champion, or for one that was
/// imported without data.
pub(crate) async fn baseline(
    ports: &Ports,
    model: &ModelName,
) -> Result<Option<Baseline>, Failure> {
    let Some(stored) = ports.champion(model).await? else { return Ok(None) };
    let artifact = stored.open()?;
    let profile = artifact.profile().map_err(|error| Failure::terminal(&error))?;
    if profile.rows == 0 {
        return Ok(None);
    }
    let manifest = artifact.manifest();
    Ok(Some(Baseline::new(manifest.schema.clone(), profile, &manifest.spec)))
}
