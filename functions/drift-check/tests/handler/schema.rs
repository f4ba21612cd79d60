//! The report against its schema in `docs/`, as far as that uses JSON Schema.

use model_factory::drift::Verdict;
use serde_json::{Value, json};

use crate::world::World;

/// The keywords that say nothing about a value.
const WORDS: [&str; 7] = ["$schema", "$id", "$defs", "title", "description", "format", "$ref"];

/// What a value breaks of a schema, each with its place.
fn broken(root: &Value, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    let mut found = Vec::new();
    let told = |what: String| format!("{place}: {what}");
    if let Some(name) = schema["$ref"].as_str() {
        let target = root.pointer(name.trim_start_matches('#')).expect(name);
        return broken(root, target, value, place);
    }
    let rules = schema.as_object().expect("a schema");
    for (keyword, rule) in rules.iter().filter(|(key, _)| !WORDS.contains(&key.as_str())) {
        match keyword.as_str() {
            "type" => {
                let is = |kind: &Value| match kind.as_str().expect("a type") {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "number" => value.is_number(),
                    "integer" => value.is_u64() || value.is_i64(),
                    "null" => value.is_null(),
                    unknown => panic!("{unknown}"),
                };
                let holds = rule.as_array().map_or_else(|| is(rule), |kinds| kinds.iter().any(is));
                if !holds {
                    found.push(told(format!("{value} is no {rule}")));
                }
            }
            "enum" if !rule.as_array().expect("values").contains(value) => {
                found.push(told(format!("{value} is none of {rule}")));
            }
            "minimum" if value.as_f64() < rule.as_f64() => {
                found.push(told(format!("{value} < {rule}")));
            }
            "maximum" if value.as_f64() > rule.as_f64() => {
                found.push(told(format!("{value} > {rule}")));
            }
            "enum" | "minimum" | "maximum" => {}
            "required" => {
                let names = rule.as_array().expect("names").iter().filter_map(Value::as_str);
                let missing = names.filter(|name| value.get(name).is_none());
                found.extend(missing.map(|name| told(format!("`{name}` is missing"))));
            }
            "properties" => {
                for (name, schema) in rule.as_object().expect("schemas") {
                    if let Some(member) = value.get(name) {
                        found.extend(broken(root, schema, member, &format!("{place}/{name}")));
                    }
                }
            }
            "additionalProperties" => {
                for (name, member) in value.as_object().into_iter().flatten() {
                    found.extend(broken(root, rule, member, &format!("{place}/{name}")));
                }
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(broken(root, rule, item, &format!("{place}/{index}")));
                }
            }
            "anyOf" => {
                let each: Vec<Vec<String>> = rule
                    .as_array()
                    .expect("schemas")
                    .iter()
                    .map(|schema| broken(root, schema, value, place))
                    .collect();
                if each.iter().all(|broken| !broken.is_empty()) {
                    found.extend(each.into_iter().flatten());
                }
            }
            unknown => panic!("the test does not know `{unknown}`"),
        }
    }
    found
}

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../../docs/drift-report.schema.json")).unwrap()
}

#[tokio::test]
async fn reports_are_as_their_schema_says() {
    let world = World::new().await;
    world.traffic("champion", "2026-03-01T09:00:00Z", 30, 8.0).await;
    world.traffic("champion", "2026-03-02T00:00:00Z", 3, 0.0).await;
    let schema = schema();
    for (start, end, verdict) in [
        ("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", Verdict::Drift),
        (
            "2026-03-02T00:00:00Z",
            "2026-03-03T00:00:00Z",
            Verdict::TooLittleData { rows: 30, needed: 50 },
        ),
        ("2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z", Verdict::NoData),
    ] {
        let checked = world.check(start, end).await;
        assert_eq!(checked.verdict, verdict);
        let report = world.json(&checked, "report.json").await;
        assert_eq!(broken(&schema, &schema, &report, ""), [] as [String; 0]);
    }
}

#[test]
fn what_is_not_as_the_schema_says_is_found() {
    let schema = schema();
    let empty = broken(&schema, &schema, &json!({}), "");
    assert!(empty.contains(&": `verdict` is missing".to_owned()), "{empty:?}");
    let wrong = json!({"verdict": {"status": "fine"}, "rows": -1, "columns": [{"importance": 2}]});
    let found = broken(&schema, &schema, &wrong, "").join("\n");
    for what in ["/verdict/status: ", "/rows: -1 < 0", "/columns/0/importance: 2 > 1"] {
        assert!(found.contains(what), "{what} is not in\n{found}");
    }
}
