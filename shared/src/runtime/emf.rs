//! Metrics, as log lines in CloudWatch's embedded metric format.
//!
//! CloudWatch reads them out of the logs, so that a metric costs a line and no call. The
//! names are those of Powertools for AWS Lambda.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use serde_json::Value;

/// The most metrics that one line may have.
const METRICS: usize = 100;
/// The most values that one metric of a line may have.
const VALUES: usize = 100;
/// The most characters of a dimension's value that CloudWatch takes.
const DIMENSION: usize = 1024;
/// The namespace, unless `POWERTOOLS_METRICS_NAMESPACE` names another one.
const NAMESPACE: &str = "ModelFactory";
/// The service, unless `POWERTOOLS_SERVICE_NAME` names another one.
const SERVICE: &str = "model-factory";

/// What a metric's values count, in CloudWatch's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Unit {
    /// How many.
    Count,
    /// How long, in milliseconds.
    Milliseconds,
    /// How many bytes.
    Bytes,
    /// A number without a unit, such as a drift statistic.
    None,
}

/// Takes metrics.
pub trait EmitMetrics: Send + Sync {
    /// Takes what was measured at one time.
    fn emit(&self, measured: Measured);
}

/// What was measured at one time, of one set of dimensions.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    time: Timestamp,
    dimensions: Vec<(&'static str, String)>,
    properties: Vec<(&'static str, Value)>,
    metrics: BTreeMap<String, (Unit, Vec<f64>)>,
}

impl Measured {
    /// Nothing yet, at a time.
    #[must_use]
    pub fn at(time: Timestamp) -> Self {
        Self { time, dimensions: Vec::new(), properties: Vec::new(), metrics: BTreeMap::new() }
    }

    /// With a dimension beside `service`, of which each value makes a metric of its own:
    /// it must have few. At most 29; an empty value is left out.
    #[must_use]
    pub fn of(mut self, name: &'static str, value: impl Into<String>) -> Self {
        let value = value.into();
        if !value.is_empty() {
            self.dimensions.push((name, value.chars().take(DIMENSION).collect()));
        }
        self
    }

    /// With a member that is found in the logs and is no dimension, such as a request's id.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.properties.push((name, value.into()));
        self
    }

    /// Adds a value of a metric; one that is not finite is left out.
    pub fn add(&mut self, name: impl Into<String>, unit: Unit, value: f64) {
        if value.is_finite() {
            self.metrics.entry(name.into()).or_insert_with(|| (unit, Vec::new())).1.push(value);
        }
    }

    /// With a value of a metric, as [`Self::add`].
    #[must_use]
    pub fn and(mut self, name: impl Into<String>, unit: Unit, value: f64) -> Self {
        self.add(name, unit, value);
        self
    }

    /// The values of a metric; none where it was not measured.
    #[must_use]
    pub fn values(&self, name: &str) -> &[f64] {
        self.metrics.get(name).map_or(&[], |(_, values)| values)
    }

    /// The value of a dimension.
    #[must_use]
    pub fn dimension(&self, name: &str) -> Option<&str> {
        self.dimensions.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}

/// Writes metrics to standard output, a JSON object a line.
#[derive(Debug, Clone)]
pub struct MetricLog {
    namespace: String,
    service: String,
}

impl MetricLog {
    /// With the names that the environment gives: `POWERTOOLS_METRICS_NAMESPACE`
    /// (default `ModelFactory`) and `POWERTOOLS_SERVICE_NAME` (default `model-factory`).
    #[must_use]
    pub fn from_env() -> Self {
        let named = |name, default: &str| {
            std::env::var(name).ok().filter(|it| !it.is_empty()).unwrap_or(default.to_owned())
        };
        Self {
            namespace: named("POWERTOOLS_METRICS_NAMESPACE", NAMESPACE),
            service: named("POWERTOOLS_SERVICE_NAME", SERVICE),
        }
    }

    /// The lines of what was measured, each with its line feed: several where one would
    /// have too many metrics or values, none without a metric.
    fn lines(&self, measured: &Measured) -> Vec<u8> {
        let pieces: Vec<Piece<'_>> = measured
            .metrics
            .iter()
            .flat_map(|(name, (unit, values))| {
                values.chunks(VALUES).map(move |values| (name.as_str(), *unit, values))
            })
            .collect();
        let mut lines = Vec::new();
        for metrics in apart(pieces) {
            let line = Line { log: self, measured, metrics: &metrics };
            // Texts and finite numbers can always be written.
            if serde_json::to_writer(&mut lines, &line).is_ok() {
                lines.push(b'\n');
            }
        }
        lines
    }
}

impl EmitMetrics for MetricLog {
    fn emit(&self, measured: Measured) {
        // A metric that cannot be written must not cost an answer.
        let _ = std::io::stdout().lock().write_all(&self.lines(&measured));
    }
}

/// Keeps metrics in memory.
#[derive(Debug, Default)]
pub struct MetricMemory(Mutex<Vec<Measured>>);

impl MetricMemory {
    /// All that was taken so far.
    #[must_use]
    pub fn all(&self) -> Vec<Measured> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The sum of a metric over all that was taken.
    #[must_use]
    pub fn sum(&self, name: &str) -> f64 {
        self.all().iter().flat_map(|measured| measured.values(name).to_vec()).sum()
    }
}

impl EmitMetrics for MetricMemory {
    fn emit(&self, measured: Measured) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(measured);
    }
}

