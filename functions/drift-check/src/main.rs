//! The bootstrap of `drift-check`.

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    drift_check::run().await
}
