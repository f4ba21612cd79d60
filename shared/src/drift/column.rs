//! The comparison of one column.

use statrs::function::erf::erfc;

use super::report::{Aspect, Change, Details, Distances, Effect, Location, Measure, Method};
use super::statistics::contingency::{chi_squared, pool_rare, two_proportions};
use super::statistics::novelty::{NoveltyTest, exceedance, novelty};
use super::statistics::samples::KsTest;
use super::statistics::{binned, shares};
use crate::profile::{Column, Layout, Levels, Moments, Numbers, Summary, Texts};
use crate::spec::Thresholds;

/// Numbers with at most this many distinct values are tested as groups: the
/// Kolmogorov–Smirnov test loses power where values tie.
const FEW_VALUES: usize = 10;

/// The least standard deviation that distances are divided by.
const LEAST_STD: f64 = 0.001;

/// Where not all levels are listed, those that the reference has so often are compared
/// one by one.
const FREQUENT: u64 = 20;

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
/// two are summaries of different types. Values that `go_on`, such as times, are not
/// expected to stay where they were.
pub(super) fn compare(
    reference: &Column,
    current: &Column,
    go_on: bool,
    thresholds: &Thresholds,
) -> Option<Comparison> {
    let mut comparison = match (&reference.summary, &current.summary) {
        (Summary::Number(reference), Summary::Number(current)) => {
            numbers(reference, current, thresholds)
        }
        (Summary::Category(reference), Summary::Category(current)) => {
            categories(reference, current, thresholds)
        }
        (Summary::Text(reference), Summary::Text(current)) => texts(reference, current, thresholds),
        _ => return None,
    };
    if go_on {
        comparison.findings.clear();
    }
    comparison.findings.extend(missing(reference, current, thresholds));
    comparison.findings.extend(mistyped(reference, current, thresholds));
    Some(comparison)
}

fn missing(reference: &Column, current: &Column, thresholds: &Thresholds) -> Option<Finding> {
    // Where nothing is missing there is nothing to test, and no test to correct for.
    if reference.missing + current.missing == 0 {
        return None;
    }
    let (old, new) = ((reference.missing, reference.rows()), (current.missing, current.rows()));
    Some(share_test(Aspect::MissingRate, old, new, thresholds.missing_rate))
}

fn mistyped(reference: &Column, current: &Column, thresholds: &Thresholds) -> Option<Finding> {
    // The reference is of its type throughout.
    let (old, new) = ((0, reference.rows()), (current.mistyped, current.rows()));
    (current.mistyped > 0).then(|| share_test(Aspect::Type, old, new, thresholds.missing_rate))
}

/// The test of a share, given as the counts of part and whole.
fn share_test(aspect: Aspect, reference: (u64, u64), current: (u64, u64), floor: f64) -> Finding {
    let share = |(part, whole): (u64, u64)| part as f64 / whole.max(1) as f64;
    let test = two_proportions(reference, current);
    Finding {
        aspect,
        method: Method::TwoProportions,
        statistic: test.statistic,
        p_value: test.p_value,
        effect: Effect {
            measure: Measure::ShareChange,
            value: (share(current) - share(reference)).abs(),
            floor,
        },
    }
}

