//! How captured forecasts came true.
//!
//! Each forecast was answered before its steps were known. When a later data set or a label
//! tells what came of a step, the forecast is held against it, as it was given: by whichever
//! version, of the series that somebody asked for, from regressors as they were supposed.
//!
//! No verdict follows. How far a forecast misses depends on how far ahead it looks, neighbouring
//! steps miss together, and what is asked for is no sample; so no test would hold its level.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::capture::{CaptureLine, GroundTruth};
use crate::dataset::Target;
use crate::forecasting::{Actual, Actuals, Forecaster, quantiles};
use crate::learners::Predictions;
use crate::metrics::{Evaluation, Metric};
use crate::name::{ModelName, Reference, Version};
use crate::protocol::forecasts::Told;
use crate::window::Window;

/// How the forecasts of a window came true.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ForecastReport {
    /// The model.
    pub model: ModelName,
    /// Whose forecasts: the version or alias that was asked.
    pub variant: Reference,
    /// The version that answers for the variant today.
    pub version: Version,
    /// When they were answered.
    pub window: Window,
    /// When they were looked at.
    pub checked_at: Timestamp,
    /// How well that version did on the steps that were held out of its training.
    pub holdout: Holdout,
    /// What was found.
    #[serde(flatten)]
    pub counts: ForecastCounts,
    /// How the forecasts of each version came true, the oldest first.
    pub versions: Vec<CameTrue>,
}

/// How well a version did on the steps that were held out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Holdout {
    /// The metric that ranks the model's versions.
    pub metric: Metric,
    /// The metrics.
    pub metrics: BTreeMap<Metric, f64>,
    /// With which probability the truth was to lie between the outermost quantiles.
    pub promised: f64,
}

/// What was found in a window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForecastCounts {
    /// Forecasts that were captured.
    pub forecasts: usize,
    /// Captured lines that cannot be read as forecasts.
    pub unreadable: usize,
    /// Steps that were forecast: one that a version was asked for several times counts once.
    pub steps: usize,
    /// Of these, steps whose truth a label tells.
    pub known_by_labels: usize,
    /// Of these, steps whose truth a later data set tells.
    pub known_by_data: usize,
    /// Forecasts with another number of labels than of steps, or with labels that are no
    /// numbers.
    pub unfit_labels: usize,
}

impl ForecastCounts {
    /// How many steps have a truth that is known.
    #[must_use]
    pub fn known(&self) -> usize {
        self.known_by_labels + self.known_by_data
    }
}

/// How the forecasts of one version came true.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CameTrue {
    /// The version.
    pub version: Version,
    /// Steps that it forecast.
    pub steps: usize,
    /// Of these, steps of which the truth is known.
    pub known: usize,
    /// Of how many series, as far as captures name them.
    pub series: usize,
    /// How far the forecasts of known steps missed; `mase` where a data set tells all of their
    /// series. Empty without known steps.
    pub metrics: BTreeMap<Metric, f64>,
    /// How often the truth lay between the outermost quantiles; `None` where no known step has
    /// two.
    pub coverage: Option<Coverage>,
}

/// How often the truth lay between the outermost quantiles.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// How many known steps have an interval.
    pub steps: usize,
    /// With which probability it was to lie there, in the mean of these steps.
    pub promised: f64,
    /// The share of these steps where it did.
    pub measured: f64,
}

/// What is known by now of the steps that were forecast.
#[derive(Debug)]
pub struct Truth<'a> {
    actuals: Option<&'a Actuals>,
    labels: HashMap<&'a str, &'a GroundTruth>,
}

impl<'a> Truth<'a> {
    /// What a later data set and labels tell; of several labels of an exchange the last one
    /// counts.
    #[must_use]
    pub fn new(actuals: Option<&'a Actuals>, labels: &'a [GroundTruth]) -> Self {
        let by_event = |label: &'a GroundTruth| (label.event_metadata.event_id.as_str(), label);
        Self { actuals, labels: labels.iter().map(by_event).collect() }
    }

