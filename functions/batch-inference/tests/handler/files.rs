//! One file: what is written for it, and how often.

use std::time::Instant;

use batch_inference::manifest::FileStatus;
use batch_inference::report::Outcome;
use model_factory::events::EventKind;
use model_factory::idempotency::IdempotencyStore;
use model_factory::learners::Predictions;
use model_factory::protocol::{Limits, Protocol, Sent};
use model_factory::storage::WriteObjects;
use serde_json::json;

use crate::world::{World, lines, objects};

const RIDES: &str = "ride,dist,zone,late,note\n7,1.5,airport,true,\"a, b\"\n8,40.5,harbour,false,\n9,20.5,,true,x\n";

#[tokio::test]
async fn each_row_is_joined_to_what_the_api_answers_for_it() {
    let world = World::with_rides().await;
    let (output, manifest) = world.score("date=2026-11-24/rides.csv", RIDES).await;
    let lines = lines(&output);
    assert_eq!(lines[0], "ride,dist,zone,late,note,prediction");
    assert!(lines[1].starts_with("7,1.5,airport,true,\"a, b\","), "{}", lines[1]);
    assert!(lines[2].starts_with("8,40.5,harbour,false,,"), "{}", lines[2]);

    let served = world.champion().await;
    let request = b"dist,zone,late\n1.5,airport,true\n40.5,harbour,false\n20.5,,true\n";
    let schema = &served.manifest.schema;
    let sent = Sent { content_type: Some("text/csv"), query: None, body: request };
    let request = Protocol::Mlflow.decode(sent, schema, &Limits::default()).unwrap();
    let Predictions::Values(expected) =
        served.predictor().unwrap().predict(&request.table).unwrap()
    else {
        panic!("numbers are answered")
    };
    for (line, expected) in lines[1..].iter().zip(expected) {
        let told: f64 = line.rsplit(',').next().unwrap().parse().unwrap();
        assert_eq!(told, expected);
    }

    assert_eq!(manifest.status, FileStatus::Scored);
    assert_eq!(manifest.input.key, "batch/taxi/input/date=2026-11-24/rides.csv");
    assert_eq!(manifest.input.bytes, RIDES.len() as u64);
    assert_eq!(manifest.output.unwrap().bytes, output.len() as u64);
    assert_eq!((manifest.version.number(), manifest.asked.to_string().as_str()), (1, "champion"));
    let summary = manifest.summary.unwrap();
    assert_eq!((summary.rows, summary.predicted, summary.rejected), (3, 3, 0));
    assert_eq!(manifest.rejected, None);
    let [event] = world.published().try_into().unwrap();
    assert_eq!(event.kind, EventKind::BatchInferenceCompleted);
    assert_eq!(event.subject, "taxi");
    assert_eq!((&event.data["rows"], &event.data["rejected"]), (&json!(3), &json!(0)));
}

