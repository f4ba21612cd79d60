//! Forecasting: from a table to regular series, learners for them, their comparison by
//! rolling origin, and forecasts with intervals.
//!
//! A [`Panel`] holds the series of a data set; [`compete`] finds the learner of each; a
//! [`Forecaster`] holds what was fitted, and answers [`ForecastRequest`]s.

mod ahead;
mod encoding;
mod evaluation;
mod fitting;
mod forecaster;
mod grid;
mod history;
mod intervals;
mod learners;
mod panel;
mod realised;
mod rolling;
mod selection;
mod setting;

pub use encoding::{DecodeError, EncodedForecaster};
pub use evaluation::{Backtest, BacktestStep, Measured, measure};
pub use fitting::complete;
pub use forecaster::{Forecast, ForecastError, ForecastRequest, Forecaster, SeriesModel};
pub use grid::Grid;
pub use panel::{Oddities, Panel, Series};
pub use realised::{Realised, realised};
pub use selection::{Board, Chosen, Compared, Competition, Standing, compete};
pub use setting::Setting;
