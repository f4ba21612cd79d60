//! Models that have nothing to be compared.

use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn a_variant_without_a_version_is_told_too() {
    let world = World::new().await;
    let report = world.report(json!({"model": "taxi", "variant": "shadow"})).await;
    let told = serde_json::to_value(&report).unwrap();
    assert_eq!(told["not_checked"][0]["reason"], "no_version", "{told}");
    assert_eq!(told["not_checked"][0]["variant"], "shadow");
}
