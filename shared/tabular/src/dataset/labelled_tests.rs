use super::*;
use crate::dataset::{Kind, Task, csv};
use crate::spec::TaskKind;

fn prepare(text: &str, spec: &Spec) -> Result<Labelled, Rejection> {
    Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), spec)
}

fn rows(count: usize, row: impl Fn(usize) -> String) -> String {
    (0..count).map(|index| row(index) + "\n").collect()
}

fn only_defect(result: Result<Labelled, Rejection>) -> Defect {
    let Rejection(mut defects) = result.unwrap_err();
    assert_eq!(defects.len(), 1, "{defects:?}");
    defects.remove(0)
}

#[test]
fn target_and_task_are_inferred_and_noted() {
    let text = "y,a,b\n".to_owned() + &rows(40, |row| format!("{},{row}.5,{}", row % 2, row % 3));
    let data = prepare(&text, &Spec::default()).unwrap();
    assert_eq!(data.schema.target.as_deref(), Some("y"));
    assert_eq!(data.schema.task, Task::Classification { classes: vec!["0".into(), "1".into()] });
    assert_eq!(data.notes.len(), 2, "{:?}", data.notes);
    let text = "a,b\n".to_owned() + &rows(40, |row| format!("{row},{row}.5"));
    let data = prepare(&text, &Spec::default()).unwrap();
    assert_eq!((data.schema.target.as_deref(), data.schema.task), (Some("b"), Task::Regression));
}

#[test]
fn what_identifies_rows_is_not_taken_for_the_target() {
    // As the rides of the book: the identifier comes last.
    let rides = "speed,dist,ride_id\n".to_owned()
        + &rows(40, |row| format!("{row}.1,{row}.5,2021020{row}"));
    let data = prepare(&rides, &Spec::default()).unwrap();
    assert_eq!(data.schema.target.as_deref(), Some("dist"));
    assert!(data.notes[0].starts_with("column `ride_id` identifies rows"), "{:?}", data.notes);
    let own = Spec { id: Some("ride_id".into()), ..Spec::default() };
    let data = prepare(&rides, &own).unwrap();
    assert_eq!(data.schema.target.as_deref(), Some("dist"));
    assert!(data.notes[0].starts_with("target `dist` (inferred"), "{:?}", data.notes);
    let wanted = Spec { target: Some("ride_id".into()), ..Spec::default() };
    assert_eq!(prepare(&rides, &wanted).unwrap().schema.target.as_deref(), Some("ride_id"));

    let counted = "a,b,key\n".to_owned()
        + &rows(40, |row| format!("{row}.1,{row}.5,{}", 1000 + (7 * row + 3) % 40));
    let data = prepare(&counted, &Spec::default()).unwrap();
    assert_eq!(data.schema.target.as_deref(), Some("b"), "a key in any order");
    let named = "a,b,user_id\n".to_owned() + &rows(60, |row| format!("{row}.1,{row}.5,u-{row}"));
    let data = prepare(&named, &Spec::default()).unwrap();
    assert_eq!(data.schema.target.as_deref(), Some("b"), "names of rows");
    let shared = "a,class_id\n".to_owned() + &rows(60, |row| format!("{row}.5,{}", row % 3));
    let data = prepare(&shared, &Spec::default()).unwrap();
    assert_eq!(data.schema.target.as_deref(), Some("class_id"), "it names groups of rows");
    let keys = "id\n".to_owned() + &rows(40, |row| format!("{row}"));
    let defect = only_defect(prepare(&keys, &Spec::default()));
    assert_eq!(defect.code, "no_target");
    assert!(defect.message.contains("by `target` in model.toml"), "{}", defect.message);
}

#[test]
fn a_lone_series_is_told_that_it_can_be_forecast() {
    let days = "day,demand\n".to_owned()
        + &rows(40, |row| format!("2021-{:02}-{:02},{}.5", 1 + row / 28, 1 + row % 28, row % 9));
    let data = prepare(&days, &Spec::default()).unwrap();
    assert_eq!(
        (data.schema.target.as_deref(), data.schema.task),
        (Some("demand"), Task::Regression)
    );
    let hint = "`task = \"forecasting\"` in model.toml forecasts `demand`";
    assert!(data.notes.iter().any(|note| note.ends_with(hint)), "{:?}", data.notes);
    let spec = Spec { task: Some(TaskKind::Regression), ..Spec::default() };
    let data = prepare(&days, &spec).unwrap();
    assert!(!data.notes.iter().any(|note| note.ends_with(hint)), "{:?}", data.notes);
}

