//! The transactions that change the registry.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::builders::{ConditionCheckBuilder, PutBuilder};
use aws_sdk_dynamodb::types::{ConditionCheck, Put, TransactWriteItem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::item::{self, META, MODELS};
use super::{DynamoRegistry, Item, port_error};
use crate::name::{Alias, ModelName, Version};
use crate::port_error::PortError;
use crate::registry::{
    AliasRecord, Cause, Movement, NewVersion, Promotion, RejectionRecord, Traffic, VersionRecord,
};

/// The condition that there is no such item.
const ABSENT: &str = "attribute_not_exists(pk)";

/// A model's own item.
#[derive(Serialize, Deserialize)]
pub(super) struct Meta {
    pub(super) newest: Version,
}

/// Which version a run registered.
#[derive(Serialize, Deserialize)]
pub(super) struct Run {
    pub(super) version: Version,
}

/// A move of an alias, about to be written.
pub(super) struct AliasMove<'a> {
    pub(super) model: &'a ModelName,
    pub(super) alias: &'a Alias,
    pub(super) from: Option<Version>,
    pub(super) to: Version,
    pub(super) artifact: &'a str,
    pub(super) cause: &'a Cause,
    pub(super) at: Timestamp,
}

/// What must hold of an item for a transaction to be carried out.
struct Condition {
    expression: &'static str,
    values: Item,
}

/// A transaction that was not carried out.
pub(super) struct Refused {
    /// Because a condition did not hold, or another transaction was in the way.
    pub(super) cancelled: bool,
    pub(super) source: PortError,
}

impl DynamoRegistry {
    /// Carries a transaction out.
    pub(super) async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<(), Refused> {
        let answer =
            self.client.transact_write_items().set_transact_items(Some(writes)).send().await;
        answer.map(drop).map_err(|error| Refused {
            cancelled: error
                .as_service_error()
                .is_some_and(TransactWriteItemsError::is_transaction_canceled_exception),
            source: port_error(format!("write a transaction to table {}", self.table), error),
        })
    }

    /// The writes that register a version: its item, its run's, and the counter.
    pub(super) fn registration(
        &self,
        version: &NewVersion,
        number: Version,
        newest: Option<Version>,
        promotion: Option<&Promotion>,
    ) -> Result<Vec<TransactWriteItem>, PortError> {
        let model = &version.model;
        let record = VersionRecord { version: number, registered: version.clone() };
        let mut meta = self.item(model, META, &Meta { newest: number })?;
        meta.insert("gsi1pk".to_owned(), item::text(MODELS));
        meta.insert("gsi1sk".to_owned(), item::text(model.as_str()));
        let counter = self.put(meta);
        let counter = match newest {
            None => counter.condition_expression(ABSENT),
            Some(newest) => counter
                .condition_expression("newest = :newest")
                .expression_attribute_values(":newest", item::number(newest.number())),
        };
        let new = |sort_key: &str, item: Item| {
            self.build(model, sort_key, self.put(item).condition_expression(ABSENT))
        };
        let version_key = item::version_key(number);
        let run_key = item::run_key(&version.run);
        let mut writes = vec![
            self.build(model, META, counter)?,
            new(&version_key, self.item(model, &version_key, &record)?)?,
            new(&run_key, self.item(model, &run_key, &Run { version: number })?)?,
        ];
        if let Some(promotion) = promotion {
            writes.extend(self.alias_writes(&AliasMove {
                model,
                alias: &promotion.alias,
                from: promotion.expected,
                to: number,
                artifact: &version.artifact,
                cause: &promotion.cause,
                at: version.created_at,
            })?);
        }
        Ok(writes)
    }

    /// The writes that move an alias to a version that exists and, unless it is
    /// forced, was not rejected.
    pub(super) fn movement(
        &self,
        movement: &AliasMove<'_>,
        force: bool,
    ) -> Result<Vec<TransactWriteItem>, PortError> {
        let AliasMove { model, to, .. } = *movement;
        let mut writes = self.alias_writes(movement)?;
        writes.push(self.exists(model, to)?);
        if !force {
            writes.push(self.not_rejected(model, to)?);
        }
        Ok(writes)
    }

    /// The writes that share an alias's requests as `shared` says, on the condition that
    /// the alias is as it was `read`, and that the versions exist and, unless it is
    /// forced, were not rejected.
    pub(super) fn sharing(
        &self,
        read: &AliasRecord,
        shared: &AliasRecord,
        decision: &Movement,
        force: bool,
    ) -> Result<Vec<TransactWriteItem>, PortError> {
        let AliasRecord { model, alias, traffic, .. } = shared;
        let alias_key = item::alias_key(alias);
        let unchanged = self.unchanged(read)?;
        let put = self
            .put(self.item(model, &alias_key, shared)?)
            .condition_expression(unchanged.expression)
            .set_expression_attribute_values(Some(unchanged.values));
        let mut writes = vec![self.build(model, &alias_key, put)?, self.decision(decision)?];
        for pinned in traffic.pinned() {
            writes.push(self.exists(model, pinned.version)?);
            if !force {
                writes.push(self.not_rejected(model, pinned.version)?);
            }
        }
        Ok(writes)
    }

