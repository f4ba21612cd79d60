//! From an event to the report on its files, each scored once.

use std::future::Future;

use model_factory::events::InvalidEvent;
use model_factory::port_error::chain;
use model_factory::runtime::Failure;
use serde_json::Value;

use crate::invocation::Invocation;
use crate::ports::Ports;
use crate::report::{Batch, Report};
use crate::request::{Asked, Request, Selection};
use crate::run;

/// Does all that an event asks for. A file that is asked for again, or while it is being
/// scored, is not scored twice. One failure does not keep the others from being done; it is
/// told at the end.
///
/// # Errors
/// [`Failure::InvalidEvent`] for an event that asks for nothing known;
/// [`Failure::Retryable`] when it should be delivered again; [`Failure::Terminal`]
/// when that will not help.
pub async fn handle(
    ports: &Ports,
    payload: Value,
    invocation: &Invocation,
) -> Result<Report, Failure> {
    let request = Request::parse(payload)
        .map_err(|error: InvalidEvent| Failure::InvalidEvent(chain(&error)))?;
    let mut done = Done::default();
    match request {
        Request::Created(objects) => {
            for object in &objects {
                done.add(run::uploaded(ports, object, invocation)).await;
            }
        }
        Request::Daily(date) => {
            for model in ports.registry.models().await? {
                match run::is_daily(ports, &model).await {
                    Ok(false) => {}
                    Ok(true) => {
                        let asked = Asked::new(model, Selection::Date(date));
                        done.add(run::asked(ports, &asked, invocation)).await;
                    }
                    Err(failure) => done.add(std::future::ready(Err(failure))).await,
                }
            }
        }
        Request::Asked(asked) => done.add(run::asked(ports, &asked, invocation)).await,
    }
    done.failed.map_or(Ok(Report { batches: done.batches }), Err)
}

/// What has been done so far.
#[derive(Default)]
struct Done {
    batches: Vec<Batch>,
    failed: Option<Failure>,
}

impl Done {
    async fn add(&mut self, work: impl Future<Output = Result<Batch, Failure>>) {
        match work.await {
            Ok(batch) => self.batches.push(batch),
            Err(failure) => {
                tracing::error!(%failure, "files are not scored");
                self.failed = Some(failure);
            }
        }
    }
}
