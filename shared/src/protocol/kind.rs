//! The kinds of problem.

/// The kinds of problem, each with its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 400: the body cannot be read.
    Malformed,
    /// 403: what is asked for is not allowed here.
    Forbidden,
    /// 404: no such model, version or alias.
    UnknownModel,
    /// 404: the model has no such series.
    UnknownSeries,
    /// 404: no such training run.
    UnknownRun,
    /// 404: no such route.
    UnknownRoute,
    /// 405: the route exists for another method.
    MethodNotAllowed,
    /// 409: a training of the model is on its way.
    AlreadyTraining,
    /// 413: the request is larger than allowed.
    TooLarge,
    /// 415: the body is of a type that is not read.
    UnsupportedMediaType,
    /// 422: the body can be read, but does not fit the model.
    SchemaMismatch,
    /// 429: the champion is too young to be replaced.
    TooYoung,
    /// 500: a fault of ours.
    Internal,
    /// 503: the model cannot be loaded at the moment.
    Unavailable,
    /// 504: there was not enough time to answer.
    Timeout,
}

impl Kind {
    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::Forbidden => 403,
            Self::UnknownModel | Self::UnknownSeries | Self::UnknownRun | Self::UnknownRoute => 404,
            Self::MethodNotAllowed => 405,
            Self::AlreadyTraining => 409,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::SchemaMismatch => 422,
            Self::TooYoung => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
            Self::Timeout => 504,
        }
    }

    /// The last part of the problem type `urn:model-factory:error:{slug}`.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Forbidden => "forbidden",
            Self::UnknownModel => "unknown-model",
            Self::UnknownSeries => "unknown-series",
            Self::UnknownRun => "unknown-run",
            Self::UnknownRoute => "unknown-route",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::AlreadyTraining => "already-training",
            Self::TooLarge => "too-large",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::SchemaMismatch => "schema-mismatch",
            Self::TooYoung => "too-young",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
        }
    }

    /// The same words for every problem of this kind.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Malformed => "The body cannot be read",
            Self::Forbidden => "The request is not allowed here",
            Self::UnknownModel => "There is no such model",
            Self::UnknownSeries => "The model has no such series",
            Self::UnknownRun => "There is no such run",
            Self::UnknownRoute => "There is no such route",
            Self::MethodNotAllowed => "The route does not take this method",
            Self::AlreadyTraining => "A training is on its way",
            Self::TooLarge => "The request is too large",
            Self::UnsupportedMediaType => "The content type is not supported",
            Self::SchemaMismatch => "The request does not fit the model",
            Self::TooYoung => "The model is too young to be trained again",
            Self::Internal => "The server failed",
            Self::Unavailable => "The model is not available at the moment",
            Self::Timeout => "There was not enough time to answer",
        }
    }

    /// The code that clients of the scoring protocol know.
    pub(super) fn error_code(self) -> &'static str {
        match self {
            Self::Malformed | Self::MethodNotAllowed | Self::UnsupportedMediaType => "BAD_REQUEST",
            Self::Forbidden => "PERMISSION_DENIED",
            Self::UnknownModel | Self::UnknownSeries | Self::UnknownRun => {
                "RESOURCE_DOES_NOT_EXIST"
            }
            Self::AlreadyTraining => "RESOURCE_CONFLICT",
            Self::TooYoung => "REQUEST_LIMIT_EXCEEDED",
            Self::UnknownRoute => "ENDPOINT_NOT_FOUND",
            Self::TooLarge => "REQUEST_LIMIT_EXCEEDED",
            Self::SchemaMismatch => "INVALID_PARAMETER_VALUE",
            Self::Internal => "INTERNAL_ERROR",
            Self::Unavailable | Self::Timeout => "TEMPORARILY_UNAVAILABLE",
        }
    }
}
