use std::sync::Arc;

use proptest::prelude::*;

use super::levels::MAX_LEVELS;
use super::{Constraints, Layout, Observation, Profile, Statistics, Summary};
use crate::dataset::{Categories, Column, Field, Kind, Schema, Table, Task, Values};
use crate::learners::predictions::Predictions;
use crate::spec::Spec;

type Row = (Option<f64>, Option<String>);

fn schema() -> Schema {
    let field = |name: &str, kind| Field::new(name, kind, true);
    Schema {
        inputs: vec![field("x", Kind::Fractional), field("c", Kind::Category)],
        target: Some("y".into()),
        task: Task::Regression,
    }
}

fn table(rows: &[Row]) -> Table {
    let numbers = rows.iter().map(|(x, _)| x.unwrap_or(f64::NAN)).collect();
    let texts = Categories::encode(rows.iter().map(|(_, c)| c.as_deref()));
    Table::new(vec![
        Column { name: "x".into(), values: Values::Number(numbers) },
        Column { name: "c".into(), values: Values::Category(texts) },
    ])
    .unwrap()
}

fn observe(profile: &Profile, rows: &[Row]) -> Observation {
    let mut observation = profile.observer();
    observation.add(&table(rows));
    observation
}

fn merged(parts: &[&Observation]) -> Observation {
    let mut sum = parts[0].clone();
    for part in &parts[1..] {
        sum.merge(part).unwrap();
    }
    sum
}

/// Equal but for the rounding of means and sums.
fn assert_same(a: &Observation, b: &Observation) {
    assert_eq!(a.rows, b.rows);
    for (a, b) in a.inputs.iter().zip(&b.inputs) {
        assert_eq!(a.missing, b.missing);
        match (&a.summary, &b.summary) {
            (Summary::Category(a), Summary::Category(b)) => assert_eq!(a, b),
            (Summary::Number(a), Summary::Number(b)) => {
                let close = |a: f64, b: f64| assert!((a - b).abs() <= 1e-9 * (1.0 + a.abs()));
                assert_eq!(a.bins.counts, b.bins.counts);
                assert_eq!(a.bins.below.count, b.bins.below.count);
                assert_eq!(a.bins.above.count, b.bins.above.count);
                close(a.bins.above.distance, b.bins.above.distance);
                close(a.bins.below.distance, b.bins.below.distance);
                assert_eq!(a.moments.count, b.moments.count);
                assert_eq!((a.moments.min, a.moments.max), (b.moments.min, b.moments.max));
                close(a.moments.mean, b.moments.mean);
                close(a.moments.std(), b.moments.std());
            }
            _ => panic!("columns of different types"),
        }
    }
}

fn rows(most: usize) -> impl Strategy<Value = Vec<Row>> {
    let number = prop_oneof![
        8 => (-100.0..100.0).prop_map(Some),
        4 => (0..5).prop_map(|x| Some(f64::from(x))),
        1 => Just(None),
        1 => Just(Some(f64::INFINITY)),
    ];
    let text = prop_oneof![6 => "[a-e]".prop_map(Some), 1 => Just(None)];
    prop::collection::vec((number, text), 0..most)
}

proptest! {
    #[test]
    fn parts_add_up_to_one_pass_in_any_grouping(
        reference in rows(400), a in rows(60), b in rows(60), c in rows(60),
    ) {
        let profile = Profile::of(&table(&reference), &schema());
        let [x, y, z] = [&a, &b, &c].map(|rows| observe(&profile, rows));
        let left = merged(&[&merged(&[&x, &y]), &z]);
        let right = merged(&[&x, &merged(&[&y, &z])]);
        let whole = observe(&profile, &[a, b, c].concat());
        assert_same(&left, &right);
        assert_same(&left, &whole);
        assert_same(&left, &merged(&[&z, &y, &x]));
    }

    #[test]
    fn the_order_of_rows_does_not_matter(reference in rows(400), seen in rows(100)) {
        let profile = Profile::of(&table(&reference), &schema());
        let backwards: Vec<Row> = seen.iter().rev().cloned().collect();
        assert_same(&observe(&profile, &seen), &observe(&profile, &backwards));
    }

    #[test]
    fn a_profile_reads_back_as_the_same_bytes(reference in rows(600)) {
        let profile = Profile::of(&table(&reference), &schema());
        let bytes = serde_json::to_vec(&profile).unwrap();
        let again: Profile = serde_json::from_slice(&bytes).unwrap();
        prop_assert_eq!(&again, &profile);
        prop_assert_eq!(serde_json::to_vec(&again).unwrap(), bytes);
    }

    #[test]
    fn the_reference_observed_again_has_its_counts(reference in rows(600)) {
        let profile = Profile::of(&table(&reference), &schema());
        let observation = observe(&profile, &reference);
        for (column, again) in profile.inputs.iter().zip(&observation.inputs) {
            prop_assert_eq!(column, again);
        }
    }
}

