//! Requests of the Open Inference Protocol.

use super::*;
use crate::protocol::Output;

fn decode(body: &str) -> Result<Request, ProtocolError> {
    json_request(Protocol::OpenInference, body, &schema())
}

/// A request of one tensor per input; each is `shape, datatype, data`.
fn request(tensors: &[(&str, &str, &str, &str)]) -> String {
    let tensor = |(name, shape, datatype, data): &(&str, &str, &str, &str)| {
        format!(r#"{{"name":"{name}","shape":{shape},"datatype":"{datatype}","data":{data}}}"#)
    };
    format!(r#"{{"inputs":[{}]}}"#, tensors.iter().map(tensor).collect::<Vec<_>>().join(","))
}

const VALID: [(&str, &str, &str, &str); 4] = [
    ("age", "[2]", "INT64", "[30,41]"),
    ("fare", "[2]", "FP64", "[7.25,null]"),
    ("vip", "[2]", "BOOL", "[true,false]"),
    ("city", "[2]", "BYTES", r#"["Rome","Bari"]"#),
];

/// [`VALID`] with another tensor in place of that of the same name.
fn with(tensor: (&str, &str, &str, &str)) -> (u16, String) {
    let tensors = VALID.map(|place| if place.0 == tensor.0 { tensor } else { place });
    refusal(decode(&request(&tensors)))
}

fn mismatch(words: &str) -> (u16, String) {
    (422, words.to_owned())
}

#[test]
fn tensors_are_matched_by_name_in_any_order() {
    let expected = "age: 30 41\nfare: 7.25 -\nvip: 1 0\ncity: Rome Bari";
    assert_eq!(show(&decode(&request(&VALID)).unwrap().table), expected);
    let mut turned = VALID;
    turned.reverse();
    assert_eq!(show(&decode(&request(&turned)).unwrap().table), expected);
}

#[test]
fn data_may_be_flat_or_nested_and_columns_may_have_a_second_dimension() {
    let nested = [
        ("age", "[2,1]", "INT64", "[[30],[41]]"),
        ("fare", "[2,1]", "FP64", "[7.25,null]"),
        ("vip", "[2]", "BOOL", "[[true],[false]]"),
        ("city", "[2,1]", "BYTES", r#"[["Rome"],["Bari"]]"#),
    ];
    let [flat, nested] =
        [VALID, nested].map(|tensors| show(&decode(&request(&tensors)).unwrap().table));
    assert_eq!(flat, nested);
}

#[test]
fn envelope_members_are_kept_and_unknown_ones_passed_over() {
    let body = request(&VALID).replacen(
        '{',
        r#"{"id":"a\"b","parameters":{"content_type":"pd","priority":3},"later":{"x":[[]]},
           "outputs":[{"name":"probabilities","parameters":{"binary_data":true}},
                      {"name":"probabilities"}],"#,
        1,
    );
    let request = decode(&body).unwrap();
    assert_eq!(request.id.as_deref(), Some("a\"b"));
    assert_eq!(request.outputs, [Output::Probabilities]);
}

#[test]
fn without_a_choice_every_output_is_told() {
    assert_eq!(decode(&request(&VALID)).unwrap().outputs, [Output::Predict, Output::Probabilities]);
}

#[test]
fn an_input_that_was_never_missing_in_training_is_needed_and_another_is_not() {
    let [age, fare, vip, city] = VALID;
    assert_eq!(
        show(&decode(&request(&[age, vip, city])).unwrap().table),
        "age: 30 41\nfare: - -\nvip: 1 0\ncity: Rome Bari"
    );
    assert_eq!(
        refusal(decode(&request(&[age, fare, vip]))),
        mismatch("input `city`: missing, though the model was trained with a value in every row")
    );
    assert_eq!(
        refusal(decode(r#"{"inputs":[]}"#)),
        mismatch(
            "input `age`: missing, though the model was trained with a value in every row; \
             input `vip`: missing, though the model was trained with a value in every row; \
             input `city`: missing, though the model was trained with a value in every row"
        )
    );
}

#[test]
fn unknown_and_repeated_inputs_are_refused() {
    let mut tensors = VALID.to_vec();
    tensors.push(("fair", "[2]", "FP64", "[1,2]"));
    tensors.push(("age", "[2]", "FP64", "[1,2]"));
    assert_eq!(
        refusal(decode(&request(&tensors))),
        mismatch(
            "input `fair`: not an input of the model; the nearest is `fare`; \
             input `age`: given twice"
        )
    );
}

#[test]
fn a_shape_must_be_that_of_a_column_and_of_its_data() {
    assert_eq!(
        with(("age", "[2,2]", "INT64", "[1,2,3,4]")),
        mismatch("input `age`: shape [2, 2] where [rows] or [rows, 1] is expected")
    );
    assert_eq!(
        with(("age", "[]", "INT64", "[1]")),
        mismatch("input `age`: shape [] where [rows] or [rows, 1] is expected")
    );
    assert_eq!(
        with(("age", "[2]", "INT64", "[1]")),
        mismatch("input `age`: 1 data where the shape asks for 2")
    );
    assert_eq!(
        with(("age", "[2]", "INT64", "[1,2,3]")),
        mismatch("input `age`: more data where the shape asks for 2")
    );
    assert_eq!(
        with(("age", "[2]", "INT64", "7")),
        mismatch("input `age`: found 7 where a list of values is expected")
    );
    for nesting in ["[[1,2]]", "[[[1]],[[2]]]", "[[1],2]", "[1,[2]]", "[[],[1],[2]]"] {
        assert_eq!(
            with(("age", "[2]", "INT64", nesting)),
            mismatch(
                "input `age`: data nested unlike the shape: give one flat list, or one list a row"
            ),
            "{nesting}"
        );
    }
    assert_eq!(
        with(("age", "[3]", "INT64", "[1,2,3]")),
        mismatch(
            "the inputs differ in length: column `fare` has 2 values where the table has 3 rows"
        )
    );
}

#[test]
fn a_mistyped_datum_is_told_with_its_row() {
    let found = |input: &str, found: &str, expected: &str| {
        mismatch(&format!("input `{input}`, row 2: found {found} where {expected} is expected"))
    };
    for (tensor, expected) in [
        (("age", "[2]", "INT64", r#"[1,"x"]"#), found("age", "\"x\"", "an INT64")),
        (("age", "[2]", "INT64", "[1,2.5]"), found("age", "2.5", "an INT64")),
        (("age", "[2]", "FP64", "[1.0,2.5]"), found("age", "2.5", "a whole number")),
        (("age", "[2]", "UINT8", "[255,256]"), found("age", "256", "a UINT8")),
        (("age", "[2]", "INT8", "[-128,-129]"), found("age", "-129", "an INT8")),
        (("fare", "[2]", "FP64", "[1e308,1e309]"), found("fare", "1e309", "a number")),
        (("fare", "[2]", "FP32", "[3.4028235e38,3.403e38]"), found("fare", "3.403e38", "an FP32")),
        (("fare", "[2]", "FP16", "[65504,65505]"), found("fare", "65505", "an FP16")),
        (("age", "[2]", "FP16", "[65504,65505]"), found("age", "65505", "a whole FP16")),
        (("age", "[2]", "FP32", "[1,0.5]"), found("age", "0.5", "a whole FP32")),
        (("fare", "[2]", "UINT64", "[18446744073709551615,-1]"), found("fare", "-1", "a UINT64")),
        (("fare", "[2]", "FP64", "[1,true]"), found("fare", "true", "a number")),
        (("age", "[2]", "FP64", r#"[1,"2"]"#), found("age", "\"2\"", "a whole number")),
        (("vip", "[2]", "BOOL", "[1,2]"), found("vip", "2", "true or false")),
        (("vip", "[2]", "BYTES", r#"["yes","maybe"]"#), found("vip", "\"maybe\"", "true or false")),
        (("city", "[2]", "BYTES", r#"["a",7]"#), found("city", "7", "a text")),
        (("city", "[2]", "BYTES", r#"["a","\ud800"]"#), found("city", r#""\ud800""#, "a text")),
    ] {
        assert_eq!(with(tensor), expected);
    }
}

#[test]
fn a_datatype_must_suit_its_input() {
    for (tensor, words) in [
        (("age", "[2]", "BYTES", r#"["1","2"]"#), "datatype BYTES where INT64 or another number"),
        (("fare", "[2]", "BOOL", "[true,true]"), "datatype BOOL where FP64 or another number"),
        (("city", "[2]", "INT32", "[1,2]"), "datatype INT32 where BYTES"),
    ] {
        assert_eq!(with(tensor), mismatch(&format!("input `{}`: {words} is expected", tensor.0)));
    }
}

#[test]
fn every_datatype_of_the_protocol_is_read() {
    for datatype in [
        "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16",
        "FP32", "FP64",
    ] {
        let vip = ("vip", "[2]", datatype, "[1,0]");
        let [age, fare, _, city] = VALID;
        let table = decode(&request(&[age, fare, vip, city])).unwrap().table;
        assert!(show(&table).contains("vip: 1 0"), "{datatype}");
    }
}

#[test]
fn a_text_that_marks_a_missing_value_in_a_data_set_is_missing() {
    let mut schema = schema();
    schema.inputs[3].nullable = true;
    let [age, fare, vip, _] = VALID;
    let city = ("city", "[2]", "BYTES", r#"[" Rome ","NA"]"#);
    let body = request(&[age, fare, vip, city]);
    let request = json_request(Protocol::OpenInference, &body, &schema).unwrap();
    assert!(show(&request.table).ends_with("city: Rome -"));
    let numbers = request_of_fares(r#"[7.25,"n/a"]"#);
    assert!(show(&numbers).contains("fare: 7.25 -"), "in a list of numbers, too");
}

fn request_of_fares(data: &str) -> Table {
    let [age, _, vip, city] = VALID;
    decode(&request(&[age, ("fare", "[2]", "FP64", data), vip, city])).unwrap().table
}

#[test]
fn a_value_may_be_missing_where_one_was_in_training_only() {
    let missing = |input: &str| {
        mismatch(&format!(
            "input `{input}`, row 2: missing, though the model was trained with a value in every \
             row"
        ))
    };
    for tensor in [
        ("age", "[2]", "INT64", "[30,null]"),
        ("age", "[2,1]", "FP64", "[[30],[NaN]]"),
        ("vip", "[2]", "BOOL", "[true,null]"),
        ("city", "[2]", "BYTES", r#"["Rome",null]"#),
        ("age", "[2]", "INT64", r#"[30,"NA"]"#),
        ("city", "[2]", "BYTES", r#"["Rome","NA"]"#),
        ("city", "[2]", "BYTES", r#"["Rome"," "]"#),
    ] {
        assert_eq!(with(tensor), missing(tensor.0), "{tensor:?}");
    }
    let table = request(&[("any", "[2,2]", "FP64", "[[1,2],[3,null]]")]);
    let refused = json_request(Protocol::OpenInference, &table, &numbers(2));
    assert_eq!(refusal(refused), missing("x1"));
    let again = Protocol::OpenInference.decode_answered(
        json(table.as_bytes()),
        &numbers(2),
        &Limits::default(),
    );
    assert_eq!(show(&again.unwrap().table), "x0: 1 3\nx1: 2 -", "it was answered once");
}

#[test]
fn a_bare_nan_is_missing_and_infinity_is_refused_with_its_place() {
    let fare = |data| {
        let [age, _, vip, city] = VALID;
        decode(&request(&[age, ("fare", "[2]", "FP64", data), vip, city]))
    };
    assert!(show(&fare("[NaN,7.25]").unwrap().table).contains("fare: - 7.25"));
    assert_eq!(
        refusal(fare("[7.25,\n-Infinity]")),
        (
            400,
            "the body has -Infinity at line 2 column 1, which is no number in JSON: send a \
             finite one, or null where it is missing"
                .to_owned()
        )
    );
    assert!(refusal(decode(r#"{"inputs":[nan]}"#)).1.starts_with("the body is not JSON"));
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let marked = format!("\u{feff}{}", request(&VALID));
    assert_eq!(
        show(&decode(&marked).unwrap().table),
        show(&decode(&request(&VALID)).unwrap().table)
    );
    let id = Protocol::OpenInference.id("\u{feff}{\"id\":\"a\"}".as_bytes());
    assert_eq!(id.as_deref(), Some("a"));
}

#[test]
fn csv_is_refused_by_the_name_of_its_content_type() {
    let decode =
        |body: &[u8]| Protocol::OpenInference.decode(csv(body), &schema(), &Limits::default());
    assert_eq!(
        refusal(decode(b"age,fare,vip,city\n30,7.25,true,Rome\n")),
        (
            415,
            "the content type `text/csv; charset=utf-8` is not read here: send JSON, or the CSV \
             to /models/{model}/invocations"
                .to_owned()
        )
    );
    assert!(decode(request(&VALID).as_bytes()).is_ok(), "JSON is read whatever it is called");
}

#[test]
fn an_id_is_bounded_and_not_empty() {
    let named = |id: &str| request(&VALID).replacen('{', &format!(r#"{{"id":"{id}","#), 1);
    let longest = "a".repeat(256);
    for (id, expected) in [("", None), ("a", Some("a")), (&longest, Some(longest.as_str()))] {
        let body = named(id);
        assert_eq!(decode(&body).unwrap().id.as_deref(), expected);
        assert_eq!(Protocol::OpenInference.id(body.as_bytes()).as_deref(), expected);
    }
    assert_eq!(
        refusal(decode(&named(&format!("{longest}b")))),
        mismatch("the id has 257 bytes, more than the 256 allowed: send a shorter one")
    );
}

#[test]
fn one_tensor_may_hold_the_whole_table() {
    let mut schema = numbers(3);
    schema.inputs[1].nullable = true;
    let table = |body: &str| {
        json_request(Protocol::OpenInference, body, &schema).map(|request| show(&request.table))
    };
    let expected = "x0: 1 4\nx1: 2 -\nx2: 3 6.5";
    for data in ["[1,2,3,4,null,6.5]", "[[1,2,3],[4,null,6.5]]"] {
        let body = request(&[("any", "[2,3]", "FP32", data)]);
        assert_eq!(table(&body).unwrap(), expected);
    }
    let ragged = request(&[("any", "[2,3]", "FP32", "[[1,2,3],[4,5]]")]);
    assert_eq!(
        table(&ragged).unwrap_err().to_string(),
        "input `any`: data nested unlike the shape: give one flat list, or one list a row"
    );
    let narrow = request(&[("any", "[2,2]", "FP32", "[1,2,3,4]")]);
    assert_eq!(
        table(&narrow).unwrap_err().to_string(),
        "input `any`: shape [2, 2] where [rows, 3] is expected"
    );
    // One row, as `numpy.array(row)` has it.
    let flat = request(&[("any", "[3]", "FP32", "[1,2,3]")]);
    assert_eq!(
        table(&flat).unwrap_err().to_string(),
        "input `any`: shape [3] where [rows, 3] is expected"
    );
    let mistyped = request(&[("any", "[2,3]", "FP32", r#"[1,2,3,4,"5",6]"#)]);
    assert_eq!(
        table(&mistyped).unwrap_err().to_string(),
        "input `x1`, row 2: found \"5\" where an FP32 is expected"
    );
}

#[test]
fn a_table_with_texts_must_be_one_of_texts() {
    let texts = r#"["30","7.25","true","Rome","41",null,"0","Bari"]"#;
    assert_eq!(
        show(&decode(&request(&[("any", "[2,4]", "BYTES", texts)])).unwrap().table),
        "age: 30 41\nfare: 7.25 -\nvip: 1 0\ncity: Rome Bari"
    );
    assert_eq!(
        refusal(decode(&request(&[("any", "[1,4]", "BYTES", r#"["x","1","true","Rome"]"#)]))),
        mismatch("input `age`, row 1: found `x` where a whole number is expected")
    );
    assert_eq!(
        refusal(decode(&request(&[("any", "[1,4]", "FP64", "[1,2,1,4]")]))),
        mismatch(
            "input `city`: datatype FP64 where BYTES is expected; input `city`, row 1: found 4 \
             where a text is expected"
        )
    );
}

#[test]
fn the_example_of_the_specification_is_refused_for_its_known_slips() {
    let mut schema = numbers(2);
    schema.inputs[0].name = "input0".into();
    schema.inputs[1].name = "input1".into();
    schema.inputs[1].kind = Kind::Boolean;
    let body = r#"{
        "id" : "42",
        "inputs" : [
          { "name" : "input0", "shape" : [ 2, 2 ], "datatype" : "UINT32", "data" : [ 1, 2, 3, 4 ] },
          { "name" : "input1", "shape" : [ 3 ], "datatype" : "BOOL", "data" : [ true ] }
        ],
        "outputs" : [ { "name" : "predict" } ]
      }"#;
    assert_eq!(
        refusal(json_request(Protocol::OpenInference, body, &schema)),
        mismatch(
            "input `input0`: shape [2, 2] where [rows] or [rows, 1] is expected; \
             input `input1`: 1 data where the shape asks for 3"
        )
    );
}

#[test]
fn what_cannot_be_read_is_told_with_line_and_column() {
    for (body, words) in [
        ("", "the body is empty: send a request"),
        ("{\"inputs\":[],\n }", "the body is not JSON: trailing comma at line 2 column 2"),
        ("{\"inputs\":[", "the body is not JSON: EOF while parsing a list at line 1 column 11"),
        (
            "{}",
            "the body is not a request of the Open Inference Protocol: missing field `inputs` at \
             line 1 column 2",
        ),
        (
            "[[]]",
            "the body is not a request of the Open Inference Protocol: invalid type: sequence, \
             expected an object at line 1 column 0",
        ),
        (
            r#"{"inputs":[["x",[1],"FP64",[1]]]}"#,
            "the body is not a request of the Open Inference Protocol: invalid type: sequence, \
             expected an object at line 1 column 11",
        ),
        (
            r#"{"inputs":[{"name":"x","shape":[1],"datatype":"FP64"}]}"#,
            "the body is not a request of the Open Inference Protocol: missing field `data` at \
             line 1 column 53",
        ),
        (
            r#"{"inputs":[{"name":"x","shape":[-1],"datatype":"FP64","data":[]}]}"#,
            "the body is not a request of the Open Inference Protocol: invalid value: integer \
             `-1`, expected a whole number from 0 on at line 1 column 34",
        ),
    ] {
        assert_eq!(refusal(decode(body)), (400, words.to_owned()), "{body}");
    }
    let (status, words) = refusal(decode(&request(&[("x", "[1]", "FP8", "[1]")])));
    assert_eq!(status, 400);
    assert!(words.contains("unknown variant `FP8`, expected one of `BOOL`, `UINT8`"), "{words}");
}

#[test]
fn an_unknown_output_is_refused() {
    let body = r#"{"inputs":[],"outputs":[{"name":"label"}]}"#;
    assert_eq!(
        refusal(decode(body)),
        mismatch("the model has no output `label`: its outputs are `predict` and `probabilities`")
    );
    let body = r#"{"inputs":[],"outputs":[{"name":"probabilities"}]}"#;
    assert_eq!(
        refusal(json_request(Protocol::OpenInference, body, &numbers(1))),
        mismatch("the model has no output `probabilities`: its outputs are `predict`")
    );
}

#[test]
fn limits_hold_whatever_the_shape_claims() {
    let limits = Limits { rows: 10, columns: 4, cells: 20, text_bytes: 3, ..Limits::default() };
    let refusal = |body: &str, schema: &Schema| {
        refusal(Protocol::OpenInference.decode(json(body.as_bytes()), schema, &limits))
    };
    let huge = request(&[("x0", "[18446744073709551615]", "FP64", "[1]")]);
    assert_eq!(
        refusal(&huge, &numbers(1)),
        (413, "more than 10 rows: send them in smaller requests".to_owned())
    );
    let later = request(&[("x0", "[1]", "FP64", "[1]"), ("x1", "[11]", "FP64", "[1]")]);
    assert_eq!(refusal(&later, &numbers(2)).0, 413);
    let wide = request(&[("x0", "[10]", "FP64", "[1]")]);
    assert_eq!(
        refusal(&wide, &numbers(3)),
        (
            413,
            "more than 20 values, counting each of the model's 3 inputs in every row: send the \
             rows in smaller requests"
                .to_owned()
        )
    );
    let many = request(&[("x", "[1]", "FP64", "[1]"); 5]);
    assert_eq!(refusal(&many, &numbers(1)), mismatch("5 columns, more than the 4 allowed"));
    let long = request(&[("city", "[1]", "BYTES", r#"["Roma"]"#)]);
    assert!(
        refusal(&long, &schema())
            .1
            .contains("input `city`, row 1: a text of 4 bytes, more than the 3 allowed")
    );
    assert_eq!(
        refusal(&"[".repeat(100_000), &schema()),
        mismatch("the body nests lists or objects deeper than 32")
    );
    assert_eq!(
        refusal(&request(&[("x0", "[0]", "FP64", "[]")]), &numbers(1)),
        mismatch("the request has no row: send at least one")
    );
}

#[test]
fn numbers_are_read_exactly_as_in_a_data_set() {
    for text in ["0.1", "9007199254740993", "2.2250738585072011e-308", "123456.78901234567891"] {
        let body = request(&[("x0", "[1]", "FP64", &format!("[{text}]"))]);
        let table = json_request(Protocol::OpenInference, &body, &numbers(1)).unwrap().table;
        let Some(Values::Number(values)) = table.column("x0") else { panic!("no numbers") };
        assert_eq!(values[0].to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
    }
}
