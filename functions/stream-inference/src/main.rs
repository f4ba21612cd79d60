//! The bootstrap of `stream-inference`.

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    stream_inference::run().await
}