fn numbers(values: Vec<f64>) -> Table {
    Table::new(vec![Column { name: "x".into(), values: Values::Number(values) }]).unwrap()
}

fn only_number(profile: &Profile) -> &super::Numbers {
    match &profile.inputs[0].summary {
        Summary::Number(numbers) => numbers,
        _ => panic!("a column of numbers"),
    }
}

#[test]
fn bins_follow_the_values() {
    let grid = Profile::of(&numbers((0..1_000).map(|i| f64::from(i % 7)).collect()), &schema());
    assert_eq!(only_number(&grid).bins.layout, Layout::Grid);
    assert_eq!(only_number(&grid).bins.edges.len(), 7);
    let few = Profile::of(&numbers((0..90).map(f64::from).collect()), &schema());
    assert_eq!(only_number(&few).bins.layout, Layout::Values);
    let many = Profile::of(&numbers((0..10_000).map(|i| f64::from(i).sqrt()).collect()), &schema());
    let bins = &only_number(&many).bins;
    assert_eq!((bins.layout, bins.edges.len()), (Layout::Quantiles, 256));
    assert!(bins.counts.iter().all(|&count| count <= 40), "{:?}", bins.counts);
    assert_eq!(bins.total(), 10_000);
    assert!((only_number(&many).at_most(50.0) - 2_501.0).abs() < 2.0);
}

#[test]
fn a_column_takes_at_most_ten_kilobytes() {
    let mut state = 1_u64;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 11) as f64 / 1e12
    });
    let profile = Profile::of(&numbers(noise.take(100_000).collect()), &schema());
    assert!(serde_json::to_vec(&profile.inputs[0]).unwrap().len() < 10_000);
}

#[test]
fn values_outside_are_counted_apart() {
    let profile = Profile::of(&numbers(vec![1.0, 2.0, 3.0]), &schema());
    let mut seen = profile.observer();
    seen.add(&numbers(vec![0.0, 2.5, 5.0, 7.0, f64::NAN, f64::NEG_INFINITY, 1e308]));
    assert_eq!(seen.inputs[0].missing, 2);
    let Summary::Number(seen) = &seen.inputs[0].summary else { panic!("no numbers") };
    assert_eq!((seen.bins.below.count, seen.bins.below.distance), (1, 1.0));
    assert_eq!(seen.bins.counts, [0, 0, 1]);
    assert_eq!(seen.bins.above.count, 3);
    assert_eq!(seen.bins.out_of_range(), 4);
}

#[test]
fn huge_numbers_still_make_json() {
    let profile = Profile::of(&numbers(vec![-1.7e308, 1.7e308, 1e308, 3.0]), &schema());
    let text = serde_json::to_string(&profile).unwrap();
    assert_eq!(serde_json::from_str::<Profile>(&text).unwrap(), profile);
    assert!(!text.contains("null"), "{text}");
}

fn texts(levels: impl Iterator<Item = String>) -> Table {
    let texts = Categories::encode(levels.map(Some));
    Table::new(vec![Column { name: "c".into(), values: Values::Category(texts) }]).unwrap()
}

#[test]
fn levels_beyond_the_cap_are_counted_together() {
    let all = || (0..3_000).map(|i| format!("u{:04}", i % 1_500));
    let profile = Profile::of(&texts(all()), &schema());
    let Summary::Category(levels) = &profile.inputs[1].summary else { panic!("no levels") };
    assert_eq!(levels.counts.len(), MAX_LEVELS);
    assert_eq!((levels.other, levels.total()), (1_000, 3_000));

    let empty = Profile::of(&texts(["a".to_owned()].into_iter()), &schema());
    let halves = [
        (0..3_000).map(|i| format!("u{i:04}")).collect::<Vec<_>>(),
        (1_000..4_000).rev().map(|i| format!("u{i:04}")).collect(),
    ];
    let parts = halves.clone().map(|half| {
        let mut part = empty.observer();
        part.add(&texts(half.into_iter()));
        part
    });
    let mut whole = empty.observer();
    whole.add(&texts(halves.concat().into_iter()));
    assert_eq!(merged(&[&parts[0], &parts[1]]), whole);
    assert_eq!(merged(&[&parts[1], &parts[0]]), whole);
    let Summary::Category(levels) = &whole.inputs[1].summary else { panic!("no levels") };
    assert_eq!((levels.unlisted.len(), levels.total()), (MAX_LEVELS, 6_000));
}

