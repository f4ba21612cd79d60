//! One training of a candidate by the library, from CSV files to the holdout's score, as
//! a line of JSON: what `bench/training/compare.py` measures next to its peers.

use std::fs::File;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::Parser;
use model_factory::dataset::{self, Labelled};
use model_factory::learners::{Candidate, FitContext};
use model_factory::metrics::{Evaluation, Metric};
use model_factory::spec::Spec;
use serde_json::json;

/// Fit a candidate to one CSV file and score it on another.
#[derive(Debug, Parser)]
struct Options {
    /// The learner with its hyper-parameters, such as `{"learner": "boosting"}`
    candidate: String,
    /// The rows to train on, with a column `target`
    train: std::path::PathBuf,
    /// The rows to score
    test: std::path::PathBuf,
}

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match run(&Options::parse()) {
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

fn run(options: &Options) -> Result<serde_json::Value, Failure> {
    let spec = Spec::default();
    let started = Instant::now();
    let read = |path: &std::path::Path| -> Result<Labelled, Failure> {
        let file = Arc::new(File::open(path)?);
        Ok(Labelled::from_raw(dataset::read(&path.to_string_lossy(), file, &spec)?, &spec)?)
    };
    let train = read(&options.train)?;
    let read_seconds = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let candidate: Candidate = serde_json::from_str(&options.candidate)?;
    let predictor = candidate.fit(&train, &FitContext::new(&spec))?;
    let fit_seconds = started.elapsed().as_secs_f64();
    drop(train);
    let test = read(&options.test)?;
    let evaluation = Evaluation::new(&test.target, &predictor.predict(&test.inputs)?)?;
    let metric = Metric::choose(None, &test.schema.task)?;
    Ok(json!({
        "metric": metric,
        "score": evaluation.score(metric),
        "read_seconds": read_seconds,
        "fit_seconds": fit_seconds,
    }))
}
