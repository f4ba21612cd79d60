//! What commands read and print.

pub(crate) mod classes;
pub(crate) mod progress;
pub(crate) mod tables;
pub(crate) mod tracking;

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

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

/// Writes a file that a user named.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<(), CliError> {
    std::fs::write(path, content).map_err(|source| CliError::File {
        path: path.to_owned(),
        verb: "written",
        source,
    })
}

/// A sign of life for long work; silent where there is no terminal.
pub(crate) fn spinner(message: String) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {wide_msg} ({elapsed})");
    let spinner = ProgressBar::new_spinner().with_message(message);
    if let Ok(style) = style {
        spinner.set_style(style);
    }
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}
