//! Which objects and rows a training learns from.

use std::fmt::Write;
use std::io::Write as _;

use super::*;

/// Rides `from..to`.
fn some_rides(from: usize, to: usize) -> String {
    (from..to).fold("dist,zone,ride_time\n".to_owned(), |mut text, row| {
        writeln!(text, "{row}.5,{},{}.25", row % 7, 3 * row + row % 7).unwrap();
        text
    })
}

fn is_registered(run: &Run) -> bool {
    matches!(run.outcome, Outcome::Registered { .. })
}

impl World {
    /// Only the baseline learns, from data as `data` says.
    async fn learns(&self, data: &str) {
        let spec = format!(
            "[training]\nlearners = ['baseline']\n[constraints]\nenforce = false\n[data]\n{data}\n"
        );
        self.objects.put("models/taxi/model.toml", "", spec.into()).await.unwrap();
    }

    /// Uploads a data set and has it learned from.
    async fn arrive(&self, key: &str, content: &str) -> Run {
        let event = self.upload(&format!("datasets/taxi/{key}"), content).await;
        self.handle(&event).await.unwrap()
    }

    async fn retrain(&self, id: &str) -> Run {
        self.handle(&json!({
            "detail-type": "Retrain Requested",
            "detail": {"metadata": {"id": id}, "data": {"model": "taxi"}},
        }))
        .await
        .unwrap()
    }

    /// The keys that a run read, the rows that it learned from, and its notes.
    async fn learned(&self, run: &Run) -> (Vec<String>, u64, String) {
        assert!(is_registered(run), "{run:?}");
        let ended: Value = self.file(run, "run.json").await;
        let training: Value = self.file(run, "training.json").await;
        let objects = ended["lineage"]["objects"].as_array().unwrap();
        assert!(objects.iter().all(|object| object["etag"].as_str().unwrap().len() > 10));
        let key = |object: &Value| {
            object["key"].as_str().unwrap().trim_start_matches("datasets/taxi/").to_owned()
        };
        let rows = training["rows"].as_u64().unwrap();
        (objects.iter().map(key).collect(), rows, training["notes"].to_string())
    }
}

#[tokio::test]
async fn an_upload_replaces_the_data_set_unless_it_is_said_to_add_to_it() {
    let world = world();
    world.learns("").await;
    world.arrive("b.csv", &some_rides(0, 60)).await;
    let run = world.arrive("a.csv", &some_rides(60, 100)).await;
    assert_eq!(world.learned(&run).await.1, 40);

    world.learns("mode = 'append'").await;
    let jsonl: String = (100..150)
        .map(|row| format!("{{\"dist\": {row}.5, \"ride_time\": {row}.25, \"tip\": {row}}}\n"))
        .collect();
    let run = world.arrive("c.jsonl", &jsonl).await;
    let (keys, rows, notes) = world.learned(&run).await;
    assert_eq!((keys, rows), (vec!["a.csv".into(), "b.csv".into(), "c.jsonl".into()], 150));
    assert!(notes.contains("`datasets/taxi/c.jsonl` has no column `zone`"), "{notes}");
    assert!(notes.contains("column `tip` begins with `datasets/taxi/c.jsonl`"), "{notes}");

    world.learns("mode = 'append'\nwindow = '0d'").await;
    let run = world.arrive("d.csv", &some_rides(0, 30)).await;
    assert_eq!(world.learned(&run).await.0, ["d.csv"]);
}

