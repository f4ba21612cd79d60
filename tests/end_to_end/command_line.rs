//! The command line: what a user types, and what it says.

use serde_json::Value;

use crate::support::{Done, Program, Season, customers, rides};

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
    let commands = ["demo", "up", "train", "predict", "models", "promote", "rollback", "drift"];
    let help = program.run(&["--help"]).await;
    help.said(&["Train, serve and watch models without running a server"]);
    help.said(&commands);
    for command in commands {
        program.run(&[command, "--help"]).await.said(&["Usage: model-factory"]);
    }
    let unknown = program.run(&["trian"]).await;
    assert!(unknown.errors.contains("similar subcommand exists: 'train'"), "{}", unknown.errors);
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
    program.run(&["models"]).await.said(&["taxi", "champion", "rmse", "datasets/taxi/usual.csv"]);

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
        .said(&["`shadow` of `taxi` is at version 1; it was at nowhere"]);
    let models = program.run(&["models", "taxi", "--json"]).await;
    let models: Value = serde_json::from_str(models.said(&[])).expect("JSON");
    assert_eq!(models[0]["versions"].as_array().map(Vec::len), Some(2));
    let aliases = models[0]["aliases"].as_array().expect("aliases");
    let aliases: Vec<_> =
        aliases.iter().map(|it| (it["alias"].as_str(), it["version"].as_u64())).collect();
    assert_eq!(aliases, [(Some("champion"), Some(2)), (Some("shadow"), Some(1))]);

    program
        .run(&["drift", "check", "taxi", "--hours", "1"])
        .await
        .said(&["no data on 0 rows against version 2", "s3://model-factory/drift/taxi/"]);
    program.run(&["drift", "history", "taxi"]).await.said(&["no data", "report.json"]);
    assert_eq!(up.end().await, ["ending"]);
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
        "the file has a header but no data row",
    ]);
    let failed = program.run(&["train", "taxi", &good, "--spec", &spec]).await;
    failed.complained(&["unknown key `tarket` on line 1; did you mean `target`?"]);
    let rollback = program.run(&["rollback", "taxi"]).await;
    rollback.complained(&["model `taxi` has no champion yet: `train` it first"]);
    let promote = program.run(&["promote", "taxi", "3"]).await;
    promote.complained(&["model `taxi` has no version 3"]);
    let predict = program.run(&["predict", "taxi", &good]).await;
    predict.complained(&["model `taxi` has no version or alias `champion`"]);
    let second = program.run(&["up", "--port", "0", "--http-port", "0"]).await;
    second.complained(&["another stack is running on the state folder"]);
    for words in [["models", "No Name"], ["rollback", "-x"]] {
        assert!(!program.run(&words).await.succeeded, "{words:?}");
    }
    up.end().await;
}
