//! The Open Inference Protocol, version 2.
//!
//! A request has one tensor per input, of shape `[rows]` or `[rows, 1]`, matched
//! by name; or a single one of shape `[rows, inputs]` with any name, in the order
//! of the model's metadata. `data` may be flat or nested; `null` is a missing value.
//! Numbers are held with 53 significant bits, whatever their datatype.

mod datatype;
mod envelope;
pub mod metadata;
mod number;
mod one_pass;
mod request;
mod response;
mod tensor;

pub use datatype::Datatype;
pub(super) use request::{decode, id};
pub(super) use response::encode;

/// The protocol's name in messages.
pub(super) const NAME: &str = "Open Inference Protocol";
