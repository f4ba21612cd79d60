//! Whether the champion is old enough to be replaced.

use model_factory::name::{Alias, ModelName};
use model_factory::port_error::PortError;
use model_factory::spec::Spec;

use crate::ports::Ports;

/// Why no training is needed yet: the champion is younger than `training.min_age`.
/// Its age counts from its registration, not from the last move of the alias: a
/// champion that was rolled back to is as old as what it has learned.
pub(crate) async fn too_young(
    ports: &Ports,
    model: &ModelName,
    spec: &Spec,
) -> Result<Option<String>, PortError> {
    let Some(least) = spec.training.min_age else { return Ok(None) };
    let Some(champion) = ports.registry.alias(model, &Alias::champion()).await? else {
        return Ok(None);
    };
    let Some(record) = ports.registry.version(model, champion.version).await? else {
        return Ok(None);
    };
    let age = ports.clock.now().duration_since(record.created_at);
    Ok((age < least.get()).then(|| {
        format!(
            "the champion, version {}, is {:#} old, younger than `training.min_age` ({least}): \
             force the training to have it all the same",
            record.version,
            age.round(jiff::Unit::Second).unwrap_or(age)
        )
    }))
}
