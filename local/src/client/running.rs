//! Where a local factory that runs can be found: a note in its state folder.

use std::collections::BTreeMap;
use std::net::{TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::CliError;

/// How long a factory may take to accept a connection.
const PATIENCE: Duration = Duration::from_millis(500);

/// A local factory that runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Running {
    /// The endpoint of all AWS services.
    pub(crate) endpoint: String,
    /// The variables that direct an AWS client to it.
    pub(crate) environment: BTreeMap<String, String>,
}

/// The note, for as long as the factory runs.
#[derive(Debug)]
pub(crate) struct Note(PathBuf);

impl Drop for Note {
    fn drop(&mut self) {
        // A note that stays behind is recognised by its endpoint not answering.
        let _ = std::fs::remove_file(&self.0);
    }
}

fn place(state: &Path) -> PathBuf {
    state.join("running.json")
}

impl Running {
    /// Leaves the note.
    pub(crate) fn note(&self, state: &Path) -> Result<Note, CliError> {
        let path = place(state);
        std::fs::write(&path, serde_json::to_vec_pretty(self)?)
            .map_err(|source| CliError::File { path: path.clone(), verb: "written", source })?;
        Ok(Note(path))
    }

    /// The factory that runs on a state folder, if it answers.
    pub(super) fn find(state: &Path) -> Option<Self> {
        let note: Self = serde_json::from_slice(&std::fs::read(place(state)).ok()?).ok()?;
        let address = note.endpoint.strip_prefix("http://")?.to_socket_addrs().ok()?.next()?;
        TcpStream::connect_timeout(&address, PATIENCE).ok().map(|_| note)
    }
}
