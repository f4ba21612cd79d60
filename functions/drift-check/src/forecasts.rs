//! One model of series: how the forecasts of a window came true.

use bytes::Bytes;
use jiff::SignedDuration;
use model_factory::drift::forecasts::{CameTrue, ForecastReport, Holdout};
use model_factory::drift::{CapturedForecasts, Truth};
use model_factory::forecasting::{Actuals, Forecaster};
use model_factory::name::ModelName;
use model_factory::runtime::Failure;
use model_factory::runtime::emf::{Measured, Unit};
use model_factory::storage::keys;
use model_factory::traffic::{ground_truths, visit_captures};
use model_factory::window::Window;

use crate::ports::Ports;
use crate::reference::SeriesJudge;
use crate::report::ForecastsChecked;
use crate::request::Request;

/// The most by which a window begins earlier, so that a horizon has passed since.
const LONGEST: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Holds a window's captured forecasts against what has become known since.
pub(crate) async fn run(
    ports: &Ports,
    model: &ModelName,
    judge: &SeriesJudge,
    request: &Request,
) -> Result<ForecastsChecked, Failure> {
    let SeriesJudge { version, manifest, forecaster, spec } = judge;
    let variant = &request.variant;
    let window = window(ports, request, spec.drift.window_hours, forecaster);
    let objects = ports.read_objects.as_ref();
    let actuals = actuals(ports, model).await?;
    // A label is written after its answer.
    let (labels, _) = ground_truths(objects, model, Some(window.start)).await?;
    let truth = Truth::new(actuals.as_ref(), &labels);
    let mut captured = CapturedForecasts::new(forecaster, &truth);
    let read = visit_captures(objects, model, variant, window, |line| captured.add(&line)).await?;
    let (mut counts, versions) = captured.finish();
    counts.unreadable += read.unreadable_lines;
    let report = ForecastReport {
        model: model.clone(),
        variant: variant.clone(),
        version: *version,
        window,
        checked_at: ports.clock.now(),
        holdout: Holdout::of(manifest.metric, &manifest.metrics, forecaster),
        counts,
        versions,
    };
    let key = keys::drift(model, variant, &window.id(), *version, keys::FORECASTS);
    let json = serde_json::to_vec_pretty(&report).map_err(|error| Failure::terminal(&error))?;
    ports.write_objects.put(&key, keys::JSON, Bytes::from(json)).await?;
    ports.metrics.emit(measured(&report, &key));
    Ok(ForecastsChecked {
        model: model.clone(),
        variant: variant.clone(),
        version: *version,
        window,
        forecasts: counts.forecasts,
        steps: counts.steps,
        known: counts.known(),
        unreadable: counts.unreadable,
        report: key,
    })
}

/// The window that is asked for; or else one that begins a horizon before that of a model of
/// rows, as what is forecast becomes known only then.
fn window(ports: &Ports, request: &Request, hours: u32, forecaster: &Forecaster) -> Window {
    let window = request.window(ports.clock.now(), hours);
    if request.window.is_some() {
        return window;
    }
    let seconds = forecaster.setting.grid.seconds() * forecaster.horizon as f64;
    let ahead = SignedDuration::try_from_secs_f64(seconds).unwrap_or(LONGEST).min(LONGEST);
    let start = window.start.saturating_sub(ahead).unwrap_or(window.start);
    Window { start, ..window }
}

/// What the data set of the newest version says; `None` where its run has left nothing.
async fn actuals(ports: &Ports, model: &ModelName) -> Result<Option<Actuals>, Failure> {
    let versions = ports.registry.versions(model).await?;
    let Some(newest) = versions.iter().max_by_key(|record| record.version) else {
        return Ok(None);
    };
    let key = keys::run(model, &newest.run, keys::ACTUALS);
    let Some(object) = ports.read_objects.get(&key).await? else { return Ok(None) };
    Actuals::decode(&object.bytes).map(Some).map_err(|error| Failure::terminal(&error))
}

/// The metrics of a check.
fn measured(report: &ForecastReport, key: &str) -> Measured {
    let counts = &report.counts;
    let mut measured = Measured::at(report.checked_at)
        .of("model", report.model.as_str())
        .of("variant", report.variant.to_string())
        .with("report", key)
        .and("Forecasts", Unit::Count, counts.forecasts as f64)
        .and("ForecastSteps", Unit::Count, counts.steps as f64)
        .and("ForecastStepsKnown", Unit::Count, counts.known() as f64);
    let of_today = report.versions.iter().find(|it| it.version == report.version);
    if let Some(CameTrue { metrics, coverage, .. }) = of_today {
        if let Some(error) = metrics.get(&report.holdout.metric) {
            measured.add("ForecastError", Unit::None, *error);
        }
        if let Some(coverage) = coverage {
            measured.add("ForecastCoverage", Unit::None, coverage.measured);
        }
    }
    measured
}
