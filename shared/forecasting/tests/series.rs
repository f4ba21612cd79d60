//! From a table of sales to forecasts of each series, through the public surface.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

use std::collections::BTreeMap;

use model_factory_forecasting::{
    Board, Competition, ForecastError, ForecastRequest, Forecaster, Oddities, Panel, Standing,
    compete, complete, measure, realised,
};
use model_factory_learning::learners::Deadline;
use model_factory_learning::metrics::Metric;
use model_factory_tabular::dataset::{Rejection, csv};
use model_factory_tabular::date;
use model_factory_tabular::spec::{ForecasterKind, Spec};

const SPEC: &str = "target = 'sales'\n[forecasting]\nseries = ['store']\nregressors = ['promo']\n\
                    learners = ['theta', 'ets', 'mstl', 'additive', 'boosting', 'combination']\n";

/// Daily sales of two stores over 20 weeks: a week's rhythm, promotions, and noise; the
/// second store opens later.
fn sales() -> String {
    let random = &mut fastrand::Rng::with_seed(3);
    let mut rows = vec!["day,store,promo,sales".to_owned()];
    let start = date::parse("2024-01-01").unwrap() as i64;
    for day in 0..140_i64 {
        for store in 1..=2_i64 {
            if store == 2 && day < 40 {
                continue;
            }
            let promo = i64::from(random.u8(..4) == 0);
            let noise = 4.0 * (random.f64() - 0.5);
            let rhythm = [0.0, 2.0, 5.0, 9.0, 15.0, 22.0, 6.0][(day % 7) as usize];
            let value = 100.0 * store as f64 + rhythm + 12.0 * promo as f64 + noise;
            let instant = jiff::Timestamp::from_second(start + 86_400 * day).unwrap();
            let text = instant.strftime("%Y-%m-%d");
            rows.push(format!("{text},{store},{promo},{value:.2}"));
        }
    }
    rows.join("\n")
}

fn panel(data: &str, spec: &str) -> Result<(Panel, Spec), Rejection> {
    let spec = Spec::parse(spec.as_bytes()).unwrap();
    let raw = csv::read(data.as_bytes())?;
    let panel = Panel::from_raw(raw, &spec, &spec.forecasts().unwrap())?;
    Ok((panel, spec))
}

fn train(
    panel: &Panel,
    spec: &Spec,
    deadline: Deadline,
    carried: Option<&Forecaster>,
) -> Forecaster {
    let asked = spec.forecasts().unwrap();
    let first = Competition::new(panel, &asked, Metric::Mase);
    let competition = Competition { deadline, carried, ..first };
    let board = compete(&competition, &|_| {});
    let measured = measure(&competition, &board.chosen).unwrap();
    assert!(measured.evaluation.rows() > 0);
    complete(&competition, &board, &measured)
}

