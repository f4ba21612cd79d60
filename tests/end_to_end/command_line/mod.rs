//! The command line: what a user types, and what it says.

mod files;
mod runs;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Done, Program, Season, customers, eventually, golden_model, points, rides};

impl Done {
    /// The output of a command that must succeed and say all of these.
    fn said(&self, words: &[&str]) -> &str {
        assert!(self.succeeded, "{}", self.errors);
        for word in words {
            assert!(self.output.contains(word), "`{word}` is not in:\n{}", self.output);
        }
        &self.output
    }

    /// A command that must fail, and say why.
    fn complained(&self, words: &[&str]) {
        assert!(!self.succeeded, "{}", self.output);
        assert!(self.errors.starts_with("error: "), "{}", self.errors);
        for word in words {
            assert!(self.errors.contains(word), "`{word}` is not in:\n{}", self.errors);
        }
    }
}

#[tokio::test]
async fn the_help_names_every_command() {
    let program = Program::new();
    let commands = [
        "demo", "up", "train", "import", "export", "predict", "forecast", "batch", "stream",
        "models", "versions", "card", "runs", "promote", "reject", "rollback", "stage", "traffic",
        "drift",
    ];
    let help = program.run(&["--help"]).await;
    help.said(&["Train, serve and watch models without running a server"]);
    help.said(&commands);
    for command in commands {
        program.run(&[command, "--help"]).await.said(&["Usage: model-factory"]);
    }
    let unknown = program.run(&["trian"]).await;
    assert!(unknown.errors.contains("'train'"), "{}", unknown.errors);
}

#[tokio::test]
async fn a_model_goes_through_its_life() {
    let program = Program::new();
    let up = program.up().await;
    program.run(&["models"]).await.said(&["no model is registered yet: `train` one"]);

    let usual = program.file("usual.csv", rides(150, Season::Usual, 1).csv());
    program.run(&["train", "taxi", &usual]).await.said(&[
        "boosting",
        "baseline",
        "note: target `ride_time` (inferred; pin it with `target = \"ride_time\"`)",
        "version 1 of `taxi` is the champion: the first version of the model",
    ]);
    let changed = program.file("changed.csv", rides(600, Season::Changed, 2).csv());
    program
        .run(&["train", "taxi", &changed])
        .await
        .said(&["version 2 of `taxi` is the champion: rmse", "of version 1 on 120 holdout rows"]);
    program.run(&["models"]).await.said(&["taxi", "champion", "rmse"]);
    program.run(&["versions", "taxi"]).await.said(&["champion", "datasets/taxi/usual.csv"]);

    program
        .run(&["rollback", "taxi"])
        .await
        .said(&["`champion` of `taxi` is at version 1; it was at version 2"]);
    program
        .run(&["promote", "taxi", "2", "--reason", "it is winter"])
        .await
        .said(&["`champion` of `taxi` is at version 2; it was at version 1"]);
    program
        .run(&["promote", "taxi", "1", "--alias", "shadow"])
        .await
        .said(&["`shadow` of `taxi` is at version 1; it was nowhere"]);
    program
        .run(&["promote", "taxi", "1", "--alias", "shadow", "--reason", "again"])
        .await
        .said(&["`shadow` of `taxi` is at version 1 already"]);
    let model = program.run(&["versions", "taxi", "--output", "json"]).await;
    let model: Value = serde_json::from_str(model.said(&[])).expect("JSON");
    assert_eq!(model["versions"].as_array().map(Vec::len), Some(2));
    let aliases = model["aliases"].as_array().expect("aliases");
    let aliases: Vec<_> =
        aliases.iter().map(|it| (it["alias"].as_str(), it["version"].as_u64())).collect();
    assert_eq!(aliases, [(Some("champion"), Some(2)), (Some("shadow"), Some(1))]);
    let models = program.run(&["models", "--output", "json"]).await;
    let models: Value = serde_json::from_str(models.said(&[])).expect("JSON");
    assert_eq!((&models[0]["versions"], &models[0]["champion"]["version"]), (&2.into(), &2.into()));

    program
        .run(&["drift", "check", "taxi", "--hours", "1"])
        .await
        .said(&["no data on 0 rows against version 2", "s3://model-factory/drift/taxi/"]);
    program.run(&["drift", "history", "taxi"]).await.said(&["no data", "champion"]);
    let history = program.run(&["drift", "history", "taxi", "--output", "json"]).await;
    let history: Value = serde_json::from_str(history.said(&[])).expect("JSON");
    assert_eq!(history[0]["verdict"], "no_data");
    let since = ["drift", "history", "taxi", "--since", "2999-01-01T00:00:00Z"];
    program.run(&since).await.said(&["no window of `taxi` has a verdict yet"]);
    let page = program.file("drift.html", "");
    program.run(&["drift", "report", "taxi", "-o", &page]).await.said(&["(no data) is in `"]);
    let page = std::fs::read_to_string(page).expect("a page");
    assert!(page.contains("No data."), "{page}");
    let unseen = ["drift", "report", "taxi", "--variant", "shadow"];
    program.run(&unseen).await.complained(&["no window of `shadow` of model `taxi` has a verdict"]);
    assert_eq!(up.end().await, ["ending"]);
}

