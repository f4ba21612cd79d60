//! Rows of files, in the bucket and through the stream.

use super::*;

#[tokio::test]
async fn files_are_scored_in_the_bucket() {
    let program = Program::new();
    let up = program.up().await;
    let data = rides(60, Season::Usual, 1);
    let train = program.file("rides.csv", data.csv());
    program.run(&["train", "taxi", &train]).await.said(&["version 1 of `taxi` is the champion"]);
    let file = program.file("today.csv", data.csv() + "far,airport,sedan,clear,3,1,9\n");
    program.run(&["batch", "taxi", &file]).await.said(&[
        "60 rows of `batch/taxi/requested/today.csv` by version 1, 1 rejected: ",
        "s3://model-factory/batch/taxi/output/today-v1-",
        "row 61: input `ride_dist`: found `far` where a number is expected",
    ]);
    let header = data.csv().lines().next().expect("a header").to_owned();
    let rows: String = (0..5).map(|_| "far,airport,sedan,clear,3,1,9\n").collect();
    let unfit = program.file("unfit.csv", header + "\n" + &rows);
    let unfit = program.run(&["batch", "taxi", &unfit]).await;
    unfit.complained(&["not every file could be scored"]);
    assert!(unfit.output.contains("and 2 more rows"), "{}", unfit.output);
    let day = program.run(&["batch", "taxi", "--date", "2026-11-24", "--output", "json"]).await;
    let day: Value = serde_json::from_str(day.said(&[])).expect("JSON");
    assert_eq!(day["status"], "no_data");
    let prefix = program.run(&["batch", "taxi", "--prefix", "2026/"]).await;
    prefix.said(&["no data: no key starts with s3://model-factory/batch/taxi/input/2026/"]);
    let broken = program.file("broken.csv", "a,b\n1,2\n");
    let refused = program.run(&["batch", "taxi", &broken, "--format", "parquet"]).await;
    refused.complained(&["not every file could be scored"]);
    assert!(refused.output.contains("no column `ride_dist`"), "{}", refused.output);
    assert!(refused.output.contains("; and 3 more"), "{}", refused.output);
    assert_eq!(up.end().await, ["ending"]);
}

#[tokio::test]
async fn outliers_of_a_file_are_listed_apart_and_summed_up() {
    let program = Program::new();
    let up = program.up().await;
    let spec = "task = 'anomaly'\nid = 'ride_id'\nignore = ['comment']\n\
                [anomaly]\ncontamination = 0.04\n\
                [batch]\nsummarise = ['comment']\nsentences = 1\n";
    let spec = program.file("model.toml", spec);
    let rides: String = (0..200)
        .map(|row| {
            let dist = f64::from(row % 10) + f64::from(row) / 1000.0;
            match row % 25 == 3 {
                true => format!("{row},{},{},The meter was broken.\n", 20.0 + dist, 7.0 + dist),
                false => format!("{row},{dist},{},fine\n", dist / 30.0),
            }
        })
        .collect();
    let rides = format!("ride_id,ride_dist,ride_time,comment\n{rides}");
    let rides = program.file("rides.csv", rides);
    program
        .run(&["train", "rides", &rides, "--spec", &spec])
        .await
        .said(&["version 1 of `rides` is the champion"]);
    program.run(&["batch", "rides", &rides]).await.said(&[
        "200 rows of `batch/rides/requested/rides.csv` by version 1: s3://model-factory/",
        " outliers: s3://model-factory/batch/rides/outliers/rides-v1-",
        "comment: \u{201c}The meter was broken.\u{201d} (row 4)",
    ]);
    up.end().await;
}

