//! Gradient boosting on lags and the calendar: one model for all series (Montero-Manso and
//! Hyndman, 2021), which forecasts step by step from its own forecasts.
//!
//! Values are read as distances from the mean of the last season, in units of the series'
//! naive error, so that series of any size and level share one model and trees need not
//! extrapolate a level.

use model_factory_learning::learners::{
    BoostingParams, Candidate, Deadline, FitContext, Learner, Model as Fitted, Predictions,
    Predictor,
};
use model_factory_tabular::dataset::{
    Column, Field, HashOrder, Kind, Labelled, Schema, Table, Target, Task, Values,
};
use model_factory_tabular::date::Parts;
use model_factory_tabular::spec::Spec;
use serde::{Deserialize, Serialize};

use super::Future;
use crate::history::{History, naive_error};
use crate::setting::Setting;

/// The most rows that the model learns from: the latest of each series.
const MAX_ROWS: usize = 100_000;

/// The fewest rows that are worth a model.
const MIN_ROWS: usize = 50;

/// The lags of a series without season.
const SHORT: [usize; 3] = [1, 2, 3];

/// The mean is taken over so many steps where there is no season.
const WINDOW: usize = 8;

/// The model of all series.
#[derive(Debug, Clone)]
pub(crate) struct Booster {
    predictor: Predictor,
    reads: Reads,
}

/// What the model reads of a series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reads {
    lags: Vec<usize>,
    /// Over how many steps means are taken, the first one that values are measured from.
    windows: Vec<usize>,
}

/// What the model needs of one series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Lags {
    /// The last values, in the order of time.
    tail: Vec<f64>,
    /// What counts as an error of 1.
    scale: f64,
}

impl Reads {
    /// What suits the seasons.
    fn of(setting: &Setting) -> Self {
        let mut lags = SHORT.to_vec();
        for season in &setting.seasons {
            lags.extend([season.saturating_sub(1), *season, season + 1, 2 * season]);
        }
        lags.retain(|lag| *lag > 0);
        lags.sort_unstable();
        lags.dedup();
        let mut windows = setting.seasons.clone();
        if windows.is_empty() {
            windows.push(WINDOW);
        }
        Self { lags, windows }
    }

    /// How many values before a step are read.
    fn depth(&self) -> usize {
        self.lags.iter().chain(&self.windows).copied().max().unwrap_or(1)
    }

    /// The seasons that are so short that most series show them.
    fn within(mut self, depth: usize) -> Self {
        self.lags.retain(|lag| *lag <= depth);
        let shortest = self.windows.first().copied();
        self.windows.retain(|window| *window <= depth);
        if self.windows.is_empty() {
            self.windows.extend(shortest.map(|it| it.min(depth.max(1))));
        }
        self
    }

    fn names(&self, setting: &Setting) -> Vec<String> {
        let mut names: Vec<String> = self.lags.iter().map(|lag| format!("lag_{lag}")).collect();
        names.extend(self.windows.iter().skip(1).map(|window| format!("mean_{window}")));
        names.extend(["hour", "weekday", "day", "month"].map(str::to_owned));
        names.extend(setting.holidays.keys().map(|name| format!("holiday_{name}")));
        names.extend(setting.regressors.iter().map(|name| format!("regressor_{name}")));
        names
    }

    /// The features of the step after `before`, and the level that values are measured from.
    fn row(
        &self,
        before: &[f64],
        scale: f64,
        setting: &Setting,
        step: i64,
        regressors: impl Iterator<Item = f64>,
    ) -> (Vec<f64>, f64) {
        let back =
            |lag: usize| before.len().checked_sub(lag).and_then(|at| before.get(at)).copied();
        let mean = |window: usize| {
            let last = before.get(before.len().saturating_sub(window)..).unwrap_or_default();
            last.iter().sum::<f64>() / last.len().max(1) as f64
        };
        let level = self.windows.first().map_or(0.0, |window| mean(*window));
        let measure = |value: f64| (value - level) / scale;
        let lags = self.lags.iter().map(|lag| back(*lag).map_or(f64::NAN, measure));
        let means = self.windows.iter().skip(1).map(|window| measure(mean(*window)));
        let mut row: Vec<f64> = lags.chain(means).collect();
        let nan = f64::NAN;
        row.extend(
            Parts::of(setting.grid.at(step) as f64)
                .map_or([nan; 4], |parts| [parts.hour, parts.weekday, parts.day, parts.month]),
        );
        row.extend(setting.holidays_at(step));
        row.extend(regressors);
        (row, level)
    }
}

