//! Data sets that cannot be trained on: kept, explained, and nothing else changed.

use model_factory::registry::ReadRegistry;
use serde_json::{Value, json};

use crate::support::{Factory, Season, rides};

/// An upload that must be rejected, and why.
struct Case {
    /// The name of the model; the folder of the upload.
    model: &'static str,
    content: Vec<u8>,
    code: &'static str,
    row: Option<u64>,
    column: Option<&'static str>,
    /// Words of the message.
    says: &'static str,
}

/// Thirty good lines `n,n,n` after `header`.
fn lines(header: &str) -> Vec<String> {
    let rows = (1..=30).map(|row| format!("{row},{}.5,{}", row % 7, row * 3));
    std::iter::once(header.to_owned()).chain(rows).collect()
}

/// The good lines, of which one is replaced.
fn with_line(line: usize, text: &str) -> Vec<u8> {
    let mut lines = lines("a,b,y");
    text.clone_into(&mut lines[line]);
    lines.join("\n").into_bytes()
}

/// Each line changed.
fn every_line(change: impl Fn(&str) -> String) -> Vec<u8> {
    let lines: Vec<String> = lines("a,b,y").iter().map(|line| change(line)).collect();
    lines.join("\n").into_bytes()
}

fn cases() -> Vec<Case> {
    let case = |model, content: Vec<u8>, code, row, column, says| Case {
        model,
        content,
        code,
        row,
        column,
        says,
    };
    let mut not_utf8 = with_line(0, "a,b,y");
    let at = not_utf8.iter().position(|byte| *byte == b'5').expect("a five");
    not_utf8[at] = 0xff;
    let last = |line: &str| line.rsplit_once(',').map(|(_, last)| last.to_owned());
    vec![
        case("empty", Vec::new(), "empty", None, None, "the object is empty"),
        case("blank", b" \n\n".to_vec(), "empty", None, None, "the object is empty"),
        case("header-only", b"a,b,y\n".to_vec(), "no_rows", None, None, "no data row"),
        case(
            "ragged",
            with_line(7, "7,1"),
            "ragged_row",
            Some(7),
            None,
            "row 7 (line 8) has 2 fields where the header has 3",
        ),
        case(
            "one-class",
            every_line(|line| format!("{line},{}", if line == "a,b,y" { "label" } else { "same" })),
            "one_class",
            None,
            Some("label"),
            "one class only, `same`",
        ),
        case(
            "all-missing",
            every_line(|line| {
                let name = if line == "a,b,y" { "void" } else { "" };
                format!("{name},{line}")
            }),
            "all_missing",
            None,
            Some("void"),
            "column `void` has no value in any of the 30 rows",
        ),
        case(
            "duplicate-column",
            with_line(0, "a,a,y"),
            "duplicate_column",
            None,
            Some("a"),
            "columns 1 and 2 are both called `a`",
        ),
        case("nameless-column", with_line(0, "a,,y"), "nameless_column", None, None, "column 2"),
        case("not-utf8", not_utf8, "not_utf8", Some(1), Some("b"), "line 2 is not UTF-8"),
        case(
            "infinite",
            with_line(9, "9,inf,27"),
            "not_a_number",
            Some(9),
            Some("b"),
            "row 9 (line 10), column `b`: `inf` is not a finite number",
        ),
        case(
            "text-among-numbers",
            with_line(12, "twelve,5.5,36"),
            "not_a_number",
            Some(12),
            Some("a"),
            "row 12 (line 13), column `a`: `twelve` is not a finite number",
        ),
        case(
            "too-few-rows",
            b"a,y\n1,2.5\n2,3.5\n".to_vec(),
            "too_few_rows",
            None,
            Some("y"),
            "at least 20 are needed",
        ),
        case(
            "no-inputs",
            every_line(|line| last(line).unwrap_or_default()),
            "no_inputs",
            None,
            None,
            "add input columns",
        ),
        case(
            "Forbidden Name!",
            lines("a,b,y").join("\n").into_bytes(),
            "forbidden_name",
            None,
            None,
            "`Forbidden Name!` is not a model name",
        ),
    ]
}

#[tokio::test]
async fn bad_data_lies_in_quarantine_with_its_reasons() {
    let factory = Factory::start().await;
    let cases = cases();
    let mut tags = Vec::new();
    for case in &cases {
        let key = format!("datasets/{}/2026/rides 1.csv", case.model);
        tags.push(factory.put(&key, case.content.clone()).await);
    }
    factory.idle().await;
    for (case, tag) in cases.iter().zip(tags) {
        rejected(&factory, case, &tag).await;
    }
    assert_eq!(factory.registry.models().await.expect("models"), []);
    assert_eq!(factory.keys("artifacts/").await, Vec::<String>::new());
    factory.end().await;
}

