//! What a client may ask for beside the usual answer, in both protocols.

use serde_json::json;

use super::*;
use crate::learners::{Contributions, Intervals, Predictions, Scale};
use crate::name::Version;
use crate::protocol::{Output, RowErrors, TopContributions};

/// A request of both protocols with these parameters, for a model of the numbers `x0`
/// and `x1`, or of three classes.
fn decode(parameters: &Value, schema: &Schema) -> [Result<Request, ProtocolError>; 2] {
    let tensor = json!({"name": "x", "shape": [1, 2], "datatype": "FP64", "data": [1, 2]});
    let oip = json!({"parameters": parameters, "inputs": [tensor]});
    let mlflow = json!({"params": parameters, "instances": [[1, 2]]});
    [(Protocol::OpenInference, oip), (Protocol::Mlflow, mlflow)]
        .map(|(protocol, body)| json_request(protocol, &body.to_string(), schema))
}

fn classes(names: &[&str]) -> Schema {
    let classes = names.iter().map(|&name| name.to_owned()).collect();
    Schema { task: Task::Classification { classes }, ..numbers(2) }
}

#[test]
fn options_have_the_same_names_in_both_protocols() {
    let parameters = json!({"interval": 0.9, "contributions": 3, "partial": true});
    for request in decode(&parameters, &numbers(2)) {
        let request = request.unwrap();
        let options = request.options;
        assert_eq!((options.interval, options.contributions), (Some(0.9), Some(3)));
        assert!(options.partial);
        assert_eq!(
            request.outputs,
            [
                Output::Predict,
                Output::Lower,
                Output::Upper,
                Output::Contributions,
                Output::ContributionInputs,
                Output::Base,
                Output::Error
            ]
        );
    }
    for request in decode(&json!({"threshold": 0.3}), &classes(&["a", "b"])) {
        assert_eq!(request.unwrap().options.threshold, Some(0.3));
    }
    for request in decode(&json!({"partial": false}), &numbers(2)) {
        assert_eq!(request.unwrap().outputs, [Output::Predict], "what is off is not told");
    }
}

#[test]
fn probabilities_are_told_by_what_the_client_asks_for() {
    let outputs = |parameters: Value| {
        decode(&parameters, &classes(&["a", "b"])).map(|request| request.unwrap().outputs)
    };
    let (predict, both) = (vec![Output::Predict], vec![Output::Predict, Output::Probabilities]);
    assert_eq!(outputs(json!({})), [both.clone(), predict.clone()], "each protocol as usual");
    assert_eq!(outputs(json!({"probabilities": true})), [both.clone(), both]);
    assert_eq!(outputs(json!({"probabilities": false})), [predict.clone(), predict.clone()]);
    assert_eq!(outputs(json!({"predict_method": "predict"})), [predict.clone(), predict]);
    let only = [vec![Output::Probabilities], vec![Output::Probabilities]];
    assert_eq!(outputs(json!({"predict_method": "predict_proba"})), only);
    let agreeing = json!({"predict_method": "predict_proba", "probabilities": true});
    assert_eq!(outputs(agreeing), only);
}

#[test]
fn options_that_contradict_each_other_are_refused() {
    for (method, probabilities) in [("predict_proba", false), ("predict", true)] {
        let parameters = json!({"predict_method": method, "probabilities": probabilities});
        for request in decode(&parameters, &classes(&["a", "b"])) {
            assert_eq!(
                refusal(request),
                (
                    422,
                    "the parameter `probabilities` contradicts `predict_method`: send one of the \
                     two"
                    .to_owned()
                )
            );
        }
    }
}

#[test]
fn what_is_null_is_as_good_as_absent() {
    let nulls = json!({"threshold": null, "partial": null, "headers": null, "other": null});
    for parameters in [nulls, Value::Null] {
        for request in decode(&parameters, &numbers(2)) {
            let request = request.unwrap();
            assert_eq!((request.options.threshold, request.options.partial), (None, false));
        }
    }
    let body = r#"{"id":null,"parameters":null,"outputs":null,"inputs":[{"name":"x",
        "shape":[1,2],"datatype":"FP64","parameters":null,"data":[1,2]}]}"#;
    assert!(json_request(Protocol::OpenInference, body, &numbers(2)).is_ok());
}

