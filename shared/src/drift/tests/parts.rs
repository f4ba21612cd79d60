//! Windows in which only a part differs.

use jiff::SignedDuration;

use super::*;
use crate::drift::timeline::whole;

/// Rows in hourly portions of a day.
fn timeline(profile: &Profile, hours: impl Iterator<Item = Table>) -> Timeline {
    let mut timeline = Timeline::new(profile, subject().window);
    for (hour, table) in (0..24).zip(hours) {
        let time = subject().window.start + SignedDuration::from_hours(hour);
        timeline.at(time).unwrap().add(&table);
    }
    timeline
}

fn judge_day(profile: &Profile, timeline: &Timeline, chunks: u32) -> Report {
    let terms =
        Terms { thresholds: &Thresholds::default(), importance: &BTreeMap::new(), time: None };
    let chunks = &timeline.chunks(chunks, 50);
    check(subject(), profile, Seen { chunks, outcomes: None }, terms).unwrap()
}

/// Normal numbers around a mean.
fn normal(rows: usize, mean: f64, random: &mut Random) -> Table {
    let values = Values::Number((0..rows).map(|_| mean + random.normal()).collect());
    Table::new(vec![Column { name: "x".into(), values }]).unwrap()
}

/// A day whose second half has another mean, next to 10,000 rows around 0.
fn shifted_day(mean: f64, random: &mut Random) -> (Profile, Timeline) {
    let fields = vec![Field::new("x", Kind::Fractional, false)];
    let schema = Schema { inputs: fields, target: Some("y".into()), task: Task::Regression };
    let profile = Profile::of(&normal(10_000, 0.0, random), &schema);
    let hours = (0..24).map(|hour| normal(800, if hour < 12 { 0.0 } else { mean }, random));
    let day = timeline(&profile, hours);
    (profile, day)
}

#[test]
fn a_shift_in_half_of_a_window_shows() {
    let mut found = [0, 0];
    for seed in 0..12 {
        let (profile, day) = shifted_day(0.16, &mut Random(20_000 + seed));
        for (count, chunks) in found.iter_mut().zip([1, 4]) {
            *count += drifted(&judge_day(&profile, &day, chunks)).len();
        }
    }
    // 0.08 standard deviations over the whole day are below the floor.
    assert!(found[0] <= 2 && found[1] >= 11, "{found:?} of 12");
}

#[test]
fn the_chunk_that_drifted_is_told() {
    let (profile, day) = shifted_day(0.16, &mut Random(30));
    let report = judge_day(&profile, &day, 4);
    assert_eq!(report.chunks.len(), 4);
    assert_eq!(report.chunks.iter().map(|chunk| chunk.rows).sum::<u64>(), report.rows);
    let column = &report.columns[0];
    let signal = column.strongest().unwrap();
    assert!(signal.effect.strength() < 1.0 && signal.chunk >= Some(2), "{signal:?}");
    let strengths: Vec<f64> =
        column.chunks.iter().map(|chunk| chunk.signals[0].effect.strength()).collect();
    assert!(strengths[0].max(strengths[1]) < 1.0, "{strengths:?}");
    assert!(strengths[2].min(strengths[3]) > 1.0, "{strengths:?}");
    let text = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
}

#[test]
fn what_differs_by_the_time_of_day_is_no_drift() {
    let mut random = Random(31);
    let daily = |hour: usize, table: &Table| {
        let height = if hour < 12 { 0.8 } else { -0.8 };
        change(table, "normal", |x| x + height)
    };
    let mut days = Vec::new();
    for hour in 0..24 {
        days.push(daily(hour, &generate(100, &mut random)));
    }
    let usual = days.into_iter().reduce(|all, table| all.append(&table)).unwrap();
    let profile = Profile::of(&usual, &schema());
    let mut alarms = 0;
    for _ in 0..10 {
        let day: Vec<Table> =
            (0..24).map(|hour| daily(hour, &generate(100, &mut random))).collect();
        let report = judge_day(&profile, &timeline(&profile, day.into_iter()), 4);
        let column = report.columns.iter().find(|column| column.name == "normal").unwrap();
        assert!(column.chunks[0].signals[0].severity == Severity::Drift);
        alarms += drifted(&report).len();
    }
    assert!(alarms <= 1, "{alarms} alarms in 10 days");
}

