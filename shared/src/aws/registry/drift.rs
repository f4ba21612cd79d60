//! The record of drift checks.

use async_trait::async_trait;

use super::item::{self, DRIFT};
use super::{DynamoRegistry, port_error};
use crate::name::ModelName;
use crate::port_error::PortError;
use crate::registry::{DriftLog, DriftRecord};

#[async_trait]
impl DriftLog for DynamoRegistry {
    async fn record_drift(&self, record: &DriftRecord) -> Result<(), PortError> {
        let sort_key =
            format!("{DRIFT}{}#{}", item::instant(record.start), item::instant(record.end));
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

    async fn drift_records(&self, model: &ModelName) -> Result<Vec<DriftRecord>, PortError> {
        self.query(model, DRIFT).await
    }
}