/// The line that tells of a sandbox's first invocation; there is none for the others.
#[must_use]
pub fn cold_start(time: Timestamp, function_name: &str) -> Measured {
    Measured::at(time).of("function_name", function_name).and("ColdStart", Unit::Count, 1.0)
}

/// Some values of a metric.
type Piece<'a> = (&'a str, Unit, &'a [f64]);

/// Pieces by line: each name once, and not too many.
fn apart(pieces: Vec<Piece<'_>>) -> Vec<Vec<Piece<'_>>> {
    let mut lines: Vec<Vec<Piece<'_>>> = Vec::new();
    for piece in pieces {
        let free = lines.iter_mut().find(|line| {
            line.len() < METRICS && line.last().is_none_or(|(name, ..)| *name != piece.0)
        });
        match free {
            Some(line) => line.push(piece),
            None => lines.push(vec![piece]),
        }
    }
    lines
}

/// One line of the format.
struct Line<'a> {
    log: &'a MetricLog,
    measured: &'a Measured,
    metrics: &'a [Piece<'a>],
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { log, measured, metrics } = self;
        let mut line = serializer.serialize_map(None)?;
        line.serialize_entry("_aws", &Head(self))?;
        line.serialize_entry("service", &log.service)?;
        for (name, value) in &measured.dimensions {
            line.serialize_entry(name, value)?;
        }
        for (name, value) in &measured.properties {
            line.serialize_entry(name, value)?;
        }
        for (name, _, values) in *metrics {
            line.serialize_entry(name, values)?;
        }
        line.end()
    }
}

/// What tells CloudWatch which members are metrics.
struct Head<'a>(&'a Line<'a>);

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive<'a> {
    namespace: &'a str,
    dimensions: [Vec<&'a str>; 1],
    metrics: Vec<Definition<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Definition<'a> {
    name: &'a str,
    unit: Unit,
}

impl Serialize for Head<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Line { log, measured, metrics } = self.0;
        let own = measured.dimensions.iter().map(|(name, _)| *name);
        let directive = Directive {
            namespace: &log.namespace,
            dimensions: [std::iter::once("service").chain(own).collect()],
            metrics: metrics.iter().map(|&(name, unit, _)| Definition { name, unit }).collect(),
        };
        let mut head = serializer.serialize_map(Some(2))?;
        head.serialize_entry("Timestamp", &measured.time.as_millisecond())?;
        head.serialize_entry("CloudWatchMetrics", &[directive])?;
        head.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lines(measured: &Measured) -> Vec<Value> {
        let log = MetricLog { namespace: "Shop".to_owned(), service: "fares".to_owned() };
        let text = String::from_utf8(log.lines(measured)).unwrap();
        assert!(text.is_empty() || text.ends_with('\n'));
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_line_has_the_members_of_the_format() {
        let measured = Measured::at("2026-03-01T00:00:00.25Z".parse().unwrap())
            .of("model", "taxi")
            .of("empty", "")
            .with("request_id", "r-1")
            .and("Latency", Unit::Milliseconds, 1.5)
            .and("Latency", Unit::Milliseconds, 2.0)
            .and("Rows", Unit::Count, 3.0)
            .and("Broken", Unit::None, f64::NAN);
        assert_eq!(
            lines(&measured),
            [json!({
                "_aws": {
                    "Timestamp": 1_772_323_200_250_i64,
                    "CloudWatchMetrics": [{
                        "Namespace": "Shop",
                        "Dimensions": [["service", "model"]],
                        "Metrics": [
                            {"Name": "Latency", "Unit": "Milliseconds"},
                            {"Name": "Rows", "Unit": "Count"},
                        ],
                    }],
                },
                "service": "fares",
                "model": "taxi",
                "request_id": "r-1",
                "Latency": [1.5, 2.0],
                "Rows": [3.0],
            })]
        );
    }

    #[test]
    fn a_cold_start_is_a_line_of_its_own_with_the_function_as_dimension() {
        let [line] =
            lines(&cold_start(Timestamp::UNIX_EPOCH, "taxi-inference")).try_into().unwrap();
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Dimensions"], json!([["service", "function_name"]]));
        assert_eq!(directive["Metrics"], json!([{"Name": "ColdStart", "Unit": "Count"}]));
        assert_eq!(line["ColdStart"], json!([1.0]));
        assert_eq!(line["function_name"], "taxi-inference");
    }

    #[test]
    fn no_line_has_more_than_cloudwatch_takes() {
        let mut measured = Measured::at(Timestamp::UNIX_EPOCH);
        assert_eq!(lines(&measured), [] as [Value; 0]);
        for column in 0..150 {
            measured.add(format!("feature_{column:03}"), Unit::None, f64::from(column));
        }
        (0..250).for_each(|value| measured.add("Latency", Unit::Milliseconds, f64::from(value)));
        let lines = lines(&measured);
        let (mut metrics, mut values) = (0, Vec::new());
        for line in &lines {
            let named = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap();
            assert!(named.len() <= METRICS);
            let mut names: Vec<_> = named.iter().map(|it| it["Name"].as_str().unwrap()).collect();
            for name in &names {
                assert!(line[name].as_array().unwrap().len() <= VALUES, "{name}");
            }
            values.extend(line["Latency"].as_array().into_iter().flatten().cloned());
            metrics += names.len();
            names.dedup();
            assert_eq!(names.len(), named.len(), "a name stands once in a line");
        }
        assert_eq!(metrics, 153, "no piece is lost");
        assert_eq!(values.len(), 250);
    }
}