#[test]
fn observations_of_other_profiles_are_refused() {
    let one = Profile::of(&numbers(vec![1.0, 2.0]), &schema());
    let other = Profile::of(&numbers(vec![1.0, 3.0]), &schema());
    let mut observation = one.observer();
    let error = observation.merge(&other.observer()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the counts belong to different profiles: column `x` has other bins or levels; put \
         together those of one model version only"
    );
    assert_eq!(one.accepts(&other.observer()), Err(error));
    assert_eq!(one.accepts(&observation), Ok(()));
}

#[test]
fn outputs_are_profiled_too() {
    let predictions = Predictions::Classes {
        classes: Arc::from(["no".to_owned(), "yes".to_owned()]),
        probabilities: vec![0.9, 0.1, 0.2, 0.8, 0.4, 0.6],
        threshold: None,
    };
    let profile =
        Profile::of(&numbers(vec![1.0, 2.0, 3.0]), &schema()).with_predictions(&predictions);
    let names: Vec<&str> = profile.outputs.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, [super::PREDICTION, super::SCORE]);
    let mut observation = profile.observer();
    observation.add_predictions(&predictions);
    assert_eq!(observation.outputs, profile.outputs);
    let labels = Values::Category(Categories::encode([Some("yes"), Some("maybe")]));
    observation.add_output(super::PREDICTION, &labels);
    assert_eq!(observation.outputs.iter().map(super::Column::rows).collect::<Vec<_>>(), [5, 3]);
}

/// Written by `scripts/golden/profile.py` with numpy.
const GOLDEN: &str = include_str!("../../tests/golden/profile.json");

#[derive(serde::Deserialize)]
struct Golden {
    name: String,
    values: Vec<f64>,
    mean: f64,
    std_dev: f64,
    bounds: Vec<f64>,
    counts: Vec<u64>,
}

#[test]
fn buckets_and_sketch_are_those_of_the_numbers() {
    let golden: Vec<Golden> = serde_json::from_str(GOLDEN).unwrap();
    assert_eq!(golden.len(), 4);
    for Golden { name, values, mean, std_dev, bounds, counts } in golden {
        let close =
            |a: f64, b: f64| assert!((a - b).abs() <= 1e-9 * (1.0 + b.abs()), "{name} {a} {b}");
        let profile = Profile::of(&numbers(values.clone()), &schema());
        let statistics = Statistics::of(profile.rows, &profile.inputs);
        let statistics = serde_json::to_value(statistics).unwrap();
        let number = &statistics["features"][0]["numerical_statistics"];
        close(number["mean"].as_f64().unwrap(), mean);
        close(number["std_dev"].as_f64().unwrap(), std_dev);
        let kll = &number["distribution"]["kll"];
        // Between quantiles, a bin of 256 may be divided otherwise at either bound.
        let slack = if only_number(&profile).bins.layout == Layout::Quantiles {
            2 * values.len() as u64 / 255 + 2
        } else {
            0
        };
        let buckets = kll["buckets"].as_array().unwrap();
        assert_eq!(buckets.len(), 10);
        for (at, bucket) in buckets.iter().enumerate() {
            close(bucket["lower_bound"].as_f64().unwrap(), bounds[at]);
            close(bucket["upper_bound"].as_f64().unwrap(), bounds[at + 1]);
            let count = bucket["count"].as_u64().unwrap();
            assert!(count.abs_diff(counts[at]) <= slack, "{name} {at}: {count}, {}", counts[at]);
        }
        assert_eq!(kll["sketch"]["parameters"], serde_json::json!({"c": 0.64, "k": 2048}));
        let mut items: Vec<(f64, u64)> = Vec::new();
        for (level, data) in kll["sketch"]["data"].as_array().unwrap().iter().enumerate() {
            let data: Vec<f64> = serde_json::from_value(data.clone()).unwrap();
            assert!(data.is_sorted() && data.len() <= 2_048, "{name} {level}");
            items.extend(data.into_iter().map(|item| (item, 1 << level)));
        }
        assert_eq!(items.iter().map(|(_, weight)| weight).sum::<u64>(), values.len() as u64);
        for &value in &values {
            let rank = values.iter().filter(|other| **other <= value).count() as u64;
            let told: u64 =
                items.iter().filter(|(item, _)| *item <= value).map(|(_, weight)| weight).sum();
            assert!(rank.abs_diff(told) <= slack, "{name} at {value}: {rank}, {told}");
        }
    }
}

