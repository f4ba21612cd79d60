//! The rows that a training learns from.

use model_factory::dataset::{Labelled, selection};
use model_factory::name::ModelName;
use model_factory::quality::Baseline;
use model_factory::spec::{RunMode, Spec};
use model_factory::window::Window;

use crate::admission::{self, Admitted};
use crate::captured;
use crate::dataset::DataSet;
use crate::ports::Ports;
use crate::stop::Stop;

/// The data set's rows that the spec chooses, held against the champion's constraints, and
/// those captured in the window whose labels have come in (all of them where there is no
/// target): that they differ is why they are learned from.
pub(crate) async fn read(
    ports: &Ports,
    model: &ModelName,
    run: &str,
    objects: DataSet,
    spec: &Spec,
    window: Option<Window>,
) -> Result<Admitted, Stop> {
    let baseline = admission::baseline(ports, model).await?;
    let known = baseline.as_ref().map(Baseline::date_orders).unwrap_or_default();
    let mut raw = selection::select(objects.read(ports, spec, known).await?, spec)?;
    // A run that labels its own rows has no others to learn from.
    let window = window.filter(|_| spec.training.mode == RunMode::TrainPersist);
    let Some(window) = window else {
        return admission::admit(ports, model, run, raw, spec, baseline).await;
    };
    let base = admission::admit(ports, model, run, raw.clone(), spec, baseline).await?;
    let schema = &base.data.schema;
    let captured = match &schema.target {
        Some(_) => captured::labelled_rows(ports, model, schema, window).await?,
        None => captured::rows(ports, model, schema, window).await?,
    };
    let labelled = if schema.target.is_some() { " labelled" } else { "" };
    raw.notes.push(format!("{}{labelled} rows captured in the window are added", captured.rows()));
    raw.table = raw.table.append(&captured);
    Ok(Admitted { data: Labelled::from_raw(raw, spec)?, warnings: base.warnings, raw: None })
}
