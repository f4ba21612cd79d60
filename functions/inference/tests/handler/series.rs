//! The book's routes, which name no model, where several forecast series.

use http::Method;
use model_factory::dataset::csv;
use model_factory::forecasting::Panel;
use model_factory::spec::Spec;
use model_factory::training::{TrainingContext, train_series};

use crate::world::{World, json_of};

pub(crate) const THETA: &str = "[forecasting]\nseries = ['store']\nlearners = ['theta']\n";

/// A version that forecasts the sales of store 1, day by day, from those of so many days of
/// January on.
pub(crate) async fn train(world: &World, model: &str, days: u32, spec: &str, promote: bool) {
    let row = |day: u32| {
        format!("2026-01-{day:02},1,{},{}\n", 10 + day % 7 + 5 * (day % 3 / 2), day % 3 / 2)
    };
    let data = "date,store,sales,promo\n".to_owned() + &(1..=days).map(row).collect::<String>();
    let spec = format!("target = 'sales'\n{spec}");
    let spec = Spec::parse(spec.as_bytes()).unwrap();
    let asked = spec.forecasts().unwrap();
    let panel = Panel::from_raw(csv::read(data.as_bytes()).unwrap(), &spec, &asked).unwrap();
    let (name, context) = (model.parse().unwrap(), TrainingContext::default());
    let trained = train_series(&name, &panel, &asked, &spec, None, None, &context).unwrap();
    world.enter(name, trained.artifact, trained.sha256, trained.metric, promote).await;
}

async fn train_sales(world: &World, model: &str) {
    train(world, model, 28, THETA, true).await;
}

async fn refusal(world: &World, path: &str) -> (u16, String) {
    let answer = world.send("r", Method::POST, path, &[], "{\"store_number\": 1}").await;
    let detail = json_of(&answer)["detail"].as_str().unwrap_or_default().to_owned();
    (answer.status().as_u16(), detail)
}

#[tokio::test]
async fn of_two_models_that_forecast_one_is_to_be_named_by_the_route_that_is_asked() {
    let world = World::new();
    train_sales(&world, "sales").await;
    assert_eq!(refusal(&world, "/forecast").await, (200, String::new()));
    train_sales(&world, "staff").await;
    for route in ["forecast", "train"] {
        let (status, detail) = refusal(&world, &format!("/{route}")).await;
        assert_eq!(status, 404, "{detail}");
        let named =
            format!("2 models forecast series: name one with /models/{{model}}/{route}, or");
        assert!(detail.starts_with(&named), "{detail}");
        assert!(detail.contains("MODEL_FACTORY_FORECAST_MODEL (`up --forecast-model`"), "{detail}");
    }
    let answer = world
        .send(
            "r",
            Method::POST,
            "/models/staff/forecast",
            &[],
            "{\"series\": {\"store\": 1}, \"horizon\": 2}",
        )
        .await;
    let answer = json_of(&answer);
    assert_eq!(answer["timestamps"][0], "2026-01-29T00:00:00Z", "{answer}");
    assert_eq!(answer["version"], 1);
    assert!(answer["learner"].is_string(), "{answer}");
    assert_eq!(answer["values"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_request_is_an_object_and_no_list_of_its_members() {
    let world = World::new();
    train_sales(&world, "sales").await;
    for (path, body) in
        [("/forecast", "[1, null]"), ("/models/sales/forecast", "[]"), ("/train", "[1]")]
    {
        let answer = world.send("r", Method::POST, path, &[], body).await;
        assert_eq!(answer.status(), 400, "{path}");
        let detail = json_of(&answer)["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("invalid type: sequence, expected an object"), "{detail}");
    }
}
