//! Trainings on series.

use super::*;
use model_factory::artifact::Artifact;
use model_factory::forecasting::Forecaster;
use model_factory::metrics::Metric;
use model_factory::training::{Progress, Unit};
use training_trigger::progress::ProgressRecord;
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
    let noted: ProgressRecord = world.file(&first, "progress.json").await;
    let Progress { unit, tried, of, .. } = noted.progress;
    assert_eq!((unit, tried, of), (Unit::Series, 0, Some(2)));
    let asked = world.asked().expect("the series are handed on");

    let second = world.handle(&asked).await.unwrap();
    let record: SeriesRecord = world.file(&second, "forecasting.json").await;
    assert_eq!((record.unfinished, record.continues), (0, false));
    assert_eq!(record.leaderboard.series, 2);
    let facts = &record.facts;
    assert_eq!((facts.rows, facts.columns, facts.seed), (140, 2, 42));
    assert!(facts.metrics.contains_key(&Metric::Mase), "{:?}", facts.metrics);
    let key = format!("runs/taxi/{}/model-card.html", second.run);
    let card = world.objects.get(&key).await.unwrap().expect("a card");
    assert!(card.bytes.starts_with(b"<!DOCTYPE html>"));
    assert_eq!(world.versions().await, 2);
    assert_eq!(world.asked(), Some(asked), "nothing is left to hand on");
    let ended: RunRecord = world.file(&second, "run.json").await;
    assert_eq!(ended.cause, format!("run {} had no time for 2 series", first.run));
    assert!(ended.lineage.artifact.is_some());
}

#[tokio::test]
async fn a_chain_of_runs_that_comes_no_further_ends_and_is_told_of() {
    let world = world();
    world.forecasts().await;
    let event = world.upload("datasets/taxi/sales.csv", &sales(70)).await;
    let hurried = |id| Invocation { deadline: Some(Instant::now()), ..call(id) };
    handle(&world.ports, event, &hurried("request-1")).await.unwrap();
    assert!(world.metrics.all().is_empty(), "another run goes on");
    let asked = world.asked().expect("the series are handed on");
    let second =
        handle(&world.ports, asked.clone(), &hurried("request-2")).await.unwrap().runs.remove(0);
    let record: SeriesRecord = world.file(&second, "forecasting.json").await;
    assert_eq!((record.unfinished, record.continues), (2, false));
    assert_eq!(world.asked(), Some(asked), "nobody is asked to try again");
    assert_eq!(world.metrics.sum("SeriesLeft"), 2.0);
}

/// So many stores with 40 days each, no two alike.
fn many_stores(stores: usize) -> String {
    let rows = (0..40_i64).flat_map(|day| {
        let at = model_factory::date::parse("2024-01-01").unwrap() as i64 + 86_400 * day;
        let date = jiff::Timestamp::from_second(at).unwrap().strftime("%Y-%m-%d").to_string();
        (0..stores as i64).map(move |store| {
            format!("{date},{store},{}\n", store % 97 + 3 * (day % 7) + (day * store) % 11)
        })
    });
    "date,store,sales\n".to_owned() + &rows.collect::<String>()
}

#[tokio::test]
async fn of_many_series_none_is_lost_between_the_runs_that_share_them() {
    const STORES: usize = 300;
    let world = world();
    world
        .spec(
            "target = 'sales'\n[training]\nseconds = 2\n[forecasting]\nseries = ['store']\n\
             horizon = 5\nlearners = ['theta', 'ets', 'mstl', 'combination']\n",
        )
        .await;
    let mut event = world.upload("datasets/taxi/stores.csv", &many_stores(STORES)).await;
    let mut before: Option<Forecaster> = None;
    for runs in 1.. {
        // The first run has no time at all, so that there is something to hand on.
        let deadline = (runs == 1).then(Instant::now);
        let invocation = Invocation { deadline, ..call("request-1") };
        let mut report = handle(&world.ports, event.clone(), &invocation).await.unwrap();
        let run = report.runs.remove(0);
        let record: SeriesRecord = world.file(&run, "forecasting.json").await;
        let version = world.registry.version(&model(), runs.try_into().unwrap()).await.unwrap();
        let artifact = version.expect("a version a run").artifact.clone();
        let (key, bytes) = (format!("artifacts/taxi/{artifact}.mfa"), world.objects.as_ref());
        let bytes = bytes.get(&key).await.unwrap().unwrap().bytes;
        let forecaster = Artifact::open(&bytes, &artifact).unwrap().forecaster().unwrap();
        assert_eq!((forecaster.series.len(), record.series), (STORES, STORES));
        assert_eq!(forecaster.unfinished(), record.unfinished);
        let left = before.as_ref().map_or(STORES, Forecaster::unfinished);
        // What this run compared is what the ones before it had left, but for what it leaves.
        assert_eq!(record.leaderboard.series, left - record.unfinished, "run {runs}");
        for earlier in before.iter().flat_map(|it| &it.series).filter(|it| !it.unfinished) {
            let series = forecaster.find(&earlier.key).unwrap();
            assert!(!series.unfinished, "{:?} was finished", earlier.key);
            assert_eq!((series.learner, series.score), (earlier.learner, earlier.score));
        }
        assert_eq!(record.continues, record.unfinished > 0);
        if !record.continues {
            assert_eq!(world.place(Alias::champion()).await, Some(runs));
            return;
        }
        event = world.asked().expect("the series are handed on");
        before = Some(forecaster);
    }
}

#[tokio::test]
async fn the_champions_forecasts_are_held_against_what_came_of_them() {
    let world = world();
    world.forecasts().await;
    let mut records = Vec::new();
    for (key, days) in [("a", 70), ("b", 73), ("c", 90)] {
        let event = world.upload(&format!("datasets/taxi/{key}.csv"), &sales(days)).await;
        let run = world.handle(&event).await.unwrap();
        records.push(world.file::<SeriesRecord>(&run, "forecasting.json").await);
    }
    assert_eq!(records[0].realised, None, "there was no champion");
    // Three days of two stores, and a horizon of five of the seventeen days after those.
    for (record, version, steps) in [(&records[1], 1, 6), (&records[2], 2, 10)] {
        let realised = record.realised.as_ref().expect("steps that have become known");
        assert_eq!(
            (realised.version.number(), realised.series, realised.steps),
            (version, 2, steps)
        );
        assert!(realised.metrics[&Metric::Mase] < 1.5, "{realised:?}");
        assert!((realised.coverage - 0.8).abs() < 1e-12);
        let told = format!("version {version} forecast {steps} steps of 2 series");
        assert!(record.facts.notes.iter().any(|note| note.starts_with(&told)), "{record:?}");
    }
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
