//! Descriptions of tables.

use serde_json::{Value, json};

/// A table; every key attribute is a string.
#[derive(Clone, Debug)]
pub struct TableSpec {
    /// The table's name.
    pub name: String,
    /// Its primary key.
    pub key: KeySpec,
    /// Its global secondary index, which projects all attributes.
    pub index: Option<IndexSpec>,
    /// The attribute that holds when an item expires, in epoch seconds.
    pub time_to_live: Option<String>,
}

/// The key of a table or an index.
#[derive(Clone, Debug)]
pub struct KeySpec {
    /// The partition key's attribute.
    pub partition: String,
    /// The sort key's attribute.
    pub sort: Option<String>,
}

/// A global secondary index.
#[derive(Clone, Debug)]
pub struct IndexSpec {
    /// The index's name.
    pub name: String,
    /// Its key.
    pub key: KeySpec,
}

impl TableSpec {
    /// The `CreateTable` request.
    pub(super) fn creation(&self) -> Value {
        let keys = std::iter::once(&self.key).chain(self.index.iter().map(|index| &index.key));
        let mut attributes: Vec<_> = keys.flat_map(KeySpec::attributes).collect();
        attributes.sort_unstable();
        attributes.dedup();
        let definitions: Vec<_> = attributes
            .iter()
            .map(|name| json!({"AttributeName": name, "AttributeType": "S"}))
            .collect();
        let mut request = json!({
            "TableName": self.name,
            "KeySchema": self.key.schema(),
            "AttributeDefinitions": definitions,
            "BillingMode": "PAY_PER_REQUEST",
        });
        if let (Some(index), Value::Object(request)) = (&self.index, &mut request) {
            let index = json!([{
                "IndexName": index.name,
                "KeySchema": index.key.schema(),
                "Projection": {"ProjectionType": "ALL"},
            }]);
            request.insert("GlobalSecondaryIndexes".to_owned(), index);
        }
        request
    }
}

impl KeySpec {
    fn attributes(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.partition.as_str()).chain(self.sort.as_deref())
    }

    fn schema(&self) -> Value {
        let types = ["HASH", "RANGE"];
        let elements = self.attributes().zip(types);
        elements.map(|(name, key)| json!({"AttributeName": name, "KeyType": key})).collect()
    }
}
