//! DynamoDB: an embedded engine behind a loopback port of its own.

mod table;

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response, Uri};
use dynoxide::{Database, DynoxideError};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::json;
use tokio::task::{self, JoinError};
use tokio::time;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::table::{IndexSpec, KeySpec, TableSpec};
use super::http_server;

/// How often expired items are removed.
const TIME_TO_LIVE_ROUND: Duration = Duration::from_secs(5);

/// How long open requests may go on once the engine is to stop.
const GRACE: Duration = Duration::from_secs(2);

/// Why DynamoDB does not start.
#[derive(Debug, thiserror::Error)]
pub enum DynamoDbError {
    /// The database file cannot be opened.
    #[error("cannot open the DynamoDB file `{path}`, check that it is readable and undamaged")]
    Open {
        /// The file.
        path: PathBuf,
        /// What the engine said.
        source: DynoxideError,
    },
    /// A table cannot be created.
    #[error("cannot create the table `{table}`")]
    Table {
        /// The table's name.
        table: String,
        /// What the engine said.
        source: DynoxideError,
    },
    /// A table's description makes no sense.
    #[error("the description of the table `{table}` is invalid")]
    Spec {
        /// The table's name.
        table: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// No port is free.
    #[error("cannot listen on loopback")]
    Listen(#[from] io::Error),
    /// The runtime is shutting down.
    #[error("the start was interrupted")]
    Interrupted(#[from] JoinError),
}

/// A running DynamoDB; a handle that is cheap to clone.
#[derive(Clone, Debug)]
pub struct DynamoDb {
    address: SocketAddr,
    client: Client<HttpConnector, Body>,
}

impl DynamoDb {
    /// Opens the database, creates the tables that are missing, and serves
    /// until `closing` is cancelled; `tasks` tells when that is done.
    ///
    /// # Errors
    /// If the file, a table or the port is unusable.
    pub async fn start(
        path: &Path,
        tables: Vec<TableSpec>,
        closing: &CancellationToken,
        tasks: &TaskTracker,
    ) -> Result<Self, DynamoDbError> {
        let file = path.to_owned();
        let database = task::spawn_blocking(move || open(file, &tables)).await??;
        let listener = http_server::bind().await?;
        let address = listener.local_addr()?;
        let sweeps = sweep(database.clone());
        let stop = closing.clone();
        tasks.spawn(async move { stop.run_until_cancelled(sweeps).await });
        let closing = closing.clone();
        tasks.spawn(async move {
            let stop = closing.clone().cancelled_owned();
            let server = dynoxide::server::serve_with_shutdown(listener, database, stop);
            let overdue = async {
                closing.cancelled().await;
                time::sleep(GRACE).await;
            };
            tokio::select! {
                served = server => if let Err(error) = served {
                    tracing::error!(%error, "DynamoDB has stopped");
                },
                () = overdue => {}
            }
        });
        Ok(Self { address, client: Client::builder(TokioExecutor::new()).build_http() })
    }

    /// Passes a request on to the engine.
    ///
    /// # Errors
    /// If the engine cannot be reached.
    pub async fn forward(
        &self,
        mut request: Request<Body>,
    ) -> Result<Response<Body>, hyper_util::client::legacy::Error> {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        if let Ok(uri) = format!("http://{}{path}", self.address).parse::<Uri>() {
            *request.uri_mut() = uri;
        }
        Ok(self.client.request(request).await?.map(Body::new))
    }
}

fn open(path: PathBuf, tables: &[TableSpec]) -> Result<Database, DynamoDbError> {
    let database = Database::new(&path.to_string_lossy())
        .map_err(|source| DynamoDbError::Open { path, source })?;
    tables.iter().try_for_each(|table| create(&database, table))?;
    Ok(database)
}

fn create(database: &Database, table: &TableSpec) -> Result<(), DynamoDbError> {
    let invalid = |source| DynamoDbError::Spec { table: table.name.clone(), source };
    let failed = |source| DynamoDbError::Table { table: table.name.clone(), source };
    let request = serde_json::from_value(table.creation()).map_err(invalid)?;
    match database.create_table(request) {
        Ok(_) | Err(DynoxideError::ResourceInUseException(_)) => {}
        Err(error) => return Err(failed(error)),
    }
    if let Some(attribute) = &table.time_to_live {
        let request = serde_json::from_value(json!({
            "TableName": table.name,
            "TimeToLiveSpecification": {"AttributeName": attribute, "Enabled": true},
        }));
        database.update_time_to_live(request.map_err(invalid)?).map_err(failed)?;
    }
    Ok(())
}

/// Removes expired items for ever: the engine does not do so by itself.
async fn sweep(database: Database) {
    let mut rounds = time::interval(TIME_TO_LIVE_ROUND);
    loop {
        rounds.tick().await;
        let database = database.clone();
        match task::spawn_blocking(move || database.sweep_ttl()).await {
            Ok(Ok(0)) | Err(_) => {}
            Ok(Ok(items)) => tracing::debug!(items, "removed expired items"),
            Ok(Err(error)) => tracing::error!(%error, "cannot remove expired items"),
        }
    }
}
