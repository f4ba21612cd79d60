//! How much memory an answer asks the allocator for.

use std::time::{Duration, Instant};

use allocation_counter::{AllocationInfo, measure};
use inference::exchange::exchange;
use inference::gateway::Received;
use inference::invocation::Invocation;
use serde_json::{Value, json};

use crate::world::World;

const COLUMNS: usize = 20;

/// The most allocations from the event of a row to its answer, when the model is in memory.
const MOST: u64 = 130;

#[test]
fn a_row_takes_few_allocations() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let world = World::new();
    let mut random = fastrand::Rng::with_seed(1);
    let mut data: String = (0..COLUMNS).map(|column| format!("x{column},")).collect();
    data += "target\n";
    for _ in 0..200 {
        let row: Vec<f64> = (0..COLUMNS).map(|_| random.f64()).collect();
        data.extend(row.iter().map(|number| format!("{number},")));
        data += if row[0] + row[1] > 1.0 { "yes\n" } else { "no\n" };
    }
    let spec = "target = 'target'\n[training]\nlearners = ['boosting']\ntrials = 1\n";
    runtime.block_on(world.register_data("bench", &data, spec, true));

    let event = event().to_string();
    let answer = || runtime.block_on(answered(&world, &event));
    answer();
    let AllocationInfo { count_total, bytes_total, .. } = measure(|| {
        answer();
    });
    println!("{count_total} allocations, {bytes_total} bytes, for an event of {}", event.len());
    assert!(count_total <= MOST, "{count_total} allocations");
    let answer: Value = serde_json::from_slice(&answer()).unwrap();
    assert_eq!(answer["statusCode"], 200, "{answer}");
}

/// What the function answers to an event.
async fn answered(world: &World, event: &str) -> Vec<u8> {
    let received: Received = serde_json::from_str(event).unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    let trace_id = Some("Root=1-5759e988-bd862e3fe1be46a994272793");
    let invocation = Invocation { request_id: "r-1", trace_id, deadline };
    let response = exchange(&world.inference, received, &invocation).await.unwrap();
    serde_json::to_vec(&response).unwrap()
}

/// A row, as an HTTP API hands it on.
fn event() -> Value {
    let tensor = |column: usize| json!({"name": format!("x{column}"), "shape": [1], "datatype": "FP64", "data": [0.125]});
    let inputs: Vec<Value> = (0..COLUMNS).map(tensor).collect();
    json!({
        "version": "2.0",
        "rawPath": "/v2/models/bench/infer",
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "host": "example.test"},
        "requestContext": {"http": {"method": "POST"}, "stage": "$default"},
        "body": json!({"inputs": inputs}).to_string(),
        "isBase64Encoded": false,
    })
}
