//! Lines that belong into one file.

use bytes::Bytes;

/// A captured exchange.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// The exchange's event.
    pub(super) event: String,
    pub(super) content: Bytes,
}

/// Lines of one model, variant and hour.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    pub(super) folder: String,
    pub(super) lines: Vec<Line>,
    pub(super) bytes: usize,
}

impl Batch {
    /// A batch of lines.
    pub(super) fn new(folder: String, lines: Vec<Line>) -> Self {
        let bytes = lines.iter().map(|line| line.content.len()).sum();
        Self { folder, lines, bytes }
    }

    pub(super) fn push(&mut self, line: Line) {
        self.bytes += line.content.len();
        self.lines.push(line);
    }

    /// The key of its file. The first line's event names it, so that writing it again replaces
    /// it.
    pub(super) fn key(&self) -> String {
        let event = self.lines.first().map_or("", |line| line.event.as_str());
        format!("{}{event}.jsonl", self.folder)
    }

    pub(super) fn contents(&self) -> Vec<Bytes> {
        self.lines.iter().map(|line| line.content.clone()).collect()
    }

    /// Its lines in two batches: those that are `chosen` by place and content, and the others.
    pub(super) fn split(&self, chosen: impl Fn(usize, &Bytes) -> bool) -> (Self, Self) {
        let of = |lines: Vec<(usize, &Line)>| {
            let lines = lines.into_iter().map(|(_, line)| line.clone());
            Self::new(self.folder.clone(), lines.collect())
        };
        let (one, other) = (self.lines.iter().enumerate())
            .partition(|(place, line)| chosen(*place, &line.content));
        (of(one), of(other))
    }

    /// Its lines and those of another batch of the same folder.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.bytes += other.bytes;
        self.lines.extend(other.lines);
        self
    }
}
