//! One training by the library, from CSV files to the score on others, as a line of JSON:
//! what `bench/training/compare.py` measures next to its peers.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use model_factory::artifact::Artifact;
use model_factory::dataset::{self, Labelled};
use model_factory::learners::{Candidate, FitContext, Predictor};
use model_factory::metrics::{Evaluation, Metric};
use model_factory::spec::Spec;
use model_factory::training::{TrainingContext, train};
use serde_json::{Value, json};

/// Train on one CSV file and score on another
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
        #[command(flatten)]
        files: Files,
    },
    /// Search as a training does, a fifth of whose rows are held out for the gate
    Search {
        #[command(flatten)]
        files: Files,
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
}

#[derive(Debug, Args)]
struct Files {
    /// The rows to train on, with a column `target`
    train: PathBuf,
    /// The rows to score
    test: PathBuf,
}

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let line = match Options::parse().what {
        What::Fit { candidate, files } => fit(&candidate, &files),
        What::Search { files, trials, seconds, seed } => {
            let mut spec = Spec::default();
            (spec.training.trials, spec.training.seconds) = (trials, seconds);
            spec.split.seed = seed;
            search(&spec, &files)
        }
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

fn fit(candidate: &str, files: &Files) -> Result<Value, Failure> {
    let spec = Spec::default();
    let candidate: Candidate = serde_json::from_str(candidate)?;
    let predictor = candidate.fit(&read(&files.train, &spec)?, &FitContext::new(&spec))?;
    let (metric, score) = score(&predictor, &files.test, &spec)?;
    Ok(json!({"metric": metric, "score": score}))
}

fn search(spec: &Spec, files: &Files) -> Result<Value, Failure> {
    let data = read(&files.train, spec)?;
    let trained = train(&"bench".parse()?, &data, spec, None, &TrainingContext::default())?;
    let predictor = Artifact::open(&trained.artifact, &trained.sha256)?.predictor()?;
    let (metric, score) = score(&predictor, &files.test, spec)?;
    Ok(json!({
        "metric": metric,
        "score": score,
        "trials": trained.leaderboard.entries.len(),
        "winner": trained.learner,
    }))
}

fn read(path: &Path, spec: &Spec) -> Result<Labelled, Failure> {
    let file = Arc::new(File::open(path)?);
    Ok(Labelled::from_raw(dataset::read(&path.to_string_lossy(), file, spec)?, spec)?)
}

fn score(predictor: &Predictor, test: &Path, spec: &Spec) -> Result<(Metric, f64), Failure> {
    let test = read(test, spec)?;
    let evaluation = Evaluation::new(&test.target, &predictor.predict(&test.inputs)?)?;
    let metric = Metric::choose(None, &test.schema.task)?;
    Ok((metric, evaluation.score(metric)))
}
