//! Which version answers a request.

use std::borrow::Cow;

use model_factory::name::{ModelName, Reference};
use model_factory::protocol::problem::Problem;
use model_factory::serving::Assigned;

use crate::ports::{Ports, unloaded};
use crate::telemetry::Answerer;

/// The version that answers, by the id of the exchange where several share an alias; it is noted
/// who answers.
pub(crate) async fn assign<'a, 'i>(
    ports: &Ports,
    model: &ModelName,
    reference: &Reference,
    id: impl FnOnce() -> Cow<'i, str>,
    answerer: &'a mut Option<Answerer>,
) -> Result<(Assigned, &'a mut Answerer), Problem> {
    let assigned = ports.models.assign(model, reference, id).await;
    let assigned = assigned.map_err(|error| unloaded(model, error))?;
    let answerer = answerer.insert(Answerer {
        model: model.clone(),
        version: assigned.model.version,
        variant: assigned.variant.clone(),
        cached: assigned.cached,
        rows: 0,
    });
    Ok((assigned, answerer))
}
