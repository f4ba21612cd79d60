//! Records to a Firehose delivery stream.

use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_firehose::Client;
use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types::Record;
use bytes::Bytes;

use super::batches::batches;
use super::error::port_error;
use crate::delivery_stream::{PutRecords, Unput};
use crate::port_error::PortError;

/// The most records and bytes that one call may have.
const RECORDS: usize = 500;
const BYTES: usize = 4 << 20;

/// How often records are put that the stream refuses, and the pause before the second time; it
/// doubles from time to time.
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(50);

/// A delivery stream.
#[derive(Debug, Clone)]
pub struct DeliveryStream {
    client: Client,
    name: String,
}

/// Records that a call did not put, by their places, and why the last of them was not.
#[derive(Debug, Default)]
struct Refused {
    places: Vec<usize>,
    source: Option<PortError>,
}

impl DeliveryStream {
    /// The delivery stream called `name`.
    #[must_use]
    pub fn new(config: &SdkConfig, name: impl Into<String>) -> Self {
        Self { client: Client::new(config), name: name.into() }
    }

    /// Puts the records at `places`. A stream refuses single records, above all when more come
    /// than it takes in a second.
    async fn call(&self, records: &[Bytes], places: &[usize]) -> Result<Refused, PortError> {
        let action = || format!("put {} records into stream {}", places.len(), self.name);
        let mut put = self.client.put_record_batch().delivery_stream_name(&self.name);
        for record in places.iter().filter_map(|&place| records.get(place)) {
            let record = Record::builder().data(Blob::new(record.as_ref())).build();
            put = put.records(record.map_err(|error| PortError::terminal(action(), error))?);
        }
        let answer = put.send().await.map_err(|error| port_error(action(), error))?;
        let mut refused = Refused::default();
        for (&place, entry) in places.iter().zip(answer.request_responses()) {
            if let Some(code) = entry.error_code() {
                let message = entry.error_message().unwrap_or_default();
                refused.places.push(place);
                refused.source = Some(PortError::retryable(action(), format!("{code}: {message}")));
            }
        }
        Ok(refused)
    }
}

#[async_trait]
impl PutRecords for DeliveryStream {
    async fn put(&self, records: &[Bytes]) -> Result<(), Unput> {
        // What no further attempt is made at: the client has made some by itself.
        let mut failed = Refused::default();
        let mut refused = Refused { places: (0..records.len()).collect(), source: None };
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                tokio::time::sleep(PAUSE * 2_u32.pow(attempt - 1)).await;
            }
            let left = std::mem::take(&mut refused).places;
            for places in calls(records, &left) {
                match self.call(records, places).await {
                    Ok(Refused { places, source }) => {
                        refused.places.extend(places);
                        refused.source = source.or(refused.source);
                    }
                    Err(error) => {
                        failed.places.extend(places);
                        failed.source = Some(error);
                    }
                }
            }
            if refused.places.is_empty() {
                break;
            }
        }
        match failed.source.or(refused.source) {
            None => Ok(()),
            Some(source) => {
                let indices = failed.places.into_iter().chain(refused.places).collect();
                Err(Unput { indices, source })
            }
        }
    }
}

/// The places in as many parts as there are calls to make.
fn calls<'a>(records: &[Bytes], places: &'a [usize]) -> impl Iterator<Item = &'a [usize]> {
    let size = |place: &usize| records.get(*place).map_or(0, Bytes::len);
    let batches = batches(places.iter().map(size), RECORDS, BYTES);
    batches.into_iter().filter_map(|batch| places.get(batch))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(records: &[usize]) -> Vec<usize> {
        let records: Vec<Bytes> = records.iter().map(|&size| vec![0; size].into()).collect();
        let places: Vec<usize> = (0..records.len()).collect();
        calls(&records, &places).map(<[usize]>::len).collect()
    }

    #[test]
    fn a_call_has_at_most_500_records_and_4_mebibytes() {
        assert_eq!(sizes(&[]), [] as [usize; 0]);
        assert_eq!(sizes(&[1; 1001]), [500, 500, 1]);
        assert_eq!(sizes(&[1 << 20; 9]), [4, 4, 1]);
        assert_eq!(sizes(&[1, 5 << 20, 1]), [1, 1, 1]);
    }
}
