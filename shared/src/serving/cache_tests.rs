use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

use super::*;
use crate::artifact::ArtifactError;
use crate::clock::Clock;
use crate::dataset::{Labelled, csv};
use crate::events::EventKind;
use crate::memory::{MemoryEvents, MemoryObjects, MemoryRegistry};
use crate::name::{Alias, Version};
use crate::registry::{
    Actor, Cause, NewVersion, Promotion, ReadRegistry, Sharing, Traffic, Variant, WriteRegistry,
};
use crate::spec::Spec;
use crate::storage::{ReadObjects as _, WriteObjects, keys};
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
    events: Arc<MemoryEvents>,
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
        let events = Arc::new(MemoryEvents::default());
        let settings = CacheSettings { capacity, ..CacheSettings::for_memory(512) };
        let ports = CachePorts {
            registry: registry.clone(),
            objects: objects.clone(),
            events: events.clone(),
            clock: clock.clone(),
        };
        let cache = Arc::new(ModelCache::new(ports, settings));
        Self { clock, registry, objects, events, cache }
    }

    /// The same with a cache that believes aliases for so long.
    fn believing(self, ttl: Duration) -> Self {
        let settings = self.cache.settings.with_ttl(ttl);
        let cache = Arc::new(ModelCache::new(self.cache.ports.clone(), settings));
        Self { cache, ..self }
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
            structure: None,
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
async fn a_promotion_is_seen_after_the_answer_that_follows_it() {
    let world = World::new(1 << 20);
    world.promote(1).await;
    assert_eq!(world.version().await, 1);
    world.promote(2).await;
    world.cache.settle().await;
    assert_eq!(world.version().await, 1, "a fresh alias is not read again");
    for (slope, seconds) in [(3, 10), (4, 3600)] {
        world.clock.forward(seconds);
        let reads = world.registry.reads();
        let before = world.version().await;
        assert_eq!(world.registry.reads(), reads, "nobody waits for the registry");
        world.cache.settle().await;
        assert!(world.version().await > before, "it is read when the answer has gone out");
        world.promote(slope).await;
    }
}

#[tokio::test]
async fn an_alias_that_is_not_believed_is_read_before_the_answer() {
    let world = World::new(1 << 20).believing(Duration::ZERO);
    for slope in 1..=2 {
        world.promote(slope).await;
        world.clock.forward(1);
        assert_eq!(world.version().await, u64::from(slope));
    }
}

#[tokio::test]
async fn many_that_ask_at_once_wait_for_one_load() {
    let world = World::new(1 << 20);
    world.promote(1).await;
    let reads = world.objects.reads("artifacts/");
    let asked = (0..8).map(|_| world.version());
    let versions = futures::future::join_all(asked).await;
    assert_eq!(versions, [1; 8]);
    assert_eq!(world.objects.reads("artifacts/") - reads, 1);
}

#[tokio::test]
async fn a_model_goes_on_answering_when_its_successor_is_damaged_which_is_told_once() {
    let world = World::new(1 << 20);
    world.promote(1).await;
    assert_eq!(world.version().await, 1);
    let second = world.promote(2).await;
    let key = keys::artifact(&model(), &second.sha256);
    world.objects.put(&key, "", "damaged".into()).await.unwrap();
    for _ in 0..3 {
        world.clock.forward(10);
        assert_eq!(world.version().await, 1);
        world.cache.settle().await;
    }
    let [event] = world.events.published().try_into().unwrap();
    assert_eq!((event.kind, event.subject.as_str()), (EventKind::ArtifactDamaged, "taxi"));
    assert_eq!(event.id, format!("taxi/damaged/2/{}", second.sha256));
    assert!(event.data["reasons"][0].as_str().unwrap().contains("is damaged: its SHA-256 is"));
    let fixed = "2".parse().unwrap();
    let Err(LoadError::Damaged { pause, source: None, .. }) =
        world.cache.get(&model(), &fixed).await
    else {
        panic!("it is not read again")
    };
    assert!(pause <= CacheSettings::for_memory(1).ttl * PAUSE, "{pause:?}");
    world.clock.forward(3600);
    let refused = world.cache.get(&model(), &fixed).await;
    assert!(matches!(
        refused,
        Err(LoadError::Damaged {
            source: Some(StoreError::Artifact(ArtifactError::Checksum { .. })),
            ..
        })
    ));

    // It is restored.
    world.objects.put(&key, "", second.artifact.into()).await.unwrap();
    world.clock.forward(3600);
    assert_eq!(world.version().await, 1);
    world.cache.settle().await;
    assert_eq!(world.version().await, 2);
    assert_eq!(world.events.published().len(), 1);
}

#[tokio::test]
async fn which_versions_cannot_answer_is_known_without_reading_all() {
    let world = World::new(1 << 20);
    let mut versions = Vec::new();
    for number in 1..=3 {
        let trained = world.promote(number).await;
        let version = u64::from(number).try_into().unwrap();
        versions.push(Pinned { version, artifact: trained.sha256 });
    }
    let key = |pinned: &Pinned| keys::artifact(&model(), &pinned.artifact);
    let good = world.objects.get(&key(&versions[1])).await.unwrap().unwrap().bytes;
    world.objects.put(&key(&versions[1]), "", "damaged".into()).await.unwrap();
    world.objects.delete(&key(&versions[2]));
    let reads = world.objects.reads("artifacts/");
    let unusable = async || world.cache.unusable(&model(), &versions).await.unwrap();
    assert_eq!(unusable().await, [None, None, Some(Unusable::Gone)], "nobody has read it yet");
    assert_eq!(world.objects.reads("artifacts/"), reads);

    world.cache.get(&model(), &"2".parse().unwrap()).await.unwrap_err();
    assert_eq!(unusable().await, [None, Some(Unusable::Damaged), Some(Unusable::Gone)]);
    assert_eq!(world.objects.reads("artifacts/"), reads + 1, "the damage is remembered");
    world.objects.put(&key(&versions[1]), "", good).await.unwrap();
    world.clock.forward(3600);
    assert_eq!(unusable().await, [None, None, Some(Unusable::Gone)], "it is restored");
}

/// The champion's record with its requests shared.
async fn share(world: &World, variants: &[(&str, u64, u8)], shadow: Option<u64>) {
    let artifact = async |number: u64| {
        let version: Version = number.try_into().unwrap();
        let record = world.registry.version(&model(), version).await.unwrap().unwrap();
        Pinned { version, artifact: record.artifact.clone() }
    };
    let mut traffic = Traffic::default();
    for &(name, number, percent) in variants {
        let (name, pinned) = (name.parse().unwrap(), artifact(number).await);
        traffic.variants.push(Variant { name, percent, pinned });
    }
    if let Some(number) = shadow {
        traffic.shadow = Some(artifact(number).await);
    }
    let alias = world.registry.alias(&model(), &Alias::champion()).await.unwrap().unwrap();
    let cause = Cause { by: Actor::Cli, reason: String::new() };
    let wish = Sharing { alias, traffic, cause, force: false };
    world.registry.share(wish).await.unwrap();
}

impl World {
    /// Who answers the request with an id: version and variant.
    async fn answers(&self, id: &str) -> (u64, String, Option<u64>) {
        let assigned = self.cache.assign(&model(), &Reference::default(), || id.into()).await;
        let Assigned { model, variant, shadow, .. } = assigned.unwrap();
        let shadow = shadow.map(|pinned| pinned.version.number());
        (model.version.number(), variant.to_string(), shadow)
    }
}

#[tokio::test]
async fn requests_are_shared_by_their_ids_until_the_alias_moves() {
    let world = World::new(1 << 20);
    world.promote(1).await;
    world.promote(2).await;
    world.promote(3).await;
    share(&world, &[("challenger", 1, 20)], Some(2)).await;
    let mut canary = 0;
    for id in 0..1000 {
        let id = id.to_string();
        let first = world.answers(&id).await;
        assert_eq!(first, world.answers(&id).await, "an id stays where it is");
        match first {
            (1, variant, Some(2)) if variant == "challenger" => canary += 1,
            (3, variant, Some(2)) if variant == "champion" => {}
            other => panic!("{other:?}"),
        }
    }
    assert!((150..250).contains(&canary), "{canary}");
    assert_eq!(world.version().await, 3, "metadata is that of the alias's own version");

    world.promote(4).await;
    world.clock.forward(10);
    world.version().await;
    world.cache.settle().await;
    for id in 0..50 {
        assert_eq!(world.answers(&id.to_string()).await, (4, "champion".to_owned(), None));
    }
}

#[tokio::test]
async fn a_variant_that_cannot_be_loaded_is_answered_for() {
    let world = World::new(1 << 20);
    let first = world.promote(1).await;
    world.promote(2).await;
    share(&world, &[("challenger", 1, 99)], None).await;
    world.objects.delete(&keys::artifact(&model(), &first.sha256));
    for id in 0..10 {
        assert_eq!(world.answers(&id.to_string()).await, (2, "champion".to_owned(), None));
    }
    world.cache.settle().await;
    assert_eq!(world.events.published().len(), 1);
}

#[tokio::test]
async fn preloading_loads_what_it_can() {
    let world = World::new(1 << 20);
    world.promote(1).await;
    let wanted = ["tram", "taxi"].map(|name| (name.parse().unwrap(), Reference::default()));
    world.cache.preload(&wanted).await;
    let reads = world.objects.reads("artifacts/");
    assert_eq!(world.version().await, 1);
    assert_eq!(world.objects.reads("artifacts/"), reads);
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
