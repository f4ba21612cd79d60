mod null;
mod parts;
mod whole;

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::report::{Aspect, Details, Effect, Measure, Role};
use super::statistics::novelty::{self, novelty};
use super::statistics::{binned, contingency, samples, shares};
use super::{Chunk, Report, Seen, Severity, Subject, Terms, Timeline, Verdict, check};
use crate::dataset::{Categories, Column, Field, Kind, Schema, Table, Task, Values};
use crate::profile::{Incompatible, Observation, Profile, Summary};
use crate::spec::Thresholds;
use crate::window::Window;

/// `SplitMix64`.
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    fn chance(&mut self, share: f64) -> bool {
        self.uniform() < share
    }

    /// A level of `count` whose frequencies fall as in natural language.
    fn level(&mut self, count: usize) -> String {
        let rank = ((count as f64 + 1.0).powf(self.uniform()) - 1.0).floor();
        format!("level {rank}")
    }
}

const NUMBERS: [(&str, Kind); 8] = [
    ("normal", Kind::Fractional),
    ("skewed", Kind::Fractional),
    ("heavy", Kind::Fractional),
    ("zeros", Kind::Fractional),
    ("count", Kind::Integral),
    ("grade", Kind::Integral),
    ("flag", Kind::Boolean),
    ("gaps", Kind::Fractional),
];

const LEVELS: [(&str, usize); 4] = [("two", 2), ("five", 5), ("fifty", 50), ("many", 2_000)];

fn schema() -> Schema {
    let numbers = NUMBERS.into_iter();
    let levels = LEVELS.into_iter().map(|(name, _)| (name, Kind::Category));
    let field = |(name, kind): (&str, Kind)| Field::new(name, kind, true);
    Schema {
        inputs: numbers.chain(levels).map(field).collect(),
        target: Some("y".into()),
        task: Task::Regression,
    }
}

fn number(name: &str, random: &mut Random) -> f64 {
    let x = random.normal();
    match name {
        "skewed" => x.exp(),
        "heavy" => x / random.uniform().powi(2).max(1e-6),
        "zeros" if random.chance(0.7) => 0.0,
        "count" => (3.0 + 2.0 * x).round().max(0.0),
        "grade" => (random.uniform() * 5.0).floor(),
        "flag" => f64::from(u8::from(random.chance(0.2))),
        "gaps" if random.chance(0.05) => f64::NAN,
        _ => x,
    }
}

fn generate(rows: usize, random: &mut Random) -> Table {
    let mut columns = Vec::new();
    for (name, _) in NUMBERS {
        let values = (0..rows).map(|_| number(name, random)).collect();
        columns.push(Column { name: name.into(), values: Values::Number(values) });
    }
    for (name, count) in LEVELS {
        let texts: Vec<String> = (0..rows).map(|_| random.level(count)).collect();
        let values = Values::Category(Categories::encode(texts.into_iter().map(Some)));
        columns.push(Column { name: name.into(), values });
    }
    Table::new(columns).unwrap()
}

/// The table with a column of numbers changed.
fn change(table: &Table, name: &str, mut change: impl FnMut(f64) -> f64) -> Table {
    let columns = table.columns().iter().map(|column| match &column.values {
        Values::Number(values) if column.name == name => Column {
            name: column.name.clone(),
            values: Values::Number(values.iter().map(|&x| change(x)).collect()),
        },
        _ => column.clone(),
    });
    Table::new(columns.collect()).unwrap()
}

/// The table with the texts of a column changed.
fn relabel(table: &Table, name: &str, mut change: impl FnMut(&str) -> String) -> Table {
    let columns = table.columns().iter().map(|column| match &column.values {
        Values::Category(categories) if column.name == name => Column {
            name: column.name.clone(),
            values: Values::Category(Categories::encode(
                categories.iter().map(|text| text.map(&mut change)),
            )),
        },
        _ => column.clone(),
    });
    Table::new(columns.collect()).unwrap()
}

fn subject() -> Subject {
    let at = |text: &str| text.parse().unwrap();
    let window = Window { start: at("2026-01-01T00:00:00Z"), end: at("2026-01-02T00:00:00Z") };
    Subject { model: "wine".into(), version: 3, window }
}

fn observe(profile: &Profile, table: &Table) -> Observation {
    let mut observation = profile.observer();
    observation.add(table);
    observation
}

/// The check of a window of one chunk.
fn judge(
    profile: &Profile,
    observed: &Observation,
    importance: &BTreeMap<String, f64>,
) -> Result<Report, Incompatible> {
    let terms = Terms { thresholds: &Thresholds::default(), importance, time: None };
    let chunk = Chunk { window: subject().window, observed: observed.clone() };
    check(subject(), profile, Seen { chunks: &[chunk], outcomes: None }, terms)
}

