use std::time::{Duration, Instant};

use super::*;
use crate::dataset::csv;
use crate::features::Encoding;
use crate::learners::{Balance, Deadline};
use crate::spec::LearnerKind;
use crate::training::State;

/// Numbers that follow from two inputs, with noise.
fn numbers(rows: usize) -> Labelled {
    let mut random = fastrand::Rng::with_seed(11);
    let rows = (0..rows).map(|_| {
        let (a, b) = (random.f64() * 10.0, random.f64() * 10.0);
        let noise = random.f64();
        format!("{a},{b},{}\n", 3.0 * a + (b - 5.0).powi(2) + noise)
    });
    labelled(&("a,b,y\n".to_owned() + &rows.collect::<String>()))
}

fn labelled(text: &str) -> Labelled {
    Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), &Spec::default()).unwrap()
}

/// Of the quick learners, unless `training` says others.
fn spec(training: &str) -> Spec {
    let learners = match training.contains("learners") {
        true => "",
        false => "learners = ['boosting', 'linear']\n",
    };
    Spec::parse(format!("[training]\n{learners}{training}").as_bytes()).unwrap()
}

fn search(data: &Labelled, spec: &Spec, context: &TrainingContext<'_>) -> Leaderboard {
    run(data, Metric::Rmse, spec, None, context).unwrap().0
}

fn free(data: &Labelled, training: &str) -> Leaderboard {
    search(data, &spec(training), &TrainingContext::default())
}

#[test]
fn a_grid_tries_every_combination_once() {
    let board = free(
        &numbers(60),
        "search = 'grid'\nfolds = 2\n[training.space.boosting]\nmax_depth = [2, 3]\neta = [0.1, 0.3, 0.5]\n\
         [training.space.linear]\nalpha = [1, 0.1]",
    );
    assert_eq!(board.ended, Ended::AllTried);
    let mut tried: Vec<String> = board.entries.iter().map(Entry::name).collect();
    tried.sort();
    tried.dedup();
    assert_eq!(tried.len(), 6 + 2 + 1, "and the baseline: {tried:?}");
}

/// As scikit-learn's RandomizedSearchCV with lists only: without replacement.
#[test]
fn a_random_search_draws_combinations_of_a_grid_none_twice() {
    const GRID: &str = "folds = 2\nwarm_start = true\n[training.space.boosting]\n\
                        max_depth = [2, 3]\neta = [0.1, 0.3, 0.5]\n\
                        [training.space.linear]\nalpha = [1, 0.1]";
    let tried = |training: &str| {
        let mut entries = free(&numbers(60), &format!("{training}\n{GRID}")).entries;
        entries.sort_by_key(|entry| entry.number);
        entries.iter().skip(1).map(Entry::name).collect::<Vec<String>>()
    };
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    let (grid, random) = (tried("search = 'grid'"), tried("search = 'random'"));
    assert_ne!(random, grid, "in another order");
    assert_eq!(sorted(random.clone()), sorted(grid), "each of them once");
    assert_eq!(tried("search = 'random'\ntrials = 3"), random[..3], "the same draws");
}

