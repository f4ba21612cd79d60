//! Which request is asked by which path.

use std::borrow::Cow;

use http::Method;
use model_factory::name::{ModelName, Reference};
use model_factory::protocol::problem::{Kind, Problem};
use percent_encoding::percent_decode_str;

/// A request, by its path and method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// `GET /v2`.
    ServerMetadata,
    /// `GET /v2/health/live`.
    Live,
    /// `GET /v2/health/ready`.
    Ready,
    /// `POST /v2/repository/index`.
    RepositoryIndex,
    /// `GET /v2/models/{model}[/versions/{version}]`.
    ModelMetadata(ModelName, Reference),
    /// `GET /v2/models/{model}[/versions/{version}]/ready`.
    ModelReady(ModelName, Reference),
    /// `POST /v2/models/{model}[/versions/{version}]/infer`.
    Infer(ModelName, Reference),
    /// `GET /ping`, `GET /health`.
    Ping,
    /// `GET /version`.
    Version,
    /// `GET /openapi.yaml`.
    OpenApi,
    /// `POST /invocations`: of the only model.
    InvokeOnly,
    /// `POST /models/{model}[/versions/{version}]/invocations`.
    Invoke(ModelName, Reference),
    /// `PUT /models/{model}/ground-truth`: late labels.
    GroundTruth(ModelName),
}

impl Route {
    /// The route of a method and an encoded path. A slash at the end does not
    /// matter.
    pub(crate) fn parse(method: &Method, path: &str) -> Result<Self, Problem> {
        let segments: Vec<Cow<'_, str>> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| percent_decode_str(segment).decode_utf8_lossy())
            .collect();
        let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
        let (expected, route) = match segments.as_slice() {
            ["v2"] => (Method::GET, Self::ServerMetadata),
            ["v2", "health", "live"] => (Method::GET, Self::Live),
            ["v2", "health", "ready"] => (Method::GET, Self::Ready),
            ["v2", "repository", "index"] => (Method::POST, Self::RepositoryIndex),
            ["v2", "models", rest @ ..] => of_model(rest, path)?,
            ["ping" | "health"] => (Method::GET, Self::Ping),
            ["version"] => (Method::GET, Self::Version),
            ["openapi.yaml"] => (Method::GET, Self::OpenApi),
            ["invocations"] => (Method::POST, Self::InvokeOnly),
            ["models", model, "invocations"] => {
                (Method::POST, Self::Invoke(name(model)?, Reference::default()))
            }
            ["models", model, "versions", version, "invocations"] => {
                (Method::POST, Self::Invoke(name(model)?, reference(model, version)?))
            }
            ["models", model, "ground-truth"] => (Method::PUT, Self::GroundTruth(name(model)?)),
            _ => return Err(unknown(path)),
        };
        if *method == expected {
            return Ok(route);
        }
        Err(Problem::new(
            Kind::MethodNotAllowed,
            format!("`{path}` takes {expected}, not {method}"),
        ))
    }
}

fn of_model(segments: &[&str], path: &str) -> Result<(Method, Route), Problem> {
    let (model, version, verb) = match segments {
        [model, "versions", version, verb @ ..] => (model, Some(version), verb),
        [model, verb @ ..] => (model, None, verb),
        [] => return Err(unknown(path)),
    };
    let model_name = name(model)?;
    let reference = match version {
        Some(version) => reference(model, version)?,
        None => Reference::default(),
    };
    match verb {
        [] => Ok((Method::GET, Route::ModelMetadata(model_name, reference))),
        ["ready"] => Ok((Method::GET, Route::ModelReady(model_name, reference))),
        ["infer"] => Ok((Method::POST, Route::Infer(model_name, reference))),
        _ => Err(unknown(path)),
    }
}

fn unknown(path: &str) -> Problem {
    Problem::new(Kind::UnknownRoute, format!("there is no route `{path}`"))
}

fn name(model: &str) -> Result<ModelName, Problem> {
    model.parse().map_err(|error| {
        Problem::new(Kind::UnknownModel, format!("there is no such model: {error}"))
    })
}

fn reference(model: &str, version: &str) -> Result<Reference, Problem> {
    version.parse().map_err(|error| {
        Problem::new(
            Kind::UnknownModel,
            format!("model `{model}` has no version or alias `{version}`: {error}"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(method: &Method, path: &str) -> Result<Route, (u16, String)> {
        Route::parse(method, path).map_err(|problem| (problem.kind.status(), problem.detail))
    }

    #[test]
    fn every_route_of_both_protocols_is_known_with_and_without_a_slash() {
        let taxi = || "taxi".parse::<ModelName>().unwrap();
        let champion = Reference::default;
        let third = || "3".parse::<Reference>().unwrap();
        let (get, post) = (Method::GET, Method::POST);
        for (method, path, expected) in [
            (&get, "/v2", Route::ServerMetadata),
            (&get, "/v2/", Route::ServerMetadata),
            (&get, "/v2/health/live", Route::Live),
            (&get, "/v2/health/ready", Route::Ready),
            (&post, "/v2/repository/index", Route::RepositoryIndex),
            (&get, "/v2/models/taxi", Route::ModelMetadata(taxi(), champion())),
            (&get, "/v2/models/taxi/versions/3/", Route::ModelMetadata(taxi(), third())),
            (&get, "/v2/models/taxi/versions/3/ready", Route::ModelReady(taxi(), third())),
            (&post, "/v2/models/taxi/infer", Route::Infer(taxi(), champion())),
            (&post, "/v2/models/t%61xi/versions/champion/infer", Route::Infer(taxi(), champion())),
            (&get, "/ping", Route::Ping),
            (&get, "/health", Route::Ping),
            (&get, "/version", Route::Version),
            (&get, "/openapi.yaml", Route::OpenApi),
            (&post, "/invocations", Route::InvokeOnly),
            (&post, "/models/taxi/invocations", Route::Invoke(taxi(), champion())),
            (&post, "/models/taxi/versions/3/invocations", Route::Invoke(taxi(), third())),
            (&Method::PUT, "/models/taxi/ground-truth", Route::GroundTruth(taxi())),
        ] {
            assert_eq!(route(method, path), Ok(expected), "{path}");
        }
    }

    #[test]
    fn other_paths_methods_and_names_are_refused_in_words() {
        assert_eq!(route(&Method::GET, "/v3"), Err((404, "there is no route `/v3`".to_owned())));
        assert_eq!(
            route(&Method::GET, "/invocations"),
            Err((405, "`/invocations` takes POST, not GET".to_owned()))
        );
        let (status, detail) = route(&Method::POST, "/v2/models/Taxi!/infer").unwrap_err();
        assert_eq!(status, 404);
        assert!(detail.starts_with("there is no such model: `Taxi!` is not a model name"));
        let (status, detail) =
            route(&Method::POST, "/v2/models/taxi/versions/latest/infer").unwrap_err();
        assert_eq!(status, 404);
        assert!(detail.starts_with("model `taxi` has no version or alias `latest`"));
    }
}
