use proptest::prelude::*;

use super::*;

/// Rows of numbers, whole numbers, texts of a small and of a large domain, and flags,
/// some missing, with a target of three classes, or numbers.
fn data_sets() -> impl Strategy<Value = String> {
    let row = (
        prop_oneof![9 => (-50.0..50.0).prop_map(|x| format!("{x}")), 1 => Just(String::new())],
        (-3..9).prop_map(|x: i32| x.to_string()),
        prop_oneof![6 => "[a-d]", 1 => Just(String::new())],
        "[a-j][a-j]",
        any::<bool>(),
        0..3_usize,
        0.0..1.0,
    );
    (prop::collection::vec(row, 40..160), any::<bool>()).prop_map(|(rows, classes)| {
        let line = |(x, n, c, d, flag, class, value)| match classes {
            true => format!("{x},{n},{c},{d},{flag},{}", ["red", "green", "blue"][class]),
            false => format!("{x},{n},{c},{d},{flag},{value}"),
        };
        let lines: Vec<String> = rows.into_iter().map(line).collect();
        format!("x,n,c,d,flag,target\n{}\n", lines.join("\n"))
    })
}

/// What the champion's constraints can say.
fn of_constraints(defects: &[Defect]) -> Vec<&Defect> {
    let general = ["leakage", "duplicate_rows"];
    defects.iter().filter(|defect| !general.contains(&defect.code.as_str())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_data_set_meets_the_constraints_made_from_itself(text in data_sets()) {
        let spec = Spec::default();
        let raw = csv::read(text.as_bytes()).unwrap();
        // A class of one row is a defect of its own.
        prop_assume!(Labelled::from_raw(raw, &spec).is_ok());
        let admission = admission(&text, &spec, Some(&baseline(&text, &spec)));
        prop_assert!(admission.data.is_ok(), "{:?}", admission.data);
        prop_assert!(of_constraints(&admission.warnings).is_empty(), "{:?}", admission.warnings);
    }

    #[test]
    fn the_strictest_constraints_are_met_by_their_own_data(text in data_sets()) {
        let spec = spec("[constraints]\ncompleteness = 0.0\ndomain = 0.0\nduplicates = 0.0");
        let raw = csv::read(text.as_bytes()).unwrap();
        prop_assume!(Labelled::from_raw(raw, &spec).is_ok());
        let admission = admission(&text, &spec, Some(&baseline(&text, &spec)));
        prop_assert!(admission.data.is_ok(), "{:?}", admission.data);
        prop_assert!(of_constraints(&admission.warnings).is_empty(), "{:?}", admission.warnings);
    }
}
