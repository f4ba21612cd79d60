//! What was answered, until it is written to the bucket.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model_factory::capture::{CaptureLine, key};
use model_factory::port_error::PortError;
use model_factory::storage::WriteObjects;

/// The media type of JSON lines.
const JSON_LINES: &str = "application/jsonlines";

/// A buffer of captured exchanges.
pub struct Captures {
    objects: Arc<dyn WriteObjects>,
    lines: Mutex<Vec<CaptureLine>>,
}

impl Captures {
    /// An empty buffer before a bucket.
    #[must_use]
    pub fn new(objects: Arc<dyn WriteObjects>) -> Self {
        Self { objects, lines: Mutex::default() }
    }

    /// Adds an exchange.
    pub fn push(&self, line: CaptureLine) {
        self.lines().push(line);
    }

    /// Writes all that was added, one file for each model, variant and hour. What
    /// could not be written stays in the buffer.
    ///
    /// # Errors
    /// When the bucket cannot be asked.
    pub async fn flush(&self) -> Result<(), PortError> {
        let lines = std::mem::take(&mut *self.lines());
        let mut files: BTreeMap<String, Vec<CaptureLine>> = BTreeMap::new();
        for line in lines {
            if let Some(file) = file_of(&line) {
                files.entry(file).or_default().push(line);
            }
        }
        let mut failed = None;
        for lines in files.into_values() {
            if let Err(error) = self.write(&lines).await {
                self.lines().extend(lines);
                failed = Some(error);
            }
        }
        failed.map_or(Ok(()), Err)
    }

    async fn write(&self, lines: &[CaptureLine]) -> Result<(), PortError> {
        let Some((first, origin)) =
            lines.first().and_then(|line| Some((line, line.model_factory.as_ref()?)))
        else {
            return Ok(());
        };
        let event = &first.event_metadata;
        let key = key(&origin.model, &origin.variant, event.inference_time, &event.event_id);
        let mut content = Vec::new();
        for line in lines {
            line.write(&mut content)
                .map_err(|error| PortError::terminal(format!("write {key}"), error))?;
        }
        self.objects.put(&key, JSON_LINES, content.into()).await
    }

    fn lines(&self) -> MutexGuard<'_, Vec<CaptureLine>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The folder of a line's file.
fn file_of(line: &CaptureLine) -> Option<String> {
    let origin = line.model_factory.as_ref()?;
    Some(key(&origin.model, &origin.variant, line.event_metadata.inference_time, ""))
}
