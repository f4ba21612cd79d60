//! The bootstrap of `batch-inference`.

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    batch_inference::run().await
}
