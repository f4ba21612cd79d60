//! Uploads that differ from what the champion was trained on.

use super::*;

const LATER: &str = "datasets/taxi/later.csv";

/// Rides whose time follows from no single column.
fn rides() -> String {
    let row = |row: usize| {
        let (dist, zone) = (row * 37 % 101, row % 7);
        format!("{dist}.5,{zone},{}.25\n", dist + 20 * zone)
    };
    "dist,zone,ride_time\n".to_owned() + &(0..120).map(row).collect::<String>()
}

/// A model whose champion learned from [`rides`].
async fn champion() -> World {
    let world = world();
    world.spec("target = 'ride_time'\n[training]\nlearners = ['linear']\n").await;
    let event = world.upload(KEY, &rides()).await;
    world.handle(&event).await.unwrap();
    assert_eq!(world.place(Alias::champion()).await, Some(1));
    world
}

/// [`rides`] without the column `zone`.
fn without_zone() -> String {
    let rides = rides();
    let kept = rides.lines().map(|row| {
        let fields: Vec<&str> = row.split(',').collect();
        format!("{},{}\n", fields[0], fields[2])
    });
    kept.collect()
}

impl World {
    async fn json(&self, key: &str) -> Value {
        let object = self.objects.get(key).await.unwrap().expect(key);
        serde_json::from_slice(&object.bytes).expect(key)
    }

    fn last(&self, kind: EventKind) -> Value {
        let published = self.events.published();
        published.into_iter().rfind(|event| event.kind == kind).unwrap().data
    }
}

fn checks(file: &Value) -> Vec<(&str, &str)> {
    let violations = file["violations"].as_array().unwrap();
    violations
        .iter()
        .map(|violation| {
            let text = |key: &str| violation[key].as_str().unwrap();
            (text("feature_name"), text("constraint_check_type"))
        })
        .collect()
}

#[tokio::test]
async fn an_upload_without_an_input_of_the_champion_is_quarantined_and_the_champion_stays() {
    let world = champion().await;
    let event = world.upload(LATER, &without_zone()).await;
    let run = world.handle(&event).await.unwrap();
    let Outcome::Rejected { quarantine: Some(copy), reasons } = &run.outcome else {
        panic!("{run:?}")
    };
    assert_eq!(reasons.len(), 1);
    assert!(
        reasons[0].contains("`zone`") && reasons[0].contains("`enforce = false`"),
        "{reasons:?}"
    );
    let reason = world.json(&format!("{copy}.reason.json")).await;
    assert_eq!(reason["reasons"][0]["code"], "missing_column");
    assert_eq!(reason["reasons"][0]["column"], "zone");
    for key in [
        format!("{copy}.constraint_violations.json"),
        format!("runs/taxi/{}/constraint_violations.json", run.run),
    ] {
        assert_eq!(checks(&world.json(&key).await), [("zone", "missing_column_check")], "{key}");
    }
    assert_eq!((world.versions().await, world.place(Alias::champion()).await), (1, Some(1)));
    assert_eq!(world.kinds().last(), Some(&EventKind::DatasetRejected));
}

#[tokio::test]
async fn a_soft_break_is_trained_on_and_told_everywhere() {
    let world = champion().await;
    let wind = |(at, row): (usize, &str)| match at {
        0 => format!("wind,{row}\n"),
        _ => format!("{}.5,{row}\n", at * at % 17),
    };
    let event =
        world.upload(LATER, &rides().lines().enumerate().map(wind).collect::<String>()).await;
    let run = world.handle(&event).await.unwrap();
    assert!(matches!(run.outcome, Outcome::Registered { .. }), "{run:?}");
    let TrainingRecord { facts, .. } = world.file(&run, "training.json").await;
    let warnings = facts.warnings;
    let codes: Vec<&str> = warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert_eq!(codes, ["extra_column"]);
    for kind in [EventKind::DatasetReceived, EventKind::TrainingCompleted] {
        let told = &world.last(kind)["warnings"];
        assert_eq!(*told, serde_json::to_value(&warnings).unwrap(), "{kind:?}");
    }
    let violations = world.json(&format!("runs/taxi/{}/constraint_violations.json", run.run)).await;
    assert_eq!(checks(&violations), [("wind", "extra_column_check")]);
}

#[tokio::test]
async fn a_first_upload_has_no_constraints_to_break() {
    let world = world();
    let event = world.upload(KEY, &rides()).await;
    let run = world.handle(&event).await.unwrap();
    let key = format!("runs/taxi/{}/constraint_violations.json", run.run);
    assert_eq!(world.objects.get(&key).await.unwrap(), None);
    assert_eq!(world.last(EventKind::DatasetReceived)["warnings"], json!([]));
}

