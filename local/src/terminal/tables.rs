//! Tables for a terminal.

use comfy_table::presets::UTF8_BORDERS_ONLY;
use comfy_table::{CellAlignment, Table};
use jiff::Timestamp;
use model_factory::drift::{ForecastReport, Report};
use model_factory::forecasting::Board;
use model_factory::learners::Structure;
use model_factory::metrics::Metric;
use model_factory::name::{Alias, ModelName};
use model_factory::plural::counted;
use model_factory::protocol::forecasts::SeriesAnswer;
use model_factory::registry::{
    AliasRecord, DriftRecord, Movement, Pinned, RejectionRecord, Stage, VersionRecord,
};
use model_factory::training::{Entry, Leaderboard, State};
use serde_json::Value;
use training_trigger::record::{Lineage, RunRecord, Seconds, VersionFacts};
use training_trigger::report::Outcome;

use super::progress::words;
use crate::client::facts::Facts;
use crate::client::runs::Made;
use crate::client::under_way::UnderWay;

pub(super) fn table(header: &[&str], right_aligned: &[usize]) -> Table {
    let mut table = Table::new();
    table.load_preset(UTF8_BORDERS_ONLY).set_header(header);
    for &column in right_aligned {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// What competed in a run, the best first; nothing did in one that took a model over.
pub(crate) fn competitors(made: &Made) -> Option<Table> {
    match made {
        Made::Training(record) => Some(leaderboard(&record.leaderboard)),
        Made::Series(record) => Some(standings(&record.leaderboard)),
        Made::Import(_) => None,
    }
}

/// Why candidates of a run have no score, a line each; of those that were given up, others were
/// better.
pub(crate) fn unscored(made: &Made) -> Vec<String> {
    let Made::Training(record) = made else { return Vec::new() };
    let failed = |entry: &&Entry| matches!(entry.state, State::Failed | State::OverLimit);
    let reason =
        |entry: &Entry| Some(format!("not scored: {}: {}", entry.name(), entry.reason.as_ref()?));
    record.leaderboard.entries.iter().filter(failed).filter_map(reason).collect()
}

/// The candidates of a run, the best first.
fn leaderboard(leaderboard: &Leaderboard) -> Table {
    let score = match leaderboard.folds {
        // Clusters are ranked by all rows at once, and anomalies that nobody knows not at all.
        0 => leaderboard.metric.to_string(),
        folds => format!("{} ({folds}-fold mean ± sd)", leaderboard.metric),
    };
    let header = ["", "learner", "parameters", &score, "state", "seconds"];
    let mut table = table(&header, &[0, 3, 5]);
    for (place, entry) in (1..).zip(&leaderboard.entries) {
        table.add_row([
            place.to_string(),
            entry.candidate.learner.kind().name().to_owned(),
            entry.candidate.params(),
            mean_and_deviation(entry.mean, entry.deviation),
            entry.state.name().to_owned(),
            format!("{:.2}", entry.seconds),
        ]);
    }
    table
}

/// A score, with its deviation where there are several to take the mean of.
fn mean_and_deviation(mean: Option<f64>, deviation: Option<f64>) -> String {
    match (mean, deviation) {
        (Some(mean), Some(deviation)) => format!("{mean:.4} ± {deviation:.4}"),
        (Some(mean), None) => format!("{mean:.4}"),
        (None, _) => String::new(),
    }
}

/// The learners of a training on series, the best first.
pub(crate) fn standings(board: &Board) -> Table {
    let origins = counted(board.origins, "origin");
    let score = format!("{} (mean ± sd, {origins})", board.metric);
    let all = board.decided();
    let header = ["", "learner", &score, "chosen", "not fitted", "seconds"];
    let mut table = table(&header, &[0, 2, 3, 4, 5]);
    for (place, standing) in (1..).zip(&board.standings) {
        table.add_row([
            place.to_string(),
            standing.learner.name().to_owned(),
            mean_and_deviation(standing.mean, standing.deviation),
            format!("{} of {all}", standing.chosen),
            standing.failed.to_string(),
            format!("{:.2}", standing.seconds),
        ]);
    }
    table
}

/// A forecast, step by step.
pub(crate) fn forecast(forecast: &SeriesAnswer) -> Table {
    let quantiles = || forecast.quantiles.iter();
    let mut header = vec!["time", "value"];
    header.extend(quantiles().map(|(name, _)| name.as_str()));
    let mut table = table(&header, &(1..header.len()).collect::<Vec<_>>());
    for (step, (at, value)) in forecast.timestamps.iter().zip(&forecast.values).enumerate() {
        let told = |value: f64| format!("{value:.4}");
        let quantiles = quantiles().map(|(_, values)| {
            values.get(step).and_then(Value::as_f64).map(told).unwrap_or_default()
        });
        table.add_row([at.to_string(), told(*value)].into_iter().chain(quantiles));
    }
    table
}

/// A model as it stands in a list.
pub(crate) struct ModelRow {
    pub(crate) model: ModelName,
    pub(crate) versions: Vec<VersionRecord>,
    pub(crate) aliases: Vec<AliasRecord>,
}

/// The version that an alias points at.
pub(crate) fn pointed<'a>(
    versions: &'a [VersionRecord],
    aliases: &[AliasRecord],
    alias: &Alias,
) -> Option<&'a VersionRecord> {
    let at = aliases.iter().find(|record| record.alias == *alias)?.version;
    versions.iter().find(|record| record.version == at)
}