fn numbers(reference: &Numbers, current: &Numbers, thresholds: &Thresholds) -> Comparison {
    let (n, m) = (reference.moments.count, current.moments.count);
    let wasserstein = binned::wasserstein(&reference.bins, &current.bins);
    let scaled = wasserstein / reference.moments.std().max(LEAST_STD);
    let l_infinity = binned::ks_distance(&reference.bins, &current.bins);
    let (old, new) = binned::decile_counts(&reference.bins, &current.bins);
    let distances = distances(&old, &new, l_infinity);
    let by_distance =
        Effect { measure: Measure::Wasserstein, value: scaled, floor: thresholds.wasserstein };
    let excess = shares::excess_psi(&old, &new);
    let by_index = Effect { measure: Measure::ExcessPsi, value: excess, floor: thresholds.psi };
    // A few outliers inflate the deviation and hide a shift of the bulk from the
    // Wasserstein distance; the index, which ranks, still sees it.
    let effect = if by_distance.strength() >= by_index.strength() { by_distance } else { by_index };
    let finding = || match reference.bins.layout {
        Layout::Grid if reference.bins.edges.len() <= FEW_VALUES => {
            let (old, new) = (binned::counts(&reference.bins), binned::counts(&current.bins));
            group_test(pairs(&old, &new), (0, 0), effect)
        }
        _ => most_significant(
            distance_test(l_infinity, n, m, effect),
            group_test(pairs(&old, &new), (0, 0), effect),
        ),
    };
    let range = range(reference, current);
    let novel = (n * m > 0).then(|| {
        let floor = thresholds.out_of_range;
        unexpected(Aspect::Range, Method::Exceedance, range, m, floor)
    });
    Comparison {
        findings: (n * m > 0).then(finding).into_iter().chain(novel.flatten()).collect(),
        distances: (n * m > 0).then_some(distances),
        details: Details::Number {
            location: Change { reference: location(reference), current: location(current) },
            wasserstein,
            wasserstein_scaled: scaled.min(f64::MAX),
            out_of_range: Change {
                reference: range.expected / m.max(1) as f64,
                current: range.found as f64 / m.max(1) as f64,
            },
        },
    }
}

/// The test for numbers outside of the reference's range.
fn range(reference: &Numbers, current: &Numbers) -> NoveltyTest {
    let (n, m) = (reference.moments.count, current.moments.count);
    exceedance(n, m, current.bins.below.count, current.bins.above.count)
}

fn categories(reference: &Levels, current: &Levels, thresholds: &Thresholds) -> Comparison {
    let (n, m) = (reference.total(), current.total());
    let (levels, rest) = levels(reference, current);
    let (old, new): (Vec<u64>, Vec<u64>) = levels.iter().copied().chain([rest]).unzip();
    let cramers_v = shares::cramers_v(&old, &new);
    let unknown = new_levels(reference, current, &levels);
    let mut findings = Vec::new();
    if n * m > 0 {
        let effect =
            Effect { measure: Measure::CramersV, value: cramers_v, floor: thresholds.cramers_v };
        findings.push(group_test(levels.iter().copied(), rest, effect));
        let floor = thresholds.new_categories;
        findings.extend(unexpected(Aspect::NewCategories, Method::Novelty, unknown, m, floor));
    }
    Comparison {
        findings,
        distances: (n * m > 0).then(|| distances(&old, &new, shares::l_infinity(&old, &new))),
        details: Details::Category {
            cramers_v,
            new_categories: Change {
                reference: unknown.expected / m.max(1) as f64,
                current: unknown.found as f64 / m.max(1) as f64,
            },
            newest: newest(current),
        },
    }
}

/// Lengths are compared as numbers, words by the mean share of unknown ones.
fn texts(reference: &Texts, current: &Texts, thresholds: &Thresholds) -> Comparison {
    let (old, new) = (reference.unknown, current.unknown);
    let mut comparison = numbers(&reference.length, &current.length, thresholds);
    let error_of = |share: Moments| share.std().powi(2) / share.count.max(1) as f64;
    let error = (error_of(old) + error_of(new)).sqrt();
    let difference = new.mean - old.mean;
    if old.count * new.count > 0 && difference != 0.0 {
        let statistic = (difference / error).clamp(f64::MIN, f64::MAX);
        comparison.findings.push(Finding {
            aspect: Aspect::Words,
            method: Method::UnknownWords,
            statistic,
            p_value: erfc(statistic.abs() / std::f64::consts::SQRT_2),
            effect: Effect {
                measure: Measure::ShareChange,
                value: difference.abs(),
                floor: thresholds.unknown_words,
            },
        });
    }
    let length =
        Change { reference: location(&reference.length), current: location(&current.length) };
    let unknown_words = Change { reference: old.mean, current: new.mean };
    Comparison { details: Details::Text { length, unknown_words }, ..comparison }
}