    /// The label of an exchange, by our id of it or else by the client's.
    fn label_of(&self, line: &CaptureLine) -> Option<&'a GroundTruth> {
        let event = &line.event_metadata;
        let by_inference = || self.labels.get(event.inference_id.as_deref()?);
        self.labels.get(event.event_id.as_str()).or_else(by_inference).copied()
    }
}

/// What a forecast is of. What a capture does not name is only known by its exchange.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Series(Vec<String>),
    Exchange(String),
}

/// One step as it was forecast, and what came of it.
#[derive(Debug, Clone, Copy, Default)]
struct Step {
    forecast: Option<f64>,
    /// The outermost quantiles, and the probability between them.
    interval: Option<(f64, f64, f64)>,
    label: Option<f64>,
    actual: Option<f64>,
    /// What counts as an error of 1.
    scale: f64,
}

impl Step {
    /// A label is of the very exchange.
    fn truth(&self) -> Option<f64> {
        self.label.or(self.actual)
    }
}

/// Collects the forecasts of a window.
#[derive(Debug)]
pub struct CapturedForecasts<'a> {
    forecaster: &'a Forecaster,
    truth: &'a Truth<'a>,
    counts: ForecastCounts,
    /// The ids whose label has found its exchange: a client may give all of its requests the
    /// same.
    used: BTreeSet<&'a str>,
    /// By version and series, and by instant; or by the place of the step where the instant is
    /// not known.
    steps: BTreeMap<(Version, Subject), BTreeMap<i64, Step>>,
}

impl<'a> CapturedForecasts<'a> {
    /// None yet, of a model whose series are named as `forecaster` does.
    #[must_use]
    pub fn new(forecaster: &'a Forecaster, truth: &'a Truth<'a>) -> Self {
        Self {
            forecaster,
            truth,
            counts: ForecastCounts::default(),
            used: BTreeSet::new(),
            steps: BTreeMap::new(),
        }
    }

    /// Adds a captured line. A step that a version forecasts again takes the place of the
    /// earlier one: it differs by what was supposed or asked for only.
    pub fn add(&mut self, line: &CaptureLine) {
        let version = line.model_factory.as_ref().map(|origin| origin.version);
        let (Some(version), Ok(told)) = (version, line.forecast(self.forecaster)) else {
            self.counts.unreadable += 1;
            return;
        };
        self.counts.forecasts += 1;
        let labels = self.labels(line, told.steps);
        let series = told.series.as_ref().filter(|_| told.instants.is_some());
        let actual = series.and_then(|key| self.actual(key, &told));
        let subject = match series {
            Some(key) => Subject::Series(key.clone()),
            None => Subject::Exchange(line.event_metadata.event_id.clone()),
        };
        let of_subject = self.steps.entry((version, subject)).or_default();
        for place in 0..told.steps {
            let instant = told.instants.as_ref().and_then(|all| all.get(place)).copied();
            let label = labels.as_ref().and_then(|all| all.get(place).copied().flatten());
            let step = of_subject.entry(instant.unwrap_or(place as i64)).or_default();
            *step = Step {
                forecast: told.values.as_ref().and_then(|values| values.get(place)).copied(),
                interval: interval(&told, place),
                label: label.or(step.label),
                actual: actual.zip(instant).and_then(|((all, of), at)| all.at(of, at)),
                scale: actual.map_or(f64::NAN, |(_, actual)| actual.scale),
            };
        }
    }

    /// The true values that were told of an exchange, one a step.
    fn labels(&mut self, line: &CaptureLine, steps: usize) -> Option<Vec<Option<f64>>> {
        let label = self.truth.label_of(line)?;
        if !self.used.insert(&label.event_metadata.event_id) {
            return None;
        }
        let fitting = label.numbers().ok().filter(|numbers| numbers.len() == steps);
        self.counts.unfit_labels += usize::from(fitting.is_none());
        fitting
    }

    /// What the later data set tells of a series, unless its steps are of another length.
    fn actual(&self, key: &[String], told: &Told) -> Option<(&'a Actuals, &'a Actual)> {
        let actuals = self.truth.actuals.filter(|it| it.keys == self.forecaster.keys)?;
        let frequency = told.frequency.unwrap_or(self.forecaster.setting.grid.frequency);
        let series = actuals.find(key).filter(|_| actuals.grid.frequency == frequency)?;
        Some((actuals, series))
    }

