use serde_json::{Value, json};

use super::EventPattern;

fn matches(pattern: Value, event: Value) -> bool {
    pattern.to_string().parse::<EventPattern>().expect("a pattern").matches(&event)
}

fn problem(pattern: Value) -> String {
    pattern.to_string().parse::<EventPattern>().expect_err("no pattern").to_string()
}

#[test]
fn an_exact_value_matches_one_of_a_list() {
    let pattern = json!({"source": ["aws.s3", "aws.events"]});
    assert!(matches(pattern.clone(), json!({"source": "aws.s3", "more": 1})));
    assert!(!matches(pattern.clone(), json!({"source": "aws.ec2"})));
    assert!(!matches(pattern, json!({})));
}

#[test]
fn exact_values_keep_their_type() {
    assert!(matches(json!({"n": [1]}), json!({"n": 1})));
    assert!(!matches(json!({"n": [1]}), json!({"n": "1"})));
    assert!(matches(json!({"n": [null]}), json!({"n": null})));
    assert!(!matches(json!({"n": [null]}), json!({})));
}

#[test]
fn all_fields_at_every_depth_must_match() {
    let pattern = json!({
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": ["data"]}, "object": {"key": [{"prefix": "datasets/"}]}},
    });
    let event = |bucket: &str, key: &str| {
        json!({
            "detail-type": "Object Created",
            "detail": {"bucket": {"name": bucket}, "object": {"key": key}},
        })
    };
    assert!(matches(pattern.clone(), event("data", "datasets/a b+c.csv")));
    assert!(!matches(pattern.clone(), event("data", "artifacts/x")));
    assert!(!matches(pattern, event("other", "datasets/x")));
}

#[test]
fn a_suffix_and_a_prefix_match_only_texts() {
    assert!(matches(json!({"k": [{"suffix": ".csv"}]}), json!({"k": "a.csv"})));
    assert!(!matches(json!({"k": [{"suffix": ".csv"}]}), json!({"k": "a.csv.gz"})));
    assert!(!matches(json!({"k": [{"prefix": "1"}]}), json!({"k": 1})));
}

#[test]
fn a_wildcard_stands_for_anything() {
    let accepts = |pattern: &str, key: &str| {
        matches(json!({"k": [{"wildcard": pattern}]}), json!({"k": key}))
    };
    for key in ["models/taxi/import/a.json", "models/taxi/import/a/b c.json"] {
        assert!(accepts("models/*/import/*.json", key), "{key}");
    }
    for key in ["models/taxi/model.toml", "models/import/a.json", "models/taxi/import/a.csv"] {
        assert!(!accepts("models/*/import/*.json", key), "{key}");
    }
    assert!(accepts("a*", "a") && accepts("*a", "ba") && accepts("a", "a") && accepts("*", ""));
    assert!(!accepts("ab*ba", "aba") && !accepts("a", "ab") && !accepts("a*a", "a"));
    assert!(!matches(json!({"k": [{"wildcard": "*"}]}), json!({"k": 1})));
    assert!(problem(json!({"k": [{"wildcard": "a**"}]})).contains("neither"));
}

#[test]
fn anything_but_needs_a_value() {
    let pattern = json!({"state": [{"anything-but": ["failed", "lost"]}]});
    assert!(matches(pattern.clone(), json!({"state": "ok"})));
    assert!(!matches(pattern.clone(), json!({"state": "lost"})));
    assert!(!matches(pattern, json!({})));
    assert!(!matches(json!({"n": [{"anything-but": 1}]}), json!({"n": 1})));
}

#[test]
fn exists_looks_at_presence_only() {
    assert!(matches(json!({"a": {"b": [{"exists": true}]}}), json!({"a": {"b": null}})));
    assert!(!matches(json!({"a": {"b": [{"exists": true}]}}), json!({"a": {}})));
    assert!(matches(json!({"a": {"b": [{"exists": false}]}}), json!({})));
}

#[test]
fn one_element_of_a_list_is_enough() {
    assert!(matches(json!({"tags": ["b"]}), json!({"tags": ["a", "b"]})));
    assert!(matches(json!({"xs": {"n": [2]}}), json!({"xs": [{"n": 1}, {"n": 2}]})));
    assert!(!matches(json!({"tags": ["c"]}), json!({"tags": ["a", "b"]})));
}

#[test]
fn what_is_not_understood_is_refused() {
    assert_eq!(
        problem(json!({"detail": {"n": [{"numeric": [">", 1]}]}})),
        "the event pattern is invalid at `detail.n`: `numeric` is not supported, \
         use prefix, suffix, wildcard, anything-but or exists"
    );
    assert!(problem(json!({"$or": [{"a": [1]}]})).contains("`$or` is not supported"));
    assert!(problem(json!({"source": "aws.s3"})).contains("must be an object or a list"));
    assert!(problem(json!({"source": []})).contains("at least one value"));
    assert!(problem(json!({})).contains("at least one field"));
    assert!(problem(json!([1])).contains("must be an object"));
    assert!(problem(json!({"k": [{"prefix": 1}]})).contains("wrong type"));
    assert!(problem(json!({"k": [{"prefix": "a", "suffix": "b"}]})).contains("exactly one"));
}
