//! Whether drift asks for a retraining, and where that is said.

use drift_check::report::Checked;
use model_factory::drift::Verdict;
use model_factory::events::EventKind;
use serde_json::json;

use crate::world::{World, at};

/// Traffic and a check of each of some days of March, as each has ended: the answers.
async fn days(mut world: World, shifts: &[f64]) -> (World, Vec<Checked>) {
    let mut checks = Vec::new();
    for (day, shift) in (1..).zip(shifts) {
        let [start, end] = [day, day + 1].map(|day| format!("2026-03-{day:02}T00:00:00Z"));
        world = world.later(at(&end));
        world.traffic("champion", &start.replace("T00", "T09"), 30, *shift).await;
        checks.push(world.check(&start, &end).await);
    }
    (world, checks)
}

fn refusal(checked: &Checked) -> &str {
    let decision = checked.retraining.as_ref().expect("a decision");
    assert!(!decision.requested, "{decision:?}");
    &decision.reason
}

#[tokio::test]
async fn drift_asks_for_a_retraining_on_its_window_once() {
    let (world, checks) = days(World::new().await, &[0.0, 8.0]).await;
    let [stable, drift] = checks.as_slice() else { panic!() };
    assert_eq!((stable.verdict, stable.retraining.as_ref()), (Verdict::Stable, None));
    assert!(drift.retraining.as_ref().unwrap().requested);
    // A second delivery tells the same again.
    let again = world.check("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z").await;
    assert_eq!(again, *drift);
    let requests = world.told(EventKind::RetrainRequested);
    let [first, second] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!((&first.id, &first.data), (&second.id, &second.data));
    assert_eq!(
        first.data,
        json!({
            "model": "taxi",
            "window": {"start": "2026-03-02T00:00:00Z", "end": "2026-03-03T00:00:00Z"},
            "reason": "drift of version 1: drift in 1 of the last 1 windows",
            "force": true,
        })
    );
}

#[tokio::test]
async fn drift_must_persist_where_the_spec_says_so_and_then_cools_down() {
    let world = World::new().await;
    world.spec("[drift.retraining]\ndrifted = 2\nof = 3\ncool_down = '2d'\n").await;
    let (world, checks) = days(world, &[8.0, 0.0, 8.0, 8.0, 8.0]).await;
    assert_eq!(refusal(&checks[0]), "drift in 1 of the last 3 windows: 2 are asked for");
    assert!(checks[2].retraining.as_ref().unwrap().requested, "{:?}", checks[2]);
    assert!(refusal(&checks[3]).contains("`drift.retraining.cool_down` (2d) ago"));
    assert!(checks[4].retraining.as_ref().unwrap().requested, "the cool-down has ended");

    // Each refusal is said where people look.
    let told = world.told(EventKind::DriftDetected);
    let refused: Vec<&str> = told
        .iter()
        .filter(|event| event.data["retraining"]["requested"] == false)
        .filter_map(|event| event.data["retraining"]["reason"].as_str())
        .collect();
    assert_eq!(refused, [refusal(&checks[0]), refusal(&checks[3])]);
    let next = told[2].data["alert"]["next"].as_str().unwrap();
    assert!(next.starts_with("No retraining: the last retraining for drift"), "{next}");
    let page = String::from_utf8(world.file(&checks[3], "report.html").await.into()).unwrap();
    assert!(page.contains("No retraining was asked for: the last retraining for drift"));
    assert!(page.contains("Windows until now"));
    let report = world.json(&checks[3], "report.json").await;
    let reason = report["retraining"]["reason"].as_str();
    assert_eq!(reason, Some(refusal(&checks[3])));
    assert_eq!(world.told(EventKind::RetrainRequested).len(), 2);
}

#[tokio::test]
async fn a_look_by_hand_asks_for_nothing() {
    let world = World::new().await;
    world.traffic("champion", "2026-03-01T09:00:00Z", 30, 8.0).await;
    let window = json!({"start": "2026-03-01T00:00:00Z", "end": "2026-03-02T00:00:00Z"});
    let looked = world.ask(json!({"model": "taxi", "window": window, "retrain": false})).await;
    assert_eq!(refusal(&looked), "the check was asked for without one");
    assert_eq!(world.told(EventKind::RetrainRequested), []);
}