#[test]
fn what_a_space_cannot_hold_is_told_with_what_was_meant() {
    let data = numbers(40);
    let told = |training: &str| {
        let context = TrainingContext::default();
        run(&data, Metric::Rmse, &spec(training), None, &context).unwrap_err().to_string()
    };
    for (space, says) in [
        (
            "boosting]\nmax_dept = [2]",
            "`training.space.boosting` names `max_dept`, which the learner does not have; did you \
             mean `max_depth`?",
        ),
        ("linear]\nalfa = { min = 0, max = 1 }", "does not have; did you mean `alpha`?"),
        (
            "boosting]\nmax_depth = ['deep']",
            "`training.space.boosting.max_depth` has \"deep\": it takes a whole number from 0 on",
        ),
        (
            "boosting]\nmax_depth = { min = 2, max = 4.5 }",
            "`training.space.boosting.max_depth` has 4.5: it takes a whole number from 0 on",
        ),
        (
            "boosting]\nsubsample = { min = 0.5, max = 1.5 }",
            "`training.space.boosting.subsample` has 1.5: it takes a number above 0 and at most 1",
        ),
        ("boosting]\neta = [0.1, -1.0]", "`training.space.boosting.eta` has -1.0: it takes a"),
        (
            "boosting]\ngrow_policy = { min = 0, max = 1 }",
            "has a range: it takes `depthwise` or `lossguide`",
        ),
        ("boosting]\neta = [0.1]\nlearning_rate = [0.2]", "names `eta` twice"),
        ("linear]\nbalance = ['some']", "it takes `none` or `class_weight` or `smote`"),
        ("linear]\nalpha = []", "`training.space.linear.alpha` lists no value"),
    ] {
        for search in ["auto", "grid", "random", "tpe"] {
            let error = told(&format!("search = '{search}'\n[training.space.{space}"));
            assert!(error.starts_with("model.toml: ") && error.contains(says), "{search}: {error}");
        }
    }
    let empty = told("search = 'grid'");
    assert!(empty.contains("`training.space` has no section for boosting, linear"), "{empty}");
    let other = "learners = ['linear', 'naive_bayes']\n[training.space.naive_bayes]\nalpha = [1]";
    assert!(told(other).contains("has no section for linear"), "{}", told(other));
}

#[test]
fn every_search_keeps_to_the_space_and_to_the_defaults_of_what_it_does_not_name() {
    const SPACE: &str = "folds = 2\ntrials = 12\n[training.space.boosting]\n\
                         eta = { min = 0.2, max = 0.4, scale = 'log', steps = 2 }\n\
                         max_depth = { min = 2, max = 3 }\nsubsample = [0.7, 1]\n\
                         n_estimators = { min = 5, max = 20, scale = 'log', steps = 2 }";
    let data = numbers(60);
    for kind in ["auto", "grid", "random", "tpe"] {
        let board = free(&data, &format!("search = '{kind}'\n{SPACE}"));
        assert_eq!(board.entries.len(), 13, "{kind}");
        let mut depths = Vec::new();
        for entry in board.entries.iter().filter(|entry| entry.number > 1) {
            let Learner::Boosting(params) = &entry.candidate.learner else {
                panic!("{kind}: only learners with a space compete, and not {}", entry.name())
            };
            assert!((0.2..=0.4).contains(&params.eta), "{kind}: {params}");
            assert!((2..=3).contains(&params.max_depth), "{kind}: {params}");
            assert!((5..=20).contains(&params.n_estimators), "{kind}: {params}");
            assert!([0.7, 1.0].contains(&params.subsample), "{kind}: {params}");
            assert_eq!((params.reg_lambda, params.max_bin), (1.0, 256), "{kind}: {params}");
            depths.push(params.max_depth);
        }
        assert!(depths.contains(&2) && depths.contains(&3), "{kind}: {depths:?}");
    }
    let grid = free(&data, &format!("search = 'grid'\n{}", SPACE.replace("trials = 12\n", "")));
    assert_eq!((grid.ended, grid.entries.len()), (Ended::AllTried, 2 * 2 * 2 * 2 + 1));
}

#[test]
fn a_learner_with_an_empty_space_is_searched_in_its_own() {
    let space = "folds = 2\ntrials = 12\nsearch = 'tpe'\n[training.space.linear]\n\
                 [training.space.boosting]\nn_estimators = [5]";
    let board = free(&numbers(60), space);
    let of = |kind| board.entries.iter().filter(move |it| it.candidate.learner.kind() == kind);
    assert!(of(LearnerKind::Linear).count() > 1, "many");
    assert_eq!(of(LearnerKind::Boosting).count(), 1, "there is no other");
}