#[test]
fn what_is_unknown_or_does_not_fit_is_refused_in_words() {
    let three = classes(&["a", "b", "c"]);
    for (parameters, schema, words) in [
        (json!({"treshold": 1}), &three, "`treshold` is unknown; the nearest is `threshold`"),
        (
            json!({"threshold": 0.5}),
            &three,
            "`threshold` is for models of two classes; this one has 3",
        ),
        (
            json!({"threshold": 0.5}),
            &numbers(2),
            "`threshold` is for models of classes; this one answers numbers",
        ),
        (
            json!({"threshold": 1.5}),
            &classes(&["a", "b"]),
            "`threshold` is 1.5 where a number from 0 to 1 is expected",
        ),
        (
            json!({"threshold": "high"}),
            &classes(&["a", "b"]),
            "`threshold` is \"high\" where a number from 0 to 1 is expected",
        ),
        (
            json!({"interval": 0.9}),
            &three,
            "`interval` is for models of numbers; this one answers classes",
        ),
        (
            json!({"interval": 1}),
            &numbers(2),
            "`interval` is 1 where a coverage between 0 and 1 is expected",
        ),
        (
            json!({"interval": true}),
            &numbers(2),
            "`interval` is true where a coverage between 0 and 1 is expected",
        ),
        (
            json!({"contributions": 0}),
            &three,
            "`contributions` is 0 where a whole number from 1 on is expected",
        ),
        (
            json!({"contributions": 1.5}),
            &three,
            "`contributions` is 1.5 where a whole number from 1 on is expected",
        ),
        (json!({"partial": "yes"}), &three, "`partial` is \"yes\" where true or false is expected"),
        (
            json!({"probabilities": true}),
            &numbers(2),
            "`probabilities` is for models of classes; this one answers numbers",
        ),
        (
            json!({"predict_method": "predict_proba"}),
            &numbers(2),
            "`predict_method` is for models of classes; this one answers numbers",
        ),
        (
            json!({"predict_method": "score"}),
            &three,
            "`predict_method` is \"score\" where `predict` or `predict_proba` is expected",
        ),
    ] {
        for request in decode(&parameters, schema) {
            let problem = Problem::from(&request.unwrap_err());
            assert_eq!(problem.kind.status(), 422, "{parameters}");
            assert_eq!(problem.detail, format!("the parameter {words}"));
            let name = parameters.as_object().unwrap().keys().next().unwrap();
            assert_eq!(problem.invalid_params[0].name, *name);
        }
    }
    let decoded = decode(&json!({"threshold": [1]}), &three).map(|request| refusal(request).0);
    assert_eq!(decoded, [400, 400], "parameters are scalars");
}

#[test]
fn outputs_of_an_option_can_be_named_with_it_only() {
    let body = |parameters: Value| {
        json!({"parameters": parameters, "outputs": [{"name": "upper"}],
               "inputs": [{"name": "x", "shape": [1, 2], "datatype": "FP64", "data": [1, 2]}]})
        .to_string()
    };
    let asked = |parameters| json_request(Protocol::OpenInference, &body(parameters), &numbers(2));
    assert_eq!(asked(json!({"interval": 0.8})).unwrap().outputs, [Output::Upper, Output::Lower]);
    assert_eq!(
        refusal(asked(json!({}))),
        (
            422,
            "the model has no output `upper` without the parameter `interval`: its outputs are \
             `predict`"
                .to_owned()
        )
    );
}

