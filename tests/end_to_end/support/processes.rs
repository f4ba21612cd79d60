//! The processes that functions run as.

use std::fs;
use std::path::{Path, PathBuf};

use model_factory_local::aws::lambda::FunctionSpec;
use model_factory_local::aws::stack::StackConfig;
use rustix::process::{Pid, Signal, kill_process};

/// The processes of one function of one factory.
pub(crate) struct Processes(PathBuf);

impl Processes {
    pub(super) fn in_folder(folder: &Path, function: &str) -> Self {
        Self(folder.join(format!("{function}.processes")))
    }

    /// Those of a factory that is about to start.
    pub(crate) fn of(config: &StackConfig, function: &str) -> Self {
        Self::in_folder(config.state.parent().expect("a folder"), function)
    }

    /// Lets a function note the id of each of its processes before it starts.
    pub(super) fn note_all_of(&self, function: &mut FunctionSpec) {
        let program = std::mem::replace(&mut function.command, "/bin/sh".into());
        let words = ["-c", "echo $$ >> \"$0\"; exec \"$1\""].map(str::to_owned);
        let paths = [&self.0, &program].map(|path| path.to_string_lossy().into_owned());
        function.args = words.into_iter().chain(paths).collect();
    }

    /// How many were started.
    pub(crate) fn started(&self) -> usize {
        self.ids().len()
    }

    /// Kills the last one, as the out-of-memory killer does.
    pub(crate) fn kill_last(&self) {
        let id = *self.ids().last().expect("a process");
        let id = Pid::from_raw(id).expect("an id");
        kill_process(id, Signal::KILL).expect("killed");
    }

    fn ids(&self) -> Vec<i32> {
        let ids = fs::read_to_string(&self.0).unwrap_or_default();
        ids.lines().map(|id| id.parse().expect("an id")).collect()
    }
}