#[test]
fn what_lies_outside_of_the_bins_is_in_the_sketch() {
    let profile = Profile::of(&numbers(vec![1.0, 2.0, 2.0, 3.0]), &schema());
    let mut seen = profile.observer();
    seen.add(&numbers(vec![-4.0, -3.0, 2.0, 9.0]));
    let statistics = serde_json::to_value(Statistics::of(seen.rows, &seen.inputs)).unwrap();
    let kll = &statistics["features"][0]["numerical_statistics"]["distribution"]["kll"];
    assert_eq!(kll["sketch"]["data"], serde_json::json!([[2.0, 9.0], [-4.0]]));
}

#[test]
fn a_column_with_more_levels_than_are_listed_promises_no_domain() {
    let many = Profile::of(&texts((0..2_000).map(|i| format!("u{i}"))), &schema());
    let constraints =
        serde_json::to_value(Constraints::of(&many, &Spec::default().constraints)).unwrap();
    assert_eq!(constraints["features"][1].get("string_constraints"), None);
    assert_eq!(constraints["features"][1]["inferred_type"], "String");
}

#[test]
fn unlisted_levels_are_expected_as_often_as_single_ones_were_seen() {
    let levels = |texts: Table| match &Profile::of(&texts, &schema()).inputs[1].summary {
        Summary::Category(levels) => levels.expected_unlisted(),
        _ => panic!("no levels"),
    };
    let seen = ["a", "a", "a", "b", "b", "c", "d", "a"].map(str::to_owned);
    assert_eq!(levels(texts(seen.into_iter())), 0.25);
    assert_eq!(levels(texts(std::iter::empty())), 0.0);
    // A third of the values are of levels that are not listed, the others of levels that
    // were no more frequent.
    assert_eq!(levels(texts((0..3_000).map(|i| format!("u{:04}", i % 1_500)))), 1.0);
    // As many are to be found in other values of the same law.
    let mut random = fastrand::Rng::with_seed(8);
    let mut draw = || -> Table {
        let level = |_| format!("level {:.0}", 20_000_f64.powf(random.f64()));
        texts((0..6_000).map(level).collect::<Vec<_>>().into_iter())
    };
    let profile = Profile::of(&draw(), &schema());
    let mut seen = profile.observer();
    seen.add(&draw());
    let summaries = (&profile.inputs[1].summary, &seen.inputs[1].summary);
    let (Summary::Category(reference), Summary::Category(seen)) = summaries else {
        panic!("no levels")
    };
    let found = seen.not_listed() as f64 / 6_000.0;
    let expected = reference.expected_unlisted();
    assert!(reference.other > 0 && (found - expected).abs() < 0.02, "{found}, {expected}");
}

#[test]
fn model_monitor_files() {
    let rows: Vec<Row> = (0..10)
        .map(|i| (Some(f64::from(i)), (i > 0).then(|| ["a", "b", "b"][i as usize % 3].to_owned())))
        .collect();
    let profile = Profile::of(&table(&rows), &schema());
    let statistics = serde_json::to_value(Statistics::of(profile.rows, &profile.inputs)).unwrap();
    assert_eq!(statistics["version"], 0);
    assert_eq!(statistics["dataset"]["item_count"], 10);
    let number = &statistics["features"][0];
    assert_eq!(number["inferred_type"], "Fractional");
    let number = &number["numerical_statistics"];
    assert_eq!(number["common"], serde_json::json!({"num_present": 10, "num_missing": 0}));
    assert_eq!((number["mean"].as_f64(), number["sum"].as_f64()), (Some(4.5), Some(45.0)));
    assert_eq!((number["min"].as_f64(), number["max"].as_f64()), (Some(0.0), Some(9.0)));
    let buckets = number["distribution"]["kll"]["buckets"].as_array().unwrap();
    assert_eq!(buckets.len(), 10);
    assert_eq!(buckets.iter().filter_map(|bucket| bucket["count"].as_u64()).sum::<u64>(), 10);
    let text = &statistics["features"][1]["string_statistics"];
    assert_eq!(text["distinct_count"], 2);
    assert_eq!(
        text["distribution"]["categorical"]["buckets"],
        serde_json::json!([{"value": "b", "count": 6}, {"value": "a", "count": 3}])
    );

    let constraints =
        serde_json::to_value(Constraints::of(&profile, &Spec::default().constraints)).unwrap();
    assert_eq!(
        constraints["features"],
        serde_json::json!([
            {
                "name": "x", "inferred_type": "Fractional", "completeness": 1.0,
                "num_constraints": {"is_non_negative": true}, "monitoringConfigOverrides": {}
            },
            {
                "name": "c", "inferred_type": "String", "completeness": 0.9,
                "string_constraints": {"domains": ["a", "b"]}, "monitoringConfigOverrides": {}
            },
        ])
    );
    let config = &constraints["monitoring_config"];
    assert_eq!(config["evaluate_constraints"], "Enabled");
    assert_eq!(config["domain_content_threshold"], 0.2);
}

