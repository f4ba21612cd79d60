//! The same data, spec, seed and champion give the same bytes, on any number of threads.

use std::fmt::Write;

use super::*;
use crate::artifact::Artifact;
use crate::dataset;
use crate::name::Version;
use crate::spec::LearnerKind;

/// Visits with numbers (some missing), a category, a day, a free text, the customer, and what
/// came of them: one of `classes`, the later ones rarer, or a number where there are none.
fn visits(rows: u64, classes: &[&str]) -> String {
    let mut random = fastrand::Rng::with_seed(11);
    let mut text = "age,spent,shop,day,note,customer,outcome\n".to_owned();
    for row in 0..rows {
        let (age, spent) = (18 + random.u64(..60), random.f64() * 100.0);
        let shop = ["north", "south", "east", "west"][random.usize(..4)];
        let spent = if row % 11 == 3 { String::new() } else { format!("{spent:.2}") };
        let word = |random: &mut fastrand::Rng| format!("word{}", random.u32(..80));
        let note = (0..5).map(|_| word(&mut random)).collect::<Vec<_>>().join(" ");
        let liked = note.contains("word7") as u64 * 20 + if shop == "east" { 15 } else { 0 };
        let score = age + liked + random.u64(..25);
        let outcome = match classes {
            [] => format!("{score}.25"),
            // Of scores from 18 to 137, most lie below 60.
            classes => {
                classes[(score.saturating_sub(20) as usize / 35).min(classes.len() - 1)].to_owned()
            }
        };
        let (month, day, customer) = (1 + row / 28 % 12, 1 + row % 28, row % 23);
        let row = format!("2026-{month:02}-{day:02},{note},c{customer},{outcome}");
        writeln!(text, "{age},{spent},{shop},{row}").unwrap();
    }
    text
}

fn labelled(text: &str, spec: &Spec) -> Labelled {
    let source = std::sync::Arc::new(bytes::Bytes::copy_from_slice(text.as_bytes()));
    Labelled::from_raw(dataset::read("visits.csv", source, spec).unwrap(), spec).unwrap()
}

/// The same run on one thread, on two, and on two again: what it trained, if the hashes of the
/// artifacts are one.
fn reproduced(rows: &str, spec: &str, champion: Option<&Champion>) -> Trained {
    let spec = Spec::parse(spec.as_bytes()).unwrap();
    let data = labelled(rows, &spec);
    let model: ModelName = "visits".parse().unwrap();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let context = TrainingContext::default();
        pool.install(|| train(&model, &data, &spec, champion, &context)).unwrap()
    };
    let (alone, [one, other]) = (on(1), [on(2), on(2)]);
    assert_eq!(alone.sha256, one.sha256, "one thread and two: {}", alone.learner);
    assert_eq!(one.sha256, other.sha256, "two threads, twice: {}", one.learner);
    assert_eq!(alone.decision, one.decision);
    alone
}

/// The learners that were tried.
fn learners(trained: &Trained) -> Vec<LearnerKind> {
    let mut tried: Vec<LearnerKind> =
        trained.leaderboard.entries.iter().map(|entry| entry.candidate.learner.kind()).collect();
    tried.sort_unstable();
    tried.dedup();
    tried
}

const EVERY_LEARNER: usize = 8;

#[test]
fn rare_classes_and_texts_with_synthetic_rows_and_a_blend_of_every_learner() {
    let trained = reproduced(
        &visits(240, &["never", "once"]),
        "[training]\ntrials = 8\nfolds = 2\nbalance = 'smote'\nblend = 'always'\n\
         calibrate = 'always'\n",
        None,
    );
    // And the blend.
    assert_eq!(learners(&trained).len(), EVERY_LEARNER + 1, "{:?}", learners(&trained));
}

#[test]
fn several_classes_after_a_champion() {
    let rows = visits(240, &["never", "once", "often"]);
    let spec = "ignore = ['note']\n[training]\ntrials = 9\nfolds = 2\nsearch = 'tpe'\nbalance = 'class_weight'\n\
                learners = ['boosting', 'extra_trees', 'linear', 'naive_bayes']\n";
    let first = reproduced(&rows, spec, None);
    let artifact = Artifact::open(&first.artifact, &first.sha256).unwrap();
    let champion = Champion::of(Version::FIRST, &artifact).unwrap();
    let second = reproduced(&rows, spec, Some(&champion));
    assert!(second.decision.champion.is_some(), "{:?}", second.decision);
}

#[test]
fn numbers_by_a_random_search_over_groups_and_by_time() {
    for split in ["group = 'customer'", "time = 'day'"] {
        reproduced(
            &visits(240, &[]),
            &format!(
                "{split}\nignore = ['note']\n[training]\ntrials = 8\nfolds = 2\nsearch = 'random'\nblend = 'always'\n"
            ),
            None,
        );
    }
}

/// So many rows that sums over them are taken in parts.
#[test]
fn many_rows() {
    for classes in [&["never", "once"][..], &[]] {
        reproduced(
            &visits(9_000, classes),
            "ignore = ['note']\n[training]\ntrials = 3\nfolds = 2\n\
             learners = ['boosting', 'linear', 'random_forest']\n\
             search = 'grid'\n[training.grid.linear]\nl1_ratio = [0.5]\n\
             [training.grid.boosting]\nn_estimators = [20]\n\
             [training.grid.random_forest]\nn_estimators = [8]\n",
            None,
        );
    }
}

#[test]
fn clusters_and_anomalies() {
    for task in ["clustering", "anomaly"] {
        reproduced(
            &visits(300, &[]),
            &format!("task = '{task}'\nid = 'customer'\nignore = ['note', 'day']\n"),
            None,
        );
    }
}
