//! What commands read and print.

pub(crate) mod tables;
pub(crate) mod tracking;

use std::io::{self, Write};
use std::path::Path;

use crate::error::CliError;

/// Writes a line to standard output.
pub(crate) fn say(line: impl AsRef<str>) -> Result<(), CliError> {
    let mut output = io::stdout().lock();
    writeln!(output, "{}", line.as_ref())?;
    Ok(output.flush()?)
}

/// Reads a file that a user named.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    std::fs::read(path).map_err(|source| CliError::File {
        path: path.to_owned(),
        verb: "read",
        source,
    })
}