#[test]
fn a_champion_is_tried_first_where_it_lies_in_the_space_and_left_out_elsewhere() {
    let data = numbers(60);
    let champion = build::candidate(
        LearnerKind::Boosting,
        &[("max_depth".to_owned(), 3.into()), ("eta".to_owned(), 0.2731.into())].into(),
    )
    .unwrap();
    let second = |space: &str| {
        let context = TrainingContext::default();
        let spec = spec(&format!("folds = 2\ntrials = 1\n[training.space.{space}"));
        let (board, _) = run(&data, Metric::Rmse, &spec, Some(&champion), &context).unwrap();
        board.entries.into_iter().find(|entry| entry.number == 2).unwrap().candidate
    };
    let eta = "eta = { min = 0.1, max = 0.3 }";
    assert_eq!(second(&format!("boosting]\n{eta}\nmax_depth = [2, 3]")), champion);
    assert_eq!(second("boosting]"), champion, "its own space");
    assert_ne!(second(&format!("boosting]\n{eta}\nmax_depth = [4]")), champion);
    assert_ne!(second(&format!("boosting]\n{eta}")), champion, "of another depth than the default");
    assert_ne!(second("linear]\nalpha = [1]"), champion);
}

/// The guide lists every hyper-parameter with what it takes, its default and its usual space.
#[test]
fn the_guide_lists_every_hyper_parameter_and_its_space() {
    let guide = include_str!("../../../../docs/guide.md");
    for learner in LearnerKind::ALL {
        let usual = build::params(&build::candidate(learner, &tpe::Params::new()).unwrap());
        let space = space::Space::new(learner, &[], &[]);
        for parameter in crate::learners::parameters(learner) {
            let default = match (usual.get(parameter.name), parameter.name) {
                (Some(serde_json::Value::String(word)), _) => format!("`{word}`"),
                (Some(value), _) => value.to_string(),
                (None, "max_features") => "`sqrt` for classes, all for numbers".to_owned(),
                (None, _) => (learner == LearnerKind::RandomForest).to_string(),
            };
            let searched = space.ranges.iter().find(|(name, _)| *name == parameter.name);
            let searched = searched.map_or_else(String::new, |(_, range)| range.to_string());
            let alias = parameter.alias.map(|alias| format!(" (`{alias}`)")).unwrap_or_default();
            let row = format!(
                "| `{}` | `{}`{alias} | {} | {default} | {searched} |",
                learner.name(),
                parameter.name,
                parameter.takes
            );
            assert!(guide.contains(&row), "docs/guide.md lacks\n{row}");
        }
    }
}

#[test]
fn as_many_candidates_are_tried_as_are_asked_for_in_every_search() {
    let data = numbers(60);
    for kind in ["auto", "random", "tpe"] {
        let board = free(&data, &format!("search = '{kind}'\nfolds = 2\ntrials = 7"));
        assert_eq!(board.ended, Ended::Trials, "{kind}");
        assert_eq!(board.entries.len(), 7 + 1, "{kind}: and the baseline");
        let mut numbers: Vec<usize> = board.entries.iter().map(|entry| entry.number).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=8).collect::<Vec<_>>());
        let means: Vec<f64> = board.entries.iter().filter_map(|entry| entry.mean).collect();
        assert!(means.is_sorted(), "{kind}: {means:?}");
    }
}

#[test]
fn the_same_trials_come_of_the_same_seed_on_one_thread_and_on_two() {
    let data = numbers(80);
    let trials = |threads: usize, seed: u64| -> Vec<(String, Vec<f64>)> {
        let mut spec = spec("folds = 3\ntrials = 8");
        spec.split.seed = seed;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let board = pool.install(|| search(&data, &spec, &TrainingContext::default()));
        board.entries.into_iter().map(|entry| (entry.name(), entry.fold_scores)).collect()
    };
    assert_eq!(trials(1, 1), trials(2, 1));
    assert_ne!(trials(1, 1), trials(1, 2));
}

#[test]
fn a_deadline_that_has_passed_leaves_the_baseline() {
    let deadline = Deadline::at(Instant::now());
    let context = TrainingContext { deadline, ..TrainingContext::default() };
    let board = search(&numbers(60), &spec(""), &context);
    assert_eq!(board.ended, Ended::Deadline);
    assert_eq!(board.entries.len(), 1);
    assert_eq!(board.entries[0].candidate.learner.kind(), LearnerKind::Baseline);
    assert_eq!(board.entries[0].state, State::Complete);
}

