//! Records to a delivery stream.

use bytes::Bytes;
use model_factory::delivery_stream::RECORD_BYTES;

use crate::adapters::{Adapters, hold_for_both_adapters};

hold_for_both_adapters!(records_arrive_in_their_order, no_records_are_no_call);

fn line(place: usize) -> Bytes {
    format!("{{\"at\": {place}}}\n").into()
}

async fn records_arrive_in_their_order(adapters: &Adapters) {
    // More than one call has, by number and by bytes.
    let mut sent: Vec<Bytes> = (0..1100).map(line).collect();
    let mut large = vec![b'x'; RECORD_BYTES];
    large[RECORD_BYTES - 1] = b'\n';
    sent.extend((0..5).map(|_| Bytes::from(large.clone())));
    adapters.records.put(&sent).await.expect("put");
    assert!(adapters.delivered().await == sent.concat(), "what is in the file is what was sent");
}

async fn no_records_are_no_call(adapters: &Adapters) {
    adapters.records.put(&[]).await.expect("nothing is refused");
    assert_eq!(adapters.delivered().await, b"");
}

#[tokio::test]
async fn what_a_stream_refuses_is_told_and_the_rest_is_there() {
    let adapters = Adapters::aws_with(|config| {
        for stream in &mut config.delivery_streams {
            stream.records_per_second = 3;
        }
    })
    .await;
    let sent: Vec<Bytes> = (0..60).map(line).collect();
    let unput = adapters.records.put(&sent).await.expect_err("too many at once");
    assert!(unput.source.retryable, "{:?}", unput.source);
    assert!(unput.source.to_string().contains("model-factory-captures"), "{}", unput.source);
    let taken = sent.iter().enumerate().filter(|(place, _)| !unput.indices.contains(place));
    let taken: Vec<Bytes> = taken.map(|(_, record)| record.clone()).collect();
    // Those that were refused are put again, some of them perhaps in a second in which there is
    // room.
    assert!((3..60).contains(&taken.len()), "{} were taken", taken.len());
    assert_eq!(adapters.delivered().await, taken.concat());
}

#[tokio::test]
async fn a_stream_that_is_not_there_takes_nothing() {
    let adapters = Adapters::aws_with(|config| config.delivery_streams.clear()).await;
    let unput = adapters.records.put(&[line(0), line(1)]).await.expect_err("no stream");
    assert_eq!(unput.indices.into_iter().collect::<Vec<_>>(), [0, 1]);
    assert!(!unput.source.retryable, "{:?}", unput.source);
}
