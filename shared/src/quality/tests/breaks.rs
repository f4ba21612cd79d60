use super::*;

const HEADER: &str = "dist,zone,gears,paid,fare,tip";

/// Rows of three zones, two of which are always known.
fn rides(rows: usize) -> String {
    table(HEADER, rows, ride)
}

fn ride(row: usize) -> String {
    let zone = ["north", "south", "west"][row % 3];
    let (noise, tip) = ((row * 7919) % 101, row * 37 % 89 % 2);
    format!("{}.5,{zone},{},{},{noise}.25,{tip}", row % 50, 1 + row % 5, row.is_multiple_of(4))
}

/// The admission of `rows` by a champion that was trained on 300 rides.
fn judged(header: &str, row: impl Fn(usize) -> String, text: &str) -> Admission {
    let known = baseline(&rides(300), &Spec::default());
    admission(&table(header, 300, row), &spec(text), Some(&known))
}

/// The `column`-th field of a ride, replaced.
fn with(row: usize, column: usize, value: Option<&str>) -> String {
    let ride = ride(row);
    let fields: Vec<&str> = ride.split(',').collect();
    let place = |(at, field): (usize, &&str)| match value {
        Some(value) if at == column => Some(value.to_owned()),
        None if at == column => None,
        _ => Some((*field).to_owned()),
    };
    fields.iter().enumerate().filter_map(place).collect::<Vec<_>>().join(",")
}

/// `value` in the first `count` rows of a column.
fn some(column: usize, value: &'static str, count: usize) -> impl Fn(usize) -> String {
    move |row| if row < count { with(row, column, Some(value)) } else { ride(row) }
}

#[test]
fn rides_like_those_before_are_admitted_without_a_word() {
    let admission = judged(HEADER, |row| ride(row + 17), "");
    assert!(admission.data.is_ok() && admission.warnings.is_empty(), "{:?}", told(&admission));
    assert_eq!(
        serde_json::to_value(admission.violations).unwrap(),
        serde_json::json!({"violations": []})
    );
}

#[test]
fn a_missing_input_is_a_hard_break_unless_the_spec_leaves_it_out() {
    let admission = judged("dist,gears,paid,fare,tip", |row| with(row, 1, None), "");
    assert_eq!(codes(&reasons(&admission)), [("missing_column", "zone")]);
    assert_eq!(
        reasons(&admission)[0].message,
        "column `zone`, an input of the champion, is not in the data set: add it, or list it in \
         `ignore` of model.toml; to accept it, set `enforce = false` under `[constraints]` of \
         model.toml and upload again"
    );
    for text in ["ignore = ['zone']", "[constraints]\nenforce = false"] {
        let admission = judged("dist,gears,paid,fare,tip", |row| with(row, 1, None), text);
        assert!(admission.data.is_ok(), "{text}: {:?}", told(&admission));
    }
}

#[test]
fn without_enforcement_a_hard_break_is_a_warning() {
    let text = "[constraints]\nenforce = false";
    let admission = judged("dist,gears,paid,fare,tip", |row| with(row, 1, None), text);
    assert_eq!(codes(&admission.warnings), [("missing_column", "zone")]);
    assert!(!admission.warnings[0].message.contains("enforce"), "{:?}", told(&admission));
}

#[test]
fn columns_of_other_roles_are_not_missed() {
    let with_roles = "ignore = ['paid']\nid = 'gears'\ngroup = 'zone'";
    let known = baseline(&rides(300), &Spec::default());
    let upload =
        table("dist,fare,tip", 300, |row| format!("{}.5,{}.25,{}", row % 50, row % 9, row % 2));
    let admission = admission(&upload, &spec(with_roles), Some(&known));
    let named = codes(&reasons(&admission)).iter().any(|(code, _)| *code == "missing_column");
    assert!(!named, "{:?}", told(&admission));
}

