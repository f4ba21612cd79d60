//! Wire protocols of inference: bytes to table, predictions to bytes.
//!
//! Pure functions without I/O. A request is checked against its model's schema
//! while it is read: what comes out has every column, in the schema's order and
//! type. All that is wrong with a request is told at once, by input and row.

mod answer;
mod builder;
mod cells;
pub(crate) mod domain;
mod error;
mod extras;
mod file;
mod finite;
pub mod forecasts;
mod json;
mod kind;
mod limits;
mod lookup;
mod media_type;
mod mlflow;
mod object;
pub mod oip;
mod options;
mod output;
mod parameters;
pub mod problem;
mod request;
mod row_errors;
mod scan;
mod sent;
mod text;
mod top_contributions;
pub(crate) mod values;
pub mod violation;

use serde::{Deserialize, Serialize};

pub use answer::Answer;
pub use error::ProtocolError;
pub use extras::Extras;
pub use file::FileColumns;
pub(crate) use finite::admit_answers;
pub use forecasts::ForecastProtocol;
pub use json::read_json;
pub use limits::{ID_BYTES, Limits};
pub use media_type::MediaType;
pub use mlflow::RowAnswer;
pub use options::Options;
pub use output::Output;
pub use problem::Problem;
pub use request::Request;
pub use row_errors::RowErrors;
pub use sent::Sent;
pub use top_contributions::TopContributions;
pub use violation::{Violation, Violations};

use crate::dataset::Schema;
use sent::Rules;

/// The content type of every answer that is no [`Problem`].
pub const ANSWER_CONTENT_TYPE: &str = "application/json";

/// The protocols in which a model can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// The Open Inference Protocol, version 2.
    OpenInference,
    /// MLflow's scoring protocol, which is SageMaker's container contract too.
    Mlflow,
}

/// What a request and its answer are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Contract {
    /// Rows, to be predicted.
    Rows(Protocol),
    /// A series, to be forecast.
    Series(ForecastProtocol),
}

impl From<Protocol> for Contract {
    fn from(protocol: Protocol) -> Self {
        Self::Rows(protocol)
    }
}

impl From<ForecastProtocol> for Contract {
    fn from(protocol: ForecastProtocol) -> Self {
        Self::Series(protocol)
    }
}

impl Protocol {
    /// Reads a request for a model with `schema`.
    ///
    /// The content type tells the forms of MLflow's protocol apart. The Open
    /// Inference Protocol is JSON whatever its content type, as clients send
    /// it with none or any.
    ///
    /// # Errors
    /// When the body cannot be read, exceeds the limits, or does not fit the
    /// schema; [`ProtocolError::kind`] tells which.
    pub fn decode(
        self,
        sent: Sent<'_>,
        schema: &Schema,
        limits: &Limits,
    ) -> Result<Request, ProtocolError> {
        self.decode_by(sent, Rules { schema, limits, gaps: false })
    }

    /// Reads a request that was answered before, by whichever version: any value may be
    /// missing, since it may have been to that version, or have been kept out.
    ///
    /// # Errors
    /// As [`Self::decode`].
    pub fn decode_answered(
        self,
        sent: Sent<'_>,
        schema: &Schema,
        limits: &Limits,
    ) -> Result<Request, ProtocolError> {
        self.decode_by(sent, Rules { schema, limits, gaps: true })
    }

    fn decode_by(self, sent: Sent<'_>, rules: Rules<'_>) -> Result<Request, ProtocolError> {
        match self {
            Self::OpenInference => oip::decode(sent, rules),
            Self::Mlflow => mlflow::decode(sent, rules),
        }
    }

    /// Refuses options in the query of a request in JSON, which has them in its body. What else
    /// a query says is passed over, as it may be for others on the way.
    ///
    /// # Errors
    /// [`ProtocolError::Misplaced`] for an option.
    pub fn admit_query(self, query: &str) -> Result<(), ProtocolError> {
        let member = match self {
            Self::OpenInference => "parameters",
            Self::Mlflow => "params",
        };
        let found = parameters::names_of_query(query).find(|name| options::is_option(name));
        found.map_or(Ok(()), |name| Err(ProtocolError::Misplaced { name, member }))
    }

    /// The id that a request's body gives it, without reading the rest.
    #[must_use]
    pub fn id(self, body: &[u8]) -> Option<String> {
        match self {
            Self::OpenInference => oip::id(body),
            Self::Mlflow => None,
        }
    }

    /// Writes an answer, of type [`ANSWER_CONTENT_TYPE`].
    ///
    /// # Errors
    /// [`ProtocolError::Answer`] when it cannot be written.
    pub fn encode(self, answer: &Answer<'_>) -> Result<Vec<u8>, ProtocolError> {
        match self {
            Self::OpenInference => oip::encode(answer),
            Self::Mlflow => mlflow::encode(answer),
        }
    }
}

#[cfg(test)]
mod tests;
