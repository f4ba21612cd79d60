use model_factory_tabular::date;
use model_factory_tabular::spec::{ForecasterKind, Forecasting};
use serde::Deserialize;

use super::ets::{Ets, Trend};
use super::*;
use crate::grid::Grid;
use crate::panel::Series;

/// Numbers of statsmodels, statsforecast and Prophet: `scripts/golden/forecasting.py`.
#[derive(Deserialize)]
struct Golden {
    passengers: Vec<f64>,
    horizon: usize,
    ets: std::collections::BTreeMap<String, Smoothed>,
    seasonal_mean: Vec<f64>,
    theta: Vec<f64>,
    mstl: Vec<f64>,
    daily: Vec<f64>,
    prophet_train: usize,
    prophet: Vec<f64>,
}

#[derive(Deserialize)]
struct Smoothed {
    sse: f64,
    forecast: Vec<f64>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../tests/golden/forecasting.json")).unwrap()
}

fn setting(frequency: &str, start: &str, asked: &Forecasting) -> Setting {
    let start = date::parse(start).unwrap() as i64;
    Setting::new(Grid::of(frequency.parse().unwrap(), [start]), asked)
}

fn series(values: &[f64]) -> Series {
    Series { key: Vec::new(), start: 0, values: values.to_vec(), regressors: Vec::new() }
}

fn forecast(kind: ForecasterKind, values: &[f64], steps: usize, setting: &Setting) -> Vec<f64> {
    let series = series(values);
    let history = History::of(&series, values.len());
    let model = fit(kind, &history, setting, None, &Weights::default()).unwrap();
    let start = values.len() as i64;
    model.forecast(&Future { setting, start, steps, regressors: &[] }, None)
}

/// The root mean squared distance as a share of the mean of `expected`.
fn distance(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let count = expected.len() as f64;
    let squares = found.iter().zip(expected).map(|(a, b)| (a - b).powi(2)).sum::<f64>() / count;
    squares.sqrt() / (expected.iter().sum::<f64>() / count)
}

fn passengers() -> (Vec<f64>, Setting, Golden) {
    let golden = golden();
    let train = golden.passengers[..golden.passengers.len() - golden.horizon].to_vec();
    (train, setting("month", "1949-01-01", &Forecasting::default()), golden)
}

#[test]
fn exponential_smoothing_fits_as_well_as_statsmodels() {
    let (train, _, golden) = passengers();
    for (name, season, trend, parameters) in [
        ("simple", 1, Trend::None, 3.0),
        ("damped", 1, Trend::Damped, 6.0),
        ("damped_season", 12, Trend::Damped, 18.0),
    ] {
        let (model, criterion) = Ets::fit(&train, season, trend).unwrap();
        let expected = &golden.ets[name];
        // The corrected criterion less its penalty is n ln(SSE / n).
        let n = train.len() as f64;
        let penalty = 2.0 * parameters * (1.0 + (parameters + 1.0) / (n - parameters - 1.0));
        let squares = n * ((criterion - penalty) / n).exp();
        // Where statsmodels searches for the first season, ours is told by the whole series.
        let allowed = if season > 1 { 1.2 } else { 1.03 };
        println!("{name}: {squares} against {}", expected.sse);
        assert!(squares <= allowed * expected.sse, "{name}: {squares} against {}", expected.sse);
        let far = distance(&model.forecast(golden.horizon), &expected.forecast);
        assert!(far < 0.03, "{name}: {far}");
    }
}

#[test]
fn the_seasonal_mean_is_statsforecasts_average_over_all_seasons() {
    let (train, setting, golden) = passengers();
    let found = forecast(ForecasterKind::SeasonalMean, &train, golden.horizon, &setting);
    let far = distance(&found, &golden.seasonal_mean);
    assert!(far < 1e-12, "{far}: {found:?}");
}

#[test]
fn theta_is_statsmodels_theta() {
    let (train, setting, golden) = passengers();
    let found = forecast(ForecasterKind::Theta, &train, golden.horizon, &setting);
    let far = distance(&found, &golden.theta);
    assert!(far < 0.005, "{far}: {found:?}");
}

#[test]
fn several_seasons_are_taken_off_as_statsforecast_does() {
    let (train, setting, golden) = passengers();
    let found = forecast(ForecasterKind::Mstl, &train, golden.horizon, &setting);
    let far = distance(&found, &golden.mstl);
    assert!(far < 0.03, "{far}: {found:?}");
}

#[test]
fn the_additive_model_forecasts_what_prophet_does() {
    let golden = golden();
    let setting = setting("day", "2021-01-01", &Forecasting::default());
    let train = &golden.daily[..golden.prophet_train];
    let found = forecast(ForecasterKind::Additive, train, golden.prophet.len(), &setting);
    let far = distance(&found, &golden.prophet);
    assert!(far < 0.02, "{far}");
    let truth = &golden.daily[golden.prophet_train..];
    assert!(distance(&found, truth) < 1.2 * distance(&golden.prophet, truth));
}