#[test]
fn a_renamed_column_is_guessed() {
    let admission = judged("dist,zones,gears,paid,fare,tip", ride, "");
    let reasons = reasons(&admission);
    assert!(reasons[0].message.contains("(is it called `zones` now?)"), "{reasons:?}");
    assert_eq!(codes(&admission.warnings), [("extra_column", "zones")]);
}

#[test]
fn a_missing_target_is_named_though_another_is_inferred() {
    let admission = judged("dist,zone,gears,paid,fare", |row| with(row, 5, None), "");
    assert_eq!(codes(&reasons(&admission)), [("missing_column", "tip")]);
    let admission = judged("dist,zone,gears,paid,fare", |row| with(row, 5, None), "target = 'tip'");
    assert_eq!(codes(&reasons(&admission)), [("unknown_target", "tip")]);
}

#[test]
fn a_new_column_is_noted() {
    let header = "wind,dist,zone,gears,paid,fare,tip";
    let admission = judged(header, |row| format!("{}.75,{}", row % 13, ride(row)), "");
    assert!(admission.data.is_ok(), "{:?}", told(&admission));
    assert_eq!(codes(&admission.warnings), [("extra_column", "wind")]);
}

#[test]
fn another_target_is_refused_unless_the_spec_names_it() {
    let header = "dist,zone,gears,paid,tip,fare";
    let row = |row| {
        let ride = ride(row);
        let fields: Vec<&str> = ride.split(',').collect();
        [&fields[..4], &[fields[5], fields[4]]].concat().join(",")
    };
    let admission = judged(header, row, "");
    assert_eq!(codes(&reasons(&admission)), [("target_change", "fare")]);
    assert!(
        reasons(&admission)[0].message.contains("`target = \"tip\"`"),
        "{:?}",
        told(&admission)
    );
    assert!(judged(header, row, "target = 'tip'").data.is_ok());
    let on_purpose = judged(header, row, "target = 'fare'");
    assert!(on_purpose.data.is_ok(), "{:?}", told(&on_purpose));
}

#[test]
fn another_task_is_refused_unless_the_spec_names_it() {
    let row = |row: usize| with(row, 5, Some(&format!("{}.5", row % 90)));
    let admission = judged(HEADER, row, "");
    assert_eq!(codes(&reasons(&admission)), [("task_change", "tip")]);
    assert!(judged(HEADER, row, "task = 'regression'").data.is_ok());
}

#[test]
fn new_classes_are_noted_and_many_rows_of_them_refused() {
    let few = judged(HEADER, some(5, "2", 60), "");
    assert!(few.data.is_ok(), "{:?}", told(&few));
    assert_eq!(codes(&few.warnings), [("domain", "tip")]);
    let many = judged(HEADER, some(5, "2", 61), "");
    assert_eq!(codes(&reasons(&many)), [("domain", "tip")]);
    let gone = judged(HEADER, |row| with(row, 5, Some(["1", "2"][row * 37 % 89 % 2])), "");
    assert_eq!(codes(&gone.warnings), [("class_gone", "tip")]);
    assert_eq!(codes(&reasons(&gone)), [("domain", "tip")]);
}

#[test]
fn texts_for_numbers_and_numbers_for_texts_are_hard_breaks() {
    let words = judged(HEADER, |row| with(row, 0, Some(["near", "far"][row % 2])), "");
    assert_eq!(codes(&reasons(&words)), [("type_change", "dist")]);
    assert!(
        reasons(&words)[0].message.starts_with(
            "column `dist` holds texts where the champion was trained on numbers: correct it, or \
             name its `kind` under `[columns.dist]`"
        ),
        "{:?}",
        told(&words)
    );
    let numbers = judged(HEADER, |row| with(row, 1, Some(["1", "2"][row % 2])), "");
    assert_eq!(codes(&reasons(&numbers)), [("type_change", "zone")]);
    let said = judged(
        HEADER,
        |row| with(row, 1, Some(["1", "2"][row % 2])),
        "columns.zone.kind = 'number'",
    );
    assert!(said.data.is_ok(), "{:?}", told(&said));
}