fn compare(reference: &Table, current: &Table) -> Report {
    let profile = Profile::of(reference, &schema());
    judge(&profile, &observe(&profile, current), &BTreeMap::new()).unwrap()
}

fn drifted(report: &Report) -> Vec<&str> {
    report.drifted().map(|column| column.name.as_str()).collect()
}

#[test]
fn null_splits_are_calm() {
    for (rows, splits) in [(300, 500), (1_000, 500), (5_000, 150)] {
        let mut alarms = 0;
        for seed in 0..splits {
            let mut random = Random(seed);
            let table = generate(rows, &mut random);
            let (mut a, mut b) = (Vec::new(), Vec::new());
            for row in 0..rows {
                if random.chance(0.5) { a.push(row) } else { b.push(row) }
            }
            let report = compare(&table.select(&a), &table.select(&b));
            if report.verdict == Verdict::Drift {
                alarms += 1;
            }
        }
        assert!(alarms * 20 <= splits, "{alarms} of {splits} splits of {rows} rows");
    }
}

/// Asserts that a changed column has drifted, and counts the others that have:
/// next to a true finding the correction lets a false one pass now and then.
#[track_caller]
fn assert_found(report: &Report, name: &str) -> usize {
    let drifted = drifted(report);
    assert!(drifted.contains(&name), "{name} is not among {drifted:?}");
    drifted.len() - 1
}

#[test]
fn real_changes_are_found_at_500_rows() {
    let mut others = 0;
    for seed in 0..40 {
        let mut random = Random(1_000 + seed);
        let (reference, current) = (generate(500, &mut random), generate(500, &mut random));
        let shifted = change(&current, "normal", |x| x + 1.0);
        others += assert_found(&compare(&reference, &shifted), "normal");
        let spread = change(&current, "normal", |x| 1.5 * x);
        others += assert_found(&compare(&reference, &spread), "normal");
        let moved = change(&current, "skewed", |x| 1.5 * x);
        others += assert_found(&compare(&reference, &moved), "skewed");
        let torn = change(&current, "gaps", |x| if random.chance(0.16) { f64::NAN } else { x });
        let report = compare(&reference, &torn);
        others += assert_found(&report, "gaps");
        assert_eq!(report.columns[0].strongest().unwrap().aspect, Aspect::MissingRate);
        let flipped = change(&current, "flag", |x| if random.chance(0.25) { 1.0 } else { x });
        others += assert_found(&compare(&reference, &flipped), "flag");
    }
    assert!(others <= 20, "{others} false findings in 200 comparisons");
}

#[test]
fn changes_of_categories_are_found() {
    let mut others = 0;
    for seed in 0..40 {
        let mut random = Random(2_000 + seed);
        let (reference, current) = (generate(1_000, &mut random), generate(1_000, &mut random));
        let moved = relabel(&current, "five", |text| match text {
            "level 0" if random.chance(0.4) => "level 1".to_owned(),
            _ => text.to_owned(),
        });
        others += assert_found(&compare(&reference, &moved), "five");
        let novel = relabel(&current, "fifty", |text| match random.chance(0.04) {
            true => "novel".to_owned(),
            false => text.to_owned(),
        });
        let report = compare(&reference, &novel);
        others += assert_found(&report, "fifty");
        let Details::Category { newest, .. } = &report.columns[0].details else {
            panic!("no category")
        };
        assert_eq!(newest[0].0, "novel");
    }
    assert!(others <= 8, "{others} false findings in 80 comparisons");
}

#[test]
fn a_column_that_disappears_is_drift() {
    let mut random = Random(5);
    let (reference, current) = (generate(500, &mut random), generate(500, &mut random));
    let (without, _) = current.without("count");
    let report = compare(&reference, &without);
    assert_eq!(drifted(&report), ["count"]);
    assert_eq!(report.columns[0].missing_rate.current, 1.0);
    assert_eq!(report.columns[0].distances, None);
}

#[test]
fn constants_that_change_are_drift() {
    let mut random = Random(6);
    let constant = change(&generate(300, &mut random), "normal", |_| 5.0);
    for to in [4.0, 6.0] {
        let moved = change(&constant, "normal", |_| to);
        assert_eq!(drifted(&compare(&constant, &moved)), ["normal"]);
    }
    assert_eq!(compare(&constant, &constant).verdict, Verdict::Stable);
}

#[test]
fn small_windows_are_no_verdict() {
    let reference = generate(300, &mut Random(7));
    let verdict = |rows: usize| {
        let rows: Vec<usize> = (0..rows).collect();
        compare(&reference, &reference.select(&rows)).verdict
    };
    assert_eq!(verdict(0), Verdict::NoData);
    assert_eq!(verdict(49), Verdict::TooLittleData { rows: 49, needed: 50 });
    assert_eq!(verdict(50), Verdict::Stable);
}

