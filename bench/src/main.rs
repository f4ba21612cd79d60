//! Cold starts, warm latency, memory and size of `inference` next to an empty function and
//! to functions in Python that serve the same model, in the same run.
//!
//! Every function is a child process of the embedded Lambda, which speaks the real
//! Runtime API; registry and bucket are the embedded ones, over HTTP.

mod setup;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use model_factory_bench::Figures;

use setup::{Bench, CONTESTANTS};

/// Measure the functions in a folder of release binaries.
#[derive(Debug, Parser)]
struct Options {
    /// The folder of the binaries `inference`, `training-trigger` and `echo`
    #[arg(long, default_value = "target/release")]
    binaries: PathBuf,
    /// The folder that `bench/serving/models.py` wrote
    #[arg(long)]
    models: PathBuf,
    /// The Python that has the peers' libraries
    #[arg(long)]
    python: PathBuf,
    /// How many fresh processes are started for each function
    #[arg(long, default_value_t = 20)]
    cold: usize,
    /// How many requests each warm function answers
    #[arg(long, default_value_t = 3000)]
    warm: usize,
    /// How many requests a warm function answers before the next one's turn: with 1, the others
    /// have had the processor's caches in between
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..))]
    batch: u16,
    /// How many microseconds a function rests before it is asked again: with 0, it is asked as
    /// soon as it is done, and its processor never sleeps
    #[arg(long, default_value_t = 1000)]
    rest: u32,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<(), Failure> {
    let bench = Bench::start(options).await?;
    let names: Vec<&str> = CONTESTANTS.iter().map(|contestant| contestant.name).collect();
    println!("| what | {} |\n|---|{}", names.join(" | "), "---|".repeat(names.len()));
    let one_row = setup::request(1);
    let cold = in_turn(&bench, options.cold, 1, &one_row, |index| index).await?;
    row("process start to first answer, p50 ms", &cold, |figures| figures.percentile(50.0));
    let memory = resident(&bench)?;
    for (rows, requests) in [(1, options.warm), (1000, options.warm / 10)] {
        let request = setup::request(rows);
        let warm = in_turn(&bench, requests, options.batch.into(), &request, |_| 0).await?;
        for percent in [50.0, 99.0] {
            let what = format!("warm, rows: {rows}, p{percent} ms");
            row(&what, &warm, |figures| figures.percentile(percent));
        }
    }
    row("resident memory after the first answer, MiB", &memory, |&mebibytes| mebibytes);
    row("resident memory after the last answer, MiB", &resident(&bench)?, |&mebibytes| mebibytes);
    bench.end().await;
    for name in ["training-trigger", "inference", "drift-check", "echo"] {
        let bytes = std::fs::metadata(options.binaries.join(name))?.len();
        println!("size of `{name}`: {:.1} MiB", bytes as f64 / 1024.0 / 1024.0);
    }
    Ok(())
}

/// How long each contestant takes to answer so many times, `batch` times before the next
/// one's turn; `copy` says which of its copies answers.
async fn in_turn(
    bench: &Bench,
    requests: usize,
    batch: usize,
    request: &bytes::Bytes,
    copy: impl Fn(usize) -> usize,
) -> Result<Vec<Figures>, Failure> {
    let mut figures: Vec<Figures> = CONTESTANTS.iter().map(|_| Figures::default()).collect();
    for first in (0..requests).step_by(batch) {
        for (contestant, figures) in CONTESTANTS.iter().zip(&mut figures) {
            for index in first..requests.min(first + batch) {
                figures.add(bench.invoke(contestant, copy(index), request).await?);
            }
        }
    }
    Ok(figures)
}

fn resident(bench: &Bench) -> Result<Vec<f64>, Failure> {
    CONTESTANTS.iter().map(|contestant| bench.resident(contestant)).collect()
}

fn row<T>(name: &str, figures: &[T], value: impl Fn(&T) -> f64) {
    let values: Vec<String> = figures.iter().map(|f| format!("{:.3}", value(f))).collect();
    println!("| {name} | {} |", values.join(" | "));
}
