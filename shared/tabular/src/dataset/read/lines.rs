//! A window of bytes that moves over a reader.

use std::io::Read;

use super::source::ReadError;
use crate::dataset::defect::Defect;

/// The size of the window before a long line makes it grow.
const WINDOW: usize = 1 << 20;

/// The part of a reader's bytes that is being looked at.
pub(super) struct Lines<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    longest: usize,
    /// The line that the window starts on, from 1.
    pub(super) line: u64,
}

impl<R: Read> Lines<R> {
    /// The bytes of `input`, in which no line may be longer than `longest`. A byte-order
    /// mark is passed over.
    pub(super) fn new(input: R, longest: usize) -> Result<Self, ReadError> {
        let buffer = vec![0; WINDOW];
        let mut lines = Self { input, buffer, start: 0, end: 0, ended: false, longest, line: 1 };
        while lines.end < lines.buffer.len() && !lines.ended {
            lines.fill()?;
        }
        if lines.bytes().starts_with(b"\xef\xbb\xbf") {
            lines.start = 3;
        }
        Ok(lines)
    }

    /// What is in the window.
    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether nothing comes after the window.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Reads on. The window's start stays where it is; it grows when it is full.
    ///
    /// # Errors
    /// When the reader fails, or the window holds one line that is longer than allowed.
    pub(super) fn fill(&mut self) -> Result<(), ReadError> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            if self.end >= self.longest {
                return Err(self.too_long());
            }
            self.buffer.resize((2 * self.end).min(self.longest), 0);
        }
        let room = self.buffer.get_mut(self.end..).unwrap_or_default();
        let count = loop {
            match self.input.read(room) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.end += count;
        self.ended = count == 0;
        Ok(())
    }

    /// The length of the line at the window's start, without its end; `None` at the end
    /// of all.
    ///
    /// # Errors
    /// Those of [`Self::fill`].
    pub(super) fn line(&mut self, newline: u8) -> Result<Option<usize>, ReadError> {
        let mut searched = 0;
        loop {
            let unsearched = self.bytes().get(searched..).unwrap_or_default();
            if let Some(length) = memchr::memchr(newline, unsearched) {
                return Ok(Some(searched + length));
            }
            searched = self.bytes().len();
            if self.ended {
                return Ok((searched > 0).then_some(searched));
            }
            self.fill()?;
        }
    }

    /// Moves the start by `count` bytes that hold `lines` ends of lines.
    pub(super) fn consume(&mut self, count: usize, lines: u64) {
        self.start = (self.start + count).min(self.end);
        self.line += lines;
    }

    fn too_long(&self) -> ReadError {
        Defect::new(
            "long_row",
            format!(
                "the row that starts on line {} is longer than {} bytes: check its quotes and \
                 its end of line",
                self.line, self.longest
            ),
        )
        .into()
    }
}
