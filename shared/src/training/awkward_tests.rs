use super::tests::train;
use super::*;
use crate::artifact::Artifact;
use crate::dataset::csv;
use crate::spec::LearnerKind;

/// 20 rows of 60 inputs.
fn wide() -> String {
    let header: String = (0..60).map(|column| format!("x{column},")).collect();
    let rows = (0..20).map(|row| {
        let inputs = (0..60).map(|column| format!("{}.5,", (row * 31 + column * 17) % 101));
        format!("{}{row}.25\n", inputs.collect::<String>())
    });
    format!("{header}y\n{}", rows.collect::<String>())
}

/// Data sets that are small, sparse, extreme or all alike.
fn awkward() -> Vec<(&'static str, String)> {
    let csv = |header: &str, rows: u32, row: &dyn Fn(u32) -> String| {
        format!("{header}\n{}", (0..rows).map(|n| row(n) + "\n").collect::<String>())
    };
    let word = |n: u32| ["a", "b", "c"][(n % 3) as usize];
    vec![
        (
            "a class of two rows",
            csv("x,y", 40, &|n| format!("{n}.5,{}", if n < 2 { "rare" } else { word(n) })),
        ),
        ("ten classes of two rows", csv("x,y", 20, &|n| format!("{n}.5,class{}", n / 2))),
        (
            "values near the largest number",
            csv("x,y", 40, &|n| format!("{}1.5e308,{n}.5", if n % 2 == 0 { "" } else { "-" })),
        ),
        (
            "classes by values near the largest number",
            csv("x,y", 40, &|n| {
                format!("{}1.5e308,{}", if n % 2 == 0 { "" } else { "-" }, word(n))
            }),
        ),
        (
            "one value in a column of texts",
            csv("c,y", 40, &|n| format!("{},{}", if n == 3 { "once" } else { "" }, n % 2)),
        ),
        (
            "one value in a column of numbers",
            csv("x,y", 40, &|n| format!("{},{n}.25", if n == 3 { "7.5" } else { "NA" })),
        ),
        ("more columns than rows", wide()),
        ("two columns that are one", csv("a,b,y", 40, &|n| format!("{n}.5,{n}.5,{n}.25"))),
        (
            "the same row again and again",
            csv("x,z,y", 40, &|n| format!("{},{},{}.5", n % 2, n % 2, n % 2)),
        ),
        ("a target that never changes", csv("x,y", 40, &|n| format!("{n}.5,1.5"))),
        (
            "a column that nearly never changes",
            csv("x,y", 40, &|n| format!("{},{n}.5", u32::from(n == 7))),
        ),
    ]
}

fn trained(name: &str, text: &str) -> (Labelled, Result<Trained, TrainingError>) {
    let raw = csv::read(text.as_bytes()).unwrap();
    let data = Labelled::from_raw(raw, &Spec::default())
        .unwrap_or_else(|rejection| panic!("{name}: {rejection}"));
    let trained = train(&"awkward".parse().unwrap(), &data, &Spec::default(), None);
    (data, trained)
}

#[test]
fn awkward_data_trains_a_model_that_reads_back_and_answers_numbers() {
    for (name, text) in awkward() {
        let (data, trained) = trained(name, &text);
        let trained = trained.unwrap_or_else(|error| panic!("{name}: {error}"));
        let artifact = Artifact::open(&trained.artifact, &trained.sha256).unwrap();
        artifact.profile().unwrap_or_else(|error| panic!("{name}: {error}"));
        let predictor = artifact.predictor().unwrap_or_else(|error| panic!("{name}: {error}"));
        let scores = predictor.predict(&data.inputs).unwrap().scores();
        assert_eq!(scores.len(), data.rows(), "{name}");
        assert!(scores.iter().all(|score| score.is_finite()), "{name}");
    }
}

#[test]
fn numbers_that_no_metric_can_tell_are_an_error_in_words() {
    let text = "x,y\n".to_owned()
        + &(0..40)
            .map(|n| format!("{n}.5,{}1.5e308\n", if n % 2 == 0 { "" } else { "-" }))
            .collect::<String>();
    let (_, huge) = trained("a target near the largest number", &text);
    assert!(matches!(huge, Err(TrainingError::NoCandidate(_))), "{huge:?}");
    let text = "x,y\n".to_owned()
        + &(0..40)
            .map(|n| format!("{n}.5,{}\n", if n < 2 { "rare" } else { "usual" }))
            .collect::<String>();
    let (_, rare) = trained("one row of a class to learn from", &text);
    assert!(matches!(rare, Err(TrainingError::NoCandidate(_))), "{rare:?}");
}

#[test]
fn a_linear_model_has_a_score_where_there_are_more_columns_than_rows() {
    let (_, trained) = trained("more columns than rows", &wide());
    let entries = trained.unwrap().leaderboard.entries;
    let linear =
        entries.iter().filter(|entry| entry.candidate.learner.kind() == LearnerKind::Linear);
    let linear: Vec<State> = linear.map(|entry| entry.state).collect();
    assert!(!linear.is_empty() && !linear.contains(&State::Failed), "{entries:?}");
}