    /// What was found, and how the forecasts of each version came true.
    #[must_use]
    pub fn finish(self) -> (ForecastCounts, Vec<CameTrue>) {
        let Self { mut counts, steps, .. } = self;
        let all = || steps.values().flat_map(BTreeMap::values);
        counts.steps = all().count();
        counts.known_by_labels = all().filter(|step| step.label.is_some()).count();
        counts.known_by_data =
            all().filter(|step| step.label.is_none() && step.actual.is_some()).count();
        let versions: BTreeSet<Version> = steps.keys().map(|(version, _)| *version).collect();
        let came_true = |version| {
            let of_version = || steps.iter().filter(move |((of, _), _)| *of == version);
            let series = |((_, subject), _): &(&(Version, Subject), _)| {
                matches!(subject, Subject::Series(_))
            };
            let steps: Vec<Step> =
                of_version().flat_map(|(_, steps)| steps.values().copied()).collect();
            CameTrue::of(version, of_version().filter(series).count(), &steps)
        };
        (counts, versions.into_iter().map(came_true).collect())
    }
}

impl CameTrue {
    fn of(version: Version, series: usize, steps: &[Step]) -> Self {
        let known = || steps.iter().filter_map(|step| Some((step, step.truth()?)));
        let scored: Vec<(f64, f64, f64)> =
            known().filter_map(|(step, truth)| Some((truth, step.forecast?, step.scale))).collect();
        let inside =
            |((low, high, _), truth): &((f64, f64, f64), f64)| (*low..=*high).contains(truth);
        let held: Vec<_> =
            known().filter_map(|(step, truth)| Some((step.interval?, truth))).collect();
        let mean = |sum: f64| sum / held.len() as f64;
        let coverage = (!held.is_empty()).then(|| Coverage {
            steps: held.len(),
            promised: mean(held.iter().map(|((_, _, probability), _)| probability).sum()),
            measured: mean(held.iter().filter(|it| inside(it)).count() as f64),
        });
        Self {
            version,
            steps: steps.len(),
            known: known().count(),
            series,
            metrics: metrics(&scored),
            coverage,
        }
    }
}

/// How far forecasts missed: truth, forecast, and what counts as an error of 1, of each step.
fn metrics(scored: &[(f64, f64, f64)]) -> BTreeMap<Metric, f64> {
    let truth = Target::Values(scored.iter().map(|(truth, _, _)| *truth).collect());
    let forecasts = Predictions::Values(scored.iter().map(|(_, it, _)| *it).collect());
    let Ok(evaluation) = Evaluation::new(&truth, &forecasts) else { return BTreeMap::new() };
    let scales = scored.iter().map(|(_, _, scale)| *scale).collect();
    let all = evaluation.with_scales(scales).all().into_iter();
    all.filter(|(_, value)| value.is_finite()).collect()
}

/// The outermost quantiles of a step and the probability between them; `None` where the answer
/// tells fewer than two.
fn interval(told: &Told, place: usize) -> Option<(f64, f64, f64)> {
    let by_quantile = |(a, _): &&(f64, Vec<f64>), (b, _): &&(f64, Vec<f64>)| a.total_cmp(b);
    let (low, lowest) = told.quantiles.iter().min_by(by_quantile)?;
    let (high, highest) = told.quantiles.iter().max_by(by_quantile)?;
    let probability = high - low;
    (probability > 0.0)
        .then(|| Some((*lowest.get(place)?, *highest.get(place)?, probability)))
        .flatten()
}

impl Holdout {
    /// What a version's artifact tells.
    #[must_use]
    pub fn of(metric: Metric, metrics: &BTreeMap<Metric, f64>, forecaster: &Forecaster) -> Self {
        let (low, high) = quantiles::outermost(&forecaster.quantiles);
        Self { metric, metrics: metrics.clone(), promised: high - low }
    }
}