/// Models with their champions, or of those without one what waits for approval.
pub(crate) fn models(models: &[ModelRow]) -> Table {
    let mut table = table(
        &["model", "versions", "champion", "challenger", "metric", "holdout", "learner", "trained"],
        &[1, 2, 3, 5],
    );
    for ModelRow { model, versions, aliases } in models {
        let champion = pointed(versions, aliases, &Alias::champion());
        let challenger = pointed(versions, aliases, &Alias::challenger());
        let told = champion.or(challenger);
        let number = |record: Option<&VersionRecord>| {
            record.map(|record| record.version.to_string()).unwrap_or_default()
        };
        table.add_row([
            model.to_string(),
            versions.len().to_string(),
            number(champion),
            number(challenger),
            told.map(|record| record.metric.to_string()).unwrap_or_default(),
            told.map(score).unwrap_or_default(),
            told.map(|record| record.learner.clone()).unwrap_or_default(),
            told.map(|record| instant(record.created_at)).unwrap_or_default(),
        ]);
    }
    table
}

/// The versions of a model, the newest first, with the aliases that point at each.
pub(crate) fn versions(
    versions: &[(VersionRecord, Stage)],
    aliases: &[AliasRecord],
    rejections: &[RejectionRecord],
) -> Table {
    let mut table = table(
        &[
            "version",
            "stage",
            "standing",
            "metric",
            "holdout",
            "rows",
            "learner",
            "data set",
            "registered",
        ],
        &[0, 4, 5],
    );
    for (record, stage) in versions.iter().rev() {
        let pointing = aliases.iter().filter(|alias| alias.version == record.version);
        let mut standing: Vec<String> = pointing.map(|alias| alias.alias.to_string()).collect();
        for AliasRecord { alias, traffic, .. } in aliases {
            let here = |pinned: &Pinned| pinned.version == record.version;
            let shares = traffic.variants.iter().filter(|variant| here(&variant.pinned));
            standing.extend(shares.map(|variant| format!("{} % of {alias}", variant.percent)));
            standing
                .extend(traffic.shadow.iter().filter(|it| here(it)).map(|_| "shadow".to_owned()));
        }
        if rejections.iter().any(|rejection| rejection.version == record.version) {
            standing.push("rejected".to_owned());
        }
        table.add_row([
            record.version.to_string(),
            stage.to_string(),
            standing.join(", "),
            record.metric.to_string(),
            score(record),
            record.rows.to_string(),
            record.learner.clone(),
            record.dataset.clone(),
            instant(record.created_at),
        ]);
    }
    table
}

/// Who moved which alias and rejected which version, the newest decision first.
pub(crate) fn history(moves: &[Movement], rejections: &[RejectionRecord]) -> Table {
    let mut table = table(&["when", "by", "what", "why"], &[]);
    let moved = moves.iter().map(|movement| {
        let from =
            movement.from.map_or_else(|| "nowhere".to_owned(), |from| format!("version {from}"));
        let what = match movement.from == Some(movement.to) {
            true if movement.traffic.is_plain() => {
                format!("{}: version {} alone", movement.alias, movement.to)
            }
            true => format!("{}: shared with {}", movement.alias, movement.traffic),
            false => format!("{}: {from} → version {}", movement.alias, movement.to),
        };
        (movement.at, &movement.cause, what)
    });
    let rejected = rejections.iter().map(|rejection| {
        (rejection.at, &rejection.cause, format!("version {} rejected", rejection.version))
    });
    let mut decisions: Vec<_> = moved.chain(rejected).collect();
    decisions.sort_by_key(|(at, ..)| *at);
    for (at, cause, what) in decisions.into_iter().rev() {
        table.add_row([instant(at), word(&cause.by), what, cause.reason.clone()]);
    }
    table
}

