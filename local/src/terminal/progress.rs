//! How far a search is, in words.

use model_factory::training::{Progress, Unit};

/// How far a search is.
pub(crate) fn words(progress: &Progress) -> String {
    let Progress { unit, tried, of, metric, best, candidate } = progress;
    let unit = match unit {
        Unit::Trial => "trial",
        Unit::Series => "series",
    };
    let of = of.map_or_else(String::new, |of| format!(" of {of}"));
    let best = best.map_or_else(String::new, |best| format!(", {metric} {best:.4} by {candidate}"));
    format!("{unit} {tried}{of}{best}")
}

#[cfg(test)]
mod tests {
    use model_factory::metrics::Metric;

    use super::*;

    #[test]
    fn progress_is_told_with_what_is_known() {
        let mut progress = Progress {
            unit: Unit::Trial,
            tried: 3,
            of: Some(20),
            metric: Metric::Rmse,
            best: Some(1.25),
            candidate: "linear alpha=1".to_owned(),
        };
        assert_eq!(words(&progress), "trial 3 of 20, rmse 1.2500 by linear alpha=1");
        (progress.of, progress.best) = (None, None);
        assert_eq!(words(&progress), "trial 3");
        let of_series = Progress {
            unit: Unit::Series,
            of: Some(2_000),
            best: Some(0.75),
            metric: Metric::Mase,
            candidate: "ets".to_owned(),
            ..progress
        };
        assert_eq!(words(&of_series), "series 3 of 2000, mase 0.7500 by ets");
    }
}
