//! Runs and versions as they are told of, found, compared and staged.

use super::*;

#[tokio::test]
async fn a_version_goes_through_mlflows_stages() {
    let program = Program::new();
    let up = program.up().await;
    let data = program.file("rides.csv", rides(60, Season::Usual, 1).csv());
    program.run(&["train", "taxi", &data]).await.said(&["version 1 of `taxi` is the champion"]);
    program.run(&["train", "taxi", &data]).await.said(&["version 2 of `taxi` is registered"]);
    let stage = async |version: &str, stage: &str, more: &[&str]| {
        let words = ["stage", "taxi", version, stage];
        program.run(&[&words, more].concat()).await
    };
    stage("2", "staging", &[]).await.said(&[
        "`challenger` of `taxi` is at version 2",
        "version 2 of `taxi` is in Staging; it was in None",
    ]);
    stage("1", "Staging", &[]).await.complained(&["version 1 is the champion of model `taxi`"]);
    stage("1", "archived", &[]).await.complained(&["version 1 is the champion of model `taxi`"]);
    stage("2", "Production", &["--reason", "it is winter"])
        .await
        .said(&["version 2 of `taxi` is in Production; it was in Staging"]);
    stage("1", "archived", &[]).await.said(&["version 1 of `taxi` is in Archived already"]);
    stage("2", "production", &[]).await.said(&["version 2 of `taxi` is in Production already"]);
    stage("1", "staging", &[]).await.said(&["is in Staging; it was in Archived"]);
    stage("1", "none", &[]).await.complained(&["is in Staging, and nothing leads from there"]);
    stage("1", "archived", &["--reason", "it is unfair"]).await.said(&[
        "version 1 of `taxi` is rejected: it is unfair",
        "version 1 of `taxi` is in Archived; it was in Staging",
    ]);
    stage("1", "staging", &[]).await.complained(&["nothing leads from there to Staging"]);
    stage("1", "production", &[]).await.complained(&["version 1 of model `taxi` was rejected"]);
    stage("9", "staging", &[]).await.complained(&["no version or alias `9`"]);
    stage("2", "live", &[]).await.complained(&["`live` is no stage: none, staging, production"]);
    program.run(&["versions", "taxi", "--history"]).await.said(&["it is winter", "it is unfair"]);
    program.run(&["versions", "taxi"]).await.said(&["Production", "Archived"]);
    stage("1", "production", &["--force"]).await.said(&["is in Production; it was in Archived"]);
    up.end().await;
}

#[tokio::test]
async fn runs_tell_what_was_trained_and_from_what() {
    let program = Program::new();
    let up = program.up().await;
    program.run(&["runs"]).await.said(&["no training has ended yet"]);
    let data = program.file("rides.csv", rides(60, Season::Usual, 1).csv());
    program.run(&["train", "taxi", &data]).await.said(&["version 1 of `taxi` is the champion"]);
    program.run(&["train", "taxi"]).await.said(&["version 2 of `taxi` is registered"]);

    program.run(&["runs", "taxi"]).await.said(&[
        "promoted",
        "a data set arrived",
        "asked for by the command line",
        "datasets/taxi/rides.csv",
    ]);
    let runs = program.run(&["runs", "--output", "json"]).await;
    let runs: Value = serde_json::from_str(runs.said(&[])).expect("JSON");
    let runs = runs.as_array().expect("runs");
    let versions: Vec<_> = runs.iter().map(|run| run["lineage"]["version"].as_u64()).collect();
    assert_eq!(versions, [Some(2), Some(1)], "the newest first");

    let first = runs[1]["run"].as_str().expect("an id");
    program.run(&["runs", "show", "taxi", &first[..12]]).await.said(&[
        first,
        "datasets/taxi/rides.csv (",
        "60 rows, 6 inputs, seed 42",
        "1 → champion",
        "boosting",
        "gate: the first version of the model",
    ]);
    let shown = program.run(&["runs", "show", "taxi", first, "--output", "json"]).await;
    let shown: Value = serde_json::from_str(shown.said(&[])).expect("JSON");
    assert_eq!(shown["run"], runs[1]);
    assert_eq!(shown["training"]["data_hash"], runs[1]["lineage"]["data_hash"]);
    let card = program.file("card.html", "");
    let told = format!("`runs show taxi {first}` tells the rest");
    let written = program.run(&["card", "taxi", "-o", &card]).await;
    written.said(&["the card of version 1 of `taxi` is in `", &told]);
    let page = std::fs::read_to_string(&card).expect("a page");
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("ride_dist"), "{page}");
    program.run(&["card", "taxi", "2", "-o", &card]).await.said(&["the card of version 2"]);
    assert_ne!(std::fs::read_to_string(&card).expect("a page"), page);
    let unknown = program.run(&["card", "taxi", "9", "-o", &card]).await;
    unknown.complained(&["model `taxi` has no version or alias `9`"]);
    let hasty = "training.learners = ['linear']\ntraining.trial_seconds = 1e-6";
    let hasty = program.file("model.toml", hasty);
    let why = "not scored: linear alpha=1: it took longer than it was given";
    program.run(&["train", "taxi", "--spec", &hasty]).await.said(&[why, "over the limit"]);
    program.run(&["runs", "show", "taxi"]).await.said(&[why]);
    let unknown = program.run(&["runs", "show", "taxi", "zzz"]).await;
    unknown.complained(&["model `taxi` has not one run whose id starts with `zzz`"]);
    up.end().await;
}