/// Three rows, of which the second does not fit in three ways.
fn partly_wrong(partial: bool) -> [(Protocol, Value); 4] {
    let options = json!({"partial": partial});
    let row = |age: Value, city: Value| json!({"age": age, "vip": true, "city": city});
    let mut wrong = row(json!("old"), json!(3));
    wrong["cyty"] = json!("Rome");
    let records = json!([row(json!(30), json!("Rome")), wrong, row(json!(41), json!("Bari"))]);
    let split = json!({"columns": ["age", "vip", "city"],
                       "data": [[30, true, "Rome"], ["old", true], [41, true, "Bari"]]});
    let column = |name: &str, datatype: &str, data: Value| json!({"name": name, "shape": [3], "datatype": datatype, "data": data});
    let tensors = json!([
        column("age", "INT64", json!([30, "old", 41])),
        column("vip", "BOOL", json!([true, true, true])),
        column("city", "BYTES", json!(["Rome", 3, "Bari"])),
    ]);
    let columns = json!({"age": [30, "old", 41], "vip": [true, true, true],
                         "city": ["Rome", 3, "Bari"]});
    [
        (Protocol::Mlflow, json!({"dataframe_records": records, "params": options})),
        (Protocol::Mlflow, json!({"dataframe_split": split, "params": options})),
        (Protocol::Mlflow, json!({"inputs": columns, "params": options})),
        (Protocol::OpenInference, json!({"inputs": tensors, "parameters": options})),
    ]
}

#[test]
fn rows_that_do_not_fit_are_told_apart_on_request_only() {
    let mut found = Vec::new();
    for ((protocol, whole), (_, partial)) in partly_wrong(false).into_iter().zip(partly_wrong(true))
    {
        let status = refusal(json_request(protocol, &whole.to_string(), &schema())).0;
        assert_eq!(status, 422, "{whole}");
        let request = json_request(protocol, &partial.to_string(), &schema()).unwrap();
        assert_eq!(request.table.rows(), 3);
        assert_eq!(request.errors.fitting(3), [0, 2], "{partial}");
        let table = request.table.select(&[0, 2]);
        assert_eq!(show(&table), "age: 30 41\nfare: - -\nvip: 1 1\ncity: Rome Bari");
        found.push(request.errors.get(1).unwrap().to_owned());
    }
    let age = |expected| format!("input `age`: found \"old\" where {expected} is expected");
    let [whole, int64] = [age("a whole number"), age("an INT64")];
    assert_eq!(found, [whole.clone(), whole.clone(), whole, int64], "what is found first");
}

#[test]
fn what_is_wrong_with_all_rows_is_no_error_of_a_row() {
    let body = json!({"params": {"partial": true},
                      "dataframe_split": {"columns": ["age", "city", "x"], "data": [[1, "Rome", 2]]}});
    let (status, words) = refusal(json_request(Protocol::Mlflow, &body.to_string(), &schema()));
    assert_eq!(status, 422);
    assert!(words.starts_with("input `x`: not an input of the model"), "{words}");
    assert!(words.contains("input `vip`: missing"), "{words}");
}

/// A look for what is meant takes a while: a client could ask for millions of them.
#[test]
fn what_is_meant_by_unknown_names_is_looked_for_a_few_times_only() {
    let rows: Vec<Value> = (0..500).map(|_| json!({"ages": 1})).collect();
    let body = json!({"params": {"partial": true}, "dataframe_records": rows}).to_string();
    let request = json_request(Protocol::Mlflow, &body, &schema()).unwrap();
    let error = |row: usize| request.errors.get(row).unwrap();
    assert_eq!(error(19), "input `ages`: not an input of the model; the nearest is `age`");
    assert_eq!(error(20), "input `ages`: not an input of the model");
}

fn told(
    protocol: Protocol,
    outputs: &[Output],
    predictions: &Predictions,
    extras: &Extras,
) -> Value {
    let model = "taxi".parse().unwrap();
    let version = Version::FIRST;
    answer(protocol, &Answer { model: &model, version, id: None, outputs, predictions, extras })
}

fn one_error() -> RowErrors {
    let [_, _, _, (protocol, body)] = partly_wrong(true);
    json_request(protocol, &body.to_string(), &schema()).unwrap().errors
}

