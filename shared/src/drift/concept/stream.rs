//! The detectors, side by side on one stream of errors.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Adwin, Ddm, PageHinkley};
use crate::drift::report::Severity;

/// The most alarms that a report lists.
const LISTED: usize = 20;

/// The detectors of one model version, and how far they have read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ErrorStream {
    adwin: Adwin,
    page_hinkley: PageHinkley,
    ddm: Ddm,
    /// How many errors were read in all.
    read: u64,
    /// The time of the latest answer whose error was read.
    until: Option<Timestamp>,
}

/// What a stream of errors shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConceptReport {
    /// How many answers with labels were read, of those that had not been read before.
    pub labels: u64,
    /// How many answers ADWIN's window holds: since the last change.
    pub window: u64,
    /// The mean error in ADWIN's window.
    pub error: f64,
    /// The usual error, on rows that the model had not seen when it was trained.
    pub reference_error: f64,
    /// The alarms, the earliest first; at most 20.
    pub alarms: Vec<Alarm>,
    /// Drift when ADWIN's window has moved to an error that is worse than the
    /// reference's by more than `performance`; a warning for any other alarm of ADWIN or
    /// Page–Hinkley. DDM, which is quick to alarm in its first rows, informs only.
    pub severity: Severity,
}

/// A change that a detector has seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// Which detector.
    pub detector: Detector,
    /// The time of the answer at which it was seen.
    pub at: Timestamp,
    /// ADWIN's mean error just before that answer.
    pub before: f64,
    /// ADWIN's mean error just after.
    pub after: f64,
}

/// The detectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detector {
    /// Adaptive windowing: the mean of a part differs from the rest.
    Adwin,
    /// Page–Hinkley: deviations from the mean have summed up.
    PageHinkley,
    /// The drift detection method: the share of wrong answers is above its best.
    Ddm,
}

impl Detector {
    /// The detector's name, as people write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Adwin => "ADWIN",
            Self::PageHinkley => "Page–Hinkley",
            Self::Ddm => "DDM",
        }
    }
}

impl ErrorStream {
    /// Takes in errors between 0 and 1 with the time of their answers, in any order, and
    /// tells what has changed. Those that are not later than all that were read before
    /// are passed over, so that windows may overlap.
    ///
    /// The error of a class is 0 or 1. Of a number it is `r / (1 + r)`, where `r` is the
    /// absolute error as a multiple of the reference's mean one: 0.5 is the usual size.
    /// DDM, which counts, takes 0.5 and more for wrong.
    #[must_use]
    pub fn read(
        &mut self,
        errors: impl IntoIterator<Item = (Timestamp, f64)>,
        reference_error: f64,
        performance: f64,
    ) -> ConceptReport {
        let mut errors: Vec<(Timestamp, f64)> = errors
            .into_iter()
            .filter(|(at, error)| self.until.is_none_or(|until| *at > until) && error.is_finite())
            .collect();
        errors.sort_by_key(|(at, _)| *at);
        let mut alarms = Vec::new();
        for &(at, error) in &errors {
            let before = self.adwin.mean();
            let found = [
                (Detector::Adwin, self.adwin.update(error)),
                (Detector::PageHinkley, self.page_hinkley.update(error)),
                (Detector::Ddm, self.ddm.update(error >= 0.5)),
            ];
            let after = self.adwin.mean();
            let alarm = |(detector, _)| Alarm { detector, at, before, after };
            alarms.extend(found.into_iter().filter(|(_, changed)| *changed).map(alarm));
        }
        self.read += errors.len() as u64;
        self.until = errors.last().map(|(at, _)| *at).or(self.until);
        let rises = |alarm: &Alarm| alarm.detector == Detector::Adwin && alarm.after > alarm.before;
        let worse = self.adwin.mean() > reference_error * (1.0 + performance);
        let severity = if worse && alarms.iter().any(rises) {
            Severity::Drift
        } else if alarms.iter().any(|alarm| alarm.detector != Detector::Ddm) {
            Severity::Warning
        } else {
            Severity::None
        };
        alarms.truncate(LISTED);
        ConceptReport {
            labels: errors.len() as u64,
            window: self.adwin.width(),
            error: self.adwin.mean(),
            reference_error,
            alarms,
            severity,
        }
    }
}
