//! How lists are printed.

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::error::CliError;
use crate::terminal::say;

#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Output {
    /// How to print: a table for people, JSON for programs
    #[arg(long = "output", value_name = "FORMAT", value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
}

impl Output {
    /// Whether a program reads it.
    pub(super) fn is_json(self) -> bool {
        self.format == Format::Json
    }
}

/// Prints a value for programs.
pub(super) fn say_json(value: &impl Serialize) -> Result<(), CliError> {
    say(serde_json::to_string_pretty(value)?)
}
