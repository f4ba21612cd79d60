//! Drift statistics against scipy's, to 1e-9.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::path::Path;

use model_factory::dataset::{Column, Field, Kind, Schema, Table, Task, Values, csv};
use model_factory::drift::statistics::{
    binned, contingency, kolmogorov, multiplicity, samples, shares,
};
use model_factory::drift::{Chunk, Report, Seen, Subject, Terms, Verdict, check};
use model_factory::profile::{Bins, Layout, Profile, Summary};
use model_factory::spec::Thresholds;
use model_factory::window::Window;
use serde::Deserialize;

const GOLDEN: &str = include_str!("golden/drift.json");

#[derive(Deserialize)]
struct Golden {
    samples: Vec<SampleCase>,
    kolmogorov: Vec<KolmogorovCase>,
    counts: Vec<CountCase>,
    proportions: Vec<ProportionCase>,
    multiplicity: Vec<MultiplicityCase>,
    wine: BTreeMap<String, BTreeMap<String, WineColumn>>,
}

#[derive(Deserialize)]
struct SampleCase {
    reference: Recipe,
    current: Recipe,
    expected: SampleStatistics,
}

#[derive(Deserialize)]
struct Recipe {
    seed: u64,
    n: usize,
    scale: f64,
    shift: f64,
    step: f64,
}

#[derive(Deserialize)]
struct SampleStatistics {
    ks: f64,
    ks_p_value: f64,
    wasserstein: f64,
    decile_counts: (Vec<u64>, Vec<u64>),
    psi: f64,
}

#[derive(Deserialize)]
struct KolmogorovCase {
    n: u64,
    d: f64,
    survival: f64,
}

#[derive(Deserialize)]
struct CountCase {
    reference: Vec<u64>,
    current: Vec<u64>,
    expected: CountStatistics,
}

#[derive(Deserialize)]
struct CountStatistics {
    psi: f64,
    jensen_shannon: f64,
    hellinger: f64,
    l_infinity: f64,
    l_infinity_robust: f64,
    cramers_v: f64,
    chi_squared: f64,
    degrees_of_freedom: u64,
    p_value: f64,
}

#[derive(Deserialize)]
struct ProportionCase {
    reference: (u64, u64),
    current: (u64, u64),
    statistic: f64,
    p_value: f64,
}

#[derive(Deserialize)]
struct MultiplicityCase {
    p_values: Vec<f64>,
    adjusted: Vec<f64>,
}

#[derive(Deserialize)]
struct WineColumn {
    ks: f64,
    p_value: f64,
    wasserstein: f64,
}

fn golden() -> Golden {
    serde_json::from_str(GOLDEN).unwrap()
}

/// Equal to 1e-9, relative to large numbers.
#[track_caller]
fn assert_close(found: f64, expected: f64, what: &str) {
    let tolerance = 1e-9 * expected.abs().max(1.0);
    assert!((found - expected).abs() <= tolerance, "{what}: {found} instead of {expected}");
}

/// `SplitMix64`, as `scripts/golden/drift.py` has it.
fn sample(recipe: &Recipe) -> Vec<f64> {
    let mut state = recipe.seed;
    let mut uniform = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut value = || {
        let sum = (uniform() + uniform()) + (uniform() + uniform());
        let x = (sum - 2.0) * recipe.scale + recipe.shift;
        if recipe.step > 0.0 { (x / recipe.step).floor() * recipe.step } else { x }
    };
    (0..recipe.n).map(|_| value()).collect()
}

fn table(values: Vec<f64>) -> Table {
    Table::new(vec![Column { name: "x".into(), values: Values::Number(values) }]).unwrap()
}

/// Both samples in the bins of the first.
fn bins(reference: &[f64], current: &[f64]) -> (Bins, Bins) {
    let schema = Schema {
        inputs: vec![Field::new("x", Kind::Fractional, false)],
        target: Some("y".into()),
        task: Task::Regression,
    };
    let profile = Profile::of(&table(reference.to_vec()), &schema);
    let mut observation = profile.observer();
    observation.add(&table(current.to_vec()));
    let of = |summary: &Summary| match summary {
        Summary::Number(numbers) => numbers.bins.clone(),
        _ => panic!("a column of numbers"),
    };
    (of(&profile.inputs[0].summary), of(&observation.inputs[0].summary))
}

