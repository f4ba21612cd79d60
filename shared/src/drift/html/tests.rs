use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::*;
use crate::dataset::{self, Categories, Field, Kind, Schema, Table, Task, Values};
use crate::drift::{Chunk, Seen, Subject, Terms, check};
use crate::registry::ColumnTrend;
use crate::spec::Thresholds;
use crate::window::Window;

const COLUMNS: usize = 200;

/// The windows before the one that is checked.
const PAST: i64 = 40;

fn name(index: usize) -> String {
    format!("<b>column & {index}</b>")
}

/// Half numbers, half texts.
fn table(shift: f64, random: &mut fastrand::Rng) -> Table {
    let columns = (0..COLUMNS).map(|index| dataset::Column {
        name: name(index),
        values: match index % 2 {
            0 => Values::Number((0..300).map(|_| random.f64() + shift).collect()),
            _ => Values::Category(Categories::encode(
                (0..300).map(|_| Some(format!("<i>{shift}</i>{}", random.u8(..20)))),
            )),
        },
    });
    Table::new(columns.collect()).unwrap()
}

fn schema() -> Schema {
    let kind = |index| if index % 2 == 0 { Kind::Fractional } else { Kind::Category };
    let inputs = (0..COLUMNS).map(|index| Field::new(name(index), kind(index), false)).collect();
    Schema { inputs, target: Some("y".into()), task: Task::Regression }
}

struct Checked {
    profile: Profile,
    observed: Observation,
    report: Report,
    past: Vec<DriftRecord>,
    current: DriftRecord,
}

impl Checked {
    /// A window whose every column has moved, after many in which some have.
    fn drifted() -> Self {
        let mut random = fastrand::Rng::with_seed(12);
        let profile = Profile::of(&table(0.0, &mut random), &schema());
        let mut observed = profile.observer();
        observed.add(&table(1.0, &mut random));
        Self::new(profile, observed)
    }

    fn empty() -> Self {
        let profile = Profile::of(&table(0.0, &mut fastrand::Rng::with_seed(12)), &schema());
        let observed = profile.observer();
        Self::new(profile, observed)
    }

    fn new(profile: Profile, observed: Observation) -> Self {
        let at = |text: &str| text.parse().unwrap();
        let window = Window { start: at("2026-03-01T00:00:00Z"), end: at("2026-03-02T00:00:00Z") };
        let subject = Subject { model: "wine".into(), version: 3, window };
        let terms =
            Terms { thresholds: &Thresholds::default(), importance: &BTreeMap::new(), time: None };
        let chunks = [Chunk { window, observed: observed.clone() }];
        let seen = Seen { chunks: &chunks, outcomes: None };
        let report = check(subject, &profile, seen, terms).unwrap();
        let current = record(&report, 0);
        let past = (1..=PAST).map(|days| record(&report, days)).collect();
        Self { profile, observed, report, past, current }
    }

    fn page(&self) -> String {
        let checked = super::Checked { reference: &self.profile, observed: &self.observed };
        let records = Records { past: &self.past, current: &self.current };
        render(&self.report, None, checked, records)
    }
}

/// The record of the same findings some days earlier.
fn record(report: &Report, days: i64) -> DriftRecord {
    let earlier = SignedDuration::from_hours(24 * days);
    let trends = report.trends().into_iter().enumerate().map(|(index, trend)| ColumnTrend {
        strength: trend.strength * (index as i64 % (days + 1)) as f64,
        missing_rate: 0.01 * (index as i64 % 7) as f64,
        ..trend
    });
    DriftRecord {
        model: "wine".parse().unwrap(),
        variant: crate::name::Reference::default(),
        version: 3.try_into().unwrap(),
        start: report.window.start - earlier,
        end: report.window.end - earlier,
        verdict: if days % 3 == 1 { "stable" } else { report.verdict.name() }.to_owned(),
        rows: report.rows,
        columns: report.drifted().map(|column| column.name.clone()).collect(),
        trends: if days == 0 { report.trends() } else { trends.collect() },
        score: None,
        retraining: (report.verdict == Verdict::Drift).then(|| RetrainingDecision {
            requested: false,
            reason: "only <two> windows".to_owned(),
        }),
        report: String::new(),
        checked_at: report.window.end - earlier,
    }
}

#[test]
fn pages_escape_stay_small_and_need_nothing_else() {
    let page = Checked::drifted().page();
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
    assert!(page.contains("200 of 200"));
    assert!(page.contains("No retraining was asked for: only &lt;two&gt; windows."));
    for forbidden in ["<b>", "<i>", "<two>", "<script", "http://", "https://", "NaN", "inf "] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    let count = |what: &str| page.matches(what).count();
    assert_eq!(count("class=\"window "), 30, "the last thirty windows");
    assert_eq!(count("<title>effect over time"), OVER_TIME);
    assert!(count("<title>missing values over time") > OVER_TIME / 2);
    assert!(!page.contains("class=\"window no_data"));
}

#[test]
fn a_window_without_data_says_so() {
    let page = Checked::empty().page();
    assert!(page.contains("No data.") && !page.contains("retraining"));
}

#[test]
fn the_first_window_has_no_history() {
    let checked = Checked { past: Vec::new(), ..Checked::drifted() };
    let page = checked.page();
    assert!(!page.contains("Windows until now") && !page.contains("effect over time"));
}
