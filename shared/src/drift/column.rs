//! The comparison of one column.

use super::report::{Aspect, Change, Details, Distances, Effect, Location, Measure, Method};
use super::statistics::contingency::{chi_squared, pool_rare, two_proportions};
use super::statistics::samples::KsTest;
use super::statistics::{binned, shares};
use crate::profile::{Bins, Column, Layout, Levels, Numbers, Summary};
use crate::spec::Thresholds;

/// Numbers with at most this many distinct values are tested as groups: the
/// Kolmogorov–Smirnov test loses power where values tie.
const FEW_VALUES: usize = 10;

/// The least standard deviation that distances are divided by.
const LEAST_STD: f64 = 0.001;

/// How many new categories are named.
const NAMED: usize = 10;

/// What two summaries of a column have shown, before all p-values are known.
pub(super) struct Comparison {
    pub(super) findings: Vec<Finding>,
    pub(super) distances: Option<Distances>,
    pub(super) details: Details,
}

/// One test of the column.
pub(super) struct Finding {
    pub(super) aspect: Aspect,
    pub(super) method: Method,
    pub(super) statistic: f64,
    pub(super) p_value: f64,
    pub(super) effect: Effect,
}

/// Compares what the window saw of a column with the reference. `None` when the
/// two are summaries of different types.
pub(super) fn compare(
    reference: &Column,
    current: &Column,
    thresholds: &Thresholds,
) -> Option<Comparison> {
    let mut comparison = match (&reference.summary, &current.summary) {
        (Summary::Number(reference), Summary::Number(current)) => {
            numbers(reference, current, thresholds)
        }
        (Summary::Category(reference), Summary::Category(current)) => {
            categories(reference, current, thresholds)
        }
        _ => return None,
    };
    comparison.findings.extend(missing(reference, current, thresholds));
    Some(comparison)
}

fn missing(reference: &Column, current: &Column, thresholds: &Thresholds) -> Option<Finding> {
    // Where nothing is missing there is nothing to test, and no test to correct for.
    if reference.missing + current.missing == 0 {
        return None;
    }
    let test =
        two_proportions((reference.missing, reference.rows()), (current.missing, current.rows()));
    Some(Finding {
        aspect: Aspect::MissingRate,
        method: Method::TwoProportions,
        statistic: test.statistic,
        p_value: test.p_value,
        effect: Effect {
            measure: Measure::ShareChange,
            value: (current.missing_rate() - reference.missing_rate()).abs(),
            floor: thresholds.missing_rate,
        },
    })
}

fn numbers(reference: &Numbers, current: &Numbers, thresholds: &Thresholds) -> Comparison {
    let (n, m) = (reference.moments.count, current.moments.count);
    let (old, new) = binned::decile_counts(&reference.bins, &current.bins);
    let wasserstein = binned::wasserstein(&reference.bins, &current.bins);
    let scaled = wasserstein / reference.moments.std().max(LEAST_STD);
    let l_infinity = binned::ks_distance(&reference.bins, &current.bins);
    let distances = distances(&old, &new, l_infinity);
    let by_distance =
        Effect { measure: Measure::Wasserstein, value: scaled, floor: thresholds.wasserstein };
    let by_index = Effect { measure: Measure::Psi, value: distances.psi, floor: thresholds.psi };
    // A few outliers inflate the deviation and hide a shift of the bulk from the
    // Wasserstein distance; the index, which ranks, still sees it.
    let effect = if by_distance.strength() >= by_index.strength() { by_distance } else { by_index };
    let finding =
        if reference.bins.layout == Layout::Grid && reference.bins.edges.len() <= FEW_VALUES {
            group_test(&binned::counts(&reference.bins), &binned::counts(&current.bins), effect)
        } else {
            distance_test(l_infinity, &reference.bins, &current.bins, effect)
        };
    Comparison {
        findings: (n * m > 0).then_some(finding).into_iter().collect(),
        distances: (n * m > 0).then_some(distances),
        details: Details::Number {
            location: Change { reference: location(reference), current: location(current) },
            wasserstein,
            wasserstein_scaled: scaled.min(f64::MAX),
            out_of_range: current.bins.out_of_range() as f64 / m.max(1) as f64,
        },
    }
}

