//! What a data set says of the latest steps of its series: that by which earlier forecasts of
//! these steps can be judged.

use serde::{Deserialize, Serialize};

use super::grid::Grid;
use super::history::naive_error;
use super::panel::{Panel, Series};

/// The most steps of a series that are told; those of some horizons where that is more.
const STEPS: usize = 1_000;
const HORIZONS: usize = 4;

/// How hard they are packed.
const PACKING: i32 = 6;

/// The latest steps of the series of a data set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Actuals {
    /// The regular instants.
    pub grid: Grid,
    /// The columns that name a series.
    pub keys: Vec<String>,
    /// The series, in the order of their keys.
    pub series: Vec<Actual>,
}

/// The latest steps of one series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Actual {
    /// The values of the key columns.
    pub key: Vec<String>,
    /// The first step that is told.
    pub start: i64,
    /// What was observed, one value a step; `None` where nothing was.
    pub values: Vec<Option<f64>>,
    /// What counts as an error of 1 (MASE): the mean error of the seasonal naive forecast
    /// within the series.
    pub scale: f64,
}

impl Actuals {
    /// The latest steps of a panel, of which `horizon` are forecast at a time: 1,000 of each
    /// series, or four horizons where that is more.
    #[must_use]
    pub fn of(panel: &Panel, horizon: usize) -> Self {
        let most = STEPS.max(horizon.saturating_mul(HORIZONS));
        let latest = |series: &Series| {
            let passed = series.values.len().saturating_sub(most);
            let season = panel.setting.shortest_season(series.values.len());
            let told = series.values.iter().skip(passed);
            Actual {
                key: series.key.clone(),
                start: series.start + passed as i64,
                values: told.map(|value| value.is_finite().then_some(*value)).collect(),
                scale: naive_error(&series.values, season),
            }
        };
        Self {
            grid: panel.setting.grid,
            keys: panel.keys.clone(),
            series: panel.series.iter().map(latest).collect(),
        }
    }

    /// As they are kept: packed JSON.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn encode(&self) -> Result<Vec<u8>, std::io::Error> {
        zstd::encode_all(serde_json::to_vec(self)?.as_slice(), PACKING)
    }

    /// Reads what [`Self::encode`] wrote.
    ///
    /// # Errors
    /// When it is not that.
    pub fn decode(packed: &[u8]) -> Result<Self, std::io::Error> {
        Ok(serde_json::from_slice(&zstd::decode_all(packed)?)?)
    }

    /// The series of a key.
    #[must_use]
    pub fn find(&self, key: &[String]) -> Option<&Actual> {
        let place = self.series.binary_search_by(|series| series.key.as_slice().cmp(key));
        self.series.get(place.ok()?)
    }

    /// What was observed of a series at an instant, in seconds since 1970; `None` where
    /// nothing was, or the instant is no step.
    #[must_use]
    pub fn at(&self, series: &Actual, instant: i64) -> Option<f64> {
        let (step, is_step) = self.grid.step(instant);
        let place = usize::try_from(step - series.start).ok().filter(|_| is_step)?;
        series.values.get(place).copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use model_factory_tabular::dataset::csv;
    use model_factory_tabular::date;
    use model_factory_tabular::spec::Spec;

    use super::*;

    fn panel(days: usize) -> Panel {
        let start: jiff::civil::Date = "2020-01-01".parse().unwrap();
        let row = |day: usize| {
            let date = start + jiff::Span::new().days(day as i64);
            format!("{date},7,{}\n", if day == 5 { String::new() } else { day.to_string() })
        };
        let rows = "date,store,sales\n".to_owned() + &(0..days).map(row).collect::<String>();
        let spec = b"target = 'sales'\n[forecasting]\nseries = ['store']";
        let spec = Spec::parse(spec).unwrap();
        let raw = csv::read(rows.as_bytes()).unwrap();
        Panel::from_raw(raw, &spec, &spec.forecasts().unwrap()).unwrap()
    }

    #[test]
    fn the_latest_steps_are_told_by_series_and_instant() {
        let actuals = Actuals::of(&panel(30), 7);
        let at = |day: &str| {
            let series = actuals.find(&["7".to_owned()]).unwrap();
            actuals.at(series, date::parse(day).unwrap() as i64)
        };
        assert_eq!((at("2020-01-01"), at("2020-01-30")), (Some(0.0), Some(29.0)));
        assert_eq!(at("2020-01-06"), None, "nothing was observed");
        assert_eq!((at("2019-12-31"), at("2020-01-31")), (None, None));
        assert_eq!(at("2020-01-02T12:00:00Z"), None, "between two steps");
        assert!(actuals.find(&["8".to_owned()]).is_none());
        // A week later there are 7 more.
        assert_eq!(actuals.series[0].scale, 7.0);
        assert_eq!(Actuals::decode(&actuals.encode().unwrap()).unwrap(), actuals);
    }

    #[test]
    fn of_long_series_the_rest_is_left_out() {
        let panel = panel(1_200);
        let of = |horizon| Actuals::of(&panel, horizon).series[0].clone();
        assert_eq!((of(7).values.len(), of(7).start), (1_000, 200));
        assert_eq!(of(275).values.len(), 1_100);
        assert_eq!(of(275).values.last(), Some(&Some(1_199.0)));
    }
}
