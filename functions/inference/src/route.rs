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
    /// `GET /models/{model}[/versions/{version}]/ping`, `…/health`.
    ModelPing(ModelName, Reference),
    /// `GET /version`.
    Version,
    /// `GET /models/{model}[/versions/{version}]/version`.
    ModelServerVersion(ModelName, Reference),
    /// `GET /openapi.yaml`.
    OpenApi,
    /// `POST /invocations`: of the only model.
    InvokeOnly,
    /// `POST /models/{model}[/versions/{version}]/invocations`.
    Invoke(ModelName, Reference),
    /// `PUT /models/{model}/ground-truth`: late labels.
    GroundTruth(ModelName),
    /// `GET /models`.
    Models,
    /// `POST /forecast`: of a store, by the model that is set.
    ForecastStore,
    /// `POST /models/{model}[/versions/{version}]/forecast`.
    Forecast(ModelName, Reference),
    /// `POST /train`: of the model that is set.
    TrainStore,
    /// `POST /models/{model}/train`.
    Train(ModelName),
    /// `GET /models/{model}/runs/{run}`, `GET /jobs/{model}.{run}`.
    Run(ModelName, String),
    /// `POST /models/{model}[/versions/{version}]/classify-image`: what is drawn on a picture.
    ClassifyImage(ModelName, Reference),
    /// `POST /classify_digit`: the same by the model `digits`.
    ClassifyDigit,
}

impl Route {
    /// The route of a method and an encoded path. A slash at the end does not
    /// matter, and HEAD asks what GET does.
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
            ["v2", "models", rest @ ..] => of_inference(rest, path)?,
            ["ping" | "health"] => (Method::GET, Self::Ping),
            ["version"] => (Method::GET, Self::Version),
            ["openapi.yaml"] => (Method::GET, Self::OpenApi),
            ["invocations"] => (Method::POST, Self::InvokeOnly),
            ["models"] => (Method::GET, Self::Models),
            ["forecast"] => (Method::POST, Self::ForecastStore),
            ["train"] => (Method::POST, Self::TrainStore),
            ["models", model, "train"] => (Method::POST, Self::Train(name(model)?)),
            ["models", model, "runs", run] => (Method::GET, Self::Run(name(model)?, id(run)?)),
            ["jobs", job] => (Method::GET, of_job(job)?),
            ["classify_digit"] => (Method::POST, Self::ClassifyDigit),
            ["models", model, "ground-truth"] => (Method::PUT, Self::GroundTruth(name(model)?)),
            ["models", rest @ ..] => of_model(rest, path)?,
            _ => return Err(unknown(path)),
        };
        if *method == expected || (*method == Method::HEAD && expected == Method::GET) {
            return Ok(route);
        }
        Err(Problem::new(
            Kind::MethodNotAllowed,
            format!("`{path}` takes {expected}, not {method}"),
        ))
    }
}

/// `{model}[/versions/{version}]`, and what is asked of it.
fn asked<'s>(
    segments: &'s [&'s str],
    path: &str,
) -> Result<(ModelName, Reference, &'s [&'s str]), Problem> {
    match segments {
        [model, "versions", version, verb @ ..] => {
            Ok((name(model)?, reference(model, version)?, verb))
        }
        [model, verb @ ..] => Ok((name(model)?, Reference::default(), verb)),
        [] => Err(unknown(path)),
    }
}

/// What is asked of a model by its path.
fn of_model(segments: &[&str], path: &str) -> Result<(Method, Route), Problem> {
    let (model, reference, verb) = asked(segments, path)?;
    match verb {
        ["invocations"] => Ok((Method::POST, Route::Invoke(model, reference))),
        ["forecast"] => Ok((Method::POST, Route::Forecast(model, reference))),
        ["classify-image"] => Ok((Method::POST, Route::ClassifyImage(model, reference))),
        ["ping" | "health"] => Ok((Method::GET, Route::ModelPing(model, reference))),
        ["version"] => Ok((Method::GET, Route::ModelServerVersion(model, reference))),
        _ => Err(unknown(path)),
    }
}