#[test]
fn extras_are_tensors_and_columns_of_records() {
    let predictions = Predictions::Values(vec![1.5, 2.5, 3.5]);
    let found = Contributions {
        columns: vec!["x0".into(), "x1".into()],
        outputs: 1,
        values: vec![0.5, -1.0, 0.0, 2.0, 0.25, 0.125],
        expected: vec![2.0],
        scale: Scale::Answer,
    };
    let extras = Extras {
        intervals: Some(Intervals {
            coverage: 0.9,
            bounds: vec![(1.0, 2.0), (2.0, 3.0), (3.0, 4.0)],
        }),
        contributions: Some(TopContributions::new(&found, &[], 1)),
        errors: one_error(),
    };
    let outputs = [
        Output::Predict,
        Output::Lower,
        Output::Upper,
        Output::Contributions,
        Output::ContributionInputs,
        Output::Base,
        Output::Error,
    ];
    let error = "input `age`: found \"old\" where an INT64 is expected";
    let coverage = json!({"coverage": 0.9});
    assert_eq!(
        told(Protocol::OpenInference, &outputs, &predictions, &extras)["outputs"],
        json!([
            {"name": "predict", "shape": [3], "datatype": "FP64", "data": [1.5, null, 3.5]},
            {"name": "lower", "shape": [3], "datatype": "FP64", "parameters": coverage,
             "data": [1.0, null, 3.0]},
            {"name": "upper", "shape": [3], "datatype": "FP64", "parameters": coverage,
             "data": [2.0, null, 4.0]},
            {"name": "contributions", "shape": [3, 1], "datatype": "FP64",
             "parameters": {"scale": "answer"}, "data": [-1.0, null, 0.25]},
            {"name": "contribution_inputs", "shape": [3, 1], "datatype": "BYTES",
             "data": ["x1", null, "x0"]},
            {"name": "base", "shape": [3], "datatype": "FP64",
             "parameters": {"scale": "answer"}, "data": [2.0, null, 2.0]},
            {"name": "error", "shape": [3], "datatype": "BYTES", "data": [null, error, null]},
        ])
    );
    let scored = told(Protocol::Mlflow, &outputs, &predictions, &extras);
    assert_eq!(scored["contributions_scale"], "answer");
    let plain = told(Protocol::Mlflow, &outputs[..1], &predictions, &Extras::default());
    assert!(plain.get("contributions_scale").is_none(), "{plain}");
    assert_eq!(
        scored["predictions"],
        json!([
            {"predict": 1.5, "lower": 1.0, "upper": 2.0, "contributions": {"x1": -1.0},
             "base": 2.0, "error": null},
            {"predict": null, "lower": null, "upper": null, "contributions": null, "base": null,
             "error": error},
            {"predict": 3.5, "lower": 3.0, "upper": 4.0, "contributions": {"x0": 0.25},
             "base": 2.0, "error": null},
        ])
    );
}

#[test]
fn probabilities_have_a_column_of_their_own() {
    let predictions = Predictions::Classes {
        classes: vec!["a".to_owned(), "b".to_owned()].into(),
        probabilities: vec![0.75, 0.25, 0.5, 0.5, 0.25, 0.75],
        threshold: Some(0.2),
    };
    let outputs = [Output::Predict, Output::Probabilities];
    let extras = Extras { errors: one_error(), ..Extras::default() };
    assert_eq!(
        told(Protocol::Mlflow, &outputs, &predictions, &extras)["predictions"],
        json!([
            {"predict": "b", "probabilities": {"a": 0.75, "b": 0.25}},
            {"predict": null, "probabilities": null},
            {"predict": "b", "probabilities": {"a": 0.25, "b": 0.75}},
        ])
    );
    let tensors = told(Protocol::OpenInference, &outputs, &predictions, &extras);
    assert_eq!(tensors["outputs"][0]["data"], json!(["b", null, "b"]));
    assert_eq!(tensors["outputs"][1]["data"], json!([0.75, 0.25, null, null, 0.25, 0.75]));
}
