//! The sample events that the project ships with.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// The events in the files whose names start with `prefix`, by those names.
pub(crate) fn samples(prefix: &str) -> BTreeMap<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events");
    let files = fs::read_dir(folder).expect("events/").map(|entry| entry.expect("a file").path());
    files
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?.to_owned();
            let text = fs::read_to_string(&path).expect("a text");
            let event = || serde_json::from_str(&text).expect("JSON");
            name.starts_with(prefix).then(|| (name, event()))
        })
        .collect()
}