fn notes(texts: impl Iterator<Item = String>) -> (Table, Schema) {
    let values = Values::Category(Categories::encode(texts.map(Some)));
    let table = Table::new(vec![Column { name: "note".into(), values }]).unwrap();
    let field = Field::new("note", Kind::Text, true);
    let schema = Schema { inputs: vec![field], target: Some("y".into()), task: Task::Regression };
    (table, schema)
}

/// Sentences of words whose frequencies fall as in natural language.
fn sentences(seed: u64, rows: usize, start: &'static str) -> impl Iterator<Item = String> {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..rows).map(move |_| {
        let words = 4 + random.usize(..12);
        let word =
            |random: &mut fastrand::Rng| format!("{start}{:.0}", 2_000_f64.powf(random.f64()));
        (0..words).map(|_| word(&mut random)).collect::<Vec<_>>().join(" ")
    })
}

fn observed(profile: &Profile, table: &Table) -> Observation {
    let mut observation = profile.observer();
    observation.add(table);
    observation
}

fn only_text(columns: &[super::Column]) -> &super::Texts {
    match &columns[0].summary {
        Summary::Text(texts) => texts,
        _ => panic!("a column of texts"),
    }
}

#[test]
fn texts_are_known_by_length_and_words() {
    let (table, schema) = notes(sentences(1, 2_000, "w"));
    let profile = Profile::of(&table, &schema);
    let bytes = serde_json::to_vec(&profile.inputs[0]).unwrap();
    assert!(bytes.len() < 10_000, "{} bytes", bytes.len());
    let reference = only_text(&profile.inputs);
    assert!(reference.words.len() > 100 && reference.words.contains("w1"));
    assert_eq!((reference.length.moments.count, profile.inputs[0].present()), (2_000, 2_000));
    let seen = |seed, start| {
        let mut seen = profile.observer();
        seen.add(&notes(sentences(seed, 1_000, start)).0);
        only_text(&seen.inputs).unknown.mean
    };
    // Rows judge each other as they judge new rows.
    let (own, new) = (reference.unknown.mean, seen(2, "w"));
    assert!(own > 0.01 && (own - new).abs() < 0.01, "{own} and {new}");
    assert_eq!(seen(3, "v"), 1.0);
}

#[test]
fn texts_add_up() {
    let (table, schema) = notes(sentences(5, 300, "w"));
    let profile = Profile::of(&table, &schema);
    let parts: Vec<Observation> =
        (6..9).map(|seed| observed(&profile, &notes(sentences(seed, 50, "w")).0)).collect();
    let sum = |order: [usize; 3]| merged(&order.map(|part| &parts[part]));
    let (one, other) = (sum([0, 1, 2]), sum([2, 0, 1]));
    let (one, other) = (only_text(&one.inputs), only_text(&other.inputs));
    assert_eq!(one.length.bins.counts, other.length.bins.counts);
    assert_eq!(one.unknown.count, 150);
    assert!((one.unknown.mean - other.unknown.mean).abs() < 1e-12);
    let other = Profile::of(&notes(sentences(9, 300, "v")).0, &schema);
    assert!(profile.accepts(&other.observer()).is_err());
}

#[test]
fn long_levels_take_no_more_room() {
    let long = |i: usize| format!("{i:0100}");
    let profile = Profile::of(&texts((0..3_000).map(|i| long(i % 900))), &schema());
    let bytes = serde_json::to_vec(&profile.inputs[1]).unwrap();
    assert!(bytes.len() < 10_200, "{} bytes", bytes.len());
    let Summary::Category(levels) = &profile.inputs[1].summary else { panic!("no levels") };
    assert!(levels.counts.len() > 90 && levels.other > 0);
    assert_eq!(levels.total(), 3_000);
}
