//! Registering versions and moving aliases, each in one transaction.

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::builders::PutBuilder;
use aws_sdk_dynamodb::types::{ConditionCheck, Put, TransactWriteItem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::item::{self, META, MODELS};
use super::{DynamoRegistry, Item, port_error};
use crate::name::{Alias, ModelName, Version};
use crate::port_error::PortError;
use crate::registry::{
    AliasRecord, Movement, NewVersion, Promotion, ReadRegistry, Registered, VersionRecord,
    WriteError, WriteRegistry,
};

/// How often a registration tries again after losing a race for its number.
const ATTEMPTS: usize = 20;

#[derive(Serialize, Deserialize)]
struct Meta {
    newest: Version,
}

#[derive(Serialize, Deserialize)]
struct Run {
    version: Version,
}

/// A move of an alias, about to be written.
struct Move<'a> {
    model: &'a ModelName,
    alias: &'a Alias,
    from: Option<Version>,
    to: Version,
    artifact: &'a str,
    reason: &'a str,
    at: Timestamp,
}

#[async_trait]
impl WriteRegistry for DynamoRegistry {
    async fn register(
        &self,
        version: NewVersion,
        promotion: Option<Promotion>,
    ) -> Result<Registered, WriteError> {
        let model = version.model.clone();
        let run_key = item::run_key(&version.run);
        let mut lost = None;
        for _ in 0..ATTEMPTS {
            if let Some(Run { version }) = self.get(&model, &run_key).await? {
                return Ok(Registered { version, newly: false });
            }
            if let Some(promotion) = &promotion {
                self.expect_alias(&model, &Alias::champion(), promotion.expected).await?;
            }
            let newest: Option<Meta> = self.get(&model, META).await?;
            let newest = newest.map(|meta| meta.newest);
            let number = newest.map_or(Version::FIRST, Version::next);
            let writes = self.registration(&version, number, newest, promotion.as_ref())?;
            match self.transact(writes).await {
                Ok(()) => return Ok(Registered { version: number, newly: true }),
                Err(error) if error.cancelled => lost = Some(error.source),
                Err(error) => return Err(WriteError::Port(error.source)),
            }
        }
        Err(WriteError::Port(lost.unwrap_or_else(|| {
            PortError::retryable(self.action("register", &model, META), "too many writers")
        })))
    }

    async fn move_alias(
        &self,
        model: &ModelName,
        alias: &Alias,
        to: Version,
        expected: Option<Version>,
        reason: &str,
    ) -> Result<AliasRecord, WriteError> {
        let Some(version) = self.version(model, to).await? else {
            return Err(WriteError::UnknownVersion { model: model.clone(), version: to });
        };
        self.expect_alias(model, alias, expected).await?;
        let at = self.clock.now();
        let artifact = version.artifact.clone();
        let movement = Move { model, alias, from: expected, to, artifact: &artifact, reason, at };
        match self.transact(self.movement(&movement)?).await {
            Ok(()) => Ok(AliasRecord {
                model: model.clone(),
                alias: alias.clone(),
                version: to,
                artifact,
                moved_at: at,
            }),
            Err(error) => {
                // A cancelled transaction means that somebody else moved it.
                self.expect_alias(model, alias, expected).await?;
                Err(WriteError::Port(error.source))
            }
        }
    }
}

/// A transaction that was not carried out.
struct Refused {
    /// Because a condition did not hold, or another transaction was in the way.
    cancelled: bool,
    source: PortError,
}

impl DynamoRegistry {
    async fn expect_alias(
        &self,
        model: &ModelName,
        alias: &Alias,
        expected: Option<Version>,
    ) -> Result<(), WriteError> {
        let found = self.alias(model, alias).await?.map(|record| record.version);
        if found == expected {
            return Ok(());
        }
        Err(WriteError::Conflict { model: model.clone(), alias: alias.clone(), expected, found })
    }

    async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<(), Refused> {
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
    fn registration(
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
            None => counter.condition_expression("attribute_not_exists(pk)"),
            Some(newest) => counter
                .condition_expression("newest = :newest")
                .expression_attribute_values(":newest", item::number(newest.number())),
        };
        let new = |sort_key: &str, item: Item| {
            self.build(
                model,
                sort_key,
                self.put(item).condition_expression("attribute_not_exists(pk)"),
            )
        };
        let version_key = item::version_key(number);
        let run_key = item::run_key(&version.run);
        let mut writes = vec![
            self.build(model, META, counter)?,
            new(&version_key, self.item(model, &version_key, &record)?)?,
            new(&run_key, self.item(model, &run_key, &Run { version: number })?)?,
        ];
        if let Some(promotion) = promotion {
            writes.extend(self.alias_writes(&Move {
                model,
                alias: &Alias::champion(),
                from: promotion.expected,
                to: number,
                artifact: &version.artifact,
                reason: &promotion.reason,
                at: version.created_at,
            })?);
        }
        Ok(writes)
    }

    /// The writes that move an alias to a version that exists.
    fn movement(&self, movement: &Move<'_>) -> Result<Vec<TransactWriteItem>, PortError> {
        let sort_key = item::version_key(movement.to);
        let exists = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(item::key(movement.model, &sort_key)))
            .condition_expression("attribute_exists(pk)")
            .build()
            .map_err(|error| {
                PortError::terminal(self.action("check", movement.model, &sort_key), error)
            })?;
        let mut writes = self.alias_writes(movement)?;
        writes.push(TransactWriteItem::builder().condition_check(exists).build());
        Ok(writes)
    }

    /// The alias's item, on the condition that it is where it is believed to be, and
    /// the record of the move.
    fn alias_writes(&self, movement: &Move<'_>) -> Result<Vec<TransactWriteItem>, PortError> {
        let Move { model, alias, from, to, artifact, reason, at } = movement;
        let alias_key = item::alias_key(alias);
        let record = AliasRecord {
            model: (*model).clone(),
            alias: (*alias).clone(),
            version: *to,
            artifact: (*artifact).to_owned(),
            moved_at: *at,
        };
        let put = self.put(self.item(model, &alias_key, &record)?);
        let put = match from {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(from) => put
                .condition_expression("version = :expected")
                .expression_attribute_values(":expected", item::number(from.number())),
        };
        let move_key = format!("{}{}#{alias}#{to}", item::MOVES, item::instant(*at));
        let record = Movement {
            model: (*model).clone(),
            alias: (*alias).clone(),
            from: *from,
            to: *to,
            at: *at,
            reason: (*reason).to_owned(),
        };
        Ok(vec![
            self.build(model, &alias_key, put)?,
            self.build(model, &move_key, self.put(self.item(model, &move_key, &record)?))?,
        ])
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
