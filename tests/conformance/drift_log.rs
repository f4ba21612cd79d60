//! The record of drift checks.

use jiff::{SignedDuration, Timestamp};
use model_factory::metrics::Metric;
use model_factory::name::Reference;
use model_factory::registry::{ColumnTrend, DriftRecord, RetrainingDecision, ScoreTrend};

use crate::adapters::{Adapters, hold_for_both_adapters};

hold_for_both_adapters!(
    windows_are_listed_by_their_time,
    history_is_read_from_any_time_on,
    a_window_that_is_checked_again_replaces_its_record,
    variants_and_versions_have_records_of_their_own,
    a_check_makes_no_model,
);

fn record(model: &str, hour: i64, verdict: &str) -> DriftRecord {
    let start = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour);
    DriftRecord {
        model: model.parse().unwrap(),
        variant: Reference::default(),
        version: 3.try_into().unwrap(),
        start,
        end: start + SignedDuration::from_hours(1),
        verdict: verdict.to_owned(),
        rows: 1_234,
        columns: vec!["ride_dist".to_owned(), "weather".to_owned()],
        trends: vec![ColumnTrend {
            name: "ride_dist".to_owned(),
            strength: 2.125,
            missing_rate: 0.1,
        }],
        score: Some(ScoreTrend {
            metric: Metric::Rmse,
            reference: 2.5,
            realised: None,
            estimated: Some(2.75),
            low: 2.5,
            high: 3.0,
        }),
        retraining: Some(RetrainingDecision { requested: false, reason: "too soon".to_owned() }),
        report: "drift/taxi/window/report.json".to_owned(),
        checked_at: start + SignedDuration::from_nanos(123_456_789),
    }
}

async fn write(adapters: &Adapters, records: &[DriftRecord]) {
    for record in records {
        adapters.drift_log.record_drift(record).await.expect("recorded");
    }
}

async fn read(adapters: &Adapters, model: &str) -> Vec<DriftRecord> {
    adapters.drift_log.drift_records(&model.parse().unwrap(), None).await.expect("records")
}

async fn windows_are_listed_by_their_time(adapters: &Adapters) {
    let hours = [30, 2, 100, 9].map(|hour| record("taxi", hour, "stable"));
    write(adapters, &hours).await;
    write(adapters, &[record("taxi-2", 1, "drift")]).await;
    let [a, b, c, d] = hours;
    assert_eq!(read(adapters, "taxi").await, [b, d, a, c]);
    assert_eq!(read(adapters, "tram").await, []);
}

async fn history_is_read_from_any_time_on(adapters: &Adapters) {
    let [a, b, c] = [2, 9, 30].map(|hour| record("taxi", hour, "stable"));
    write(adapters, &[a.clone(), b.clone(), c.clone()]).await;
    let since = async |time: Timestamp| {
        let records = adapters.drift_log.drift_records(&"taxi".parse().unwrap(), Some(time)).await;
        records.expect("records")
    };
    assert_eq!(since(a.start).await, [a, b.clone(), c.clone()]);
    assert_eq!(since(b.start).await, [b.clone(), c.clone()], "a start belongs to its window");
    assert_eq!(since(b.start + SignedDuration::from_nanos(1)).await, std::slice::from_ref(&c));
    assert_eq!(since(c.end).await, []);
}

async fn variants_and_versions_have_records_of_their_own(adapters: &Adapters) {
    let champion = record("taxi", 5, "drift");
    let next = DriftRecord { version: 4.try_into().unwrap(), ..record("taxi", 5, "stable") };
    let shadow = DriftRecord { variant: "shadow".parse().unwrap(), ..record("taxi", 5, "no_data") };
    write(adapters, &[shadow.clone(), next.clone(), champion.clone()]).await;
    assert_eq!(read(adapters, "taxi").await, [champion, next, shadow]);
}

async fn a_window_that_is_checked_again_replaces_its_record(adapters: &Adapters) {
    let longer = DriftRecord { end: record("taxi", 9, "").end, ..record("taxi", 5, "no_data") };
    write(adapters, &[record("taxi", 5, "drift"), longer.clone()]).await;
    write(adapters, &[record("taxi", 5, "stable")]).await;
    assert_eq!(read(adapters, "taxi").await, [record("taxi", 5, "stable"), longer]);
}

async fn a_check_makes_no_model(adapters: &Adapters) {
    write(adapters, &[record("taxi", 5, "drift")]).await;
    assert_eq!(adapters.registry.models().await.expect("models"), []);
    assert_eq!(adapters.registry.history(&"taxi".parse().unwrap()).await.expect("moves"), []);
}
