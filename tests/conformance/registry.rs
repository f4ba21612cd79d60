//! The model registry.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model_factory::clock::Clock;
use model_factory::metrics::Metric;
use model_factory::name::{Alias, ModelName, Reference, Version};
use model_factory::registry::{
    Actor, AliasRecord, Baselines, Cause, InvalidTraffic, Move, NewVersion, Pinned, Promotion,
    Registered, RejectionRecord, Sharing, Traffic, Variant, VersionRecord, WriteError, ended,
    resolve,
};

use crate::adapters::{Adapters, hold_for_both_adapters};

hold_for_both_adapters!(
    an_unknown_model_has_nothing,
    versions_are_numbered_and_kept,
    concurrent_registrations_leave_no_gap,
    a_run_registers_once,
    concurrent_registrations_of_a_run_are_one,
    a_promotion_moves_the_champion,
    a_promotion_over_another_champion_is_refused,
    of_concurrent_promotions_one_wins,
    an_alias_moves_from_where_it_is,
    an_alias_does_not_move_to_an_unknown_version,
    of_concurrent_moves_one_wins,
    history_keeps_every_move_in_order,
    a_challenger_waits_beside_the_champion,
    a_rejected_version_moves_by_force_only,
    the_first_rejection_stays,
    the_champion_is_not_rejected,
    of_a_promotion_and_a_rejection_at_once_one_wins,
    requests_are_shared_and_the_decision_stays,
    shares_that_cannot_be_are_refused,
    an_alias_that_changed_is_not_shared,
    of_two_who_share_at_once_one_wins,
    a_move_ends_a_canary,
    who_takes_part_is_not_rejected,
    models_are_apart,
);

fn taxi() -> ModelName {
    "taxi".parse().unwrap()
}

fn version(number: u64) -> Version {
    number.try_into().unwrap()
}

fn alias(name: &str) -> Alias {
    name.parse().unwrap()
}

fn new(adapters: &Adapters, model: &ModelName, run: &str) -> NewVersion {
    NewVersion {
        model: model.clone(),
        artifact: format!("sha-of-{run}"),
        artifact_bytes: 12_345,
        run: run.to_owned(),
        dataset: "datasets/taxi/März 1+2.csv".to_owned(),
        data_hash: "abc".to_owned(),
        rows: 600,
        columns: 7,
        seconds: 12.25,
        learner: "boosting max_depth=3".to_owned(),
        metric: Metric::Rmse,
        metrics: BTreeMap::from([(Metric::Rmse, 0.1 + 0.2), (Metric::Mae, 1e-12)]),
        structure: None,
        baselines: Some(Baselines {
            statistics: format!("runs/taxi/{run}/statistics.json"),
            constraints: format!("runs/taxi/{run}/constraints.json"),
        }),
        created_at: adapters.clock.now(),
        decision: "the first version of the model".to_owned(),
    }
}

fn promotion(expected: Option<u64>) -> Option<Promotion> {
    to("champion", expected)
}

fn to(name: &str, expected: Option<u64>) -> Option<Promotion> {
    let cause = Cause { by: Actor::Gate, reason: "better".to_owned() };
    Some(Promotion { alias: alias(name), expected: expected.map(version), cause })
}

fn by_hand(reason: &str) -> Cause {
    Cause { by: Actor::Cli, reason: reason.to_owned() }
}

/// Registers a run of its own a second later; its number.
async fn register(adapters: &Adapters, run: &str, promotion: Option<Promotion>) -> Registered {
    adapters.clock.advance(Duration::from_secs(1));
    let new = new(adapters, &taxi(), run);
    adapters.registry.register(new, promotion).await.expect(run)
}

/// Moves an alias from where it is believed to be.
async fn shift(
    adapters: &Adapters,
    name: &str,
    from: Option<u64>,
    to: u64,
) -> Result<AliasRecord, WriteError> {
    move_to(adapters, name, from, to, false).await
}

async fn move_to(
    adapters: &Adapters,
    name: &str,
    from: Option<u64>,
    to: u64,
    force: bool,
) -> Result<AliasRecord, WriteError> {
    let wish = Move {
        model: taxi(),
        alias: alias(name),
        expected: from.map(version),
        to: version(to),
        cause: by_hand("why not"),
        force,
    };
    adapters.registry.move_alias(wish).await
}

