//! The `model-factory` program as a user runs it.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::http::Http;
use super::wait::in_time;

/// The program with a folder of its own.
pub(crate) struct Program {
    folder: TempDir,
}

/// What a command did.
pub(crate) struct Done {
    pub(crate) succeeded: bool,
    pub(crate) output: String,
    pub(crate) errors: String,
}

/// A factory that runs in the background.
pub(crate) struct Up {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// Where the HTTP API listens.
    url: String,
}

impl Program {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    /// The folder of the factory's state.
    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// Writes a file for a command; its path.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).expect("written");
        path.to_string_lossy().into_owned()
    }

    /// Runs a command to its end.
    pub(crate) async fn run(&self, words: &[&str]) -> Done {
        let running = self.command(words).output();
        let output = in_time(running).await.expect("runs");
        let text = |bytes| String::from_utf8(bytes).expect("a text");
        Done {
            succeeded: output.status.success(),
            output: text(output.stdout),
            errors: text(output.stderr),
        }
    }

    /// Starts a command that nobody waits for; it ends with what is returned.
    pub(crate) fn start(&self, words: &[&str]) -> Child {
        self.command(words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started")
    }

    /// Starts the factory, and waits until it serves.
    pub(crate) async fn up(&self) -> Up {
        self.up_with(&[]).await
    }

    /// The same with more options.
    pub(crate) async fn up_with(&self, options: &[&str]) -> Up {
        let words = [&["up", "--port", "0", "--http-port", "0"], options].concat();
        let mut child = self.command(&words).stdout(Stdio::piped()).spawn().expect("started");
        let mut lines = BufReader::new(child.stdout.take().expect("an output")).lines();
        let mut url = None;
        let ready = async {
            while let Some(line) = lines.next_line().await.expect("a line") {
                if let Some(rest) = line.strip_prefix("Predictions:") {
                    url = Some(rest.trim().to_owned());
                }
                if line == "Ctrl-C ends it." {
                    return;
                }
            }
            panic!("the factory ended before it served");
        };
        in_time(ready).await;
        Up { child, lines, url: url.expect("an address") }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_model-factory"));
        // Nothing of the environment may lead to another factory, or to AWS.
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.env_clear().env("PATH", path).current_dir(self.folder.path());
        command.arg("--state").arg(Path::new("state")).args(words).kill_on_drop(true);
        command
    }
}

impl Up {
    /// Where its HTTP API listens.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A client of its HTTP API.
    pub(crate) fn http(&self) -> Http {
        Http::new(&self.url)
    }

    /// Ends the factory as Ctrl-C does; what it said at last.
    pub(crate) async fn end(mut self) -> Vec<String> {
        self.signal(Signal::INT);
        let mut said = Vec::new();
        while let Some(line) = self.lines.next_line().await.expect("a line") {
            said.push(line);
        }
        let ended = in_time(self.child.wait()).await.expect("a status");
        assert!(ended.success(), "{ended}");
        said
    }

    /// Ends it as a power cut does.
    pub(crate) async fn kill(mut self) {
        self.signal(Signal::KILL);
        self.child.wait().await.expect("a status");
    }

    fn signal(&self, signal: Signal) {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        kill_process(id.expect("an id"), signal).expect("signalled");
    }
}
