//! One model's window, compared.

use jiff::SignedDuration;
use model_factory::drift::{self, Report, Subject};
use model_factory::name::{ModelName, Reference};
use model_factory::profile::Observation;
use model_factory::protocol::Limits;
use model_factory::runtime::Failure;
use model_factory::traffic::visit_captures;
use model_factory::window::Window;

use crate::champion::{self, Champion};
use crate::findings;
use crate::ports::Ports;
use crate::report::Checked;
use crate::request::Request;

/// Checks one model; `None` when it has no champion.
pub(crate) async fn run(
    ports: &Ports,
    model: &ModelName,
    request: &Request,
) -> Result<Option<Checked>, Failure> {
    let Some(champion) = champion::load(ports, model).await? else { return Ok(None) };
    let window = request.window.unwrap_or_else(|| {
        let end = request.until.unwrap_or_else(|| ports.clock.now());
        let hours = champion.manifest.spec.drift.window_hours;
        Window { start: end - SignedDuration::from_hours(hours.into()), end }
    });
    let (observed, unreadable) = observe(ports, model, &champion, window).await?;
    let subject = Subject { model: model.to_string(), version: champion.version.number(), window };
    let report = compare(&champion, subject, &observed)?;
    findings::publish(ports, model, &champion, &report, &observed, unreadable).await.map(Some)
}

/// Counts the window's inputs, and what the champion answers to them, in the bins
/// of its profile.
async fn observe(
    ports: &Ports,
    model: &ModelName,
    champion: &Champion,
    window: Window,
) -> Result<(Observation, usize), Failure> {
    let Champion { manifest, predictor, profile, .. } = champion;
    let limits = Limits::default();
    let mut observed = profile.observer();
    let mut unreadable = 0;
    let counts =
        visit_captures(ports.read_objects.as_ref(), model, &Reference::default(), window, |line| {
            match line.request(&manifest.schema, &limits) {
                Ok(request) => {
                    observed.add(&request.table);
                    match predictor.predict(&request.table) {
                        Ok(predictions) => observed.add_predictions(&predictions),
                        Err(_) => unreadable += 1,
                    }
                }
                // A request of a version with another schema.
                Err(_) => unreadable += 1,
            }
        })
        .await?;
    tracing::info!(
        model = model.as_str(),
        files = counts.files,
        rows = observed.rows,
        unreadable,
        "the window is read"
    );
    Ok((observed, unreadable + counts.unreadable_lines))
}

fn compare(
    champion: &Champion,
    subject: Subject,
    observed: &Observation,
) -> Result<Report, Failure> {
    let Champion { manifest, profile, .. } = champion;
    let thresholds = &manifest.spec.drift.thresholds;
    drift::check(subject, profile, observed, thresholds, &manifest.importance)
        .map_err(|error| Failure::terminal(&error))
}