#[tokio::test]
async fn classes_come_with_their_probabilities() {
    let world = World::with_classes().await;
    let (output, manifest) = world.score("a.csv", "hour,dist\n1,2.5\n2,55.5\n").await;
    let lines = lines(&output);
    assert_eq!(lines[0], "hour,dist,prediction,probability_late,probability_on time");
    assert!(lines[1].starts_with("1,2.5,on time,"), "{}", lines[1]);
    assert!(lines[2].starts_with("2,55.5,late,"), "{}", lines[2]);
    let probabilities: Vec<f64> =
        lines[1].split(',').skip(3).map(|field| field.parse().unwrap()).collect();
    assert!((probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    let answers = serde_json::to_value(manifest.summary.unwrap().answers).unwrap();
    assert_eq!(answers, json!({"classes": {"late": 1, "on time": 1}}));
}

#[tokio::test]
async fn bad_rows_are_left_out_and_told_with_their_reasons() {
    let world = World::with_rides().await;
    let file = "dist,zone,late,id\n1.5,airport,true,1\nfar,airport,true,2\n3.5,harbour\n\
        4.5,centre,perhaps,4\n5.5,centre,false,5\n,centre,false,6\nNA,centre,false,7\n";
    let (output, manifest) = world.score("rides.csv", file).await;
    assert_eq!(lines(&output).len(), 1 + 2);
    let summary = manifest.summary.unwrap();
    assert_eq!((summary.rows, summary.predicted, summary.rejected), (7, 2, 5));
    let told: Vec<_> =
        summary.rejected_rows.iter().map(|row| (row.row, row.line, row.reason.as_str())).collect();
    assert_eq!(told[0].0, 2);
    assert_eq!(told[0].2, "input `dist`: found `far` where a number is expected");
    assert_eq!((told[1].0, told[1].1), (3, Some(4)));
    assert!(told[1].2.contains("has 2 fields where the header has 4"), "{told:?}");
    assert!(told[2].2.contains("`late`") && told[2].2.contains("true or false"), "{told:?}");
    for (row, _, reason) in &told[3..] {
        assert!(
            reason.starts_with("input `dist`: missing, though the model was"),
            "{row}: {reason}"
        );
    }
    let rejected = objects(&world.bytes(&manifest.rejected.unwrap().key).await);
    assert_eq!(rejected.len(), 5);
    let values = json!({"dist": "far", "zone": "airport", "late": "true", "id": "2"});
    assert_eq!((&rejected[0]["row"], &rejected[0]["values"]), (&json!(2), &values));
}

#[tokio::test]
async fn a_row_without_a_finite_answer_is_rejected_alone() {
    let world = World::new();
    let rows: String = (0..60).map(|row| format!("{row}.5,{}\n", 3 * row)).collect();
    let spec = "target = 'time'\ntask = 'regression'\n[training]\nlearners = ['neighbours']\n\
                trials = 1";
    world.train(&format!("dist,time\n{rows}"), spec).await;
    let (output, manifest) = world.score("a.csv", "dist,id\n1.5,a\nfar,b\n1e308,c\n9.5,d\n").await;
    let starts: Vec<&str> =
        lines(&output).iter().map(|line| line.rsplit_once(',').unwrap().0).collect();
    assert_eq!(starts, ["dist,id", "1.5,a", "9.5,d"]);
    let rejected = objects(&world.bytes(&manifest.rejected.unwrap().key).await);
    let told: Vec<_> = rejected.iter().map(|row| &row["row"]).collect();
    assert_eq!(told, [2, 3]);
    let reason = rejected[1]["reason"].as_str().unwrap();
    assert!(reason.starts_with("the model has no finite answer"), "{reason}");
}

#[tokio::test]
async fn a_file_without_an_input_is_refused_in_words() {
    let world = World::with_rides().await;
    let event = world.upload("rides.csv", "zone,late\nairport,true\n").await;
    let Outcome::Refused { manifest: Some(manifest), reasons } = world.outcome(&event).await else {
        panic!("it is refused")
    };
    assert!(reasons[0].contains("no column `dist`, which is an input"), "{reasons:?}");
    let manifest = world.manifest(&manifest).await;
    assert_eq!((manifest.status, manifest.output), (FileStatus::Refused, None));
    assert_eq!(manifest.reasons[0].code, "missing_column");
    let [event] = world.published().try_into().unwrap();
    assert_eq!(event.kind, EventKind::BatchInferenceFailed);
    assert_eq!(world.keys("batch/taxi/output/").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_model_of_series_scores_no_file_and_says_so_once() {
    let world = World::with_series().await;
    let event = world.upload("days.csv", "date,store\n2026-02-01,1\n").await;
    let refused = world.outcome(&event).await;
    let Outcome::Refused { manifest: Some(manifest), reasons } = &refused else {
        panic!("{refused:?}")
    };
    assert!(reasons[0].contains("forecasts series, and has no answer for rows"), "{reasons:?}");
    let manifest = world.manifest(manifest).await;
    assert_eq!(manifest.status, FileStatus::Refused);
    assert_eq!(manifest.reasons[0].code, "forecasts_series");
    assert_eq!(world.outcome(&event).await, refused);
    assert_eq!(world.published().len(), 1);
}

#[tokio::test]
async fn a_json_array_is_refused_as_a_whole() {
    let world = World::with_rides().await;
    for array in [
        "[{\"dist\":1.5,\"zone\":\"airport\",\"late\":true}]",
        "[\n  {\"dist\":1.5,\"zone\":\"airport\",\"late\":true},\n  {\"dist\":2.5}\n]\n",
    ] {
        let event = world.upload("labels.json", array).await;
        let outcome = world.outcome(&event).await;
        let Outcome::Refused { manifest: Some(_), reasons } = outcome else {
            panic!("{outcome:?}")
        };
        assert!(reasons[0].starts_with("the file is a JSON array"), "{reasons:?}");
        assert_eq!(world.keys("batch/taxi/output/").await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_spec_that_cannot_be_read_is_the_reason_why_nothing_is_scored() {
    let world = World::with_rides().await;
    world.spec("[batch]\nwen = 'daily'").await;
    let event = world.upload("rides.csv", RIDES).await;
    let asked = json!({"model": "taxi", "key": "batch/taxi/input/rides.csv"});
    for event in [event, asked] {
        let outcome = world.outcome(&event).await;
        let Outcome::Refused { manifest: None, reasons } = outcome else { panic!("{outcome:?}") };
        assert!(reasons[0].contains("unknown key `wen`"), "{reasons:?}");
    }
    assert_eq!(world.published()[0].kind, EventKind::BatchInferenceFailed);
}

#[tokio::test]
async fn empty_files_are_no_data_and_other_files_are_no_tables() {
    let world = World::with_rides().await;
    for content in ["", "dist,zone,late\n"] {
        let event = world.upload("rides.csv", content).await;
        let Outcome::NoData { manifest } = world.outcome(&event).await else { panic!("{content}") };
        assert_eq!(world.manifest(&manifest).await.status, FileStatus::NoData);
    }
    let event = world.upload("rides.csv", "PK\u{3}\u{4}").await;
    let Outcome::Refused { reasons, .. } = world.outcome(&event).await else { panic!("a ZIP") };
    assert!(reasons[0].contains("a ZIP archive"), "{reasons:?}");
}

#[tokio::test]
async fn a_second_delivery_answers_as_the_first_and_does_nothing() {
    let world = World::with_rides().await;
    let event = world.upload("rides.csv", RIDES).await;
    let first = world.outcome(&event).await;
    let Outcome::Scored { output, .. } = &first else { panic!("{first:?}") };
    world.objects.delete(output);
    assert_eq!(world.outcome(&event).await, first);
    assert_eq!(world.published().len(), 1);
    assert_eq!(world.keys("batch/taxi/output/").await, Vec::<String>::new(), "not done again");
    // Also when nobody remembers, the manifest does.
    let forgetful = World { idempotency: World::new().idempotency, ..world };
    assert_eq!(forgetful.outcome(&event).await, first);
}

#[tokio::test]
async fn another_version_has_answers_of_its_own() {
    let world = World::with_rides().await;
    let event = world.upload("rides.csv", RIDES).await;
    let first = world.outcome(&event).await;
    let rows = (0..60).map(|row| format!("{row}.5,centre,true,{}\n", 9 * row));
    let data = "dist,zone,late,time\n".to_owned() + &rows.collect::<String>();
    world.train(&data, "target = 'time'\ntask = 'regression'").await;
    let second = world.outcome(&event).await;
    let (Outcome::Scored { output: a, .. }, Outcome::Scored { output: b, .. }) = (&first, &second)
    else {
        panic!("{first:?} {second:?}")
    };
    assert!(a.contains("-v1-") && b.contains("-v2-"), "{a} {b}");
    assert_ne!(world.bytes(a).await, world.bytes(b).await);
}

#[tokio::test]
async fn what_another_delivery_works_on_is_tried_later() {
    let world = World::with_rides().await;
    let event = world.upload("rides.csv", RIDES).await;
    let Outcome::Scored { .. } = world.outcome(&event).await else { panic!("scored") };
    let other = World::with_rides().await;
    let event = other.upload("rides.csv", RIDES).await;
    // The claim of the first world is that of the same work in the second one.
    for key in world.idempotency.keys() {
        other.idempotency.begin(&key, other.ports.lease).await.unwrap();
    }
    let failure = other.handle(&event).await.unwrap_err();
    assert!(failure.to_string().contains("is being scored"), "{failure}");
}

#[tokio::test]
async fn a_replaced_file_and_one_without_a_model_are_told_apart() {
    let world = World::with_rides().await;
    let event = world.upload("rides.csv", RIDES).await;
    world.objects.put("batch/taxi/input/rides.csv", "", "other".into()).await.unwrap();
    assert_eq!(world.outcome(&event).await, Outcome::Superseded);
    world.objects.delete("batch/taxi/input/rides.csv");
    let Outcome::Refused { reasons, .. } = world.outcome(&event).await else { panic!("gone") };
    assert_eq!(reasons, ["the file was deleted before it was read"]);

    let world = World::new();
    let event = world.upload("rides.csv", RIDES).await;
    let Outcome::Refused { manifest: None, reasons } = world.outcome(&event).await else {
        panic!("nobody can answer")
    };
    assert!(reasons[0].contains("no version or alias `champion`"), "{reasons:?}");
    assert_eq!(world.published()[0].kind, EventKind::BatchInferenceFailed);
}

#[tokio::test]
async fn without_time_nothing_is_left_behind() {
    let mut world = World::with_rides().await;
    let event = world.upload("rides.csv", RIDES).await;
    let enough = world.deadline;
    world.deadline = Instant::now();
    let Outcome::Refused { manifest: None, reasons } = world.outcome(&event).await else {
        panic!("there is no time")
    };
    assert!(reasons[0].contains("too short"), "{reasons:?}");
    for folder in ["output", "manifest", "rejected"] {
        assert_eq!(world.keys(&format!("batch/taxi/{folder}/")).await, Vec::<String>::new());
    }
    world.deadline = enough;
    assert!(matches!(world.outcome(&event).await, Outcome::Scored { .. }), "it is tried again");
}
