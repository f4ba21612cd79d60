//! Texts of requests.

use std::borrow::Cow;

use serde::Deserialize;

/// A text, borrowed where it has no escapes, as a `Cow` that is a value of its own or in a list
/// is not by itself.
#[derive(Deserialize)]
pub(super) struct Text<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);
