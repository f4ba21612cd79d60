//! Reading models, versions, aliases and their history.

use async_trait::async_trait;
use serde::Deserialize;

use super::item::{self, ALIASES, MODELS, MOVES, REJECTIONS, VERSIONS};
use super::{DynamoRegistry, port_error};
use crate::name::{Alias, ModelName, Version};
use crate::port_error::PortError;
use crate::registry::{AliasRecord, Movement, ReadRegistry, RejectionRecord, VersionRecord};

#[derive(Deserialize)]
struct Listed {
    gsi1sk: ModelName,
}

#[async_trait]
impl ReadRegistry for DynamoRegistry {
    async fn models(&self) -> Result<Vec<ModelName>, PortError> {
        let action = || format!("list the models of table {}", self.table);
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("gsi1")
            .key_condition_expression("gsi1pk = :models")
            .expression_attribute_values(":models", item::text(MODELS))
            .into_paginator()
            .items()
            .send();
        let mut models = Vec::new();
        while let Some(found) = pages.next().await {
            let found = found.map_err(|error| port_error(action(), error))?;
            let Listed { gsi1sk } =
                item::record(found).map_err(|error| PortError::terminal(action(), error))?;
            models.push(gsi1sk);
        }
        Ok(models)
    }

    async fn version(
        &self,
        model: &ModelName,
        version: Version,
    ) -> Result<Option<VersionRecord>, PortError> {
        self.get(model, &item::version_key(version)).await
    }

    async fn versions(&self, model: &ModelName) -> Result<Vec<VersionRecord>, PortError> {
        self.query(model, VERSIONS).await
    }

    async fn alias(
        &self,
        model: &ModelName,
        alias: &Alias,
    ) -> Result<Option<AliasRecord>, PortError> {
        self.get(model, &item::alias_key(alias)).await
    }

    async fn aliases(&self, model: &ModelName) -> Result<Vec<AliasRecord>, PortError> {
        self.query(model, ALIASES).await
    }

    async fn history(&self, model: &ModelName) -> Result<Vec<Movement>, PortError> {
        self.query(model, MOVES).await
    }

    async fn rejections(&self, model: &ModelName) -> Result<Vec<RejectionRecord>, PortError> {
        self.query(model, REJECTIONS).await
    }
}