#[test]
fn unimportant_columns_only_warn() {
    let mut random = Random(8);
    let (reference, current) = (generate(500, &mut random), generate(500, &mut random));
    let shifted = change(&current, "normal", |x| x + 1.0);
    let profile = Profile::of(&reference, &schema());
    let observation = observe(&profile, &shifted);
    let report = |normal: f64| {
        let importance = BTreeMap::from([("normal".into(), normal), ("two".into(), 10.0)]);
        judge(&profile, &observation, &importance).unwrap()
    };
    assert_eq!(report(0.05).verdict, Verdict::Stable);
    assert_eq!(report(0.05).columns[0].severity, Severity::Warning);
    assert_eq!(report(5.0).verdict, Verdict::Drift);
}

#[test]
fn outputs_that_were_not_seen_are_not_judged() {
    let mut random = Random(9);
    let reference = generate(500, &mut random);
    let predictions = |shift: f64, random: &mut Random| {
        crate::learners::predictions::Predictions::Values(
            (0..500).map(|_| random.normal() + shift).collect(),
        )
    };
    let profile =
        Profile::of(&reference, &schema()).with_predictions(&predictions(0.0, &mut random));
    let judge = |observation: &Observation| judge(&profile, observation, &BTreeMap::new()).unwrap();
    let mut observation = observe(&profile, &generate(500, &mut random));
    assert_eq!(judge(&observation).verdict, Verdict::Stable);
    assert!(judge(&observation).columns.iter().all(|column| column.role == Role::Input));
    observation.add_predictions(&predictions(0.6, &mut random));
    let report = judge(&observation);
    assert_found(&report, "prediction");
    assert_eq!(report.columns[0].role, Role::Output);
}

#[test]
fn a_report_reads_back() {
    let mut random = Random(10);
    let reference = generate(300, &mut random);
    let torn = change(&generate(300, &mut random), "heavy", |_| 1e308);
    let report = compare(&reference, &torn);
    let text = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["verdict"]["status"], "drift");
    assert_eq!(value["window"]["start"], "2026-01-01T00:00:00Z");
}

#[test]
fn another_profiles_observation_is_refused() {
    let mut random = Random(11);
    let profile = Profile::of(&generate(300, &mut random), &schema());
    let other = Profile::of(&generate(300, &mut random), &schema());
    let result = judge(&profile, &other.observer(), &BTreeMap::new());
    assert!(result.unwrap_err().to_string().contains("column `normal`"));
}

