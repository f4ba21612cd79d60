//! Records that cannot be answered, as dead letters: the body is the record itself, so that
//! it can be sent to its queue again; what is said about it stands in the attributes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use model_factory::queue::{MESSAGE_BYTES, Message};
use model_factory::storage::keys;

use crate::record::Record;
use crate::results::{group_of, name_of};

/// The most characters of a reason that are told.
const REASON: usize = 1000;

/// A dead letter, and the object that it speaks of when the record is too large for one.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) message: Message,
    pub(crate) object: Option<(String, Bytes)>,
}

/// The letter of a record that cannot be answered for a reason.
pub(crate) fn letter(record: &Record, reason: &str) -> Letter {
    let origin = &record.origin;
    let id = name_of([origin]);
    let (told, is_text) = record.content.told();
    let (mut body, mut encoding) = match (is_text, told) {
        (true, told) if told.is_empty() => ("-".to_owned(), Some("empty")),
        (true, told) if told.chars().all(can_be_sent) => (told.into_owned(), None),
        (true, told) => (BASE64_STANDARD.encode(told.as_bytes()), Some("base64")),
        (false, told) => (told.into_owned(), Some("base64")),
    };
    let said = |name: &str, value: Cow<'_, str>| {
        let clean = |character| if can_be_sent(character) { character } else { '\u{fffd}' };
        (name.to_owned(), value.chars().take(REASON).map(clean).collect::<String>())
    };
    let mut attributes = BTreeMap::from([
        said("reason", reason.into()),
        said("record", origin.id.as_str().into()),
        said("source", origin.source.as_str().into()),
        said("time", origin.time.to_string().into()),
    ]);
    attributes.extend(record.model.as_ref().map(|model| said("model", model.into())));
    attributes.retain(|_, value| !value.is_empty());
    let room = MESSAGE_BYTES - 4096 - attributes.values().map(String::len).sum::<usize>();
    let mut object = None;
    if body.len() > room {
        let key = keys::streamed_letter(origin.time, &id);
        let told = std::mem::replace(&mut body, serde_json::json!({"object": key}).to_string());
        object = Some((key, told.into()));
        encoding = match encoding {
            Some("base64") => Some("object of base64"),
            _ => Some("object"),
        };
    }
    attributes.extend(encoding.map(|encoding| said("encoding", encoding.into())));
    Letter { message: Message { id, group: group_of(record), body, attributes }, object }
}

/// Whether a queue takes a character.
fn can_be_sent(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}
