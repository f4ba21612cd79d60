//! A request as it is written, before it is looked at with a model in mind.

use std::borrow::Cow;

use serde::Deserialize;

use super::tensor::Tensor;
use crate::protocol::error::ProtocolError;
use crate::protocol::limits::Limits;
use crate::protocol::object::Object;
use crate::protocol::parameters::Parameters;

/// The members of a request.
#[derive(Debug, Deserialize)]
pub(super) struct Envelope<'a> {
    pub(super) id: Option<String>,
    pub(super) parameters: Option<Parameters>,
    #[serde(borrow)]
    pub(super) inputs: Vec<Object<Tensor<'a>>>,
    #[serde(borrow)]
    pub(super) outputs: Option<Vec<Object<RequestedOutput<'a>>>>,
}

/// An output that the client asks for.
#[derive(Debug, Deserialize)]
pub(super) struct RequestedOutput<'a> {
    #[serde(borrow)]
    pub(super) name: Cow<'a, str>,
}

/// Reads a request of whatever form.
pub(super) fn read<'a>(body: &'a [u8], limits: &Limits) -> Result<Envelope<'a>, ProtocolError> {
    limits.admit_depth(body)?;
    let read: Result<Object<Envelope<'_>>, _> = serde_json::from_slice(body);
    read.map(|Object(envelope)| envelope)
        .map_err(|error| ProtocolError::reading(super::NAME, error))
}
