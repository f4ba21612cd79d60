use std::fmt::Write;

use super::*;
use crate::dataset::csv;
use crate::name::Version;
use crate::spec::LearnerKind;
use crate::training::{Champion, TrainingContext, train};

/// Rows of two classes; the names are as unkind as a file may make them.
fn classes() -> String {
    let mut text = String::from("<script>alert(1)</script>,kind,empty,bought\n");
    for row in 0_u32..300 {
        let x = row * 7919 % 101;
        let kind = ["\"a\" & b", "b<c", "d"][(row % 3) as usize];
        let empty = if row % 3 == 0 { "1.5" } else { "" };
        let bought = if x + row % 40 > 70 { "yes" } else { "no" };
        writeln!(text, "{x},\"{}\",{empty},{bought}", kind.replace('"', "\"\"")).unwrap();
    }
    text
}

fn numbers() -> String {
    let mut text = String::from("dist,zone,ride_time\n");
    for row in 0_u32..300 {
        let dist = f64::from(row * 7919 % 1009) / 50.0;
        let noise = f64::from(row * 31 % 101) / 50.0;
        writeln!(text, "{dist},{},{}", ["a", "b"][(row % 2) as usize], dist * 3.0 + noise).unwrap();
    }
    text
}

/// A search that is over at once.
fn spec() -> Spec {
    let mut spec = Spec::default();
    spec.training.learners = vec![LearnerKind::Boosting, LearnerKind::Linear];
    spec.training.trials = Some(4);
    spec
}

fn card(text: &str, spec: &Spec, champion: Option<&Champion>) -> (String, Trained) {
    let model: ModelName = "taxi".parse().unwrap();
    let data = Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), spec).unwrap();
    let trained = train(&model, &data, spec, champion, &TrainingContext::default()).unwrap();
    let input = CardInput {
        model: &model,
        run: "0123-run",
        dataset: Some("datasets/taxi/rides.csv"),
        created_at: Timestamp::UNIX_EPOCH,
        data: &data,
        spec,
        trained: &trained,
    };
    let page = html(&input);
    assert_eq!(page, html(&input));
    (page, trained)
}

#[test]
fn a_card_of_a_classification_stands_alone_and_tells_everything() {
    let mut spec = spec();
    spec.training.metric = Some("f1".into());
    let (page, trained) = card(&classes(), &spec, None);
    assert!(page.len() < 300_000, "{} bytes", page.len());
    for external in ["<script", "http://", "https://", "<link", "@import", "url("] {
        assert!(!page.contains(external), "{external}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    for part in [
        "ROC curve",
        "Precision and recall",
        "Calibration",
        "Confusion matrix",
        "0123-run",
        "What it looks at",
        "What competed",
        "Where it ends",
        "datasets/taxi/rides.csv",
        "Promoted to champion",
        "The first version of the model",
        "Inputs that are often missing",
        "Decision threshold",
        "1970-01-01 00:00:00 UTC",
        "&quot;metric&quot;: &quot;f1&quot;",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(page.contains(&trained.sha256) && page.contains(&trained.data_hash));
    let f1 = format!("{:.4}", trained.metrics[&trained.metric]);
    assert!(page.contains(&f1), "{f1}");
    let interval = trained.assessment.intervals[&trained.metric];
    assert!(page.contains(&format!("{:.4} – {:.4}", interval.low, interval.high)));
}

#[test]
fn a_card_of_a_regression_shows_errors_coverage_and_the_champion() {
    let spec = spec();
    let (_, first) = card(&numbers(), &spec, None);
    let artifact = crate::artifact::Artifact::open(&first.artifact, &first.sha256).unwrap();
    let champion = Champion {
        version: Version::FIRST,
        predictor: artifact.predictor().unwrap(),
        candidate: None,
    };
    let (page, _) = card(&numbers(), &spec, Some(&champion));
    for part in [
        "Predicted and actual",
        "Errors along the prediction",
        "Coverage of the intervals",
        "Champion (v1)",
        "Not promoted",
        "predicted ride_time",
        "&quot;trials&quot;: 4",
        "RMSE",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("Confusion matrix") && !page.contains("NaN"));
    assert!(page.len() < 300_000, "{} bytes", page.len());
}
