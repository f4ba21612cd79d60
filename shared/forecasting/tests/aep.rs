//! The book's five splits of the last 1,000 hours of electricity demand: each time the
//! learner is chosen within the training part, and forecasts the 166 hours after it. And the
//! same of every earlier 1,000 hours: five splits tell little.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use model_factory_forecasting::{
    Board, Competition, Forecaster, Measured, Panel, compete, measure,
};
use model_factory_learning::metrics::Metric;
use model_factory_tabular::dataset::{self, RawTable, selection};
use model_factory_tabular::spec::Spec;

/// What Prophet, and the demand of one day before, miss by (RMSE in MW).
const PROPHET: [f64; 5] = [1804.0, 4088.0, 7867.0, 1333.0, 7278.0];
const NAIVE: [f64; 5] = [968.0, 2551.0, 776.0, 1597.0, 1904.0];

/// What ours miss by, as `docs/book.md` tells.
const OURS: [f64; 5] = [1520.0, 2165.0, 923.0, 1498.0, 1110.0];

/// By how much it may be more, as the last digits depend on the machine.
const SLACK: f64 = 1.01;

/// Rows that are split, of the first training part and of each test.
const BLOCK: usize = 1000;
const FIRST: usize = 170;
const TEST: usize = 166;

const SPEC: &str = "time = 'Datetime'\n[forecasting]\nhorizon = 166\n";

/// All hours in the order of time, which is not the file's.
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

/// What came of one split.
struct Outcome {
    board: Board,
    measured: Measured,
    /// What the demand of one day before misses by.
    naive: f64,
}

impl Outcome {
    fn rmse(&self) -> f64 {
        self.measured.evaluation.score(Metric::Rmse)
    }

    fn coverage(&self) -> f64 {
        self.measured.evaluation.score(Metric::Coverage)
    }
}

/// The learner that the rows before the last 166 choose, and what it forecasts of these.
fn forecast(raw: &RawTable, spec: &Spec, rows: Range<usize>) -> Outcome {
    let table = raw.table.select(&rows.collect::<Vec<_>>());
    let part = RawTable { table, ..raw.clone() };
    let asked = spec.forecasts().unwrap();
    let panel = Panel::from_raw(part, spec, &asked).unwrap();
    let competition = Competition::new(&panel, &asked, Metric::Rmse);
    let board = compete(&competition, &|_| {});
    let measured = measure(&competition, &board.chosen).unwrap();
    let naive = measure(&competition, &Forecaster::naive(&panel)).unwrap();
    Outcome { board, measured, naive: naive.evaluation.score(Metric::Rmse) }
}

/// The five splits of the rows before `end`.
fn splits(raw: &RawTable, spec: &Spec, end: usize) -> Vec<Outcome> {
    let start = end - BLOCK;
    let split = |split| forecast(raw, spec, start..start + FIRST + split * TEST);
    (1..=5).map(split).collect()
}

#[test]
fn the_books_splits_are_forecast_better_in_the_mean_and_two_of_five_better_than_by_both() {
    let spec = Spec::parse(SPEC.as_bytes()).unwrap();
    let Some(raw) = hours(&spec) else { return };
    let outcomes = splits(&raw, &spec, raw.table.rows());
    let mut both = 0;
    for ((outcome, ours), (prophet, naive)) in
        outcomes.iter().zip(OURS).zip(PROPHET.into_iter().zip(NAIVE))
    {
        let (rmse, coverage) = (outcome.rmse(), outcome.coverage());
        let learner = outcome.board.chosen[0].learner;
        println!(
            "{learner:?} RMSE {rmse:.0}, Prophet {prophet}, naive {naive}; coverage {coverage:.2}"
        );
        for standing in &outcome.board.standings {
            println!("    {:?} {:.0?} {:.2} s", standing.learner, standing.mean, standing.seconds);
        }
        assert!((outcome.naive - naive).abs() < 1.0, "{}", outcome.naive);
        assert!(rmse < SLACK * ours, "{rmse}, not {ours}");
        both += usize::from(rmse < prophet && rmse < naive);
    }
    let sum: f64 = outcomes.iter().map(Outcome::rmse).sum();
    let covered: f64 = outcomes.iter().map(Outcome::coverage).sum();
    println!("mean RMSE {:.0}, coverage of 80 %: {:.2}", sum / 5.0, covered / 5.0);
    assert_eq!(both, 2, "of 5 splits");
    let beaten = |other: [f64; 5]| outcomes.iter().zip(other).filter(|(it, of)| it.rmse() < *of);
    assert_eq!((beaten(PROPHET).count(), beaten(NAIVE).count()), (4, 3));
    assert!(sum < NAIVE.iter().sum::<f64>() && sum < 0.4 * PROPHET.iter().sum::<f64>());
}

/// Every `every`-th block of 1,000 hours before the last one: our RMSE as a multiple of
/// yesterday's (geometric mean of all splits), and the mean coverage.
fn earlier(every: usize) -> Option<(f64, f64)> {
    let spec = Spec::parse(SPEC.as_bytes()).unwrap();
    let raw = hours(&spec)?;
    let ends = (1..raw.table.rows() / BLOCK).map(|block| raw.table.rows() - block * BLOCK);
    let outcomes: Vec<Vec<Outcome>> =
        ends.step_by(every).map(|end| splits(&raw, &spec, end)).collect();
    let geometric = |ratios: &[f64]| {
        (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp()
    };
    let of = |split: usize| outcomes.iter().map(move |block| &block[split]);
    for split in 0..5 {
        let ratios: Vec<f64> = of(split).map(|it| it.rmse() / it.naive).collect();
        println!("split {}: RMSE {:.3} of yesterday's", split + 1, geometric(&ratios));
    }
    let all = || outcomes.iter().flatten();
    let ratios: Vec<f64> = all().map(|it| it.rmse() / it.naive).collect();
    let covered = all().map(Outcome::coverage).sum::<f64>() / ratios.len() as f64;
    let ratio = geometric(&ratios);
    let better = |it: &&Outcome| it.rmse() < it.naive;
    let blocks = outcomes.iter().filter(|block| block.iter().filter(better).count() == 5).count();
    println!(
        "{} blocks: RMSE {ratio:.3} of yesterday's (geometric mean), better in {:.0} % of the splits \
         and in all five of {blocks} blocks; coverage of 80 %: {covered:.2}",
        outcomes.len(),
        100.0 * all().filter(better).count() as f64 / ratios.len() as f64,
    );
    Some((ratio, covered))
}

#[test]
fn earlier_hours_are_forecast_better_than_by_yesterday() {
    let Some((ratio, covered)) = earlier(10) else { return };
    assert!(ratio < 0.85, "{ratio}");
    assert!((0.75..0.9).contains(&covered), "{covered}");
}

#[test]
#[ignore = "takes minutes: the figures of docs/benchmarks.md"]
fn all_earlier_hours() {
    earlier(1);
}