#[test]
fn seconds_end_a_search_that_nothing_else_ends() {
    let started = Instant::now();
    let board = free(&numbers(60), "learners = ['linear']\nseconds = 0.3");
    assert_eq!(board.ended, Ended::Seconds);
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(board.entries.len() > 1);
}

#[test]
fn a_candidate_that_fails_or_needs_too_much_is_an_entry_with_the_reason() {
    let board = free(
        &numbers(60),
        "search = 'grid'\nfolds = 2\n[training.space.boosting]\neta = [1e-60, 0.1]",
    );
    let last = board.entries.last().unwrap();
    assert_eq!(last.state, State::Failed);
    assert!(last.reason.as_ref().unwrap().contains("gradient boosting failed"), "{last:?}");
    assert_eq!(board.entries[0].state, State::Complete);
    let record = serde_json::to_string(&board).unwrap();
    assert_eq!(serde_json::from_str::<Leaderboard>(&record).unwrap(), board);

    let large = numbers(2_000);
    let board = free(&large, "trials = 2\nfolds = 2\nmemory_mib = 1\nlearners = ['linear']");
    assert_eq!(board.entries[0].state, State::Complete);
    let wide = (0..30).map(|column| format!("x{column},")).collect::<String>() + "y\n";
    let rows = (0..2_000).map(|row| {
        let inputs = (0..30).map(|column| format!("{}.5,", row * (column + 3) % 97));
        inputs.collect::<String>() + &format!("{row}.25\n")
    });
    let board = free(
        &labelled(&(wide + &rows.collect::<String>())),
        "trials = 2\nfolds = 2\nmemory_mib = 1\nlearners = ['linear']",
    );
    assert_eq!((board.entries.len(), board.ended), (2, Ended::AllTried));
    assert_eq!(board.entries[1].state, State::OverLimit);
    let reason = board.entries[1].reason.as_ref().unwrap();
    assert_eq!(reason, "it needs about 2 MiB, and 1 are allowed (`training.memory_mib`)");

    let board = free(&large, "trials = 1\ntrial_seconds = 0.000001\nlearners = ['boosting']");
    assert_eq!(board.entries.last().unwrap().state, State::OverLimit);
}

#[test]
fn hopeless_candidates_are_given_up_and_the_best_is_kept() {
    let data = numbers(200);
    let board = free(&data, "trials = 24\nsearch = 'random'\nfolds = 5");
    let pruned: Vec<&Entry> =
        board.entries.iter().filter(|entry| entry.state == State::Pruned).collect();
    assert!(pruned.len() >= 5, "{} of 25", pruned.len());
    assert!(pruned.iter().all(|entry| (2..5).contains(&entry.fold_scores.len())));
    // Each one that was given up, scored on all folds, is worse than the winner.
    let folds = split::folds(&data, &Spec::default().split, 5);
    let spec = Spec::default();
    let mut study = Study::new(&data, &folds, Metric::Rmse, &spec);
    for entry in &pruned {
        study.run(entry.candidate.clone(), Deadline::default());
    }
    let (again, _) = study.end(Ended::AllTried);
    assert!(again.entries[0].mean > board.entries[0].mean, "{:?}", again.entries[0]);
}

#[test]
fn a_search_starts_with_the_champion_unless_told_otherwise() {
    let data = numbers(60);
    let champion = build::candidate(
        LearnerKind::Boosting,
        &[("max_depth".to_owned(), 7.into()), ("eta".to_owned(), 0.0731.into())].into(),
    )
    .unwrap();
    let second = |training: &str| {
        let context = TrainingContext::default();
        let spec = spec(&format!("folds = 2\ntrials = 1\n{training}"));
        let (board, _) = run(&data, Metric::Rmse, &spec, Some(&champion), &context).unwrap();
        board.entries.into_iter().find(|entry| entry.number == 2).unwrap().candidate
    };
    assert_eq!(second(""), champion);
    assert_ne!(second("warm_start = false"), champion);
    assert_ne!(second("learners = ['linear']"), champion);
}

