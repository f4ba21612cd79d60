//! What a check found, written, recorded and told.

use bytes::Bytes;
use jiff::Timestamp;
use model_factory::drift::concept::ConceptReport;
use model_factory::drift::{Alert, ColumnReport, Report, Verdict, html, retraining};
use model_factory::events::{Event, EventKind};
use model_factory::name::{ModelName, Reference};
use model_factory::profile::Observation;
use model_factory::quality::Violations;
use model_factory::registry::{DriftRecord, RetrainingDecision};
use model_factory::runtime::Failure;
use model_factory::storage::keys;
use serde::Serialize;
use serde_json::{Value, json};

use crate::errors::{self, Errors};
use crate::hours::Counted;
use crate::metrics;
use crate::ports::Ports;
use crate::reference::Judge;
use crate::report::Checked;
use crate::request::Request;

/// The findings of one check.
pub(crate) struct Findings<'a> {
    pub(crate) ports: &'a Ports,
    pub(crate) model: &'a ModelName,
    pub(crate) request: &'a Request,
    pub(crate) judge: &'a Judge,
    pub(crate) counted: &'a Counted,
    pub(crate) report: &'a Report,
    pub(crate) errors: &'a Errors,
    /// The records of earlier checks.
    pub(crate) past: &'a [DriftRecord],
}

impl Findings<'_> {
    /// Writes the reports, records the verdict and, last, tells of drift: by events whose
    /// ids follow from variant, version and window, so that a repeated check alarms and
    /// trains once.
    pub(crate) async fn publish(&self) -> Result<Checked, Failure> {
        let Self { ports, model, judge, counted, report, errors, past, .. } = *self;
        let mut record = self.record();
        if report.verdict == Verdict::Drift {
            let policy = &judge.spec.drift.retraining;
            let wanted = self.request.retrain;
            record.retraining = Some(retraining::decide(policy, past, &record, wanted));
        }
        let observed = counted.observed(judge)?;
        let concept = errors.report.as_ref();
        let page = html::render(
            report,
            concept,
            html::Checked { reference: &judge.profile, observed: &observed },
            html::Records { past, current: &record },
        );
        let told = Told {
            variant: &record.variant,
            checked_at: record.checked_at,
            retraining: record.retraining.as_ref(),
            concept,
            report,
        };
        self.write("report.json", keys::JSON, json_of(&told)?).await?;
        self.write("report.html", keys::HTML, page.into()).await?;
        self.write(keys::VIOLATIONS, keys::JSON, json_of(&self.violations(&observed))?).await?;
        self.write(errors::FILE, keys::JSON, json_of(&errors.stream)?).await?;
        ports.drift_log.record_drift(&record).await?;
        let columns = judge.spec.drift.column_metrics;
        ports.metrics.emit(metrics::measured(report, &record, columns));
        let events = self.events(&record);
        if !events.is_empty() {
            ports.events.publish(&events).await?;
        }
        Ok(Checked {
            model: model.clone(),
            variant: record.variant,
            version: judge.version,
            window: report.window,
            verdict: report.verdict,
            rows: report.rows,
            unreadable: counted.unfit + counted.read.unreadable_lines,
            columns: record.columns,
            retraining: record.retraining,
            report: self.key("report.html"),
        })
    }

    fn key(&self, file: &str) -> String {
        let Self { model, request, judge, report, .. } = self;
        keys::drift(model, &request.variant, &report.window.id(), judge.version, file)
    }

    async fn write(&self, file: &str, content_type: &str, bytes: Bytes) -> Result<(), Failure> {
        Ok(self.ports.write_objects.put(&self.key(file), content_type, bytes).await?)
    }

    fn record(&self) -> DriftRecord {
        let Self { ports, model, request, judge, report, .. } = self;
        DriftRecord {
            model: (*model).clone(),
            variant: request.variant.clone(),
            version: judge.version,
            start: report.window.start,
            end: report.window.end,
            verdict: report.verdict.name().to_owned(),
            rows: report.rows,
            columns: report.drifted().map(|column| column.name.clone()).collect(),
            trends: report.trends(),
            score: report.score(),
            retraining: None,
            report: self.key("report.json"),
            checked_at: ports.clock.now(),
        }
    }

    /// What the window breaks of the constraints that training has stored.
    fn violations(&self, observed: &Observation) -> Violations {
        let Judge { profile, spec, .. } = self.judge;
        let broken = model_factory::quality::observed(profile, observed, spec);
        let drifted = self.report.drifted().map(ColumnReport::defect);
        Violations::of(broken.iter().chain(&drifted.collect::<Vec<_>>()))
    }

    fn events(&self, record: &DriftRecord) -> Vec<Event> {
        let Self { model, judge, report, errors, past, .. } = self;
        let Some(decision) = &record.retraining else { return Vec::new() };
        let (window, version, variant) = (report.window, judge.version, &record.variant);
        let id = format!("drift/{model}/{variant}/{}/{version}", window.id());
        let time = record.checked_at;
        let silenced = judge.spec.drift.silent_until.filter(|until| time < *until);
        let event = |id, kind, data| Event { id, kind, subject: model.to_string(), time, data };
        let mut events = vec![event(
            id.clone(),
            EventKind::DriftDetected,
            json!({
                "model": model,
                "variant": variant,
                "version": version,
                "window": window,
                "rows": report.rows,
                "columns": report.drifted().map(summary).collect::<Vec<_>>(),
                "report": self.key("report.html"),
                "retraining": decision,
                "silenced": silenced.is_some(),
                "alert": Alert::new(report, errors.report.as_ref(), past, record),
            }),
        )];
        if decision.requested {
            events.push(event(
                format!("{id}/retrain"),
                EventKind::RetrainRequested,
                json!({
                    "model": model,
                    "window": window,
                    "reason": format!("drift of version {version}: {}", decision.reason),
                    "force": true,
                }),
            ));
        }
        events
    }
}

/// The report with what was decided about it.
#[derive(Serialize)]
struct Told<'a> {
    variant: &'a Reference,
    checked_at: Timestamp,
    retraining: Option<&'a RetrainingDecision>,
    concept: Option<&'a ConceptReport>,
    #[serde(flatten)]
    report: &'a Report,
}

fn json_of(value: &impl Serialize) -> Result<Bytes, Failure> {
    let json = serde_json::to_vec_pretty(value).map_err(|error| Failure::terminal(&error))?;
    Ok(json.into())
}

fn summary(column: &ColumnReport) -> Value {
    let strongest = column.strongest();
    json!({
        "name": column.name,
        "effect": strongest.map(|signal| signal.effect.measure),
        "effect_size": strongest.map(|signal| signal.effect.value),
        "p_value": strongest.map(|signal| signal.test.adjusted_p_value),
        "importance": column.importance,
    })
}
