//! How candidates are searched, fitted and adjusted.

use model_factory::learners::Balance;
use model_factory::metrics::Metric;
use model_factory::training::{Ended, State};

use super::*;

/// What no learner finds alone: half of the target is a line, half of it are steps.
fn numbers() -> String {
    let row = |row: u64| {
        let (a, b) = (row * 7919 % 101, row * 104_729 % 89);
        let (steps, noise) = ([0, 90, 20, 60][b as usize / 25], row * row * 31 % 97 / 5);
        format!("{a}.5,{b}.5,{}.25\n", 2 * a + steps + noise)
    };
    "a,b,y\n".to_owned() + &(0..120).map(row).collect::<String>()
}

/// Two classes, `yes` in one of five rows, that overlap.
fn classes() -> String {
    let row = |row: u64| {
        let (a, b) = (row * 7919 % 101, row * row * 31 % 97);
        let class = if 2 * a + b > 225 { "yes" } else { "no" };
        format!("{a}.5,{}.5,{class}\n", row * 104_729 % 89)
    };
    "a,b,y\n".to_owned() + &(0..150).map(row).collect::<String>()
}

fn balances(seen: &Seen) -> Vec<Balance> {
    seen.trials().into_iter().map(|entry| entry.candidate.balance).collect()
}

/// The mean probability of the second class.
fn mean_of_second(seen: &Seen) -> f64 {
    let answers = seen.answers.answers();
    answers.iter().skip(1).step_by(2).sum::<f64>() / (answers.len() / 2) as f64
}

fn count(seen: &Seen, class: &str) -> usize {
    seen.answers.labels().into_iter().filter(|label| *label == class).count()
}

/// The mean width of prediction intervals as the spec wants them.
fn width(seen: &Seen) -> f64 {
    let coverage = seen.manifest.spec.training.coverage;
    let intervals = seen.predictor.intervals(&seen.answers, coverage).unwrap();
    let widths = intervals.bounds.iter().map(|(lower, upper)| upper - lower);
    widths.sum::<f64>() / intervals.bounds.len() as f64
}

pub(super) const NUMBERS: &[Case] = &[
    Case::new(
        "training.learners",
        "training.learners = ['neighbours', 'extra_trees']\ntraining.trials = 3",
        |seen, usual| {
            assert_eq!(seen.learners(), ["extra_trees", "neighbours"].into());
            assert_eq!(usual.learners(), ["linear"].into());
        },
    ),
    Case::new(
        "training.search",
        "training.search = 'random'\ntraining.trials = 3",
        |seen, auto| {
            assert_eq!(auto.tried()[0], "linear alpha=1", "what is good on many data sets");
            assert!(seen.tried().iter().all(|name| !auto.tried().contains(name)));
        },
    )
    .against("training.trials = 3"),
    Case::new("training.search", "training.search = 'tpe'\ntraining.trials = 7", |seen, random| {
        assert_eq!(seen.tried().len(), 7);
        assert_ne!(seen.tried(), random.tried());
        assert_ne!(seen.tried()[0], "linear alpha=1");
    })
    .against("training.search = 'random'\ntraining.trials = 7"),
    Case::new(
        "training.search",
        "training.search = 'grid'\ntraining.trials = 9\ntraining.grid.linear.alpha = [0.25, 4]",
        |seen, _| {
            assert_eq!(seen.tried(), ["linear alpha=0.25", "linear alpha=4"]);
            assert_eq!(seen.record.leaderboard.ended, Ended::AllTried);
        },
    ),
    Case::new(
        "training.space",
        "training.search = 'random'\ntraining.trials = 2\n\
         training.space.linear.alpha = [0.25, 0.5, 2, 4]",
        |seen, _| {
            assert_eq!(seen.trials().len(), 2);
            let values = ["0.25", "0.5", "2", "4"].map(|alpha| format!("linear alpha={alpha}"));
            assert!(seen.tried().iter().all(|name| values.contains(name)), "{:?}", seen.tried());
        },
    ),
    Case::new(
        "training.space",
        "training.search = 'grid'\ntraining.trials = 9\n\
         training.space.linear.alpha = { min = 0.25, max = 4, scale = 'log', steps = 3 }",
        |seen, _| {
            assert_eq!(seen.tried(), ["linear alpha=0.25", "linear alpha=1", "linear alpha=4"]);
        },
    ),
    Case::new("training.trials", "training.trials = 3", |seen, usual| {
        assert_eq!((seen.trials().len(), usual.trials().len()), (3, 1));
        assert_eq!(seen.record.leaderboard.ended, Ended::Trials);
    }),
    Case::new(
        "training.seconds",
        "training.seconds = 1.0\ntraining.trials = 100_000",
        |seen, _| {
            assert_eq!(seen.record.leaderboard.ended, Ended::Seconds);
            assert!(!seen.trials().is_empty());
        },
    ),
    Case::new("training.trial_seconds", "training.trial_seconds = 1e-6", |seen, usual| {
        assert_eq!(seen.trials()[0].state, State::OverLimit);
        assert_eq!(seen.trials()[0].reason.as_deref(), Some("it took longer than it was given"));
        assert_eq!(usual.trials()[0].state, State::Complete);
        assert_eq!(seen.manifest.candidate.as_ref().unwrap().to_string(), "baseline");
    }),
    Case::new(
        "training.memory_mib",
        "training.memory_mib = 1\ntraining.learners = ['random_forest']",
        |seen, free| {
            assert_eq!(seen.trials()[0].state, State::OverLimit);
            let reason = seen.trials()[0].reason.clone().unwrap();
            assert!(reason.ends_with("and 1 are allowed (`training.memory_mib`)"), "{reason}");
            assert_eq!(free.trials()[0].state, State::Complete);
        },
    )
    .against("training.learners = ['random_forest']"),
    Case::new("training.folds", "training.folds = 4", |seen, usual| {
        assert_eq!((seen.record.leaderboard.folds, usual.record.leaderboard.folds), (4, 2));
        assert_eq!(seen.trials()[0].fold_scores.len(), 4);
    }),
    Case::new("training.warm_start", "training.warm_start = false", |seen, warm| {
        assert_eq!(warm.tried()[0], "linear alpha=0.375", "the champion's");
        assert_eq!(seen.tried()[0], "linear alpha=1");
    })
    .after("training.search = 'grid'\ntraining.grid.linear.alpha = [0.375]"),
    Case::new(
        "training.blend",
        "training.blend = 'always'\ntraining.learners = ['linear', 'neighbours', 'extra_trees']\n\
         training.trials = 3",
        |seen, alone| {
            assert!(seen.learners().contains("blend"), "{:?}", seen.tried());
            assert!(!alone.learners().contains("blend"), "{:?}", alone.tried());
        },
    )
    .against("training.learners = ['linear', 'neighbours', 'extra_trees']\ntraining.trials = 3"),
    Case::new(
        "training.blend",
        "training.blend = 'never'\ntraining.learners = ['linear', 'neighbours', 'extra_trees']\n\
         training.trials = 3\ntraining.seconds = 100",
        |seen, budgeted| {
            assert!(!seen.learners().contains("blend"), "{:?}", seen.tried());
            assert!(budgeted.learners().contains("blend"), "{:?}", budgeted.tried());
        },
    )
    .against(
        "training.learners = ['linear', 'neighbours', 'extra_trees']\ntraining.trials = 3\n\
         training.seconds = 100",
    ),
    Case::new("training.metric", "training.metric = 'mae'", |seen, usual| {
        assert_eq!((seen.manifest.metric, usual.manifest.metric), (Metric::Mae, Metric::Rmse));
        assert_eq!(seen.record.leaderboard.metric, Metric::Mae);
        assert!(seen.trials()[0].mean < usual.trials()[0].mean);
        assert!(reasons(seen).starts_with("the first version"));
    }),
    Case::new("training.coverage", "training.coverage = 0.5", |seen, usual| {
        assert!(width(seen) < 0.7 * width(usual), "{} {}", width(seen), width(usual));
        let covered = |seen: &Seen| seen.record.facts.metrics[&Metric::Coverage];
        assert!(covered(seen) < covered(usual));
    }),
    Case::new("training.min_age", "training.min_age = '2d'", |seen, usual| {
        assert!(matches!(seen.run.outcome, Outcome::Skipped { .. }), "{:?}", seen.run);
        assert!(reasons(seen).contains("younger than `training.min_age` (2d)"));
        assert!(usual.registered.is_some());
    })
    .after(""),
];