async fn reject(adapters: &Adapters, number: u64) -> Result<RejectionRecord, WriteError> {
    adapters.clock.advance(Duration::from_secs(1));
    adapters.registry.reject(&taxi(), version(number), by_hand("it is unfair")).await
}

async fn place(adapters: &Adapters, name: &str) -> Option<u64> {
    let record = adapters.registry.alias(&taxi(), &alias(name)).await.expect("an alias");
    record.map(|record| record.version.number())
}

async fn moves(adapters: &Adapters) -> Vec<(String, Option<u64>, u64)> {
    let history = adapters.registry.history(&taxi()).await.expect("a history");
    let short = |version: Version| version.number();
    history.iter().map(|it| (it.alias.to_string(), it.from.map(short), short(it.to))).collect()
}

fn is_conflict(error: &WriteError, at: Option<u64>, believed: Option<u64>) -> bool {
    let (at, believed) = (at.map(version), believed.map(version));
    matches!(error, WriteError::Conflict { found, expected, .. }
        if *found == at && *expected == believed)
}

async fn an_unknown_model_has_nothing(adapters: &Adapters) {
    let registry = &adapters.registry;
    assert_eq!(registry.models().await.unwrap(), []);
    assert_eq!(registry.versions(&taxi()).await.unwrap(), []);
    assert_eq!(registry.version(&taxi(), version(1)).await.unwrap(), None);
    assert_eq!(registry.aliases(&taxi()).await.unwrap(), []);
    assert_eq!(registry.history(&taxi()).await.unwrap(), []);
    assert_eq!(registry.rejections(&taxi()).await.unwrap(), []);
    assert_eq!(place(adapters, "champion").await, None);
}

async fn versions_are_numbered_and_kept(adapters: &Adapters) {
    // Ten and more, as texts sort otherwise than numbers.
    for number in 1..=11 {
        let registered = register(adapters, &format!("run-{number}"), None).await;
        assert_eq!(registered, Registered { version: version(number), newly: true });
    }
    let records = adapters.registry.versions(&taxi()).await.unwrap();
    let numbers: Vec<u64> = records.iter().map(|record| record.version.number()).collect();
    assert_eq!(numbers, (1..=11).collect::<Vec<_>>());
    let expected =
        VersionRecord { version: version(11), registered: new(adapters, &taxi(), "run-11") };
    assert_eq!(records[10], expected, "every member reads back");
    assert_eq!(adapters.registry.version(&taxi(), version(11)).await.unwrap(), Some(expected));
    assert_eq!(adapters.registry.version(&taxi(), version(12)).await.unwrap(), None);
    assert_eq!(place(adapters, "champion").await, None, "nobody promoted");
}

