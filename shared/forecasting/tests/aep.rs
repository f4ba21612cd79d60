//! The book's five splits of the last 1,000 hours of electricity demand: each time the
//! learner is chosen within the training part, and forecasts the 166 hours after it.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

use std::path::Path;
use std::sync::Arc;

use model_factory_forecasting::{Board, Competition, Measured, Panel, compete, measure};
use model_factory_learning::learners::Deadline;
use model_factory_learning::metrics::Metric;
use model_factory_tabular::dataset::{self, RawTable, selection};
use model_factory_tabular::spec::Spec;

/// What Prophet, and the demand of one day before, miss by (RMSE in MW).
const PROPHET: [f64; 5] = [1804.0, 4088.0, 7867.0, 1333.0, 7278.0];
const NAIVE: [f64; 5] = [968.0, 2551.0, 776.0, 1597.0, 1904.0];

/// Rows of the first training part and of each test.
const FIRST: usize = 170;
const TEST: usize = 166;

/// The last 1,000 hours in the order of time, which is not the file's.
fn hours(spec: &Spec) -> Option<RawTable> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let Ok(file) = std::fs::File::open(folder.join("aep-hourly.csv")) else {
        println!("skipped: {} is absent", folder.display());
        return None;
    };
    let raw = dataset::read("aep-hourly.csv", Arc::new(file), spec).unwrap();
    let mut raw = selection::select(raw, spec).unwrap();
    let Some(dataset::Values::Number(times)) = raw.table.column("Datetime") else {
        panic!("no times")
    };
    let mut order: Vec<usize> = (0..times.len()).collect();
    order.sort_by(|a, b| times[*a].total_cmp(&times[*b]));
    raw.table = raw.table.select(&order);
    Some(raw)
}

/// The learner that the hours before the last 166 of the first `rows` choose, and what it
/// forecasts of these.
fn forecast(raw: &RawTable, spec: &Spec, rows: usize) -> (Board, Measured) {
    let table = raw.table.select(&(0..rows).collect::<Vec<_>>());
    let part = RawTable { table, kinds: raw.kinds.clone(), notes: Vec::new() };
    let asked = spec.forecasts().unwrap();
    let panel = Panel::from_raw(part, &Spec { data: Default::default(), ..spec.clone() }, &asked);
    let panel = panel.unwrap();
    let competition = Competition {
        panel: &panel,
        asked: &asked,
        metric: Metric::Rmse,
        seed: 42,
        deadline: Deadline::default(),
        carried: None,
    };
    let board = compete(&competition, &|_| {});
    let measured = measure(&competition, &board.chosen).unwrap();
    (board, measured)
}

#[test]
fn the_books_splits_are_forecast_better_than_by_prophet_and_by_yesterday() {
    let spec = "time = 'Datetime'\n[data]\nlast_rows = 1000\n[forecasting]\nhorizon = 166\n";
    let spec = Spec::parse(spec.as_bytes()).unwrap();
    let Some(raw) = hours(&spec) else { return };
    let (mut sum, mut better, mut covered) = (0.0, 0, 0.0);
    for split in 0..5 {
        let (board, measured) = forecast(&raw, &spec, FIRST + (split + 1) * TEST);
        let rmse = measured.evaluation.score(Metric::Rmse);
        let coverage = measured.evaluation.score(Metric::Coverage);
        let chosen = &board.chosen[0];
        println!(
            "split {}: {:?} RMSE {rmse:.0}, Prophet {}, naive {}; coverage {coverage:.2}",
            split + 1,
            chosen.learner,
            PROPHET[split],
            NAIVE[split]
        );
        for standing in &board.standings {
            println!("    {:?} {:.0?} {:.2} s", standing.learner, standing.mean, standing.seconds);
        }
        better += usize::from(rmse < NAIVE[split]);
        sum += rmse;
        covered += coverage;
    }
    println!("mean RMSE {:.0}, coverage of 80 %: {:.2}", sum / 5.0, covered / 5.0);
    assert!(better >= 3, "{better} of 5 splits");
    assert!(sum < 0.9 * NAIVE.iter().sum::<f64>() && sum < 0.4 * PROPHET.iter().sum::<f64>());
}
