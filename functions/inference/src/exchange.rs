//! From an event to what the service that sent it reads.

use model_factory::protocol::problem::{Kind, Problem};
use model_factory::runtime::Failure;

use crate::answer::{self, EVENT_ID};
use crate::encoding;
use crate::gateway::{GatewayResponse, Received, Shape};
use crate::handler::Inference;
use crate::invocation::Invocation;

/// Answers the HTTP request that an event stands for.
///
/// # Errors
/// [`Failure::InvalidEvent`] for an event that stands for none.
pub async fn exchange(
    inference: &Inference,
    Received(event): Received,
    invocation: &Invocation<'_>,
) -> Result<GatewayResponse, Failure> {
    let (mut request, shape) = event?;
    // A REST API unpacks and packs by itself (template.yaml says from which size on).
    if shape == Shape::Rest {
        encoding::forget_gzip_that_is_none(&mut request);
    }
    let packed = shape != Shape::Rest && encoding::accepts_gzip(request.headers());
    let mut response = inference.handle(request, invocation).await;
    encoding::pack(&mut response, packed);
    if GatewayResponse::is_too_large(&response) {
        let words = "the answer is larger than a function can send: ask for fewer rows, fewer \
                     outputs, or with `accept-encoding: gzip`";
        response = answer::problem(Problem::new(Kind::TooLarge, words), invocation.request_id);
        answer::set(&mut response, EVENT_ID, invocation.request_id);
    }
    Ok(GatewayResponse::new(shape, response))
}