#[tokio::test]
async fn series_are_forecast_and_their_learners_compared() {
    let program = Program::new();
    let up = program.up_with(&["--forecast-model", "sales", "--stream-model", "bank@3"]).await;
    let rows: String = (0..60)
        .flat_map(|day| {
            let date = jiff::civil::date(2015, 1, 1) + jiff::Span::new().days(day);
            [1, 2].map(|store| format!("{date},{store},{}\n", 50 * store + 3 * (day % 7) + day % 5))
        })
        .collect();
    let data = program.file("sales.csv", format!("date,store,sales\n{rows}"));
    let spec = "target = 'sales'\n[forecasting]\nseries = ['store']\nhorizon = 5\n\
                learners = ['theta', 'ets']\n";
    let spec = program.file("model.toml", spec);
    for model in ["staff", "sales"] {
        let train = ["train", model, &data, "--spec", &spec];
        program.run(&train).await.said(&["is the champion"]);
    }
    // Two models forecast; the one that was named answers where none is.
    let answer = up.http().post("/forecast", &json!({"store_number": 2})).await.ok();
    let expected = &answer["result"]["Forecast"]["Predictions"]["p50"];
    let asked = ["forecast", "sales", "--series", "store=2"];
    let json = program.run(&[&asked[..], &["--output", "json"]].concat()).await;
    let forecast: Value = serde_json::from_str(json.said(&[])).expect("JSON");
    assert_eq!(forecast["quantiles"]["p50"][4], expected[4]["Value"], "{forecast}");
    assert_eq!(forecast["timestamps"][0], "2015-03-02T00:00:00Z");
    let more = ["--horizon", "2", "--start", "2015-03-03", "--quantile", "0.25"];
    let table = program.run(&[&asked[..], &more].concat()).await;
    let table = table.said(&["p25", "2015-03-04T00:00:00Z", "by version 1 of `sales`"]);
    assert!(!table.contains("2015-03-02") && !table.contains("p50"), "{table}");
    let nobody = program.run(&["forecast", "sales", "--series", "store=9"]).await;
    nobody.complained(&["the model has no series 9"]);
    let unnamed = program.run(&["forecast", "sales"]).await;
    unnamed.complained(&["`series` must name one of the model's series by [store]"]);

    program.run(&["runs", "history", "sales"]).await.said(&["theta", "seasonal_naive", "origins"]);
    let history = program.run(&["runs", "history", "sales", "--output", "json"]).await;
    let history: Value = serde_json::from_str(history.said(&[])).expect("JSON");
    assert!(history["standings"][0]["mean"].is_f64(), "{history}");
    let checked = program.run(&["drift", "check", "sales"]).await;
    checked.said(&["held out", "1 forecast of 5 steps; 0 known by now"]);
    program.run(&["drift", "history", "sales"]).await.said(&["champion", "held out", "covered"]);
    let history = program.run(&["drift", "history", "sales", "--output", "json"]).await;
    let history: Value = serde_json::from_str(history.said(&[])).expect("JSON");
    assert_eq!((&history[0]["forecasts"], &history[0]["steps"]), (&1.into(), &5.into()));
    let page = program.run(&["drift", "report", "sales"]).await;
    page.complained(&["its checks have no page, `drift history sales` lists"]);
    program.run(&["runs", "show", "sales"]).await.said(&["forecasting.json", "gate: "]);
    let scored = program.run(&["batch", "sales", &data]).await;
    scored.complained(&["not every file could be scored"]);
    assert!(scored.output.contains("forecasts series, and has no answer"), "{}", scored.output);
    let predicted = program.run(&["predict", "sales", &data]).await;
    predicted.complained(&["has no answer for rows: ask `forecast sales`"]);

    // A training that is asked for is seen before it has ended.
    let accepted = up.http().post("/models/sales/train", &json!({"force": true})).await;
    let run = accepted.json()["run"].as_str().expect("a run").to_owned();
    program.run(&["runs", "sales"]).await.said(&[&run]);
    up.end().await;
}

