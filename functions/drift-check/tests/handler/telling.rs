//! What a check leaves behind, and whom it wakes.

use model_factory::drift::Verdict;
use model_factory::events::EventKind;

use crate::world::World;

const DAY: [&str; 2] = ["2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"];

async fn drifted() -> World {
    let world = World::new().await;
    world.traffic("champion", "2026-03-01T09:00:00Z", 30, 8.0).await;
    world
}

#[tokio::test]
async fn an_alert_is_understood_at_night() {
    let world = drifted().await;
    let checked = world.check(DAY[0], DAY[1]).await;
    assert_eq!(checked.verdict, Verdict::Drift);
    let told = world.told(EventKind::DriftDetected);
    let [event] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(event.data["silenced"], false);
    let alert = event.data["alert"].as_object().unwrap();
    let part = |name: &str| alert[name].as_str().unwrap();
    assert_eq!(
        part("headline"),
        "Drift of model taxi: requests to champion no longer look like what version 1 was \
         trained on."
    );
    assert!(part("what").starts_with("2 of 3 columns have drifted in 300 rows: "), "{alert:?}");
    assert!(part("what").contains("dist (mean 4.9"), "{alert:?}");
    assert_eq!(
        part("since"),
        "Since 2026-03-01 00:00 UTC (the window before it had none, or was not checked); checked \
         up to 2026-03-02 00:00 UTC."
    );
    assert!(part("next").starts_with("A retraining is on its way (drift in 1 of"), "{alert:?}");
    assert!(part("command").contains("model-factory drift report taxi"), "{alert:?}");
    // What EventBridge can put between quotation marks.
    let text: String = alert.values().filter_map(|part| part.as_str()).collect();
    assert!(!text.contains(['"', '\\', '\n']), "{text}");
}

#[tokio::test]
async fn what_captures_do_not_hold_is_not_compared() {
    let world = World::new().await;
    world.traffic_without(&["dist"], "champion", "2026-03-01T09:00:00Z", 30, 8.0).await;
    let checked = world.check(DAY[0], DAY[1]).await;
    assert_eq!(checked.verdict, Verdict::Stable, "neither missing nor drifted: unknown");
    assert!(world.told(EventKind::DriftDetected).is_empty());
}

#[tokio::test]
async fn a_spec_of_today_silences_and_quietens() {
    let world = drifted().await;
    world.spec("[drift]\nsilent_until = '2026-03-02T12:00:01Z'").await;
    assert_eq!(world.check(DAY[0], DAY[1]).await.verdict, Verdict::Drift);
    world.spec("[drift]\nsilent_until = '2026-03-02T12:00:00Z'").await;
    world.check(DAY[0], DAY[1]).await;
    let silenced: Vec<bool> = world
        .told(EventKind::DriftDetected)
        .iter()
        .filter_map(|event| event.data["silenced"].as_bool())
        .collect();
    assert_eq!(silenced, [true, false]);

    world.spec("[drift]\nquiet = ['dist']").await;
    let checked = world.check(DAY[0], DAY[1]).await;
    assert_eq!(checked.columns, ["prediction"]);
    world.spec("[drift]\nquiet = ['dist', 'prediction']").await;
    let checked = world.check(DAY[0], DAY[1]).await;
    assert_eq!((checked.verdict, checked.columns.len()), (Verdict::Stable, 0));
    let report = world.json(&checked, "report.json").await;
    assert_eq!(report["columns"][0]["severity"], "warning");
    assert_eq!(world.told(EventKind::DriftDetected).len(), 3);

    world.spec("[drift]\nquite = ['dist']").await;
    assert_eq!(world.check(DAY[0], DAY[1]).await.verdict, Verdict::Drift, "that of the training");
}

#[tokio::test]
async fn violations_lie_beside_the_report() {
    let world = drifted().await;
    let checked = world.check(DAY[0], DAY[1]).await;
    let violations = world.json(&checked, "constraint_violations.json").await;
    let found: Vec<(&str, &str)> = violations["violations"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| {
            Some((it["feature_name"].as_str()?, it["constraint_check_type"].as_str()?))
        })
        .collect();
    let drift = "baseline_drift_check";
    assert_eq!(found, [("dist", drift), ("dist", drift), ("prediction", drift)]);
    let first = violations["violations"][0]["description"].as_str().unwrap();
    assert!(first.contains("lie outside of"), "{first}");
}

#[tokio::test]
async fn a_record_tells_how_far_each_column_has_moved() {
    let world = drifted().await;
    let checked = world.check(DAY[0], DAY[1]).await;
    let records = world.records().await;
    let [record] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!(record.columns, checked.columns);
    let names: Vec<&str> = record.trends.iter().map(|trend| trend.name.as_str()).collect();
    assert_eq!(names.len(), 3);
    assert!(record.trends[0].strength > 1.0, "{record:?}");
    let zone = record.trends.iter().find(|trend| trend.name == "zone").unwrap();
    assert!(zone.strength < 1.0, "{zone:?}");
}

/// The rule of the template carries the alert: what it picks must be there.
#[tokio::test]
async fn the_templates_rule_finds_each_part_of_the_alert() {
    let world = drifted().await;
    world.check(DAY[0], DAY[1]).await;
    let event = world.told(EventKind::DriftDetected).remove(0);
    let envelope = serde_json::json!({"detail": event.detail()});
    let template = include_str!("../../../../template.yaml");
    let picked: Vec<(&str, &str)> = template
        .lines()
        .filter_map(|line| line.trim().split_once(": $."))
        .filter(|(_, path)| path.starts_with("detail.data.alert."))
        .collect();
    assert_eq!(picked.len(), 5);
    for (name, path) in picked {
        let text = envelope.pointer(&format!("/{}", path.replace('.', "/")));
        assert!(text.is_some_and(|text| text.is_string()), "{path} is not in {envelope}");
        assert!(template.contains(&format!("\"<{name}>\"")), "{name}");
    }
}

#[tokio::test]
async fn metrics_have_model_monitors_names_and_ours() {
    let world = drifted().await;
    world.check(DAY[0], DAY[1]).await;
    let [measured] = world.metrics.all().try_into().expect("one line");
    let value = |name: &str| match measured.values(name) {
        [value] => *value,
        values => panic!("{name}: {values:?}"),
    };
    assert_eq!(
        (measured.dimension("model"), measured.dimension("variant")),
        (Some("taxi"), Some("champion"))
    );
    assert_eq!(
        (value("DriftRows"), value("DriftedColumns"), value("DriftRetrainings")),
        (300.0, 2.0, 1.0)
    );
    assert!(value("DriftStrength") > 1.0);
    assert!((12.0..14.0).contains(&value("feature_data_dist")), "8 more than the 5 of training");
    assert_eq!((value("feature_non_null_dist"), value("feature_non_null_zone")), (1.0, 1.0));
    assert!(value("feature_baseline_drift_dist") > 0.4);
    assert!(value("feature_baseline_drift_zone") < 0.1);
    assert!(measured.values("feature_data_zone").is_empty(), "texts have no mean");

    world.spec("[drift]\ncolumn_metrics = false").await;
    world.check(DAY[0], DAY[1]).await;
    let of_columns = world.metrics.all().remove(1);
    assert!(of_columns.values("feature_non_null_dist").is_empty());
    assert_eq!(of_columns.values("DriftedColumns"), [2.0]);
}
