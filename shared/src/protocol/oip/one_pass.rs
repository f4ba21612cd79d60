//! Reads a request as most clients write it in one pass: lists of numbers are checked and read
//! at once. It may decline any request; that is then read as a whole, member by member, and
//! only there it is said what is wrong with it.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::datatype::Datatype;
use super::envelope::{Envelope, RequestedOutput};
use super::number::number;
use super::tensor::{Data, Tensor};
use crate::protocol::object::Object;
use crate::protocol::parameters::Parameters;
use crate::protocol::text::Text;

/// So many brackets in a value cannot nest deeper than is allowed; with more of them, the
/// depth has to be looked at.
const SHALLOW: usize = 8;

type Outputs<'a> = Option<Vec<Object<RequestedOutput<'a>>>>;

/// The request; `None` where it has to be read as a whole.
pub(super) fn read(body: &[u8]) -> Option<Envelope<'_>> {
    let mut reader = Reader { rest: std::str::from_utf8(body).ok()? };
    let (mut id, mut parameters, mut inputs, mut outputs) = (None, None, None, None);
    reader.object(|reader, name| match name {
        "id" => set(&mut id, reader.value::<Option<String>>()?),
        "parameters" => set(&mut parameters, reader.shallow::<Option<Parameters>>()?),
        "inputs" => set(&mut inputs, reader.list(Reader::tensor)?),
        "outputs" => set(&mut outputs, reader.shallow::<Outputs<'_>>()?),
        _ => reader.raw().map(drop),
    })?;
    reader.end()?;
    Some(Envelope {
        id: id.flatten(),
        parameters: parameters.flatten(),
        inputs: inputs?,
        outputs: outputs.flatten(),
    })
}

/// Sets what must not be said twice.
fn set<T>(member: &mut Option<T>, value: T) -> Option<()> {
    match member.replace(value) {
        None => Some(()),
        Some(_) => None,
    }
}

