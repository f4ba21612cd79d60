//! Work that is done once.

use std::time::Duration;

use model_factory::idempotency::Begin;

use crate::adapters::{Adapters, hold_for_both_adapters};

hold_for_both_adapters!(
    work_is_begun_once_and_its_result_kept,
    of_twenty_who_begin_at_once_one_starts,
    of_twenty_who_take_over_at_once_one_does,
    a_claim_whose_lease_has_ended_is_taken_over,
    a_renewed_claim_is_not_taken_over,
    work_that_is_given_up_starts_at_once,
    a_result_is_forgotten_in_time,
    only_a_claim_can_be_renewed,
    keys_are_apart,
);

const LEASE: Duration = Duration::from_secs(30);
const REMEMBER: Duration = Duration::from_secs(3_600);
const MOMENT: Duration = Duration::from_secs(1);

async fn begin(adapters: &Adapters, key: &str) -> Begin {
    adapters.idempotency.begin(key, LEASE).await.expect("an answer")
}

async fn complete(adapters: &Adapters, key: &str, result: &str) {
    adapters.idempotency.complete(key, result, REMEMBER).await.expect("completed");
}

async fn starts(adapters: &Adapters) -> usize {
    let answers = futures::future::join_all((0..20).map(|_| begin(adapters, "key"))).await;
    assert!(answers.iter().all(|it| matches!(it, Begin::Started | Begin::InProgress)));
    answers.iter().filter(|answer| **answer == Begin::Started).count()
}

async fn work_is_begun_once_and_its_result_kept(adapters: &Adapters) {
    assert_eq!(begin(adapters, "key").await, Begin::Started);
    assert_eq!(begin(adapters, "key").await, Begin::InProgress);
    let result = "{\"ü\": [1, 2]}";
    complete(adapters, "key", result).await;
    for _ in 0..2 {
        assert_eq!(begin(adapters, "key").await, Begin::Completed(result.to_owned()));
    }
}

async fn of_twenty_who_begin_at_once_one_starts(adapters: &Adapters) {
    assert_eq!(starts(adapters).await, 1);
}

async fn of_twenty_who_take_over_at_once_one_does(adapters: &Adapters) {
    begin(adapters, "key").await;
    adapters.clock.advance(LEASE + MOMENT);
    assert_eq!(starts(adapters).await, 1);
}

async fn a_claim_whose_lease_has_ended_is_taken_over(adapters: &Adapters) {
    begin(adapters, "key").await;
    adapters.clock.advance(LEASE - MOMENT);
    assert_eq!(begin(adapters, "key").await, Begin::InProgress);
    adapters.clock.advance(2 * MOMENT);
    assert_eq!(begin(adapters, "key").await, Begin::Started);
    assert_eq!(begin(adapters, "key").await, Begin::InProgress, "a lease of its own");
}

async fn a_renewed_claim_is_not_taken_over(adapters: &Adapters) {
    begin(adapters, "key").await;
    for _ in 0..3 {
        adapters.clock.advance(LEASE - MOMENT);
        adapters.idempotency.renew("key", LEASE).await.expect("renewed");
    }
    assert_eq!(begin(adapters, "key").await, Begin::InProgress);
    adapters.clock.advance(LEASE + MOMENT);
    assert_eq!(begin(adapters, "key").await, Begin::Started);
}

async fn work_that_is_given_up_starts_at_once(adapters: &Adapters) {
    begin(adapters, "key").await;
    adapters.idempotency.abandon("key").await.expect("abandoned");
    assert_eq!(begin(adapters, "key").await, Begin::Started);
    adapters.idempotency.abandon("unknown").await.expect("no matter");
}

async fn a_result_is_forgotten_in_time(adapters: &Adapters) {
    begin(adapters, "key").await;
    complete(adapters, "key", "done").await;
    adapters.clock.advance(REMEMBER - MOMENT);
    assert_eq!(begin(adapters, "key").await, Begin::Completed("done".to_owned()));
    adapters.clock.advance(2 * MOMENT);
    assert_eq!(begin(adapters, "key").await, Begin::Started);
}

async fn only_a_claim_can_be_renewed(adapters: &Adapters) {
    let renew = async || adapters.idempotency.renew("key", LEASE).await;
    let error = renew().await.expect_err("nobody began");
    assert!(!error.retryable, "{error}");
    begin(adapters, "key").await;
    renew().await.expect("renewed");
    complete(adapters, "key", "done").await;
    renew().await.expect_err("it is done");
    assert_eq!(begin(adapters, "key").await, Begin::Completed("done".to_owned()));
}

async fn keys_are_apart(adapters: &Adapters) {
    for key in ["a", "a#b", "ä"] {
        assert_eq!(begin(adapters, key).await, Begin::Started, "{key}");
    }
    complete(adapters, "a", "done").await;
    assert_eq!(begin(adapters, "a#b").await, Begin::InProgress);
}