/// The counts on both sides of every level that can be told apart, and of the rest.
fn levels(reference: &Levels, current: &Levels) -> (Vec<(u64, u64)>, (u64, u64)) {
    let mut levels: Vec<(u64, u64)> = reference
        .counts
        .iter()
        .map(|(level, &count)| (count, current.counts.get(level).copied().unwrap_or(0)))
        .collect();
    if reference.other > 0 {
        // It may have had the levels that it does not list. Levels near to the rarest of
        // those that it lists are listed for having been frequent in it: alone, they
        // would seem to have become rarer.
        let (frequent, rare): (Vec<_>, Vec<_>) =
            levels.into_iter().partition(|(count, _)| *count >= FREQUENT);
        let rest = rare.into_iter().fold((reference.other, current.not_listed()), |sum, level| {
            (sum.0 + level.0, sum.1 + level.1)
        });
        return (frequent, rest);
    }
    levels.extend(current.unlisted.values().map(|&count| (0, count)));
    (levels, (0, current.other))
}

/// The test for levels that the reference does not have. Where it has more levels
/// than it lists, what it does not list is expected in the same share again.
fn new_levels(reference: &Levels, current: &Levels, levels: &[(u64, u64)]) -> NoveltyTest {
    if reference.other == 0 {
        // What is not told apart counts as levels that occur once: those surprise least.
        let singles = std::iter::repeat_n((0, 1), current.other as usize);
        return novelty(levels.iter().copied().chain(singles));
    }
    let (n, m) = (reference.total(), current.total());
    let found = current.not_listed();
    let unlisted = reference.unlisted_but_for_itself();
    let test = two_proportions((unlisted, n), (found, m));
    NoveltyTest {
        found,
        expected: unlisted as f64 / n as f64 * m as f64,
        statistic: test.statistic,
        p_value: test.p_value,
    }
}

/// The test for values that the reference does not have.
fn unexpected(
    aspect: Aspect,
    method: Method,
    test: NoveltyTest,
    rows: u64,
    floor: f64,
) -> Option<Finding> {
    // Without such a value there is nothing to test, and no test to correct for.
    (test.found > 0).then(|| Finding {
        aspect,
        method,
        statistic: test.statistic,
        p_value: test.p_value,
        effect: Effect {
            measure: Measure::ShareChange,
            value: ((test.found as f64 - test.expected) / rows as f64).max(0.0),
            floor,
        },
    })
}

fn newest(current: &Levels) -> Vec<(String, u64)> {
    let mut newest: Vec<(String, u64)> =
        current.unlisted.iter().map(|(level, &count)| (level.clone(), count)).collect();
    newest.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    newest.truncate(NAMED);
    newest
}

fn group_test(
    groups: impl Iterator<Item = (u64, u64)> + Clone,
    rest: (u64, u64),
    effect: Effect,
) -> Finding {
    let (reference, current) = pool_rare(groups, rest);
    let test = chi_squared(&reference, &current);
    Finding {
        aspect: Aspect::Distribution,
        method: Method::ChiSquared,
        statistic: test.statistic,
        p_value: test.p_value,
        effect,
    }
}

fn distance_test(distance: f64, reference: u64, current: u64, effect: Effect) -> Finding {
    let test = KsTest::new(distance, reference, current);
    Finding {
        aspect: Aspect::Distribution,
        method: Method::KolmogorovSmirnov,
        statistic: test.statistic,
        p_value: test.p_value,
        effect,
    }
}

/// The more significant of two tests of the same thing, its p-value doubled since
/// it had two chances.
fn most_significant(a: Finding, b: Finding) -> Finding {
    let finding = if b.p_value < a.p_value { b } else { a };
    Finding { p_value: (2.0 * finding.p_value).min(1.0), ..finding }
}

fn pairs(reference: &[u64], current: &[u64]) -> impl Iterator<Item = (u64, u64)> + Clone {
    reference.iter().copied().zip(current.iter().copied())
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
