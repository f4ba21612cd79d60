//! What may go together in one call of a service.

use std::ops::Range;

/// The places of things of these sizes, in as few runs as have at most so many things and
/// bytes each. What is too large stands alone, for the service to refuse.
pub(super) fn batches(
    sizes: impl IntoIterator<Item = usize>,
    most: usize,
    most_bytes: usize,
) -> Vec<Range<usize>> {
    let mut batches: Vec<Range<usize>> = Vec::new();
    let mut bytes = 0;
    for (place, size) in sizes.into_iter().enumerate() {
        match batches.last_mut() {
            Some(batch) if batch.len() < most && bytes + size <= most_bytes => {
                batch.end = place + 1;
                bytes += size;
            }
            _ => {
                batches.push(place..place + 1);
                bytes = size;
            }
        }
    }
    batches
}
