//! Late labels by HTTP.

use bytes::Bytes;
use http::{Method, Response, StatusCode};
use model_factory::capture::{GroundTruth, join};
use model_factory::protocol::Limits;
use model_factory::storage::WriteObjects as _;
use model_factory::traffic::ground_truths;
use serde_json::json;

use crate::world::{World, json_of, taxi};

async fn put(world: &World, content_type: &str, body: &str) -> Response<Bytes> {
    let headers = [("content-type", content_type)];
    let path = "/models/taxi/ground-truth";
    world.send("r-9", Method::PUT, path, &headers, body.to_owned()).await
}

fn line(id: &str, data: &str) -> String {
    json!({"groundTruthData": {"data": data, "encoding": "CSV"},
           "eventMetadata": {"eventId": id}, "eventVersion": "0"})
    .to_string()
}

#[tokio::test]
async fn labels_are_taken_and_joined_with_what_was_asked() {
    let world = World::new();
    world.train(2, "").await;
    world.predict("r-1", "mine-1").await;
    world.predict("r-2", "mine-2").await;
    world.settle().await;
    let body = format!("{}\n\n{}\n", line("r-1", "15.5"), line("mine-2", "16"));
    let taken = put(&world, "application/jsonlines", &body).await;
    assert_eq!(
        (taken.status(), json_of(&taken)),
        (StatusCode::OK, json!({"exchanges": 2, "labels": 2}))
    );
    let again = put(&world, "application/x-ndjson", &body).await;
    assert_eq!(again.status(), StatusCode::OK);
    assert_eq!(world.keys("ground-truth/taxi/").await.len(), 1, "once is enough");

    let (truths, counts) = ground_truths(world.objects.as_ref(), &taxi(), None).await.unwrap();
    assert_eq!((truths.len(), counts.unreadable_lines), (2, 0));
    let captured: Vec<_> = world.captured().await.into_iter().map(|(_, line)| line).collect();
    let schema = world.artifact().await.schema;
    let joined = join(&captured, &truths, &schema, &Limits::default()).unwrap();
    assert_eq!((joined.counts.joined, joined.counts.without_label), (2, 0));
}

/// By whatever writes to the bucket.
#[tokio::test]
async fn labels_in_files_are_read_in_either_form() {
    let world = World::new();
    let folder = model_factory::storage::keys::ground_truth(&taxi());
    for (name, content) in [
        ("a.jsonl", line("r-1", "1.5")),
        ("b.csv", "event_id;label\nr-2;2\n;3\nr-3;\"a,\"\"b\"\n".to_owned()),
        ("c.csv", "id,y\nr-4,2\n".to_owned()),
    ] {
        world.objects.put(&format!("{folder}{name}"), "", content.into()).await.unwrap();
    }
    let (truths, counts) = ground_truths(world.objects.as_ref(), &taxi(), None).await.unwrap();
    let read =
        |truth: &GroundTruth| (truth.event_metadata.event_id.clone(), truth.values().unwrap());
    let one = |id: &str, value: &str| (id.to_owned(), vec![value.to_owned()]);
    let read: Vec<_> = truths.iter().map(read).collect();
    assert_eq!(read, [one("r-1", "1.5"), one("r-2", "2"), one("r-3", "a,\"b")]);
    assert_eq!((counts.files, counts.unreadable_lines), (3, 2), "an id and a file are missing");
}

#[tokio::test]
async fn labels_in_csv_are_gathered_by_exchange() {
    let world = World::new();
    world.train(2, "").await;
    let csv = "event_id,label\nr-1,1.5\nr-2,2\nr-1,\n";
    let taken = put(&world, "text/csv", csv).await;
    assert_eq!(json_of(&taken), json!({"exchanges": 2, "labels": 3}));
    let other = format!("\"note, more\";{}", csv.replace(',', ";").replace("\nr-", "\nx;r-"));
    let again = put(&world, "text/csv; charset=utf-8", &other).await;
    assert_eq!(json_of(&again), json_of(&taken), "separated as data sets are");
    let (truths, _) = ground_truths(world.objects.as_ref(), &taxi(), None).await.unwrap();
    let values: Vec<_> = truths.iter().map(|truth| truth.values().unwrap()).collect();
    assert_eq!(values, [vec!["1.5".to_owned(), String::new()], vec!["2".to_owned()]]);
}

