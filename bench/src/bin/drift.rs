//! Drift checks by the library on CSV files, as lines of JSON: what
//! `bench/drift/compare.py` measures next to its peers.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use model_factory::dataset::{self, Blocks, Field, RawTable, Schema, Table, Task};
use model_factory::drift::timeline::whole;
use model_factory::drift::{
    self, Observer, Report, Seen, Severity, Subject, Terms, Timeline, html,
};
use model_factory::name::Reference;
use model_factory::profile::{Observation, Profile};
use model_factory::protocol::FileColumns;
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
    // What training does once, and what a check does: it never has all rows at once.
    let (profile, schema) = {
        let raw = read(reference)?;
        (profile_of(&raw), schema_of(&raw))
    };
    let (report, observed) = check_file(&profile, &schema, current)?;
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
    let field =
        |(column, &kind): (&dataset::Column, _)| Field::new(column.name.clone(), kind, true);
    let inputs = columns.map(field).collect();
    Schema { inputs, target: None, task: Task::Regression }
}

fn profile_of(raw: &RawTable) -> Profile {
    Profile::of(&raw.table, &schema_of(raw)).with_rows(&raw.table, None)
}

/// A check of a table's rows.
fn check(profile: &Profile, table: &Table) -> Result<(Report, Observation), Failure> {
    let mut day = Day::new(profile, table.rows())?;
    for rows in day.hours(table.rows()) {
        day.count(&table.select(&rows))?;
    }
    day.check()
}

/// A check of a file's rows, block by block.
fn check_file(
    profile: &Profile,
    schema: &Schema,
    path: &Path,
) -> Result<(Report, Observation), Failure> {
    let mut day = Day::new(profile, lines(path)?.saturating_sub(1))?;
    let mut blocks = Blocks::open(&path.to_string_lossy(), Arc::new(File::open(path)?))?;
    while let Some(block) = blocks.next_block()? {
        let names = blocks.names().iter();
        let inputs: Vec<Option<usize>> =
            names.map(|name| schema.inputs.iter().position(|field| field.name == *name)).collect();
        let columns = FileColumns { inputs: &inputs, commas: false };
        for rows in day.hours(block.rows()) {
            day.count(&columns.read(&block, &rows, schema)?.0)?;
        }
    }
    day.check()
}

fn lines(path: &Path) -> io::Result<usize> {
    let mut file = BufReader::with_capacity(1 << 16, File::open(path)?);
    let mut found = 0;
    loop {
        let bytes = file.fill_buf()?;
        if bytes.is_empty() {
            return Ok(found);
        }
        found += bytes.iter().filter(|&&byte| byte == b'\n').count();
        let length = bytes.len();
        file.consume(length);
    }
}

/// Rows that came evenly over a day, while they are counted.
struct Day<'a> {
    profile: &'a Profile,
    observer: Observer<'a>,
    timeline: Timeline,
    window: Window,
    rows: usize,
    seen: usize,
}

impl<'a> Day<'a> {
    fn new(profile: &'a Profile, rows: usize) -> Result<Self, Failure> {
        let start = Timestamp::UNIX_EPOCH;
        let window = Window { start, end: start + SignedDuration::from_hours(24) };
        let timeline = Timeline::new(profile, window);
        Ok(Self { profile, observer: Observer::new(profile)?, timeline, window, rows, seen: 0 })
    }

    fn hour(&self, row: usize) -> usize {
        (row * 24 / self.rows.max(1)).min(23)
    }

    /// The places of the next `rows` rows, hour by hour.
    fn hours(&self, rows: usize) -> Vec<Vec<usize>> {
        let places: Vec<usize> = (0..rows).collect();
        let hour = |&place: &usize| self.hour(self.seen + place);
        places.chunk_by(|a, b| hour(a) == hour(b)).map(<[usize]>::to_vec).collect()
    }

    /// Counts rows of the same hour.
    fn count(&mut self, table: &Table) -> Result<(), Failure> {
        let hour = i64::try_from(self.hour(self.seen))?;
        if let Some(observed) =
            self.timeline.at(self.window.start + SignedDuration::from_hours(hour))
        {
            self.observer.count_inputs(table, observed);
        }
        self.seen += table.rows();
        Ok(())
    }

    fn check(self) -> Result<(Report, Observation), Failure> {
        let Self { profile, window, timeline, .. } = self;
        let subject = Subject { model: "bench".to_owned(), version: 1, window };
        let Drift { thresholds, chunks, .. } = Drift::default();
        let chunks = timeline.chunks(chunks, thresholds.min_rows);
        let importance = BTreeMap::new();
        let terms = Terms { thresholds: &thresholds, importance: &importance, time: None };
        let seen = Seen { chunks: &chunks, outcomes: None };
        let report = drift::check(subject, profile, seen, terms)?;
        let observed = whole(&chunks)?.unwrap_or_else(|| profile.observer());
        Ok((report, observed))
    }
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
