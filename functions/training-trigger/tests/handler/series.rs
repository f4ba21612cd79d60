//! Trainings on series.

use super::*;
use training_trigger::record::SeriesRecord;

const SPEC: &str = "target = 'sales'\n[forecasting]\nseries = ['store']\nhorizon = 5\n\
                    learners = ['theta', 'ets']\n";

/// Daily sales of two stores over so many days.
fn sales(days: i64) -> String {
    let rows = (0..days).flat_map(|day| {
        let at = model_factory::date::parse("2024-01-01").unwrap() as i64 + 86_400 * day;
        let date = jiff::Timestamp::from_second(at).unwrap().strftime("%Y-%m-%d").to_string();
        [1, 2]
            .map(|store| format!("{date},{store},{}\n", 50 * store + 3 * (day % 7) + day * day % 5))
    });
    "date,store,sales\n".to_owned() + &rows.collect::<String>()
}

impl World {
    async fn forecasts(&self) {
        self.spec(SPEC).await;
    }

    /// The last event that asks for a training, as the bus delivers it.
    fn asked(&self) -> Option<Value> {
        let published = self.events.published();
        let asked = published.iter().rev().find(|it| it.kind == EventKind::RetrainRequested)?;
        Some(json!({"detail-type": "Retrain Requested", "detail": asked.detail()}))
    }
}

#[tokio::test]
async fn a_run_without_time_hands_its_series_on_and_the_next_one_completes_it() {
    let world = world();
    world.forecasts().await;
    let event = world.upload("datasets/taxi/sales.csv", &sales(70)).await;
    let hurried = Invocation { deadline: Some(Instant::now()), ..call("request-1") };
    let first = handle(&world.ports, event.clone(), &hurried).await.unwrap().runs.remove(0);
    assert!(matches!(first.outcome, Outcome::Registered { promoted: true, .. }), "{first:?}");
    let record: SeriesRecord = world.file(&first, "forecasting.json").await;
    assert_eq!((record.unfinished, record.continues, record.series), (2, true, 2));
    let asked = world.asked().expect("the series are handed on");

    let second = world.handle(&asked).await.unwrap();
    let record: SeriesRecord = world.file(&second, "forecasting.json").await;
    assert_eq!((record.unfinished, record.continues), (0, false));
    assert_eq!(record.leaderboard.series, 2);
    assert_eq!(world.versions().await, 2);
    assert_eq!(world.asked(), Some(asked), "nothing is left to hand on");
    let ended: RunRecord = world.file(&second, "run.json").await;
    assert_eq!(ended.cause, format!("run {} had no time for 2 series", first.run));
    assert!(ended.lineage.artifact.is_some());
}

#[tokio::test]
async fn newer_data_renews_the_champion_and_the_same_data_does_not() {
    let world = world();
    world.forecasts().await;
    for (key, days, champion) in [("a", 70, 1), ("b", 77, 2), ("c", 77, 2)] {
        let key = format!("datasets/taxi/{key}.csv");
        let event = world.upload(&key, &sales(days)).await;
        let run = world.handle(&event).await.unwrap();
        assert_eq!(world.place(Alias::champion()).await, Some(champion), "{key}: {run:?}");
    }
}

#[tokio::test]
async fn what_is_no_series_is_quarantined_and_another_task_is_refused() {
    let world = world();
    world.forecasts().await;
    let timeless = sales(70).replace("2024-", "year ");
    let event = world.upload("datasets/taxi/timeless.csv", &timeless).await;
    let run = world.handle(&event).await.unwrap();
    let Outcome::Rejected { quarantine: Some(_), reasons } = run.outcome else { panic!("{run:?}") };
    assert!(reasons[0].starts_with("no column holds dates"), "{reasons:?}");

    world.spec("[training]\nlearners = ['baseline']\n").await;
    let event = world.upload(KEY, &rides()).await;
    world.handle(&event).await.unwrap();
    world.forecasts().await;
    let event = world.upload("datasets/taxi/sales.csv", &sales(70)).await;
    let run = world.handle(&event).await.unwrap();
    let Outcome::Failed { reason } = run.outcome else { panic!("{run:?}") };
    assert!(reason.contains("version 1, answers for rows"), "{reason}");
}
