//! Files of one JSON object a line.

use serde::de::DeserializeOwned;

use super::error::CaptureError;

/// Reads each line of a file; empty ones are passed over. A line that cannot be
/// read, as after a write that was cut off, does not hide the others.
pub fn read_lines<T: DeserializeOwned>(
    file: &[u8],
) -> impl Iterator<Item = Result<T, CaptureError>> {
    let lines = (1..).zip(file.split(|&byte| byte == b'\n'));
    lines.filter(|(_, line)| !line.iter().all(u8::is_ascii_whitespace)).map(|(number, line)| {
        serde_json::from_slice(line).map_err(|source| CaptureError::Line { line: number, source })
    })
}
