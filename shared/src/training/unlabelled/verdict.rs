//! Verdicts on models that nothing can be compared with.

use super::super::gate::Verdict;
use super::outlier_share;
use crate::learners::Predictions;

/// So many standard errors explain another share of anomalies.
const ERRORS: f64 = 3.0;

/// A model that labels its own rows.
pub(super) fn own_rows() -> Verdict {
    let reason = "it labels the rows that it was fitted to (`training.mode = \"train-run\"`), and \
                  stands for them only";
    Verdict { holds: true, reason: reason.to_owned() }
}

/// A detector of anomalies that nobody knows: the one that has learned from the newest data
/// stands, unless it judges rows that it has not seen otherwise than those that it has.
pub(super) fn unknown_anomalies(seen: &Predictions, unseen: &Predictions) -> Verdict {
    let (usual, found) = (outlier_share(seen), outlier_share(unseen));
    let (known, held) = (seen.rows().max(1) as f64, unseen.rows().max(1) as f64);
    // A share of nothing varies as that of one row does.
    let pooled = ((usual * known + found * held) / (known + held)).max(1.0 / (known + held));
    let error = (pooled * (1.0 - pooled) * (1.0 / known + 1.0 / held)).sqrt();
    let holds = (found - usual).abs() <= ERRORS * error;
    let verdict = match holds {
        true => "as chance explains, and without labels nothing else can be told",
        false => "more than chance explains: it does not hold for rows that it has not seen",
    };
    let reason = format!(
        "{:.2} % of the {held} holdout rows are taken for anomalies, and {:.2} % of the training \
         rows: {verdict}",
        found * 100.0,
        usual * 100.0
    );
    Verdict { holds, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(outliers: usize, rows: usize) -> Predictions {
        let outliers: Vec<bool> = (0..rows).map(|row| row < outliers).collect();
        Predictions::Anomalies { scores: vec![0.0; rows], outliers }
    }

    #[test]
    fn a_detector_has_to_judge_unseen_rows_as_those_it_has_seen() {
        assert!(unknown_anomalies(&found(40, 800), &found(14, 200)).holds);
        let verdict = unknown_anomalies(&found(40, 800), &found(60, 200));
        assert!(!verdict.holds);
        assert!(
            verdict.reason.starts_with("30.00 % of the 200 holdout rows"),
            "{}",
            verdict.reason
        );
        assert!(unknown_anomalies(&found(0, 80), &found(0, 20)).holds);
        assert!(unknown_anomalies(&found(0, 80), &found(1, 20)).holds);
    }
}
