//! What was answered, until it is written.

mod batch;
mod sink;
mod under_way;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use model_factory::capture::{CaptureLine, hour_prefix};
use model_factory::clock::Clock;
use model_factory::port_error::chain;

use batch::{Batch, Line};
pub use sink::Sink;
use sink::Unwritten;
use under_way::UnderWay;

/// The bytes of a file after which another one is begun, and a flush does not wait.
const FILE_BYTES: usize = 4 << 20;

/// How much is held, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaptureSettings {
    /// The bytes of lines that are held while they cannot be written; more are lost, and
    /// counted.
    pub capacity: usize,
    /// How long after a write lines wait for others, so that files are larger and fewer; those
    /// of rare requests do not. Default 0: they are written after each answer.
    pub delay: Duration,
}

impl CaptureSettings {
    /// A sixteenth of a function's memory, and no delay.
    #[must_use]
    pub fn for_memory(megabytes: usize) -> Self {
        Self { capacity: megabytes.saturating_mul(1 << 20) / 16, delay: Duration::ZERO }
    }

    /// The same with a delay.
    #[must_use]
    pub fn with_delay(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }
}

/// What came of a flush, and of what was added since the one before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flushed {
    /// Lines that were written.
    pub written: u64,
    /// Writes that failed; their lines are tried again.
    pub failures: u64,
    /// Lines that there was no room for.
    pub lost: u64,
}

/// A buffer of captured exchanges.
pub struct Captures {
    sink: Sink,
    clock: Arc<dyn Clock>,
    settings: CaptureSettings,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    batches: Vec<Batch>,
    bytes: usize,
    /// When lines were last written, or were to be.
    tried: Option<Timestamp>,
    lost: u64,
}

impl Captures {
    /// An empty buffer before a sink.
    #[must_use]
    pub fn new(sink: Sink, clock: Arc<dyn Clock>, settings: CaptureSettings) -> Self {
        Self { sink, clock, settings, state: Mutex::default() }
    }

    /// Adds an exchange, unless there is no room for it.
    pub fn push(&self, line: &CaptureLine) {
        let mut content = Vec::new();
        let Some(origin) = &line.model_factory else { return };
        let event = &line.event_metadata;
        let mut state = self.state();
        if line.write(&mut content).is_err() || state.bytes + content.len() > self.settings.capacity
        {
            state.lost += 1;
            return;
        }
        state.bytes += content.len();
        let folder = hour_prefix(&origin.model, &origin.variant, event.inference_time);
        let batch = state.batches.iter_mut().rev().find(|batch| batch.folder == folder);
        let line = Line { event: event.event_id.clone(), content: content.into() };
        match batch.filter(|batch| batch.bytes + line.content.len() <= FILE_BYTES) {
            Some(batch) => batch.push(line),
            None => state.batches.push(Batch::new(folder, vec![line])),
        }
    }

    /// Counts lines that were lost before they came here.
    pub fn count_lost(&self, lines: u64) {
        self.state().lost += lines;
    }

    /// Writes what was added, where the last write is long enough ago or it is enough.
    pub async fn flush(&self) -> Flushed {
        let waits = {
            let State { bytes, tried, .. } = &*self.state();
            let since = tried.map(|tried| self.clock.now().duration_since(tried).unsigned_abs());
            *bytes < FILE_BYTES && since.is_some_and(|since| since < self.settings.delay)
        };
        match waits {
            true => Flushed { lost: std::mem::take(&mut self.state().lost), ..Flushed::default() },
            false => self.flush_all().await,
        }
    }

    /// Writes all that was added. What cannot be written stays in the buffer, also when the
    /// flush is cut off.
    pub async fn flush_all(&self) -> Flushed {
        let mut flushed = Flushed::default();
        let mut under_way = UnderWay::of(self);
        while let Some(batch) = under_way.next() {
            let lines = batch.lines.len();
            let rest = match self.sink.write(batch).await {
                Ok(()) => None,
                Err(Unwritten { rest, source }) => {
                    let error = chain(&source);
                    tracing::error!(error, "captures are not written; they are tried again");
                    flushed.failures += 1;
                    Some(rest)
                }
            };
            flushed.written += (lines - rest.as_ref().map_or(0, |rest| rest.lines.len())) as u64;
            under_way.tried(rest);
        }
        drop(under_way);
        flushed.lost = std::mem::take(&mut self.state().lost);
        flushed
    }

    /// Gives up what is held, which is lost then.
    pub fn abandon(&self) -> Flushed {
        let mut state = self.state();
        let State { batches, lost, .. } = std::mem::take(&mut *state);
        let held: usize = batches.iter().map(|batch| batch.lines.len()).sum();
        Flushed { lost: lost + held as u64, ..Flushed::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
