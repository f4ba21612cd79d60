//! Records as items, and the keys they lie under.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Item;
use crate::name::{Alias, ModelName, Version};

/// The sort key of a model's own item.
pub(super) const META: &str = "META";
/// The sort keys of versions start so.
pub(super) const VERSIONS: &str = "VERSION#";
/// The sort keys of aliases start so.
pub(super) const ALIASES: &str = "ALIAS#";
/// The sort keys of moves start so.
pub(super) const MOVES: &str = "MOVE#";
/// The sort keys of rejections start so.
pub(super) const REJECTIONS: &str = "REJECTION#";
/// The sort keys of checked windows start so.
pub(super) const DRIFT: &str = "DRIFT#";
/// The index partition that lists all models.
pub(super) const MODELS: &str = "MODELS";

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(super) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(super) fn partition(model: &ModelName) -> String {
    format!("MODEL#{model}")
}

pub(super) fn key(model: &ModelName, sort_key: &str) -> Item {
    Item::from([("pk".to_owned(), text(partition(model))), ("sk".to_owned(), text(sort_key))])
}

pub(super) fn version_key(version: Version) -> String {
    format!("{VERSIONS}{:010}", version.number())
}

pub(super) fn rejection_key(version: Version) -> String {
    format!("{REJECTIONS}{:010}", version.number())
}

pub(super) fn run_key(run: &str) -> String {
    format!("RUN#{run}")
}

pub(super) fn alias_key(alias: &Alias) -> String {
    format!("{ALIASES}{alias}")
}

/// Times are written with a fixed width, so that they sort as text.
pub(super) fn instant(time: Timestamp) -> String {
    format!("{time:.9}")
}

/// The record as an item under its key.
pub(super) fn item<T: Serialize>(
    model: &ModelName,
    sort_key: &str,
    record: &T,
) -> Result<Item, serde_dynamo::Error> {
    let mut item: Item = serde_dynamo::aws_sdk_dynamodb_1::to_item(record)?;
    item.extend(key(model, sort_key));
    Ok(item)
}

/// A value as it stands in an item.
pub(super) fn value<T: Serialize>(value: &T) -> Result<AttributeValue, serde_dynamo::Error> {
    serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(value)
}

/// The record of an item; its keys are passed over.
pub(super) fn record<T: DeserializeOwned>(item: Item) -> Result<T, serde_dynamo::Error> {
    serde_dynamo::aws_sdk_dynamodb_1::from_item(item)
}