#[tokio::test]
async fn a_person_approves_rejects_and_forces() {
    let program = Program::new();
    let up = program.up().await;
    let spec = "[gate]\napproval = 'manual'\n[training]\nmin_age = '2d'\n";
    let spec = program.file("model.toml", spec);
    let data = program.file("rides.csv", rides(60, Season::Usual, 1).csv());
    let promote = program.run(&["promote", "taxi"]).await;
    promote.complained(&["model `taxi` has no challenger that waits for approval"]);
    program.run(&["train", "taxi", &data, "--spec", &spec]).await.said(&[
        "version 1 of `taxi` waits for approval: the first version of the model",
        "`promote taxi` approves it, `reject taxi 1` does not",
    ]);
    program.run(&["models"]).await.said(&["taxi", "rmse", "holdout"]);
    program
        .run(&["promote", "taxi"])
        .await
        .said(&["`champion` of `taxi` is at version 1; it was nowhere"]);
    let reject = program.run(&["reject", "taxi", "1"]).await;
    reject.complained(&["version 1 is the champion of model `taxi`"]);

    let more = program.file("more.csv", rides(400, Season::Changed, 2).csv());
    program.run(&["train", "taxi", &more]).await.said(&[
        "nothing is trained: the champion, version 1, is",
        "younger than `training.min_age` (2d)",
    ]);
    program
        .run(&["train", "taxi", &more, "--force"])
        .await
        .said(&["version 2 of `taxi` waits for approval: rmse"]);
    program
        .run(&["reject", "taxi", "2", "--reason", "too few rows"])
        .await
        .said(&["version 2 of `taxi` is rejected: too few rows"]);
    for words in [&["promote", "taxi"][..], &["promote", "taxi", "2"]] {
        let promote = program.run(words).await;
        promote.complained(&["version 2 of model `taxi` was rejected (too few rows)"]);
    }
    program
        .run(&["promote", "taxi", "--force"])
        .await
        .said(&["`champion` of `taxi` is at version 2; it was at version 1"]);
    program.run(&["versions", "taxi"]).await.said(&["challenger, champion, rejected"]);
    program.run(&["versions", "taxi", "--history"]).await.said(&[
        "version 2 rejected",
        "too few rows",
        "champion: version 1 → version 2",
        "challenger: nowhere → version 1",
        "gate",
        "cli",
    ]);

    // A rollback, and its own.
    program.run(&["rollback", "taxi"]).await.said(&["is at version 1; it was at version 2"]);
    let rollback = program.run(&["rollback", "taxi"]).await;
    rollback.complained(&["version 2 of model `taxi` was rejected"]);
    program
        .run(&["rollback", "taxi", "--force"])
        .await
        .said(&["is at version 2; it was at version 1"]);
    up.end().await;
}

#[tokio::test]
async fn the_same_file_again_is_another_training() {
    let program = Program::new();
    let up = program.up().await;
    let data = program.file("rides.csv", rides(60, Season::Usual, 1).csv());
    program.run(&["train", "taxi", &data]).await.said(&["version 1 of `taxi` is the champion"]);
    program
        .run(&["train", "taxi", &data])
        .await
        .said(&["version 2 of `taxi` is registered, not promoted: rmse", "better in 0.0 %"]);
    up.end().await;
}

/// The command and the HTTP API answer with the same numbers.
#[tokio::test]
async fn predictions_are_those_that_are_served() {
    let program = Program::new();
    let up = program.up().await;
    let data = customers(200, Season::Usual, 1);
    let file = program.file("customers.csv", data.csv());
    program.run(&["train", "churn", &file]).await.said(&["version 1 of `churn` is the champion"]);

    let rows = data.slice(0..20);
    let file = program.file("rows.csv", rows.csv());
    let predicted = program.run(&["predict", "churn", &file, "--version", "1"]).await;
    let lines: Vec<&str> =
        predicted.said(&["predict,probability_leaves,probability_stays"]).lines().collect();
    assert_eq!(lines.len(), 1 + rows.len());
    assert_eq!(predicted.errors, "20 rows by version 1 of `churn`\n");

    let lines_of_json = program.file("rows.jsonl", "{\"age\": 40}\n");
    let refused = program.run(&["predict", "churn", &lines_of_json]).await;
    refused.complained(&["rows.jsonl` is no CSV", "`batch churn ", "also takes JSON lines"]);

    let served = up.http().post("/v2/models/churn/infer", &rows.tensors()).await.ok();
    let (labels, probabilities) = (&served["outputs"][0]["data"], &served["outputs"][1]["data"]);
    for (row, line) in lines[1..].iter().enumerate() {
        let fields: Vec<&str> = line.split(',').collect();
        assert_eq!(labels[row], fields[0], "{line}");
        for class in 0..2 {
            let served = probabilities[2 * row + class].as_f64();
            assert_eq!(served, fields[1 + class].parse().ok(), "{line}");
        }
    }
    up.end().await;
}

