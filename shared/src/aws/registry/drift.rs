//! The record of drift checks.

use async_trait::async_trait;
use jiff::Timestamp;

use super::item::{self, DRIFT};
use super::{DynamoRegistry, port_error};
use crate::name::ModelName;
use crate::port_error::PortError;
use crate::registry::{DriftLog, DriftRecord};

#[async_trait]
impl DriftLog for DynamoRegistry {
    async fn record_drift(&self, record: &DriftRecord) -> Result<(), PortError> {
        let sort_key = format!(
            "{DRIFT}{}#{}#{}#{:010}",
            item::instant(record.start),
            item::instant(record.end),
            record.variant,
            record.version.number()
        );
        let action = || self.action("write", &record.model, &sort_key);
        let item = item::item(&record.model, &sort_key, record)
            .map_err(|error| PortError::terminal(action(), error))?;
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .send()
            .await
            .map(drop)
            .map_err(|error| port_error(action(), error))
    }

    async fn drift_records(
        &self,
        model: &ModelName,
        since: Option<Timestamp>,
    ) -> Result<Vec<DriftRecord>, PortError> {
        let first = since
            .map_or_else(|| DRIFT.to_owned(), |since| format!("{DRIFT}{}", item::instant(since)));
        self.query_from(model, DRIFT, &first).await
    }
}
