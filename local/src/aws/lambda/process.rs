//! The child process of a sandbox.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::time;
use tokio_util::sync::CancellationToken;

use super::limits::SHUTDOWN_LIMIT;
use super::logs::Log;
use super::spec::FunctionSpec;

/// A running child process, whose output goes to a log.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    log: Log,
}

impl Process {
    /// Starts the program of a function with exactly these variables.
    pub(super) fn spawn(
        spec: &FunctionSpec,
        variables: BTreeMap<String, String>,
        log: Log,
    ) -> io::Result<Self> {
        let child = Command::new(&spec.command)
            .args(&spec.args)
            .env_clear()
            .envs(variables)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C in a terminal is for us; we end our children in good order.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self { child, log })
    }

    /// Waits for the end of the process and says why it ended. `retire` ends
    /// it gently, `kill` at once.
    pub(super) async fn supervise(
        mut self,
        retire: &CancellationToken,
        kill: &CancellationToken,
    ) -> String {
        let output = self.child.stdout.take().map(|out| tokio::spawn(self.log.clone().follow(out)));
        let errors = self.child.stderr.take().map(|err| tokio::spawn(self.log.clone().follow(err)));
        let status = tokio::select! {
            status = self.child.wait() => status,
            () = kill.cancelled() => self.end_at_once().await,
            () = retire.cancelled() => self.end_gently().await,
        };
        // What the process wrote last often tells why it ended. A grandchild
        // may hold the pipes open, so this does not wait for long.
        for reader in [output, errors].into_iter().flatten() {
            let _ = time::timeout(Duration::from_millis(200), reader).await;
        }
        describe(status)
    }

    async fn end_gently(&mut self) -> io::Result<ExitStatus> {
        let pid = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        if let Some(pid) = pid {
            // It may have ended in between, which is what we want.
            let _ = kill_process(pid, Signal::TERM);
        }
        match time::timeout(SHUTDOWN_LIMIT, self.child.wait()).await {
            Ok(status) => status,
            Err(_) => self.end_at_once().await,
        }
    }

    async fn end_at_once(&mut self) -> io::Result<ExitStatus> {
        self.child.start_kill()?;
        self.child.wait().await
    }
}

fn describe(status: io::Result<ExitStatus>) -> String {
    match status {
        Ok(status) if status.success() => "Runtime exited without providing a reason".to_owned(),
        Ok(status) => match status.signal() {
            Some(signal) => format!("Runtime exited with error: signal {signal}"),
            None => {
                format!("Runtime exited with error: exit status {}", status.code().unwrap_or(-1))
            }
        },
        Err(error) => format!("Runtime exited with error: {error}"),
    }
}