#[test]
fn the_naive_forecasts_repeat_the_season_and_the_mean_step() {
    let setting = setting("day", "2024-01-01", &Forecasting::default());
    let values: Vec<f64> = (0..21).map(|day| f64::from(day % 7)).collect();
    let naive = forecast(ForecasterKind::SeasonalNaive, &values, 9, &setting);
    assert_eq!(naive, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0, 1.0]);
    let later: Vec<f64> = values.iter().enumerate().map(|(day, it)| it + day as f64).collect();
    let mean = forecast(ForecasterKind::SeasonalMean, &later[3..], 3, &setting);
    // The last two of the weeks that end with day 20.
    assert_eq!(mean, [10.5, 12.5, 14.5]);
    assert_eq!(forecast(ForecasterKind::Drift, &[1.0, 4.0, 5.0], 2, &setting), [7.0, 9.0]);
    let short = forecast(ForecasterKind::SeasonalNaive, &[1.0, 2.0], 2, &setting);
    assert_eq!(short, [2.0, 2.0]);
}

#[test]
fn holidays_and_regressors_have_effects_of_their_own() {
    let asked = Forecasting {
        holidays: [("fair".to_owned(), vec!["2024-02-01".to_owned(), "2024-05-01".to_owned()])]
            .into(),
        regressors: vec!["promo".to_owned()],
        ..Forecasting::default()
    };
    let setting = setting("day", "2024-01-01", &asked);
    let days = 0..100_i64;
    let promo: Vec<f64> = days.clone().map(|day| f64::from(u8::from(day % 5 == 0))).collect();
    let values: Vec<f64> = days
        .map(|day| {
            let fair = if day == 31 { 30.0 } else { 0.0 };
            100.0 + fair + 20.0 * promo[day as usize] + (day % 7) as f64
        })
        .collect();
    let series =
        Series { key: Vec::new(), start: 0, values: values.clone(), regressors: vec![promo] };
    let history = History::of(&series, 100);
    let model =
        fit(ForecasterKind::Additive, &history, &setting, None, &Weights::default()).unwrap();
    assert!(model.reads_regressors());
    // 1 May is day 121, the 22nd after the end.
    let known = vec![0.0; 22].into_iter().chain([1.0; 7]).collect::<Vec<_>>();
    let future = Future { setting: &setting, start: 100, steps: 29, regressors: &[&known] };
    let found = model.forecast(&future, None);
    // The same weekday without and with the promotion, and with the fair.
    assert!((found[22] - found[15] - 20.0).abs() < 1.0, "{found:?}");
    assert!((found[21] - found[14] - 30.0).abs() < 3.0, "{found:?}");
}

#[test]
fn boosting_learns_from_all_series_what_one_is_too_short_to_tell() {
    let setting = setting("day", "2024-01-01", &Forecasting::default());
    let week = [5.0, 1.0, 2.0, 9.0, 4.0, 3.0, 8.0];
    let value = |day: usize, size: f64| {
        size * (50.0 + week[day % 7] + if day % 14 < 7 { 6.0 } else { 0.0 })
    };
    let all: Vec<Series> = (1..=8)
        .map(|size| series(&(0..120).map(|day| value(day, f64::from(size))).collect::<Vec<_>>()))
        .collect();
    let histories: Vec<History<'_>> = all.iter().map(|it| History::of(it, 106)).collect();
    let booster = lags::Booster::fit(&histories, &setting, 1, Default::default()).unwrap();
    for (at, history) in histories.iter().enumerate() {
        let model =
            fit(ForecasterKind::Boosting, history, &setting, Some(&booster), &Weights::default())
                .unwrap();
        let future = Future { setting: &setting, start: 106, steps: 14, regressors: &[] };
        let found = model.forecast(&future, Some(&booster));
        let truth: Vec<f64> = (106..120).map(|day| value(day, at as f64 + 1.0)).collect();
        assert!(distance(&found, &truth) < 0.02, "{at}: {found:?} for {truth:?}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(40))]
    #[test]
    fn whatever_a_series_holds_forecasts_are_numbers(
        values in proptest::collection::vec(
            proptest::prop_oneof![8 => -1e6_f64..1e6, 1 => proptest::strategy::Just(f64::NAN), 1 => proptest::strategy::Just(0.0)],
            3..60,
        ),
    ) {
        let setting = setting("day", "2024-01-01", &Forecasting::default());
        let series = series(&values);
        let history = History::of(&series, values.len());
        for kind in ForecasterKind::ALL {
            let Some(model) = fit(kind, &history, &setting, None, &Weights::default()) else { continue };
            let start = values.len() as i64;
            let future = Future { setting: &setting, start, steps: 20, regressors: &[] };
            let found = model.forecast(&future, None);
            proptest::prop_assert_eq!(found.len(), 20);
            proptest::prop_assert!(found.iter().all(|it| it.is_finite()), "{:?}: {:?}", kind, found);
        }
    }
}
