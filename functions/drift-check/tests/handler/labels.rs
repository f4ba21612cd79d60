//! Late labels, and what they say about the model.

use model_factory::drift::Verdict;
use model_factory::events::EventKind;

use crate::world::World;

const DAY: [&str; 2] = ["2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"];
const NEXT: [&str; 2] = ["2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"];

#[tokio::test]
async fn labels_join_whenever_they_come_in() {
    let world = World::new().await;
    world.traffic("champion", "2026-03-01T09:00:00Z", 50, 0.0).await;
    let before = world.check(DAY[0], DAY[1]).await;
    assert_eq!(before.verdict, Verdict::Stable);
    let report = world.json(&before, "report.json").await;
    assert_eq!(report["performance"]["labels"], 0, "{}", report["performance"]);
    assert!(report["performance"]["estimated"][0]["value"].is_number());
    assert!(report["concept"].is_null());

    // The world is as it was: the errors are those of the holdout.
    world.labels("2026-03-01T09:00:00Z", 50, 0.0, 1.0).await;
    let after = world.check(DAY[0], DAY[1]).await;
    assert_eq!(after.verdict, Verdict::Stable);
    let report = world.json(&after, "report.json").await;
    assert_eq!(report["performance"]["labels"], 500);
    assert_eq!(report["concept"]["labels"], 500);
    let record = world.records().await.remove(0);
    let score = record.score.expect("a score");
    let realised = score.realised.expect("by labels");
    assert!((0.5..2.0).contains(&(realised / score.reference)), "{score:?}");
}

#[tokio::test]
async fn a_model_that_errs_more_is_drift_though_no_input_is() {
    let world = World::new().await;
    world.traffic("champion", "2026-03-01T09:00:00Z", 50, 0.0).await;
    world.labels("2026-03-01T09:00:00Z", 50, 0.0, 1.0).await;
    world.check(DAY[0], DAY[1]).await;
    world.traffic("champion", "2026-03-02T09:00:00Z", 50, 0.0).await;
    world.labels("2026-03-02T09:00:00Z", 50, 0.0, 2.0).await;
    let checked = world.check(NEXT[0], NEXT[1]).await;
    assert_eq!(checked.verdict, Verdict::Drift);
    let report = world.json(&checked, "report.json").await;
    assert_eq!(report["performance"]["severity"], "drift");
    assert_eq!(report["concept"]["severity"], "drift", "{}", report["concept"]);
    let told = world.told(EventKind::DriftDetected);
    let what = told[0].data["alert"]["what"].as_str().expect("a text");
    assert!(what.contains("by labels is"), "{what}");
    assert!(what.contains("The mean error has grown"), "{what}");
    let page = String::from_utf8(world.file(&checked, "report.html").await.into()).unwrap();
    assert!(page.contains("Performance") && page.contains("Errors over time"));

    // The detectors go on from where the window before has left them, also when a
    // window is checked again.
    let first = world.file(&checked, "errors.json").await;
    let again = world.check(NEXT[0], NEXT[1]).await;
    assert_eq!(world.file(&again, "errors.json").await, first);
    let stream: serde_json::Value = serde_json::from_slice(&first).unwrap();
    assert_eq!(stream["read"], 1_000, "{stream}");
}
