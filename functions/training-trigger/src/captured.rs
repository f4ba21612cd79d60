//! Captured requests whose labels have come in, as rows to learn from.

use model_factory::capture::join;
use model_factory::dataset::{Schema, Table};
use model_factory::name::{ModelName, Reference};
use model_factory::protocol::Limits;
use model_factory::runtime::Failure;
use model_factory::traffic::{ground_truths, visit_captures};
use model_factory::window::Window;

use crate::ports::Ports;
use crate::stop::Stop;

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