#[tokio::test]
async fn without_enforcement_a_changed_schema_is_trained_on() {
    let world = champion().await;
    world.spec("[training]\nlearners = ['linear']\n[constraints]\nenforce = false\n").await;
    let event = world.upload(LATER, &without_zone()).await;
    let run = world.handle(&event).await.unwrap();
    assert!(matches!(run.outcome, Outcome::Registered { .. }), "{run:?}");
    assert_eq!(world.last(EventKind::DatasetReceived)["warnings"][0]["code"], "missing_column");
    let constraints: Value = world.file(&run, "constraints.json").await;
    assert_eq!(constraints["monitoring_config"]["evaluate_constraints"], "Disabled");
}

#[tokio::test]
async fn a_column_that_determines_the_target_may_be_refused_on_a_first_upload() {
    let world = world();
    world.spec("[constraints]\nleakage = 'reject'\n").await;
    let rows = (0..120).map(|row| format!("{row}.5,{0},{0}.25\n", row * 37 % 101));
    let leaky = "dist,fare,ride_time\n".to_owned() + &rows.collect::<String>();
    let event = world.upload(KEY, &leaky).await;
    let run = world.handle(&event).await.unwrap();
    let Outcome::Rejected { reasons, .. } = &run.outcome else { panic!("{run:?}") };
    assert!(
        reasons[0].starts_with("column `fare` determines the target `ride_time`"),
        "{reasons:?}"
    );
    assert_eq!(world.last(EventKind::DatasetRejected)["reasons"][0]["code"], "leakage");
}

#[tokio::test]
async fn a_retraining_passes_over_what_was_rejected_until_it_is_uploaded_again() {
    let world = champion().await;
    let event = world.upload(LATER, &without_zone()).await;
    world.handle(&event).await.unwrap();
    let retrain = |id: &str| {
        json!({"detail-type": "Retrain Requested", "detail": {
            "metadata": {"id": id}, "data": {"model": "taxi"},
        }})
    };
    world.handle(&retrain("first")).await.unwrap();
    assert_eq!(world.last(EventKind::DatasetReceived)["dataset"], KEY);
    world.spec("[training]\nlearners = ['linear']\n[constraints]\nenforce = false\n").await;
    world.upload(LATER, &without_zone()).await;
    world.handle(&retrain("second")).await.unwrap();
    assert_eq!(world.last(EventKind::DatasetReceived)["dataset"], LATER);
}

/// Rides on days that are written as `order` says: the month first, or the day.
fn dated(month_first: bool, days: std::ops::RangeInclusive<usize>) -> String {
    let count = days.end() - days.start() + 1;
    let row = |row: usize| {
        let (dist, month, day) = (row * 37 % 101, row % 12 + 1, days.start() + row % count);
        let (first, second) = if month_first { (month, day) } else { (day, month) };
        format!("{dist}.5,{first}/{second}/2024,{}.25\n", dist + 20 * month)
    };
    "dist,on,ride_time\n".to_owned() + &(0..120).map(row).collect::<String>()
}

#[tokio::test]
async fn later_dates_are_read_in_the_champions_order_and_another_one_is_a_break() {
    let world = world();
    world.spec("target = 'ride_time'\n[training]\nlearners = ['linear']\n").await;
    let event = world.upload(KEY, &dated(true, 1..=28)).await;
    let first = world.handle(&event).await.unwrap();
    let training: Value = world.file(&first, "training.json").await;
    let on = |training: &Value| training["schema"]["inputs"][1].clone();
    assert_eq!(on(&training)["date_order"], "month_first", "{training}");

    // Nothing in it tells the order.
    let event = world.upload(LATER, &dated(true, 1..=12)).await;
    let run = world.handle(&event).await.unwrap();
    assert!(matches!(run.outcome, Outcome::Registered { .. }), "{run:?}");
    let training: Value = world.file(&run, "training.json").await;
    assert_eq!(
        (&on(&training)["kind"], &on(&training)["date_order"]),
        (&json!("date"), &json!("month_first"))
    );

    let event = world.upload(LATER, &dated(false, 1..=28)).await;
    let run = world.handle(&event).await.unwrap();
    let Outcome::Rejected { reasons, .. } = &run.outcome else { panic!("{run:?}") };
    assert_eq!(world.last(EventKind::DatasetRejected)["reasons"][0]["code"], "date_order");
    assert!(
        reasons[0].starts_with(
            "column `on` holds dates with the day first where the champion was trained on dates \
             with the month first"
        ),
        "{reasons:?}"
    );

    world
        .spec("target = 'ride_time'\ncolumns.on.date_order = 'day_first'\n[training]\nlearners = ['linear']\n")
        .await;
    let event = world.upload(LATER, &dated(false, 1..=27)).await;
    let run = world.handle(&event).await.unwrap();
    assert!(matches!(run.outcome, Outcome::Registered { .. }), "{run:?}");
}
