//! A training on series: learners compete by rolling origin, the best of each is measured
//! on the last horizon, and the gate compares it there with what the champion would have
//! forecast from the same past.

use std::collections::BTreeMap;
use std::time::Instant;

use super::assessment::finite;
use super::gate::{Challenger, Opponent};
use super::{CameTrue, Decision, Durations, Gate, Progress, TrainingContext, TrainingError, Unit};
use crate::artifact::{self, ForecastContents};
use crate::dataset::{Defect, Field, Kind, Schema, Table, Target, Task};
use crate::forecasting::{
    Board, Compared, Competition, ForecastRequest, Forecaster, Measured, Panel, compete, complete,
    measure,
};
use crate::learners::Deadline;
use crate::metrics::{Incomparable, Interval, Metric, Resamples};
use crate::name::{ModelName, Version};
use crate::profile::Profile;
use crate::spec::{Forecasting, Spec};

/// Why a challenger that is as good takes the champion's place.
const NEWER: &str = "knows what happened since the champion was trained";
const COMPLETE: &str = "has compared learners for series that the champion had no time for";

/// How many learners are named.
const NAMED: usize = 3;

/// An earlier version that forecasts series.
#[derive(Debug)]
pub struct Forecasts {
    /// Its version.
    pub version: Version,
    /// The hash of the data that it was trained on.
    pub data_hash: String,
    /// The models of its series.
    pub forecaster: Forecaster,
}

/// What a training on series produced; nothing of it is stored yet.
#[derive(Debug)]
pub struct TrainedSeries {
    /// The artifact's bytes.
    pub artifact: Vec<u8>,
    /// The SHA-256 of `artifact`.
    pub sha256: String,
    /// The columns that matter.
    pub schema: Schema,
    /// The learners, the best first.
    pub board: Board,
    /// The hash of the data's content.
    pub data_hash: String,
    /// How many series there are.
    pub series: usize,
    /// How many rows were read.
    pub rows: usize,
    /// The learners that were chosen, the most frequent first, in a few words.
    pub learner: String,
    /// The metric that ranks this model's versions.
    pub metric: Metric,
    /// What was forecast of the steps that were held out.
    pub measured: Measured,
    /// The metrics of that.
    pub metrics: BTreeMap<Metric, f64>,
    /// The 95 % intervals of these.
    pub intervals: BTreeMap<Metric, Interval>,
    /// The champion's metrics on the same steps; empty when there is none.
    pub champion: BTreeMap<Metric, f64>,
    /// The seasonal naive forecast's metrics on the same steps.
    pub baseline: BTreeMap<Metric, f64>,
    /// How the champion's forecasts came true; `None` without a champion that forecast a
    /// step which has become known since.
    pub realised: Option<CameTrue>,
    /// What was done about the data, in words.
    pub notes: Vec<String>,
    /// What is wrong with the data and yet no reason not to train.
    pub warnings: Vec<Defect>,
    /// How many series have the naive forecast because time was over.
    pub unfinished: usize,
    /// Whether it becomes the champion, and why.
    pub decision: Decision,
    /// How long one series takes to be forecast, in milliseconds.
    pub latency_ms: f64,
    /// How long the parts of the run took.
    pub durations: Durations,
}

/// Trains on the series of a panel. What an earlier version of the same data, `carried`,
/// has chosen stays, so that a run goes on where another had no more time.
///
/// # Errors
/// When the spec does not fit the task, or the artifact cannot be written.
pub fn train_series(
    model: &ModelName,
    panel: &Panel,
    asked: &Forecasting,
    spec: &Spec,
    champion: Option<&Forecasts>,
    carried: Option<&Forecasts>,
    context: &TrainingContext<'_>,
) -> Result<TrainedSeries, TrainingError> {
    let started = Instant::now();
    let metric = spec.training.metric.as_deref();
    let metric = Metric::choose_for_forecasts(metric, panel.series.len())?;
    let data_hash = panel.data_hash.clone();
    let seed = spec.split.seed;
    let seconds =
        spec.training.seconds.and_then(|it| std::time::Duration::try_from_secs_f64(it).ok());
    let deadline =
        seconds.map_or(context.deadline, |it| Deadline::within(it).earlier(context.deadline));
    let carried = carried.filter(|earlier| earlier.data_hash == data_hash);
    let carried = carried.map(|earlier| &earlier.forecaster);
    let first = Competition::new(panel, asked, metric);
    let competition = Competition { seed, deadline, carried, ..first };
    let board = compete(&competition, &|compared| (context.watch)(&progress(metric, compared)));
    let searched = Instant::now();
    let measured = measure(&competition, &board.chosen)?;
    let naive = Forecaster::naive(panel);
    let baseline = measure(&competition, &naive)?;
    let opponent = champion.map(|champion| {
        let keys = panel.series.iter().map(|series| series.key.as_slice());
        let opposing = measure(&competition, &champion.forecaster.choices(keys));
        let met =
            |it: Measured| Opponent::new(champion.version, Ok::<_, Incomparable>(it.evaluation));
        opposing.map(met)
    });
    let opponent = opponent.transpose()?;
    let realised = champion.map(|champion| CameTrue::of(panel, champion)).transpose()?.flatten();
    let assessed = Instant::now();
    let forecaster = complete(&competition, &board, &measured);
    let unfinished = forecaster.unfinished();
    let fitted = Instant::now();
    let metrics = finite(&measured.evaluation);
    let schema = schema(panel);
    let profile = profile(panel, &schema);
    let held_out = measured.evaluation.rows();
    let steps: usize = panel.series.iter().map(|series| series.observations()).sum();
    let artifact = artifact::encode_forecasts(&ForecastContents {
        model,
        schema: &schema,
        forecaster: &forecaster,
        profile: &profile,
        spec,
        data_hash: data_hash.clone(),
        training_rows: steps - held_out,
        holdout_rows: held_out,
        metric,
        metrics: metrics.clone(),
    })?;
    let renewal = champion.and_then(|champion| renewal(&champion.forecaster, &forecaster));
    let gate =
        Gate::of_forecasts(metric, &spec.gate, seed, renewal).map_err(TrainingError::Guard)?;
    let latency_ms = latency_ms(&forecaster);
    let challenger = Challenger {
        evaluation: &measured.evaluation,
        latency_ms,
        artifact_bytes: artifact.len() as u64,
    };
    let decision = gate.decide(&challenger, opponent.as_ref());
    let mut notes = panel.notes.clone();
    notes.extend(board.why_combined());
    // The median alone bounds nothing.
    notes.extend((measured.probability > 0.0).then(|| measured_in_words(&measured)));
    notes.extend(realised.as_ref().map(|realised| realised.in_words(metric)));
    let unmeasured = competition.unmeasured(&board.chosen);
    if unmeasured > 0 {
        notes.push(format!(
            "{unmeasured} of {} series have the naive forecast, unmeasured: too few of their steps \
             have a value to compare learners by",
            panel.series.len()
        ));
    }
    if unfinished > 0 {
        notes.push(format!(
            "{unfinished} of {} series have the naive forecast: there was no time to compare \
             learners for them",
            panel.series.len()
        ));
    }
    Ok(TrainedSeries {
        sha256: artifact::sha256(&artifact),
        artifact,
        schema,
        data_hash,
        series: panel.series.len(),
        rows: panel.rows,
        learner: learners(&forecaster),
        metric,
        metrics,
        intervals: Resamples::new(held_out, seed).intervals(&measured.evaluation),
        baseline: finite(&baseline.evaluation),
        champion: opponent.as_ref().and_then(Opponent::evaluation).map(finite).unwrap_or_default(),
        notes,
        warnings: panel.warnings.clone(),
        unfinished,
        decision,
        latency_ms,
        durations: Durations {
            search: searched.duration_since(started).as_secs_f64(),
            fit: fitted.duration_since(assessed).as_secs_f64(),
            evaluate: assessed.duration_since(searched).as_secs_f64(),
        },
        board,
        measured,
        realised,
    })
}

