//! What asks for files to be scored: one request, whatever shape it came in.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use model_factory::batch::Wishes;
use model_factory::events::{
    DatasetObject, EventKind, InvalidEvent, TrainingRequest, Trigger, parse,
};
use model_factory::name::{ModelName, Reference};
use model_factory::spec::{Batch, TableFormat};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is to be scored.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// Objects that were created.
    Created(Vec<DatasetObject>),
    /// The files of the day before this one, of every model whose files wait for that.
    Daily(Date),
    /// What somebody names.
    Asked(Asked),
}

/// Files that somebody names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The model.
    pub model: ModelName,
    /// One file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// All files whose keys start so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// All files of the model whose keys name that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// Only those after this key: what an earlier call has left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The version or alias that answers; the champion when absent.
    #[serde(default)]
    pub version: Reference,
    /// How the predictions are written; as `model.toml` says when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<TableFormat>,
    /// The coverage of the bounds of a number; as `model.toml` says when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<f64>,
}

/// Which files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// One.
    Key(String),
    /// Those whose keys start so.
    Prefix(String),
    /// Those whose keys name the day.
    Date(Date),
}

impl Asked {
    /// The champion's answers for what `selection` says.
    #[must_use]
    pub fn new(model: ModelName, selection: Selection) -> Self {
        let mut asked = Self {
            model,
            key: None,
            prefix: None,
            date: None,
            after: None,
            version: Reference::default(),
            format: None,
            interval: None,
        };
        match selection {
            Selection::Key(key) => asked.key = Some(key),
            Selection::Prefix(prefix) => asked.prefix = Some(prefix),
            Selection::Date(date) => asked.date = Some(date),
        }
        asked
    }

    /// The files that are named; `None` unless they are named in one way.
    #[must_use]
    pub fn selection(&self) -> Option<Selection> {
        match (&self.key, &self.prefix, self.date) {
            (Some(key), None, None) => Some(Selection::Key(key.clone())),
            (None, Some(prefix), None) => Some(Selection::Prefix(prefix.clone())),
            (None, None, Some(date)) => Some(Selection::Date(date)),
            _ => None,
        }
    }

    /// What is asked for beside the predictions; `spec` says what the request does not.
    #[must_use]
    pub fn wishes(&self, spec: &Batch) -> Wishes {
        let usual = Wishes::of(spec);
        Wishes {
            format: self.format.or(usual.format),
            interval: self.interval.or(usual.interval),
            ..usual
        }
    }
}

#[derive(Deserialize)]
struct Scheduled {
    time: Timestamp,
}

#[derive(Deserialize)]
struct Requested {
    data: Asked,
}

impl Request {
    /// Reads an S3 notification, an EventBridge event (`Object Created`, `Scheduled Event`,
    /// `Batch Inference Requested`), or a direct request
    /// `{model, key | prefix | date, version?, format?, interval?}`.
    ///
    /// # Errors
    /// When it is none of them, or a part is missing or malformed.
    pub fn parse(payload: Value) -> Result<Self, InvalidEvent> {
        let kind = payload.get("detail-type").map(|kind| kind.as_str().unwrap_or_default());
        match kind {
            Some("Object Created") => created(payload),
            Some("Scheduled Event") => {
                let Scheduled { time } = parse("scheduled", payload)?;
                let today = TimeZone::UTC.to_datetime(time).date();
                let before = today.checked_sub(1.day()).unwrap_or(today);
                Ok(Self::Daily(before))
            }
            Some(kind) if kind == EventKind::BatchInferenceRequested.name() => {
                let detail = payload.get("detail").cloned().unwrap_or_default();
                asked(parse::<Requested>("Batch Inference Requested", detail)?.data)
            }
            Some(kind) => Err(InvalidEvent::UnknownKind(kind.to_owned())),
            None if payload.get("Records").is_some() => created(payload),
            None if payload.get("model").is_some() => asked(parse("direct", payload)?),
            None => Err(InvalidEvent::UnknownShape {
                expected: "S3 `Records`, an `Object Created`, a `Scheduled Event`, a \
                           `Batch Inference Requested`, or {\"model\": …, \"key\": …}",
            }),
        }
    }
}

/// Uploads are told in the same shapes to those who train.
fn created(payload: Value) -> Result<Request, InvalidEvent> {
    let TrainingRequest(triggers) = TrainingRequest::parse(payload)?;
    let objects = triggers.into_iter().filter_map(|trigger| match trigger {
        Trigger::ObjectCreated(object) => Some(object),
        Trigger::Retrain { .. } => None,
    });
    Ok(Request::Created(objects.collect()))
}

fn asked(asked: Asked) -> Result<Request, InvalidEvent> {
    let Asked { key, prefix, date, .. } = &asked;
    match [key.is_some(), prefix.is_some(), date.is_some()].into_iter().filter(|it| *it).count() {
        0 => Err(InvalidEvent::Missing { shape: "batch", part: "key`, `prefix` or `date" }),
        1 => Ok(Request::Asked(asked)),
        _ => Err(InvalidEvent::Several { shape: "batch", parts: "key`, `prefix` and `date" }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schedule_asks_for_the_day_before() {
        let event = json!({
            "detail-type": "Scheduled Event", "source": "aws.events",
            "time": "2026-11-25T02:00:00Z", "detail": {}
        });
        assert_eq!(Request::parse(event).unwrap(), Request::Daily("2026-11-24".parse().unwrap()));
    }

    #[test]
    fn a_request_names_files_in_one_way() {
        let data = json!({"model": "taxi", "date": "2026-11-24", "version": "challenger",
                          "format": "parquet", "interval": 0.9});
        let direct = Request::parse(data.clone()).unwrap();
        let event = json!({
            "detail-type": "Batch Inference Requested",
            "detail": {"metadata": {"id": "1"}, "data": data}
        });
        assert_eq!(Request::parse(event).unwrap(), direct);
        let Request::Asked(asked) = direct else { panic!("{direct:?}") };
        let date: Date = "2026-11-24".parse().unwrap();
        assert_eq!(asked.selection(), Some(Selection::Date(date)));
        assert_eq!(asked.version.to_string(), "challenger");
        let spec = Batch { format: Some(TableFormat::Csv), ..Batch::default() };
        let wishes = asked.wishes(&spec);
        assert_eq!((wishes.format, wishes.interval), (Some(TableFormat::Parquet), Some(0.9)));
        for (vague, told) in [
            (json!({"model": "taxi"}), "has no `key`, `prefix` or `date`"),
            (
                json!({"model": "taxi", "key": "a", "date": "2026-11-24"}),
                "has more than one of `key`, `prefix` and `date`: send one",
            ),
        ] {
            let error = Request::parse(vague).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }

    #[test]
    fn other_events_are_refused_in_words() {
        let error = |payload| Request::parse(payload).unwrap_err();
        assert!(matches!(error(json!(1)), InvalidEvent::UnknownShape { .. }));
        assert!(matches!(
            error(json!({"detail-type": "Drift Detected"})),
            InvalidEvent::UnknownKind(_)
        ));
        assert!(matches!(
            error(json!({"model": "taxi", "kee": "a"})),
            InvalidEvent::Malformed { .. }
        ));
        assert!(matches!(
            error(json!({"model": "taxi", "date": "yesterday"})),
            InvalidEvent::Malformed { .. }
        ));
    }
}
