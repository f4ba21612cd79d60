//! A record: one row for a model.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use model_factory::json::with_nulls;
use model_factory::protocol::ID_BYTES;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::settings::Asked;

/// A record as it was delivered.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) origin: Origin,
    /// The model that the delivery names beside the record.
    pub(crate) model: Option<String>,
    pub(crate) lane: Lane,
    pub(crate) content: Content,
}

/// Where a record comes from.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    /// The name (ARN) of the queue or stream.
    pub(crate) source: String,
    /// The source's own id of the record.
    pub(crate) id: String,
    /// When it came there: the same in every delivery.
    pub(crate) time: Timestamp,
    /// What the source knows a record by that failed.
    pub(crate) failure_id: String,
}

/// Among which records one keeps its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lane {
    /// Among none.
    Own,
    /// Among those of a shard or message group.
    Of(String),
}

/// What a record says.
#[derive(Debug)]
pub(crate) enum Content {
    Text(String),
    /// What is no text.
    Bytes(Vec<u8>),
    /// The new image of a table's item, and which of its members are the table's key.
    Item {
        members: Map<String, Value>,
        keys: Vec<String>,
    },
    /// An item is gone: there is nothing to predict.
    Removal,
}

/// A row that can be asked about.
#[derive(Debug)]
pub(crate) struct Row<'r> {
    /// The client's own id of the record.
    pub(crate) id: Option<String>,
    pub(crate) asked: Asked,
    pub(crate) inputs: Inputs<'r>,
}

/// The values of a row, as JSON.
#[derive(Debug)]
pub(crate) enum Inputs<'r> {
    Text(Cow<'r, str>),
    /// Members of an item, of which keys are left out that the model does not read.
    Members {
        members: &'r Map<String, Value>,
        keys: &'r [String],
    },
}

/// The members of a record that names more than its inputs.
#[derive(Deserialize)]
struct Envelope<'r> {
    #[serde(borrow)]
    id: Option<&'r RawValue>,
    #[serde(borrow)]
    model: Option<&'r RawValue>,
    #[serde(borrow)]
    inputs: Option<&'r RawValue>,
}

impl Content {
    /// The record in words, and whether they are those that came or BASE64 of them.
    pub(crate) fn told(&self) -> (Cow<'_, str>, bool) {
        match self {
            Self::Text(text) => (Cow::Borrowed(text), true),
            Self::Bytes(bytes) => (Cow::Owned(BASE64_STANDARD.encode(bytes)), false),
            Self::Item { members, .. } => {
                (Cow::Owned(serde_json::to_string(members).unwrap_or_default()), true)
            }
            Self::Removal => (Cow::Borrowed("null"), true),
        }
    }
}

impl Record {
    /// The id that the record is known by where it has none of its own.
    pub(crate) fn id(&self) -> &str {
        &self.origin.id
    }

    /// Reads the record; `None` where there is nothing to predict.
    ///
    /// # Errors
    /// Why no delivery of the record can be answered, in words.
    pub(crate) fn row(&self, default: Option<&Asked>) -> Result<Option<Row<'_>>, String> {
        let (named, id, inputs) = match &self.content {
            Content::Removal => return Ok(None),
            Content::Bytes(_) => return Err("the record is no UTF-8 text".to_owned()),
            Content::Text(text) => of_text(text)?,
            Content::Item { members, .. } if members.is_empty() => {
                return Err("the stream does not tell the item's new image: let its view type be \
                            NEW_IMAGE or NEW_AND_OLD_IMAGES"
                    .to_owned());
            }
            Content::Item { members, keys } => of_item(members, keys)?,
        };
        let named = named.or_else(|| self.model.clone());
        let asked = match (named, default) {
            (Some(name), _) => name
                .parse()
                .map_err(|error| format!("the record names the model `{name}`: {error}"))?,
            (None, Some(default)) => default.clone(),
            (None, None) => {
                return Err("the record names no model: send {\"model\": …, \"inputs\": {…}}, or \
                            the message attribute `model`"
                    .to_owned());
            }
        };
        let id = id.filter(|id| !id.is_empty());
        if let Some(id) = id.as_ref().filter(|id| id.len() > ID_BYTES) {
            let bytes = id.len();
            return Err(format!("the record's `id` has {bytes} bytes, of {ID_BYTES} allowed"));
        }
        Ok(Some(Row { id, asked, inputs }))
    }
}

type Parts<'r> = (Option<String>, Option<String>, Inputs<'r>);

fn of_text(text: &str) -> Result<Parts<'_>, String> {
    let whole = text.trim_matches([' ', '\t', '\n', '\r']);
    match with_nulls(whole.as_bytes()).map_err(|infinite| format!("the record has {infinite}"))? {
        Cow::Borrowed(_) => {
            let (model, id, inputs) = of_json(whole)?;
            Ok((model, id, Inputs::Text(Cow::Borrowed(inputs))))
        }
        Cow::Owned(repaired) => {
            let repaired = String::from_utf8_lossy(&repaired);
            let (model, id, inputs) = of_json(&repaired)?;
            Ok((model, id, Inputs::Text(Cow::Owned(inputs.to_owned()))))
        }
    }
}

/// The model and id that a record names, if any, and the object of its inputs.
fn of_json(whole: &str) -> Result<(Option<String>, Option<String>, &str), String> {
    if !whole.starts_with('{') {
        let valid = serde_json::from_str::<&RawValue>(whole);
        return Err(match valid {
            Ok(_) => "the record is JSON, but no object of a row's inputs".to_owned(),
            Err(error) => format!("the record is no JSON: {error}"),
        });
    }
    let Envelope { id, model, inputs } = serde_json::from_str(whole)
        .map_err(|error| format!("the record cannot be read: {error}"))?;
    let Some(inputs) = inputs.map(RawValue::get).filter(|inputs| inputs.starts_with('{')) else {
        return Ok((None, None, whole));
    };
    let value = |member: Option<&RawValue>| {
        member.and_then(|member| serde_json::from_str(member.get()).ok()).unwrap_or(Value::Null)
    };
    let id = text_of("id", value(id))?;
    Ok((text_of("model", value(model))?, id, inputs))
}

fn of_item<'r>(members: &'r Map<String, Value>, keys: &'r [String]) -> Result<Parts<'r>, String> {
    let Some(Value::Object(inputs)) = members.get("inputs") else {
        return Ok((None, None, Inputs::Members { members, keys }));
    };
    let value = |name: &str| members.get(name).cloned().unwrap_or(Value::Null);
    let inputs = Inputs::Members { members: inputs, keys: &[] };
    Ok((text_of("model", value("model"))?, text_of("id", value("id"))?, inputs))
}

/// The text of a member that may be a number, or missing.
fn text_of(member: &str, value: Value) -> Result<Option<String>, String> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        Value::Number(number) => Ok(Some(number.to_string())),
        _ => Err(format!("the record's `{member}` is no text")),
    }
}

impl Inputs<'_> {
    /// Appends the row's JSON; `reads` tells the inputs of the model.
    pub(crate) fn write(&self, reads: impl Fn(&str) -> bool, body: &mut String) {
        match self {
            Self::Text(text) => body.push_str(text),
            Self::Members { members, keys } => {
                let kept: BTreeMap<&String, &Value> = members
                    .iter()
                    .filter(|(name, _)| reads(name) || !keys.contains(name))
                    .collect();
                body.push_str(&serde_json::to_string(&kept).unwrap_or_default());
            }
        }
    }
}
