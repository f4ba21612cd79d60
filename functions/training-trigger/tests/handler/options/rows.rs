//! Which rows are learned from, which column is what, and how rows are divided.

use model_factory::metrics::Metric;
use model_factory::spec::Strategy;

use super::*;

/// 120 rides of 12 drivers; the later ones are the longer ones, and one in twelve is `late`.
fn rides() -> String {
    let ride = |row: usize| {
        let (dist, zone, driver) = (row as f64 / 4.0 + 0.5, row * row % 7 + 1, row / 10);
        let (month, day) = (row / 28 + 1, row % 28 + 1);
        let state = if row.is_multiple_of(12) { "late" } else { "fine" };
        let time = 3.0 * dist + zone as f64 + (row * 31 % 17) as f64 / 4.0;
        format!("{row},{dist},{zone},d{driver},2026-{month:02}-{day:02},{state},{time}\n")
    };
    "ride,dist,zone,driver,day,state,ride_time\n".to_owned()
        + &(0..120).map(ride).collect::<String>()
}

fn input_names(seen: &Seen) -> Vec<&str> {
    seen.manifest.schema.inputs.iter().map(|field| field.name.as_str()).collect()
}

/// How far off the mean is: far where the latest rides, the longest, are held out.
fn spread(seen: &Seen) -> f64 {
    seen.record.facts.baseline[&Metric::Rmse]
}

/// How many rows of the class were held out.
fn held(seen: &Seen, class: &str) -> u64 {
    let class = seen.record.classes.iter().find(|it| it.class == class);
    class.map_or(0, |class| class.rows)
}

pub(super) const CASES: &[Case] = &[
    Case::new("data.mode", "data.mode = 'append'", |seen, usual| {
        assert_eq!((seen.record.facts.rows, usual.record.facts.rows), (240, 120));
        assert_eq!((seen.record.facts.objects.len(), usual.record.facts.objects.len()), (2, 1));
    })
    .after(""),
    Case::new("data.window", "data.mode = 'append'\ndata.window = '0d'", |seen, all| {
        assert_eq!((seen.record.facts.rows, all.record.facts.rows), (120, 240));
    })
    .after("")
    .against("data.mode = 'append'"),
    Case::new("data.filter", "data.filter = 'zone != 3'", |seen, _| {
        let kept = |ride: &&str| ride.split(',').nth(2) != Some("3");
        let kept = rides().lines().skip(1).filter(kept).count();
        assert!(kept < 120);
        assert_eq!(seen.record.facts.rows, kept);
        assert!(seen.notes().contains("in which the filter `zone != 3` is not true"));
    }),
    Case::new("data.last_rows", "data.last_rows = 50", |seen, _| {
        assert_eq!(seen.record.facts.rows, 50);
        assert!(seen.notes().contains("the last 50 of 120 rows are learned from"));
    }),
    Case::new("split.holdout", "split.holdout = 0.4", |seen, usual| {
        assert_eq!((seen.manifest.training_rows, seen.manifest.holdout_rows), (72, 48));
        assert_eq!((usual.manifest.training_rows, usual.manifest.holdout_rows), (96, 24));
    }),
    Case::new("split.seed", "split.seed = 7", |seen, usual| {
        assert_eq!((seen.record.facts.seed, usual.record.facts.seed), (7, 42));
        assert_ne!(spread(seen), spread(usual), "other rows are held out");
    }),
    Case::new("split.strategy", "group = 'driver'\nsplit.strategy = 'random'", |seen, grouped| {
        assert_eq!(seen.manifest.holdout_rows, 24);
        assert_ne!(spread(seen), spread(grouped));
    })
    .against("group = 'driver'"),
    Case::new("split.strategy", "group = 'driver'\nsplit.strategy = 'grouped'", |seen, random| {
        assert_eq!(seen.manifest.holdout_rows % 10, 0, "drivers have ten rides each");
        assert_eq!(random.manifest.holdout_rows, 24);
    }),
    Case::new(
        "split.strategy",
        "time = 'day'\nsplit.strategy = 'chronological'",
        |seen, random| assert!(spread(seen) > 1.5 * spread(random)),
    )
    .against("time = 'day'\nsplit.strategy = 'random'"),
    Case::new(
        "split.strategy",
        "target = 'state'\nsplit.strategy = 'stratified'\nsplit.seed = 2",
        |seen, random| {
            assert_eq!((held(seen, "late"), held(seen, "fine")), (2, 22));
            assert_ne!(held(random, "late"), 2);
            assert_eq!(random.manifest.spec.split.strategy, Some(Strategy::Random));
        },
    )
    .against("target = 'state'\nsplit.strategy = 'random'\nsplit.seed = 2"),
    Case::new("task", "task = 'classification'\ntarget = 'zone'", |seen, inferred| {
        assert_eq!(seen.manifest.schema.task.classes().len(), 4);
        assert_eq!(inferred.manifest.schema.task.name(), "regression");
    })
    .against("task = 'regression'\ntarget = 'zone'"),
    Case::new("target", "target = 'dist'", |seen, usual| {
        assert_eq!(seen.manifest.schema.target.as_deref(), Some("dist"));
        assert_eq!(usual.manifest.schema.target.as_deref(), Some("ride_time"));
        assert!(input_names(seen).contains(&"ride_time"));
    }),
    Case::new("id", "id = 'ride'", |seen, usual| {
        assert!(!input_names(seen).contains(&"ride"));
        assert!(input_names(usual).contains(&"ride"));
    }),
    Case::new("group", "group = 'driver'", |seen, usual| {
        assert!(!input_names(seen).contains(&"driver"));
        assert!(input_names(usual).contains(&"driver"));
        assert_eq!(seen.manifest.holdout_rows % 10, 0, "drivers have ten rides each");
    }),
    Case::new("time", "time = 'day'", |seen, usual| {
        assert!(spread(seen) > 1.5 * spread(usual), "the latest rides are held out");
        assert!(input_names(seen).contains(&"day"));
    }),
    Case::new("ignore", "ignore = ['dist', 'state']", |seen, usual| {
        assert_eq!(input_names(seen), ["ride", "zone", "driver", "day"]);
        assert_eq!(input_names(usual), ["ride", "dist", "zone", "driver", "day", "state"]);
    }),
    Case::new("derived", "derived.twice = 'dist * 2'\ncolumns.twice.scale = 'none'", |seen, _| {
        let twice: Vec<f64> = (0..120).map(|row| f64::from(row) / 2.0 + 1.0).collect();
        assert_eq!(seen.feature("twice"), twice);
        assert_eq!(seen.predictor.pipeline().inputs_of("twice"), ["dist"]);
    }),
];

#[tokio::test]
async fn the_options_of_rows_are_kept() {
    hold(&rides(), CASES).await;
}
