//! The bootstrap of `training-trigger`.

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    training_trigger::run().await
}