#[test]
fn fractions_for_whole_numbers_are_noted_and_the_reverse_is_nothing() {
    let fractions = judged(HEADER, |row| with(row, 2, Some(["1.5", "2"][row % 2])), "");
    assert!(fractions.data.is_ok(), "{:?}", told(&fractions));
    assert_eq!(codes(&fractions.warnings), [("type_change", "gears")]);
    let whole = judged(HEADER, |row| with(row, 0, Some(&(row % 50).max(1).to_string())), "");
    assert!(whole.data.is_ok() && whole.warnings.is_empty(), "{:?}", told(&whole));
    let flags = judged(HEADER, |row| with(row, 3, Some(["0", "1"][row % 2])), "");
    assert!(flags.data.is_ok(), "{:?}", told(&flags));
    assert_eq!(codes(&flags.warnings), [("type_change", "paid")]);
}

#[test]
fn completeness_may_fall_by_the_threshold() {
    for (missing, warned, refused) in
        [(15, false, false), (16, true, false), (60, true, false), (61, false, true)]
    {
        let admission = judged(HEADER, some(0, "", missing), "");
        assert_eq!(codes(&admission.warnings) == [("completeness", "dist")], warned, "{missing}");
        assert_eq!(codes(&reasons(&admission)) == [("completeness", "dist")], refused, "{missing}");
    }
    let own = "[constraints.columns.dist]\ncompleteness = 0.5";
    assert_eq!(codes(&judged(HEADER, some(0, "", 61), own).warnings), [("completeness", "dist")]);
    let strict = "[constraints]\ncompleteness = 0.0";
    assert_eq!(reasons(&judged(HEADER, some(0, "", 1), strict)).len(), 1);
}

#[test]
fn a_column_without_any_value_is_refused_once() {
    let admission = judged(HEADER, some(0, "", 300), "");
    assert_eq!(codes(&reasons(&admission)), [("all_missing", "dist")]);
    let violations = serde_json::to_value(admission.violations).unwrap();
    assert_eq!(violations["violations"][0]["constraint_check_type"], "completeness_check");
}

#[test]
fn unknown_texts_are_counted_against_the_threshold() {
    for (unknown, warned, refused) in
        [(15, false, false), (16, true, false), (60, true, false), (61, false, true)]
    {
        let admission = judged(HEADER, some(1, "east", unknown), "");
        assert_eq!(codes(&admission.warnings) == [("domain", "zone")], warned, "{unknown}");
        assert_eq!(codes(&reasons(&admission)) == [("domain", "zone")], refused, "{unknown}");
    }
    let message = &judged(HEADER, some(1, "east", 61), "").data.unwrap_err().0[0].message;
    assert!(
        message.starts_with(
            "20.3 % of column `zone` are texts that the champion does not know (`east`) where \
             0.0 % are to be expected"
        ),
        "{message}"
    );
}

#[test]
fn texts_that_chance_leaves_unknown_do_not_count() {
    // One in four of the champion's values was seen once.
    let text = |offset: usize| {
        table("who,x,y", 200, move |row| {
            let who =
                if row.is_multiple_of(4) { format!("w{}", row + offset) } else { "regular".into() };
            format!("{who},{row}.5,{}", row / 2 % 2)
        })
    };
    let known = baseline(&text(0), &Spec::default());
    let admission = admission(&text(1_000), &Spec::default(), Some(&known));
    assert!(admission.data.is_ok() && admission.warnings.is_empty(), "{:?}", told(&admission));
}

#[test]
fn texts_that_name_rows_in_place_of_groups_are_refused() {
    let admission = judged(HEADER, |row| with(row, 1, Some(&format!("{row}x"))), "");
    assert_eq!(codes(&reasons(&admission)), [("domain", "zone")]);
}