#[tokio::test]
async fn an_upload_whose_event_waits_is_queued() {
    let program = Program::new();
    let up = program.up().await;
    let data = program.file("rides.csv", rides(600, Season::Usual, 1).csv());
    let spec = program.file("model.toml", "[training]\nseconds = 120\n");
    // As many trainings as run at once here.
    let mut trainings: Vec<_> =
        ["one", "two"].map(|model| program.start(&["train", model, &data, "--spec", &spec])).into();
    let states = async || {
        let runs = program.run(&["runs", "--output", "json"]).await;
        let runs: Value = serde_json::from_str(runs.said(&[])).expect("JSON");
        let mut states: Vec<(String, String)> = runs
            .as_array()
            .expect("runs")
            .iter()
            .map(|run| [&run["subject"], &run["outcome"]].map(|it| it.as_str().unwrap().to_owned()))
            .map(|[model, state]| (model, state))
            .collect();
        states.sort();
        states
    };
    let all = |told: &[(&str, &str)]| -> Vec<(String, String)> {
        told.iter().map(|(model, state)| ((*model).to_owned(), (*state).to_owned())).collect()
    };
    let busy = all(&[("one", "running"), ("two", "running")]);
    eventually("both run", async || (states().await == busy).then_some(())).await;
    trainings.push(program.start(&["train", "three", &data, "--spec", &spec]));
    let waits = all(&[("one", "running"), ("three", "queued"), ("two", "running")]);
    eventually("the third waits", async || (states().await == waits).then_some(())).await;
    program.run(&["runs", "three"]).await.said(&["queued", "datasets/three/rides.csv"]);
    up.kill().await;
}

#[tokio::test]
async fn runs_are_tagged_found_and_compared_and_versions_have_stages() {
    let program = Program::new();
    let up = program.up().await;
    let data = program.file("rides.csv", rides(60, Season::Usual, 1).csv());
    let spec = |seed: u32| format!("[split]\nseed = {seed}\n[training]\nlearners = ['linear']\n");
    let [one, two] = [1, 2].map(|seed| program.file(&format!("{seed}.toml"), spec(seed)));
    let tagged = ["train", "taxi", &data, "--spec", &one, "--tag", "team=risk", "--tag", "try=1"];
    program.run(&tagged).await.said(&["version 1 of `taxi` is the champion"]);
    program.run(&["train", "taxi", "--spec", &two]).await.said(&["version 2"]);

    let list = async |conditions: &[&str]| {
        let mut words = vec!["runs", "taxi", "--output", "json"];
        words.extend(conditions.iter().flat_map(|condition| ["--where", condition]));
        let done = program.run(&words).await;
        let runs: Value = serde_json::from_str(done.said(&[])).expect("JSON");
        runs.as_array().expect("runs").clone()
    };
    let all = list(&[]).await;
    let [second, first] = &all[..] else { panic!("{all:?}") };
    assert_eq!(first["tags"], json!({"team": "risk", "try": "1"}));
    assert_eq!(first["params"]["spec.split.seed"], "1");
    let rmse = first["metrics"]["rmse"].as_f64().expect("a metric");
    let (first, second) =
        (first["run"].as_str().expect("an id"), second["run"].as_str().expect("an id"));
    let at_most = format!("metric.rmse<={rmse}");
    for (conditions, expected) in [
        (&["tag.team=risk", at_most.as_str()][..], vec![first]),
        (&["tag.team!=risk"], vec![second]),
        (&["param.spec.split.seed>1"], vec![second]),
        (&["param.learner=linear", "outcome=registered"], vec![second, first]),
        (&["metric.f1>0"], vec![]),
    ] {
        let found = list(conditions).await;
        let found: Vec<_> = found.iter().map(|run| run["run"].as_str().expect("an id")).collect();
        assert_eq!(found, expected, "{conditions:?}");
    }
    program.run(&["runs", "--where", "rmse"]).await.complained(&["is no condition"]);
    program.run(&["runs", "tag", "taxi", second, "team=fares"]).await.said(&["team=fares"]);
    program.run(&["runs", "tag", "taxi", first, "try="]).await.said(&["team=risk"]);
    let compared = program.run(&["runs", "compare", "taxi", first, second]).await;
    let compared = compared.said(&["metric.rmse", "param.spec.split.seed", "tag.team", "fares"]);
    assert!(!compared.contains("param.rows"), "what is the same is left out: {compared}");
    program.run(&["runs", "history", "taxi", first]).await.said(&["best so far", "linear"]);
    let steps = program.run(&["runs", "history", "taxi", first, "--output", "json"]).await;
    let steps: Value = serde_json::from_str(steps.said(&[])).expect("JSON");
    let steps = steps["history"]["rmse"].as_array().expect("steps").clone();
    assert_eq!(steps[0]["step"], 1);
    let best: Vec<_> = steps.iter().filter_map(|step| step["best"].as_f64()).collect();
    assert!(best.windows(2).all(|pair| pair[1] <= pair[0]), "{best:?}");

    program.run(&["promote", "taxi", "2"]).await.said(&["version 2"]);
    program.run(&["versions", "taxi"]).await.said(&["stage", "Production", "Archived"]);
    let archived = ["versions", "taxi", "--stage", "archived", "--output", "json"];
    let archived = program.run(&archived).await;
    let archived: Value = serde_json::from_str(archived.said(&[])).expect("JSON");
    assert_eq!(archived["versions"][0]["version"], 1);
    assert_eq!(archived["versions"][0]["stage"], "Archived");
    assert_eq!(archived["versions"].as_array().map(Vec::len), Some(1));
    up.end().await;
}
