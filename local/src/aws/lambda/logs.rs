//! Where the output of functions goes.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

/// One line that a function wrote, or that Lambda wrote about it.
#[derive(Debug)]
pub struct LogLine<'a> {
    /// The function's name.
    pub function: &'a str,
    /// The line without its end.
    pub text: &'a str,
}

/// Is told every line as it is written.
pub type LogListener = Arc<dyn Fn(&LogLine<'_>) + Send + Sync>;

/// The log of one function: `{name}.log`, to which all its sandboxes append.
#[derive(Clone)]
pub(super) struct Log {
    function: Arc<str>,
    file: Arc<Mutex<File>>,
    listener: Option<LogListener>,
}

impl fmt::Debug for Log {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Log").field("function", &self.function).finish_non_exhaustive()
    }
}

impl Log {
    /// Opens the log of `function` in `folder`.
    pub(super) fn open(
        folder: &Path,
        function: &str,
        listener: Option<LogListener>,
    ) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let path = folder.join(format!("{function}.log"));
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self { function: function.into(), file: Arc::new(Mutex::new(file)), listener })
    }

    /// Appends one line.
    pub(super) fn write(&self, text: &str) {
        let line = format!("{text}\n");
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // A short append to a local file: not worth a thread of its own.
        if let Err(error) = file.write_all(line.as_bytes()) {
            tracing::warn!(function = %self.function, %error, "cannot write to the function's log");
        }
        drop(file);
        if let Some(listener) = &self.listener {
            listener(&LogLine { function: &self.function, text });
        }
    }

    /// Appends every line of `output` until it ends.
    pub(super) async fn follow(self, output: impl AsyncRead + Unpin) {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        while matches!(output.read_until(b'\n', &mut line).await, Ok(1..)) {
            self.write(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
            line.clear();
        }
    }
}
