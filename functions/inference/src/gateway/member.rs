//! Members of events: borrowed where JSON allows it, and never an obstacle.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A text that may be absent or `null`, borrowed where it has no escapes.
#[derive(Debug, Default)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

/// Headers, each with a value or a list of values. Those that HTTP does not allow are
/// left out: no route looks at such.
#[derive(Debug, Default)]
pub(super) struct Headers(pub(super) HeaderMap);

/// The parameters of a query, each with a value or a list of values.
#[derive(Debug, Deserialize)]
pub(super) struct Query(pub(super) BTreeMap<String, Values>);

/// The values of a parameter.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Values {
    One(String),
    Several(Vec<String>),
    None(IgnoredAny),
}

impl Query {
    /// The query, of whose names and values `encode` makes what stands in it.
    pub(super) fn joined(&self, encode: impl Fn(&str) -> String) -> String {
        let mut query = String::new();
        for (name, values) in &self.0 {
            let values = match values {
                Values::One(value) => std::slice::from_ref(value),
                Values::Several(values) => values,
                Values::None(_) => &[],
            };
            for value in values {
                let separator = if query.is_empty() { "" } else { "&" };
                query += &format!("{separator}{}={}", encode(name), encode(value));
            }
        }
        query
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor).map(Text)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text or null")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(""))
    }
}

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeadersVisitor)
    }
}

struct HeadersVisitor;

impl<'de> Visitor<'de> for HeadersVisitor {
    type Value = Headers;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("headers")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Headers, A::Error> {
        let mut headers = HeaderMap::with_capacity(map.size_hint().unwrap_or(16));
        while let Some(Text(name)) = map.next_key()? {
            let name = HeaderName::from_bytes(name.as_bytes()).ok();
            map.next_value_seed(Append { headers: &mut headers, name })?;
        }
        Ok(Headers(headers))
    }
}

/// Appends the values of one header.
struct Append<'h> {
    headers: &'h mut HeaderMap,
    name: Option<HeaderName>,
}

impl Append<'_> {
    fn append(&mut self, value: &str) {
        if let (Some(name), Ok(value)) = (&self.name, HeaderValue::from_str(value)) {
            self.headers.append(name, value);
        }
    }
}

impl<'de> DeserializeSeed<'de> for Append<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Append<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the value of a header, or a list of them")
    }

    fn visit_str<E: Error>(mut self, value: &str) -> Result<(), E> {
        self.append(value);
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut values: A) -> Result<(), A::Error> {
        while let Some(Text(value)) = values.next_element()? {
            self.append(&value);
        }
        Ok(())
    }
}
