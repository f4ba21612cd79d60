//! Messages to a queue.

use std::time::Duration;

use model_factory::aws::SqsQueue;
use model_factory::queue::{MESSAGE_BYTES, Message, SendMessages};
use model_factory_local::factory::STREAM_DEAD_LETTERS;

use crate::adapters::{Adapters, Services, hold_for_both_adapters};

hold_for_both_adapters!(messages_arrive_as_they_were_sent, no_messages_are_no_call);

fn message(place: usize, body: String) -> Message {
    let attributes = [("reason", format!("ä {place}")), ("source", "test".to_owned())];
    Message {
        id: place.to_string(),
        group: "all".to_owned(),
        body,
        attributes: attributes.map(|(name, value)| (name.to_owned(), value)).into(),
    }
}

async fn messages_arrive_as_they_were_sent(adapters: &Adapters) {
    let mut sent: Vec<_> =
        (0..23).map(|place| message(place, format!("{{\"at\": {place}}}"))).collect();
    let large = MESSAGE_BYTES - message(23, String::new()).size();
    sent.push(message(23, "x".repeat(large)));
    adapters.queue.send(&sent).await.expect("sent");
    let bodies = |messages: &[Message]| {
        let told = |it: &Message| (it.body.clone(), it.attributes.clone());
        messages.iter().map(told).collect::<Vec<_>>()
    };
    let received = adapters.received().await;
    assert_eq!(bodies(&received), bodies(&sent));
}

async fn no_messages_are_no_call(adapters: &Adapters) {
    adapters.queue.send(&[]).await.expect("nothing is refused");
    assert!(adapters.received().await.is_empty());
}

#[tokio::test]
async fn what_a_queue_refuses_is_told_and_what_follows_is_kept_back() {
    let adapters = Adapters::aws().await;
    let mut sent: Vec<_> = (0..12).map(|place| message(place, place.to_string())).collect();
    sent[3].body = "\u{1}".to_owned();
    let unsent = adapters.queue.send(&sent).await.expect_err("refused");
    assert_eq!(unsent.indices.into_iter().collect::<Vec<_>>(), [3, 10, 11]);
    assert!(!unsent.source.retryable, "{:?}", unsent.source);
    assert_eq!(adapters.received().await.len(), 9);
}

#[tokio::test]
async fn messages_that_are_looked_at_stay_in_their_queue() {
    let services = Services::start().await;
    let queue = SqsQueue::find(&services.sdk, STREAM_DEAD_LETTERS).await.expect("a queue");
    let sent: Vec<_> = (0..3).map(|place| message(place, place.to_string())).collect();
    queue.send(&sent).await.expect("sent");
    let look = async || {
        let mut found = Vec::new();
        while let messages = queue.look(Duration::from_secs(1)).await.expect("asked")
            && !messages.is_empty()
        {
            found.extend(messages.into_iter().map(|it| (it.body, it.attributes)));
        }
        found.sort();
        found
    };
    let expected: Vec<_> = sent.into_iter().map(|it| (it.body, it.attributes)).collect();
    assert_eq!(look().await, expected);
    assert_eq!(look().await, [], "hidden from the next one");
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(look().await, expected, "and there again");
    let unknown = SqsQueue::find(&services.sdk, "elsewhere").await.expect_err("unknown");
    assert!(!unknown.retryable, "{unknown}");
}
