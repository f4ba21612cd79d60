//! The rows that a training learns from.

use model_factory::dataset::{Labelled, selection};
use model_factory::name::ModelName;
use model_factory::spec::Spec;
use model_factory::window::Window;

use crate::admission::{self, Admitted};
use crate::captured;
use crate::dataset::DataSet;
use crate::ports::Ports;
use crate::stop::Stop;

/// The data set's rows that the spec chooses, held against the champion's constraints, and
/// those captured in the window whose labels have come in: that they differ is why they
/// are learned from.
pub(crate) async fn read(
    ports: &Ports,
    model: &ModelName,
    run: &str,
    objects: DataSet,
    spec: &Spec,
    window: Option<Window>,
) -> Result<Admitted, Stop> {
    let mut raw = selection::select(objects.read(ports, spec).await?, spec)?;
    let Some(window) = window else {
        return admission::admit(ports, model, run, raw, spec).await;
    };
    let base = admission::admit(ports, model, run, raw.clone(), spec).await?;
    let captured = captured::labelled_rows(ports, model, &base.data.schema, window).await?;
    raw.notes.push(format!("{} labelled rows captured in the window are added", captured.rows()));
    raw.table = raw.table.append(&captured);
    Ok(Admitted { data: Labelled::from_raw(raw, spec)?, warnings: base.warnings })
}
