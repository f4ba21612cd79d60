//! The trace of a request, on its way through the function to other services and to its log.

use http::Method;
use serde_json::Value;

use crate::support::{Factory, INFERENCE, Recorder, Season, eventually, rides};

const INFER: &str = "/v2/models/taxi/infer";

#[tokio::test]
async fn a_trace_goes_on_to_other_services_and_into_the_log() {
    let recorder = Recorder::bind().await;
    let factory = Factory::start_with(|config| {
        for function in config.functions.iter_mut().filter(|it| it.name == INFERENCE) {
            function.concurrency = 1;
            function.environment.insert("AWS_ENDPOINT_URL".to_owned(), recorder.url());
        }
    })
    .await;
    recorder.forward_to(factory.endpoint());
    factory.train("taxi", "rides.csv", rides(100, Season::Usual, 1).csv()).await;

    let body = rides(1, Season::Usual, 2).tensors().to_string();
    for trace in [
        "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
        "Root=1-67891233-abcdef012345678912345678;Parent=463ac35c9f6413ad;Sampled=0",
    ] {
        let headers = [("content-type", "application/json"), ("x-amzn-trace-id", trace)];
        let request =
            headers.iter().fold(factory.http.request(Method::POST, INFER), |it, header| {
                it.header(header.0, header.1)
            });
        factory.http.answer(request, body.clone()).await.ok();
        factory.idle().await;
        // The alias is read after each answer, the capture is written.
        let sent = recorder.take();
        let traced = sent.iter().filter(|request| request.header("x-amzn-trace-id") == trace);
        let traced: Vec<_> = traced.collect();
        assert!(traced.iter().any(|it| it.header("x-amz-target").contains("DynamoDB")), "{sent:?}");
        assert!(
            traced.iter().any(|it| it.line.starts_with("PUT /model-factory/capture/")),
            "{sent:?}"
        );
        let line = eventually("the request is logged", async || {
            let lines = factory.log(INFERENCE);
            let lines = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            lines.into_iter().find(|line| line["xray_trace_id"] == trace)
        })
        .await;
        assert_eq!(line["path"], INFER, "{line}");
    }
    factory.end().await;
}
