//! Rows of pixels whose figures a model sets upright, wherever they come in.

use model_factory_local::factory::STREAM_QUEUE;
use serde_json::{Map, Value, json};

use crate::support::{Factory, digits};

const SPEC: &str = "target = 'digit'\ntask = 'classification'\n\
                    [image]\nside = 8\nink = 16\nfill = 1.0\ndeskew = true\n\
                    [training]\nlearners = ['neighbours']\ntrials = 1\n";

/// Bars and rings that lean to either side.
fn leaning() -> Vec<Map<String, Value>> {
    let drawn = digits(8, 9);
    let rows = drawn.lines().skip(1).enumerate().map(|(row, line)| {
        let pixels: Vec<i64> = line.split(',').map(|pixel| pixel.parse().expect("ink")).collect();
        let slant = if row % 4 < 2 { 0.5 } else { -0.5 };
        let pixel = |place: usize| {
            let (x, y) = (place % 8, place / 8);
            let from = x as i64 - (slant * (y as f64 - 3.5)).round() as i64;
            let inside = usize::try_from(from).ok().filter(|from| *from < 8);
            inside.map_or(0, |from| pixels[8 * y + from])
        };
        (0..64).map(|place| (format!("p{place}"), json!(pixel(place)))).collect()
    });
    rows.collect()
}

#[tokio::test]
async fn leaning_figures_are_answered_alike_wherever_they_come_in() {
    let factory = Factory::start().await;
    factory.put("models/digits/model.toml", SPEC).await;
    let run = factory.train("digits", "drawn.csv", digits(60, 5)).await;
    assert_eq!(run["promoted"], true, "{run}");

    let rows = leaning();
    let served = json!({"dataframe_records": rows, "params": {"probabilities": true}});
    let served = factory.http.post("/models/digits/invocations", &served).await.json();
    let served = served["predictions"].as_array().expect("answers");
    assert_eq!(served.len(), rows.len());
    for (row, answer) in served.iter().enumerate() {
        assert_eq!(answer["predict"], if row % 2 == 0 { "1" } else { "0" }, "{row}: {answer}");
    }

    let queue = factory.sqs.get_queue_url().queue_name(STREAM_QUEUE).send().await.expect("a queue");
    let url = queue.queue_url.expect("a URL");
    for (id, row) in rows.iter().enumerate() {
        let record = json!({"id": id.to_string(), "model": "digits", "inputs": row}).to_string();
        let sent = factory.sqs.send_message().queue_url(&url).message_body(record).send().await;
        sent.expect("sent");
    }
    let lines: String = rows.iter().map(|row| json!(row).to_string() + "\n").collect();
    factory.put("batch/digits/input/leaning.jsonl", lines).await;
    factory.idle().await;

    let streamed = factory.streamed("digits").await;
    assert_eq!(streamed.len(), rows.len());
    for line in streamed {
        let row: usize = line["id"].as_str().expect("an id").parse().expect("a number");
        assert_eq!(line["predict"], served[row]["predict"], "{line}");
        assert_eq!(line["probabilities"], served[row]["probabilities"], "{line}");
    }
    let output = factory.keys("batch/digits/output/").await.pop().expect("an output");
    let output = factory.get(&output).await;
    let output: Vec<Value> = std::str::from_utf8(&output)
        .expect("a text")
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(output.len(), rows.len());
    for (line, served) in output.iter().zip(served) {
        assert_eq!(line["prediction"], served["predict"], "{line}");
        for (class, probability) in served["probabilities"].as_object().expect("classes") {
            assert_eq!(&line[format!("probability_{class}")], probability, "{line}");
        }
    }
    factory.end().await;
}
