//! Why a body cannot be read or an answer not be written.

use super::kind::Kind;
use super::violation::Violations;
use crate::dataset::table::LengthMismatch;
use crate::json::Infinite;
use crate::plain::plainly;

/// Why a body cannot be read or an answer not be written.
#[derive(Debug, thiserror::Error)]
pub enum ProtocolError {
    /// There is no body.
    #[error("the body is empty: send a request")]
    EmptyBody,
    /// The body is not JSON.
    #[error("the body is not JSON: {0}")]
    NotJson(#[source] serde_json::Error),
    /// The body has a number that JSON lacks.
    #[error("the body has {0}")]
    Infinite(#[from] Infinite),
    /// The body is CSV where JSON is read.
    #[error(
        "the content type `{found}` is not read here: send JSON, or the CSV to \
         /models/{{model}}/invocations"
    )]
    OnlyJson {
        /// The content type of the request.
        found: String,
    },
    /// The body is JSON, but not of the protocol's structure.
    #[error("the body is not a request of the {protocol}: {}", plainly(&source.to_string()))]
    Structure {
        /// The protocol.
        protocol: &'static str,
        /// What is unlike it, and where.
        source: serde_json::Error,
    },
    /// A scoring request has none or several of its four forms.
    #[error(
        "the body has {found} of `dataframe_split`, `dataframe_records`, `instances` and \
         `inputs`: send exactly one"
    )]
    AmbiguousForm {
        /// How many forms the body has.
        found: usize,
    },
    /// A member of a scoring request is not of its form.
    #[error("`{member}` is {found} where {expected} is expected")]
    Form {
        /// The member.
        member: &'static str,
        /// What it is.
        found: String,
        /// What would be right.
        expected: &'static str,
    },
    /// A scoring request names one of several signatures.
    #[error(
        "`signature_name` is not supported: leave it out; a version or alias is named by the path, \
         /models/{{model}}/versions/{{version}}/invocations"
    )]
    Signature,
    /// The body is not CSV.
    #[error("the body is not CSV: {0}")]
    NotCsv(#[source] csv::Error),
    /// There is no content type.
    #[error("the request has no content type: send `application/json` or `text/csv`")]
    NoMediaType,
    /// The body's media type has no reader.
    #[error("the content type `{found}` is not read here: send `application/json` or `text/csv`")]
    MediaType {
        /// The content type of the request.
        found: String,
    },
    /// The body's media type has a parameter that cannot be honoured.
    #[error("the content type's `{found}` is not supported: the only parameter is `charset=utf-8`")]
    MediaTypeParameter {
        /// The parameter.
        found: String,
    },
    /// The body is too large.
    #[error(
        "the body has {found} bytes, more than the {limit} allowed: send the rows in smaller \
         requests"
    )]
    BodyTooLarge {
        /// Its bytes.
        found: usize,
        /// The bytes allowed.
        limit: usize,
    },
    /// There are too many rows.
    #[error("more than {limit} rows: send them in smaller requests")]
    TooManyRows {
        /// The rows allowed.
        limit: usize,
    },
    /// There are too many rows for a model with so many inputs.
    #[error(
        "more than {limit} values, counting each of the model's {inputs} inputs in every row: \
         send the rows in smaller requests"
    )]
    TooManyCells {
        /// The inputs of the model.
        inputs: usize,
        /// The values allowed.
        limit: usize,
    },
    /// There are too many columns.
    #[error("{found} columns, more than the {limit} allowed")]
    TooManyColumns {
        /// The columns.
        found: usize,
        /// The columns allowed.
        limit: usize,
    },
    /// Lists or objects stand too deep inside each other.
    #[error("the body nests lists or objects deeper than {limit}")]
    TooDeep {
        /// The depth allowed.
        limit: usize,
    },
    /// There is nothing to predict.
    #[error("the request has no row: send at least one")]
    NoRows,
    /// The inputs have different numbers of rows.
    #[error("the inputs differ in length: {0}")]
    Uneven(#[from] LengthMismatch),
    /// The inputs are not those of the model.
    #[error("{0}")]
    Mismatch(Violations),
    /// The model has no such output.
    #[error("the model has no output `{found}`{}: its outputs are {known}", without(*.option))]
    UnknownOutput {
        /// The output asked for.
        found: String,
        /// The outputs of the model.
        known: &'static str,
        /// The parameter that would give it.
        option: Option<&'static str>,
    },
    /// A parameter is unknown, of the wrong type, or does not fit the model.
    #[error("the parameter `{name}` {reason}")]
    Parameter {
        /// Its name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// An option stands in the query of a request in JSON.
    #[error(
        "the option `{name}` stands in the query, which is read with a body in CSV only: a body in \
         JSON has its options in `{member}`"
    )]
    Misplaced {
        /// The option.
        name: String,
        /// Where it belongs.
        member: &'static str,
    },
    /// The id that the client gives the request is too long.
    #[error("the id has {found} bytes, more than the {limit} allowed: send a shorter one")]
    IdTooLong {
        /// Its bytes.
        found: usize,
        /// The bytes allowed.
        limit: usize,
    },
    /// An answer cannot be written.
    #[error("the answer cannot be written")]
    Answer(#[source] serde_json::Error),
}

impl ProtocolError {
    /// What kind of problem it is for a client.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::EmptyBody
            | Self::NotJson(_)
            | Self::Infinite(_)
            | Self::Signature
            | Self::Misplaced { .. }
            | Self::Structure { .. }
            | Self::AmbiguousForm { .. }
            | Self::Form { .. }
            | Self::NotCsv(_) => Kind::Malformed,
            Self::OnlyJson { .. }
            | Self::NoMediaType
            | Self::MediaType { .. }
            | Self::MediaTypeParameter { .. } => Kind::UnsupportedMediaType,
            Self::BodyTooLarge { .. } | Self::TooManyRows { .. } | Self::TooManyCells { .. } => {
                Kind::TooLarge
            }
            Self::TooManyColumns { .. }
            | Self::TooDeep { .. }
            | Self::NoRows
            | Self::Uneven(_)
            | Self::Mismatch(_)
            | Self::UnknownOutput { .. }
            | Self::IdTooLong { .. }
            | Self::Parameter { .. } => Kind::SchemaMismatch,
            Self::Answer(_) => Kind::Internal,
        }
    }

    /// An error of reading `protocol`'s JSON.
    pub(super) fn reading(protocol: &'static str, source: serde_json::Error) -> Self {
        match source.classify() {
            serde_json::error::Category::Data => Self::Structure { protocol, source },
            _ => Self::NotJson(source),
        }
    }
}

fn without(option: Option<&'static str>) -> String {
    option.map_or_else(String::new, |option| format!(" without the parameter `{option}`"))
}
