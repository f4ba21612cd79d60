use futures::TryStreamExt;

use super::*;

fn files(root: &Path) -> usize {
    let folders = fs::read_dir(root).unwrap();
    folders.map(|folder| fs::read_dir(folder.unwrap().path()).unwrap().count()).sum()
}

async fn store(blobs: &BlobStore, content: &[u8]) -> StoredBlob {
    let mut blob = blobs.create().await.unwrap();
    blob.write(content).await.unwrap();
    blob.finish().await.unwrap()
}

#[tokio::test]
async fn a_blob_is_read_back_in_ranges() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = BlobStore::open(folder.path()).unwrap();
    let content: Vec<u8> = (0..600_000_u32).map(|byte| byte as u8).collect();
    let blob = store(&blobs, &content).await;
    for range in [0..600_000, 0..0, 300_000..300_001, 17..599_999] {
        let file = blobs.read(blob.id()).unwrap();
        let found: Vec<Bytes> = stream(file, range.clone()).unwrap().try_collect().await.unwrap();
        assert_eq!(found.concat(), content[range.start as usize..range.end as usize]);
    }
    let beyond = stream(blobs.read(blob.id()).unwrap(), 599_999..600_001).unwrap();
    let error = beyond.try_collect::<Vec<_>>().await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
}

#[tokio::test]
async fn what_is_not_kept_goes_away() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = BlobStore::open(folder.path()).unwrap();
    let mut partial = blobs.create().await.unwrap();
    partial.write(b"half").await.unwrap();
    drop(partial);
    drop(store(&blobs, b"stored").await);
    assert_eq!(files(folder.path()), 0);
    let kept = store(&blobs, b"kept").await;
    let id = kept.id().to_owned();
    kept.keep();
    assert_eq!(files(folder.path()), 1);
    blobs.remove(&id);
    assert_eq!(files(folder.path()), 0);
}

#[tokio::test]
async fn a_sweep_leaves_what_is_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = BlobStore::open(folder.path()).unwrap();
    let (wanted, orphan) = (store(&blobs, b"wanted").await, store(&blobs, b"orphan").await);
    let id = wanted.id().to_owned();
    wanted.keep();
    orphan.keep();
    fs::write(folder.path().join(PARTIAL).join("half"), b"half").unwrap();
    assert_eq!(blobs.sweep(&HashSet::from([id.clone()])).unwrap(), 2);
    assert_eq!(files(folder.path()), 1);
    assert!(blobs.read(&id).is_ok());
}
