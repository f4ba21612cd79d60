//! A window seen in order of time, so that a change in a part of it shows.

use jiff::Timestamp;

use crate::profile::{Incompatible, Observation, Profile};
use crate::window::Window;

/// How finely a window's time is divided. What is counted apart can be put together
/// in parts of about as many rows, whenever the traffic came.
const SPANS: usize = 16;

/// Counts of a window in spans of equal time.
///
/// Timelines of one window add up like the observations that they consist of.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    window: Window,
    spans: Vec<Observation>,
}

/// A part of a window, and what was seen in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    /// The part.
    pub window: Window,
    /// What was seen.
    pub observed: Observation,
}

impl Timeline {
    /// A window of which nothing has been seen yet.
    #[must_use]
    pub fn new(reference: &Profile, window: Window) -> Self {
        Self { window, spans: vec![reference.observer(); SPANS] }
    }

    /// Where to count what was seen at an instant; `None` outside of the window.
    pub fn at(&mut self, time: Timestamp) -> Option<&mut Observation> {
        if !self.window.contains(time) {
            return None;
        }
        let seen = time.duration_since(self.window.start).as_nanos();
        let whole = self.window.end.duration_since(self.window.start).as_nanos();
        let span = usize::try_from(seen * SPANS as i128 / whole).unwrap_or(0);
        self.spans.get_mut(span)
    }

    /// Adds the counts of another timeline of the same window and reference.
    ///
    /// # Errors
    /// When the references differ.
    pub fn merge(&mut self, other: &Self) -> Result<(), Incompatible> {
        if self.window != other.window {
            let difference = "they were seen in different windows".to_owned();
            return Err(Incompatible { difference });
        }
        self.spans.iter_mut().zip(&other.spans).try_for_each(|(span, more)| span.merge(more))
    }

    /// The window in at most so many chunks of about as many rows, one after another
    /// in time, each of `least` rows or more; one chunk when there are fewer.
    #[must_use]
    pub fn chunks(&self, most: u32, least: u64) -> Vec<Chunk> {
        let rows: u64 = self.spans.iter().map(|span| span.rows).sum();
        let mut chunks: Vec<Chunk> = Vec::new();
        let mut left = rows;
        for (index, span) in self.spans.iter().enumerate() {
            let end = self.boundary(index + 1);
            // What is left when a chunk is full begins another one, if it suffices.
            let wanted = (rows * chunks.len() as u64).div_ceil(u64::from(most.max(1)));
            let full = chunks.last().is_some_and(|chunk| {
                rows - left >= wanted && chunk.observed.rows >= least && left >= least.max(1)
            });
            left -= span.rows;
            match chunks.last_mut().filter(|_| !full) {
                Some(chunk) => {
                    chunk.window.end = end;
                    // Spans of one timeline have one reference.
                    let _ = chunk.observed.merge(span);
                }
                None => chunks.push(Chunk {
                    window: Window { start: self.boundary(index), end },
                    observed: span.clone(),
                }),
            }
        }
        chunks
    }

    /// Where the span of this index starts.
    fn boundary(&self, index: usize) -> Timestamp {
        let Window { start, end } = self.window;
        let whole = end.duration_since(start).as_nanos();
        let nanoseconds = start.as_nanosecond() + whole * index as i128 / SPANS as i128;
        Timestamp::from_nanosecond(nanoseconds).unwrap_or(end)
    }
}

/// All that was seen in a window's chunks; `None` without any.
///
/// # Errors
/// When the chunks are of different references.
pub fn whole(chunks: &[Chunk]) -> Result<Option<Observation>, Incompatible> {
    let Some((first, rest)) = chunks.split_first() else { return Ok(None) };
    let mut all = first.observed.clone();
    rest.iter().try_for_each(|chunk| all.merge(&chunk.observed))?;
    Ok(Some(all))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::dataset::{Column, Field, Kind, Schema, Table, Task, Values};

    fn table(values: Vec<f64>) -> Table {
        Table::new(vec![Column { name: "x".into(), values: Values::Number(values) }]).unwrap()
    }

    fn profile() -> Profile {
        let field = Field::new("x", Kind::Fractional, false);
        let schema =
            Schema { inputs: vec![field], target: Some("y".into()), task: Task::Regression };
        Profile::of(&table((0..100).map(f64::from).collect()), &schema)
    }

    fn window() -> Window {
        let at = |text: &str| text.parse().unwrap();
        Window { start: at("2026-01-01T00:00:00Z"), end: at("2026-01-02T00:00:00Z") }
    }

    /// So many rows in each hour.
    fn hourly(rows: impl Fn(i64) -> usize) -> Timeline {
        let mut timeline = Timeline::new(&profile(), window());
        for hour in 0..24 {
            let time = window().start + SignedDuration::from_hours(hour);
            timeline.at(time).unwrap().add(&table(vec![hour as f64; rows(hour)]));
        }
        timeline
    }

    #[test]
    fn chunks_follow_the_traffic_and_cover_the_window() {
        for (rows, expected) in [
            (hourly(|_| 20), 4),
            (hourly(|hour| if hour < 12 { 4 } else { 60 }), 4),
            (hourly(|hour| if hour == 5 { 500 } else { 0 }), 1),
            (hourly(|_| 4), 1),
            (hourly(|_| 0), 1),
        ] {
            let chunks = rows.chunks(4, 50);
            assert_eq!(chunks.len(), expected);
            assert_eq!(chunks[0].window.start, window().start);
            assert_eq!(chunks.last().unwrap().window.end, window().end);
            for pair in chunks.windows(2) {
                assert_eq!(pair[0].window.end, pair[1].window.start);
                assert!(pair.iter().all(|chunk| chunk.observed.rows >= 50));
            }
            let all: u64 = rows.spans.iter().map(|span| span.rows).sum();
            assert_eq!(whole(&chunks).unwrap().unwrap().rows, all);
        }
    }

    #[test]
    fn the_end_of_a_window_is_not_in_it() {
        let mut timeline = Timeline::new(&profile(), window());
        assert!(timeline.at(window().end).is_none());
        assert!(timeline.at(window().end - SignedDuration::from_nanos(1)).is_some());
        assert!(timeline.at(window().start).is_some());
    }

    #[test]
    fn timelines_add_up() {
        let mut sum = hourly(|hour| hour as usize);
        sum.merge(&hourly(|hour| 30 - hour as usize)).unwrap();
        let chunks = sum.chunks(3, 1);
        assert_eq!(whole(&chunks).unwrap().unwrap().rows, 24 * 30);
        let other = Window { end: window().end + SignedDuration::from_hours(1), ..window() };
        let error = sum.merge(&Timeline::new(&profile(), other)).unwrap_err();
        assert!(error.to_string().contains("different windows"), "{error}");
    }
}
