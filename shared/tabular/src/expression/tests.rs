use proptest::prelude::*;

use super::*;
use crate::dataset::{Categories, Column, Table, Values};

/// Three rows: `x` 1, missing, -4; `y` 2, 3, 0; `city` "Oslo", missing, "rome"; `job title`
/// the same in every row; `when` three instants.
fn table() -> Table {
    let numbers = |name: &str, values: [f64; 3]| Column {
        name: name.into(),
        values: Values::Number(values.to_vec()),
    };
    let texts = |name: &str, values: [Option<&str>; 3]| Column {
        name: name.into(),
        values: Values::Category(Categories::encode(values)),
    };
    Table::new(vec![
        numbers("x", [1.0, f64::NAN, -4.0]),
        numbers("y", [2.0, 3.0, 0.0]),
        texts("city", [Some("Oslo"), None, Some("rome")]),
        texts("job title", [Some("chef"); 3]),
        numbers("when", [0.0, 951_782_400.0, 1_533_272_399.0]),
    ])
    .unwrap()
}

fn evaluate(text: &str) -> Evaluated {
    Expression::parse(text).unwrap().evaluate(&table()).unwrap()
}

/// The values, `None` where missing.
fn numbers(text: &str) -> [Option<f64>; 3] {
    match evaluate(text) {
        Evaluated::Numbers(values) | Evaluated::Truths(values) => {
            [0, 1, 2].map(|row| Some(values[row]).filter(|value| !value.is_nan()))
        }
        texts @ Evaluated::Texts { .. } => panic!("{text} is {texts:?}"),
    }
}

fn texts(text: &str) -> [Option<String>; 3] {
    match evaluate(text) {
        Evaluated::Texts { codes, levels } => {
            [0, 1, 2].map(|row| levels.get(codes[row] as usize).cloned())
        }
        numbers => panic!("{text} is {numbers:?}"),
    }
}

fn complaint(text: &str) -> String {
    match Expression::parse(text) {
        Err(error) => error.to_string(),
        Ok(expression) => expression.evaluate(&table()).unwrap_err().to_string(),
    }
}

#[test]
fn operators_bind_as_in_mathematics() {
    for (text, value) in [
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("7 - 2 - 1", 4.0),
        ("2 ^ 3 ^ 2", 512.0),
        ("-2 ^ 2", -4.0),
        ("2 ^ -1 * 4", 2.0),
        ("7 % 4 / 2", 1.5),
        ("-7 % 4", -3.0),
        ("1 < 2 and 2 < 1 or true", 1.0),
        ("not 1 == 2 and true", 1.0),
        ("1 = 1 AND 2 <> 3 && 1 || false", 1.0),
        ("1 + 2 < 4", 1.0),
        ("1.5e-1 + 2E+1", 20.15),
        ("round(2.5) + round(-0.125, 2)", 2.87),
        ("max(1, 5, 3) - min(4, 2)", 3.0),
        ("sign(-3) + sign(0) + floor(1.7) + ceil(0.2)", 1.0),
        ("log(exp(2)) + log10(100) + sqrt(9) + abs(-1)", 8.0),
    ] {
        let [first, ..] = numbers(text);
        assert!((first.unwrap() - value).abs() < 1e-12, "{text} is {first:?}");
    }
}

#[test]
fn missing_values_propagate_and_logic_has_three_values() {
    let (yes, no) = (Some(1.0), Some(0.0));
    for (text, expected) in [
        ("x / y", [Some(0.5), None, None]),
        ("log(y)", [Some(std::f64::consts::LN_2), Some(3.0_f64.ln()), None]),
        ("x < 0", [no, None, yes]),
        ("x < 0 and y > 5", [no, no, no]),
        ("x < 0 or y > 2", [no, yes, yes]),
        ("not x < 0", [yes, None, no]),
        ("x ^ 0", [yes, None, yes]),
        ("max(x, y)", [Some(2.0), None, Some(0.0)]),
        ("coalesce(x, y)", [Some(1.0), Some(3.0), Some(-4.0)]),
        ("is_missing(x) or is_missing(city)", [no, yes, no]),
        ("if(x < 0, missing, y)", [Some(2.0), None, None]),
        ("missing + 1", [None, None, None]),
    ] {
        assert_eq!(numbers(text), expected, "{text}");
    }
}