fn categories(reference: &Levels, current: &Levels, thresholds: &Thresholds) -> Comparison {
    let (n, m) = (reference.total(), current.total());
    let (old, new) = level_counts(reference, current);
    let cramers_v = shares::cramers_v(&old, &new);
    let effect =
        Effect { measure: Measure::CramersV, value: cramers_v, floor: thresholds.cramers_v };
    let mut findings = Vec::new();
    if n * m > 0 {
        findings.push(group_test(&old, &new, effect));
        findings.extend(new_categories(reference, current, thresholds));
    }
    let mut newest: Vec<(String, u64)> =
        current.unlisted.iter().map(|(level, &count)| (level.clone(), count)).collect();
    newest.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    newest.truncate(NAMED);
    Comparison {
        findings,
        distances: (n * m > 0).then(|| distances(&old, &new, shares::l_infinity(&old, &new))),
        details: Details::Category {
            cramers_v,
            new_categories: Change {
                reference: expected_unlisted(reference) as f64 / n.max(1) as f64,
                current: current.not_listed() as f64 / m.max(1) as f64,
            },
            newest,
        },
    }
}

/// Tests whether more values than expected have a level that the reference does
/// not list.
fn new_categories(
    reference: &Levels,
    current: &Levels,
    thresholds: &Thresholds,
) -> Option<Finding> {
    let (n, m) = (reference.total(), current.total());
    let (expected, found) = (expected_unlisted(reference), current.not_listed());
    if found == 0 {
        return None;
    }
    let test = two_proportions((expected, n), (found, m));
    Some(Finding {
        aspect: Aspect::NewCategories,
        method: Method::TwoProportions,
        statistic: test.statistic,
        p_value: test.p_value,
        effect: Effect {
            measure: Measure::ShareChange,
            value: (found as f64 / m as f64 - expected as f64 / n as f64).max(0.0),
            floor: thresholds.new_categories,
        },
    })
}

/// How many values of data like the reference have a level that it does not list.
/// A value that is the only one of its level would be new to the others (Good and
/// Turing), so that columns of many rare levels do not raise an alarm.
fn expected_unlisted(reference: &Levels) -> u64 {
    let singles = reference.counts.values().filter(|&&count| count == 1).count() as u64;
    (reference.not_listed() + singles).min(reference.total())
}

/// The counts of both sides for every level that either lists, and for the rest.
fn level_counts(reference: &Levels, current: &Levels) -> (Vec<u64>, Vec<u64>) {
    let listed = reference
        .counts
        .iter()
        .map(|(level, &count)| (count, current.counts.get(level).copied().unwrap_or(0)));
    // A reference that lists not all of its levels may have had the new ones.
    if reference.other > 0 {
        return listed.chain([(reference.other, current.not_listed())]).unzip();
    }
    let new = current.unlisted.values().map(|&count| (0, count));
    listed.chain(new).chain([(0, current.other)]).unzip()
}

fn group_test(reference: &[u64], current: &[u64], effect: Effect) -> Finding {
    let (reference, current) = pool_rare(reference, current);
    let test = chi_squared(&reference, &current);
    Finding {
        aspect: Aspect::Distribution,
        method: Method::ChiSquared,
        statistic: test.statistic,
        p_value: test.p_value,
        effect,
    }
}

fn distance_test(distance: f64, reference: &Bins, current: &Bins, effect: Effect) -> Finding {
    let test = KsTest::new(distance, reference.total(), current.total());
    Finding {
        aspect: Aspect::Distribution,
        method: Method::KolmogorovSmirnov,
        statistic: test.statistic,
        p_value: test.p_value,
        effect,
    }
}

fn distances(reference: &[u64], current: &[u64], l_infinity: f64) -> Distances {
    Distances {
        psi: shares::psi(reference, current),
        jensen_shannon: shares::jensen_shannon(reference, current),
        hellinger: shares::hellinger(reference, current),
        l_infinity,
        l_infinity_robust: shares::robust(l_infinity, reference.iter().sum(), current.iter().sum()),
    }
}

fn location(numbers: &Numbers) -> Location {
    let moments = numbers.moments;
    Location { mean: moments.mean, std: moments.std(), min: moments.min, max: moments.max }
}