async fn concurrent_registrations_leave_no_gap(adapters: &Adapters) {
    let tasks: Vec<_> = (1..=8)
        .map(|task| {
            let registry = Arc::clone(&adapters.registry);
            let new = new(adapters, &taxi(), &format!("run-{task}"));
            tokio::spawn(async move { registry.register(new, None).await })
        })
        .collect();
    let mut numbers = Vec::new();
    for task in tasks {
        let registered = task.await.expect("a task").expect("registered");
        assert!(registered.newly);
        numbers.push(registered.version.number());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(adapters.registry.versions(&taxi()).await.unwrap().len(), 8);
}

async fn a_run_registers_once(adapters: &Adapters) {
    register(adapters, "run-1", promotion(None)).await;
    let again = register(adapters, "run-1", promotion(None)).await;
    assert_eq!(again, Registered { version: version(1), newly: false });
    // Whatever the champion is by now.
    register(adapters, "run-2", promotion(Some(1))).await;
    let again = register(adapters, "run-1", promotion(None)).await;
    assert_eq!(again, Registered { version: version(1), newly: false });
    assert_eq!(adapters.registry.versions(&taxi()).await.unwrap().len(), 2);
    assert_eq!(place(adapters, "champion").await, Some(2));
}

async fn concurrent_registrations_of_a_run_are_one(adapters: &Adapters) {
    let register = || {
        let new = new(adapters, &taxi(), "run-1");
        adapters.registry.register(new, promotion(None))
    };
    let answers = futures::future::join_all((0..8).map(|_| register())).await;
    let answers: Vec<Registered> = answers.into_iter().map(|it| it.expect("registered")).collect();
    assert!(answers.iter().all(|registered| registered.version == version(1)), "{answers:?}");
    assert_eq!(answers.iter().filter(|registered| registered.newly).count(), 1);
    assert_eq!(moves(adapters).await, [("champion".to_owned(), None, 1)]);
}

async fn a_promotion_moves_the_champion(adapters: &Adapters) {
    register(adapters, "run-1", promotion(None)).await;
    let at = adapters.clock.now();
    let record = adapters.registry.alias(&taxi(), &Alias::champion()).await.unwrap().unwrap();
    assert_eq!((record.version, record.moved_at), (version(1), at));
    assert_eq!((record.model, record.artifact.as_str()), (taxi(), "sha-of-run-1"));
    let history = adapters.registry.history(&taxi()).await.unwrap();
    let [movement] = history.as_slice() else { panic!("{history:?}") };
    assert_eq!((movement.from, movement.to, movement.at), (None, version(1), at));
    assert_eq!(movement.cause, Cause { by: Actor::Gate, reason: "better".to_owned() });
}

async fn a_promotion_over_another_champion_is_refused(adapters: &Adapters) {
    register(adapters, "run-1", promotion(None)).await;
    register(adapters, "run-2", promotion(Some(1))).await;
    for (believed, expected) in [(None, promotion(None)), (Some(1), promotion(Some(1)))] {
        let new = new(adapters, &taxi(), "run-3");
        let error = adapters.registry.register(new, expected).await.expect_err("elsewhere");
        assert!(is_conflict(&error, Some(2), believed), "{error}");
    }
    assert_eq!(adapters.registry.versions(&taxi()).await.unwrap().len(), 2, "all or nothing");
    assert_eq!(register(adapters, "run-3", promotion(Some(2))).await.version, version(3));
    assert_eq!(place(adapters, "champion").await, Some(3));
}

async fn of_concurrent_promotions_one_wins(adapters: &Adapters) {
    let register = |task| {
        let new = new(adapters, &taxi(), &format!("run-{task}"));
        adapters.registry.register(new, promotion(None))
    };
    let answers = futures::future::join_all((0..8).map(register)).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 7));
    for error in lost.into_iter().filter_map(Result::err) {
        assert!(is_conflict(&error, Some(1), None), "{error}");
    }
    assert_eq!(adapters.registry.versions(&taxi()).await.unwrap().len(), 1);
    assert_eq!(place(adapters, "champion").await, Some(1));
}

async fn an_alias_moves_from_where_it_is(adapters: &Adapters) {
    for run in ["run-1", "run-2"] {
        register(adapters, run, None).await;
    }
    let shift = async |from, to| {
        adapters.clock.advance(Duration::from_secs(1));
        shift(adapters, "shadow", from, to).await
    };
    let error = shift(Some(2), 1).await.expect_err("it does not exist");
    assert!(is_conflict(&error, None, Some(2)), "{error}");
    let moved = shift(None, 2).await.expect("moved");
    assert_eq!((moved.version, moved.artifact.as_str()), (version(2), "sha-of-run-2"));
    assert_eq!(moved.moved_at, adapters.clock.now());
    assert_eq!(adapters.registry.alias(&taxi(), &alias("shadow")).await.unwrap(), Some(moved));
    let error = shift(None, 1).await.expect_err("it exists");
    assert!(is_conflict(&error, Some(2), None), "{error}");
    shift(Some(2), 1).await.expect("moved");
    assert_eq!(place(adapters, "shadow").await, Some(1));
    assert_eq!(place(adapters, "champion").await, None);
}

async fn an_alias_does_not_move_to_an_unknown_version(adapters: &Adapters) {
    let is_refused = async || {
        let answer = shift(adapters, "champion", None, 9).await;
        matches!(answer, Err(WriteError::UnknownVersion { version, .. }) if version.number() == 9)
    };
    assert!(is_refused().await, "no model");
    register(adapters, "run-1", None).await;
    assert!(is_refused().await, "no such version");
    assert_eq!(moves(adapters).await, []);
}

