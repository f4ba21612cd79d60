use std::fmt::Write;

use super::*;
use crate::dataset::{Labelled, csv};
use crate::exchange::import;
use crate::forecasting::Panel;
use crate::learners::Deadline;
use crate::name::Version;
use crate::spec::LearnerKind;
use crate::training::{Champion, Rows, Trained, TrainingContext, adopt, train, train_series};

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

fn origin<'a>(model: &'a ModelName, spec: &'a Spec) -> Origin<'a> {
    Origin {
        model,
        run: "0123-run",
        dataset: Some("datasets/taxi/rides.csv"),
        created_at: Timestamp::UNIX_EPOCH,
        spec,
        code: "0.1.0+0123456789ab",
    }
}

/// That a page needs nothing else, and has all the parts.
fn stands_alone(page: &str, parts: &[&str]) {
    assert!(page.len() < 300_000, "{} bytes", page.len());
    for external in ["<script", "http://", "https://", "<link", "@import", "url("] {
        assert!(!page.contains(external), "{external}");
    }
    assert!(!page.contains("NaN"), "a number is none");
    for part in parts {
        assert!(page.contains(part), "{part}");
    }
}

fn card(text: &str, spec: &Spec, champion: Option<&Champion>) -> (String, Trained) {
    let model: ModelName = "taxi".parse().unwrap();
    let data = Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), spec).unwrap();
    let trained = train(&model, &data, spec, champion, &TrainingContext::default()).unwrap();
    let input = TrainingCard { origin: origin(&model, spec), data: &data, trained: &trained };
    let page = input.html();
    assert_eq!(page, input.html());
    (page, trained)
}

#[test]
fn a_card_of_a_classification_stands_alone_and_tells_everything() {
    let mut spec = spec();
    spec.training.metric = Some("f1".into());
    let (page, trained) = card(&classes(), &spec, None);
    stands_alone(
        &page,
        &[
            "&lt;script&gt;alert(1)&lt;/script&gt;",
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
            "model-factory 0.1.0+0123456789ab",
            "&quot;metric&quot;: &quot;f1&quot;",
        ],
    );
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
    let champion = Champion { candidate: None, ..Champion::of(Version::FIRST, &artifact).unwrap() };
    let (page, _) = card(&numbers(), &spec, Some(&champion));
    stands_alone(
        &page,
        &[
            "Predicted and actual",
            "Errors along the prediction",
            "Coverage of the intervals",
            "Champion (v1)",
            "Not promoted",
            "predicted ride_time",
            "&quot;trials&quot;: 4",
            "RMSE",
        ],
    );
    assert!(!page.contains("Confusion matrix"));
}

/// Daily sales of three shops; of the first a week is missing and a day is there twice, and
/// the last opened a week ago.
fn sales() -> String {
    let mut text = String::from("day,shop,sales\n2024-01-09,a<b,30\n");
    let start: jiff::civil::Date = "2024-01-01".parse().unwrap();
    for day in 0_i32..84 {
        let date = start + jiff::Span::new().days(day);
        let rhythm = [0, 3, 5, 9, 12, 20, 6][(day % 7) as usize];
        for (shop, size) in [("a<b", 40), ("b", 90), ("late", 10)] {
            let closed = shop == "a<b" && (30..37).contains(&day);
            if !closed && (shop != "late" || day > 76) {
                writeln!(text, "{date},{shop},{}", size + rhythm + day * 31 % 7).unwrap();
            }
        }
    }
    text
}

