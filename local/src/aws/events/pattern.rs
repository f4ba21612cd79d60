//! Event patterns: which events a rule is interested in.
//!
//! Supported are exact values, `prefix`, `suffix`, `wildcard`, `anything-but` (values)
//! and `exists`, at any depth. Any other operator is refused rather than ignored.

#[cfg(test)]
mod tests;

use std::str::FromStr;

use serde_json::{Map, Value};

/// Why a text is no event pattern.
#[derive(Debug, thiserror::Error)]
pub enum PatternError {
    /// The text is no JSON.
    #[error("the event pattern is not JSON")]
    Json(#[from] serde_json::Error),
    /// A part of the pattern means nothing.
    #[error("the event pattern is invalid at `{path}`: {problem}")]
    Invalid {
        /// Where: the names of the fields, joined by full stops.
        path: String,
        /// What is wrong, and what would be right.
        problem: String,
    },
}

/// A pattern that an event matches or not.
#[derive(Clone, Debug, PartialEq)]
pub struct EventPattern {
    fields: Vec<(String, Node)>,
}

#[derive(Clone, Debug, PartialEq)]
enum Node {
    /// All of these fields must match.
    Fields(Vec<(String, Self)>),
    /// One of these must match.
    Values(Vec<Matcher>),
}

#[derive(Clone, Debug, PartialEq)]
enum Matcher {
    Exactly(Value),
    Prefix(String),
    Suffix(String),
    /// What stands between the asterisks.
    Wildcard(Vec<String>),
    AnythingBut(Vec<Value>),
    Exists(bool),
}

impl FromStr for EventPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match serde_json::from_str(text)? {
            Value::Object(fields) => Ok(Self { fields: parse_fields(&fields, "")? }),
            _ => Err(invalid("", "must be an object")),
        }
    }
}

impl EventPattern {
    /// Whether an event, in its JSON form, matches.
    #[must_use]
    pub fn matches(&self, event: &Value) -> bool {
        fields_match(&self.fields, Some(event))
    }
}

fn parse_fields(
    fields: &Map<String, Value>,
    path: &str,
) -> Result<Vec<(String, Node)>, PatternError> {
    if fields.is_empty() {
        return Err(invalid(path, "an object must name at least one field"));
    }
    fields
        .iter()
        .map(|(name, value)| {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            Ok((name.clone(), parse_node(name, value, &path)?))
        })
        .collect()
}

fn parse_node(name: &str, value: &Value, path: &str) -> Result<Node, PatternError> {
    match value {
        _ if name == "$or" => Err(invalid(path, "`$or` is not supported")),
        Value::Object(fields) => Ok(Node::Fields(parse_fields(fields, path)?)),
        Value::Array(values) if values.is_empty() => {
            Err(invalid(path, "a list must hold at least one value"))
        }
        Value::Array(values) => {
            let matchers = values.iter().map(|value| parse_matcher(value, path));
            Ok(Node::Values(matchers.collect::<Result<_, _>>()?))
        }
        _ => Err(invalid(path, "must be an object or a list")),
    }
}

fn parse_matcher(value: &Value, path: &str) -> Result<Matcher, PatternError> {
    let operation = match value {
        Value::Object(operation) => operation,
        Value::Array(_) => return Err(invalid(path, "a list cannot hold a list")),
        scalar => return Ok(Matcher::Exactly(scalar.clone())),
    };
    let mut entries = operation.iter();
    let (Some((operator, operand)), None) = (entries.next(), entries.next()) else {
        return Err(invalid(path, "a matcher must have exactly one operator"));
    };
    match (operator.as_str(), operand) {
        ("prefix", Value::String(text)) => Ok(Matcher::Prefix(text.clone())),
        ("suffix", Value::String(text)) => Ok(Matcher::Suffix(text.clone())),
        ("wildcard", Value::String(text)) if text.contains("**") || text.contains('\\') => {
            Err(invalid(path, "a wildcard can hold neither `**` nor a backslash here"))
        }
        ("wildcard", Value::String(text)) => {
            Ok(Matcher::Wildcard(text.split('*').map(str::to_owned).collect()))
        }
        ("exists", Value::Bool(exists)) => Ok(Matcher::Exists(*exists)),
        ("anything-but", Value::Array(values)) if values.iter().all(is_scalar) => {
            Ok(Matcher::AnythingBut(values.clone()))
        }
        ("anything-but", value) if is_scalar(value) => {
            Ok(Matcher::AnythingBut(vec![value.clone()]))
        }
        ("prefix" | "suffix" | "wildcard" | "exists" | "anything-but", _) => {
            Err(invalid(path, &format!("`{operator}` has an operand of the wrong type")))
        }
        _ => Err(invalid(
            path,
            &format!(
                "`{operator}` is not supported, use prefix, suffix, wildcard, anything-but or exists"
            ),
        )),
    }
}

fn is_scalar(value: &Value) -> bool {
    !value.is_object() && !value.is_array()
}

fn fields_match(fields: &[(String, Node)], value: Option<&Value>) -> bool {
    match value {
        // A list matches if one of its elements does.
        Some(Value::Array(elements)) => {
            elements.iter().any(|element| fields_match(fields, Some(element)))
        }
        _ => fields.iter().all(|(name, node)| {
            let field = value.and_then(|value| value.get(name));
            match node {
                Node::Fields(fields) => fields_match(fields, field),
                Node::Values(matchers) => matchers.iter().any(|matcher| matcher.accepts(field)),
            }
        }),
    }
}

impl Matcher {
    fn accepts(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            (Self::Exists(exists), value) => *exists == value.is_some(),
            (_, None) => false,
            (_, Some(Value::Array(elements))) => {
                elements.iter().any(|element| self.accepts(Some(element)))
            }
            (Self::Exactly(expected), Some(value)) => expected == value,
            (Self::Prefix(prefix), Some(Value::String(text))) => text.starts_with(prefix),
            (Self::Suffix(suffix), Some(Value::String(text))) => text.ends_with(suffix),
            (Self::Wildcard(parts), Some(Value::String(text))) => is_wild(parts, text),
            (Self::AnythingBut(values), Some(value)) => !values.contains(value),
            (Self::Prefix(_) | Self::Suffix(_) | Self::Wildcard(_), Some(_)) => false,
        }
    }
}

/// Whether a text consists of these parts with anything between them, `/` included.
fn is_wild(parts: &[String], text: &str) -> bool {
    let [first, middle @ .., last] = parts else {
        return parts.first().is_some_and(|only| only == text);
    };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
    for part in middle {
        // The earliest place leaves the most to those that follow.
        let Some(at) = rest.find(part.as_str()) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last.as_str())
}

fn invalid(path: &str, problem: &str) -> PatternError {
    PatternError::Invalid { path: path.to_owned(), problem: problem.to_owned() }
}
