//! What is read, and what is read again.

use model_factory::drift::Verdict;
use model_factory::name::Alias;
use model_factory::storage::{ReadObjects as _, WriteObjects as _};
use serde_json::json;

use crate::world::World;

const DAY: [&str; 2] = ["2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"];

#[tokio::test]
async fn hours_are_counted_once_until_captures_come_in() {
    let world = World::new().await;
    for hour in ["2026-03-01T03:00:00Z", "2026-03-01T04:00:00Z", "2026-03-01T20:30:00Z"] {
        world.traffic("champion", hour, 12, 0.0).await;
    }
    let first = world.check(DAY[0], DAY[1]).await;
    assert_eq!((first.rows, first.verdict), (360, Verdict::Stable));
    assert_eq!(world.objects.reads("capture/"), 3);
    assert_eq!(world.objects.list("observed/taxi/champion/").await.unwrap().len(), 3);

    // The same window, and one that shares hours with it.
    assert_eq!(world.check(DAY[0], DAY[1]).await.rows, 360);
    assert_eq!(world.check("2026-02-28T12:00:00Z", "2026-03-01T12:00:00Z").await.rows, 240);
    assert_eq!(world.objects.reads("capture/"), 3, "and none again");

    world.traffic("champion", "2026-03-01T04:30:00Z", 5, 0.0).await;
    assert_eq!(world.check(DAY[0], DAY[1]).await.rows, 410);
    assert_eq!(world.objects.reads("capture/"), 5, "both files of the one hour");
}

#[tokio::test]
async fn what_was_kept_otherwise_is_counted_again() {
    let world = World::new().await;
    world.traffic("champion", "2026-03-01T03:00:00Z", 12, 0.0).await;
    world.check(DAY[0], DAY[1]).await;
    let kept = world.objects.list("observed/").await.unwrap();
    let [kept] = kept.as_slice() else { panic!("{kept:?}") };
    assert!(kept.size < 100_000, "{} bytes", kept.size);
    for damaged in ["", "no frame"] {
        world.objects.put(&kept.key, "", damaged.into()).await.unwrap();
        assert_eq!(world.check(DAY[0], DAY[1]).await.rows, 120);
    }
}

#[tokio::test]
async fn a_window_that_begins_within_an_hour_has_its_part_only() {
    let world = World::new().await;
    world.traffic("champion", "2026-03-01T03:00:00Z", 60, 0.0).await;
    let part = world.check("2026-03-01T03:30:00Z", "2026-03-01T03:45:00Z").await;
    assert_eq!(part.rows, 150);
    assert_eq!(world.check(DAY[0], DAY[1]).await.rows, 600);
    let part = world.check("2026-03-01T03:30:00Z", "2026-03-01T23:00:00Z").await;
    assert_eq!(part.rows, 300, "not the whole hour that is kept by now");
}

#[tokio::test]
async fn a_schedule_checks_whole_hours() {
    let world = World::new().await;
    world.traffic("champion", "2026-03-02T10:00:00Z", 12, 0.0).await;
    let scheduled = json!({
        "detail-type": "Scheduled Event", "source": "aws.events",
        "time": "2026-03-02T11:17:31Z", "detail": {},
    });
    let checked = world.ask(scheduled).await;
    assert_eq!(checked.window.id(), "20260301T110000Z-20260302T110000Z");
    assert_eq!(checked.rows, 120);
}

#[tokio::test]
async fn a_variant_is_compared_with_its_own_version() {
    let world = World::new().await;
    let second = world.register("canary".parse::<Alias>().unwrap()).await;
    world.traffic("champion", "2026-03-01T03:00:00Z", 12, 0.0).await;
    world.traffic("canary", "2026-03-01T03:00:00Z", 20, 8.0).await;
    let window = json!({"start": DAY[0], "end": DAY[1]});
    let ask = async |variant: &str| {
        world.ask(json!({"model": "taxi", "variant": variant, "window": window})).await
    };
    let canary = ask("canary").await;
    assert_eq!((canary.version, canary.rows, canary.verdict), (second, 200, Verdict::Drift));
    assert_eq!(ask("champion").await.verdict, Verdict::Stable);
    assert_eq!(ask("2").await.verdict, Verdict::NoData, "nobody asked for version 2 by number");
    world.shadow(second).await;
    world.traffic("shadow", "2026-03-01T03:00:00Z", 7, 0.0).await;
    let shadow = ask("shadow").await;
    assert_eq!((shadow.version, shadow.rows), (second, 70));
    let variants: Vec<String> =
        world.records().await.iter().map(|record| record.variant.to_string()).collect();
    assert_eq!(variants, ["2", "canary", "champion", "shadow"], "each has a record of its own");
}
