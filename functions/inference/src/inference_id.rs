//! The client's own id of an exchange.

use bytes::Bytes;
use http::Request;
use model_factory::protocol::ID_BYTES;
use model_factory::protocol::problem::{Kind, Problem};

/// The header that holds it, as SageMaker names it.
const HEADER: &str = "x-amzn-sagemaker-inference-id";

/// The id that the request's header gives it; `None` where it gives none.
///
/// # Errors
/// When it is too long: by such an id no label could be sent.
pub(crate) fn of(request: &Request<Bytes>) -> Result<Option<&str>, Problem> {
    let given = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
    match given.filter(|id| !id.is_empty()) {
        Some(id) if id.len() > ID_BYTES => {
            let words = format!(
                "the header `{HEADER}` has {} bytes, more than the {ID_BYTES} allowed: send a \
                 shorter id",
                id.len()
            );
            Err(Problem::new(Kind::SchemaMismatch, words))
        }
        given => Ok(given),
    }
}