    /// The writes that reject a version that exists, while the champion stays as it was
    /// read.
    pub(super) fn rejection(
        &self,
        record: &RejectionRecord,
        champion: Option<&AliasRecord>,
    ) -> Result<Vec<TransactWriteItem>, PortError> {
        let RejectionRecord { model, version, .. } = record;
        let sort_key = item::rejection_key(*version);
        let put = self.put(self.item(model, &sort_key, record)?).condition_expression(ABSENT);
        let champion_key = item::alias_key(&Alias::champion());
        let check = self.check(model, &champion_key);
        let check = match champion {
            None => check.condition_expression(ABSENT),
            Some(champion) => {
                let unchanged = self.unchanged(champion)?;
                check
                    .condition_expression(unchanged.expression)
                    .set_expression_attribute_values(Some(unchanged.values))
            }
        };
        Ok(vec![
            self.build(model, &sort_key, put)?,
            self.exists(model, *version)?,
            self.checked(model, &champion_key, check)?,
        ])
    }

    /// The condition that an alias points and shares its requests as it was read.
    fn unchanged(&self, read: &AliasRecord) -> Result<Condition, PortError> {
        let values = HashMap::from([(":version".to_owned(), item::number(read.version.number()))]);
        if read.traffic.is_plain() {
            let expression = "version = :version AND attribute_not_exists(traffic)";
            return Ok(Condition { expression, values });
        }
        let unwritable = |error| {
            let sort_key = item::alias_key(&read.alias);
            PortError::terminal(self.action("check", &read.model, &sort_key), error)
        };
        let traffic = item::value(&read.traffic).map_err(unwritable)?;
        let values = values.into_iter().chain([(":traffic".to_owned(), traffic)]).collect();
        Ok(Condition { expression: "version = :version AND traffic = :traffic", values })
    }

    fn not_rejected(
        &self,
        model: &ModelName,
        version: Version,
    ) -> Result<TransactWriteItem, PortError> {
        let rejection = item::rejection_key(version);
        let absent = self.check(model, &rejection).condition_expression(ABSENT);
        self.checked(model, &rejection, absent)
    }

    /// The record of a move, or of another sharing.
    fn decision(&self, movement: &Movement) -> Result<TransactWriteItem, PortError> {
        let Movement { model, alias, to, at, .. } = movement;
        let sort_key = format!("{}{}#{alias}#{to}", item::MOVES, item::instant(*at));
        self.build(model, &sort_key, self.put(self.item(model, &sort_key, movement)?))
    }

    /// The condition that a version exists.
    fn exists(&self, model: &ModelName, version: Version) -> Result<TransactWriteItem, PortError> {
        let sort_key = item::version_key(version);
        let exists = self.check(model, &sort_key).condition_expression("attribute_exists(pk)");
        self.checked(model, &sort_key, exists)
    }

    fn check(&self, model: &ModelName, sort_key: &str) -> ConditionCheckBuilder {
        ConditionCheck::builder().table_name(&self.table).set_key(Some(item::key(model, sort_key)))
    }

    fn checked(
        &self,
        model: &ModelName,
        sort_key: &str,
        check: ConditionCheckBuilder,
    ) -> Result<TransactWriteItem, PortError> {
        let check = check
            .build()
            .map_err(|error| PortError::terminal(self.action("check", model, sort_key), error))?;
        Ok(TransactWriteItem::builder().condition_check(check).build())
    }

    /// The alias's item, on the condition that it is where it is believed to be, and
    /// the record of the move.
    fn alias_writes(&self, movement: &AliasMove<'_>) -> Result<Vec<TransactWriteItem>, PortError> {
        let AliasMove { model, alias, from, to, artifact, cause, at } = movement;
        let alias_key = item::alias_key(alias);
        let record = AliasRecord {
            model: (*model).clone(),
            alias: (*alias).clone(),
            version: *to,
            artifact: (*artifact).to_owned(),
            moved_at: *at,
            traffic: Traffic::default(),
        };
        let put = self.put(self.item(model, &alias_key, &record)?);
        let put = match from {
            None => put.condition_expression(ABSENT),
            Some(from) => put
                .condition_expression("version = :expected")
                .expression_attribute_values(":expected", item::number(from.number())),
        };
        let decision = self.decision(&Movement {
            model: (*model).clone(),
            alias: (*alias).clone(),
            from: *from,
            to: *to,
            traffic: Traffic::default(),
            at: *at,
            cause: (*cause).clone(),
        })?;
        Ok(vec![self.build(model, &alias_key, put)?, decision])
    }

    fn item<T: Serialize>(
        &self,
        model: &ModelName,
        sort_key: &str,
        record: &T,
    ) -> Result<Item, PortError> {
        item::item(model, sort_key, record)
            .map_err(|error| PortError::terminal(self.action("write", model, sort_key), error))
    }

    fn put(&self, item: Item) -> PutBuilder {
        Put::builder().table_name(&self.table).set_item(Some(item))
    }

    fn build(
        &self,
        model: &ModelName,
        sort_key: &str,
        put: PutBuilder,
    ) -> Result<TransactWriteItem, PortError> {
        let put = put
            .build()
            .map_err(|error| PortError::terminal(self.action("write", model, sort_key), error))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}