fn series_card(deadline: Deadline, champion: bool) -> String {
    let spec = b"target = 'sales'\n[forecasting]\nseries = ['shop']\nhorizon = 7\n\
                 learners = ['theta', 'ets']\n";
    let (spec, model) = (Spec::parse(spec).unwrap(), "shops".parse().unwrap());
    let asked = spec.forecasts().unwrap();
    let raw = csv::read(sales().as_bytes()).unwrap();
    let panel = Panel::from_raw(raw, &spec, &asked).unwrap();
    let context = TrainingContext { deadline, ..TrainingContext::default() };
    let train =
        |champion| train_series(&model, &panel, &asked, &spec, champion, None, &context).unwrap();
    let first = train(None);
    let artifact = crate::artifact::Artifact::open(&first.artifact, &first.sha256).unwrap();
    let champion = champion.then(|| crate::training::Forecasts {
        version: Version::FIRST,
        data_hash: first.data_hash.clone(),
        forecaster: artifact.forecaster().unwrap(),
    });
    let trained = train(champion.as_ref());
    let origin = origin(&model, &spec);
    let card =
        SeriesCard { origin, asked: &asked, panel: &panel, trained: &trained, continues: true };
    assert_eq!(card.html(), card.html());
    card.html()
}

#[test]
fn a_card_of_series_shows_gaps_learners_backtests_and_coverage() {
    let page = series_card(Deadline::default(), true);
    stands_alone(
        &page,
        &[
            "Forecasts <strong>sales</strong> of 3 series, 7 steps of one day",
            "Champion (v1)",
            "shop a&lt;b, ",
            "p10 to p90",
            "class=\"band s1\"",
            "steps of one day from 2024-03-17",
            "Coverage of the intervals",
            "% of the steps that were held out lie within",
            "What competed",
            "seasonal_naive",
            "<th class=\"n\">RMSE</th><th class=\"n\">MAE</th><th class=\"n\">sMAPE</th>",
            "7<span class=\"quiet\">: steps without a row",
            "1<span class=\"quiet\">: rows of one series and time, their mean counts",
            "2024-01-01 to 2024-03-24",
            "1 of the series are too short for anything to be held out",
            "It knows nothing of what happened after 2024-03-24",
        ],
    );
    assert!(!page.contains("time was over"));
}

#[test]
fn a_card_of_series_without_time_says_so() {
    let page = series_card(Deadline::within(std::time::Duration::ZERO), false);
    stands_alone(
        &page,
        &[
            "No learners were compared in this run",
            "2 of the series have the naive forecast because time was over; another run goes on",
        ],
    );
}

const XGBOOST: &[u8] = include_bytes!("../../learning/tests/golden/exchange/xgb-regression.json");

fn import_card(labelled: Option<&str>) -> String {
    let (spec, model) = (Spec::default(), "taxi".parse().unwrap());
    let rows = labelled.map(|text| {
        let raw = csv::read(text.as_bytes()).unwrap();
        Rows::read(&import(XGBOOST, "xgb.json").unwrap(), raw, &spec).unwrap()
    });
    let imported = import(XGBOOST, "xgb.json").unwrap();
    let adopted = adopt(&model, imported, rows.as_ref(), &spec, None, Deadline::NEVER).unwrap();
    let data = rows.as_ref().map(Rows::own);
    let card = ImportCard { origin: origin(&model, &spec), data, adopted: &adopted };
    assert_eq!(card.html(), card.html());
    card.html()
}

#[test]
fn a_card_of_an_import_tells_what_its_file_and_its_rows_tell() {
    let row = |row: u32| {
        let [a, b, c] = [7, 13, 29].map(|step| f64::from(row * step % 101) / 25.0 - 2.0);
        format!("{a},{b},{c},{}\n", a - b + 0.1 * c)
    };
    let rows = "a,b,c,y\n".to_owned() + &(0..200).map(row).collect::<String>();
    let known = ["XGBoost JSON", "xgboost import", "trained elsewhere", "What its file tells"];
    let page = import_card(Some(&rows));
    stands_alone(&page, &known);
    stands_alone(
        &page,
        &[
            "Predicts the number <strong>y</strong>",
            "Predicted and actual",
            "What it looks at",
            "What it was measured on",
            "Whether it has seen the rows that it is measured on, nobody knows",
        ],
    );
    let page = import_card(None);
    stands_alone(&page, &known);
    stands_alone(&page, &["What it reads", "Nothing was measured", "without data to score it on"]);
    assert!(!page.contains("Rows held out") && !page.contains("What it was measured on"));
}