impl Booster {
    /// Fits the model to all series; `None` where they are too short for one, or the
    /// deadline passes.
    pub(crate) fn fit(
        histories: &[History<'_>],
        setting: &Setting,
        seed: u64,
        deadline: Deadline,
    ) -> Option<Self> {
        let longest = histories.iter().map(History::len).max()?;
        let reads = Reads::of(setting).within(longest / 3);
        let depth = reads.depth();
        let most = (MAX_ROWS / histories.len().max(1)).max(1);
        let names = reads.names(setting);
        let mut columns = vec![Vec::new(); names.len()];
        let mut target = Vec::new();
        for history in histories {
            let scale = scale(history, setting);
            let first = depth.max(history.len().saturating_sub(most));
            for at in first..history.len() {
                let value = history.values.get(at).copied().unwrap_or(f64::NAN);
                if value.is_nan() {
                    continue;
                }
                let before = history.filled.get(at - depth..at).unwrap_or_default();
                let known = history.regressors.iter();
                let known = known.map(|it| it.get(at).copied().unwrap_or(f64::NAN));
                let step = history.start + at as i64;
                let (row, level) = reads.row(before, scale, setting, step, known);
                for (column, value) in columns.iter_mut().zip(row) {
                    column.push(value);
                }
                target.push((value - level) / scale);
            }
        }
        if target.len() < MIN_ROWS {
            return None;
        }
        let field = |name: &String| Field::new(name.clone(), Kind::Fractional, true);
        let schema = Schema {
            inputs: names.iter().map(field).collect(),
            target: Some("next".to_owned()),
            task: Task::Regression,
        };
        let data = Labelled {
            inputs: table(&names, columns)?,
            target: Target::Values(target),
            schema,
            notes: Vec::new(),
            groups: None,
            times: None,
            unused: Vec::new(),
            hash_order: HashOrder::default(),
        };
        let candidate = Candidate::from(Learner::Boosting(params()));
        let context = FitContext { spec: &Spec::default(), seed, deadline };
        let predictor = candidate.fit(&data, &context).ok()?;
        Some(Self { predictor, reads })
    }

    /// What the model needs of a series; `None` of one that is too short.
    pub(crate) fn lags(&self, history: &History<'_>, setting: &Setting) -> Option<Lags> {
        let depth = self.reads.depth();
        let from = history.len().checked_sub(depth)?;
        let tail = history.filled.get(from..)?.to_vec();
        Some(Lags { tail, scale: scale(history, setting) })
    }

    /// The next values of a series, each from those before.
    pub(crate) fn forecast(&self, lags: &Lags, future: &Future<'_>) -> Vec<f64> {
        let names = self.reads.names(future.setting);
        let mut values = lags.tail.clone();
        for ahead in 0..future.steps {
            let before = values.get(ahead..).unwrap_or_default();
            let known = future.regressors.iter();
            let known = known.map(|it| it.get(ahead).copied().unwrap_or(f64::NAN));
            let step = future.start + ahead as i64;
            let (row, level) = self.reads.row(before, lags.scale, future.setting, step, known);
            let row = table(&names, row.into_iter().map(|value| vec![value]).collect());
            let answer = row.and_then(|row| match self.predictor.predict(&row).ok()? {
                Predictions::Values(values) => values.first().copied(),
                _ => None,
            });
            // Nothing that the model cannot read comes here: its inputs are made above.
            values.push(level + lags.scale * answer.unwrap_or_default());
        }
        values.split_off(lags.tail.len())
    }

    pub(crate) fn predictor(&self) -> &Predictor {
        &self.predictor
    }

    pub(crate) fn reads(&self) -> &Reads {
        &self.reads
    }

    /// The model that was fitted elsewhere; `None` when it is not of this kind.
    pub(crate) fn from_parts(predictor: Predictor, reads: Reads) -> Option<Self> {
        matches!(predictor.model(), Fitted::Boosting(_)).then_some(Self { predictor, reads })
    }
}

/// What counts as an error of 1: that of the naive forecast.
fn scale(history: &History<'_>, setting: &Setting) -> f64 {
    naive_error(history.values, setting.shortest_season(history.len()))
}

/// Small trees, and as many as a few thousand rows bear without a validation part.
fn params() -> BoostingParams {
    BoostingParams {
        n_estimators: 150,
        early_stopping_rounds: 0,
        eta: 0.08,
        max_depth: 5,
        min_child_weight: 5.0,
        ..BoostingParams::default()
    }
}

fn table(names: &[String], columns: Vec<Vec<f64>>) -> Option<Table> {
    let columns = names.iter().zip(columns);
    let column = |(name, values): (&String, Vec<f64>)| Column {
        name: name.clone(),
        values: Values::Number(values),
    };
    Table::new(columns.map(column).collect()).ok()
}
