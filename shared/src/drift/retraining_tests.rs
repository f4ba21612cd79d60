use super::*;
use crate::name::Version;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The record of a day's window, which was checked when it ended.
fn day(day: i64, verdict: &str) -> DriftRecord {
    let start = at("2026-03-01T00:00:00Z") + SignedDuration::from_hours(24 * day);
    let end = start + SignedDuration::from_hours(24);
    DriftRecord {
        model: "taxi".parse().unwrap(),
        variant: Reference::default(),
        version: 3.try_into().unwrap(),
        start,
        end,
        verdict: verdict.to_owned(),
        rows: 100,
        columns: Vec::new(),
        trends: Vec::new(),
        score: None,
        retraining: None,
        report: String::new(),
        checked_at: end,
    }
}

fn requested(record: DriftRecord) -> DriftRecord {
    let decision = RetrainingDecision { requested: true, reason: "then".to_owned() };
    DriftRecord { retraining: Some(decision), ..record }
}

fn policy(text: &str) -> Retraining {
    let spec = format!("[drift.retraining]\n{text}");
    crate::spec::Spec::parse(spec.as_bytes()).unwrap().drift.retraining
}

#[track_caller]
fn refused(decision: &RetrainingDecision, words: &str) {
    assert!(!decision.requested, "{decision:?}");
    assert!(decision.reason.contains(words), "{decision:?}");
}

#[test]
fn the_first_window_with_drift_is_reason_enough_by_default() {
    let decision = decide(&Retraining::default(), &[], &day(0, "drift"), true);
    assert!(decision.requested);
    assert_eq!(decision.reason, "drift in 1 of the last 1 windows");
}

#[test]
fn drift_may_have_to_persist() {
    let policy = policy("drifted = 2\nof = 3");
    let decide = |past: &[DriftRecord]| decide(&policy, past, &day(5, "drift"), true);
    refused(&decide(&[]), "drift in 1 of the last 3 windows: 2 are asked for");
    let stable = [day(3, "stable"), day(4, "stable"), day(2, "drift")];
    refused(&decide(&stable), "drift in 1 of the last 3");
    assert!(decide(&[day(3, "drift"), day(4, "stable")]).requested);
    // Windows without a verdict do not count, neither do other versions and variants.
    assert!(decide(&[day(2, "drift"), day(3, "stable"), day(4, "no_data")]).requested);
    let older = DriftRecord { version: Version::FIRST, ..day(4, "drift") };
    let shadow = DriftRecord { variant: "shadow".parse().unwrap(), ..day(4, "drift") };
    refused(&decide(&[older, shadow]), "drift in 1 of the last 3");
}

#[test]
fn overlapping_windows_are_one() {
    let policy = policy("drifted = 3\nof = 3");
    let half = SignedDuration::from_hours(12);
    let shifted = DriftRecord {
        start: day(4, "").start - half,
        end: day(4, "").end - half,
        ..day(4, "drift")
    };
    let past = [day(4, "drift"), shifted];
    refused(&decide(&policy, &past, &day(5, "drift"), true), "drift in 2 of the last 3");
}

#[test]
fn retrainings_cool_down() {
    let policy = policy("cool_down = '36h'");
    let past = |days| [requested(day(days, "drift"))];
    let decide = |past: &[DriftRecord]| decide(&policy, past, &day(5, "drift"), true);
    refused(&decide(&past(4)), "asked for at 2026-03-06T00:00:00Z, less than");
    refused(&decide(&past(4)), "`drift.retraining.cool_down` (36h) ago");
    assert!(decide(&past(3)).requested);
    // One of another version is one, too.
    let other = DriftRecord { version: Version::FIRST, ..past(4)[0].clone() };
    refused(&decide(&[other]), "cool_down");
}

#[test]
fn there_are_so_many_retrainings_a_day() {
    let policy = policy("cool_down = '0d'\nper_day = 2");
    let hour = |hours| {
        let checked_at = day(5, "").end - SignedDuration::from_hours(hours);
        requested(DriftRecord { checked_at, ..day(1 + hours, "drift") })
    };
    let decide = |past: &[DriftRecord]| decide(&policy, past, &day(5, "drift"), true);
    assert!(decide(&[hour(1)]).requested);
    refused(&decide(&[hour(1), hour(2)]), "2 retrainings for drift were asked for within 24 hours");
    let yesterday = DriftRecord { checked_at: day(4, "").end, ..hour(2) };
    assert!(decide(&[hour(1), yesterday]).requested);
}

#[test]
fn a_repeated_check_repeats_its_request() {
    let policy = policy("drifted = 2\nof = 2\ncool_down = '36h'");
    let past = [requested(day(5, "drift"))];
    let decision = decide(&policy, &past, &day(5, "drift"), true);
    assert_eq!(decision, RetrainingDecision { requested: true, reason: "then".to_owned() });
    // Against the next version it is another check.
    let next = DriftRecord { version: 4.try_into().unwrap(), ..day(5, "drift") };
    refused(&decide(&policy, &past, &next, true), "drift in 1 of the last 2");
}

#[test]
fn who_asks_for_none_gets_none() {
    let (usual, drift) = (Retraining::default(), day(0, "drift"));
    refused(&decide(&usual, &[], &drift, false), "without one");
    let manual = policy("automatic = false");
    refused(&decide(&manual, &[], &drift, true), "people decide");
    let shadow = DriftRecord { variant: "shadow".parse().unwrap(), ..drift.clone() };
    refused(&decide(&usual, &[], &shadow, true), "only the champion");
    let late = DriftRecord { checked_at: drift.end + SignedDuration::from_hours(169), ..drift };
    refused(&decide(&usual, &[], &late, true), "more than a week ago");
}

#[test]
fn it_is_known_how_far_back_history_matters() {
    let day = SignedDuration::from_hours(24);
    assert_eq!(looks_back(&Retraining::default(), day).as_hours(), (7 + 1 + 1) * 24);
    assert_eq!(looks_back(&policy("of = 50"), day).as_hours(), 50 * 24);
    assert_eq!(looks_back(&policy("of = 100"), SignedDuration::MAX), SignedDuration::MAX);
}
