//! The folder of deliveries that were given up.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::BusError;
use crate::aws::lambda::FunctionError;

/// A delivery that failed for good.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct DeadLetter {
    /// When it was given up.
    pub time: Timestamp,
    /// The function that did not handle it.
    pub function: String,
    /// The rule or schedule that matched; empty for a direct invocation.
    pub rule: String,
    /// How often it was tried.
    pub attempts: usize,
    /// How the last attempt failed.
    pub error: FunctionError,
    /// What the function was given.
    pub event: Value,
}

/// A folder with one JSON file per dead letter.
#[derive(Clone, Debug)]
pub(super) struct DeadLetters {
    folder: PathBuf,
}

impl DeadLetters {
    pub(super) fn open(folder: PathBuf) -> Result<Self, BusError> {
        let letters = Self { folder };
        fs::create_dir_all(&letters.folder).map_err(|source| letters.failure(source))?;
        Ok(letters)
    }

    /// Writes a letter, complete or not at all. `id` tells letters of the same
    /// second apart.
    pub(super) fn write(&self, letter: &DeadLetter, id: &str) -> Result<(), BusError> {
        let time = letter.time.strftime("%Y%m%dT%H%M%SZ");
        let path = self.folder.join(format!("{time}-{}-{id}.json", letter.function));
        let text = serde_json::to_vec_pretty(letter)?;
        self.replace(&path, &text).map_err(|source| self.failure(source))
    }

    /// All letters, oldest first.
    pub(super) fn read(&self) -> Result<Vec<DeadLetter>, BusError> {
        let mut paths = fs::read_dir(&self.folder)
            .and_then(|entries| {
                entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()
            })
            .map_err(|source| self.failure(source))?;
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort();
        paths
            .iter()
            .map(|path| {
                let text = fs::read(path).map_err(|source| self.failure(source))?;
                Ok(serde_json::from_slice(&text)?)
            })
            .collect()
    }

    fn replace(&self, path: &Path, text: &[u8]) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        io::Write::write_all(&mut file, text)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    }

    fn failure(&self, source: io::Error) -> BusError {
        BusError::DeadLetters { folder: self.folder.clone(), source }
    }
}
