//! A file through the model, in bounded memory: one thread reads and answers, the runtime
//! fetches what comes next and uploads what has come.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use model_factory::batch::{Part, Summary, Wishes, score};
use model_factory::port_error::PortError;
use model_factory::runtime::Failure;
use model_factory::serving::ServedModel;
use model_factory::spec::TableFormat;
use model_factory::storage::{Described, ObjectSource, Upload};
use tokio::sync::mpsc::{self, Receiver};

use crate::identity::Identity;
use crate::manifest::Written;
use crate::ports::Ports;
use crate::stop::Stop;

/// How many parts may wait for their upload.
const WAITING: usize = 4;

/// A file and what is asked of it.
pub(crate) struct Streamed<'a> {
    pub(crate) ports: &'a Ports,
    pub(crate) identity: &'a Identity,
    pub(crate) served: Arc<ServedModel>,
    pub(crate) key: &'a str,
    pub(crate) described: Described,
    pub(crate) wishes: Wishes,
    pub(crate) deadline: Instant,
}

/// What has come of a file.
#[derive(Default)]
pub(crate) struct Streaming {
    /// `None` when it has no row.
    pub(crate) summary: Option<Summary>,
    pub(crate) output: Option<Written>,
    pub(crate) outliers: Option<Written>,
    pub(crate) rejected: Option<Written>,
}

impl Streamed<'_> {
    /// Scores the file. Its predictions are there when all of them are.
    pub(crate) async fn run(self) -> Result<Streaming, Stop> {
        let Self { ports, identity, served, key, described, wishes, deadline } = self;
        let objects = Arc::clone(&ports.read_objects);
        let source = Arc::new(ObjectSource::new(objects, key.to_owned(), described));
        let (sender, receiver) = mpsc::channel(WAITING);
        let name = key.to_owned();
        let work = tokio::task::spawn_blocking(move || {
            score(&served, &name, source, &wishes, deadline, |part| {
                sender.blocking_send(part).map_err(|_| io::Error::other("nobody takes the rows"))
            })
        });
        let mut uploads = Uploads { ports, identity, output: None, outliers: None, rejected: None };
        let uploaded = uploads.take(receiver).await;
        let scored = work.await.map_err(|error| Failure::terminal(&error))?;
        let ended = match (uploaded, scored) {
            (Err(error), _) => Err(error.into()),
            (Ok(()), Err(error)) => Err(error.into()),
            (Ok(()), Ok(summary)) => Ok(summary),
        };
        match ended {
            Ok(summary) => {
                let rejected = Uploads::complete(uploads.rejected.take()).await?;
                let outliers = Uploads::complete(uploads.outliers.take()).await?;
                let output = Uploads::complete(uploads.output.take()).await?;
                Ok(Streaming { summary, output, outliers, rejected })
            }
            Err(stop) => {
                uploads.abort().await;
                Err(stop)
            }
        }
    }
}

/// What is being written.
struct Uploads<'a> {
    ports: &'a Ports,
    identity: &'a Identity,
    output: Option<Open>,
    outliers: Option<Open>,
    rejected: Option<Open>,
}

struct Open {
    written: Written,
    upload: Box<dyn Upload>,
}

impl Uploads<'_> {
    async fn take(&mut self, mut parts: Receiver<Part>) -> Result<(), PortError> {
        let Self { ports, identity, output, outliers, rejected } = self;
        while let Some(part) = parts.recv().await {
            let (open, folder, format, bytes) = match part {
                Part::Predictions(format, bytes) => (&mut *output, "output", format, bytes),
                Part::Outliers(format, bytes) => (&mut *outliers, "outliers", format, bytes),
                Part::Rejected(bytes) => (&mut *rejected, "rejected", TableFormat::Jsonl, bytes),
            };
            let open = match open {
                Some(open) => open,
                None => {
                    let key = identity.key(folder, format.name());
                    let upload = ports.upload_objects.upload(&key, format.media_type()).await?;
                    open.insert(Open { written: Written { key, bytes: 0 }, upload })
                }
            };
            open.written.bytes += bytes.len() as u64;
            open.upload.write(bytes.into()).await?;
        }
        Ok(())
    }

    async fn complete(open: Option<Open>) -> Result<Option<Written>, PortError> {
        let Some(Open { written, upload }) = open else { return Ok(None) };
        upload.complete().await?;
        Ok(Some(written))
    }

    /// Leaves nothing behind, as far as the store can be asked.
    async fn abort(self) {
        let open = [self.output, self.outliers, self.rejected];
        for Open { written, upload } in open.into_iter().flatten() {
            if let Err(error) = upload.abort().await {
                tracing::warn!(key = written.key, %error, "parts of an object are left behind");
            }
        }
    }
}