#[test]
fn clusters_and_anomalies_need_no_target() {
    let text = "a,b,y\n".to_owned() + &rows(40, |row| format!("{row},{row}.5,{}", row % 7));
    let spec = Spec::parse(b"task = 'clustering'").unwrap();
    let data = prepare(&text, &spec).unwrap();
    assert_eq!((&data.schema.target, &data.schema.task), (&None, &Task::Clustering));
    assert_eq!(data.target, Target::Absent { rows: 40 });
    assert_eq!(data.schema.inputs.len(), 3);
    assert_eq!(data.select(&[1, 39]).rows(), 2);
    let spec = Spec::parse(b"task = 'anomaly'").unwrap();
    let data = prepare(&text, &spec).unwrap();
    // A column called `y` may be a coordinate.
    assert_eq!((&data.schema.target, &data.schema.task), (&None, &Task::Anomaly));
    let few = "a,b\n".to_owned() + &rows(19, |row| format!("{row},{row}.5"));
    assert_eq!(only_defect(prepare(&few, &spec)).code, "too_few_rows");
}

#[test]
fn the_second_of_two_classes_is_that_of_the_anomalies() {
    let with = |labels: [&str; 2]| {
        let row = |row: usize| format!("{row}.5,{}", labels[usize::from(row % 10 == 3)]);
        "a,label\n".to_owned() + &rows(40, row)
    };
    let spec = Spec::parse(b"task = 'anomaly'").unwrap();
    for labels in [["0", "1"], ["1", "-1"], ["false", "true"]] {
        let data = prepare(&with(labels), &spec).unwrap();
        assert_eq!(data.schema.target.as_deref(), Some("label"));
        let Target::Classes { classes, labels: found } = data.target else { panic!("classes") };
        assert_eq!(*classes, labels.map(str::to_owned));
        assert_eq!(found.iter().sum::<usize>(), 4);
        assert_eq!(found[3], 1);
    }
    let text = "a,label\n".to_owned() + &rows(40, |row| format!("{row}.5,{}", row % 3));
    assert_eq!(only_defect(prepare(&text, &spec)).code, "not_two_classes");
}

#[test]
fn numeric_classes_are_sorted_as_numbers() {
    let text = "x,label\n".to_owned() + &rows(110, |row| format!("{row}.1,{}", row % 11));
    let data = prepare(&text, &Spec::default()).unwrap();
    assert_eq!(data.schema.task.classes().last().unwrap(), "10");
}

#[test]
fn an_unknown_target_names_the_nearest_column() {
    let text = "a,ride_time\n".to_owned() + &rows(30, |row| format!("{row},{row}.5"));
    let spec = Spec { target: Some("ride_tyme".into()), ..Spec::default() };
    let defect = only_defect(prepare(&text, &spec));
    assert_eq!(defect.code, "unknown_target");
    assert!(defect.message.ends_with("the nearest is `ride_time`"), "{}", defect.message);
}

#[test]
fn one_class_only_and_rare_classes_are_refused() {
    let text = "x,target\n".to_owned() + &rows(30, |row| format!("{row},yes"));
    let defect = only_defect(prepare(&text, &Spec::default()));
    assert_eq!((defect.code.as_str(), defect.column.as_deref()), ("one_class", Some("target")));
    let text = "x,target\n".to_owned()
        + &rows(30, |row| format!("{row},{}", if row == 3 { "odd" } else { ["a", "b"][row % 2] }));
    assert_eq!(only_defect(prepare(&text, &Spec::default())).code, "rare_class");
}

#[test]
fn an_all_missing_column_is_refused_unless_it_is_ignored() {
    let text = "x,gone,target\n".to_owned() + &rows(30, |row| format!("{row}.5,,{row}.25"));
    let defect = only_defect(prepare(&text, &Spec::default()));
    assert_eq!((defect.code.as_str(), defect.column.as_deref()), ("all_missing", Some("gone")));
    let spec = Spec { ignore: vec!["gone".into()], ..Spec::default() };
    assert_eq!(prepare(&text, &spec).unwrap().schema.inputs.len(), 1);
}

#[test]
fn texts_in_the_target_of_a_regression_are_located() {
    let text = "x,target\n".to_owned() + &rows(30, |row| format!("{row},t{}", row % 3));
    let spec = Spec { task: Some(TaskKind::Regression), ..Spec::default() };
    let defect = only_defect(prepare(&text, &spec));
    assert_eq!((defect.code.as_str(), defect.row), ("target_not_numeric", Some(1)));
}

