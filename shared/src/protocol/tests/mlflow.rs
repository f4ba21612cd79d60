//! The scoring protocol of MLflow.

use serde_json::json;

use super::*;
use crate::learners::Predictions;
use crate::name::Version;
use crate::protocol::Output;

const EXPECTED: &str = "age: 30 41\nfare: 7.25 -\nvip: 1 0\ncity: Rome Bari";

fn decode(body: &str) -> Result<Request, ProtocolError> {
    json_request(Protocol::Mlflow, body, &schema())
}

fn decode_csv(body: &str) -> Result<Request, ProtocolError> {
    let limits = Limits { rows: 3, ..Limits::default() };
    Protocol::Mlflow.decode(csv(body.as_bytes()), &schema(), &limits)
}

fn mismatch(words: &str) -> (u16, String) {
    (422, words.to_owned())
}

fn malformed(words: &str) -> (u16, String) {
    (400, words.to_owned())
}

#[test]
fn the_four_json_forms_and_csv_make_one_table() {
    for body in [
        r#"{"dataframe_split":{"columns":["city","age","fare","vip"],"index":[0,1],
            "data":[["Rome",30,7.25,true],["Bari",41,null,false]]},"params":{"timeout":1}}"#,
        r#"{"dataframe_records":[{"age":30,"fare":7.25,"vip":true,"city":"Rome"},
            {"city":"Bari","vip":false,"age":41}]}"#,
        r#"{"instances":[{"age":30,"fare":7.25,"vip":true,"city":"Rome"},[41,null,0,"Bari"]]}"#,
        r#"{"inputs":{"city":["Rome","Bari"],"vip":[true,false],"fare":[7.25,null],
            "age":[30,41]},"unknown":[[[]]]}"#,
        r#"{"inputs":[[30,7.25,true,"Rome"],[41,null,false,"Bari"]]}"#,
    ] {
        assert_eq!(show(&decode(body).unwrap().table), EXPECTED, "{body}");
    }
    let body = "\u{feff}vip,city, age ,fare\r\ntrue,Rome,30,7.25\r\nFALSE,Bari,41,NA\r\n";
    assert_eq!(show(&decode_csv(body).unwrap().table), EXPECTED);
}

#[test]
fn a_model_of_one_input_takes_plain_values() {
    for body in [r#"{"instances":[1.5,2]}"#, r#"{"inputs":[1.5,2]}"#] {
        let request = json_request(Protocol::Mlflow, body, &numbers(1)).unwrap();
        assert_eq!(show(&request.table), "x0: 1.5 2");
    }
}

