//! From an event to the report on its models.

use model_factory::port_error::chain;
use model_factory::runtime::Failure;
use serde_json::Value;

use crate::check::{self, Outcome};
use crate::ports::Ports;
use crate::report::{CheckReport, NotChecked};
use crate::request::Request;

/// Checks all that an event asks for. One model's failure does not keep the others
/// from being checked; it is told at the end.
///
/// # Errors
/// [`Failure::InvalidEvent`] for an event that asks for nothing known;
/// [`Failure::Retryable`] when it should be delivered again; [`Failure::Terminal`]
/// when that will not help.
pub async fn handle(ports: &Ports, payload: Value) -> Result<CheckReport, Failure> {
    let request = Request::parse(payload).map_err(|error| Failure::InvalidEvent(chain(&error)))?;
    let models = match &request.model {
        Some(model) => vec![model.clone()],
        None => ports.registry.models().await?,
    };
    let mut report = CheckReport::default();
    let mut failed = None;
    for model in models {
        match check::run(ports, &model, &request).await {
            Ok(Outcome::Rows(checked)) => report.models.push(checked),
            Ok(Outcome::Forecasts(checked)) => report.forecasts.push(checked),
            Ok(Outcome::None(reason)) => {
                let (model, variant) = (model, request.variant.clone());
                tracing::info!(model = model.as_str(), %variant, %reason, "not checked");
                let detail = reason.to_string();
                report.not_checked.push(NotChecked { model, variant, reason, detail });
            }
            Err(failure) => {
                tracing::error!(model = model.as_str(), %failure, "the check failed");
                failed = Some(failure);
            }
        }
    }
    failed.map_or(Ok(report), Err)
}
