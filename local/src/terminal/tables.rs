//! Tables for a terminal.

use comfy_table::presets::UTF8_BORDERS_ONLY;
use comfy_table::{CellAlignment, Table};
use model_factory::drift::Report;
use model_factory::registry::{AliasRecord, DriftRecord, VersionRecord};
use model_factory::training::Leaderboard;

fn table(header: &[&str], right_aligned: &[usize]) -> Table {
    let mut table = Table::new();
    table.load_preset(UTF8_BORDERS_ONLY).set_header(header);
    for &column in right_aligned {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// The candidates of a run, the best first.
pub(crate) fn leaderboard(leaderboard: &Leaderboard) -> Table {
    let score = format!("{} (3-fold mean ± sd)", leaderboard.metric);
    let mut table = table(&["", "learner", "parameters", &score, "seconds"], &[0, 3, 4]);
    for (place, entry) in (1..).zip(&leaderboard.entries) {
        let score = match (entry.mean(), entry.deviation()) {
            (Some(mean), Some(deviation)) => format!("{mean:.4} ± {deviation:.4}"),
            _ => "failed".to_owned(),
        };
        table.add_row([
            place.to_string(),
            entry.candidate.learner.kind().name().to_owned(),
            entry.candidate.params(),
            score,
            format!("{:.2}", entry.seconds),
        ]);
    }
    table
}

/// The versions of a model, the newest first, with the aliases that point at each.
pub(crate) fn versions(versions: &[VersionRecord], aliases: &[AliasRecord]) -> Table {
    let mut table = table(
        &["version", "aliases", "metric", "holdout", "learner", "data set", "registered"],
        &[0, 3],
    );
    for record in versions.iter().rev() {
        let pointing: Vec<&str> = aliases
            .iter()
            .filter(|alias| alias.version == record.version)
            .map(|alias| alias.alias.as_str())
            .collect();
        let score = record.metrics.get(&record.metric);
        table.add_row([
            record.version.to_string(),
            pointing.join(", "),
            record.metric.to_string(),
            score.map(|score| format!("{score:.4}")).unwrap_or_default(),
            record.learner.clone(),
            record.dataset.clone(),
            record.created_at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        ]);
    }
    table
}

/// The columns of a drift report that say something, the strongest first.
pub(crate) fn drift_columns(report: &Report) -> Table {
    let mut table = table(&["column", "severity", "effect", "size", "adjusted p"], &[3, 4]);
    for column in &report.columns {
        let Some(signal) = column.strongest() else { continue };
        table.add_row([
            column.name.clone(),
            word(&column.severity),
            word(&signal.effect.measure),
            format!("{:.3}", signal.effect.value),
            format!("{:.2e}", signal.test.adjusted_p_value),
        ]);
    }
    table
}

/// Earlier checks, the newest first.
pub(crate) fn drift_history(records: &[DriftRecord]) -> Table {
    let mut table =
        table(&["window", "version", "rows", "verdict", "drifted columns", "report"], &[1, 2]);
    for record in records.iter().rev() {
        let instant = |time: jiff::Timestamp| time.strftime("%Y-%m-%d %H:%M:%S").to_string();
        table.add_row([
            format!("{} – {}", instant(record.start), instant(record.end)),
            record.version.to_string(),
            record.rows.to_string(),
            record.verdict.replace('_', " "),
            record.columns.join(", "),
            record.report.clone(),
        ]);
    }
    table
}

/// A word of a report as it is written there.
fn word<T: serde::Serialize>(value: &T) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().replace('_', " ")
}
