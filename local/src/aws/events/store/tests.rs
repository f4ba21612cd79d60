use super::{NewDelivery, Store};

fn delivery(event: &str, rule: &str) -> NewDelivery {
    NewDelivery {
        event_id: event.to_owned(),
        rule: rule.to_owned(),
        function: "f".to_owned(),
        payload: "{}".to_owned(),
    }
}

#[tokio::test]
async fn a_delivery_is_claimed_once_and_due_again_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("events.sqlite");
    let store = Store::open(&path).expect("a store");
    store.add(vec![delivery("e", "r"), delivery("e", "r")], 100).await.expect("added");
    assert_eq!(store.pending().await.expect("a count"), 1);
    assert!(store.claim("f", 99).await.expect("a claim").is_none());
    assert!(store.claim("g", 100).await.expect("a claim").is_none());
    assert!(store.claim("f", 100).await.expect("a claim").is_some());
    assert!(store.claim("f", 100).await.expect("a claim").is_none());
    drop(store);

    let store = Store::open(&path).expect("a store");
    let claimed = store.claim("f", 100).await.expect("a claim").expect("a delivery");
    store.postpone(claimed.id, 200).await.expect("postponed");
    assert_eq!(store.next_due("f").await.expect("a time"), Some(200));
    let again = store.claim("f", 200).await.expect("a claim").expect("a delivery");
    assert_eq!((again.id, again.attempts), (claimed.id, 1));
    store.complete(again.id).await.expect("completed");
    assert_eq!(store.pending().await.expect("a count"), 0);
    assert_eq!(store.next_due("f").await.expect("a time"), None);
}

#[tokio::test]
async fn a_schedule_keeps_its_time_until_its_rate_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("events.sqlite");
    let store = Store::open(&path).expect("a store");
    assert_eq!(store.next_firing("s", "1m", 60).await.expect("a time"), 60);
    store.fire(delivery("e", "s"), 60, 120).await.expect("fired");
    assert_eq!(store.pending().await.expect("a count"), 1);
    drop(store);

    let store = Store::open(&path).expect("a store");
    assert_eq!(store.next_firing("s", "1m", 999).await.expect("a time"), 120);
    assert_eq!(store.next_firing("s", "2m", 999).await.expect("a time"), 999);
}
