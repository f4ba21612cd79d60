//! Captured requests as rows to learn from.

use std::collections::BTreeSet;

use model_factory::capture::{CaptureLine, Rows, join};
use model_factory::dataset::{Schema, Table};
use model_factory::name::{ModelName, Reference};
use model_factory::protocol::Limits;
use model_factory::runtime::Failure;
use model_factory::traffic::{ground_truths, visit_captures};
use model_factory::window::Window;

use crate::ports::Ports;
use crate::stop::Stop;

/// The rows that the champion answered in a window, for a model that needs no labels. An
/// exchange that was captured twice counts once; one that cannot be read, or of which an
/// input was kept out of the capture, is left out.
pub(crate) async fn rows(
    ports: &Ports,
    model: &ModelName,
    schema: &Schema,
    window: Window,
) -> Result<Table, Stop> {
    let objects = ports.read_objects.as_ref();
    let mut seen = BTreeSet::new();
    let mut rows = Rows::new(schema);
    let visit = |line: CaptureLine| {
        let hidden = line.hidden().iter().any(|name| schema.input(name).is_some());
        if hidden || !seen.insert(line.event_metadata.event_id.clone()) {
            return;
        }
        if let Ok(request) = line.request(schema, &Limits::default()) {
            rows.append(&request.table);
        }
    };
    visit_captures(objects, model, &Reference::default(), window, visit).await?;
    Ok(rows.finish().map_err(|error| Failure::terminal(&error))?)
}

/// The labelled rows that the champion answered in a window.
pub(crate) async fn labelled_rows(
    ports: &Ports,
    model: &ModelName,
    schema: &Schema,
    window: Window,
) -> Result<Table, Stop> {
    let objects = ports.read_objects.as_ref();
    let mut captures = Vec::new();
    let visit = |line| captures.push(line);
    visit_captures(objects, model, &Reference::default(), window, visit).await?;
    let (truths, _) = ground_truths(objects, model, None).await?;
    let joined = join(&captures, &truths, schema, &Limits::default())
        .map_err(|error| Failure::terminal(&error))?;
    tracing::info!(counts = ?joined.counts, "captured requests are joined with their labels");
    Ok(joined.table)
}
