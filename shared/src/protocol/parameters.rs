//! The parameters that a client adds to a request.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// Parameters by name.
pub(super) type Parameters = BTreeMap<String, Parameter>;

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
            serde_json::from_str(r#"{"a":"x","b":-1,"c":2.5,"d":true,"e":7}"#).unwrap();
        assert_eq!(parameters["a"], Parameter::Text("x".into()));
        assert_eq!(parameters["b"], Parameter::Number(-1.0));
        assert_eq!(parameters["c"], Parameter::Number(2.5));
        assert_eq!(parameters["d"], Parameter::Bool(true));
        assert_eq!(parameters["e"], Parameter::Number(7.0));
        let error = serde_json::from_str::<Parameters>(r#"{"a":[1]}"#).unwrap_err();
        assert!(error.to_string().starts_with(
            "invalid type: sequence, expected a text, a number or a boolean as the value of a \
             parameter"
        ));
    }
}
