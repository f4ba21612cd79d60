use crate::dataset::Kind;
use crate::dataset::read::tests::{defects, numbers, table, texts};
use crate::spec::Spec;

#[test]
fn columns_stand_in_the_order_of_their_first_appearance() {
    let text =
        b"{\"b\": 1, \"a\": \"x\"}\n\n{\"c\": true, \"a\": null}\n{\"a\": \"\", \"b\": 2.5}\n";
    let raw = table("a.jsonl", text);
    let names: Vec<&str> = raw.table.columns().iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["b", "a", "c"]);
    assert_eq!(raw.kinds, [Kind::Fractional, Kind::Category, Kind::Boolean]);
    let (b, c) = (numbers(&raw, "b"), numbers(&raw, "c"));
    assert!(b[0] == 1.0 && b[1].is_nan() && b[2] == 2.5, "{b:?}");
    assert!(c[0].is_nan() && c[1] == 1.0 && c[2].is_nan(), "{c:?}");
    assert_eq!(texts(&raw, "a"), [Some("x"), None, None]);
}

#[test]
fn texts_are_texts_and_dates_are_recognised() {
    let text = b"{\"n\": \"1\", \"at\": \"1970-01-02\", \"mixed\": 1}\n\
                 {\"n\": \"02\", \"at\": \"1970-01-03\", \"mixed\": \"one\"}\n";
    let raw = table("a.jsonl", text);
    assert_eq!(raw.kinds, [Kind::Category, Kind::Date, Kind::Category]);
    assert_eq!(texts(&raw, "n"), [Some("1"), Some("02")]);
    assert_eq!(numbers(&raw, "at"), [86_400.0, 172_800.0]);
    assert_eq!(texts(&raw, "mixed"), [Some("1"), Some("one")]);
}

#[test]
fn nan_as_python_writes_it_is_missing_and_infinity_is_a_defect() {
    let raw =
        table("a.jsonl", b"{\"x\": 1.5, \"s\": \"NaN, Infinity\"}\n{\"x\": NaN, \"s\": \"b\"}\n");
    let x = numbers(&raw, "x");
    assert!(x[0] == 1.5 && x[1].is_nan(), "{x:?}");
    assert_eq!(texts(&raw, "s"), [Some("NaN, Infinity"), Some("b")]);
    let infinite = b"{\"x\": 1}\n{\"x\": -Infinity}\n";
    let found = &defects("a.jsonl", infinite, &Spec::default())[0];
    assert_eq!((found.code.as_str(), found.row), ("infinite_number", Some(2)));
    assert!(
        found
            .message
            .starts_with("row 2 (line 2) has -Infinity at character 7, which is no number"),
        "{}",
        found.message
    );
}

#[test]
fn a_text_among_numbers_is_a_defect() {
    let line = |row: usize| match row {
        17 => "{\"x\": \"many\"}\n".to_owned(),
        _ => format!("{{\"x\": {row}}}\n"),
    };
    let text: String = (1..=40).map(line).collect();
    let found = &defects("a.jsonl", text.as_bytes(), &Spec::default())[0];
    assert_eq!((found.code.as_str(), found.row), ("not_a_number", Some(17)));
}

#[test]
fn lines_that_are_no_flat_objects_are_named() {
    let text =
        b"{\"a\": 1}\n[1]\n{\"a\": {\"b\": [1]}}\n{\"a\": 1, \"a\": 2}\n{\"a\": \n{\"a\": 1} 2\n";
    let found = defects("a.jsonl", text, &Spec::default());
    let codes: Vec<(&str, Option<u64>)> =
        found.iter().map(|defect| (defect.code.as_str(), defect.row)).collect();
    assert_eq!(
        codes,
        [
            ("not_an_object", Some(2)),
            ("nested_value", Some(3)),
            ("duplicate_column", Some(4)),
            ("not_an_object", Some(5)),
            ("not_an_object", Some(6)),
        ]
    );
    assert!(found[1].message.starts_with("row 3 (line 3), key `a`: the value is a list or"));
    assert!(
        found[0].message.starts_with("row 2 (line 2) is no JSON object"),
        "{}",
        found[0].message
    );
    let list = b"[{\"a\": 1},\n{\"a\": 2}]";
    let array = &defects("a.json", list, &Spec::default())[0];
    assert_eq!(array.code, "json_array");
    assert!(array.message.contains("each of its objects on a line of its own"), "{array:?}");
}
