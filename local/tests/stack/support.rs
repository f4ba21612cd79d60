//! What the tests share.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use model_factory_local::aws::lambda::FunctionSpec;
use model_factory_local::aws::stack::{Stack, StackConfig};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) const BUCKET: &str = "data";

/// The folder of one test: its state, and the records of its functions.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// A function that records its events here.
    pub(crate) fn function(&self, name: &str) -> FunctionSpec {
        let record = self.record_file(name).to_string_lossy().into_owned();
        FunctionSpec {
            name: name.to_owned(),
            command: test_function(),
            args: Vec::new(),
            environment: BTreeMap::from([("RECORD".to_owned(), record)]),
            memory_mb: 128,
            timeout: Duration::from_secs(20),
            concurrency: 2,
        }
    }

    /// What a function has recorded so far.
    pub(crate) fn record(&self, name: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.record_file(name)).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    pub(crate) fn config(&self, functions: Vec<FunctionSpec>) -> StackConfig {
        let retry_backoff = vec![Duration::from_millis(50), Duration::from_millis(100)];
        StackConfig { functions, retry_backoff, ..StackConfig::new(self.state(), BUCKET) }
    }

    fn record_file(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.record"))
    }
}

/// The example that cargo builds along with the tests.
fn test_function() -> PathBuf {
    let test = env::current_exe().expect("a path");
    let profile = test.parent().and_then(Path::parent).expect("a target folder");
    let path = profile.join("examples").join("test_function");
    assert!(path.exists(), "`{}` is missing, `cargo build --examples` makes it", path.display());
    path
}

/// Waits until `holds`; panics when it does not within some seconds.
pub(crate) async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..1500 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never happened: {what}");
}

/// The configuration of real SDK clients.
pub(crate) fn sdk(stack: &Stack) -> aws_config::SdkConfig {
    let variable = |name: &str| stack.environment()[name].clone();
    let credentials = aws_sdk_s3::config::Credentials::new(
        variable("AWS_ACCESS_KEY_ID"),
        variable("AWS_SECRET_ACCESS_KEY"),
        None,
        None,
        "test",
    );
    aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new(variable("AWS_REGION")))
        .endpoint_url(variable("AWS_ENDPOINT_URL"))
        .credentials_provider(aws_sdk_s3::config::SharedCredentialsProvider::new(credentials))
        .build()
}

/// Sends a plain HTTP request.
pub(crate) async fn send(request: Request<Full<Bytes>>) -> (StatusCode, HeaderMap, Bytes) {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request).await.expect("a response");
    let (parts, body) = response.into_parts();
    (parts.status, parts.headers, body.collect().await.expect("a body").to_bytes())
}
