//! What asks for a drift check: one request, whatever shape it came in.

use jiff::{SignedDuration, Timestamp};
use model_factory::events::{EventKind, InvalidEvent, parse};
use model_factory::name::{ModelName, Reference};
use model_factory::window::{Window, whole_hour};
use serde::Deserialize;
use serde_json::Value;

/// Which traffic is to be checked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Request {
    /// The model; all models when absent.
    pub model: Option<ModelName>,
    /// Whose captures: the version or alias that was asked; the champion when absent.
    pub variant: Reference,
    /// The window; the spec's span up to `until` when absent.
    pub window: Option<Window>,
    /// Whether drift may ask for a retraining; it may when absent.
    pub retrain: bool,
    /// The end of the window when none is given; now when absent.
    #[serde(skip)]
    pub until: Option<Timestamp>,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            model: None,
            variant: Reference::default(),
            window: None,
            retrain: true,
            until: None,
        }
    }
}

#[derive(Deserialize)]
struct Scheduled {
    time: Timestamp,
}

#[derive(Deserialize)]
struct Requested {
    data: Request,
}

impl Request {
    /// The window that is asked for, or else so many hours up to the last whole one, so that
    /// windows of a schedule consist of hours whose counts can be kept.
    pub(crate) fn window(&self, now: Timestamp, hours: u32) -> Window {
        self.window.unwrap_or_else(|| {
            let until = self.until.unwrap_or(now);
            let end = whole_hour(until).unwrap_or(until);
            Window { start: end - SignedDuration::from_hours(hours.into()), end }
        })
    }

    /// Reads a scheduled event, a `Drift Check Requested`, or a direct request.
    ///
    /// # Errors
    /// When it is none of them, a part is malformed, or the window is empty.
    pub fn parse(payload: Value) -> Result<Self, InvalidEvent> {
        let Some(object) = payload.as_object() else {
            return Err(InvalidEvent::UnknownShape {
                expected: "a `Scheduled Event`, a `Drift Check Requested`, or \
                           {\"model\": …, \"window\": …, \"variant\": …}",
            });
        };
        match object.get("detail-type").map(|kind| kind.as_str().unwrap_or_default()) {
            None => parse("direct", payload),
            Some("Scheduled Event") => {
                let Scheduled { time } = parse("scheduled", payload)?;
                Ok(Self { until: Some(time), ..Self::default() })
            }
            Some(kind) if kind == EventKind::DriftCheckRequested.name() => {
                let detail = object.get("detail").cloned().unwrap_or_default();
                let request = parse::<Requested>("Drift Check Requested", detail)?.data;
                // A second delivery asks for the same window as the first.
                let until = object.get("time").and_then(|time| time.as_str()?.parse().ok());
                Ok(Self { until, ..request })
            }
            Some(kind) => Err(InvalidEvent::UnknownKind(kind.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schedule_asks_for_all_models_up_to_its_time() {
        let request = Request::parse(json!({
            "detail-type": "Scheduled Event", "source": "aws.events",
            "time": "2026-03-01T06:00:00Z", "detail": {}
        }));
        let until = Some("2026-03-01T06:00:00Z".parse().unwrap());
        assert_eq!(request.unwrap(), Request { until, ..Request::default() });
    }

    #[test]
    fn a_request_names_model_and_window() {
        let data = json!({
            "model": "taxi",
            "window": {"start": "2026-03-01T00:00:00Z", "end": "2026-03-02T00:00:00Z"}
        });
        let direct = Request::parse(data.clone()).unwrap();
        let event = json!({
            "detail-type": "Drift Check Requested",
            "detail": {"metadata": {"id": "1"}, "data": data}
        });
        assert_eq!(Request::parse(event).unwrap(), direct);
        assert_eq!(direct.model.unwrap().as_str(), "taxi");
        assert_eq!((direct.variant, direct.retrain), (Reference::default(), true));
        let shadow = json!({"model": "taxi", "variant": "shadow", "retrain": false});
        let Request { variant, retrain, .. } = Request::parse(shadow).unwrap();
        assert_eq!((variant.to_string().as_str(), retrain), ("shadow", false));
    }

    #[test]
    fn a_request_without_a_window_asks_for_the_same_one_whenever_it_is_delivered() {
        let request = Request::parse(json!({
            "detail-type": "Drift Check Requested",
            "time": "2026-03-01T06:00:00Z",
            "detail": {"metadata": {"id": "1"}, "data": {"model": "taxi"}}
        }));
        assert_eq!(request.unwrap().until, Some("2026-03-01T06:00:00Z".parse().unwrap()));
    }

    #[test]
    fn other_events_are_refused_in_words() {
        let error = |payload| Request::parse(payload).unwrap_err();
        assert!(matches!(error(json!(1)), InvalidEvent::UnknownShape { .. }));
        assert!(matches!(
            error(json!({"detail-type": "Object Created"})),
            InvalidEvent::UnknownKind(_)
        ));
        assert!(matches!(error(json!({"modle": "taxi"})), InvalidEvent::Malformed { .. }));
        let backwards = json!({
            "window": {"start": "2026-03-02T00:00:00Z", "end": "2026-03-01T00:00:00Z"}
        });
        assert!(matches!(error(backwards), InvalidEvent::Malformed { .. }));
    }
}
