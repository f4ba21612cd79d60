//! What a challenger must be to pass.

use super::*;

/// A line with noise, and whether it takes long: most rides do.
fn rides() -> String {
    let row = |row: u64| {
        let (dist, zone) = (row * 7919 % 101, row * 104_729 % 7);
        let noise = (row * row * 31 % 97) as f64 / 5.0;
        let long = if 3 * dist + row * row * 31 % 97 > 100 { "yes" } else { "no" };
        format!("{dist}.5,{zone},{long},{}\n", 3.0 * dist as f64 + zone as f64 + noise)
    };
    "dist,zone,long,ride_time\n".to_owned() + &(0..120).map(row).collect::<String>()
}

fn is_promoted(seen: &Seen) -> bool {
    matches!(seen.run.outcome, Outcome::Registered { promoted: true, .. })
}

/// Whether it was refused for this reason only, and would not have been without the option.
fn refuses(seen: &Seen, without: &Seen, reason: &str) {
    assert!(is_promoted(without), "{}", reasons(without));
    assert!(!is_promoted(seen) && !seen.record.facts.decision.passed);
    assert!(reasons(seen).contains(reason), "{}", reasons(seen));
    assert_eq!(seen.record.facts.decision.reasons.join("; "), reasons(seen));
}

/// The spec of a champion that knows nothing.
const NAIVE: &str = "training.learners = ['baseline']";

/// The spec of a champion that is nearly as good.
const NEAR: &str = "training.learners = ['svm']";

/// What says that the ride takes long, and that of a champion that always says so.
const LONG: &str = "target = 'long'\nignore = ['ride_time']";
const ALWAYS: &str = "target = 'long'\nignore = ['ride_time']\ntraining.learners = ['baseline']";

pub(super) const CASES: &[Case] = &[
    Case::new("gate.min_improvement", "gate.min_improvement = 0.99", |seen, without| {
        refuses(seen, without, "better by at least 99.00 % in 0.0 % of resamples");
    })
    .after(NAIVE),
    Case::new("gate.confidence", "gate.confidence = 0.99", |seen, usual| {
        let confidence = usual.record.facts.decision.confidence.unwrap();
        assert!((0.95..0.99).contains(&confidence), "{confidence}");
        assert!(is_promoted(usual), "{}", reasons(usual));
        assert!(reasons(usual).contains("95.0 % are asked for"));
        assert!(!is_promoted(seen), "{}", reasons(seen));
        assert!(reasons(seen).contains("99.0 % are asked for"));
    })
    .after(NEAR),
    Case::new(
        "gate.guards",
        "target = 'long'\nignore = ['ride_time']\ngate.guards.recall = 0.01",
        |seen, without| {
            refuses(seen, without, "the guard recall does not hold: ");
            assert!(without.record.facts.decision.guards.is_empty());
            let [guard] = &seen.record.facts.decision.guards[..] else { panic!("one guard") };
            assert_eq!((guard.holds, guard.tolerance, guard.champion), (false, 0.01, Some(1.0)));
        },
    )
    .after(ALWAYS)
    .against(LONG),
    Case::new("gate.guards", "gate.guards.mae = 0.02", |seen, _| {
        assert!(is_promoted(seen), "{}", reasons(seen));
        assert!(reasons(seen).contains("the guard mae holds: "), "{}", reasons(seen));
    })
    .after(NAIVE),
    Case::new("gate.max_latency_ms", "gate.max_latency_ms = 1e-6", |seen, without| {
        refuses(seen, without, "0.000001 ms are allowed");
    }),
    Case::new("gate.max_artifact_bytes", "gate.max_artifact_bytes = 100", |seen, without| {
        refuses(seen, without, "bytes, 100 are allowed");
    }),
    Case::new("gate.approval", "gate.approval = 'manual'", |seen, without| {
        assert!(is_promoted(without) && !is_promoted(seen));
        let waits = matches!(seen.run.outcome, Outcome::Registered { awaits_approval: true, .. });
        assert!(waits && seen.record.facts.decision.passed, "{:?}", seen.run);
    }),
];

#[tokio::test]
async fn the_options_of_the_gate_are_kept() {
    hold(&rides(), CASES).await;
}