/// How far the comparison is, as of any other search.
fn progress(metric: Metric, compared: &Compared) -> Progress {
    let (candidate, best) = compared.leader.unzip();
    Progress {
        unit: Unit::Series,
        tried: compared.series,
        of: Some(compared.of),
        metric,
        best,
        candidate: candidate.map(|learner| learner.name().to_owned()).unwrap_or_default(),
    }
}

/// Why the challenger may replace a champion that is as good.
fn renewal(champion: &Forecaster, challenger: &Forecaster) -> Option<&'static str> {
    if challenger.end() > champion.end() {
        return Some(NEWER);
    }
    (challenger.unfinished() < champion.unfinished()).then_some(COMPLETE)
}

/// The columns that name a series, those that are known ahead, and the target.
fn schema(panel: &Panel) -> Schema {
    let field = |name: &String, kind| Field::new(name.clone(), kind, false);
    let keys = panel.keys.iter().map(|name| field(name, Kind::Category));
    let time = [Field { date_order: panel.date_order, ..field(&panel.time, Kind::Date) }];
    let known = panel.setting.regressors.iter().map(|name| field(name, Kind::Fractional));
    Schema {
        inputs: keys.chain(time).chain(known).collect(),
        target: Some(panel.target.clone()),
        task: Task::Regression,
    }
}

/// What the target looked like.
fn profile(panel: &Panel, schema: &Schema) -> Profile {
    let values = panel.series.iter().flat_map(|series| &series.values);
    let observed = values.copied().filter(|value| !value.is_nan()).collect();
    let none = Schema { inputs: Vec::new(), ..schema.clone() };
    Profile::of(&Table::default(), &none).with_target(&panel.target, &Target::Values(observed))
}

fn measured_in_words(measured: &Measured) -> String {
    let covered = measured.evaluation.score(Metric::Coverage);
    format!(
        "{:.1} % of the {} steps held out lie within the {:.0} % intervals",
        covered * 100.0,
        measured.evaluation.rows(),
        measured.probability * 100.0
    )
}

/// The learners that were chosen, the most frequent first.
fn learners(forecaster: &Forecaster) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for series in &forecaster.series {
        *counts.entry(series.learner.name()).or_default() += 1;
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    match counts.as_slice() {
        [(only, _)] => (*only).to_owned(),
        several => {
            let named = several.iter().take(NAMED).map(|(name, count)| format!("{name} {count}"));
            named.collect::<Vec<_>>().join(", ")
        }
    }
}

/// How long the first series takes; what cannot be forecast without more knowledge takes no
/// time that could be told.
fn latency_ms(forecaster: &Forecaster) -> f64 {
    let Some(series) = forecaster.series.first() else { return 0.0 };
    let names = &forecaster.setting.regressors;
    let known = names.iter().map(|name| (name.clone(), vec![0.0; forecaster.horizon]));
    let request = ForecastRequest {
        key: series.key.clone(),
        regressors: known.collect(),
        ..ForecastRequest::default()
    };
    let began = Instant::now();
    let answered = forecaster.forecast(&request);
    if let Err(error) = answered {
        tracing::debug!(%error, "the first series cannot be forecast");
    }
    1e3 * began.elapsed().as_secs_f64()
}