#[test]
fn chunks_add_up_to_the_window() {
    let mut random = Random(32);
    let profile = Profile::of(&generate(500, &mut random), &schema());
    let day: Vec<Table> = (0..24).map(|_| generate(20, &mut random)).collect();
    let all = day.iter().cloned().reduce(|all, table| all.append(&table)).unwrap();
    let chunks = timeline(&profile, day.into_iter()).chunks(4, 50);
    let sum = whole(&chunks).unwrap().unwrap();
    let once = observe(&profile, &all);
    let counts = |observation: &Observation| {
        judge(&profile, observation, &BTreeMap::new()).unwrap().columns.len()
    };
    assert_eq!((sum.rows, counts(&sum)), (once.rows, counts(&once)));
    for (a, b) in sum.inputs.iter().zip(&once.inputs) {
        assert_eq!((a.missing, a.present()), (b.missing, b.present()));
    }
}

#[test]
fn times_go_on() {
    let fields = ["day", "stamp", "x"].map(|name| {
        Field::new(name, if name == "day" { Kind::Date } else { Kind::Fractional }, true)
    });
    let schema =
        Schema { inputs: fields.to_vec(), target: Some("y".into()), task: Task::Regression };
    let mut random = Random(33);
    let mut table = |from: f64| {
        let column = |name: &str, values| Column { name: name.into(), values };
        let times: Vec<f64> = (0..500).map(|row| from + f64::from(row)).collect();
        Table::new(vec![
            column("day", Values::Number(times.clone())),
            column("stamp", Values::Number(times)),
            column("x", Values::Number((0..500).map(|_| random.normal()).collect())),
        ])
        .unwrap()
    };
    let profile = Profile::of(&table(0.0), &schema);
    let later = table(1e6);
    let report = |table: &Table, time| {
        let terms =
            Terms { thresholds: &Thresholds::default(), importance: &BTreeMap::new(), time };
        let chunk = Chunk { window: subject().window, observed: observe(&profile, table) };
        check(subject(), &profile, Seen { chunks: &[chunk], outcomes: None }, terms).unwrap()
    };
    assert_eq!(drifted(&report(&later, None)), ["stamp"]);
    assert_eq!(report(&later, Some("stamp")).verdict, Verdict::Stable);
    let gone = change(&later, "day", |_| f64::NAN);
    assert_eq!(drifted(&report(&gone, Some("stamp"))), ["day"]);
}

#[test]
fn values_of_another_type_are_drift() {
    let mut random = Random(34);
    let (reference, current) = (generate(500, &mut random), generate(500, &mut random));
    let profile = Profile::of(&reference, &schema());
    let typed = |share: f64, random: &mut Random| {
        let mut observation = profile.observer();
        for row in 0..500 {
            let row = current.select(&[row]);
            if random.chance(share) {
                let (others, _) = row.without("normal");
                let texts = Values::Category(Categories::encode([Some("n/k")]));
                let mut columns = others.into_columns();
                columns.push(Column { name: "normal".into(), values: texts });
                observation.add(&Table::new(columns).unwrap());
            } else {
                observation.add(&row);
            }
        }
        judge(&profile, &observation, &BTreeMap::new()).unwrap()
    };
    assert_eq!(typed(0.0, &mut random).verdict, Verdict::Stable);
    let report = typed(0.2, &mut random);
    assert_eq!(drifted(&report), ["normal"]);
    assert_eq!(report.columns[0].strongest().unwrap().aspect, Aspect::Type);
}

#[test]
fn numbers_beyond_the_range_are_drift() {
    let mut random = Random(35);
    let (reference, current) = (generate(2_000, &mut random), generate(2_000, &mut random));
    let far = change(&current, "normal", |x| if random.chance(0.04) { 9.0 + x } else { x });
    let report = compare(&reference, &far);
    let column = report.columns.iter().find(|column| column.name == "normal").unwrap();
    let range = column.signals.iter().find(|signal| signal.aspect == Aspect::Range).unwrap();
    assert_eq!(range.severity, Severity::Drift, "{range:?}");
}
