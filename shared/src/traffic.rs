//! Captured traffic and late labels, read from the bucket.

use std::fmt;
use std::ops::AddAssign;

use bytes::Bytes;
use futures::{StreamExt as _, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::capture::{CaptureLine, GroundTruth, hour_prefix, read_csv, read_lines};
use crate::name::{ModelName, Reference};
use crate::port_error::PortError;
use crate::storage::{Listed, ReadObjects, keys};
use crate::window::Window;

/// How many files are asked for at a time.
const AT_ONCE: usize = 16;

/// The most bytes of a file that are held at a time.
const BLOCK: u64 = 4 << 20;

/// How much was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadCounts {
    /// Files that were read.
    pub files: usize,
    /// Lines that cannot be read, as after a write that was cut off.
    pub unreadable_lines: usize,
}

impl AddAssign for ReadCounts {
    fn add_assign(&mut self, more: Self) {
        self.files += more.files;
        self.unreadable_lines += more.unreadable_lines;
    }
}

/// Visits each exchange of a variant in a window, in the order of the files, so that
/// memory does not grow with the window.
///
/// # Errors
/// When the bucket cannot be asked.
pub async fn visit_captures<O: ReadObjects + ?Sized>(
    objects: &O,
    model: &ModelName,
    variant: &Reference,
    window: Window,
    mut visit: impl FnMut(CaptureLine) + Send,
) -> Result<ReadCounts, PortError> {
    let mut counts = ReadCounts::default();
    for (hour, _) in window.hours() {
        let files = objects.list(&hour_prefix(model, variant, hour)).await?;
        counts += visit_files(objects, &files, window, &mut visit).await?;
    }
    Ok(counts)
}

/// Visits each exchange in a window that files of captures hold, in their order.
/// Several files are read at a time, large ones in blocks.
///
/// # Errors
/// When the bucket cannot be asked, or a file is replaced while it is read.
pub async fn visit_files<O: ReadObjects + ?Sized>(
    objects: &O,
    files: &[Listed],
    window: Window,
    mut visit: impl FnMut(CaptureLine) + Send,
) -> Result<ReadCounts, PortError> {
    let mut counts = ReadCounts::default();
    let whole = |file: &Listed| file.size <= BLOCK;
    let first_blocks = files.iter().map(async |file| match whole(file) {
        true => objects.get(&file.key).await.map(|object| object.map(|object| object.bytes)),
        // The rest is read when its turn comes.
        false => objects.get_range(&file.key, &file.etag, 0..BLOCK).await,
    });
    let mut first_blocks = stream::iter(first_blocks).buffered(AT_ONCE);
    for file in files {
        let Some(block) = first_blocks.next().await.transpose()?.flatten() else { continue };
        counts.files += 1;
        let mut take = |lines: &[u8]| {
            for line in read_lines::<CaptureLine>(lines) {
                match line {
                    Ok(line) if window.contains(line.event_metadata.inference_time) => visit(line),
                    Ok(_) => {}
                    Err(error) => {
                        tracing::warn!(key = file.key, %error, "a captured line is passed over");
                        counts.unreadable_lines += 1;
                    }
                }
            }
        };
        if whole(file) {
            take(&block);
        } else {
            visit_blocks(objects, file, block, &mut take).await?;
        }
    }
    Ok(counts)
}

/// Hands the lines of a large file on, as many at a time as a block completes.
async fn visit_blocks<O: ReadObjects + ?Sized>(
    objects: &O,
    file: &Listed,
    first: Bytes,
    take: &mut (impl FnMut(&[u8]) + Send),
) -> Result<(), PortError> {
    let (mut read, mut rest) = (first.len() as u64, first.to_vec());
    loop {
        let complete = memchr::memrchr(b'\n', &rest).map_or(0, |end| end + 1);
        let open = rest.split_off(complete);
        take(&rest);
        rest = open;
        if read >= file.size {
            break;
        }
        let range = read..file.size.min(read + BLOCK);
        let Some(block) = objects.get_range(&file.key, &file.etag, range).await? else {
            let error = std::io::Error::other("it was replaced while it was read");
            return Err(PortError::retryable(format!("read {}", file.key), error));
        };
        read += block.len() as u64;
        rest.extend_from_slice(&block);
    }
    take(&rest);
    Ok(())
}

/// The late labels of a model, from JSON lines and CSV, in the order in which they came, so that
/// a correction comes after what it corrects; with `since` those in files that were written since
/// then, as the labels of all answers of a later time are.
///
/// # Errors
/// When the bucket cannot be asked.
pub async fn ground_truths<O: ReadObjects + ?Sized>(
    objects: &O,
    model: &ModelName,
    since: Option<Timestamp>,
) -> Result<(Vec<GroundTruth>, ReadCounts), PortError> {
    // S3 tells times to the second.
    let since = since.map(|since| since.as_second());
    let mut counts = ReadCounts::default();
    let mut truths = Vec::new();
    let mut files = objects.list(&keys::ground_truth(model)).await?;
    files.sort_by(|file, other| (file.modified, &file.key).cmp(&(other.modified, &other.key)));
    for listed in files {
        if since.is_some_and(|since| listed.modified.as_second() < since) {
            continue;
        }
        let Some(object) = objects.get(&listed.key).await? else { continue };
        counts.files += 1;
        let (read, unreadable) = labels(&object.bytes, |error| {
            tracing::warn!(key = listed.key, %error, "a label is passed over");
        });
        truths.extend(read);
        counts.unreadable_lines += unreadable;
    }
    Ok((truths, counts))
}

/// The labels of a file, and how many of its lines cannot be read, of which `tell` is told.
fn labels(file: &[u8], tell: impl Fn(&dyn fmt::Display)) -> (Vec<GroundTruth>, usize) {
    if !file.trim_ascii_start().starts_with(b"{") {
        return match read_csv(file) {
            Ok((truths, bad)) => {
                bad.told.iter().for_each(|bad| tell(&bad.reason));
                (truths, bad.total)
            }
            Err(error) => {
                tell(&error);
                (Vec::new(), 1)
            }
        };
    }
    let (mut truths, mut unreadable) = (Vec::new(), 0);
    for line in read_lines(file) {
        match line {
            Ok(truth) => truths.push(truth),
            Err(error) => {
                tell(&error);
                unreadable += 1;
            }
        }
    }
    (truths, unreadable)
}
