//! Whether spec or data set is at fault when one does not fit the other.

use model_factory::dataset::Rejection;
use model_factory::runtime::Failure;
use model_factory::storage::keys;

use crate::job::Job;
use crate::stop::Stop;

/// The end of a run whose data set cannot be trained on. What model.toml says and the data set
/// does not bear is the spec's fault, unless the champion was trained by the very spec: then
/// it is the data set that has changed.
pub(crate) async fn stop(job: &Job<'_>, rejection: Rejection) -> Result<Stop, Failure> {
    let Job { ports, model, spec, .. } = *job;
    if !rejection.is_of_spec() {
        return Ok(Stop::Rejected(rejection));
    }
    if let Some(champion) = ports.champion(model).await?
        && champion.open()?.manifest().spec == *spec
    {
        return Ok(Stop::Rejected(rejection));
    }
    Ok(Stop::Failed(format!(
        "{}; the data set stays as it is: correct `{}`, then train again",
        rejection.summary(),
        keys::spec(model)
    )))
}
