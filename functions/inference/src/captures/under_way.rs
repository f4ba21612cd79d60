//! A flush.

use std::collections::VecDeque;

use super::Captures;
use super::batch::Batch;

/// Batches that are being written. What is not written when the flush ends, or is cut off,
/// goes back into the buffer, before what was added since.
pub(super) struct UnderWay<'c> {
    captures: &'c Captures,
    /// The first one is being written.
    waiting: VecDeque<Batch>,
    unwritten: Vec<Batch>,
}

impl<'c> UnderWay<'c> {
    /// All that was added.
    pub(super) fn of(captures: &'c Captures) -> Self {
        let mut state = captures.state();
        let waiting: VecDeque<Batch> = std::mem::take(&mut state.batches).into();
        if !waiting.is_empty() {
            state.tried = Some(captures.clock.now());
        }
        drop(state);
        Self { captures, waiting, unwritten: Vec::new() }
    }

    /// The batch to be written.
    pub(super) fn next(&self) -> Option<&Batch> {
        self.waiting.front()
    }

    /// The batch has been written, but for the `rest`.
    pub(super) fn tried(&mut self, rest: Option<Batch>) {
        let bytes = |batch: Option<&Batch>| batch.map_or(0, |batch| batch.bytes);
        let before = self.waiting.pop_front();
        self.captures.state().bytes -= bytes(before.as_ref()) - bytes(rest.as_ref());
        self.unwritten.extend(rest);
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.unwritten.extend(self.waiting.drain(..));
        if self.unwritten.is_empty() {
            return;
        }
        let mut state = self.captures.state();
        self.unwritten.append(&mut state.batches);
        state.batches = std::mem::take(&mut self.unwritten);
    }
}