/// Runs that have not ended, then those that have, each in the order given.
pub(crate) fn runs(under_way: &[UnderWay], runs: &[Facts]) -> Table {
    let mut table = table(
        &[
            "run", "model", "ended", "outcome", "version", "alias", "seconds", "data set", "cause",
            "tags",
        ],
        &[4, 6],
    );
    for UnderWay { run, subject, outcome, dataset, progress, .. } in under_way {
        let so_far = progress.as_ref().map(|it| format!(": {}", words(it)));
        let state = format!("{}{}", word(outcome), so_far.unwrap_or_default());
        let none = String::new;
        let dataset = dataset.clone().unwrap_or_default();
        table.add_row([
            run.clone().unwrap_or_default(),
            subject.to_string(),
            none(),
            state,
            none(),
            none(),
            none(),
            dataset,
            none(),
            none(),
        ]);
    }
    for Facts { record, tags, .. } in runs {
        let tags: Vec<_> = tags.iter().map(|(name, value)| format!("{name}={value}")).collect();
        table.add_row([
            record.run.run.clone(),
            record.run.subject.clone(),
            instant(record.ended_at),
            outcome(record),
            record.lineage.version.map(|version| version.to_string()).unwrap_or_default(),
            record.lineage.alias.as_ref().map(ToString::to_string).unwrap_or_default(),
            format!("{:.1}", record.seconds.total),
            record.dataset.clone().unwrap_or_default(),
            record.cause.clone(),
            tags.join(", "),
        ]);
    }
    table
}

/// One run from its data to its alias, and what it took.
pub(crate) fn lineage(record: &RunRecord, made: Option<&Made>) -> Table {
    let mut table = Table::new();
    table.load_preset(UTF8_BORDERS_ONLY);
    let mut row = |name: &str, value: String| {
        table.add_row([name.to_owned(), value]);
    };
    row("run", format!("{} of {}: {}", record.run.run, record.run.subject, record.cause));
    let Lineage { objects, data_hash, artifact, version, alias } = &record.lineage;
    for object in objects {
        row("read", format!("{} ({}, {} bytes)", object.key, object.etag, object.bytes));
    }
    if let Some(hash) = data_hash {
        row("data", hash.clone());
    }
    if let Some(facts) = made.map(Made::facts) {
        let VersionFacts { rows, columns, seed, code_version, .. } = facts;
        row("trained", format!("{rows} rows, {columns} inputs, seed {seed}, code {code_version}"));
    }
    if let Some(structure) = made.and_then(Made::structure) {
        row("found", found(structure));
    }
    if let Some(artifact) = artifact {
        row("artifact", artifact.clone());
    }
    row("outcome", outcome(record));
    if let Some(version) = version {
        let alias = alias.as_ref().map_or_else(String::new, |alias| format!(" → {alias}"));
        row("version", format!("{version}{alias}"));
    }
    let Seconds { read, training: parts, store, total } = record.seconds;
    row(
        "seconds",
        format!(
            "{total:.2}: read {read:.2}, search {:.2}, fit {:.2}, evaluate {:.2}, store {store:.2}",
            parts.search, parts.fit, parts.evaluate
        ),
    );
    if let Some(bytes) = record.peak_memory_bytes {
        row("memory", format!("{:.0} MiB at most", bytes as f64 / f64::from(1 << 20)));
    }
    row("ended", instant(record.ended_at));
    table
}

/// What a model without a target has found in its rows.
fn found(structure: &Structure) -> String {
    let Structure { n_clusters, n_noise, n_core, silhouette_coefficient, threshold } = structure;
    let what = if n_clusters.is_some() { "rows of noise" } else { "anomalies" };
    let parts = [
        n_clusters.map(|count| counted(count, "cluster")),
        Some(format!("{n_noise} {what}")),
        n_core.map(|count| format!("{count} core rows")),
        silhouette_coefficient.map(|mean| format!("silhouette {mean:.4}")),
        threshold.map(|score| format!("from a score of {score:.4} on")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What came of a run, in a word or with its reason.
fn outcome(record: &RunRecord) -> String {
    match &record.run.outcome {
        Outcome::Registered { promoted: true, .. } => "promoted".to_owned(),
        Outcome::Registered { awaits_approval: true, .. } => "awaits approval".to_owned(),
        Outcome::Registered { .. } => "registered".to_owned(),
        Outcome::Rejected { .. } => "rejected".to_owned(),
        Outcome::Failed { .. } => "failed".to_owned(),
        Outcome::Skipped { .. } => "skipped".to_owned(),
        Outcome::Superseded => "superseded".to_owned(),
    }
}

/// A version's score on its holdout.
fn score(record: &VersionRecord) -> String {
    let score = record.metrics.get(&record.metric);
    score.map(|score| format!("{score:.4}")).unwrap_or_default()
}

fn instant(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
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
            size(signal.effect.value),
            format!("{:.2e}", signal.test.adjusted_p_value),
        ]);
    }
    table
}