#[tokio::test]
async fn models_come_from_other_libraries_and_go_there() {
    let program = Program::new();
    let up = program.up().await;
    let booster = program.file("booster.json", golden_model("xgb-regression.json"));
    let other = program.file("other.txt", golden_model("lgb-regression.txt"));
    let broken = program.file("broken.json", "{}");
    let data = program.file("rows.csv", points(60, 1));
    program
        .run(&["import", "points", &booster, "--data", &data])
        .await
        .said(&["version 1 of `points` is the champion: the first version of the model"]);
    program.run(&["import", "points", &other]).await.said(&[
        "version 2 of `points` is registered, not promoted: imported without data to score it on",
    ]);
    let versions = program.run(&["versions", "points"]).await;
    versions.said(&["xgboost import", "lightgbm import", "models/points/import/booster.json"]);
    let refused = program.run(&["import", "points", &broken]).await;
    refused.complained(&["s3://model-factory/quarantine/points/import/", "`broken.json`"]);
    let refused = program.run(&["import", "points", &data]).await;
    refused.complained(&["rows.csv` is named like no model"]);

    let predicted = program.run(&["predict", "points", &data]).await;
    assert_eq!(predicted.said(&["predict"]).lines().count(), 61);
    program
        .run(&["export", "points", "1", "-o", "out.json"])
        .await
        .said(&["version 1 of `points` is in `out.json`"]);
    program
        .run(&["import", "copy", "out.json"])
        .await
        .said(&["version 1 of `copy` is the champion"]);
    let copied = program.run(&["predict", "copy", &data]).await;
    let numbers = |output: &str| -> Vec<f64> {
        output.lines().skip(1).map(|line| line.parse().expect("a number")).collect()
    };
    let (copied, predicted) = (numbers(copied.said(&[])), numbers(&predicted.output));
    assert_eq!(copied.len(), predicted.len());
    assert!(copied.iter().zip(&predicted).all(|(a, b)| (a - b).abs() < 1e-6), "{copied:?}");
    up.end().await;
}

#[tokio::test]
async fn what_goes_wrong_is_said_in_words() {
    let program = Program::new();
    let up = program.up().await;
    let good = program.file("good.csv", rides(60, Season::Usual, 1).csv());
    let header = program.file("header.csv", "a,b,y\n");
    let spec = program.file("model.toml", "tarket = 'ride_time'\n");

    let missing = program.run(&["train", "taxi", "nothing.csv"]).await;
    missing.complained(&["`nothing.csv` cannot be read: No such file or directory"]);
    let rejected = program.run(&["train", "taxi", &header]).await;
    rejected.complained(&[
        "the data set is rejected, a copy lies at s3://model-factory/quarantine/taxi/",
        "the object has no data row",
    ]);
    let failed = program.run(&["train", "taxi", &good, "--spec", &spec]).await;
    failed.complained(&["unknown key `tarket` on line 1; did you mean `target`?"]);
    let rollback = program.run(&["rollback", "taxi"]).await;
    rollback.complained(&["model `taxi` has no champion yet: `train` it first"]);
    let promote = program.run(&["promote", "taxi", "3"]).await;
    promote.complained(&["model `taxi` has no version 3"]);
    let predict = program.run(&["predict", "taxi", &good]).await;
    predict.complained(&["model `taxi` has no version or alias `champion`"]);
    for words in [&["drift", "check", "taxi"][..], &["batch", "taxi", "--date", "2026-11-24"]] {
        let nobody = program.run(words).await;
        nobody.complained(&["model `taxi` has no version or alias `champion`"]);
    }
    let second = program.run(&["up", "--port", "0", "--http-port", "0"]).await;
    second.complained(&["another stack is running on the state folder"]);
    for words in [["models", "No Name"], ["rollback", "-x"]] {
        assert!(!program.run(&words).await.succeeded, "{words:?}");
    }
    up.end().await;
}

#[tokio::test]
async fn a_container_listens_where_it_is_told_and_answers_without_a_models_name() {
    let program = Program::new();
    let elsewhere =
        program.run(&["up", "--port", "0", "--host", "192.0.2.1", "--http-port", "8080"]).await;
    elsewhere.complained(&["cannot listen on port 8080 of 192.0.2.1"]);
    let up = program.up_with(&["--host", "127.0.0.2", "--model", "taxi"]).await;
    assert!(up.url().starts_with("http://127.0.0.2:"), "{}", up.url());
    let data = rides(60, Season::Usual, 1);
    let http = up.http();
    let asked = || http.send(Method::POST, "/invocations", Some("text/csv"), data.inputs_csv());
    let unknown = asked().await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert_eq!(unknown.json()["detail"], "model `taxi` has no version or alias `champion`");
    let file = program.file("rides.csv", data.csv());
    for model in ["taxi", "tram"] {
        program.run(&["train", model, &file]).await.said(&["is the champion"]);
    }
    assert_eq!(asked().await.ok()["model_name"], "taxi");
    up.end().await;
}
