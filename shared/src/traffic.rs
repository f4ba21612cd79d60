//! Captured traffic and late labels, read from the bucket.

use crate::capture::{CaptureLine, GroundTruth, hour_prefixes, read_lines};
use crate::name::{ModelName, Reference};
use crate::port_error::PortError;
use crate::storage::{ReadObjects, keys};
use crate::window::Window;

/// How much was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadCounts {
    /// Files that were read.
    pub files: usize,
    /// Lines that cannot be read, as after a write that was cut off.
    pub unreadable_lines: usize,
}

/// Visits each exchange of a variant in a window, file by file, so that memory does
/// not grow with the window.
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
    for prefix in hour_prefixes(model, variant, window.start, window.end) {
        for listed in objects.list(&prefix).await? {
            let Some(object) = objects.get(&listed.key).await? else { continue };
            counts.files += 1;
            for line in read_lines::<CaptureLine>(&object.bytes) {
                match line {
                    Ok(line) if window.contains(line.event_metadata.inference_time) => visit(line),
                    Ok(_) => {}
                    Err(error) => {
                        tracing::warn!(key = listed.key, %error, "a captured line is passed over");
                        counts.unreadable_lines += 1;
                    }
                }
            }
        }
    }
    Ok(counts)
}

/// All late labels of a model.
///
/// # Errors
/// When the bucket cannot be asked.
pub async fn ground_truths<O: ReadObjects + ?Sized>(
    objects: &O,
    model: &ModelName,
) -> Result<(Vec<GroundTruth>, ReadCounts), PortError> {
    let mut counts = ReadCounts::default();
    let mut truths = Vec::new();
    for listed in objects.list(&keys::ground_truth(model)).await? {
        let Some(object) = objects.get(&listed.key).await? else { continue };
        counts.files += 1;
        for line in read_lines(&object.bytes) {
            match line {
                Ok(truth) => truths.push(truth),
                Err(error) => {
                    tracing::warn!(key = listed.key, %error, "a label is passed over");
                    counts.unreadable_lines += 1;
                }
            }
        }
    }
    Ok((truths, counts))
}
