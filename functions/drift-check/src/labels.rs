//! Late labels of a window's answers.

use std::collections::BTreeSet;

use model_factory::capture::{CaptureLine, join};
use model_factory::drift::Outcomes;
use model_factory::name::{ModelName, Reference};
use model_factory::protocol::Limits;
use model_factory::runtime::Failure;
use model_factory::traffic::{ground_truths, visit_captures};
use model_factory::window::Window;

use crate::ports::Ports;
use crate::reference::Judge;

/// What the version answers to the requests of a window whose labels have come in;
/// `None` when none have. Memory holds those requests only.
pub(crate) async fn outcomes(
    ports: &Ports,
    judge: &Judge,
    model: &ModelName,
    variant: &Reference,
    window: Window,
) -> Result<Option<Outcomes>, Failure> {
    let objects = ports.read_objects.as_ref();
    // A label is written after its answer.
    let (truths, _) = ground_truths(objects, model, Some(window.start)).await?;
    if truths.is_empty() {
        return Ok(None);
    }
    let known: BTreeSet<&str> =
        truths.iter().map(|truth| truth.event_metadata.event_id.as_str()).collect();
    let mut labelled: Vec<CaptureLine> = Vec::new();
    visit_captures(objects, model, variant, window, |line| {
        let event = &line.event_metadata;
        let ids = [Some(event.event_id.as_str()), event.inference_id.as_deref()];
        if ids.into_iter().flatten().any(|id| known.contains(id)) {
            labelled.push(line);
        }
    })
    .await?;
    let schema = &judge.manifest.schema;
    let joined = join(&labelled, &truths, schema, &Limits::default())
        .map_err(|error| Failure::terminal(&error))?;
    tracing::info!(counts = ?joined.counts, "answers are joined with their labels");
    let target = schema.target.as_deref().and_then(|target| joined.table.column(target));
    let Some(labels) = target else { return Ok(None) };
    let predictions =
        judge.predictor.predict(&joined.table).map_err(|error| Failure::terminal(&error))?;
    let outcomes = Outcomes::new(&joined.times, &predictions, labels, &schema.task);
    Ok(outcomes.filter(|outcomes| outcomes.rows() > 0))
}