/// What is left of a request.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn tensor(&mut self) -> Option<Object<Tensor<'a>>> {
        let (mut name, mut shape, mut datatype, mut data) = (None, None, None, None);
        self.object(|reader, member| match member {
            "name" => set(&mut name, reader.text()?),
            "shape" => set(&mut shape, reader.shallow::<Vec<u64>>()?),
            "datatype" => set(&mut datatype, reader.value::<Datatype>()?),
            "data" => set(&mut data, reader.data(shape.as_deref().unwrap_or_default())?),
            _ => reader.raw().map(drop),
        })?;
        Some(Object(Tensor { name: name?, shape: shape?, datatype: datatype?, data: data? }))
    }

    /// The data of a tensor of a shape, which is unknown (and empty) until it is said.
    fn data(&mut self, shape: &[u64]) -> Option<Data<'a>> {
        let start = self.skip_space();
        if let Some(numbers) = self.numbers(shape) {
            let length = start.len() - self.rest.len();
            return Some(Data { json: start.get(..length)?, numbers });
        }
        self.rest = start;
        Some(Data { json: self.raw()?, numbers: Vec::new() })
    }

    /// A list of numbers, or of such lists as long as the second dimension says; `null` is a
    /// missing one.
    fn numbers(&mut self, shape: &[u64]) -> Option<Vec<f64>> {
        // A datum takes two bytes at least, whatever the shape says.
        let most = self.rest.len() / 2;
        let expected = shape.iter().map(|&it| usize::try_from(it).unwrap_or(usize::MAX));
        let expected = expected.reduce(usize::saturating_mul).unwrap_or_default();
        let mut numbers = Vec::with_capacity(expected.min(most));
        self.take(b'[')?;
        if self.peek()? != b'[' {
            self.run(&mut numbers)?;
            return Some(numbers);
        }
        let &[_, width] = shape else { return None };
        loop {
            let before = numbers.len();
            self.take(b'[')?;
            self.run(&mut numbers)?;
            if (numbers.len() - before) as u64 != width {
                return None;
            }
            match self.next()? {
                b',' => {}
                b']' => return Some(numbers),
                _ => return None,
            }
        }
    }

    /// Numbers up to the end of their list, one at least.
    fn run(&mut self, numbers: &mut Vec<f64>) -> Option<()> {
        loop {
            let rest = self.skip_space();
            let (value, length) = match rest.strip_prefix("null") {
                Some(_) => (f64::NAN, 4),
                None => number(rest.as_bytes())?,
            };
            numbers.push(value);
            self.rest = rest.get(length..)?;
            match self.next()? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    /// An object, each of whose values `member` takes by name.
    fn object(&mut self, mut member: impl FnMut(&mut Self, &str) -> Option<()>) -> Option<()> {
        self.take(b'{')?;
        if self.peek()? == b'}' {
            return self.take(b'}');
        }
        loop {
            let name = self.text()?;
            self.take(b':')?;
            member(self, &name)?;
            match self.next()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    /// A list, each of whose values `item` takes.
    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut items = Vec::new();
        self.take(b'[')?;
        if self.peek()? == b']' {
            self.take(b']')?;
            return Some(items);
        }
        loop {
            items.push(item(self)?);
            match self.next()? {
                b',' => {}
                b']' => return Some(items),
                _ => return None,
            }
        }
    }

    fn text(&mut self) -> Option<Cow<'a, str>> {
        self.value().map(|Text(text)| text)
    }

    /// A value of few brackets.
    fn shallow<T: Deserialize<'a>>(&mut self) -> Option<T> {
        serde_json::from_str(self.raw()?).ok()
    }

    /// The text of a value of few brackets.
    fn raw(&mut self) -> Option<&'a str> {
        let json = self.value::<&'a RawValue>()?.get();
        let opening = json.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count();
        (opening <= SHALLOW).then_some(json)
    }

    fn value<T: Deserialize<'a>>(&mut self) -> Option<T> {
        let mut values = serde_json::Deserializer::from_str(self.rest).into_iter();
        let value = values.next()?.ok()?;
        self.rest = self.rest.get(values.byte_offset()..)?;
        Some(value)
    }

    /// Passes over a byte that must come.
    fn take(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    /// Passes over the next byte that is no space, of ASCII.
    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.rest = self.rest.get(1..)?;
        Some(byte)
    }

    fn peek(&mut self) -> Option<u8> {
        self.skip_space().bytes().next()
    }

    fn end(&mut self) -> Option<()> {
        self.skip_space().is_empty().then_some(())
    }

    fn skip_space(&mut self) -> &'a str {
        let space = |byte: u8| matches!(byte, b' ' | b'\n' | b'\t' | b'\r');
        if self.rest.bytes().next().is_some_and(space) {
            let start = self.rest.bytes().position(|byte| !space(byte)).unwrap_or(self.rest.len());
            self.rest = self.rest.get(start..).unwrap_or_default();
        }
        self.rest
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::protocol::Limits;
    use crate::protocol::oip::envelope;
    use crate::protocol::scan::{Scanner, Token};

    /// Fails unless the request is the same when it is read as a whole, with the numbers by
    /// the scanner where they were read at once.
    fn compare(read: &Envelope<'_>, body: &[u8]) {
        let mut whole = envelope::read(body, &Limits::default()).expect("a request");
        for (Object(tensor), Object(read)) in whole.inputs.iter_mut().zip(&read.inputs) {
            let numbers = Scanner::new(tensor.data.json).filter_map(|token| match token {
                Token::Null => Some(f64::NAN),
                Token::Number(text) => text.parse().ok(),
                _ => None,
            });
            if !read.data.numbers.is_empty() {
                tensor.data.numbers = numbers.collect();
            }
        }
        // `NaN` is equal to itself as a text.
        assert_eq!(format!("{read:?}"), format!("{whole:?}"));
    }

    fn lists() -> impl Strategy<Value = serde_json::Value> {
        let number = prop_oneof![
            any::<f64>().prop_filter("finite", |it| it.is_finite()).prop_map(|it| json!(it)),
            any::<i64>().prop_map(|it| json!(it)),
            Just(json!(null)),
        ];
        proptest::collection::vec(number, 1..7).prop_flat_map(|data| {
            let (rows, two) = (data.len(), data.len() % 2 == 0);
            let nested: Vec<_> = data.chunks(if two { 2 } else { 1 }).map(|it| json!(it)).collect();
            prop_oneof![
                Just(json!({"name": "x", "shape": [rows], "datatype": "FP64", "data": data})),
                Just(json!({
                    "name": "y\n",
                    "shape": [nested.len(), rows / nested.len()],
                    "datatype": "FP32",
                    "parameters": {"content_type": "np"},
                    "data": nested,
                })),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_reads_what_is_read_as_a_whole(
            inputs in proptest::collection::vec(lists(), 0..4),
            id in proptest::option::of("[a-z\"]{0,3}"),
            pretty in any::<bool>(),
        ) {
            // Members of a map are sorted: `datatype` and `data` come before `shape`.
            let request = json!({"id": id, "inputs": inputs, "outputs": [{"name": "label"}]});
            let body = match pretty {
                true => serde_json::to_string_pretty(&request).unwrap(),
                false => request.to_string(),
            };
            if let Some(read) = read(body.as_bytes()) {
                compare(&read, body.as_bytes());
            }
        }

        #[test]
        fn what_is_damaged_is_declined_or_read_alike(
            inputs in proptest::collection::vec(lists(), 1..3),
            at in any::<proptest::sample::Index>(),
            other in proptest::option::of("[]\\[{}\",:.0-9eE+ -]"),
        ) {
            let mut body = json!({"inputs": inputs}).to_string();
            let at = at.index(body.len());
            body.replace_range(at..=at, other.as_deref().unwrap_or_default());
            if let Some(read) = read(body.as_bytes()) {
                compare(&read, body.as_bytes());
            }
        }
    }

    #[test]
    fn requests_of_common_clients_are_not_declined() {
        for body in [
            r#"{"inputs":[{"name":"x","shape":[2],"datatype":"FP64","data":[1,null]}]}"#,
            r#"{"id":null,"parameters":null,"outputs":null,"inputs":[{"name":"x","shape":[1],
                "datatype":"FP64","parameters":null,"data":[1]}]}"#,
            r#"{"id":"7","parameters":{"partial":true},"inputs":[{"name":"x","shape":[1,2],
                "datatype":"FP32","parameters":{"binary_data":false},"data":[[1.5,-2e3]]}],
                "outputs":[{"name":"label","parameters":{"binary_data":false}}]}"#,
        ] {
            let read = read(body.as_bytes()).expect("it is of the common form");
            compare(&read, body.as_bytes());
            assert!(!read.inputs[0].0.data.numbers.is_empty());
        }
        let texts = r#"{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","data":["a"]}]}"#;
        assert!(read(texts.as_bytes()).expect("read").inputs[0].0.data.numbers.is_empty());
    }
}
