//! What a delivery stream is made of.

use std::time::Duration;

/// A delivery stream to S3 with dynamic partitioning.
#[derive(Clone, Debug)]
pub struct DeliveryStreamSpec {
    /// Its name.
    pub name: String,
    /// The bucket that its files go to.
    pub bucket: String,
    /// The prefix of the file that a record goes into; `None` for a record of which none can
    /// be told. AWS has expressions in JQ and a pattern for that.
    pub prefix: fn(&[u8]) -> Option<String>,
    /// The prefix of the file of those records.
    pub error_prefix: String,
    /// What files' names end with.
    pub extension: String,
    /// How many bytes of a prefix are enough for a file.
    pub buffer_bytes: u64,
    /// How long a record waits for others at most.
    pub buffer_time: Duration,
    /// How many records are taken in a second; others are refused.
    pub records_per_second: usize,
}
