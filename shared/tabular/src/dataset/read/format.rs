//! What an object holds, by its name and its first bytes.

use std::io::{BufReader, Read};
use std::sync::Arc;

use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;

use super::Limits;
use super::source::{Limited, ReadError, Sequential, Source};
use crate::dataset::defect::Defect;

/// How many bytes tell a format.
const HEAD: usize = 64 << 10;

/// How tables are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Csv { delimiter: Option<u8> },
    JsonLines,
    Parquet,
}

/// What bytes are packed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    None,
    Gzip,
    Zstd,
}

/// An object whose format is known.
pub(super) struct Opened {
    source: Arc<dyn Source>,
    packing: Packing,
    limits: Limits,
    pub(super) format: Format,
}

impl Opened {
    /// Finds out what an object holds.
    ///
    /// # Errors
    /// When it is of a format that is known not to be a table that is read here.
    pub(super) fn new(
        name: &str,
        source: Arc<dyn Source>,
        limits: Limits,
    ) -> Result<Self, ReadError> {
        let first = source.read_at(0, 8).map_err(ReadError::Source)?;
        let packing = match first.as_ref() {
            [0x1f, 0x8b, ..] => Packing::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Packing::Zstd,
            _ => Packing::None,
        };
        let mut opened = Self { source, packing, limits, format: Format::JsonLines };
        let mut head = Vec::new();
        opened.bytes()?.take(HEAD as u64).read_to_end(&mut head)?;
        opened.format = format(name, &head)?;
        Ok(opened)
    }

    /// The bytes as they were before they were packed.
    pub(super) fn bytes(&self) -> Result<Box<dyn Read>, ReadError> {
        let bytes = Sequential::new(Arc::clone(&self.source));
        let limit = self.limits.bytes;
        Ok(match self.packing {
            Packing::None => Box::new(bytes),
            Packing::Gzip => {
                Box::new(Limited::new(MultiGzDecoder::new(BufReader::new(bytes)), limit))
            }
            Packing::Zstd => {
                Box::new(Limited::new(zstd::stream::read::Decoder::new(bytes)?, limit))
            }
        })
    }

    /// The size of [`Self::bytes`], where it is known beforehand.
    pub(super) fn size(&self) -> Option<u64> {
        (self.packing == Packing::None).then(|| self.source.size())
    }

    /// The bytes for reading anywhere: those of a packed object are held in memory.
    pub(super) fn anywhere(&self) -> Result<Arc<dyn Source>, ReadError> {
        if self.packing == Packing::None {
            return Ok(Arc::clone(&self.source));
        }
        let mut bytes = Vec::new();
        self.bytes()?.read_to_end(&mut bytes)?;
        Ok(Arc::new(Bytes::from(bytes)))
    }
}

/// The format that the name says, else the one that the content looks like. What
/// begins as Parquet is Parquet.
fn format(name: &str, head: &[u8]) -> Result<Format, Defect> {
    let lower = name.to_ascii_lowercase();
    let packed = [".gz", ".gzip", ".zst", ".zstd"];
    let bare = packed.iter().find_map(|suffix| lower.strip_suffix(suffix)).unwrap_or(&lower);
    let suffix = bare.rsplit_once('.').map_or("", |(_, suffix)| suffix);
    let foreign = |what: &str| {
        Defect::new(
            "unknown_format",
            format!(
                "the object is {what}: upload CSV, JSON lines or Parquet, plain or packed by \
                 gzip or zstd"
            ),
        )
    };
    match head {
        [b'P', b'A', b'R', b'1', ..] => return Ok(Format::Parquet),
        [b'P', b'K', 3, 4, ..] => return Err(foreign("a ZIP archive or a workbook")),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => return Err(foreign("a workbook")),
        [b'B', b'Z', b'h', ..] => return Err(foreign("packed by bzip2")),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => return Err(foreign("packed by xz")),
        [b'A', b'R', b'R', b'O', b'W', b'1', ..] => return Err(foreign("an Arrow file")),
        [b'O', b'R', b'C', ..] if suffix == "orc" => return Err(foreign("an ORC file")),
        [b'O', b'b', b'j', 1, ..] => return Err(foreign("an Avro file")),
        _ => {}
    }
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.is_empty() {
        return Err(Defect::new(
            "empty",
            "the object is empty: upload a CSV file with a header and data rows",
        ));
    }
    Ok(match suffix {
        "parquet" | "pq" => return Err(foreign("called a Parquet file and does not begin as one")),
        "jsonl" | "ndjson" | "json" => Format::JsonLines,
        "tsv" => Format::Csv { delimiter: Some(b'\t') },
        "csv" => Format::Csv { delimiter: None },
        _ if looks_like_json(text) => Format::JsonLines,
        _ => Format::Csv { delimiter: None },
    })
}

/// Whether the first line opens an object as JSON does.
fn looks_like_json(text: &str) -> bool {
    text.strip_prefix('{')
        .is_some_and(|rest| matches!(rest.trim_start().get(..1), Some("\"" | "}")))
}
