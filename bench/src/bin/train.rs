//! One training by the library, from a CSV file to the score on rows that it has not seen,
//! as a line of JSON: what `bench/training/compare.py` measures next to its peers.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use model_factory::dataset::{self, Labelled, split};
use model_factory::learners::{Candidate, FitContext, NOISE, Predictions};
use model_factory::metrics::{Evaluation, Metric};
use model_factory::spec::{Spec, TaskKind};
use model_factory::training::{TrainingContext, train};
use serde_json::{Value, json};

/// Train on a CSV file and score what it gives
#[derive(Debug, Parser)]
struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Fit one candidate
    Fit {
        /// The learner with its hyper-parameters, such as `{"learner": "boosting"}`
        candidate: String,
        /// The rows to train on, with a column `target`
        train: PathBuf,
        /// The rows to score
        test: PathBuf,
    },
    /// Fit one candidate without a target, and label its own rows
    Label {
        /// The learner with its hyper-parameters, such as `{"learner": "dbscan"}`
        candidate: String,
        /// All rows
        data: PathBuf,
    },
    /// Search as a training does, and score on its holdout
    Search {
        /// All rows, with a column `target`
        data: PathBuf,
        /// How many candidates are tried beside the baseline
        #[arg(long)]
        trials: Option<usize>,
        /// How long the search may take
        #[arg(long)]
        seconds: Option<f64>,
        /// Seeds the split, the search and every learner
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Write the rows that `search` trains on, and its holdout, for a peer
    Split {
        /// All rows, a line each
        data: PathBuf,
        /// Where the rows to train on are written
        train: PathBuf,
        /// Where the holdout is written
        test: PathBuf,
        /// Seeds the split
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

/// The number of folds, as the peer's.
const FOLDS: usize = 5;

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let line = match Options::parse().what {
        What::Fit { candidate, train, test } => fit(&candidate, &train, &test),
        What::Label { candidate, data } => label(&candidate, &data),
        What::Search { data, trials, seconds, seed } => {
            let mut spec = seeded(seed);
            (spec.training.trials, spec.training.seconds) = (trials, seconds);
            spec.training.folds = Some(FOLDS);
            search(&spec, &data)
        }
        What::Split { data, train, test, seed } => write_split(&data, &train, &test, seed),
    };
    match line {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn seeded(seed: u64) -> Spec {
    let mut spec = Spec::default();
    spec.split.seed = seed;
    spec
}

fn fit(candidate: &str, train: &Path, test: &Path) -> Result<Value, Failure> {
    let spec = Spec::default();
    let candidate: Candidate = serde_json::from_str(candidate)?;
    let predictor = candidate.fit(&read(train, &spec)?, &FitContext::new(&spec))?;
    let test = read(test, &spec)?;
    let evaluation = Evaluation::new(&test.target, &predictor.predict(&test.inputs)?)?;
    let metric = Metric::choose(None, &test.schema.task)?;
    Ok(json!({"metric": metric, "score": evaluation.score(metric)}))
}

fn label(candidate: &str, data: &Path) -> Result<Value, Failure> {
    let candidate: Candidate = serde_json::from_str(candidate)?;
    let kind = candidate.learner.kind();
    let task = [TaskKind::Clustering, TaskKind::Anomaly].into_iter().find(|&it| kind.predicts(it));
    let spec = Spec { task, ..Spec::default() };
    let (_, labels) = candidate.fit_predict(&read(data, &spec)?, &FitContext::new(&spec))?;
    let noise = match &labels {
        Predictions::Clusters(labels) => labels.iter().filter(|label| **label == NOISE).count(),
        Predictions::Anomalies { outliers, .. } => outliers.iter().filter(|is| **is).count(),
        _ => return Err("the learner needs a target".into()),
    };
    Ok(json!({"metric": "noise", "score": noise as f64 / labels.rows() as f64}))
}

fn search(spec: &Spec, data: &Path) -> Result<Value, Failure> {
    let data = read(data, spec)?;
    let trained = train(&"bench".parse()?, &data, spec, None, &TrainingContext::default())?;
    Ok(json!({
        "metric": trained.metric,
        "score": trained.metrics.get(&trained.metric),
        "trials": trained.leaderboard.entries.len(),
        "winner": trained.learner,
    }))
}

fn write_split(data: &Path, train: &Path, test: &Path, seed: u64) -> Result<Value, Failure> {
    let spec = seeded(seed);
    let split = split::holdout(&read(data, &spec)?, &spec.split)?;
    let text = fs::read_to_string(data)?;
    let (header, rows) = text.split_once('\n').ok_or("the file has no rows")?;
    let rows: Vec<&str> = rows.lines().collect();
    for (path, chosen) in [(train, &split.train), (test, &split.holdout)] {
        let chosen = chosen.iter().filter_map(|&row| rows.get(row).copied());
        let lines: Vec<&str> = std::iter::once(header).chain(chosen).collect();
        fs::write(path, lines.join("\n") + "\n")?;
    }
    Ok(json!({"train": split.train.len(), "test": split.holdout.len()}))
}

fn read(path: &Path, spec: &Spec) -> Result<Labelled, Failure> {
    let file = Arc::new(File::open(path)?);
    Ok(Labelled::from_raw(dataset::read(&path.to_string_lossy(), file, spec)?, spec)?)
}
