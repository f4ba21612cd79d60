//! Where captured lines go.

use std::sync::Arc;

use model_factory::delivery_stream::{PutRecords, RECORD_BYTES};
use model_factory::port_error::PortError;
use model_factory::storage::WriteObjects;
use model_factory::storage::keys::JSON_LINES;

use super::batch::Batch;

/// Where captured lines go.
pub enum Sink {
    /// Into the bucket, each batch a file.
    Bucket(Arc<dyn WriteObjects>),
    /// Into a delivery stream, which makes larger files of the lines of many sandboxes.
    Stream {
        /// The stream.
        records: Arc<dyn PutRecords>,
        /// Takes lines that are too large for a record.
        objects: Arc<dyn WriteObjects>,
    },
}

/// Lines that are not written.
#[derive(Debug)]
pub(super) struct Unwritten {
    pub(super) rest: Batch,
    pub(super) source: PortError,
}

impl Sink {
    /// Writes a batch's lines.
    pub(super) async fn write(&self, batch: &Batch) -> Result<(), Unwritten> {
        match self {
            Self::Bucket(objects) => file(objects.as_ref(), batch).await,
            Self::Stream { records, objects } => {
                let (large, small) = batch.split(|_, line| line.len() > RECORD_BYTES);
                let streamed = stream(records.as_ref(), &small).await;
                match (streamed, file(objects.as_ref(), &large).await) {
                    (Ok(()), filed) => filed,
                    (streamed, Ok(())) => streamed,
                    (Err(streamed), Err(filed)) => {
                        Err(Unwritten { rest: streamed.rest.and(filed.rest), ..streamed })
                    }
                }
            }
        }
    }
}

/// Writes all lines of a batch, or none.
async fn file(objects: &dyn WriteObjects, batch: &Batch) -> Result<(), Unwritten> {
    if batch.lines.is_empty() {
        return Ok(());
    }
    let written = objects.put(&batch.key(), JSON_LINES, batch.contents().concat().into()).await;
    written.map_err(|source| Unwritten { rest: batch.clone(), source })
}

/// Puts each line of a batch as a record.
async fn stream(records: &dyn PutRecords, batch: &Batch) -> Result<(), Unwritten> {
    if batch.lines.is_empty() {
        return Ok(());
    }
    records.put(&batch.contents()).await.map_err(|unput| {
        let (rest, _) = batch.split(|place, _| unput.indices.contains(&place));
        Unwritten { rest, source: unput.source }
    })
}