#[test]
fn a_score_that_cannot_be_better_ends_the_search() {
    let rows =
        (0..60).map(|row| format!("{}.5,{}\n", row % 20, if row % 20 < 10 { "a" } else { "b" }));
    let data = labelled(&("x,y\n".to_owned() + &rows.collect::<String>()));
    let context = TrainingContext::default();
    let (board, _) = run(&data, Metric::RocAuc, &Spec::default(), None, &context).unwrap();
    assert_eq!(board.ended, Ended::Perfect);
    assert_eq!(board.entries[0].mean, Some(1.0));
    assert!(board.entries.len() < 21);
}

#[test]
fn every_point_of_every_space_and_portfolio_is_a_candidate_of_its_learner() {
    let mut random = fastrand::Rng::with_seed(5);
    for learner in LearnerKind::ALL {
        let space = space::Space::new(learner, &Encoding::ALL, &Balance::ALL);
        let drawn = (0..20).map(|_| {
            let draw = |(name, range): &(&str, range::Range)| {
                ((*name).to_owned(), range.draw(&mut random))
            };
            space.ranges.iter().map(draw).collect()
        });
        for params in drawn.chain(space.portfolio.clone()).collect::<Vec<tpe::Params>>() {
            let candidate = build::candidate(learner, &params)
                .unwrap_or_else(|error| panic!("{learner:?} {params:?}: {error}"));
            assert_eq!(candidate.learner.kind(), learner);
            let read = build::params(&candidate);
            for (name, value) in params {
                let found = &read[&name];
                let same =
                    found == &value || found.as_f64().is_some_and(|n| Some(n) == value.as_f64());
                assert!(same, "{learner:?} {name}: {found} is not {value}");
            }
        }
    }
}

#[test]
fn rare_classes_are_made_to_count_as_the_spec_says() {
    let rows =
        (0..100).map(|row| format!("{}.5,{}\n", row % 37, if row % 10 == 0 { "a" } else { "b" }));
    let rare = labelled(&("x,y\n".to_owned() + &rows.collect::<String>()));
    let tried = |data: &Labelled, training: &str| {
        let spec = spec(&format!("folds = 2\ntrials = 16\n{training}"));
        let metric = Metric::choose(None, &data.schema.task).unwrap();
        let (board, _) = run(data, metric, &spec, None, &TrainingContext::default()).unwrap();
        let balances = board.entries.iter().filter(|entry| entry.number > 1);
        balances.map(|entry| entry.candidate.balance).collect::<Vec<_>>()
    };
    assert!(tried(&rare, "balance = 'none'").iter().all(|balance| *balance == Balance::None));
    assert!(tried(&rare, "balance = 'smote'").iter().all(|balance| *balance == Balance::Smote));
    let auto = tried(&rare, "search = 'random'");
    let all = Balance::ALL;
    assert!(all.iter().all(|balance| auto.contains(balance)), "{auto:?}");
    assert!(tried(&numbers(60), "").iter().all(|balance| *balance == Balance::None));
    let grid = "search = 'grid'\nbalance = 'class_weight'\n[training.space.linear]\nalpha = [1.0]";
    assert_eq!(tried(&rare, grid), [Balance::ClassWeight]);
}

/// What no learner finds alone: half of the target is a line, half of it are steps.
fn mixed(rows: usize) -> Labelled {
    let mut random = fastrand::Rng::with_seed(3);
    let rows = (0..rows).map(|_| {
        let (a, b) = (random.f64() * 10.0, random.f64() * 10.0);
        let steps = [0.0, 9.0, -4.0, 6.0][(b * 0.4) as usize];
        format!("{a},{b},{}\n", 2.0 * a + steps + random.f64() * 3.0)
    });
    labelled(&("a,b,y\n".to_owned() + &rows.collect::<String>()))
}