#[test]
fn statistics_of_samples() {
    for case in golden().samples {
        let (reference, current) = (sample(&case.reference), sample(&case.current));
        let what = format!("n {} seed {}", case.reference.n, case.current.seed);
        let test = samples::ks_two_sample(&reference, &current);
        assert_close(test.statistic, case.expected.ks, &what);
        assert_close(test.p_value, case.expected.ks_p_value, &what);
        let distance = samples::wasserstein(&reference, &current);
        assert_close(distance, case.expected.wasserstein, &what);
        let (old, new) = samples::decile_counts(&reference, &current);
        assert_eq!((&old, &new), (&case.expected.decile_counts.0, &case.expected.decile_counts.1));
        assert_close(shares::psi(&old, &new), case.expected.psi, &what);
    }
}

#[test]
fn binned_statistics_stay_within_a_bin_of_the_exact_ones() {
    for case in golden().samples {
        let (reference, current) = (sample(&case.reference), sample(&case.current));
        let (old, new) = bins(&reference, &current);
        let distance = binned::ks_distance(&old, &new);
        let exact = case.expected.ks;
        let what = format!("n {} seed {}", case.reference.n, case.current.seed);
        assert!(distance <= exact + 1e-12, "{what}: {distance} above {exact}");
        if old.layout == Layout::Grid {
            assert_close(distance, exact, &what);
        }
        let bin = 1.0 / case.reference.n.min(200) as f64;
        assert!(exact - distance <= bin + 1e-12, "{what}: {distance} far from {exact}");
        let wasserstein = binned::wasserstein(&old, &new);
        let exact = case.expected.wasserstein;
        assert!((wasserstein - exact).abs() <= 1.25 * bin, "{what}: {wasserstein} and {exact}");
        if case.reference.step == 0.0 && case.reference.n >= 1_000 {
            let (a, b) = binned::decile_counts(&old, &new);
            assert_eq!(a.len(), 10, "{what}");
            let psi = shares::psi(&a, &b);
            let exact = case.expected.psi;
            assert!((psi - exact).abs() <= 0.01 + 0.05 * exact, "{what}: {psi} and {exact}");
        }
    }
}

#[test]
fn kolmogorov_distribution() {
    for KolmogorovCase { n, d, survival } in golden().kolmogorov {
        let found = kolmogorov::survival(n, d);
        // Above 100,000 values scipy neglects both-sided crossings where we do not.
        let tolerance = if n > 100_000 { 1e-7 } else { 1e-9 };
        assert!((found - survival).abs() <= tolerance, "n {n} d {d}: {found}, {survival}");
    }
}

#[test]
fn statistics_of_counts() {
    for CountCase { reference, current, expected } in golden().counts {
        let what = format!("{reference:?} {current:?}");
        let (a, b) = (&reference, &current);
        let l_infinity = shares::l_infinity(a, b);
        let robust = shares::robust(l_infinity, a.iter().sum(), b.iter().sum());
        let test = contingency::chi_squared(a, b);
        assert_close(shares::psi(a, b), expected.psi, &what);
        assert_close(shares::jensen_shannon(a, b), expected.jensen_shannon, &what);
        assert_close(shares::hellinger(a, b), expected.hellinger, &what);
        assert_close(l_infinity, expected.l_infinity, &what);
        assert_close(robust, expected.l_infinity_robust, &what);
        assert_close(shares::cramers_v(a, b), expected.cramers_v, &what);
        assert_close(test.statistic, expected.chi_squared, &what);
        assert_eq!(test.degrees_of_freedom, expected.degrees_of_freedom, "{what}");
        assert_close(test.p_value, expected.p_value, &what);
    }
}

