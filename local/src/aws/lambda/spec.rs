//! What a function is made of.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// A function: the program that runs it and the resources that it has.
#[derive(Clone, Debug)]
pub struct FunctionSpec {
    /// The function's name, unique in a stack.
    pub name: String,
    /// The program that speaks the Runtime API.
    pub command: PathBuf,
    /// The program's arguments.
    pub args: Vec<String>,
    /// Variables beyond those that Lambda sets; these win.
    pub environment: BTreeMap<String, String>,
    /// The memory that the function is told it has.
    pub memory_mb: u32,
    /// How long one invocation may take.
    pub timeout: Duration,
    /// How many invocations may run at once (reserved concurrency).
    pub concurrency: usize,
}