const QUICK: &str = "learners = ['random_forest', 'linear', 'neighbours']\ntrials = 6\nfolds = 3\n";

fn blend_of(board: &Leaderboard) -> Option<(usize, &Entry)> {
    let is_blend = |entry: &Entry| entry.candidate.learner.kind() == LearnerKind::Blend;
    board.entries.iter().enumerate().find(|(_, entry)| is_blend(entry))
}

#[test]
fn the_best_trials_are_blended_where_that_is_asked_for() {
    let data = mixed(150);
    let board = free(&data, &format!("{QUICK}blend = 'always'"));
    let (place, blend) = blend_of(&board).unwrap();
    assert_eq!((place, blend.number), (0, 8), "it comes last, and leads");
    assert_eq!((blend.state, blend.fold_scores.len()), (State::Complete, 3));
    let Learner::Blend(params) = &blend.candidate.learner else { panic!("{}", blend.name()) };
    assert!(params.members.len() > 1);
    let sum: f64 = params.members.iter().map(|member| member.weight).sum();
    assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    for member in &params.members {
        assert!(board.entries.iter().any(|entry| entry.candidate == member.candidate));
    }
    let best = board.entries[1].mean.unwrap();
    assert!(blend.mean.unwrap() < best + board.entries[1].standard_error().unwrap());
    assert_eq!(board.note().is_some(), blend.mean.unwrap() > best);

    for others in
        ["blend = 'never'", "", "search = 'grid'\n[training.space.linear]\nalpha = [1, 9]"]
    {
        let quick = QUICK.replace("'random_forest', ", "");
        assert_eq!(blend_of(&free(&data, &format!("{quick}{others}"))), None, "{others}");
    }
    let budget = free(&data, &format!("{QUICK}seconds = 60"));
    assert!(blend_of(&budget).is_some(), "a budget asks for it");
}

#[test]
fn a_blend_is_scored_by_what_its_members_answered_out_of_fold() {
    let data = mixed(150);
    let spec = spec(&format!("{QUICK}blend = 'always'"));
    let context = TrainingContext::default();
    let (board, mut answers) = run(&data, Metric::Rmse, &spec, None, &context).unwrap();
    let (0, blend) = blend_of(&board).unwrap() else { panic!("it does not lead") };
    let next = answers[&board.entries[1].number].clone();
    let out_of_fold = answers.remove(&blend.number).unwrap();
    assert_eq!(next.rows, out_of_fold.rows, "the next best is at hand, too");
    let mut start = 0;
    for (fold, score) in split::folds(&data, &spec.split, 3).iter().zip(&blend.fold_scores) {
        let rows = start..start + fold.holdout.len();
        let answers = out_of_fold.predictions.answers()[rows.clone()].to_vec();
        assert_eq!(out_of_fold.rows[rows], fold.holdout);
        let truth = data.target.select(&fold.holdout);
        let evaluation =
            crate::metrics::Evaluation::new(&truth, &crate::learners::Predictions::Values(answers));
        assert_eq!(evaluation.unwrap().score(Metric::Rmse), *score);
        start += fold.holdout.len();
    }
}

#[test]
fn the_members_of_a_champion_that_is_a_blend_are_tried_first() {
    let data = mixed(150);
    let always = spec(&format!("{QUICK}blend = 'always'"));
    let context = TrainingContext::default();
    let (board, _) = run(&data, Metric::Rmse, &always, None, &context).unwrap();
    let champion = &board.entries[0].candidate;
    let Learner::Blend(params) = &champion.learner else { panic!("{champion}") };
    let again = spec("learners = ['random_forest', 'linear', 'neighbours']\ntrials = 3\nfolds = 3");
    let (board, _) = run(&data, Metric::Rmse, &again, Some(champion), &context).unwrap();
    let mut tried: Vec<&Entry> = board.entries.iter().filter(|entry| entry.number > 1).collect();
    tried.sort_by_key(|entry| entry.number);
    for (entry, member) in tried.iter().zip(&params.members) {
        assert_eq!(entry.candidate, member.candidate);
    }
}