/// The same in the Open Inference Protocol.
fn of_inference(segments: &[&str], path: &str) -> Result<(Method, Route), Problem> {
    let (model_name, reference, verb) = asked(segments, path)?;
    match verb {
        [] => Ok((Method::GET, Route::ModelMetadata(model_name, reference))),
        ["ready"] => Ok((Method::GET, Route::ModelReady(model_name, reference))),
        ["infer"] => Ok((Method::POST, Route::Infer(model_name, reference))),
        _ => Err(unknown(path)),
    }
}

/// A job's id names its model and its run.
fn of_job(job: &str) -> Result<Route, Problem> {
    let (model, run) = job.split_once('.').ok_or_else(|| no_run(job))?;
    let model = model.parse().map_err(|_| no_run(job))?;
    Ok(Route::Run(model, id(run)?))
}

/// The id of a run.
fn id(run: &str) -> Result<String, Problem> {
    let is_one = run.len() == 16 && run.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_one { Ok(run.to_owned()) } else { Err(no_run(run)) }
}

fn no_run(id: &str) -> Problem {
    Problem::new(Kind::UnknownRun, format!("there is no run `{id}`"))
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
        let run = || Route::Run(taxi(), "0123456789abcdef".to_owned());
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
            (&get, "/models/taxi/ping", Route::ModelPing(taxi(), champion())),
            (&get, "/models/taxi/versions/3/health", Route::ModelPing(taxi(), third())),
            (&get, "/models/taxi/version", Route::ModelServerVersion(taxi(), champion())),
            (&get, "/models/taxi/versions/3/version", Route::ModelServerVersion(taxi(), third())),
            (&Method::HEAD, "/models", Route::Models),
            (&get, "/openapi.yaml", Route::OpenApi),
            (&post, "/invocations", Route::InvokeOnly),
            (&post, "/models/taxi/invocations", Route::Invoke(taxi(), champion())),
            (&post, "/models/taxi/versions/3/invocations", Route::Invoke(taxi(), third())),
            (&post, "/models/taxi/classify-image", Route::ClassifyImage(taxi(), champion())),
            (
                &post,
                "/models/taxi/versions/3/classify-image",
                Route::ClassifyImage(taxi(), third()),
            ),
            (&post, "/classify_digit", Route::ClassifyDigit),
            (&Method::PUT, "/models/taxi/ground-truth", Route::GroundTruth(taxi())),
            (&get, "/models", Route::Models),
            (&post, "/forecast", Route::ForecastStore),
            (&post, "/models/taxi/forecast", Route::Forecast(taxi(), champion())),
            (&post, "/models/taxi/versions/3/forecast", Route::Forecast(taxi(), third())),
            (&post, "/train", Route::TrainStore),
            (&post, "/models/taxi/train", Route::Train(taxi())),
            (&get, "/models/taxi/runs/0123456789abcdef", run()),
            (&get, "/jobs/taxi.0123456789abcdef", run()),
        ] {
            assert_eq!(route(method, path), Ok(expected), "{path}");
        }
    }

    #[test]
    fn other_paths_methods_and_names_are_refused_in_words() {
        for job in ["/jobs/taxi", "/jobs/taxi.7", "/jobs/T.0123456789abcdef"] {
            assert_eq!(route(&Method::GET, job).unwrap_err().0, 404, "{job}");
        }
        assert_eq!(route(&Method::GET, "/v3"), Err((404, "there is no route `/v3`".to_owned())));
        assert_eq!(
            route(&Method::GET, "/invocations"),
            Err((405, "`/invocations` takes POST, not GET".to_owned()))
        );
        for unknown in ["/models/taxi", "/models/taxi/versions/3", "/models/taxi/explain"] {
            assert_eq!(route(&Method::GET, unknown).unwrap_err().0, 404, "{unknown}");
        }
        assert_eq!(route(&Method::HEAD, "/train").unwrap_err().0, 405);
        let (status, detail) =
            route(&Method::POST, "/v2/models/taxi/versions/0/infer").unwrap_err();
        assert_eq!(status, 404);
        assert_eq!(
            detail,
            "model `taxi` has no version or alias `0`: `0` is not a version: use a positive whole \
             number"
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