#[test]
fn identifiers_free_text_and_constants_are_left_out_with_a_note() {
    let text = "ride_id,name,same,x,target\n".to_owned()
        + &rows(120, |row| format!("{},n{row},1,{row}.5,{row}.25", 1000 + row));
    let data = prepare(&text, &Spec::default()).unwrap();
    assert_eq!(data.schema.inputs.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["x"]);
    assert_eq!(data.notes.iter().filter(|note| note.contains("left out")).count(), 3);
    let told = "column `ride_id` is left out: it numbers the rows \
                (`columns.ride_id.kind = \"number\"` keeps it)";
    assert!(data.notes.iter().any(|note| note == told), "{:?}", data.notes);
}

#[test]
fn many_constant_columns_are_one_note() {
    let note = |constants: usize| {
        let names: String = (0..constants).map(|column| format!("same{column},")).collect();
        let values: String = (0..constants).map(|column| format!("{},", column % 2)).collect();
        let text =
            format!("{names}x,target\n") + &rows(30, |row| format!("{values}{row}.5,{row}.25"));
        let mut notes = prepare(&text, &Spec::default()).unwrap().notes;
        notes.retain(|note| note.contains("left out"));
        assert_eq!(notes.len(), 1, "{notes:?}");
        notes.remove(0)
    };
    assert_eq!(note(1), "column `same0` is left out: every value is 0");
    let told = "3 columns are left out, as each holds a single value: `same0`, `same1`, `same2`";
    assert_eq!(note(3), told);
    let told = "389 columns are left out, as each holds a single value: \
                `same0`, `same1`, `same2`, `same3`, `same4` and 384 more";
    assert_eq!(note(389), told);
}

#[test]
fn a_column_whose_type_the_spec_says_is_no_identifier() {
    let text = "ride_id,name,same,x,target\n".to_owned()
        + &rows(120, |row| format!("{},n{row},1,{row}.5,{row}.25", 1000 + row));
    let spec = "columns.ride_id.kind = 'number'\ncolumns.name.kind = 'category'\n\
                columns.same.kind = 'number'";
    let data = prepare(&text, &Spec::parse(spec.as_bytes()).unwrap()).unwrap();
    let inputs: Vec<&str> = data.schema.inputs.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(inputs, ["ride_id", "name", "x"]);
}

#[test]
fn too_few_labelled_rows_are_refused_and_unlabelled_ones_dropped() {
    let text = "x,target\n".to_owned()
        + &rows(40, |row| format!("{row},{}", if row < 25 { "" } else { "1.5" }));
    assert_eq!(only_defect(prepare(&text, &Spec::default())).code, "too_few_rows");
    let text = "x,target\n".to_owned()
        + &rows(40, |row| {
            format!("{row},{}", if row < 5 { String::new() } else { format!("{row}.5") })
        });
    let data = prepare(&text, &Spec::default()).unwrap();
    assert_eq!(data.rows(), 35);
    assert!(data.notes.iter().any(|note| note.starts_with("5 rows without a value")));
}

#[test]
fn the_content_hash_ignores_how_the_data_was_written() {
    let comma = "a,target\n".to_owned() + &rows(30, |row| format!("{row},{row}.50"));
    let semicolon = "a;target\r\n".to_owned() + &rows(30, |row| format!("{row};\"{row}.5\"\r"));
    let hash = |text: &str| prepare(text, &Spec::default()).unwrap().content_hash();
    assert_eq!(hash(&comma), hash(&semicolon));
    let other = "a,target\n".to_owned() + &rows(30, |row| format!("{row},{row}.51"));
    assert_ne!(hash(&comma), hash(&other));
}

#[test]
fn levels_of_rows_without_a_target_do_not_count() {
    let text = "c,y\n".to_owned()
        + &rows(60, |row| format!("unused{row},"))
        + &rows(60, |row| format!("{},{}.5", ["a", "b"][row % 2], row));
    let data = prepare(&text, &Spec::default()).unwrap();
    assert!(data.schema.input("c").is_some(), "{:?}", data.notes);
}

#[test]
fn every_column_without_a_value_is_a_defect_but_few_are_listed() {
    let header: String = (0..200).map(|column| format!("x{column},")).collect();
    let text = header + "y\n" + &rows(30, |row| ",".repeat(200) + &format!("{row}.5"));
    let Rejection(defects) = prepare(&text, &Spec::default()).unwrap_err();
    assert_eq!(defects.len(), crate::dataset::defect::LISTED);
}