#[test]
fn texts_are_compared_changed_and_chosen() {
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(numbers("city == 'Oslo'"), [Some(1.0), None, Some(0.0)]);
    assert_eq!(numbers("\"Paris\" < city"), [Some(0.0), None, Some(1.0)]);
    assert_eq!(numbers("city == `job title`"), [Some(0.0), None, Some(0.0)]);
    assert_eq!(numbers("length([job title])"), [Some(4.0); 3]);
    assert_eq!(numbers("contains(city, 'o')"), [Some(1.0), None, Some(1.0)]);
    assert_eq!(numbers("starts_with(lower(city), 'o')"), [Some(1.0), None, Some(0.0)]);
    assert_eq!(texts("upper(city)"), [some("OSLO"), None, some("ROME")]);
    assert_eq!(texts("coalesce(city, 'it''s')"), [some("Oslo"), some("it's"), some("rome")]);
    let chosen = texts("if(y > 1, `job title`, city)");
    assert_eq!(chosen, [some("chef"), some("chef"), some("rome")]);
    assert_eq!(texts("if(y > 2, missing, city)"), [some("Oslo"), None, some("rome")]);
}

#[test]
fn dates_have_parts() {
    assert_eq!(numbers("year(when)"), [Some(1970.0), Some(2000.0), Some(2018.0)]);
    assert_eq!(numbers("month(when) * 100 + day(when)"), [101.0, 229.0, 803.0].map(Some));
    assert_eq!(numbers("weekday(when)"), [3.0, 1.0, 4.0].map(Some));
    assert_eq!(numbers("day_of_year(when)"), [1.0, 60.0, 215.0].map(Some));
    assert_eq!(numbers("hour(when)"), [0.0, 0.0, 4.0].map(Some));
    assert_eq!(numbers("when >= date('2000-02-29')"), [0.0, 1.0, 1.0].map(Some));
    assert_eq!(numbers("date(city)"), [None; 3]);
}

#[test]
fn errors_say_where_and_what_is_nearest() {
    for (text, message) in [
        ("x + zz", "in `x + zz`, at character 5: there is no column `zz`"),
        (
            "'é' < citi",
            "in `'é' < citi`, at character 7: there is no column `citi`; did you mean `city`?",
        ),
        ("lgo(x)", "in `lgo(x)`, at character 1: there is no function `lgo`; did you mean `log`?"),
        ("1 + city", "in `1 + city`, at character 5: expected a number, found a text"),
        ("lower(x)", "in `lower(x)`, at character 7: expected a text, found a number"),
        ("x == 'a'", "in `x == 'a'`, at character 1: expected a text, found a number"),
        ("if(x, city, y)", "in `if(x, city, y)`, at character 13: expected a text, found a number"),
        ("log(x, y)", "in `log(x, y)`, at character 1: `log` takes 1 argument, not 2"),
        (
            "1 < x < 3",
            "in `1 < x < 3`, at character 7: comparisons cannot be chained: write `a < b and b < c`",
        ),
        ("(x", "in `(x`, at character 3: expected an operator or `)`, found the end"),
        ("x y", "in `x y`, at character 3: expected an operator or the end, found `y`"),
        ("", "in ``, at character 1: expected a value, found the end"),
        ("x + ?", "in `x + ?`, at character 5: `?` has no meaning here"),
        ("1 + 'a", "in `1 + 'a`, at character 5: `'` is not closed"),
        ("2x", "in `2x`, at character 1: `2x` is not a number"),
        ("1e999", "in `1e999`, at character 1: `1e999` is not a number"),
    ] {
        assert_eq!(complaint(text), message);
    }
}

#[test]
fn what_is_too_long_or_too_deep_is_refused() {
    let long = complaint(&"x+".repeat(MAX_LENGTH));
    assert!(long.ends_with("…`, at character 1: it is longer than 2000 bytes"), "{long}");
    for deep in
        ["(".repeat(500), "-".repeat(500), "x+".repeat(500), "x^".repeat(500), "not ".repeat(300)]
    {
        assert!(complaint(&deep).ends_with("it is nested deeper than 100 levels"), "{deep}");
    }
}