pub(super) const CLASSES: &[Case] = &[
    Case::new(
        "training.balance",
        "training.balance = 'none'\ntraining.trials = 6",
        |seen, auto| {
            assert!(balances(seen).iter().all(|balance| *balance == Balance::None));
            assert!(
                balances(auto).iter().any(|balance| *balance != Balance::None),
                "{:?}",
                auto.tried()
            );
        },
    )
    .against("training.trials = 6\ntraining.search = 'random'"),
    Case::new(
        "training.balance",
        "training.balance = 'class_weight'\ntraining.calibrate = 'never'",
        |seen, unbalanced| {
            assert_eq!(balances(seen), [Balance::ClassWeight]);
            assert!(mean_of_second(seen) > 1.2 * mean_of_second(unbalanced));
        },
    )
    .against("training.calibrate = 'never'"),
    Case::new(
        "training.balance",
        "training.balance = 'smote'\ntraining.calibrate = 'never'",
        |seen, unbalanced| {
            assert_eq!(balances(seen), [Balance::Smote]);
            assert!(mean_of_second(seen) > 1.2 * mean_of_second(unbalanced));
        },
    )
    .against("training.calibrate = 'never'"),
    Case::new(
        "training.calibrate",
        "training.calibrate = 'always'\ntraining.balance = 'class_weight'",
        |seen, never| {
            assert!(seen.predictor.adjustments().calibration.is_some());
            assert!(seen.notes().contains("probabilities are calibrated"), "{}", seen.notes());
            assert!(never.predictor.adjustments().calibration.is_none());
            let log_loss = |seen: &Seen| seen.record.facts.metrics[&Metric::LogLoss];
            assert!(log_loss(seen) < log_loss(never), "weights make it too sure of `yes`");
        },
    )
    .against("training.calibrate = 'never'\ntraining.balance = 'class_weight'"),
    Case::new("training.threshold", "training.threshold = 0.05", |seen, usual| {
        assert_eq!(seen.predictor.adjustments().threshold, Some(0.05));
        assert!(count(seen, "yes") > count(usual, "yes"));
        assert_eq!(seen.answers.answers(), usual.answers.answers(), "the same probabilities");
    }),
    Case::new("training.metric", "training.metric = 'f1'", |seen, usual| {
        assert_eq!((seen.manifest.metric, usual.manifest.metric), (Metric::F1, Metric::RocAuc));
        assert!(seen.notes().contains("the best f1 in cross-validation"), "{}", seen.notes());
    }),
];

#[tokio::test]
async fn the_options_of_trainings_on_numbers_are_kept() {
    hold(&numbers(), NUMBERS).await;
}

#[tokio::test]
async fn the_options_of_trainings_on_classes_are_kept() {
    hold(&classes(), CLASSES).await;
}