#[tokio::test]
async fn each_row_that_cannot_be_taken_is_told_and_nothing_is_stored() {
    let world = World::new();
    world.train(2, "").await;
    let lines =
        [line("r-1", "1"), line("r-2", "many"), "{".to_owned(), line("", "1"), line("r-3", "")];
    let refused = put(&world, "application/jsonlines", &lines.join("\n")).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let told = json_of(&refused);
    let rows: Vec<_> =
        told["invalid_params"].as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
    assert_eq!(rows, ["row 2", "row 3", "row 4", "row 5"]);
    assert_eq!(told["invalid_params"][0]["reason"], "`many` is no value of the number `time`");
    assert_eq!(
        told["detail"],
        "4 rows cannot be taken; the first is row 2: `many` is no value of the number `time`"
    );
    let csv = "event_id,label\nr-1,1\nr-2,far\n";
    let told = json_of(&put(&world, "text/csv", csv).await);
    assert_eq!(told["invalid_params"][0]["name"], "row 3");
    assert!(told["detail"].as_str().unwrap().starts_with("1 row cannot be taken"), "{told}");
    assert!(world.keys("ground-truth/").await.is_empty());
}

#[tokio::test]
async fn a_class_that_the_champion_does_not_know_is_taken_and_told() {
    let world = World::new();
    let rows: String = (0..60).map(|row| format!("{row},{}\n", ["no", "yes"][row % 2])).collect();
    world.register_data("taxi", &format!("dist,late\n{rows}"), "target = 'late'", true).await;
    let csv = "event_id,label\nr-1,Yes\nr-2,maybe\nr-3,maybe\nr-4,\n";
    let taken = put(&world, "text/csv", csv).await;
    assert_eq!(
        (taken.status(), json_of(&taken)),
        (StatusCode::OK, json!({"exchanges": 4, "labels": 4, "unknown_classes": {"maybe": 2}}))
    );
}

#[tokio::test]
async fn uploads_that_are_none_are_refused_in_words() {
    let world = World::new();
    world.train(2, "").await;
    for (content_type, body, status, says) in [
        ("text/csv", "id,y\n1,2\n", 422, "must name the columns `event_id` and `label`"),
        ("application/jsonlines", " \n", 422, "the upload has no row"),
        (
            "application/jsonlines",
            "[{}, {}, \"0\"]",
            422,
            "row 1: not a line of ground truth: each",
        ),
        ("image/png", "x", 415, "labels are read from application/jsonlines or text/csv"),
    ] {
        let refused = put(&world, content_type, body).await;
        assert_eq!(refused.status().as_u16(), status, "{content_type}");
        let detail = json_of(&refused)["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(says), "{detail}");
    }
    let refused = put(&world, "application/jsonlines", &line("r-1", "206,9")).await;
    let reason = json_of(&refused)["invalid_params"][0]["reason"].as_str().unwrap().to_owned();
    assert!(reason.starts_with("several fields in a line of labels"), "{reason}");
    let many = "r,1\n".repeat(100_001);
    let refused = put(&world, "text/csv", &format!("event_id,label\n{many}")).await;
    assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let lines = line("r", &"1\n".repeat(100_001));
    let refused = put(&world, "application/jsonlines", &lines).await;
    assert_eq!(
        json_of(&refused)["detail"],
        "more than 100000 labels: send them in smaller uploads"
    );
    let unknown = world.send("r", Method::PUT, "/models/tram/ground-truth", &[], "").await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    let get = world.send("r", Method::GET, "/models/taxi/ground-truth", &[], "").await;
    assert_eq!((get.status().as_u16(), get.headers()["allow"].to_str().unwrap()), (405, "PUT"));
}
