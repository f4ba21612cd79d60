//! A storage that is served, and clients for it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials as ClientCredentials, Region};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::put_object::PutObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use model_factory_local::aws::s3::{Credentials, ObjectStorage};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

pub(crate) const BUCKET: &str = "factory";
const ACCESS_KEY: &str = "AKIDLOCAL";
const SECRET_KEY: &str = "local-secret";

/// A storage in a folder of its own, with one bucket.
pub(crate) struct Server {
    pub(crate) storage: ObjectStorage,
    pub(crate) client: Client,
    pub(crate) address: SocketAddr,
    folder: TempDir,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let server = Self::open(tempfile::tempdir().unwrap()).await;
        server.storage.ensure_bucket(BUCKET).unwrap();
        server
    }

    async fn open(folder: TempDir) -> Self {
        let storage = ObjectStorage::open(folder.path()).unwrap();
        let credentials =
            Credentials { access_key: ACCESS_KEY.to_owned(), secret_key: SECRET_KEY.to_owned() };
        let service = storage.service(&credentials);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, mut stopped) = oneshot::channel();
        let serving = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = tokio::select! {
                    accepted = listener.accept() => accepted.unwrap(),
                    _ = &mut stopped => break,
                };
                let service = service.clone();
                connections.spawn(async move {
                    // A client that goes away is none of our business.
                    let _: Result<(), hyper::Error> =
                        http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
            connections.shutdown().await;
        });
        let client = client(address, ACCESS_KEY, SECRET_KEY);
        Self { storage, client, address, folder, stop, serving }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Stops serving and closes the storage.
    pub(crate) async fn close(self) -> TempDir {
        let Self { storage, client, folder, stop, serving, .. } = self;
        stop.send(()).unwrap();
        serving.await.unwrap();
        drop((storage, client));
        folder
    }

    /// Closes the storage and opens it again.
    pub(crate) async fn reopen(self) -> Self {
        Self::open(self.close().await).await
    }

    /// A client with another key.
    pub(crate) fn client_with(&self, access_key: &str, secret_key: &str) -> Client {
        client(self.address, access_key, secret_key)
    }

    pub(crate) async fn put(&self, key: &str, content: impl Into<Vec<u8>>) -> PutObjectOutput {
        let body = ByteStream::from(content.into());
        self.client.put_object().bucket(BUCKET).key(key).body(body).send().await.unwrap()
    }

    pub(crate) async fn get(&self, key: &str) -> Vec<u8> {
        let output = self.client.get_object().bucket(BUCKET).key(key).send().await.unwrap();
        output.body.collect().await.unwrap().to_vec()
    }

    /// Sends a request as it stands and returns the status and the rest.
    pub(crate) async fn raw(&self, head: &str, body: &[u8]) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let length = body.len();
        let head = format!("{head}connection: close\r\ncontent-length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer)
    }
}

fn client(address: SocketAddr, access_key: &str, secret_key: &str) -> Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(format!("http://{address}"))
        .force_path_style(true)
        .credentials_provider(ClientCredentials::new(access_key, secret_key, None, None, "test"))
        .build();
    Client::from_conf(config)
}

/// The status and the code of a refusal.
pub(crate) fn refusal<T, E>(result: Result<T, SdkError<E>>) -> (u16, String)
where
    E: ProvideErrorMetadata,
{
    let Err(error) = result else { panic!("the request should have been refused") };
    let status = error.raw_response().expect("no answer came").status().as_u16();
    (status, error.code().unwrap_or_default().to_owned())
}

/// Bytes that repeat only after a while.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    (0..length as u64)
        .map(|index| (index.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8)
        .collect()
}