async fn rejected(factory: &Factory, case: &Case, tag: &str) {
    let Case { model, content, code, row, column, says } = case;
    let dataset = format!("datasets/{model}/2026/rides 1.csv");
    let quarantine = format!("quarantine/{model}/2026/{}-rides 1.csv", &tag[..12]);
    assert_eq!(factory.get(&quarantine).await, content, "{model}: the copy");
    assert_eq!(factory.get(&dataset).await, content, "{model}: the upload stays");

    let told = factory.get_json(&format!("{quarantine}.reason.json")).await;
    assert_eq!((&told["dataset"], &told["quarantined"]), (&json!(dataset), &json!(quarantine)));
    let [reason] = told["reasons"].as_array().expect("reasons").as_slice() else {
        panic!("{model}: {told}")
    };
    assert_eq!(reason["code"], *code, "{model}: {reason}");
    assert_eq!(reason.get("row").and_then(Value::as_u64), *row, "{model}: {reason}");
    assert_eq!(reason.get("column").and_then(Value::as_str), *column, "{model}: {reason}");
    let message = reason["message"].as_str().expect("a text");
    assert!(message.contains(says), "{model}: {message}");

    let known = *code != "forbidden_name";
    let subject = if known { *model } else { &dataset };
    let events = factory.published("Dataset Rejected", subject);
    let [event] = events.as_slice() else { panic!("{model}: {events:?}") };
    let data = &event["data"];
    assert_eq!((&data["dataset"], &data["quarantine"]), (&told["dataset"], &json!(quarantine)));
    assert_eq!(data["reasons"], told["reasons"], "{model}");

    let runs = if known { factory.runs(model).await } else { Vec::new() };
    assert_eq!(runs.len(), usize::from(known), "{model}: {runs:?}");
    for run in runs {
        assert_eq!((&run["outcome"], &run["quarantine"]), (&json!("rejected"), &json!(quarantine)));
        assert_eq!(run["reasons"], json!([message]), "{model}");
    }
}

#[tokio::test]
async fn every_defect_of_a_file_is_listed() {
    let factory = Factory::start().await;
    let mut lines = lines("a,b,y");
    for row in [3, 11, 24] {
        lines[row].push_str(",one too many");
    }
    let run = factory.train("taxi", "rides.csv", lines.join("\n")).await;
    let key = run["quarantine"].as_str().expect("a key");
    let told = factory.get_json(&format!("{key}.reason.json")).await;
    let reasons = told["reasons"].as_array().expect("reasons");
    let rows: Vec<_> = reasons.iter().map(|reason| reason["row"].as_u64()).collect();
    assert_eq!(rows, [Some(3), Some(11), Some(24)]);
    factory.end().await;
}

#[tokio::test]
async fn a_broken_spec_fails_the_training_in_words() {
    let factory = Factory::start().await;
    let good = rides(60, Season::Usual, 1).csv();
    let cases = [
        (
            "unknown-key",
            &b"task = 'regression'\ntarget = 'ride_time'\nlerners = 3\n"[..],
            "model.toml: unknown key `lerners` on line 3",
        ),
        (
            "misspelt-key",
            b"[split]\nholdot = 0.2\n",
            "model.toml: unknown key `holdot` on line 2; did you mean `holdout`?",
        ),
        (
            "out-of-range",
            b"[split]\nholdout = 0.9\n",
            "model.toml: `split.holdout` is 0.9, but it must be above 0 and at most 0.5",
        ),
        ("no-toml", b"target: y\n", "model.toml: TOML parse error at line 1"),
        ("not-utf8", b"target = '\xff'\n", "model.toml is not UTF-8 at byte 10"),
        ("unknown-metric", b"[training]\nmetric = 'roc_auc'\n", "model.toml: `training.metric`: "),
    ];
    for (model, spec, _) in &cases {
        factory.put(&format!("models/{model}/model.toml"), *spec).await;
        factory.put(&format!("datasets/{model}/rides.csv"), good.clone()).await;
    }
    factory.idle().await;
    for (model, _, says) in cases {
        let runs = factory.runs(model).await;
        let [run] = runs.as_slice() else { panic!("{model}: {runs:?}") };
        assert_eq!(run["outcome"], "failed", "{model}");
        let reason = run["reason"].as_str().expect("a text");
        assert!(reason.starts_with(says), "{model}: {reason}");
        let events = factory.published("Training Failed", model);
        let [event] = events.as_slice() else { panic!("{model}: {events:?}") };
        assert_eq!(event["data"]["reason"], reason, "{model}");
    }
    assert_eq!(factory.keys("quarantine/").await, Vec::<String>::new(), "the data is good");
    assert_eq!(factory.registry.models().await.expect("models"), []);
    factory.end().await;
}

#[tokio::test]
async fn bad_data_leaves_the_champion_alone() {
    let factory = Factory::start().await;
    let rides = rides(100, Season::Usual, 1);
    factory.train("taxi", "good.csv", rides.csv()).await;
    let run = factory.train("taxi", "bad.csv", "ride_dist,ride_time\n").await;
    assert_eq!(run["outcome"], "rejected");
    assert_eq!(factory.versions("taxi").await.len(), 1);
    assert_eq!(factory.champion("taxi").await, Some(1));
    let answer = factory.http.post("/v2/models/taxi/infer", &rides.slice(0..2).tensors()).await;
    assert_eq!((answer.status.as_u16(), answer.header("x-model-version")), (200, "1"));
    factory.end().await;
}
