//! Data Firehose: records are kept until there are enough of them or they have waited long
//! enough, and are then written to S3, each under the prefix that follows from its content.
//!
//! A record is durable when it is acknowledged, and stays until its file is: each is delivered
//! at least once, also when the process ends in between.

mod api;
mod delivery;
mod error;
mod spec;
mod store;
mod streams;

pub use error::FirehoseError;
pub use spec::DeliveryStreamSpec;
pub use streams::DeliveryStreams;

pub(super) use api::handle;
