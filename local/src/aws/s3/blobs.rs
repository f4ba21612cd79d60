//! Immutable files that hold the bytes of objects.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};
use futures::Stream;
use futures::stream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task;
use uuid::Uuid;

/// How much of a blob is read at once.
const CHUNK: u64 = 256 * 1024;

/// The folder below the root for blobs that are being written.
const PARTIAL: &str = "partial";

/// A folder of blobs, spread over 256 sub-folders by the first two hexadecimal
/// digits of their ids.
#[derive(Clone, Debug)]
pub(super) struct BlobStore {
    root: PathBuf,
}

impl BlobStore {
    /// Opens the folder and creates what is missing of it.
    pub(super) fn open(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root.join(PARTIAL))?;
        for shard in u8::MIN..=u8::MAX {
            fs::create_dir_all(root.join(format!("{shard:02x}")))?;
        }
        sync_folder(root)?;
        Ok(Self { root: root.to_owned() })
    }

    /// Begins a new blob.
    pub(super) async fn create(&self) -> io::Result<PartialBlob> {
        let id = Uuid::new_v4().simple().to_string();
        let path = self.root.join(PARTIAL).join(&id);
        let file = tokio::fs::File::create_new(&path).await?;
        let target = self.path(&id);
        Ok(PartialBlob { id, file, debris: Debris(Some(path)), target })
    }

    /// Opens a blob; it stays readable even if it is removed meanwhile.
    pub(super) fn read(&self, id: &str) -> io::Result<File> {
        File::open(self.path(id))
    }

    /// Removes a blob that the index does not mention any more.
    pub(super) fn remove(&self, id: &str) {
        drop(Debris(Some(self.path(id))));
    }

    /// Removes every file that is not a blob in `wanted`, and returns how many
    /// there were.
    pub(super) fn sweep(&self, wanted: &HashSet<String>) -> io::Result<usize> {
        let mut swept = 0;
        for folder in fs::read_dir(&self.root)? {
            let folder = folder?;
            if !folder.file_type()?.is_dir() {
                continue;
            }
            let is_shard = folder.file_name() != PARTIAL;
            for file in fs::read_dir(folder.path())? {
                let file = file?;
                let name = file.file_name();
                if !(is_shard && name.to_str().is_some_and(|id| wanted.contains(id))) {
                    fs::remove_file(file.path())?;
                    swept += 1;
                }
            }
        }
        Ok(swept)
    }

    fn path(&self, id: &str) -> PathBuf {
        let shard = id.get(..2).unwrap_or(id);
        self.root.join(shard).join(id)
    }
}

/// A blob that is being written; it goes away unless it is finished.
#[derive(Debug)]
pub(super) struct PartialBlob {
    id: String,
    file: tokio::fs::File,
    debris: Debris,
    target: PathBuf,
}

impl PartialBlob {
    pub(super) async fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        self.file.write_all(chunk).await
    }

    /// Makes the blob durable.
    pub(super) async fn finish(self) -> io::Result<StoredBlob> {
        let Self { id, mut file, mut debris, target } = self;
        file.flush().await?;
        let file = file.into_std().await;
        let finish = move || {
            file.sync_all()?;
            if let Some(path) = &debris.0 {
                fs::rename(path, &target)?;
            }
            debris.0 = Some(target.clone());
            target.parent().map_or(Ok(()), sync_folder)?;
            Ok(StoredBlob { id, debris })
        };
        task::spawn_blocking(finish).await.map_err(io::Error::other)?
    }
}

/// A durable blob that the index does not mention yet; it goes away unless it
/// is kept.
#[derive(Debug)]
pub(super) struct StoredBlob {
    id: String,
    debris: Debris,
}

impl StoredBlob {
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Leaves the blob to the index.
    pub(super) fn keep(mut self) {
        self.debris.0 = None;
    }
}

/// A file that is removed with this value.
#[derive(Debug)]
struct Debris(Option<PathBuf>);

impl Drop for Debris {
    fn drop(&mut self) {
        if let Some(path) = &self.0
            && let Err(error) = fs::remove_file(path)
        {
            // It is removed when the storage is opened the next time.
            tracing::warn!(%error, path = %path.display(), "cannot remove a blob");
        }
    }
}

/// The bytes of `file` in `range`.
pub(super) fn stream(
    mut file: File,
    range: Range<u64>,
) -> io::Result<impl Stream<Item = io::Result<Bytes>> + Send + Sync + 'static> {
    file.seek(SeekFrom::Start(range.start))?;
    let rest = range.end.saturating_sub(range.start);
    let file = tokio::fs::File::from_std(file).take(rest);
    Ok(stream::try_unfold(file, async |mut file| {
        let rest = file.limit();
        if rest == 0 {
            return Ok(None);
        }
        let mut chunk = BytesMut::with_capacity(usize::try_from(rest.min(CHUNK)).unwrap_or(0));
        match file.read_buf(&mut chunk).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(Some((chunk.freeze(), file))),
        }
    }))
}

/// Makes the names in a folder durable, where the platform can.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
