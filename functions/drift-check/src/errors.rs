//! The stream of errors, read on from where the window before has left it.

use model_factory::drift::concept::{ConceptReport, ErrorStream};
use model_factory::drift::{Outcomes, Severity};
use model_factory::name::Reference;
use model_factory::registry::DriftRecord;
use model_factory::runtime::Failure;
use model_factory::window::Window;

use crate::ports::Ports;
use crate::reference::Judge;

/// The file of a window's folder that holds the detectors as the window has left them.
pub(crate) const FILE: &str = "errors.json";

/// The detectors after a window, and what they saw in it.
pub(crate) struct Errors {
    pub(crate) stream: ErrorStream,
    /// `None` where the window has no labels.
    pub(crate) report: Option<ConceptReport>,
}

impl Errors {
    /// Reads the errors of a window with the detectors of the window before it of the
    /// same variant and version: a second check of a window reads the same again.
    pub(crate) async fn read(
        ports: &Ports,
        judge: &Judge,
        variant: &Reference,
        window: Window,
        past: &[DriftRecord],
        outcomes: Option<&Outcomes>,
    ) -> Result<Self, Failure> {
        let before = past
            .iter()
            .filter(|record| record.variant == *variant && record.version == judge.version)
            .filter(|record| record.start < window.start && record.end <= window.end)
            .max_by_key(|record| (record.end, record.start));
        let mut stream = ErrorStream::default();
        if let Some(record) = before {
            let key = record.report.replace("report.json", FILE);
            if let Some(object) = ports.read_objects.get(&key).await? {
                // One that an older function has written otherwise begins anew.
                stream = serde_json::from_slice(&object.bytes).unwrap_or_default();
            }
        }
        let known = outcomes.zip(judge.profile.performance.as_ref());
        let report = known.map(|(outcomes, performance)| {
            let threshold = judge.spec.drift.thresholds.performance;
            stream.read(outcomes.errors(performance), outcomes.usual_error(performance), threshold)
        });
        Ok(Self { stream, report })
    }

    pub(crate) fn severity(&self) -> Severity {
        self.report.as_ref().map_or(Severity::None, |report| report.severity)
    }
}
