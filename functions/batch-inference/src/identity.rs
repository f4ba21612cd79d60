//! What makes two scorings the same one, and what they are called by.

use model_factory::batch::Wishes;
use model_factory::digest::of_parts;
use model_factory::name::{ModelName, Version};
use model_factory::storage::keys;

use crate::request::{Asked, Selection};

/// The suffixes that a file's name loses before a new one is given to it.
const SUFFIXES: [&str; 11] = [
    ".gz", ".gzip", ".zst", ".zstd", ".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet",
    ".pq",
];

/// The scoring of some content by a version: whoever asks for it again gets what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    model: ModelName,
    /// A hash of content, artifact and wishes, in hexadecimal.
    pub(crate) hash: String,
    /// The path of what comes of it below each of the folders.
    name: String,
}

impl Identity {
    /// The scoring of the file `path` with the content of `etag`.
    pub(crate) fn new(
        model: &ModelName,
        path: &str,
        etag: &str,
        (version, artifact): (Version, &str),
        wishes: &Wishes,
    ) -> Self {
        let wishes = wishes.words();
        let content = [model.as_str(), path, etag, artifact];
        let hash = of_parts(content.into_iter().chain(wishes.iter().map(String::as_str)));
        let (folder, file) = path.rsplit_once('/').map_or(("", path), |(a, b)| (a, b));
        let mut stem = file;
        while let Some(shorter) = SUFFIXES.iter().find_map(|suffix| stem.strip_suffix(suffix)) {
            stem = shorter;
        }
        let slash = if folder.is_empty() { "" } else { "/" };
        let tag: String = hash.chars().take(8).collect();
        let name = format!("{folder}{slash}{stem}-v{version}-{tag}");
        Self { model: model.clone(), hash, name }
    }

    /// Where a part of what comes of it lies.
    pub(crate) fn key(&self, part: &str, suffix: &str) -> String {
        keys::batch(&self.model, part, &format!("{}.{suffix}", self.name))
    }
}

/// Where what came of a request is told, when it has come to its end.
#[must_use]
pub fn run_record(asked: &Asked) -> String {
    let words = |kind: &str, what: &str| {
        let interval = asked.interval.map(|interval| interval.to_string()).unwrap_or_default();
        let format = asked.format.map_or("", |format| format.name());
        let hash = of_parts([what, &asked.version.to_string(), format, &interval]);
        format!("{kind}-{}.json", hash.chars().take(12).collect::<String>())
    };
    let name = match asked.selection() {
        Some(Selection::Date(date)) => format!("date={date}.json"),
        Some(Selection::Prefix(prefix)) => words("prefix", &prefix),
        Some(Selection::Key(key)) => words("key", &key),
        None => words("none", ""),
    };
    keys::batch(&asked.model, "run", &name)
}

#[cfg(test)]
mod tests {
    use model_factory::spec::Batch;

    use super::*;

    fn identity(path: &str, etag: &str, artifact: &str, wishes: &Wishes) -> Identity {
        let version = 3_u64.try_into().unwrap();
        Identity::new(&"taxi".parse().unwrap(), path, etag, (version, artifact), wishes)
    }

    #[test]
    fn the_place_follows_from_content_version_and_wishes() {
        let none = &Wishes::of(&Batch::default());
        let usual = identity("date=2026-11-24/rides.csv.gz", "e", "a", none);
        let key = usual.key("output", "csv");
        let tag: String = usual.hash.chars().take(8).collect();
        assert_eq!(key, format!("batch/taxi/output/date=2026-11-24/rides-v3-{tag}.csv"));
        assert_eq!(usual, identity("date=2026-11-24/rides.csv.gz", "e", "a", none));
        let wishes = &Wishes { interval: Some(0.9), ..Wishes::default() };
        let summarise = vec!["comment".to_owned()];
        let summed_up = &Wishes::of(&Batch { summarise, ..Batch::default() });
        for other in [
            identity("date=2026-11-24/rides.csv.gz", "f", "a", none),
            identity("date=2026-11-24/rides.csv.gz", "e", "b", none),
            identity("date=2026-11-24/rides.csv.gz", "e", "a", wishes),
            identity("date=2026-11-24/rides.csv.gz", "e", "a", summed_up),
        ] {
            assert_ne!(other.hash, usual.hash);
        }
        assert!(identity("a.b.csv", "e", "a", wishes).key("output", "x").contains("/a.b-v3-"));
    }
}
