//! What all series of a data set share.

use std::collections::{BTreeMap, BTreeSet};

use model_factory_tabular::date;
use model_factory_tabular::spec::Forecasting;
use serde::{Deserialize, Serialize};

use super::grid::Grid;

/// The seconds of a day.
const DAY: i64 = 86_400;

/// What all series of a data set share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// The regular instants.
    pub grid: Grid,
    /// The lengths of the seasons in steps, the shortest first.
    pub seasons: Vec<usize>,
    /// The days of each holiday, as days since 1970, by name.
    pub holidays: BTreeMap<String, BTreeSet<i64>>,
    /// The names of the regressors.
    pub regressors: Vec<String>,
}

impl Setting {
    /// The setting of a data set on `grid`.
    #[must_use]
    pub fn new(grid: Grid, spec: &Forecasting) -> Self {
        let mut seasons = spec.seasons.clone().unwrap_or_else(|| grid.usual_seasons());
        seasons.sort_unstable();
        seasons.dedup();
        let day = |text: &String| date::parse(text).map(|at| (at as i64).div_euclid(DAY));
        let days = |texts: &Vec<String>| texts.iter().filter_map(day).collect();
        let holidays = spec.holidays.iter().map(|(name, texts)| (name.clone(), days(texts)));
        Self { grid, seasons, holidays: holidays.collect(), regressors: spec.regressors.clone() }
    }

    /// Of each holiday, whether a step falls on it: 1 or 0.
    pub(crate) fn holidays_at(&self, step: i64) -> impl Iterator<Item = f64> {
        let day = self.grid.at(step).div_euclid(DAY);
        self.holidays.values().map(move |days| f64::from(u8::from(days.contains(&day))))
    }

    /// The shortest season that so many observations show at least twice; 1 where none is.
    #[must_use]
    pub fn shortest_season(&self, observations: usize) -> usize {
        self.seasons.iter().copied().find(|season| 2 * season <= observations).unwrap_or(1)
    }

    /// The longest season that so many observations show at least once.
    pub(crate) fn longest_season(&self, observations: usize) -> Option<usize> {
        self.seasons.iter().copied().rfind(|season| *season <= observations)
    }
}
