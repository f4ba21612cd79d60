//! Drift checks by the library on CSV files, as lines of JSON: what
//! `bench/drift/compare.py` measures next to its peers.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use model_factory::dataset::{self, Field, RawTable, Schema, Table, Task};
use model_factory::drift::timeline::whole;
use model_factory::drift::{
    self, Observer, Report, Seen, Severity, Subject, Terms, Timeline, html,
};
use model_factory::name::Reference;
use model_factory::profile::{Observation, Profile};
use model_factory::registry::DriftRecord;
use model_factory::spec::{Drift, Spec};
use model_factory::window::Window;
use serde_json::{Value, json};

/// Compare CSV files as a drift check compares traffic with training data
#[derive(Debug, Parser)]
struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// One pair of files, with its page
    Report {
        reference: PathBuf,
        current: PathBuf,
        /// The page to write
        page: PathBuf,
    },
    /// All pairs `NAME-ref.csv` and `NAME-cur.csv` of a folder
    Pairs { folder: PathBuf },
    /// How often random halves of one file differ
    Splits {
        file: PathBuf,
        #[arg(long, default_value_t = 1000)]
        splits: u64,
        /// How many of its rows are drawn for each split; all without
        #[arg(long)]
        rows: Option<usize>,
    },
}

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let done = match Options::parse().what {
        What::Report { reference, current, page } => report(&reference, &current, &page),
        What::Pairs { folder } => pairs(&folder),
        What::Splits { file, splits, rows } => halves(&file, splits, rows),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn report(reference: &Path, current: &Path, page: &Path) -> Result<(), Failure> {
    // What training does once, and what a check does.
    let profile = profile_of(&read(reference)?);
    let (report, observed) = check(&profile, &read(current)?.table)?;
    let record = record(&report)?;
    let checked = html::Checked { reference: &profile, observed: &observed };
    let records = html::Records { past: &[], current: &record };
    let text = html::render(&report, None, checked, records);
    std::fs::write(page, &text)?;
    say(&json!({"flagged": flagged(&report), "bytes": text.len()}));
    Ok(())
}

fn pairs(folder: &Path) -> Result<(), Failure> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().ends_with("-ref.csv"))
        .collect();
    files.sort();
    for reference in files {
        let name = reference.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = name.trim_end_matches("-ref.csv");
        let profile = profile_of(&read(&reference)?);
        let current = read(&folder.join(format!("{name}-cur.csv")))?;
        let (report, _) = check(&profile, &current.table)?;
        say(&json!({"pair": name, "flagged": flagged(&report)}));
    }
    Ok(())
}

fn halves(file: &Path, splits: u64, rows: Option<usize>) -> Result<(), Failure> {
    let raw = read(file)?;
    let schema = schema_of(&raw);
    let (mut alarms, mut columns, mut silent) = (0, 0, 0);
    let mut all: Vec<usize> = (0..raw.table.rows()).collect();
    for seed in 0..splits {
        Rng::with_seed(seed).shuffle(&mut all);
        let drawn = rows.unwrap_or(all.len()).min(all.len());
        let (reference, rest) = all.split_at(drawn / 2);
        let current = rest.get(..drawn - drawn / 2).unwrap_or(rest);
        let reference = raw.table.select(reference);
        let profile = Profile::of(&reference, &schema).with_rows(&reference, None);
        let (report, _) = check(&profile, &raw.table.select(current))?;
        let found = flagged(&report).len();
        columns += found;
        alarms += usize::from(report.severity() == Severity::Drift);
        silent += usize::from(report.columns.is_empty());
    }
    say(&json!({
        "rows": rows.unwrap_or(all.len()).min(all.len()),
        "columns": schema.inputs.len(),
        "splits": splits,
        "alarms": alarms,
        "flagged_columns": columns,
        "without_verdict": silent,
    }));
    Ok(())
}

fn read(path: &Path) -> Result<RawTable, Failure> {
    let file = Arc::new(File::open(path)?);
    Ok(dataset::read(&path.to_string_lossy(), file, &Spec::default())?)
}

/// All columns as inputs.
fn schema_of(raw: &RawTable) -> Schema {
    let columns = raw.table.columns().iter().zip(&raw.kinds);
    let field = |(column, &kind): (&dataset::Column, _)| Field {
        name: column.name.clone(),
        kind,
        nullable: true,
    };
    let inputs = columns.map(field).collect();
    Schema { inputs, target: None, task: Task::Regression }
}

fn profile_of(raw: &RawTable) -> Profile {
    Profile::of(&raw.table, &schema_of(raw)).with_rows(&raw.table, None)
}

/// A check of rows that came evenly over a day.
fn check(profile: &Profile, rows: &Table) -> Result<(Report, Observation), Failure> {
    let start = Timestamp::UNIX_EPOCH;
    let window = Window { start, end: start + SignedDuration::from_hours(24) };
    let observer = Observer::new(profile)?;
    let mut timeline = Timeline::new(profile, window);
    let all: Vec<usize> = (0..rows.rows()).collect();
    for (hour, part) in all.chunks(all.len().div_ceil(24).max(1)).enumerate() {
        let time = start + SignedDuration::from_hours(i64::try_from(hour)?);
        if let Some(observed) = timeline.at(time) {
            observer.count_inputs(&rows.select(part), observed);
        }
    }
    let subject = Subject { model: "bench".to_owned(), version: 1, window };
    let Drift { thresholds, chunks, .. } = Drift::default();
    let chunks = timeline.chunks(chunks, thresholds.min_rows);
    let terms = Terms { thresholds: &thresholds, importance: &BTreeMap::new(), time: None };
    let report = drift::check(subject, profile, Seen { chunks: &chunks, outcomes: None }, terms)?;
    let observed = whole(&chunks)?.unwrap_or_else(|| profile.observer());
    Ok((report, observed))
}

fn record(report: &Report) -> Result<DriftRecord, Failure> {
    Ok(DriftRecord {
        model: report.model.parse()?,
        variant: Reference::default(),
        version: report.version.try_into()?,
        start: report.window.start,
        end: report.window.end,
        verdict: report.verdict.name().to_owned(),
        rows: report.rows,
        columns: flagged(report),
        trends: report.trends(),
        score: report.score(),
        retraining: None,
        report: String::new(),
        checked_at: report.window.end,
    })
}

fn flagged(report: &Report) -> Vec<String> {
    report.drifted().map(|column| column.name.clone()).collect()
}

fn say(line: &Value) {
    println!("{line}");
}