#[test]
fn a_value_may_be_missing_where_one_was_in_training_only() {
    let missing = |input: &str| {
        mismatch(&format!(
            "input `{input}`, row 1: missing, though the model was trained with a value in every \
             row"
        ))
    };
    for (body, input) in [
        (
            r#"{"dataframe_split":{"columns":["city","age","vip"],"data":[["Rome",NaN,true]]}}"#,
            "age",
        ),
        (r#"{"dataframe_records":[{"age":30,"vip":null,"city":"Rome"}]}"#, "vip"),
        (r#"{"dataframe_records":[{"age":30,"vip":true}]}"#, "city"),
        (r#"{"inputs":{"age":[30],"vip":[true],"city":["nan"]}}"#, "city"),
    ] {
        assert_eq!(refusal(decode(body)), missing(input), "{body}");
    }
    assert_eq!(refusal(decode_csv("age,vip,city\n30,,Rome\n")), missing("vip"));
    assert_eq!(refusal(decode_csv("age,vip,city\n30,true,NA\n")), missing("city"));
    let body = r#"{"dataframe_split":{"columns":["city","age","vip","fare"],
        "data":[["NaN",30,true,1],["Rome",30,true,NaN]]},"params":{"partial":true}}"#;
    let request = decode(body).unwrap();
    assert_eq!(request.errors.fitting(2), [1], "a text says `NaN`, too");
    assert!(request.errors.get(0).unwrap().starts_with("input `city`: missing"));
}

#[test]
fn options_of_csv_stand_in_the_query() {
    let body = b"age,vip,city\n30,true,Rome\nold,true,Bari\n";
    let decode = |query| {
        let sent = Sent { query: Some(query), ..csv(body) };
        Protocol::Mlflow.decode(sent, &schema(), &Limits::default())
    };
    let request = decode("partial=true&threshold=0.25&probabilities=true").unwrap();
    assert_eq!(request.options.threshold, Some(0.25));
    assert_eq!(request.outputs, [Output::Predict, Output::Probabilities, Output::Error]);
    assert_eq!(request.errors.fitting(2), [0]);
    for (query, words) in [
        ("parcial=true", "the parameter `parcial` is unknown; the nearest is `partial`"),
        ("threshold=2", "the parameter `threshold` is 2 where a number from 0 to 1 is expected"),
        ("partial", "the parameter `partial` is \"\" where true or false is expected"),
        ("partial=true&partial=false", "the parameter `partial` is given twice"),
    ] {
        assert_eq!(refusal(decode(query)), mismatch(words));
    }
    let body = br#"{"instances":[[30,1,true,"Rome"]]}"#;
    let json = Sent { query: Some("partial=yes"), ..json(body) };
    assert!(Protocol::Mlflow.decode(json, &schema(), &Limits::default()).is_ok());
}

#[test]
fn a_column_without_a_name_is_told_as_what_it_mostly_is() {
    assert_eq!(
        refusal(decode_csv(",age,vip,city\n0,30,true,Rome\n")),
        mismatch(
            "input ``: a column without a name, as pandas writes its index: leave it out \
             (`index=False`)"
        )
    );
}

#[test]
fn no_row_is_told_before_what_it_lacks() {
    for body in [r#"{"dataframe_records":[]}"#, r#"{"instances":[]}"#, r#"{"inputs":[]}"#] {
        assert_eq!(refusal(decode(body)), mismatch("the request has no row: send at least one"));
    }
}

#[test]
fn a_signature_is_refused_and_null_is_none() {
    let body = |name: &str| {
        format!(r#"{{"instances":[[30,1,true,"Rome"]],"params":null,"signature_name":{name}}}"#)
    };
    assert!(decode(&body("null")).is_ok());
    assert_eq!(
        refusal(decode(&body("\"serving_default\""))),
        malformed(
            "`signature_name` is not supported: leave it out; a version or alias is named by the \
             path, /models/{model}/versions/{version}/invocations"
        )
    );
}

#[test]
fn exactly_one_form_is_sent() {
    for (body, found) in
        [("{}", 0), (r#"{"inputs":null}"#, 0), (r#"{"inputs":[],"instances":[]}"#, 2)]
    {
        assert_eq!(
            refusal(decode(body)),
            malformed(&format!(
                "the body has {found} of `dataframe_split`, `dataframe_records`, `instances` and \
                 `inputs`: send exactly one"
            ))
        );
    }
    assert_eq!(
        refusal(decode("[[1,2]]")),
        malformed(
            "the body is not a request of the MLflow scoring protocol: invalid type: sequence, \
             expected an object at line 1 column 0"
        )
    );
    assert_eq!(
        refusal(decode(r#"{"instances":{"age":[1]}}"#)),
        malformed("`instances` is an object where a list of rows is expected")
    );
    assert_eq!(
        refusal(decode("{\"inputs\":\n x}")),
        malformed("the body is not JSON: expected value at line 2 column 2")
    );
}

#[test]
fn records_are_checked_value_by_value() {
    let body = r#"{"dataframe_records":[
        {"age":"30","fare":1,"vip":true,"city":"Rome"},
        {"age":30,"fare":1,"vip":true,"city":"Rome","cyty":"Bari","age":31},
        {"age":30,"fare":[1,{"x":2}],"city":"Rome"}]}"#;
    let error = decode(body).unwrap_err();
    let ProtocolError::Mismatch(violations) = &error else { panic!("{error}") };
    let told: Vec<String> = violations.listed().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "input `age`, row 1: found \"30\" where a whole number is expected",
            "input `cyty`: not an input of the model; the nearest is `city`",
            "input `age`, row 2: given twice",
            "input `fare`, row 3: found a list where a number is expected",
            "input `vip`, row 3: missing, though the model was trained with a value in every row",
        ]
    );
}

#[test]
fn rows_have_one_value_a_column() {
    let body = r#"{"dataframe_split":{"columns":["age","vip","city"],
        "data":[[1,true],[1,true,"a","b"],5,[1,true,"a"]]}}"#;
    assert_eq!(
        refusal(decode(body)),
        mismatch(
            "row 1: 2 values for 3 columns; row 2: 4 values for 3 columns; row 3: 1 value for 3 \
             columns"
        )
    );
    assert_eq!(
        refusal(decode_csv("age,vip,city\n1,true\n")),
        mismatch("row 1: 2 values for 3 columns")
    );
}

