use std::sync::atomic::{AtomicI64, Ordering};

use super::*;
use crate::artifact::ArtifactError;
use crate::dataset::{Labelled, csv};
use crate::memory::{MemoryObjects, MemoryRegistry};
use crate::name::Alias;
use crate::registry::{Actor, Cause, NewVersion, Promotion, WriteRegistry};
use crate::spec::Spec;
use crate::storage::{WriteObjects, keys};
use crate::training::{Trained, TrainingContext, train};

#[derive(Default)]
struct HandClock(AtomicI64);

impl HandClock {
    fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

struct World {
    clock: Arc<HandClock>,
    registry: Arc<MemoryRegistry>,
    objects: Arc<MemoryObjects>,
    cache: Arc<ModelCache>,
}

fn model() -> ModelName {
    "taxi".parse().unwrap()
}

impl World {
    fn new(capacity: usize) -> Self {
        let clock = Arc::new(HandClock::default());
        let registry = Arc::new(MemoryRegistry::new(clock.clone()));
        let objects = Arc::new(MemoryObjects::default());
        let settings = CacheSettings { capacity, ..CacheSettings::for_memory(512) };
        let cache = ModelCache::new(registry.clone(), objects.clone(), clock.clone(), settings);
        Self { clock, registry, objects, cache }
    }

    /// Registers and promotes a version that predicts by `slope`.
    async fn promote(&self, slope: u32) -> Trained {
        self.promote_again(slope, &slope.to_string()).await
    }

    /// The same, by a run of a name of its own.
    async fn promote_again(&self, slope: u32, run: &str) -> Trained {
        let rows: String =
            (0..60).map(|row| format!("{row}.5,{}\n", f64::from(row * slope) + 0.25)).collect();
        let raw = csv::read(format!("x,y\n{rows}").as_bytes()).unwrap();
        let data = Labelled::from_raw(raw, &Spec::default()).unwrap();
        let trained = train(&model(), &data, &Spec::default(), None, &TrainingContext::default());
        let trained = trained.unwrap();
        let expected = self.registry.alias(&model(), &Alias::champion()).await.unwrap();
        let key = keys::artifact(&model(), &trained.sha256);
        self.objects.put(&key, "", trained.artifact.clone().into()).await.unwrap();
        let version = NewVersion {
            model: model(),
            artifact: trained.sha256.clone(),
            artifact_bytes: 0,
            run: run.to_owned(),
            dataset: String::new(),
            data_hash: String::new(),
            rows: 0,
            columns: 0,
            seconds: 0.0,
            learner: String::new(),
            metric: trained.metric,
            metrics: trained.metrics.clone(),
            baselines: None,
            created_at: self.clock.now(),
            decision: String::new(),
        };
        let promotion = Promotion {
            alias: Alias::champion(),
            expected: expected.map(|alias| alias.version),
            cause: Cause { by: Actor::Gate, reason: String::new() },
        };
        self.registry.register(version, Some(promotion)).await.unwrap();
        trained
    }

    async fn version(&self) -> u64 {
        self.cache.get(&model(), &Reference::default()).await.unwrap().version.number()
    }
}

#[tokio::test]
async fn an_unknown_model_is_named() {
    let error = World::new(1 << 20).cache.get(&model(), &Reference::default()).await.unwrap_err();
    assert_eq!(error.to_string(), "model `taxi` has no version or alias `champion`");
}

#[tokio::test]
async fn a_promotion_is_seen_after_the_alias_grows_stale() {
    let world = World::new(1 << 20);
    world.promote(1).await;
    assert_eq!(world.version().await, 1);
    world.promote(2).await;
    assert_eq!(world.version().await, 1, "a fresh alias is not read again");
    world.clock.forward(10);
    assert_eq!(world.version().await, 1, "a young one is read beside the request");
    tokio::task::yield_now().await;
    assert_eq!(world.version().await, 2);
    world.promote(3).await;
    world.clock.forward(3600);
    assert_eq!(world.version().await, 3, "an old one is read before the answer");
}

#[tokio::test]
async fn a_model_goes_on_answering_when_its_successor_cannot_be_loaded() {
    let world = World::new(1 << 20);
    world.promote(1).await;
    assert_eq!(world.version().await, 1);
    let second = world.promote(2).await;
    let key = keys::artifact(&model(), &second.sha256);
    world.objects.delete(&key);
    world.clock.forward(3600);
    assert_eq!(world.version().await, 1);
    world.objects.put(&key, "", "damaged".into()).await.unwrap();
    world.clock.forward(3600);
    assert_eq!(world.version().await, 1);
    let fixed = "2".parse().unwrap();
    assert!(matches!(
        world.cache.get(&model(), &fixed).await,
        Err(LoadError::Store(StoreError::Artifact(ArtifactError::Checksum { .. })))
    ));
}

#[tokio::test]
async fn a_full_cache_drops_the_model_that_was_used_least_recently() {
    let world = World::new(1);
    world.promote(1).await;
    world.promote(2).await;
    let get = |version: &str| {
        let reference = version.parse().unwrap();
        let cache = Arc::clone(&world.cache);
        async move { cache.get(&model(), &reference).await.unwrap() }
    };
    let first = get("1").await;
    assert!(Arc::ptr_eq(&first, &get("1").await));
    get("2").await;
    assert!(!Arc::ptr_eq(&first, &get("1").await), "it was loaded again");
}

#[tokio::test]
async fn two_versions_of_one_artifact_answer_as_themselves() {
    let world = World::new(1 << 20);
    world.promote(1).await;
    let second = world.promote_again(1, "again").await;
    let fixed = |version: &str| version.parse::<Reference>().unwrap();
    for version in ["1", "2", "1"] {
        let served = world.cache.get(&model(), &fixed(version)).await.unwrap();
        assert_eq!(served.version.to_string(), version, "of {}", second.sha256);
    }
}