#[tokio::test]
async fn packed_uploads_are_learned_from() {
    let world = world();
    world.learns("").await;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(some_rides(0, 50).as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    let event = world.upload_bytes("datasets/taxi/rides.csv.gz", packed.into()).await;
    let run = world.handle(&event).await.unwrap();
    assert_eq!(world.learned(&run).await.1, 50);
}

#[tokio::test]
async fn what_is_in_quarantine_is_no_part_of_the_data_set() {
    let world = world();
    world.learns("mode = 'append'").await;
    world.arrive("a.csv", &some_rides(0, 40)).await;
    let run = world.arrive("b.csv", "dist,zone,ride_time\n1,2\n").await;
    assert!(matches!(run.outcome, Outcome::Rejected { .. }), "{run:?}");
    let run = world.arrive("c.csv", &some_rides(40, 80)).await;
    let (keys, _, notes) = world.learned(&run).await;
    assert_eq!(keys, ["a.csv", "c.csv"]);
    assert!(notes.contains("`datasets/taxi/b.csv` is left out: it was rejected"), "{notes}");

    world.learns("").await;
    world.arrive("d.csv", "dist,zone,ride_time\n1,2\n").await;
    let run = world.retrain("again").await;
    assert_eq!(world.learned(&run).await.0, ["c.csv"], "the newest one that is sound");
    let TrainingRecord { facts, .. } = world.file(&run, "training.json").await;
    let warning = facts.warnings.iter().find(|warning| warning.code == "passed_over").unwrap();
    assert!(warning.message.starts_with("`datasets/taxi/d.csv` is newer"), "{warning:?}");
}

#[tokio::test]
async fn what_the_spec_gets_wrong_is_no_fault_of_the_data_set() {
    let world = world();
    world.learns("").await;
    world.arrive("a.csv", &some_rides(0, 40)).await;
    let cases = [
        ("filter = 'zon != 3'", "there is no column `zon`"),
        ("[columns.dist]\nencode = 'one_hot'", "`encode` is for texts"),
        ("[columns.dits]\nscale = 'l2'", "the nearest is `dist`"),
        ("[derived]\nspeed = 'dist / tme'", "the derived column `speed`"),
    ];
    for (more, (data, says)) in (0..).zip(cases) {
        world.learns(data).await;
        let run = world.arrive("b.csv", &some_rides(0, 60 + more)).await;
        let Outcome::Failed { reason } = &run.outcome else { panic!("{data}: {run:?}") };
        assert!(reason.contains(says), "{reason}");
        let way_out = "the data set stays as it is: correct `models/taxi/model.toml`";
        assert!(reason.contains(way_out), "{reason}");
        assert_eq!(world.kinds().last(), Some(&EventKind::TrainingFailed));
    }
    assert_eq!(world.objects.list("quarantine/").await.unwrap(), []);
    world.learns("").await;
    let run = world.retrain("mended").await;
    assert_eq!(world.learned(&run).await.0, ["b.csv"]);
    let TrainingRecord { facts, .. } = world.file(&run, "training.json").await;
    assert_eq!(facts.warnings.iter().find(|warning| warning.code == "passed_over"), None);
}

#[tokio::test]
async fn what_the_champions_own_spec_no_longer_fits_is_rejected() {
    let world = world();
    world.learns("filter = 'zone != 3'").await;
    assert!(is_registered(&world.arrive("a.csv", &some_rides(0, 40)).await));
    let run = world.arrive("b.csv", &some_rides(0, 40).replace("zone", "area")).await;
    let Outcome::Rejected { reasons, .. } = &run.outcome else { panic!("{run:?}") };
    assert!(reasons[0].contains("`data.filter` of model.toml"), "{reasons:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_panics_is_recorded_as_a_failed_one() {
    let world = world();
    let event = world.upload("datasets/taxi/a.csv", &some_rides(0, 40)).await;
    world.objects.judge(|call, key| match call {
        Call::Describe => panic!("no version of {key}"),
        _ => Fate::Served,
    });
    let report = handle(&world.ports, event, &call("request-1")).await.unwrap();
    let Outcome::Failed { reason } = &report.runs[0].outcome else { panic!("{report:?}") };
    assert!(reason.contains("`no version of datasets/taxi/a.csv`"), "{reason}");
    assert_eq!(world.kinds().last(), Some(&EventKind::TrainingFailed));
    let record: RunRecord = world.file(&report.runs[0], "run.json").await;
    assert_eq!(record.run, report.runs[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_object_of_a_window_is_recorded_with_its_version() {
    let world = world();
    world.learns("mode = 'append'").await;
    world.upload("datasets/taxi/a.csv", &some_rides(0, 40)).await;
    let event = world.upload("datasets/taxi/b.csv", &some_rides(40, 80)).await;
    let report = handle(&world.ports, event, &call("request-1")).await.unwrap();
    let record: RunRecord = world.file(&report.runs[0], "run.json").await;
    let objects = &record.lineage.objects;
    assert_eq!(objects.len(), 2, "{objects:?}");
    for object in objects {
        let kept = world.objects.describe(&object.key).await.unwrap().unwrap();
        assert!(object.version.is_some() && object.version == kept.version, "{object:?}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_another_object_is_told_by_its_key() {
    let world = world();
    world.learns("mode = 'append'").await;
    world.upload("datasets/taxi/a.csv", "dist,zone,ride_time\n1,2\n").await;
    let run = world.arrive("b.csv", &some_rides(0, 40)).await;
    let Outcome::Failed { reason } = run.outcome else { panic!("{run:?}") };
    assert!(reason.starts_with("`datasets/taxi/a.csv`, which belongs to the data set"), "{reason}");
    assert!(reason.contains("row 1 (line 2) has 2 fields where the header has 3"), "{reason}");
}

#[tokio::test]
async fn an_upload_whose_types_do_not_go_with_the_others_is_rejected() {
    for key in ["0.csv", "z.csv"] {
        let world = world();
        world.learns("mode = 'append'").await;
        world.arrive("a.csv", &some_rides(0, 40)).await;
        let texts = some_rides(40, 80).replace(".5,", ".5,zone ");
        let run = world.arrive(key, &texts).await;
        let Outcome::Rejected { quarantine, reasons } = run.outcome else { panic!("{run:?}") };
        assert!(quarantine.unwrap().ends_with(key));
        assert!(reasons[0].starts_with("column `zone` holds "), "{reasons:?}");
    }
}

#[tokio::test]
async fn the_spec_chooses_rows() {
    let world = world();
    world.learns("filter = 'zone != 3'\nlast_rows = 50").await;
    let run = world.arrive("a.csv", &some_rides(0, 70)).await;
    let (_, rows, notes) = world.learned(&run).await;
    assert_eq!(rows, 50);
    assert!(
        notes.contains("10 of 70 rows are left out, in which the filter `zone != 3`"),
        "{notes}"
    );
    assert!(notes.contains("the last 50 of 60 rows"), "{notes}");
}
