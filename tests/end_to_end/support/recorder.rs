//! A listener between clients and the endpoint, which notes the heads of all requests.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The head of a request.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    /// Its first line.
    pub(crate) line: String,
    headers: BTreeMap<String, String>,
}

impl Head {
    /// A header's value; empty when there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// Hands on what clients send, and notes it.
pub(crate) struct Recorder {
    url: String,
    target: watch::Sender<Option<String>>,
    sent: Arc<Mutex<Vec<u8>>>,
}

impl Recorder {
    /// Listens; connections wait until it is known whom they are for.
    pub(crate) async fn bind() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (target, known) = watch::channel(None);
        let sent = Arc::new(Mutex::default());
        let notes = Arc::clone(&sent);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(hand_on(client, known.clone(), Arc::clone(&notes)));
            }
        });
        Self { url, target, sent }
    }

    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    /// Whom all connections are for.
    pub(crate) fn forward_to(&self, url: &str) {
        self.target.send_replace(url.strip_prefix("http://").map(str::to_owned));
    }

    /// The heads of the requests since the last call.
    pub(crate) fn take(&self) -> Vec<Head> {
        let sent = std::mem::take(&mut *self.sent.lock().expect("notes"));
        let text = String::from_utf8_lossy(&sent);
        let heads = text.split("\r\n\r\n").filter_map(|part| {
            // What stands before a head is the end of the body before it.
            let at = part.find(" HTTP/1.1\r\n")?;
            let start = ["GET ", "PUT ", "POST ", "HEAD ", "DELETE "];
            let start = start.iter().filter_map(|method| part[..at].rfind(method)).max()?;
            let mut lines = part[start..].lines();
            let line = lines.next()?.to_owned();
            let headers = lines.filter_map(|line| line.split_once(": "));
            let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
            Some(Head { line, headers: headers.collect() })
        });
        heads.collect()
    }
}

async fn hand_on(
    client: TcpStream,
    mut target: watch::Receiver<Option<String>>,
    notes: Arc<Mutex<Vec<u8>>>,
) {
    let address = target.wait_for(Option::is_some).await.expect("a target").clone();
    let server = TcpStream::connect(address.expect("an address")).await.expect("a server");
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from_client.read(&mut buffer).await {
        notes.lock().expect("notes").extend_from_slice(&buffer[..count]);
        if to_server.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