fn with_roles() -> Spec {
    Spec {
        id: Some("ride".into()),
        group: Some("driver".into()),
        time: Some("at".into()),
        ..Spec::default()
    }
}

fn rides(count: usize) -> String {
    "ride,driver,at,x,target\n".to_owned()
        + &rows(count, |row| {
            let driver = if row == 7 { String::new() } else { format!("d{}", row % 4) };
            let at = if row == 3 { String::new() } else { format!("2021-02-{:02}", 1 + row % 28) };
            format!("r{row},{driver},{at},{row}.5,{row}.25")
        })
}

#[test]
fn id_and_group_are_no_inputs_and_rows_know_their_group_and_time() {
    let data = prepare(&rides(40), &with_roles()).unwrap();
    let inputs: Vec<&str> = data.schema.inputs.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(inputs, ["at", "x"]);
    assert!(data.notes.iter().any(|note| note == "1 rows without a time in `at` are left out"));
    let (groups, times) = (data.groups.clone().unwrap(), data.times.clone().unwrap());
    assert_eq!((data.rows(), groups.len(), times.len()), (39, 39, 39));
    // Row 3 is left out, so rows 4 and 8 of the file are 3 and 7 here.
    assert_eq!((groups[0], groups[3]), (groups[7], groups[0]));
    assert_ne!(groups[0], groups[1]);
    let mut distinct = groups.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), 5, "four drivers, and a row without one");
    assert_eq!(times[1] - times[0], 86_400.0);
    let some = data.select(&[38, 0]);
    assert_eq!(some.groups.unwrap(), [groups[38], groups[0]]);
    assert_eq!(some.times.unwrap(), [times[38], times[0]]);
}

#[test]
fn a_group_is_the_same_one_whether_it_is_read_as_number_or_text() {
    let numbers = "g,x,y\n".to_owned() + &rows(30, |row| format!("{},{row}.5,{row}.25", row % 3));
    let spec = Spec { group: Some("g".into()), ..Spec::default() };
    let as_numbers = prepare(&numbers, &spec).unwrap().groups.unwrap();
    let as_texts = prepare(&(numbers + "a,1.5,2.5\na,1.5,3.5\n"), &spec).unwrap().groups.unwrap();
    assert_eq!(as_numbers, as_texts[..30]);
}

#[test]
fn the_split_by_time_or_group_is_part_of_the_content() {
    let plain = prepare(&rides(40), &Spec { ignore: vec!["at".into()], ..with_roles() }).unwrap();
    let later = rides(40).replace("2021-02-09", "2021-03-09");
    let later = prepare(&later, &Spec { ignore: vec!["at".into()], ..with_roles() }).unwrap();
    assert_eq!(plain.row_hashes(), later.row_hashes());
    assert_ne!(plain.content_hash(), later.content_hash());
}

#[test]
fn roles_of_columns_that_cannot_have_them_are_refused() {
    let spec = Spec { group: Some("drivr".into()), ..with_roles() };
    let defect = only_defect(prepare(&rides(40), &spec));
    assert_eq!(defect.code, "unknown_column");
    assert!(defect.message.ends_with("the nearest is `driver`"), "{}", defect.message);
    let spec = Spec { id: Some("target".into()), ..Spec::default() };
    assert_eq!(only_defect(prepare(&rides(40), &spec)).code, "role_of_target");
    let spec = Spec { time: Some("driver".into()), ..Spec::default() };
    let defect = only_defect(prepare(&rides(40), &spec));
    assert_eq!(defect.code, "time_not_a_date");
    assert!(defect.message.starts_with("row 1 of the time column `driver` is `d0`"));
    let undated = "at,x,target\n".to_owned() + &rows(30, |row| format!(",{row}.5,{row}.25"));
    let spec = Spec { time: Some("at".into()), ..Spec::default() };
    assert_eq!(only_defect(prepare(&undated, &spec)).code, "all_missing");
}

#[test]
fn a_regression_says_that_nothing_is_balanced() {
    let text = "x,target\n".to_owned() + &rows(30, |row| format!("{row}.5,{row}.25"));
    let spec = Spec::parse(b"training.balance = 'smote'").unwrap();
    let notes = prepare(&text, &spec).unwrap().notes.join("; ");
    assert!(notes.contains("`training.balance` is smote, and not used"), "{notes}");
}