async fn of_concurrent_moves_one_wins(adapters: &Adapters) {
    for run in ["run-1", "run-2", "run-3"] {
        register(adapters, run, None).await;
    }
    let shifts = (1..=3).map(|to| shift(adapters, "champion", None, to));
    let answers = futures::future::join_all(shifts).await;
    let won: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().ok()).collect();
    let [winner] = won.as_slice() else { panic!("{answers:?}") };
    let winner = winner.version.number();
    for error in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert!(is_conflict(error, Some(winner), None), "{error}");
    }
    assert_eq!(moves(adapters).await, [("champion".to_owned(), None, winner)]);
}

async fn history_keeps_every_move_in_order(adapters: &Adapters) {
    register(adapters, "run-1", promotion(None)).await;
    register(adapters, "run-2", promotion(Some(1))).await;
    let shift = async |name: &str, from, to| {
        adapters.clock.advance(Duration::from_millis(1));
        shift(adapters, name, from, to).await.expect("moved");
    };
    // A rollback, and its own.
    shift("champion", Some(2), 1).await;
    shift("shadow", None, 2).await;
    shift("champion", Some(1), 2).await;
    let named = |name: &str, from, to| (name.to_owned(), from, to);
    assert_eq!(
        moves(adapters).await,
        [
            named("champion", None, 1),
            named("champion", Some(1), 2),
            named("champion", Some(2), 1),
            named("shadow", None, 2),
            named("champion", Some(1), 2),
        ]
    );
    let aliases = adapters.registry.aliases(&taxi()).await.unwrap();
    let aliases: Vec<_> =
        aliases.iter().map(|it| (it.alias.as_str(), it.version.number())).collect();
    assert_eq!(aliases, [("champion", 2), ("shadow", 2)]);
}

async fn a_challenger_waits_beside_the_champion(adapters: &Adapters) {
    register(adapters, "run-1", promotion(None)).await;
    register(adapters, "run-2", to("challenger", None)).await;
    assert_eq!(place(adapters, "champion").await, Some(1));
    assert_eq!(place(adapters, "challenger").await, Some(2));
    let new = new(adapters, &taxi(), "run-3");
    let error = adapters.registry.register(new, to("challenger", None)).await.expect_err("moved");
    assert!(is_conflict(&error, Some(2), None), "{error}");
    register(adapters, "run-3", to("challenger", Some(2))).await;
    assert_eq!(place(adapters, "challenger").await, Some(3));
}

async fn a_rejected_version_moves_by_force_only(adapters: &Adapters) {
    register(adapters, "run-1", promotion(None)).await;
    register(adapters, "run-2", None).await;
    let rejected = reject(adapters, 2).await.expect("rejected");
    assert_eq!((rejected.version, rejected.at), (version(2), adapters.clock.now()));
    assert_eq!(rejected.cause, by_hand("it is unfair"));
    assert_eq!(adapters.registry.rejections(&taxi()).await.unwrap(), [rejected]);
    let error = move_to(adapters, "champion", Some(1), 2, false).await.expect_err("rejected");
    assert!(
        matches!(&error, WriteError::Rejected { version, reason, .. }
            if version.number() == 2 && reason == "it is unfair"),
        "{error}"
    );
    assert_eq!(place(adapters, "champion").await, Some(1));
    move_to(adapters, "champion", Some(1), 2, true).await.expect("forced");
    assert_eq!(place(adapters, "champion").await, Some(2));
    assert_eq!(adapters.registry.rejections(&taxi()).await.unwrap().len(), 1, "history grows");
}

async fn the_first_rejection_stays(adapters: &Adapters) {
    for run in ["run-1", "run-2"] {
        register(adapters, run, None).await;
    }
    let second = reject(adapters, 2).await.expect("rejected");
    assert_eq!(reject(adapters, 2).await.expect("as before"), second);
    let first = reject(adapters, 1).await.expect("rejected");
    assert_eq!(adapters.registry.rejections(&taxi()).await.unwrap(), [first, second]);
}

async fn the_champion_is_not_rejected(adapters: &Adapters) {
    let unknown = reject(adapters, 1).await.expect_err("no model");
    assert!(matches!(unknown, WriteError::UnknownVersion { .. }), "{unknown}");
    register(adapters, "run-1", promotion(None)).await;
    let serving = reject(adapters, 1).await.expect_err("it serves");
    assert!(matches!(serving, WriteError::Serving { version, .. } if version.number() == 1));
    let unknown = reject(adapters, 9).await.expect_err("no version");
    assert!(matches!(unknown, WriteError::UnknownVersion { .. }), "{unknown}");
    assert_eq!(adapters.registry.rejections(&taxi()).await.unwrap(), []);
}

