//! Forecasting: from a table to regular series, learners for them, their comparison by
//! rolling origin, and forecasts with intervals.
//!
//! A [`Panel`] holds the series of a data set; [`compete`] finds the learner of each; a
//! [`Forecaster`] holds what was fitted, and answers [`ForecastRequest`]s.

mod actuals;
mod ahead;
mod chosen;
mod encoding;
mod evaluation;
mod fallback;
mod fitting;
mod forecaster;
mod gaps;
mod grid;
mod history;
mod intervals;
mod learners;
mod panel;
pub mod quantiles;
mod realised;
mod rolling;
mod selection;
mod setting;

pub use actuals::{Actual, Actuals};
pub use chosen::Chosen;
pub use encoding::{DecodeError, EncodedForecaster};
pub use evaluation::{Backtest, BacktestStep, Measured, measure};
pub use fitting::complete;
pub use forecaster::{Forecast, ForecastError, ForecastRequest, Forecaster, SeriesModel};
pub use grid::Grid;
pub use panel::{Oddities, Panel, Series};
pub use realised::{Realised, realised};
pub use selection::{Board, Compared, Competition, Standing, TOLD, compete};
pub use setting::Setting;
