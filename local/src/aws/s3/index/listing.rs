//! Pages of a bucket's listing.

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::columns;
use crate::aws::s3::checksum::{Algorithm, Coverage};

/// What to list.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    /// What keys begin with.
    pub(crate) prefix: String,
    /// Keys that agree up to the first delimiter after the prefix are listed
    /// as one group; no delimiter, no groups.
    pub(crate) delimiter: Option<String>,
    /// Keys and groups come after this.
    pub(crate) after: String,
    /// How many keys and groups there are at most.
    pub(crate) limit: usize,
}

/// A part of a listing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    /// In the order of their names' bytes.
    pub(crate) entries: Vec<Entry>,
    /// Whether there is more.
    pub(crate) is_truncated: bool,
}

/// A line of a listing.
#[derive(Clone, Debug)]
pub(crate) enum Entry {
    Object(Summary),
    /// The common prefix of a group.
    Group(String),
}

/// An object as it is listed.
#[derive(Clone, Debug)]
pub(crate) struct Summary {
    pub(crate) key: String,
    pub(crate) size: u64,
    pub(crate) etag: String,
    pub(crate) modified: Timestamp,
    pub(crate) algorithm: Algorithm,
    pub(crate) coverage: Coverage,
}

impl Query {
    /// The group that a key belongs to.
    fn group<'a>(&self, key: &'a str) -> Option<&'a str> {
        let delimiter = self.delimiter.as_deref()?;
        let rest = key.strip_prefix(&self.prefix)?;
        let end = self.prefix.len() + rest.find(delimiter)? + delimiter.len();
        key.get(..end)
    }

    /// The least key that may follow, or nothing if no key can.
    fn start(&self) -> Option<String> {
        let start = match self.group(&self.after) {
            Some(group) => successor(group)?,
            None if self.after.is_empty() => String::new(),
            None => format!("{}\0", self.after),
        };
        Some(start.max(self.prefix.clone()))
    }
}

impl Entry {
    /// The key or the common prefix.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Object(summary) => &summary.key,
            Self::Group(prefix) => prefix,
        }
    }
}

/// Lists a page of a bucket. A group costs one look-up, however many keys it
/// has.
pub(crate) fn page(connection: &Connection, bucket: &str, query: &Query) -> rusqlite::Result<Page> {
    let sql = "
        SELECT key, size, etag, modified, algorithm, coverage FROM object
        WHERE bucket = ?1 AND key >= ?2 AND (?3 IS NULL OR key < ?3)
        ORDER BY key LIMIT ?4";
    let mut statement = connection.prepare_cached(sql)?;
    let end = successor(&query.prefix);
    let mut next = query.start();
    let mut page = Page::default();
    while let Some(start) = next.take() {
        // One more than fits tells whether there is more.
        let wanted = query.limit + 1 - page.entries.len();
        let mut rows = statement.query(params![bucket, start, end, wanted])?;
        while let Some(row) = rows.next()? {
            let summary = summary(row)?;
            if page.entries.len() == query.limit {
                page.is_truncated = query.limit > 0;
                return Ok(page);
            }
            if let Some(group) = query.group(&summary.key) {
                next = successor(group);
                page.entries.push(Entry::Group(group.to_owned()));
                break;
            }
            page.entries.push(Entry::Object(summary));
        }
    }
    Ok(page)
}

/// The least text that is greater than every text that begins with `prefix`.
fn successor(prefix: &str) -> Option<String> {
    let prefix = prefix.trim_end_matches(char::MAX);
    let last = prefix.chars().next_back()?;
    // The range leaves out surrogates, which are no characters.
    let next = (last..=char::MAX).nth(1)?;
    Some(format!("{}{next}", prefix.strip_suffix(last)?))
}

fn summary(row: &Row<'_>) -> rusqlite::Result<Summary> {
    Ok(Summary {
        key: row.get("key")?,
        size: row.get("size")?,
        etag: row.get("etag")?,
        modified: columns::time(row, "modified")?,
        algorithm: row.get("algorithm")?,
        coverage: row.get("coverage")?,
    })
}