async fn of_a_promotion_and_a_rejection_at_once_one_wins(adapters: &Adapters) {
    register(adapters, "run-1", None).await;
    let (moved, rejected) =
        futures::join!(shift(adapters, "champion", None, 1), reject(adapters, 1));
    assert!(moved.is_ok() != rejected.is_ok(), "{moved:?} {rejected:?}");
}

async fn models_are_apart(adapters: &Adapters) {
    // Names of which one begins like the other.
    let names = ["taxi", "taxi-2", "a"].map(|name| name.parse::<ModelName>().unwrap());
    for model in &names {
        let new = new(adapters, model, "run-1");
        let registered =
            adapters.registry.register(new, promotion(None)).await.expect("registered");
        assert_eq!(registered, Registered { version: version(1), newly: true });
    }
    let models = adapters.registry.models().await.unwrap();
    assert_eq!(models.iter().map(ModelName::as_str).collect::<Vec<_>>(), ["a", "taxi", "taxi-2"]);
    for model in &names {
        assert_eq!(adapters.registry.versions(model).await.unwrap().len(), 1);
        let found = async |reference: &str| {
            let reference: Reference = reference.parse().unwrap();
            resolve(adapters.registry.as_ref(), model, &reference).await.expect("an answer")
        };
        let first = Some((version(1), "sha-of-run-1".to_owned()));
        assert_eq!(found("champion").await, first);
        assert_eq!(found("1").await, first);
        assert_eq!(found("2").await, None);
        assert_eq!(found("shadow").await, None);
    }
}

fn pinned(number: u64) -> Pinned {
    Pinned { version: version(number), artifact: format!("sha-of-run-{number}") }
}

fn variant(name: &str, number: u64, percent: u8) -> Variant {
    Variant { name: alias(name), percent, pinned: pinned(number) }
}

/// Three versions, of which the first is the champion.
async fn three(adapters: &Adapters) -> AliasRecord {
    register(adapters, "run-1", promotion(None)).await;
    register(adapters, "run-2", None).await;
    register(adapters, "run-3", None).await;
    adapters.clock.advance(Duration::from_secs(1));
    champion(adapters).await
}

async fn champion(adapters: &Adapters) -> AliasRecord {
    adapters.registry.alias(&taxi(), &Alias::champion()).await.unwrap().expect("a champion")
}

async fn share(
    adapters: &Adapters,
    read: AliasRecord,
    variants: Vec<Variant>,
    shadow: Option<u64>,
) -> Result<AliasRecord, WriteError> {
    let traffic = Traffic { variants, shadow: shadow.map(pinned) };
    let wish = Sharing { alias: read, traffic, cause: by_hand("try it"), force: false };
    adapters.registry.share(wish).await
}

async fn requests_are_shared_and_the_decision_stays(adapters: &Adapters) {
    let read = three(adapters).await;
    let variants = vec![variant("challenger", 2, 5)];
    let shared = share(adapters, read.clone(), variants.clone(), Some(3)).await.expect("shared");
    assert_eq!(shared.traffic, Traffic { variants, shadow: Some(pinned(3)) });
    assert_eq!((shared.version, shared.moved_at), (version(1), read.moved_at));
    assert_eq!(champion(adapters).await, shared, "every member reads back");
    let history = adapters.registry.history(&taxi()).await.unwrap();
    let last = history.last().expect("a decision");
    assert_eq!(
        (last.from, last.to, &last.traffic),
        (Some(version(1)), version(1), &shared.traffic)
    );
    assert_eq!(last.cause, by_hand("try it"));

    adapters.clock.advance(Duration::from_secs(1));
    let plain = share(adapters, shared.clone(), Vec::new(), None).await.expect("ended");
    assert!(plain.traffic.is_plain() && champion(adapters).await == plain);
    let history = adapters.registry.history(&taxi()).await.unwrap();
    assert_eq!(ended(&history, history.last().unwrap()), Some(&shared.traffic));
}