#[tokio::test]
async fn rows_of_a_file_go_through_the_stream() {
    let program = Program::new();
    let up = program.up().await;
    let data = rides(60, Season::Usual, 1);
    let train = program.file("rides.csv", data.csv());
    program.run(&["train", "taxi", &train]).await.said(&["version 1 of `taxi` is the champion"]);
    let file = data.csv() + "far,airport,sedan,clear,3,1,9\n3.5,airport\n";
    let file = program.file("today.csv", file);
    let streamed = program.run(&["stream", "taxi", &file]).await;
    assert!(!streamed.succeeded, "{}", streamed.output);
    for words in [
        "row 61: input `ride_dist`: found \"far\" where a number is expected",
        "row 62 (line 63) has 2 fields where the header has 7",
        "60 rows answered by `taxi`",
        "error: 2 rows are not answered",
    ] {
        assert!(streamed.errors.contains(words), "`{words}` is not in:\n{}", streamed.errors);
    }
    let answers: Vec<Value> =
        streamed.output.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(answers.len(), 60);
    let predicted = program.run(&["predict", "taxi", &train]).await;
    let predicted: Vec<f64> =
        predicted.said(&[]).lines().skip(1).map(|line| line.parse().expect("a number")).collect();
    for answer in &answers {
        let id = answer["id"].as_str().expect("an id");
        let row: usize = id.rsplit('-').next().and_then(|row| row.parse().ok()).expect("a row");
        assert_eq!(answer["predict"], predicted[row - 1], "{answer}");
        assert_eq!((&answer["version"], &answer["variant"]), (&json!(1), &json!("champion")));
    }

    let csv = data.csv();
    let named = ["ride", "a-1", "a-2", "a-1"].iter().zip(csv.lines());
    let named: String = named.map(|(id, line)| format!("{id},{line}\n")).collect();
    let file = program.file("named.csv", named);
    let named = program.run(&["stream", "taxi", &file, "--id", "ride", "--version", "1"]).await;
    let mut told: Vec<String> = named
        .output
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["id"].to_string())
        .collect();
    told.sort();
    assert_eq!(told, ["\"a-1\"", "\"a-2\""]);
    assert!(named.errors.contains("row 3 has the id `a-1`, as row 1 has"), "{}", named.errors);
    let unknown = program.run(&["stream", "taxi", &file, "--queue", "elsewhere"]).await;
    unknown.complained(&["find the queue elsewhere"]);
    up.end().await;
}

#[tokio::test]
async fn rows_of_an_upload_are_labelled_and_counted() {
    let program = Program::new();
    let up = program.up().await;
    let rides: String = (0..200)
        .map(|row| {
            let (dist, pace) = (f64::from(row % 10) + f64::from(row) / 1000.0, row % 25 == 3);
            let dist = if pace { 20.0 + dist } else { dist };
            format!("{dist},{},2021020{row}\n", if pace { dist / 4.0 } else { dist / 30.0 })
        })
        .collect();
    let rides = program.file("rides.csv", format!("ride_dist,ride_time,ride_id\n{rides}"));
    let spec = "task = 'clustering'\nid = 'ride_id'\n[clustering]\neps = 0.5\n\
                [training]\nlearners = ['dbscan']\nmode = 'train-run'\n";
    let spec = program.file("model.toml", spec);
    let trained = program.run(&["train", "rides", &rides, "--spec", &spec]).await;
    let output = trained.said(&[
        "version 1 of `rides` is the champion",
        "labels of all rows: s3://model-factory/runs/rides/",
        "/labels.json",
        "/noise.json",
    ]);
    assert!(!output.contains("0-fold"), "{output}");
    let leader = output.lines().find(|line| line.contains("complete")).expect("a leaderboard");
    assert!(leader.contains("dbscan") && leader.contains(" 0."), "no silhouette: {leader}");

    let shown = program.run(&["runs", "show", "rides"]).await;
    shown.said(&["rows of noise", "core rows, silhouette 0.", "file: s3://model-factory/runs/"]);
    shown.said(&["/model-card.html", "/labels.json"]);
    let listed = ["runs", "rides", "--where", "metric.nNoise>3", "--output", "json"];
    let runs = program.run(&listed).await;
    let runs: Value = serde_json::from_str(runs.said(&[])).expect("JSON");
    assert!(runs[0]["metrics"]["nNoise"].as_f64().is_some_and(|count| count > 3.0), "{runs}");
    for name in ["nClusters", "nCore", "silhouetteCoefficient"] {
        assert!(runs[0]["metrics"][name].is_f64(), "{runs}");
    }
    let few = program.run(&["runs", "rides", "--where", "metric.nNoise<3"]).await;
    few.said(&["no run is so"]);
    let nobody = program.run(&["runs", "nosuch"]).await;
    nobody.complained(&["there is no model `nosuch`: `models` lists them"]);
    let nobody = program.run(&["runs", "show", "nosuch"]).await;
    nobody.complained(&["there is no model `nosuch`"]);
    program.run(&["batch", "rides", &rides]).await.said(&[
        " outliers: s3://model-factory/batch/rides/outliers/",
        "note: version 1 stands for the rows of its own run",
    ]);
    up.end().await;
}