#[test]
fn tests_of_two_shares() {
    for ProportionCase { reference, current, statistic, p_value } in golden().proportions {
        let test = contingency::two_proportions(reference, current);
        assert_close(test.statistic, statistic, "statistic");
        assert_close(test.p_value, p_value, "p-value");
    }
}

#[test]
fn adjusted_p_values() {
    for MultiplicityCase { p_values, adjusted } in golden().multiplicity {
        let found = multiplicity::benjamini_hochberg(&p_values);
        assert_eq!(found.len(), adjusted.len());
        for (found, adjusted) in found.iter().zip(adjusted) {
            assert_close(*found, adjusted, "adjusted p-value");
        }
    }
}

/// The experiment of the book: half of the wines against the other half, as they
/// are, scaled by 1.1, and shifted by 4.
#[test]
fn wine_experiment() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let Ok(bytes) = std::fs::read(data.join("wine.csv")) else {
        eprintln!("skipped: {} holds no wine.csv", data.display());
        return;
    };
    let splits = std::fs::read(data.join("splits.json")).unwrap();
    let splits: serde_json::Value = serde_json::from_slice(&splits).unwrap();
    let rows = |key: &str| -> Vec<usize> {
        serde_json::from_value(splits["wine_drift"][key].clone()).unwrap()
    };
    let table = csv::read(&bytes).unwrap().table;
    let (reference, held_out) = (table.select(&rows("reference")), table.select(&rows("test")));
    let numbers = |table: &Table, name: &str| match table.column(name) {
        Some(Values::Number(values)) => values.clone(),
        _ => panic!("no numbers in {name}"),
    };
    for (change, columns) in golden().wine {
        let changed = |x: f64| match change.as_str() {
            "times_1.1" => 1.1 * x,
            "plus_4" => x + 4.0,
            _ => x,
        };
        let mut p_values = Vec::new();
        let mut current = Vec::new();
        for (name, expected) in &columns {
            let values: Vec<f64> = numbers(&held_out, name).into_iter().map(changed).collect();
            let test = samples::ks_two_sample(&numbers(&reference, name), &values);
            let distance = samples::wasserstein(&numbers(&reference, name), &values);
            assert_close(test.statistic, expected.ks, name);
            assert_close(test.p_value, expected.p_value, name);
            assert_close(distance, expected.wasserstein, name);
            p_values.push(test.p_value);
            current.push(Column { name: name.clone(), values: Values::Number(values) });
        }
        let below = |limit: f64| p_values.iter().filter(|&&p| p < limit).count();
        let (counts, verdict) = match change.as_str() {
            "times_1.1" => ((7, 4), Verdict::Drift),
            "plus_4" => ((11, 11), Verdict::Drift),
            _ => ((0, 0), Verdict::Stable),
        };
        assert_eq!((below(0.05), below(0.05 / 13.0)), counts, "{change}");
        let report = judge(columns.keys(), &reference, &Table::new(current).unwrap());
        assert_eq!(report.verdict, verdict, "{change}");
        let drifted = report.drifted().count();
        assert!((counts.1..=counts.0.max(counts.1)).contains(&drifted), "{change}: {drifted}");
    }
}

/// The check of binned data, as a window is checked.
fn judge<'a>(
    names: impl Iterator<Item = &'a String>,
    reference: &Table,
    current: &Table,
) -> Report {
    let field = |name: &String| Field::new(name.clone(), Kind::Fractional, false);
    let inputs = names.map(field).collect();
    let profile = Profile::of(
        reference,
        &Schema { inputs, target: Some("cultivar".into()), task: Task::Regression },
    );
    let mut observation = profile.observer();
    observation.add(current);
    let start = jiff::Timestamp::UNIX_EPOCH;
    let window = Window { start, end: start };
    let subject = Subject { model: "wine".into(), version: 1, window };
    let terms =
        Terms { thresholds: &Thresholds::default(), importance: &BTreeMap::new(), time: None };
    let chunks = &[Chunk { window, observed: observation }];
    check(subject, &profile, Seen { chunks, outcomes: None }, terms).unwrap()
}
