//! By how much a metric gets worse when the values of an input are shuffled.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use fastrand::Rng;
use rayon::prelude::*;

use super::{TOO_LATE, sample};
use crate::dataset::{Column, Labelled, Table};
use crate::learners::{Deadline, Predictor};
use crate::metrics::{Evaluation, Metric};
use crate::plural::counted;
use crate::training::TrainingError;

/// How often each column is shuffled.
const REPEATS: usize = 3;

/// The most rows that are shuffled.
const MOST_ROWS: usize = 2_000;

/// The fewest rows, however many columns there are.
const LEAST_ROWS: usize = 100;

/// About how many rows are predicted in all.
const BUDGET: usize = 200_000;

/// What came of shuffling.
pub(super) struct Permutation {
    columns: Vec<Shuffled>,
    /// The rows among which values were shuffled, and among which they would have been.
    rows: [usize; 2],
}

/// One column's shuffles.
struct Shuffled {
    name: String,
    /// The sum of what the metric lost by them.
    loss: f64,
    times: usize,
}

/// Shuffles each column among rows of the holdout. Where time is short, columns are shuffled
/// less often, then among fewer rows; last, columns are left out: those with the least `gain`,
/// or drawn by the seed where a model has none.
pub(super) fn measure(
    predictor: &Predictor,
    holdout: &Labelled,
    metric: Metric,
    gain: &BTreeMap<String, f64>,
    seed: u64,
    deadline: Deadline,
) -> Result<Permutation, TrainingError> {
    let columns = holdout.inputs.columns();
    let most = (BUDGET / (REPEATS * columns.len()).max(1)).clamp(LEAST_ROWS, MOST_ROWS);
    let mut random = Rng::with_seed(seed);
    let mut sample = sample(holdout, most, &mut random);
    let all_rows = sample.rows();
    let score = |rows: &Labelled, inputs: &Table| -> Result<f64, TrainingError> {
        let predictions = predictor.predict(inputs)?;
        Ok(Evaluation::new(&rows.target, &predictions)?.score(metric))
    };
    let began = Instant::now();
    let mut intact = score(&sample, &sample.inputs)?;
    let once = began.elapsed().saturating_mul(u32::try_from(columns.len()).unwrap_or(u32::MAX));
    let affordable = affordable(all_rows, once, deadline);
    if affordable < all_rows {
        sample = sample.select(&(0..affordable).collect::<Vec<_>>());
        intact = score(&sample, &sample.inputs)?;
    }
    let nothing = |column: &Column| Shuffled { name: column.name.clone(), loss: 0.0, times: 0 };
    let mut shuffles: Vec<Shuffled> = columns.iter().map(nothing).collect();
    let ranked = ranked(columns, gain, seed);
    'shuffling: for _ in 0..REPEATS {
        let mut order: Vec<usize> = (0..sample.rows()).collect();
        random.shuffle(&mut order);
        let other = sample.inputs.select(&order);
        for places in ranked.chunks(rayon::current_num_threads().max(1)) {
            if deadline.has_passed() {
                break 'shuffling;
            }
            let scores: Vec<f64> = places
                .par_iter()
                .map(|&column| match with_column_of(&sample.inputs, &other, column) {
                    Some(shuffled) => score(&sample, &shuffled),
                    None => Ok(intact),
                })
                .collect::<Result<_, _>>()?;
            for (&column, score) in places.iter().zip(scores) {
                if let Some(Shuffled { loss, times, .. }) = shuffles.get_mut(column) {
                    *loss += metric.improvement(intact, score);
                    *times += 1;
                }
            }
        }
    }
    Ok(Permutation { columns: shuffles, rows: [sample.rows(), all_rows] })
}

impl Permutation {
    /// What the metric loses on average, by column; without those that were not shuffled.
    pub(super) fn losses(&self) -> BTreeMap<String, f64> {
        let shuffled = self.columns.iter().filter(|column| column.times > 0);
        let losses = shuffled.map(|it| (it.name.clone(), it.loss / it.times as f64));
        losses.filter(|(_, loss)| loss.is_finite()).collect()
    }

