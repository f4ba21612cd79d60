//! Fires schedules.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time;
use uuid::Uuid;

use super::error::BusError;
use super::schedule::Schedule;
use super::store::{NewDelivery, Store};

/// The longest sleep: a clock that was set, or a laptop that slept, is noticed
/// after that.
const NAP: Duration = Duration::from_secs(1);

/// Fires `schedule` for ever. What was missed while the stack was down is made
/// up for once. `ring` is told the function for which a delivery is due.
pub(super) async fn run(
    schedule: Schedule,
    region: String,
    store: Store,
    ring: impl Fn(&str) + Send + Sync,
) {
    loop {
        if let Err(error) = fire_when_due(&schedule, &region, &store, &ring).await {
            let schedule = &schedule.name;
            tracing::error!(%schedule, error = &error as &dyn std::error::Error, "cannot fire");
            time::sleep(NAP).await;
        }
    }
}

async fn fire_when_due(
    schedule: &Schedule,
    region: &str,
    store: &Store,
    ring: &(impl Fn(&str) + Sync),
) -> Result<(), BusError> {
    let period_ms = schedule.rate.period_ms();
    let first_ms = Timestamp::now().as_millisecond().saturating_add(period_ms);
    let rate = schedule.rate.to_string();
    let due_ms = store.next_firing(&schedule.name, &rate, first_ms).await?;
    let now = wait_until(due_ms).await;
    let delivery = NewDelivery {
        event_id: Uuid::now_v7().to_string(),
        rule: schedule.name.clone(),
        function: schedule.function.clone(),
        payload: schedule.payload(region, now)?,
    };
    let now_ms = now.as_millisecond();
    // In step with the first firing, unless firings were missed.
    let in_step_ms = due_ms.saturating_add(period_ms);
    let next_ms = if in_step_ms > now_ms { in_step_ms } else { now_ms.saturating_add(period_ms) };
    store.fire(delivery, now_ms, next_ms).await?;
    ring(&schedule.function);
    Ok(())
}

async fn wait_until(due_ms: i64) -> Timestamp {
    loop {
        let now = Timestamp::now();
        match u64::try_from(due_ms - now.as_millisecond()) {
            Ok(wait @ 1..) => time::sleep(Duration::from_millis(wait).min(NAP)).await,
            _ => return now,
        }
    }
}