#[test]
fn thresholds_are_checked() {
    assert_eq!(Thresholds::default().validate(), Ok(()));
    let error = Thresholds { alpha: 1.5, ..Thresholds::default() }.validate().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the drift threshold `alpha` is 1.5, but it must lie between 0 and 1"
    );
    let nothing = Thresholds { psi: 0.0, ..Thresholds::default() };
    assert_eq!(nothing.validate().unwrap_err().key, "psi");
    assert!(serde_json::from_str::<Thresholds>(r#"{"alfa": 0.1}"#).is_err());
    let one: Thresholds = serde_json::from_str(r#"{"alpha": 0.01}"#).unwrap();
    assert_eq!(one, Thresholds { alpha: 0.01, ..Thresholds::default() });
}

#[test]
fn effects_are_multiples_of_their_floor() {
    let effect = Effect { measure: Measure::ExcessPsi, value: 0.3, floor: 0.1 };
    assert!((effect.strength() - 3.0).abs() < 1e-12);
}

#[test]
fn new_levels_surprise_unless_levels_are_rare() {
    let test = |levels: &[(u64, u64)]| novelty(levels.iter().copied());
    assert_eq!(test(&[(50, 50), (50, 50)]).p_value, 1.0);
    assert_eq!(test(&[]).p_value, 1.0);
    // All 20 rows of a level in one half of the data: 0.5²⁰.
    let one = test(&[(120, 100), (0, 20)]);
    assert_eq!(one.found, 20);
    assert!((one.p_value / 0.5_f64.powi(20) - 1.0).abs() < 0.01, "{}", one.p_value);
    // Identifiers: every row of either half is a level of its own.
    let identifiers: Vec<(u64, u64)> = [(0, 1), (1, 0)].repeat(200);
    let calm = test(&identifiers);
    assert_eq!((calm.found, calm.expected), (200, 200.0));
    assert!(calm.p_value > 0.4, "{}", calm.p_value);
}

#[test]
fn rare_groups_are_pooled_the_same_way_on_both_sides() {
    let pool = |groups: &[(u64, u64)], rest| contingency::pool_rare(groups.iter().copied(), rest);
    assert_eq!(pool(&[(50, 50), (1, 4), (2, 3), (3, 2)], (0, 0)), (vec![50, 6], vec![50, 9]));
    assert_eq!(pool(&[(50, 60), (60, 50), (1, 0)], (0, 0)), (vec![51, 60], vec![60, 50]));
    assert_eq!(pool(&[(50, 50), (1, 1)], (0, 70)), (vec![50, 1], vec![50, 71]));
    assert_eq!(pool(&[(1, 1)], (0, 0)), (vec![], vec![]));
    assert_eq!(contingency::chi_squared(&[], &[]).p_value, 1.0);
}

type Distance = fn(&[u64], &[u64]) -> f64;

fn counts() -> impl Strategy<Value = (Vec<u64>, Vec<u64>)> {
    prop::collection::vec((0_u64..500, 0_u64..500), 1..30)
        .prop_map(|pairs| pairs.into_iter().unzip())
}

fn values() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(prop_oneof![-50.0..50.0, (0..6).prop_map(f64::from)], 0..200)
}

proptest! {
    #[test]
    fn distances_are_symmetric_bounded_and_zero_between_equals((a, b) in counts()) {
        let distances: [Distance; 6] = [
            shares::psi,
            shares::excess_psi,
            shares::jensen_shannon,
            shares::hellinger,
            shares::l_infinity,
            shares::cramers_v,
        ];
        for (index, distance) in distances.into_iter().enumerate() {
            prop_assert!((distance(&a, &b) - distance(&b, &a)).abs() < 1e-12);
            prop_assert_eq!(distance(&a, &a), 0.0);
            let most = if index < 2 { f64::MAX } else { 1.0 + 1e-12 };
            prop_assert!((0.0..=most).contains(&distance(&a, &b)));
        }
        let (one, other) = (contingency::chi_squared(&a, &b), contingency::chi_squared(&b, &a));
        prop_assert!((one.p_value - other.p_value).abs() < 1e-9);
    }

    #[test]
    fn sample_statistics_are_symmetric_and_ignore_order(a in values(), b in values()) {
        let test = samples::ks_two_sample(&a, &b);
        prop_assert_eq!(test, samples::ks_two_sample(&b, &a));
        prop_assert_eq!(samples::ks_two_sample(&a, &a).statistic, 0.0);
        prop_assert!((0.0..=1.0).contains(&test.p_value));
        let distance = samples::wasserstein(&a, &b);
        prop_assert!((distance - samples::wasserstein(&b, &a)).abs() < 1e-9);
        prop_assert_eq!(samples::wasserstein(&a, &a), 0.0);
        let backwards: Vec<f64> = a.iter().rev().copied().collect();
        prop_assert_eq!(samples::ks_two_sample(&backwards, &b), test);
    }

    #[test]
    fn the_reference_does_not_differ_from_itself(a in values(), b in values()) {
        let schema = Schema {
            inputs: vec![Field::new("x", Kind::Fractional, false)],
            target: Some("y".into()),
            task: Task::Regression,
        };
        let table = |values: &[f64]| {
            Table::new(vec![Column { name: "x".into(), values: Values::Number(values.to_vec()) }])
                .unwrap()
        };
        let profile = Profile::of(&table(&a), &schema);
        let bins = |values: &[f64]| {
            let observation = observe(&profile, &table(values));
            match &observation.inputs[0].summary {
                Summary::Number(numbers) => numbers.bins.clone(),
                _ => panic!("a column of numbers"),
            }
        };
        let reference = bins(&a);
        prop_assert_eq!(binned::ks_distance(&reference, &reference), 0.0);
        if reference.layout != crate::profile::Layout::Values {
            prop_assert_eq!(binned::wasserstein(&reference, &reference), 0.0);
        }
        let exact = samples::ks_two_sample(&a, &b).statistic;
        if !a.is_empty() {
            prop_assert!(binned::ks_distance(&reference, &bins(&b)) <= exact + 1e-12);
        }
        let (old, new) = binned::decile_counts(&reference, &bins(&b));
        prop_assert_eq!(old.iter().sum::<u64>(), a.len() as u64);
        prop_assert_eq!(new.iter().sum::<u64>(), b.len() as u64);
    }
}

#[test]
fn numbers_beyond_the_extremes_surprise_by_their_share() {
    let p_value = |n, m, below, above| novelty::exceedance(n, m, below, above).p_value;
    // The largest three of four numbers are of the current sample: 3/5 · 2/4 · 1/3, twice.
    assert!((p_value(2, 3, 0, 3) - 0.2).abs() < 1e-12);
    assert_eq!(p_value(100, 100, 0, 0), 1.0);
    assert_eq!(p_value(100, 100, 0, 1), 1.0);
    assert!(p_value(1_000, 20_000, 0, 20_000) < 1e-300);
    assert_eq!(p_value(0, 0, 0, 0), 1.0);
}
