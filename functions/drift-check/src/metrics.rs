//! What a check measured, for CloudWatch.

use model_factory::drift::report::Details;
use model_factory::drift::{ColumnReport, Report, Severity};
use model_factory::registry::DriftRecord;
use model_factory::runtime::emf::{Measured, Unit};

/// Of how many columns there are metrics: those at the head of the report.
const COLUMNS: usize = 100;

/// The metrics of a check: ours, and those of its columns under Model Monitor's names
/// where `columns` are wished for.
pub(crate) fn measured(report: &Report, record: &DriftRecord, columns: bool) -> Measured {
    let severe = |severity| {
        report.columns.iter().filter(|column| column.severity == severity).count() as f64
    };
    let strength = record.trends.iter().map(|trend| trend.strength).fold(0.0, f64::max);
    let requested = record.retraining.as_ref().is_some_and(|decision| decision.requested);
    let mut measured = Measured::at(record.checked_at)
        .of("model", record.model.as_str())
        .of("variant", record.variant.to_string())
        .with("verdict", record.verdict.clone())
        .with("report", record.report.clone())
        .and("DriftRows", Unit::Count, report.rows as f64)
        .and("DriftedColumns", Unit::Count, severe(Severity::Drift))
        .and("DriftWarnings", Unit::Count, severe(Severity::Warning))
        .and("DriftStrength", Unit::None, strength)
        .and("DriftRetrainings", Unit::Count, f64::from(u8::from(requested)));
    for column in report.columns.iter().take(if columns { COLUMNS } else { 0 }) {
        add(&mut measured, column);
    }
    measured
}

/// `feature_data_` is the mean of numbers, `feature_non_null_` the share of values that
/// are present, `feature_baseline_drift_` the largest difference of the distributions
/// that sampling does not explain (the `Robust` comparison of `constraints.json`).
fn add(measured: &mut Measured, column: &ColumnReport) {
    let name = &column.name;
    if let Details::Number { location, .. } = &column.details {
        measured.add(format!("feature_data_{name}"), Unit::None, location.current.mean);
    }
    let present = 1.0 - column.missing_rate.current;
    measured.add(format!("feature_non_null_{name}"), Unit::None, present);
    if let Some(distances) = column.distances {
        let distance = distances.l_infinity_robust;
        measured.add(format!("feature_baseline_drift_{name}"), Unit::None, distance);
    }
}
