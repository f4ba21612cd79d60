//! Posts one body again and again over connections that are kept, and tells how fast it was
//! answered, as a line of JSON: what `bench/http/compare.py` sets on each server in turn.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use bytes::Bytes;
use clap::Parser;
use http::header::{CONTENT_TYPE, HOST};
use http::{Request, Uri};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use model_factory_bench::Figures;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Post a file to a server over connections that are kept
#[derive(Debug, Parser)]
struct Options {
    /// Where to, such as `http://127.0.0.1:8080/invocations`
    url: Uri,
    /// The file of the request's body, which is JSON
    body: PathBuf,
    /// How many connections post at the same time
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// For how long, in seconds
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
}

type Failure = Box<dyn Error + Send + Sync>;

/// What came of the requests of a connection, or of all.
#[derive(Debug, Default)]
struct Outcome {
    answered: Figures,
    /// Statuses other than 200, and requests without an answer.
    failures: u64,
    /// How often the server closed a connection.
    reconnections: u64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Failure> {
    let body = Bytes::from(std::fs::read(&options.body)?);
    let (started, mut connections) = (Instant::now(), JoinSet::new());
    let until = started + Duration::from_secs_f64(options.seconds);
    for _ in 0..options.connections {
        connections.spawn(post(options.url.clone(), body.clone(), until));
    }
    let mut all = Outcome::default();
    while let Some(outcome) = connections.join_next().await {
        let Outcome { answered, failures, reconnections } = outcome??;
        all.answered.extend(answered);
        all.failures += failures;
        all.reconnections += reconnections;
    }
    let seconds = started.elapsed().as_secs_f64();
    let Outcome { answered, failures, reconnections } = all;
    let told = json!({
        "requests": answered.count(),
        "failures": failures,
        "reconnections": reconnections,
        "per_second": answered.count() as f64 / seconds,
        "p50": answered.percentile(50.0),
        "p99": answered.percentile(99.0),
    });
    println!("{told}");
    Ok(())
}

/// Posts over one connection, the next request when the last is answered.
async fn post(url: Uri, body: Bytes, until: Instant) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::default();
    let mut connection = connect(&url).await?;
    while Instant::now() < until {
        if connection.ready().await.is_err() {
            connection = connect(&url).await?;
            outcome.reconnections += 1;
        }
        let started = Instant::now();
        match exchange(&mut connection, &url, &body).await {
            Ok(true) => outcome.answered.add(started.elapsed()),
            Ok(false) | Err(_) => outcome.failures += 1,
        }
    }
    Ok(outcome)
}

async fn connect(url: &Uri) -> Result<SendRequest<Full<Bytes>>, Failure> {
    let address = url.authority().ok_or("the URL names no server")?.as_str();
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // How it ends is seen by the next request.
    tokio::spawn(connection);
    Ok(sender)
}

/// Posts once; whether the whole answer came, with status 200.
async fn exchange(
    connection: &mut SendRequest<Full<Bytes>>,
    url: &Uri,
    body: &Bytes,
) -> Result<bool, Failure> {
    let path = url.path_and_query().map_or("/", |path| path.as_str());
    let host = url.authority().map_or("", |authority| authority.as_str());
    let request = Request::post(path).header(HOST, host).header(CONTENT_TYPE, "application/json");
    let answer = connection.send_request(request.body(Full::new(body.clone()))?).await?;
    let is_ok = answer.status() == 200;
    answer.into_body().collect().await?;
    Ok(is_ok)
}
