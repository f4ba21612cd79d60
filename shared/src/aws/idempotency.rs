//! The idempotency table of Powertools for AWS Lambda.
//!
//! Attributes: `id`, `status`, `expiration` (epoch seconds, the table's TTL),
//! `in_progress_expiration` (epoch milliseconds), `data`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};

use super::error::port_error;
use crate::clock::Clock;
use crate::idempotency::{Begin, IdempotencyStore};
use crate::port_error::PortError;

/// How long an unfinished record is kept at the most.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// As Powertools writes it: free, expired, or in progress with its lease over.
const CLAIMABLE: &str = "attribute_not_exists(#id) OR #expiration < :now OR \
    (#status = :in_progress AND attribute_exists(#lease) AND #lease < :now_ms)";

/// An idempotency table.
#[derive(Clone)]
pub struct DynamoIdempotency {
    client: Client,
    table: String,
    clock: Arc<dyn Clock>,
}

impl DynamoIdempotency {
    /// The table called `table`.
    #[must_use]
    pub fn new(config: &SdkConfig, table: impl Into<String>, clock: Arc<dyn Clock>) -> Self {
        Self { client: Client::new(config), table: table.into(), clock }
    }

    fn number(value: i64) -> AttributeValue {
        AttributeValue::N(value.to_string())
    }

    fn text(value: &str) -> AttributeValue {
        AttributeValue::S(value.to_owned())
    }

    fn seconds_from_now(&self, span: Duration) -> AttributeValue {
        Self::number(self.clock.now().as_second().saturating_add_unsigned(span.as_secs()))
    }

    fn millis_from_now(&self, span: Duration) -> AttributeValue {
        let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Self::number(self.clock.now().as_millisecond().saturating_add(millis))
    }

    fn action(&self, verb: &str, key: &str) -> String {
        format!("{verb} {key} in table {}", self.table)
    }
}

#[async_trait]
impl IdempotencyStore for DynamoIdempotency {
    async fn begin(&self, key: &str, lease: Duration) -> Result<Begin, PortError> {
        let answer = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("id", Self::text(key))
            .item("status", Self::text("INPROGRESS"))
            .item("expiration", self.seconds_from_now(KEPT))
            .item("in_progress_expiration", self.millis_from_now(lease))
            .condition_expression(CLAIMABLE)
            .expression_attribute_names("#id", "id")
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#expiration", "expiration")
            .expression_attribute_names("#lease", "in_progress_expiration")
            .expression_attribute_values(":now", self.seconds_from_now(Duration::ZERO))
            .expression_attribute_values(":now_ms", self.millis_from_now(Duration::ZERO))
            .expression_attribute_values(":in_progress", Self::text("INPROGRESS"))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match answer {
            Ok(_) => Ok(Begin::Started),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(read(failed.item().unwrap_or(&HashMap::new())))
                }
                _ => Err(port_error(self.action("claim", key), error)),
            },
        }
    }

    async fn renew(&self, key: &str, lease: Duration) -> Result<(), PortError> {
        self.client
            .update_item()
            .table_name(&self.table)
            .key("id", Self::text(key))
            .update_expression("SET in_progress_expiration = :lease")
            .condition_expression("#status = :in_progress")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":in_progress", Self::text("INPROGRESS"))
            .expression_attribute_values(":lease", self.millis_from_now(lease))
            .send()
            .await
            .map(drop)
            .map_err(|error| port_error(self.action("renew", key), error))
    }

    async fn complete(&self, key: &str, result: &str, remember: Duration) -> Result<(), PortError> {
        self.client
            .update_item()
            .table_name(&self.table)
            .key("id", Self::text(key))
            .update_expression("SET #data = :data, #status = :completed, #expiration = :expiration")
            .expression_attribute_names("#data", "data")
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#expiration", "expiration")
            .expression_attribute_values(":data", Self::text(result))
            .expression_attribute_values(":completed", Self::text("COMPLETED"))
            .expression_attribute_values(":expiration", self.seconds_from_now(remember))
            .send()
            .await
            .map(drop)
            .map_err(|error| port_error(self.action("complete", key), error))
    }

    async fn abandon(&self, key: &str) -> Result<(), PortError> {
        let answer = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("id", Self::text(key))
            .condition_expression("#status = :in_progress")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":in_progress", Self::text("INPROGRESS"))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(()),
            // There is no claim to give up.
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(DeleteItemError::is_conditional_check_failed_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(port_error(self.action("abandon", key), error)),
        }
    }
}

fn read(item: &HashMap<String, AttributeValue>) -> Begin {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
    match text("status").map(String::as_str) {
        Some("COMPLETED") => Begin::Completed(text("data").cloned().unwrap_or_default()),
        _ => Begin::InProgress,
    }
}