    /// What there was no time for, in words.
    pub(super) fn note(&self) -> Option<String> {
        let all = self.columns.len();
        let times = || self.columns.iter().map(|column| column.times).filter(|times| *times > 0);
        let (shuffled, [rows, all_rows]) = (times().count(), self.rows);
        let (fewest, often) = (times().min().unwrap_or(0), times().max().unwrap_or(0));
        if shuffled == all && fewest == REPEATS && rows == all_rows {
            return None;
        }
        let what = match shuffled {
            0 => format!("of none of {}", counted(all, "input")),
            _ => {
                let range = if fewest == often { String::new() } else { format!("{fewest} to ") };
                format!(
                    "of {shuffled} of {}, shuffled {range}{often} of {REPEATS} times among {rows} \
                     of {}",
                    counted(all, "input"),
                    counted(all_rows, "row")
                )
            }
        };
        Some(format!("permutation importance is {what}: {TOO_LATE}"))
    }
}

/// Of so many rows those for which one shuffle of all columns, which takes `once` with all of
/// them, leaves time.
fn affordable(rows: usize, once: Duration, deadline: Deadline) -> usize {
    match deadline.remaining() {
        Some(left) if left < once => {
            let share = left.as_secs_f64() / once.as_secs_f64();
            ((rows as f64 * share) as usize).max(LEAST_ROWS).min(rows)
        }
        _ => rows,
    }
}

/// The columns, those first that are most worth their time.
fn ranked(columns: &[Column], gain: &BTreeMap<String, f64>, seed: u64) -> Vec<usize> {
    let mut places: Vec<usize> = (0..columns.len()).collect();
    Rng::with_seed(seed).shuffle(&mut places);
    let gain_of = |place: usize| {
        let column = columns.get(place);
        column.and_then(|column| gain.get(&column.name)).copied().unwrap_or_default()
    };
    places.sort_by(|&a, &b| gain_of(b).total_cmp(&gain_of(a)));
    places
}

/// The table with one column from the other; `None` where that changes nothing, as a pixel that
/// never has ink.
fn with_column_of(table: &Table, other: &Table, column: usize) -> Option<Table> {
    if table.columns().get(column) == other.columns().get(column) {
        return None;
    }
    let columns: Vec<Column> = table
        .columns()
        .iter()
        .zip(other.columns())
        .enumerate()
        .map(|(index, (own, others))| if index == column { others } else { own }.clone())
        .collect();
    // The columns of two tables of as many rows are of one length.
    Table::new(columns).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_as_many_as_one_shuffle_of_all_columns_has_time_for() {
        let (once, day) =
            (Duration::from_secs(1_000), Deadline::within(Duration::from_secs(86_400)));
        assert_eq!(affordable(2_000, once, Deadline::NEVER), 2_000);
        assert_eq!(affordable(2_000, once, day), 2_000);
        let half = affordable(2_000, once, Deadline::within(once / 2));
        assert!((990..=1_000).contains(&half), "{half}");
        assert_eq!(affordable(2_000, once, Deadline::within(once / 1_000)), LEAST_ROWS);
        assert_eq!(affordable(30, once, Deadline::within(once / 2)), 30);
    }

    #[test]
    fn columns_of_most_gain_come_first_and_others_as_the_seed_says() {
        let column = |name: usize| Column {
            name: name.to_string(),
            values: crate::dataset::Values::Number(Vec::new()),
        };
        let columns: Vec<Column> = (0..50).map(column).collect();
        let gain = [(7.to_string(), 0.2), (31.to_string(), 0.8)].into();
        let order = ranked(&columns, &gain, 1);
        assert_eq!(order[..2], [31, 7]);
        assert_eq!(order, ranked(&columns, &gain, 1));
        assert_ne!(order[2..], ranked(&columns, &gain, 2)[2..]);
    }

    #[test]
    fn a_note_tells_how_far_it_came() {
        let note = |times: [usize; 3], rows| {
            let column = |times| Shuffled { name: String::new(), loss: 0.0, times };
            Permutation { columns: times.map(column).into(), rows }.note()
        };
        assert_eq!(note([3, 3, 3], [100, 100]), None);
        let told = |times, rows, expected: &str| {
            let note = note(times, rows).unwrap();
            assert!(note.contains(&format!("is {expected}: there was no time")), "{note}");
        };
        told(
            [3, 3, 2],
            [100, 100],
            "of 3 of 3 inputs, shuffled 2 to 3 of 3 times among 100 of 100 rows",
        );
        told(
            [1, 0, 1],
            [100, 168],
            "of 2 of 3 inputs, shuffled 1 of 3 times among 100 of 168 rows",
        );
        told([0, 0, 0], [100, 100], "of none of 3 inputs");
    }
}
