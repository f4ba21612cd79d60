//! Models that have nothing to be compared.

use drift_check::report::{NotChecked, Reason};
use model_factory::dataset::csv;
use model_factory::forecasting::Panel;
use model_factory::name::Alias;
use model_factory::spec::Spec;
use model_factory::training::{TrainingContext, train_series};
use serde_json::json;

use crate::world::{World, model};

#[tokio::test]
async fn a_model_that_forecasts_is_passed_over_and_says_where_it_is_judged() {
    let world = World::new().await;
    let spec = Spec::parse(b"[forecasting]\nlearners = ['theta']\n").unwrap();
    let rows = (1..=28).map(|day| format!("2026-02-{day:02},{}\n", 10 * day % 7));
    let data = "day,sales\n".to_owned() + &rows.collect::<String>();
    let asked = spec.forecasts().unwrap();
    let panel = Panel::from_raw(csv::read(data.as_bytes()).unwrap(), &spec, &asked).unwrap();
    let context = TrainingContext::default();
    let series = train_series(&model(), &panel, &asked, &spec, None, None, &context).unwrap();
    world.register_artifact(Alias::champion(), &series.artifact, &series.sha256).await;
    world.traffic("champion", "2026-03-01T10:00:00Z", 40, 3.0).await;

    let report = world.report(json!({"model": "taxi"})).await;
    assert_eq!(report.models, []);
    let [NotChecked { model: named, reason, detail, .. }] = &report.not_checked[..] else {
        panic!("{report:?}")
    };
    assert_eq!((named, *reason), (&model(), Reason::Forecasting));
    assert!(detail.contains("judged at every training, by rolling origin"), "{detail}");
    assert_eq!(world.records().await, [], "no verdict is no record");
}

#[tokio::test]
async fn a_variant_without_a_version_is_told_too() {
    let world = World::new().await;
    let report = world.report(json!({"model": "taxi", "variant": "shadow"})).await;
    let told = serde_json::to_value(&report).unwrap();
    assert_eq!(told["not_checked"][0]["reason"], "no_version", "{told}");
    assert_eq!(told["not_checked"][0]["variant"], "shadow");
}
