//! What a check found, written, recorded and told.

use model_factory::drift::{ColumnReport, Report, Verdict, html};
use model_factory::events::{Event, EventKind};
use model_factory::name::ModelName;
use model_factory::profile::Observation;
use model_factory::registry::DriftRecord;
use model_factory::runtime::Failure;
use model_factory::storage::keys;
use serde_json::{Value, json};

use crate::champion::Champion;
use crate::ports::Ports;
use crate::report::Checked;

/// Writes the reports, records the verdict and, last, tells of drift: an event whose
/// id follows from model, version and window, so that a repeated check retrains once.
pub(crate) async fn publish(
    ports: &Ports,
    model: &ModelName,
    champion: &Champion,
    report: &Report,
    observed: &Observation,
    unreadable: usize,
) -> Result<Checked, Failure> {
    let window = report.window;
    let key = |file| keys::drift(model, &window.id(), file);
    let json_report =
        serde_json::to_vec_pretty(report).map_err(|error| Failure::terminal(&error))?;
    let page = html::render(report, &champion.profile, observed);
    ports.write_objects.put(&key("report.json"), keys::JSON, json_report.into()).await?;
    ports.write_objects.put(&key("report.html"), keys::HTML, page.into()).await?;
    let columns: Vec<String> = report.drifted().map(|column| column.name.clone()).collect();
    ports
        .drift_log
        .record_drift(&DriftRecord {
            model: model.clone(),
            version: champion.version,
            start: window.start,
            end: window.end,
            verdict: report.verdict.name().to_owned(),
            rows: report.rows,
            columns: columns.clone(),
            report: key("report.json"),
            checked_at: ports.clock.now(),
        })
        .await?;
    if report.verdict == Verdict::Drift {
        let event = Event {
            id: format!("drift/{model}/{}/{}", window.id(), champion.version),
            kind: EventKind::DriftDetected,
            subject: model.to_string(),
            time: ports.clock.now(),
            data: json!({
                "model": model,
                "version": champion.version,
                "window": window,
                "rows": report.rows,
                "columns": report.drifted().map(summary).collect::<Vec<_>>(),
                "report": key("report.html"),
            }),
        };
        ports.events.publish(&[event]).await?;
    }
    Ok(Checked {
        model: model.clone(),
        version: champion.version,
        window,
        verdict: report.verdict,
        rows: report.rows,
        unreadable,
        columns,
        report: key("report.html"),
    })
}

fn summary(column: &ColumnReport) -> Value {
    let strongest = column.strongest();
    json!({
        "name": column.name,
        "effect": strongest.map(|signal| signal.effect.measure),
        "effect_size": strongest.map(|signal| signal.effect.value),
        "p_value": strongest.map(|signal| signal.test.adjusted_p_value),
    })
}
