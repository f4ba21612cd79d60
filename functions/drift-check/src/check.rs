//! One model's window, compared.

use jiff::SignedDuration;
use model_factory::drift::{self, Report, Subject, Terms};
use model_factory::name::ModelName;
use model_factory::profile::Profile;
use model_factory::runtime::Failure;
use model_factory::window::{Window, whole_hour};

use crate::findings::Findings;
use crate::hours::{self, Seen};
use crate::ports::Ports;
use crate::reference::{self, Judge};
use crate::report::Checked;
use crate::request::Request;

/// Checks one model; `None` when no version answers for the variant.
pub(crate) async fn run(
    ports: &Ports,
    model: &ModelName,
    request: &Request,
) -> Result<Option<Checked>, Failure> {
    let variant = &request.variant;
    let Some(mut judge) = reference::load(ports, model, variant).await? else { return Ok(None) };
    let window = window(ports, request, judge.spec.drift.window_hours);
    let mut seen = hours::observe(ports, &judge, model, variant, window).await?;
    leave_out(&mut judge.profile, &mut seen);
    let subject = Subject { model: model.to_string(), version: judge.version.number(), window };
    let report = compare(&judge, subject, &seen)?;
    let findings = Findings { ports, model, request, judge: &judge, seen: &seen, report: &report };
    findings.publish().await.map(Some)
}

/// The window that is asked for, or else the spec's span up to the last whole hour, so
/// that windows of a schedule consist of hours whose counts can be kept.
fn window(ports: &Ports, request: &Request, hours: u32) -> Window {
    request.window.unwrap_or_else(|| {
        let until = request.until.unwrap_or_else(|| ports.clock.now());
        let end = whole_hour(until).unwrap_or(until);
        Window { start: end - SignedDuration::from_hours(hours.into()), end }
    })
}

/// Compares no column whose values were kept out of the captures, and no answer that was
/// given by them: they are not missing, only unknown here.
fn leave_out(profile: &mut Profile, seen: &mut Seen) {
    let Seen { observed, chunks, hidden, .. } = seen;
    let before = profile.inputs.len();
    profile.inputs.retain(|column| !hidden.contains(&column.name));
    if profile.inputs.len() < before {
        tracing::info!(?hidden, "columns that captures do not hold are not compared");
        profile.outputs.clear();
        profile.joint = None;
        profile.performance = None;
        let chunks = chunks.iter_mut().map(|chunk| &mut chunk.observed);
        for seen in std::iter::once(observed).chain(chunks) {
            seen.inputs.retain(|column| !hidden.contains(&column.name));
            seen.outputs.clear();
            seen.joint = None;
            seen.expected = None;
        }
    }
}

fn compare(judge: &Judge, subject: Subject, seen: &Seen) -> Result<Report, Failure> {
    let Judge { manifest, profile, spec, .. } = judge;
    let terms = Terms {
        thresholds: &spec.drift.thresholds,
        importance: &manifest.importance,
        time: manifest.spec.time.as_deref(),
    };
    let seen = drift::Seen { chunks: &seen.chunks, outcomes: None };
    let mut report =
        drift::check(subject, profile, seen, terms).map_err(|error| Failure::terminal(&error))?;
    report.quieten(&spec.drift.quiet);
    Ok(report)
}