#[test]
fn columns_must_be_those_of_the_model() {
    let missing = "input `vip`: missing, though the model was trained with a value in every row";
    assert_eq!(
        refusal(decode(
            r#"{"dataframe_split":{"columns":["age","city","age"],"data":[[1,"a",2]]}}"#
        )),
        mismatch(&format!("input `age`: given twice; {missing}"))
    );
    assert_eq!(
        refusal(decode_csv("age,cyty,city\n1,a,b\n2,a,b\n")),
        mismatch(&format!(
            "input `cyty`: not an input of the model; the nearest is `city`; {missing}"
        ))
    );
    assert_eq!(
        refusal(decode(r#"{"inputs":{"age":[1],"city":"Rome","vip":[true,false],"x":[[]]}}"#)),
        mismatch(
            "input `city`: found \"Rome\" where a list of values is expected; \
             input `x`: not an input of the model"
        )
    );
    assert_eq!(
        refusal(decode(r#"{"inputs":{"age":[1],"city":["Rome"],"vip":[true,false]}}"#)),
        mismatch(
            "the inputs differ in length: column `fare` has 2 values where the table has 1 row"
        )
    );
}

#[test]
fn csv_is_separated_as_data_sets_are() {
    let usual = decode_csv("age,vip,city\n1,true,a\n").unwrap();
    for text in [
        "\"age\";\"vip\";\"city\"\n1;true;\"a\"\n",
        "age\tvip\tcity\r\n1\ttrue\ta\r\n",
        "age|vip|city\n1|true|a\n",
    ] {
        assert_eq!(show(&decode_csv(text).unwrap().table), show(&usual.table), "{text}");
    }
    let named = Schema {
        inputs: vec![
            Field::new("width, cm", Kind::Fractional, false),
            Field::new("depth", Kind::Fractional, false),
        ],
        ..schema()
    };
    for body in ["width, cm;depth\n1,5;2\n", "\"width, cm\",depth\n1.5,2\n"] {
        let request = Protocol::Mlflow.decode(csv(body.as_bytes()), &named, &Limits::default());
        assert_eq!(show(&request.unwrap().table), "width, cm: 1.5\ndepth: 2", "{body}");
    }
    let decimals = decode_csv("age;vip;city;fare\n1;true;a;7,25\n").unwrap();
    assert!(show(&decimals.table).contains("fare: 7.25"), "a comma is free for decimals");
    let refused = refusal(decode_csv("age,vip,city,fare\n1,true,a,\"7,25\"\n"));
    assert!(refused.1.contains("found `7,25` where a number is expected"), "{refused:?}");
    assert!(decode_csv("age;vip;city;fare\n1;true;a;1,234,567\n").is_err());
    // What is called so may be so.
    let schema = Schema { inputs: vec![Field::new("a;b", Kind::Fractional, false)], ..schema() };
    let request = Protocol::Mlflow.decode(csv(b"a;b\n1.5\n"), &schema, &Limits::default());
    assert_eq!(request.unwrap().table.rows(), 1);
}

#[test]
fn csv_is_refused_with_row_and_column() {
    assert_eq!(
        refusal(decode_csv("age,vip,city\n1,true,a\n2.5,maybe,b\n")),
        mismatch(
            "input `age`, row 2: found `2.5` where a whole number is expected; \
             input `vip`, row 2: found `maybe` where true or false is expected"
        )
    );
    assert_eq!(
        refusal(decode_csv("age,vip,city\n")),
        mismatch("the request has no row: send at least one")
    );
    assert_eq!(
        refusal(decode_csv("age,vip,city\n1,true,a\n1,true,a\n1,true,a\n1,true,a\n")),
        (413, "more than 3 rows: send them in smaller requests".to_owned())
    );
    let latin = b"age,vip,city\n1,true,M\xfcnchen\n";
    let result = Protocol::Mlflow.decode(csv(latin), &schema(), &Limits::default());
    assert_eq!(
        refusal(result),
        malformed(
            "the body is not CSV: CSV parse error: record 1 (line 2, field: 2, byte: 13): invalid \
             utf-8: invalid UTF-8 in field 2 near byte index 1"
        )
    );
}

#[test]
fn short_records_cannot_stand_for_a_table_that_fills_the_memory() {
    let mut schema = numbers(1_000);
    schema.inputs.iter_mut().for_each(|field| field.nullable = true);
    let body = format!(r#"{{"instances":[{}{{}}]}}"#, "{},".repeat(90_000));
    let (status, words) = refusal(json_request(Protocol::Mlflow, &body, &schema));
    assert_eq!(status, 413, "{words}");
}

#[test]
fn the_content_type_is_that_of_json_or_csv_in_utf8() {
    let status = |content_type: Option<&str>| {
        let sent = Sent { content_type, query: None, body: b"{}" };
        refusal(Protocol::Mlflow.decode(sent, &schema(), &Limits::default())).0
    };
    assert_eq!(status(None), 415);
    assert_eq!(status(Some("text/plain")), 415);
    assert_eq!(status(Some("application/json; charset=latin-1")), 415);
    assert_eq!(status(Some("application/json; charset=utf-8")), 400);
}

#[test]
fn answers_are_lists_of_labels_values_or_probabilities() {
    let classes = Predictions::Classes {
        classes: vec!["no".to_owned(), "yes".to_owned()].into(),
        probabilities: vec![0.25, 0.75, 0.5, 0.5],
        threshold: None,
    };
    let values = Predictions::Values(vec![1.0, 2.5]);
    for (predictions, output, expected) in [
        (&classes, Output::Predict, json!(["yes", "no"])),
        (&classes, Output::Probabilities, json!([[0.25, 0.75], [0.5, 0.5]])),
        (&values, Output::Predict, json!([1.0, 2.5])),
    ] {
        let told = answer(
            Protocol::Mlflow,
            &Answer {
                model: &"taxi".parse().unwrap(),
                version: Version::FIRST,
                id: None,
                outputs: &[output],
                predictions,
                extras: &Extras::default(),
            },
        );
        assert_eq!(
            told,
            json!({"predictions": expected, "model_name": "taxi", "model_version": "1"})
        );
    }
}