#[test]
fn what_only_another_spec_would_mend_is_told_from_what_is_wrong_with_the_rows() {
    let text = "at,who,target\n".to_owned()
        + &rows(30, |row| format!("2024-01-0{},p{},{row}", row % 9 + 1, row % 4));
    let is_of_spec = |text: &str, spec: &str| {
        prepare(text, &Spec::parse(spec.as_bytes()).unwrap()).unwrap_err().is_of_spec()
    };
    for spec in ["time = 'who'", "time = 'when'", "target = 'aim'", "id = 'target'"] {
        assert!(is_of_spec(&text, spec), "{spec}");
    }
    assert!(!is_of_spec(&text.replacen("2024-01-01", "soon", 1), "time = 'at'"));
    assert!(!is_of_spec("at,target\n1,2\n", ""));
}

#[test]
fn dates_with_dots_are_dates_and_those_with_strokes_tell_their_order() {
    let row = |row: usize| format!("{0}.8.2018,8/{0}/2018,{row}.25", row % 28 + 1);
    let data = prepare(&("at,on,target\n".to_owned() + &rows(60, row)), &Spec::default()).unwrap();
    let kind = |name: &str| data.schema.input(name).map(|field| field.kind);
    assert_eq!((kind("at"), kind("on")), (Some(Kind::Date), Some(Kind::Date)));
    let notes = data.notes.join("; ");
    assert!(notes.contains("column `on` holds dates with the month first"), "{notes}");
    assert!(!notes.contains("column `at`"), "{notes}");
}

/// Rows of 4 × 4 pixels, of which the first has no ink anywhere.
fn pixels(name: impl Fn(usize) -> String, value: impl Fn(usize, usize) -> String) -> String {
    let names: Vec<String> = (0..16).map(name).collect();
    let row = |row: usize| {
        let values: Vec<String> = (0..16).map(|place| value(row, place)).collect();
        format!("{},{}", values.join(","), row % 2)
    };
    names.join(",") + ",digit\n" + &rows(40, row)
}

fn ink(row: usize, place: usize) -> String {
    (if place == 0 { 0 } else { (row * 7 + place * 5) % 17 }).to_string()
}

const UPRIGHT: &str = "target = 'digit'\n[image]\nside = 4\ndeskew = true";

#[test]
fn all_pixels_of_figures_that_are_set_upright_are_inputs() {
    let text = pixels(|place| format!("p{place}"), ink);
    let spec = Spec::parse(UPRIGHT.as_bytes()).unwrap();
    let data = prepare(&text, &spec).unwrap();
    assert_eq!(data.schema.inputs.len(), 16, "also the one without ink");
    let plain = Spec::parse(b"target = 'digit'\n[image]\nside = 4").unwrap();
    assert_eq!(prepare(&text, &plain).unwrap().schema.inputs.len(), 15);
    let sideless = Spec::parse(b"target = 'digit'\n[image]\ndeskew = true").unwrap();
    let data = prepare(&text, &sideless).unwrap();
    assert_eq!(data.schema.inputs.len(), 15);
    let told = "`image.deskew` is set, and not used";
    assert!(data.notes.iter().any(|note| note.starts_with(told)), "{:?}", data.notes);
}

#[test]
fn what_is_no_ink_of_a_pixel_is_told_by_column() {
    let spec = Spec::parse(UPRIGHT.as_bytes()).unwrap();
    let named = |place: usize| format!("p{place}");
    for (text, says) in [
        (pixels(|place| named(place + 1), ink), "column `p16` is none of them: its name must"),
        (
            pixels(|place| if place == 9 { "pixel_0_3".into() } else { named(place) }, ink),
            "column `pixel_0_3` is the same one as `p3`: rename one of them",
        ),
        (
            pixels(named, |row, place| match place {
                6 => format!("-{row}.5"),
                _ => ink(row, place),
            }),
            "column `p6` holds -0.5: a pixel is 0 without ink",
        ),
        (
            pixels(named, |row, place| match place {
                2 => ["pale", "dark"][row % 2].to_owned(),
                _ => ink(row, place),
            }),
            "column `p2` holds texts, not numbers",
        ),
    ] {
        let defect = only_defect(prepare(&text, &spec));
        assert!(defect.of_spec && defect.code == "no_pixel", "{defect:?}");
        assert!(defect.message.contains(says), "{}", defect.message);
        let set = "`image.deskew` sets figures of 4 × 4 pixels upright, and ";
        assert!(defect.message.starts_with(set), "{}", defect.message);
    }
}
