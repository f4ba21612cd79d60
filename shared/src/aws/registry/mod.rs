//! The registry in one DynamoDB table.
//!
//! | pk | sk | gsi1pk, gsi1sk | what |
//! |---|---|---|---|
//! | `MODEL#{model}` | `META` | `MODELS`, `{model}` | the number of the newest version |
//! | `MODEL#{model}` | `VERSION#{number, 10 digits}` | | a version |
//! | `MODEL#{model}` | `RUN#{run}` | | which version a run registered |
//! | `MODEL#{model}` | `ALIAS#{alias}` | | where an alias points |
//! | `MODEL#{model}` | `MOVE#{time}#{alias}#{to}` | | a move of an alias |
//! | `MODEL#{model}` | `REJECTION#{number, 10 digits}` | | that a version must not serve |
//! | `MODEL#{model}` | `DRIFT#{start}#{end}#{variant}#{version}` | | the verdict on a window |

mod drift;
mod item;
mod read;
mod transaction;
mod write;

use std::collections::HashMap;
use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::DeserializeOwned;

use super::error::port_error;
use crate::clock::Clock;
use crate::name::ModelName;
use crate::port_error::PortError;

type Item = HashMap<String, AttributeValue>;

/// A registry table.
#[derive(Clone)]
pub struct DynamoRegistry {
    client: Client,
    table: String,
    clock: Arc<dyn Clock>,
}

impl DynamoRegistry {
    /// The table called `table`.
    #[must_use]
    pub fn new(config: &SdkConfig, table: impl Into<String>, clock: Arc<dyn Clock>) -> Self {
        Self { client: Client::new(config), table: table.into(), clock }
    }

    fn action(&self, verb: &str, model: &ModelName, sort_key: &str) -> String {
        format!("{verb} {sort_key} of model {model} in table {}", self.table)
    }

    /// The record under a sort key, read consistently.
    async fn get<T: DeserializeOwned>(
        &self,
        model: &ModelName,
        sort_key: &str,
    ) -> Result<Option<T>, PortError> {
        let action = || self.action("read", model, sort_key);
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(item::key(model, sort_key)))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| port_error(action(), error))?;
        answer
            .item
            .map(|item| item::record(item).map_err(|error| PortError::terminal(action(), error)))
            .transpose()
    }

    /// The records whose sort key starts with `prefix`, in its order.
    async fn query<T: DeserializeOwned>(
        &self,
        model: &ModelName,
        prefix: &str,
    ) -> Result<Vec<T>, PortError> {
        self.query_from(model, prefix, prefix).await
    }

    /// The records whose sort key starts with `prefix` and is at least `first`, in its
    /// order.
    async fn query_from<T: DeserializeOwned>(
        &self,
        model: &ModelName,
        prefix: &str,
        first: &str,
    ) -> Result<Vec<T>, PortError> {
        let action = || self.action("list", model, prefix);
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":pk", item::text(item::partition(model)))
            .expression_attribute_values(":first", item::text(first))
            // What follows a prefix is ASCII.
            .expression_attribute_values(":last", item::text(format!("{prefix}\u{7f}")))
            .into_paginator()
            .items()
            .send();
        let mut records = Vec::new();
        while let Some(item) = pages.next().await {
            let item = item.map_err(|error| port_error(action(), error))?;
            records.push(item::record(item).map_err(|error| PortError::terminal(action(), error))?);
        }
        Ok(records)
    }
}