async fn shares_that_cannot_be_are_refused(adapters: &Adapters) {
    let read = three(adapters).await;
    let refusal = async |variants: Vec<Variant>, shadow| match share(
        adapters,
        read.clone(),
        variants,
        shadow,
    )
    .await
    .expect_err("refused")
    {
        WriteError::Traffic(invalid) => invalid,
        other => panic!("{other}"),
    };
    let shares = vec![variant("a", 2, 60), variant("b", 3, 40)];
    assert_eq!(refusal(shares, None).await, InvalidTraffic::Shares(100));
    assert_eq!(refusal(vec![variant("a", 2, 0)], None).await, InvalidTraffic::Shares(0));
    for name in ["champion", "shadow"] {
        let invalid = refusal(vec![variant(name, 2, 5)], None).await;
        assert_eq!(invalid, InvalidTraffic::Name(alias(name)));
    }
    let own = refusal(vec![variant("a", 1, 5)], None).await;
    assert_eq!(own, InvalidTraffic::Version(version(1)));
    let twice = refusal(vec![variant("a", 2, 5)], Some(2)).await;
    assert_eq!(twice, InvalidTraffic::Version(version(2)));

    let unknown = share(adapters, read.clone(), vec![variant("a", 9, 5)], None).await;
    assert!(
        matches!(unknown, Err(WriteError::UnknownVersion { version: it, .. }) if it == version(9))
    );
    reject(adapters, 3).await.expect("rejected");
    let rejected = share(adapters, read.clone(), Vec::new(), Some(3)).await;
    assert!(matches!(rejected, Err(WriteError::Rejected { version: it, .. }) if it == version(3)));
    let traffic = Traffic { variants: Vec::new(), shadow: Some(pinned(3)) };
    let forced = Sharing { alias: read, traffic, cause: by_hand("anyway"), force: true };
    adapters.registry.share(forced).await.expect("forced");
}

async fn an_alias_that_changed_is_not_shared(adapters: &Adapters) {
    let read = three(adapters).await;
    let shared = share(adapters, read.clone(), Vec::new(), Some(3)).await.expect("shared");
    let stale = share(adapters, read, vec![variant("a", 2, 5)], None).await;
    assert!(matches!(stale, Err(WriteError::Changed { .. })), "{stale:?}");
    shift(adapters, "champion", Some(1), 2).await.expect("moved");
    let stale = share(adapters, shared, Vec::new(), None).await;
    assert!(matches!(stale, Err(WriteError::Changed { .. })), "{stale:?}");
    assert!(champion(adapters).await.traffic.is_plain());
}

async fn of_two_who_share_at_once_one_wins(adapters: &Adapters) {
    let read = three(adapters).await;
    let wishes = [2, 3].map(|number| share(adapters, read.clone(), Vec::new(), Some(number)));
    let answers = futures::future::join_all(wishes).await;
    let won: Vec<_> = answers.iter().flatten().collect();
    let [won] = won.as_slice() else { panic!("{answers:?}") };
    assert_eq!(champion(adapters).await, **won);
    let lost = answers.iter().find_map(|answer| answer.as_ref().err());
    assert!(matches!(lost, Some(WriteError::Changed { .. })), "{lost:?}");
}

async fn a_move_ends_a_canary(adapters: &Adapters) {
    let read = three(adapters).await;
    let variants = vec![variant("challenger", 2, 5)];
    let shared = share(adapters, read, variants, None).await.expect("shared");
    register(adapters, "run-4", promotion(Some(1))).await;
    let now = champion(adapters).await;
    assert!(now.version == version(4) && now.traffic.is_plain());
    let history = adapters.registry.history(&taxi()).await.unwrap();
    let ended = ended(&history, history.last().unwrap()).expect("ended");
    assert_eq!(*ended, shared.traffic);
    assert_eq!(ended.to_string(), "version 2 (5 %)");
}

async fn who_takes_part_is_not_rejected(adapters: &Adapters) {
    let read = three(adapters).await;
    let shared = share(adapters, read, vec![variant("a", 2, 5)], Some(3)).await.expect("shared");
    for number in [2, 3] {
        let refused = reject(adapters, number).await;
        assert!(matches!(refused, Err(WriteError::Sharing { .. })), "{refused:?}");
    }
    share(adapters, shared, Vec::new(), None).await.expect("ended");
    reject(adapters, 2).await.expect("rejected");
}
