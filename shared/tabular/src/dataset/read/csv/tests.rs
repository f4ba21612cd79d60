use super::*;
use crate::dataset::{Categories, Kind, Values};

fn defects(text: &str) -> Vec<(String, Option<u64>, Option<String>)> {
    let Rejection(defects) = read(text.as_bytes()).unwrap_err();
    defects.into_iter().map(|defect| (defect.message, defect.row, defect.column)).collect()
}

fn numbers<'a>(raw: &'a RawTable, name: &str) -> &'a [f64] {
    match raw.table.column(name) {
        Some(Values::Number(values)) => values,
        other => panic!("{name} is {other:?}"),
    }
}

fn texts<'a>(raw: &'a RawTable, name: &str) -> &'a Categories {
    match raw.table.column(name) {
        Some(Values::Category(categories)) => categories,
        other => panic!("{name} is {other:?}"),
    }
}

#[test]
fn types_and_missing_values_are_inferred() {
    let raw = read(b"a,b,c,d,e\n1,1.5,true,x,\n2,,FALSE,\"y, z\",NA\n-3,2e3,,null,7\n").unwrap();
    use Kind::{Boolean, Category, Fractional, Integral};
    assert_eq!(raw.kinds, [Integral, Fractional, Boolean, Category, Integral]);
    assert_eq!(numbers(&raw, "a"), [1.0, 2.0, -3.0]);
    assert_eq!(numbers(&raw, "c")[..2], [1.0, 0.0]);
    assert!(numbers(&raw, "c")[2].is_nan() && numbers(&raw, "b")[1].is_nan());
    assert_eq!(texts(&raw, "d").iter().collect::<Vec<_>>(), [Some("x"), Some("y, z"), None]);
}

#[test]
fn a_column_of_dates_is_one_of_instants() {
    let raw = read(b"t,u\n2018-08-03,2018-08-03\n2018-08-03 05:00:00,\n,soon\n").unwrap();
    assert_eq!(raw.kinds, [Kind::Date, Kind::Category]);
    assert_eq!(numbers(&raw, "t")[..2], [1_533_254_400.0, 1_533_272_400.0]);
    assert!(numbers(&raw, "t")[2].is_nan());
}

#[test]
fn the_delimiter_is_inferred_even_where_commas_are_decimal() {
    let raw = read("\u{feff}x;y\r\n1,5;a\r\n2;b\r\n".as_bytes()).unwrap();
    assert_eq!(raw.notes, ["fields are separated by `;` (inferred)"]);
    assert_eq!(numbers(&raw, "x"), [1.5, 2.0]);
    for (text, expected) in
        [("x\ty\n1\t2\n", '\t'), ("x|y\n1|2\n", '|'), ("x,y\n1;1,2\n3;1,4\n", ',')]
    {
        assert_eq!(
            char::from(Layout::of(text.as_bytes(), true, None).delimiter),
            expected,
            "{text}"
        );
    }
}

#[test]
fn an_empty_object_and_a_bare_header_say_so() {
    for empty in ["", "  \n\n", "\u{feff}"] {
        assert!(defects(empty)[0].0.starts_with("the object is empty"), "{empty:?}");
    }
    assert!(defects("a,b\n")[0].0.starts_with("the object has no data row"));
}

#[test]
fn ragged_rows_are_named_by_row_and_line() {
    let found = defects("a,b\n1,2\n3\n\"4\n5\",6\n7,8,9\n");
    assert_eq!(found.len(), 2);
    assert!(found[0].0.starts_with("row 2 (line 3) has 1 fields where the header has 2"));
    assert_eq!(found[1].1, Some(4));
    assert!(found[1].0.starts_with("row 4 (line 6) has 3 fields"));
}

#[test]
fn duplicate_and_nameless_columns_are_named() {
    let found = defects("a,b,a,\n1,2,3,4\n");
    assert_eq!(found[0].0, "column 4 has no name in the header: give each column a name");
    assert_eq!(found[1].0, "columns 1 and 3 are both called `a`: names must be unique");
    assert_eq!(found[1].2.as_deref(), Some("a"));
}

#[test]
fn bytes_that_are_not_utf8_are_located() {
    let Rejection(found) = read(b"a,b\n1,x\n2,\xff\n").unwrap_err();
    assert_eq!((found[0].code.as_str(), found[0].row), ("not_utf8", Some(2)));
    assert!(found[0].message.contains("line 3"));
}

#[test]
fn a_stray_text_in_a_column_of_numbers_is_a_defect_with_row_and_column() {
    let mut text = String::from("a,b\n");
    for row in 0..40 {
        text += &format!("{row},{}\n", if row == 16 { "inf" } else { "1.5" });
    }
    let found = defects(&text);
    assert_eq!((found.len(), found[0].1, found[0].2.as_deref()), (1, Some(17), Some("b")));
    assert!(found[0].0.starts_with("row 17 (line 18), column `b`: `inf` is not a finite number"));
}

proptest::proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
        let _ = read(&bytes);
    }

    #[test]
    fn numbers_survive_the_round_trip(values in proptest::collection::vec(-1e12_f64..1e12, 1..50)) {
        let mut text = String::from("x,y\n");
        for value in &values {
            text += &format!("{value},{value:e}\n");
        }
        let raw = read(text.as_bytes()).unwrap();
        proptest::prop_assert_eq!(numbers(&raw, "x"), values.as_slice());
        proptest::prop_assert_eq!(numbers(&raw, "y"), values.as_slice());
    }
}

#[test]
fn there_is_one_zero() {
    let raw = read(b"x,y\n-0,1\n0,2\n-0.0,3\n").unwrap();
    assert!(numbers(&raw, "x").iter().all(|zero| zero.is_sign_positive()));
}

#[test]
fn a_file_that_is_no_table_is_rejected_in_a_few_words() {
    let long = "x".repeat(10_000);
    let json = format!("[{}]", format!("{{\"a\":1,\"{long}\":2}},").repeat(200));
    let many = (0..200).map(|n| format!("c{n},c{n},")).collect::<String>() + "y\n1\n";
    for text in [json, many, format!("{long},{long}\n1,2\n")] {
        let Rejection(defects) = read(text.as_bytes()).unwrap_err();
        let size = serde_json::to_vec(&defects).unwrap().len();
        assert!(defects.len() <= LISTED && size < 32_000, "{} of {size} bytes", defects.len());
    }
}

#[test]
fn a_first_row_of_values_with_a_text_among_them_is_no_header() {
    let code = |text: &str| match read(text.as_bytes()) {
        Ok(_) => "a header".to_owned(),
        Err(Rejection(defects)) => format!("{}: {}", defects[0].code, defects[0].message),
    };
    for rows in [
        // Of the text's column, the text is a value again.
        "5,3,setosa\n4,2,setosa\n6,3,virginica\n",
        // No name is like that, and it is of the column's range.
        "5.1,3,setosa-1\n4.9,2,setosa-2\n6.2,3,virginica-1\n",
        "-1,a\n-3,b\n5,c\n",
        // Nor is there a name twice.
        "1,1,setosa\n4,2,setosa\n",
    ] {
        let code = code(rows);
        assert!(code.starts_with("no_header: the first row holds values"), "{rows}: {code}");
    }
    for table in [
        "country,2019,2020\nPeru,32,33\nChile,19,19\n",
        "sample,400.5,401.5\na,0.25,0.5\nb,0.75,0.5\n",
        "label,0,1\nx,7,8\ny,9,9\n",
        "setosa,width\nsetosa,3\nvirginica,4\n",
    ] {
        assert_eq!(code(table), "a header", "{table}");
    }
}
