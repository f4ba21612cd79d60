//! The parameters that a client adds to a request.

use std::collections::BTreeMap;
use std::fmt;

use percent_encoding::percent_decode_str;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use super::error::ProtocolError;
use super::violation::shorten;

/// Parameters by name; one that is `null` is as good as absent.
pub(super) type Parameters = BTreeMap<String, Option<Parameter>>;

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Parameter {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// A truth value.
    Bool(bool),
}

impl<'de> Deserialize<'de> for Parameter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ParameterVisitor)
    }
}

/// The parameters in the query of an address, each `name=value` or `name`.
pub(super) fn of_query(query: &str) -> Result<Parameters, ProtocolError> {
    let mut parameters = Parameters::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let [name, value] = [name, value].map(decoded);
        if parameters.insert(name.clone(), Some(Parameter::of_text(value))).is_some() {
            let reason = "is given twice".to_owned();
            return Err(ProtocolError::Parameter { name: shorten(&name), reason });
        }
    }
    Ok(parameters)
}

/// The names in the query of an address.
pub(super) fn names_of_query(query: &str) -> impl Iterator<Item = String> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| decoded(pair.split_once('=').map_or(pair, |(name, _)| name)))
}

/// As forms are encoded.
fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

impl Parameter {
    /// What a text stands for where nothing says its type.
    fn of_text(text: String) -> Self {
        match (text.as_str(), text.parse::<f64>()) {
            ("true", _) => Self::Bool(true),
            ("false", _) => Self::Bool(false),
            (_, Ok(number)) if number.is_finite() => Self::Number(number),
            _ => Self::Text(text),
        }
    }
}

struct ParameterVisitor;

impl Visitor<'_> for ParameterVisitor {
    type Value = Parameter;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text, a number or a boolean as the value of a parameter")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Parameter, E> {
        Ok(Parameter::Text(text.to_owned()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Parameter, E> {
        Ok(Parameter::Bool(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Parameter, E> {
        Ok(Parameter::Number(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Parameter, E> {
        Ok(Parameter::Number(value as f64))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Parameter, E> {
        Ok(Parameter::Number(value as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_scalars() {
        let parameters: Parameters =
            serde_json::from_str(r#"{"a":"x","b":-1,"c":2.5,"d":true,"e":7,"f":null}"#).unwrap();
        assert_eq!(parameters["a"], Some(Parameter::Text("x".into())));
        assert_eq!(parameters["b"], Some(Parameter::Number(-1.0)));
        assert_eq!(parameters["c"], Some(Parameter::Number(2.5)));
        assert_eq!(parameters["d"], Some(Parameter::Bool(true)));
        assert_eq!(parameters["e"], Some(Parameter::Number(7.0)));
        assert_eq!(parameters["f"], None);
        let error = serde_json::from_str::<Parameters>(r#"{"a":[1]}"#).unwrap_err();
        assert!(error.to_string().starts_with(
            "invalid type: sequence, expected a text, a number or a boolean as the value of a \
             parameter"
        ));
    }

    #[test]
    fn the_members_of_a_query_are_parameters() {
        let parameters = of_query("a=0.5&b=true&c=x%2By+z&d&&e=NaN").unwrap();
        assert_eq!(parameters["a"], Some(Parameter::Number(0.5)));
        assert_eq!(parameters["b"], Some(Parameter::Bool(true)));
        assert_eq!(parameters["c"], Some(Parameter::Text("x+y z".into())));
        assert_eq!(parameters["d"], Some(Parameter::Text(String::new())));
        assert_eq!(parameters["e"], Some(Parameter::Text("NaN".into())));
        assert_eq!(
            of_query("a=1&a=2").unwrap_err().to_string(),
            "the parameter `a` is given twice"
        );
    }
}