#[test]
fn numbers_out_of_range_and_new_negatives_are_soft() {
    for (outside, warned) in [(15, false), (16, true), (300, true)] {
        let row = |row: usize| match row < outside {
            true => with(row, 0, Some(&format!("{}.5", 100 + row))),
            false => ride(row),
        };
        let admission = judged(HEADER, row, "");
        assert!(admission.data.is_ok(), "{:?}", told(&admission));
        assert_eq!(codes(&admission.warnings) == [("range", "dist")], warned, "{outside}");
    }
    let admission = judged(HEADER, some(0, "-1.5", 1), "");
    assert_eq!(codes(&admission.warnings), [("negative", "dist")]);
    assert!(admission.data.is_ok());
}

#[test]
fn an_input_that_became_constant_is_noted() {
    let admission = judged(HEADER, some(2, "3", 300), "");
    assert!(admission.data.is_ok(), "{:?}", told(&admission));
    assert_eq!(codes(&admission.warnings), [("left_out", "gears")]);
}

#[test]
fn time_may_go_on() {
    let text = |first: usize| {
        table("at,x,y", 100, move |row| format!("{},{}.5,{}", first + row, row % 23, row % 2))
    };
    let spec = spec("time = 'at'");
    let known = baseline(&text(1_000), &spec);
    let later = admission(&text(5_000), &spec, Some(&known));
    assert!(later.data.is_ok() && later.warnings.is_empty(), "{:?}", told(&later));
    let timeless = admission(&text(5_000), &Spec::default(), Some(&known));
    assert_eq!(codes(&timeless.warnings), [("range", "at")]);
}

#[test]
fn what_the_spec_derives_is_not_missed() {
    let spec = spec("[derived]\nspeed = 'dist / gears'");
    let data = Labelled::from_raw(csv::read(rides(300).as_bytes()).unwrap(), &Spec::default());
    let mut schema = data.unwrap().schema;
    schema.inputs[0].name = "speed".to_owned();
    let known = Baseline::new(schema, Profile::default(), &spec);
    let admission = admission(&rides(300), &spec, Some(&known));
    assert!(admission.data.is_ok(), "{:?}", told(&admission));
}

#[test]
fn repeated_rows_are_noted_also_without_a_champion() {
    let text = |repeats: usize| {
        table("x,y", 400, move |row| {
            let row = if row < repeats { 399 } else { row };
            format!("{row}.5,{}", (row * 7919) % 101 % 2)
        })
    };
    let first = |repeats| admission(&text(repeats), &Spec::default(), None);
    assert!(first(20).warnings.is_empty());
    let many = first(21);
    assert_eq!(codes(&many.warnings), [("duplicate_rows", "")]);
    assert!(many.warnings[0].message.starts_with("21 rows (5.2 %) repeat an earlier one"));
    assert!(many.data.is_ok() && many.violations.is_none());
}

#[test]
fn every_break_is_named_at_once_and_as_model_monitor_names_it() {
    let header = "wind,dist,gears,paid,fare,tip";
    let row = |row: usize| {
        let dist = if row < 70 { "" } else { "3.5" };
        format!(
            "{}.5,{dist},{},{},-{}.25,{}",
            row % 9,
            ["a", "b"][row % 2],
            row.is_multiple_of(3),
            row % 90,
            row % 2
        )
    };
    let admission = judged(header, row, "");
    assert_eq!(
        codes(&reasons(&admission)),
        [("missing_column", "zone"), ("type_change", "gears"), ("completeness", "dist")]
    );
    let checks: Vec<(String, String)> =
        serde_json::to_value(admission.violations).unwrap()["violations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|violation| {
                let text = |key: &str| violation[key].as_str().unwrap().to_owned();
                assert!(!text("description").is_empty());
                (text("feature_name"), text("constraint_check_type"))
            })
            .collect();
    let of = |column: &str| {
        let found = checks.iter().filter(|(name, _)| name == column);
        found.map(|(_, check)| check.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(of("zone"), ["missing_column_check"]);
    assert_eq!(of("gears"), ["data_type_check"]);
    assert_eq!(of("dist"), ["completeness_check"]);
    assert_eq!(of("wind"), ["extra_column_check"]);
    assert_eq!(of("fare"), ["baseline_drift_check", "baseline_drift_check"]);
}