/// The size of an effect; one in the unit of a column may be of any magnitude.
fn size(value: f64) -> String {
    if value.abs() < 1e6 { format!("{value:.3}") } else { format!("{value:.3e}") }
}

/// How the forecasts of each version came true, beside what it promises.
pub(crate) fn forecasts(report: &ForecastReport) -> Table {
    let metric = report.holdout.metric;
    let error = metric.to_string();
    let header = ["version", "series", "steps", "known", error.as_str(), "promised", "covered"];
    let mut table = table(&header, &[0, 1, 2, 3, 4, 5, 6]);
    for of in &report.versions {
        table.add_row([
            of.version.to_string(),
            of.series.to_string(),
            of.steps.to_string(),
            of.known.to_string(),
            told(of.metrics.get(&metric).copied()),
            share(of.coverage.map(|it| it.promised)),
            share(of.coverage.map(|it| it.measured)),
        ]);
    }
    let holdout = &report.holdout;
    table.add_row([
        format!("{}, held out", report.version),
        String::new(),
        String::new(),
        String::new(),
        told(holdout.metrics.get(&metric).copied()),
        share(Some(holdout.promised)),
        share(holdout.metrics.get(&Metric::Coverage).copied()),
    ]);
    table
}

/// How forecasts came true in earlier windows, the newest first, a row for each version that was
/// asked.
pub(crate) fn forecast_history(reports: &[ForecastReport]) -> Table {
    let header = [
        "window", "variant", "version", "steps", "known", "metric", "value", "held out",
        "promised", "covered",
    ];
    let mut table = table(&header, &[2, 3, 4, 6, 7, 8, 9]);
    for report in reports.iter().rev() {
        let metric = report.holdout.metric;
        for of in &report.versions {
            table.add_row([
                format!("{} – {}", second(report.window.start), second(report.window.end)),
                report.variant.to_string(),
                of.version.to_string(),
                of.steps.to_string(),
                of.known.to_string(),
                metric.to_string(),
                told(of.metrics.get(&metric).copied()),
                told(report.holdout.metrics.get(&metric).copied()),
                share(of.coverage.map(|it| it.promised)),
                share(of.coverage.map(|it| it.measured)),
            ]);
        }
    }
    table
}

fn told(value: Option<f64>) -> String {
    value.map(|it| format!("{it:.4}")).unwrap_or_default()
}

fn share(value: Option<f64>) -> String {
    value.map(|it| format!("{:.1} %", it * 100.0)).unwrap_or_default()
}

fn second(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Earlier checks, the newest first.
pub(crate) fn drift_history(records: &[DriftRecord]) -> Table {
    let mut table = table(
        &["window", "variant", "version", "rows", "verdict", "drifted columns", "retraining"],
        &[2, 3],
    );
    for record in records.iter().rev() {
        let retraining = record.retraining.as_ref().map_or_else(String::new, |decision| {
            let what = if decision.requested { "asked for" } else { "no" };
            format!("{what}: {}", decision.reason)
        });
        table.add_row([
            format!("{} – {}", second(record.start), second(record.end)),
            record.variant.to_string(),
            record.version.to_string(),
            record.rows.to_string(),
            record.verdict.replace('_', " "),
            strongest(record),
            retraining,
        ]);
    }
    table
}

/// The columns that drifted, each with its effect as a multiple of what counts.
fn strongest(record: &DriftRecord) -> String {
    let told = record.columns.iter().map(|name| {
        let trend = record.trends.iter().find(|trend| trend.name == *name);
        trend.map_or_else(|| name.clone(), |trend| format!("{name} ×{:.1}", trend.strength))
    });
    told.collect::<Vec<_>>().join(", ")
}

/// A word of a report as it is written there.
fn word<T: serde::Serialize>(value: &T) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().replace('_', " ")
}
