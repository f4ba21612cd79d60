//! One model's window, compared.

use jiff::{SignedDuration, Timestamp};
use model_factory::drift::{self, Outcomes, Report, Severity, Subject, Terms, Verdict, retraining};
use model_factory::name::ModelName;
use model_factory::profile::Profile;
use model_factory::runtime::Failure;
use model_factory::window::Window;

use crate::errors::Errors;
use crate::findings::Findings;
use crate::forecasts;
use crate::hours::{self, Counted};
use crate::labels;
use crate::ports::Ports;
use crate::reference::{self, Judge, Loaded};
use crate::report::{Checked, ForecastsChecked, Reason};
use crate::request::Request;

/// How many windows before this one matter to its page.
const SHOWN: i32 = 30;

/// What came of the check of one model.
pub(crate) enum Outcome {
    /// Its rows were compared.
    Rows(Checked),
    /// Its forecasts were held against what has become known.
    Forecasts(ForecastsChecked),
    /// Nothing was.
    None(Reason),
}

/// Checks one model, or tells why it cannot be.
pub(crate) async fn run(
    ports: &Ports,
    model: &ModelName,
    request: &Request,
) -> Result<Outcome, Failure> {
    match reference::load(ports, model, &request.variant).await? {
        Some(Loaded::Rows(judge)) => rows(ports, model, *judge, request).await.map(Outcome::Rows),
        Some(Loaded::Series(judge)) => {
            forecasts::run(ports, model, &judge, request).await.map(Outcome::Forecasts)
        }
        None => Ok(Outcome::None(Reason::NoVersion)),
    }
}

/// Compares a window's rows with what the version was trained on.
async fn rows(
    ports: &Ports,
    model: &ModelName,
    mut judge: Judge,
    request: &Request,
) -> Result<Checked, Failure> {
    let variant = &request.variant;
    let window = request.window(ports.clock.now(), judge.spec.drift.window_hours);
    let past = ports.drift_log.drift_records(model, Some(since(&judge, window))).await?;
    let mut counted = hours::observe(ports, &judge, model, variant, window).await?;
    leave_out(&mut judge.profile, &mut counted);
    let outcomes = labels::outcomes(ports, &judge, model, variant, window).await?;
    let mut report = compare(&judge, model, window, &counted, outcomes.as_ref())?;
    let errors = Errors::read(ports, &judge, variant, window, &past, outcomes.as_ref()).await?;
    if errors.severity() == Severity::Drift && report.verdict == Verdict::Stable {
        report.verdict = Verdict::Drift;
    }
    let findings = Findings {
        ports,
        model,
        request,
        judge: &judge,
        counted: &counted,
        report: &report,
        errors: &errors,
        past: &past,
    };
    findings.publish().await
}

/// From when on history matters to a window.
fn since(judge: &Judge, window: Window) -> Timestamp {
    let length = window.end.duration_since(window.start);
    let shown = length.checked_mul(SHOWN).unwrap_or(SignedDuration::MAX);
    let back = shown.max(retraining::looks_back(&judge.spec.drift.retraining, length));
    window.start.saturating_sub(back).unwrap_or(Timestamp::MIN)
}

/// Compares no column whose values were kept out of the captures, and no answer that was
/// given by them: they are not missing, only unknown here.
fn leave_out(profile: &mut Profile, counted: &mut Counted) {
    let Counted { chunks, hidden, .. } = counted;
    let before = profile.inputs.len();
    profile.inputs.retain(|column| !hidden.contains(&column.name));
    if profile.inputs.len() < before {
        tracing::info!(?hidden, "columns that captures do not hold are not compared");
        profile.outputs.clear();
        profile.joint = None;
        profile.performance = None;
        for seen in chunks.iter_mut().map(|chunk| &mut chunk.observed) {
            seen.inputs.retain(|column| !hidden.contains(&column.name));
            seen.outputs.clear();
            seen.joint = None;
            seen.expected = None;
        }
    }
}

fn compare(
    judge: &Judge,
    model: &ModelName,
    window: Window,
    counted: &Counted,
    outcomes: Option<&Outcomes>,
) -> Result<Report, Failure> {
    let Judge { manifest, profile, spec, version, .. } = judge;
    let subject = Subject { model: model.to_string(), version: version.number(), window };
    let terms = Terms {
        thresholds: &spec.drift.thresholds,
        importance: &manifest.importance,
        time: manifest.spec.time.as_deref(),
    };
    let seen = drift::Seen { chunks: &counted.chunks, outcomes };
    let mut report =
        drift::check(subject, profile, seen, terms).map_err(|error| Failure::terminal(&error))?;
    report.quieten(&spec.drift.quiet);
    Ok(report)
}