#[test]
fn the_rows_of_a_filter_are_those_where_it_is_true() {
    let rows = |text: &str| Expression::parse(text).unwrap().matching(&table());
    assert_eq!(rows("y >= 2"), Ok(vec![0, 1]));
    assert_eq!(rows("x != 1"), Ok(vec![2]));
    assert_eq!(rows("true"), Ok(vec![0, 1, 2]));
    assert!(rows("city").unwrap_err().to_string().ends_with("expected a truth, found a text"));
}

#[test]
fn types_are_checked_over_no_rows() {
    let empty = table().select(&[]);
    let check = |text: &str| Expression::parse(text).unwrap().evaluate(&empty);
    assert_eq!(check("x / y"), Ok(Evaluated::Numbers(vec![])));
    assert_eq!(check("1 == 2"), Ok(Evaluated::Truths(vec![])));
    assert!(check("x / city").is_err());
    assert!(check("if(x > 1, city, 'none')").is_ok());
}

#[test]
fn an_expression_names_its_columns_and_is_stored_as_its_text() {
    let expression = Expression::parse("if([job title] == 'x', x.1 / y, -y)").unwrap();
    assert_eq!(expression.columns().into_iter().collect::<Vec<_>>(), ["job title", "x.1", "y"]);
    let json = serde_json::to_string(&expression).unwrap();
    assert_eq!(serde_json::from_str::<Expression>(&json).unwrap(), expression);
    assert!(serde_json::from_str::<Expression>("\"1 +\"").is_err());
}

/// Fully parenthesised expressions over one row of `x` = 3 and a missing `m`, with their
/// values.
fn arithmetic() -> impl Strategy<Value = (String, f64)> {
    let finite = |value: f64| if value.is_finite() { value } else { f64::NAN };
    let leaf = prop_oneof![
        (0_u32..100).prop_map(|n| (n.to_string(), f64::from(n))),
        Just(("x".to_owned(), 3.0)),
        Just(("m".to_owned(), f64::NAN)),
    ];
    leaf.prop_recursive(6, 40, 2, move |inner| {
        (inner.clone(), inner, 0..6_usize).prop_map(move |((a, x), (b, y), operator)| {
            let missing = x.is_nan() || y.is_nan();
            match operator {
                0 => (format!("({a}+{b})"), finite(x + y)),
                1 => (format!("({a} - {b})"), finite(x - y)),
                2 => (format!("( {a} * {b} )"), finite(x * y)),
                3 => (format!("({a}/{b})"), finite(x / y)),
                4 => (format!("(-{a})"), -x),
                _ if missing => (format!("({a}<{b})"), f64::NAN),
                _ => (format!("({a}<{b})"), f64::from(u8::from(x < y))),
            }
        })
    })
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,60}") {
        if let Ok(expression) = Expression::parse(&text) {
            let _ = expression.evaluate(&table());
        }
    }

    #[test]
    fn no_sequence_of_words_makes_it_panic(words in proptest::collection::vec(
        proptest::sample::select(vec![
            "x", "city", "`job title`", "1", "'a'", "(", ")", ",", "+", "-", "^", "<", "==",
            "and", "or", "not", "if(", "coalesce(", "lower(", "is_missing(", "missing", "date(",
            "round(", "max(",
        ]), 0..12))
    {
        if let Ok(expression) = Expression::parse(&words.join(" ")) {
            let over_all = expression.evaluate(&table());
            prop_assert_eq!(over_all.is_ok(), expression.evaluate(&table().select(&[])).is_ok());
        }
    }

    #[test]
    fn the_value_is_that_of_the_operators((text, value) in arithmetic()) {
        let columns = [("x", 3.0), ("m", f64::NAN)].map(|(name, value)| Column {
            name: name.into(),
            values: Values::Number(vec![value]),
        });
        let row = Table::new(columns.to_vec()).unwrap();
        let expression = Expression::parse(&text).unwrap();
        let (Evaluated::Numbers(found) | Evaluated::Truths(found)) = expression.evaluate(&row).unwrap() else {
            panic!("{text} is a text")
        };
        prop_assert!(found[0] == value || (found[0].is_nan() && value.is_nan()), "{} is {:?}", text, found);
    }
}