fn request(store: &str) -> ForecastRequest {
    let promo = vec![0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    ForecastRequest {
        key: vec![store.to_owned()],
        regressors: [("promo".to_owned(), promo)].into(),
        ..ForecastRequest::default()
    }
}

#[test]
fn each_series_is_forecast_with_its_promotions_and_intervals() {
    let (panel, spec) = panel(&sales(), SPEC).unwrap();
    assert_eq!(panel.series.len(), 2);
    assert!(
        panel.notes.iter().any(|note| note.starts_with("frequency `day`")),
        "{:?}",
        panel.notes
    );
    let forecaster = train(&panel, &spec, Deadline::default(), None);
    assert_eq!(forecaster.unfinished(), 0);
    for (store, size) in [("1", 100.0), ("2", 200.0)] {
        let forecast = forecaster.forecast(&request(store)).unwrap();
        assert_eq!(forecast.instants[0], date::parse("2024-05-20").unwrap() as i64);
        let truth = [0.0, 2.0, 5.0 + 12.0, 9.0, 15.0, 22.0, 6.0].map(|rhythm| size + rhythm);
        let learner = forecaster.find(&[store.to_owned()]).unwrap().learner;
        for (value, truth) in forecast.values.iter().zip(truth) {
            assert!((value - truth).abs() < 8.0, "{learner:?}: {:?}", forecast.values);
        }
        let [(_, low), (_, middle), (_, high)] = forecast.quantiles.as_slice() else {
            panic!("not three quantiles")
        };
        for ((low, middle), high) in low.iter().zip(middle).zip(high) {
            assert!(low < middle && middle < high);
        }
    }
    // What is stored answers the same, and is stored the same.
    let encoded = forecaster.encode().unwrap();
    let read = Forecaster::decode(&encoded.models, &encoded.payload).unwrap();
    assert_eq!(read.forecast(&request("2")), forecaster.forecast(&request("2")));
    let again = train(&panel, &spec, Deadline::default(), None).encode().unwrap();
    assert_eq!(again, encoded, "the same data gives the same bytes");
}

#[test]
fn a_forecast_begins_where_it_is_asked_to_or_says_why_not() {
    let (panel, spec) = panel(&sales(), SPEC).unwrap();
    let forecaster = train(&panel, &spec, Deadline::default(), None);
    let at = |text: &str| Some(date::parse(text).unwrap() as i64);
    let all = ForecastRequest { steps: Some(14), ..request("1") };
    let none = |steps: usize| [("promo".to_owned(), vec![0.0; steps])].into();
    let all = forecaster.forecast(&ForecastRequest { regressors: none(14), ..all }).unwrap();
    let late = ForecastRequest { start: at("2024-05-27"), regressors: none(7), ..request("1") };
    let late = forecaster.forecast(&late).unwrap();
    assert_eq!(late.instants, all.instants[7..]);
    assert_eq!(late.values.len(), 7);
    let refused = |request| forecaster.forecast(&request).unwrap_err();
    let past = refused(ForecastRequest { start: at("2024-05-01"), ..request("1") });
    assert!(past.to_string().contains("start at 2024-05-20T00:00:00Z or later"), "{past}");
    assert!(matches!(refused(request("9")), ForecastError::UnknownSeries(_)));
    let far = refused(ForecastRequest { start: at("2124-05-01"), ..request("1") });
    assert!(matches!(far, ForecastError::TooFar { .. }));
    let quantile = refused(ForecastRequest { quantiles: vec![1.5], ..request("1") });
    assert_eq!(quantile, ForecastError::Quantile(1.5));
    let other = [("prmo".to_owned(), vec![])].into();
    let other = refused(ForecastRequest { regressors: other, ..request("1") });
    assert_eq!(other, ForecastError::UnknownRegressor("prmo".to_owned()));
}

#[test]
fn what_there_is_no_time_for_waits_for_another_run() {
    let (panel, spec) = panel(&sales(), SPEC).unwrap();
    let over = Deadline::within(std::time::Duration::ZERO);
    let hurried = train(&panel, &spec, over, None);
    assert_eq!(hurried.unfinished(), 2);
    let series = &hurried.series[0];
    assert_eq!(series.learner, ForecasterKind::SeasonalNaive);
    assert!(hurried.forecast(&request("1")).is_ok());
    let rest = train(&panel, &spec, Deadline::default(), Some(&hurried));
    assert_eq!(rest.unfinished(), 0);
    // A finished choice stays, however little time there is.
    let kept = train(&panel, &spec, over, Some(&rest));
    assert_eq!(kept.unfinished(), 0);
    assert_eq!(kept.encode().unwrap(), rest.encode().unwrap());
}

#[test]
fn a_comparison_tells_how_far_it_is() {
    let (panel, spec) = panel(&sales(), SPEC).unwrap();
    let asked = spec.forecasts().unwrap();
    let told = |deadline, carried| {
        let first = Competition::new(&panel, &asked, Metric::Mase);
        let competition = Competition { deadline, carried, ..first };
        let told = std::sync::Mutex::new(Vec::new());
        let board = compete(&competition, &|compared| told.lock().unwrap().push(compared.clone()));
        (board, told.into_inner().unwrap())
    };
    let (board, compared) = told(Deadline::default(), None);
    let counts: Vec<_> = compared.iter().map(|it| (it.series, it.of)).collect();
    assert_eq!(counts, [(0, 2), (1, 2), (2, 2)]);
    assert_eq!(compared[0].leader, None);
    let (leader, mean) = compared[2].leader.unwrap();
    let best = &board.standings[0];
    assert_eq!((best.learner, best.failed), (leader, 0));
    assert!((best.mean.unwrap() - mean).abs() < 1e-12);
    // Every learner is told by all metrics, whichever ranks; MASE is the one that does.
    assert!((best.metrics[&Metric::Mase] - mean).abs() < 1e-12);
    let told_of: Vec<Metric> = best.metrics.keys().copied().collect();
    for metric in [Metric::Rmse, Metric::Mae, Metric::Smape, Metric::Mase] {
        assert!(told_of.contains(&metric), "{told_of:?}");
    }
    assert!(best.metrics[&Metric::Mae] <= best.metrics[&Metric::Rmse]);

    let over = Deadline::within(std::time::Duration::ZERO);
    let (_, compared) = told(over, None);
    assert_eq!(compared.len(), 1, "there was no time for a series");
    let finished = train(&panel, &spec, Deadline::default(), None);
    let (_, compared) = told(over, Some(&finished));
    let last = compared.last().unwrap();
    assert_eq!((last.series, last.leader), (2, None), "what is carried need not be compared");
}

#[test]
fn what_is_held_out_is_told_step_by_step() {
    let (panel, spec) = panel(&sales(), SPEC).unwrap();
    let asked = spec.forecasts().unwrap();
    let competition = Competition::new(&panel, &asked, Metric::Mase);
    let measured = measure(&competition, &compete(&competition, &|_| {}).chosen).unwrap();
    let [best, worst] = measured.backtests.as_slice() else { panic!("{:?}", measured.backtests) };
    assert!(best.mase <= worst.mase);
    let mean = f64::midpoint(best.mase, worst.mase);
    assert!((measured.evaluation.score(Metric::Mase) - mean).abs() < 1e-12);
    for backtest in [best, worst] {
        let series = &panel.series[backtest.series];
        let truths: Vec<f64> = backtest.steps.iter().map(|step| step.truth).collect();
        assert_eq!(truths, series.values[series.values.len() - 7..]);
        for (ahead, step) in (1..).zip(&backtest.steps) {
            assert_eq!(step.ahead, ahead);
            assert!(step.bounds.0 < step.forecast && step.forecast < step.bounds.1);
        }
    }
    let promised: Vec<f64> = measured.calibration.iter().map(|(promised, _)| *promised).collect();
    assert_eq!(promised, [0.5, 0.6, 0.7, 0.8, 0.9, 0.95]);
    assert!(measured.calibration.is_sorted_by(|a, b| a.1 <= b.1), "{:?}", measured.calibration);
    let at_80 = measured.calibration[3].1;
    assert!((at_80 - measured.evaluation.score(Metric::Coverage)).abs() < 1e-12);
}

#[test]
fn forecasts_are_held_against_what_came_of_them() {
    let (all, spec) = panel(&sales(), SPEC).unwrap();
    let earlier: Vec<String> = sales()
        .lines()
        .filter(|line| *line < "2024-05-13" || line.starts_with("day"))
        .map(str::to_owned)
        .collect();
    let (earlier, _) = panel(&earlier.join("\n"), SPEC).unwrap();
    let forecaster = train(&earlier, &spec, Deadline::default(), None);
    assert!(realised(&earlier, &forecaster).unwrap().is_none(), "nothing has become known");
    let came_true = realised(&all, &forecaster).unwrap().expect("a week has become known");
    assert_eq!((came_true.series, came_true.evaluation.rows()), (2, 14));
    let mut errors = Vec::new();
    for series in &all.series {
        let week = series.values.len() - 7..;
        let request = ForecastRequest {
            key: series.key.clone(),
            regressors: [("promo".to_owned(), series.regressors[0][week.clone()].to_vec())].into(),
            ..ForecastRequest::default()
        };
        let forecast = forecaster.forecast(&request).unwrap();
        let truth = &series.values[week];
        errors
            .extend(truth.iter().zip(forecast.values).map(|(truth, value)| (truth - value).abs()));
    }
    let mean = errors.iter().sum::<f64>() / 14.0;
    assert!((came_true.evaluation.score(Metric::Mae) - mean).abs() < 1e-9);
    assert!(came_true.evaluation.score(Metric::Coverage) > 0.5);
    assert!((came_true.probability - 0.8).abs() < 1e-12);
}

#[test]
fn odd_times_are_mended_and_told() {
    let mut data: Vec<String> = sales().lines().map(str::to_owned).collect();
    data.swap(3, 90);
    data.push("2024-01-03,1,0,500".to_owned());
    data.remove(60);
    data.push(",1,0,4".to_owned());
    let (panel, _) = panel(&data.join("\n"), SPEC).unwrap();
    let notes = panel.notes.join("; ");
    assert!(
        notes.contains("1 rows repeat a step of their series: the mean of them counts"),
        "{notes}"
    );
    assert!(notes.contains("1 steps have no row"), "{notes}");
    assert!(notes.contains("1 rows without a time, a key or a value are left out"), "{notes}");
    assert_eq!(panel.rows, 241);
    let Oddities { unusable, between, repeated, missing, left_out } = &panel.oddities;
    assert_eq!((*unusable, *between, *repeated, *missing), (1, 0, 1, 1));
    assert!(left_out.is_empty());
}

/// Daily sales of one store on the days that `is_open`.
fn sales_where(is_open: impl Fn(i64) -> bool) -> String {
    let start = date::parse("2024-01-01").unwrap() as i64;
    let days = (0..140_i64).filter(|day| is_open(*day)).map(|day| {
        let instant = jiff::Timestamp::from_second(start + 86_400 * day).unwrap();
        format!("{},{}\n", instant.strftime("%Y-%m-%d"), 50 + 7 * (day % 7) + day % 3)
    });
    "day,sales\n".to_owned() + &days.collect::<String>()
}

#[test]
fn learners_are_compared_beside_a_gap() {
    let spec = "[forecasting]\nlearners = ['theta', 'ets']";
    let compare = |data: &str| {
        let (panel, spec) = panel(data, spec).unwrap();
        let asked = spec.forecasts().unwrap();
        let competition = Competition::new(&panel, &asked, Metric::Rmse);
        let board = compete(&competition, &|_| {});
        (board.origins, board.chosen[0].score, competition.unmeasured(&board.chosen))
    };
    // Four weeks without a value lie before the week that is held out.
    let (origins, score, unmeasured) = compare(&sales_where(|day| !(105..133).contains(&day)));
    assert_eq!((origins, unmeasured), (5, 0));
    assert!(score.is_some_and(f64::is_finite), "{score:?}");
    // No origin in the younger half has a value ahead of it.
    let (origins, score, unmeasured) = compare(&sales_where(|day| !(60..134).contains(&day)));
    assert_eq!((origins, score, unmeasured), (0, None, 1));
}

/// Promotions make two thirds of the error of whoever does not know them.
#[test]
fn from_one_origin_a_learner_that_halves_the_error_is_chosen() {
    let spec = "[forecasting]\nseries = ['store']\nregressors = ['promo']\ncv = { folds = 1 }\n\
                learners = ['theta', 'ets', 'additive', 'combination']";
    let (panel, spec) = panel(&sales(), spec).unwrap();
    let asked = spec.forecasts().unwrap();
    let competition = Competition::new(&panel, &asked, Metric::Rmse);
    let board = compete(&competition, &|_| {});
    assert_eq!(board.origins, 1);
    let chosen: Vec<ForecasterKind> = board.chosen.iter().map(|it| it.learner).collect();
    assert_eq!(chosen, [ForecasterKind::Additive; 2], "{board:?}");
}

#[test]
fn what_cannot_be_forecast_is_rejected_in_words() {
    let code = |data: &str, spec: &str| {
        let Rejection(defects) = panel(data, spec).unwrap_err();
        (defects[0].code.clone(), defects[0].message.clone())
    };
    let rows: Vec<String> = (1..=20).map(|at| format!("{at},{at}")).collect();
    let (kind, _) = code(&format!("a,b\n{}", rows.join("\n")), "[forecasting]");
    assert_eq!(kind, "no_time");
    let (kind, message) = code(&sales(), "[forecasting]\nseries = ['shop']");
    assert_eq!(kind, "unknown_column");
    assert!(message.contains("`shop` of `forecasting.series`"), "{message}");
    for (names, role) in [
        ("regressors = ['sales']", "the target `sales`"),
        ("regressors = ['day']", "the time `day`"),
        ("series = ['sales']", "the target `sales`"),
        ("series = ['store']\nregressors = ['store']", "a key of the series `store`"),
    ] {
        let spec = format!("time = 'day'\ntarget = 'sales'\n[forecasting]\n{names}");
        let (kind, message) = code(&sales(), &spec);
        assert_eq!(kind, "column_of_another_role");
        assert!(message.contains(role), "{message}");
    }
    let (_, message) = code(&sales(), "time = 'day'\ntarget = 'day'\n[forecasting]");
    assert!(message.contains("`target` in model.toml names the time `day`"), "{message}");
    let all = sales();
    let short: Vec<&str> = all.lines().take(9).collect();
    let (kind, message) = code(&short.join("\n"), SPEC);
    assert_eq!(kind, "short_series");
    assert!(message.contains("(1)"), "{message}");
    let random = &mut fastrand::Rng::with_seed(1);
    let odd: Vec<String> = (0..60)
        .map(|day| {
            format!("2024-01-{:02} {:02}:{:02}:00,1", day / 2 + 1, random.u8(..24), random.u8(..60))
        })
        .collect();
    let (kind, message) = code(&format!("at,v\n{}", odd.join("\n")), "[forecasting]");
    assert_eq!(kind, "irregular_times");
    assert!(message.contains("say `forecasting.frequency` in model.toml"), "{message}");
    let (kind, message) = code("at,v\n2024-01-01,1\n2024-01-02,2\n2024-01-03,3", "[forecasting]");
    assert_eq!(kind, "short_series");
    assert!(message.contains("over a horizon of 7: upload a longer past"), "{message}");
}

#[test]
fn rows_at_any_time_count_together_by_the_steps_that_the_spec_names() {
    let random = &mut fastrand::Rng::with_seed(1);
    let mut sums = [0.0; 30];
    let mut rows = vec!["at,sold".to_owned()];
    for (day, sum) in (1..).zip(&mut sums) {
        // The first sale of all is late in the day.
        for hour in if day == 1 { vec![17] } else { vec![6, 11, 23] } {
            let sold = f64::from(random.u8(1..9));
            rows.push(format!("2024-04-{day:02} {hour:02}:{:02}:07,{sold}", random.u8(..60)));
            *sum += sold;
        }
    }
    let sold = rows.join("\n");
    let (daily, _) = panel(&sold, "[forecasting]\nfrequency = 'day'\nduplicates = 'sum'").unwrap();
    assert_eq!(daily.series[0].values, sums);
    let midnight = date::parse("2024-04-01").unwrap() as i64;
    assert_eq!(daily.setting.grid.at(daily.series[0].start), midnight);
    assert_eq!((daily.oddities.between, daily.oddities.missing), (0, 0));
    let notes = daily.notes.join("; ");
    let told = "the rows do not lie on steps of one day: those within a step count together, by \
                their sum (`forecasting.duplicates`)";
    assert!(notes.contains(told), "{notes}");
    // Whole days are steps of weeks from Monday on; 2024-04-01 is one.
    let (weekly, _) =
        panel(&sold, "[forecasting]\nfrequency = 'week'\nduplicates = 'sum'\nhorizon = 1").unwrap();
    let weeks: Vec<f64> = sums.chunks(7).map(|days| days.iter().sum()).collect();
    assert_eq!(weekly.series[0].values, weeks);
    assert_eq!(weekly.setting.grid.at(weekly.series[0].start), midnight);
}

#[test]
fn a_combination_that_is_chosen_without_leading_says_why() {
    let standing = |learner, mean, chosen| Standing {
        learner,
        mean: Some(mean),
        deviation: Some(0.1),
        metrics: BTreeMap::new(),
        chosen,
        failed: 0,
        seconds: 0.0,
    };
    let board = |series, standings| Board {
        metric: Metric::Rmse,
        origins: 5,
        series,
        standings,
        chosen: Vec::new(),
    };
    let (theta, combination) = (ForecasterKind::Theta, ForecasterKind::Combination);
    let second = board(1, vec![standing(theta, 1.0, 0), standing(combination, 1.1, 1)]);
    assert_eq!(
        second.why_combined().unwrap(),
        "`combination` is chosen, though `theta` leads by rmse: a lead over it counts only beyond 2 \
         standard errors, and from less than 3 origins where it halves the error"
    );
    let of_some = board(2, vec![standing(theta, 1.0, 2), standing(combination, 1.1, 3)]);
    assert!(of_some.why_combined().unwrap().contains("is chosen for 3 of 5 series, though"));
    let first = board(1, vec![standing(combination, 1.0, 1), standing(theta, 1.1, 0)]);
    assert_eq!(first.why_combined(), None);
    let not_chosen = board(1, vec![standing(theta, 1.0, 1), standing(combination, 1.1, 0)]);
    assert_eq!(not_chosen.why_combined(), None);
}

#[test]
fn days_with_strokes_are_the_same_steps_where_they_tell_their_order() {
    let (iso, _) = panel(&sales(), SPEC).unwrap();
    let strokes: String = sales()
        .lines()
        .map(|line| match line.split_once(',').unwrap() {
            ("day", rest) => format!("day,{rest}\n"),
            (day, rest) => {
                let [year, month, day] = day.split('-').collect::<Vec<_>>()[..] else {
                    panic!("{day}")
                };
                format!("{day}/{month}/{year},{rest}\n")
            }
        })
        .collect();
    let (read, _) = panel(&strokes, SPEC).unwrap();
    assert_eq!((iso.date_order, read.date_order), (None, Some(date::DateOrder::DayFirst)));
    assert_eq!((&read.series, &read.data_hash), (&iso.series, &iso.data_hash));
    let first_days: String = strokes
        .lines()
        .filter(|line| line.starts_with("day") || line.starts_with('0'))
        .map(|line| format!("{line}\n"))
        .collect();
    for spec in [SPEC.to_owned(), format!("time = 'day'\n{SPEC}")] {
        let Rejection(defects) = panel(&first_days, &spec).unwrap_err();
        assert!(defects[0].message.contains("say `columns.day.date_order = "), "{defects:?}");
    }
}
