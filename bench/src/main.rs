//! Cold starts, warm latency, memory and size of the functions, next to an empty
//! function in the same run.
//!
//! Every function is a child process of the embedded Lambda, which speaks the real
//! Runtime API; registry and bucket are the embedded ones, over HTTP.

mod measure;
mod setup;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use measure::Figures;
use setup::Bench;

/// Measure the functions in a folder of release binaries.
#[derive(Debug, Parser)]
struct Options {
    /// The folder of the binaries `inference`, `training-trigger` and `echo`
    #[arg(long, default_value = "target/release")]
    binaries: PathBuf,
    /// How many fresh processes are started for each function
    #[arg(long, default_value_t = 20)]
    cold: usize,
    /// How many requests each warm function answers
    #[arg(long, default_value_t = 3000)]
    warm: usize,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
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
    let one_row = setup::request(1);
    let many_rows = setup::request(1000);
    println!("| what | echo | inference | ratio |\n|---|---|---|---|");
    let (mut echo, mut inference) = (Figures::default(), Figures::default());
    for index in 0..options.cold {
        echo.add(bench.invoke(&format!("echo-{index}"), &one_row).await?);
        inference.add(bench.invoke(&format!("inference-{index}"), &one_row).await?);
    }
    row("process start to first answer, p50 ms", &echo, &inference, |f| f.percentile(50.0));
    let memory = bench.resident("inference-0")?;
    let idle_memory = bench.resident("echo-0")?;
    for (name, request) in [("1 row", &one_row), ("1,000 rows", &many_rows)] {
        let (mut echo, mut inference) = (Figures::default(), Figures::default());
        for _ in 0..options.warm / if name == "1 row" { 1 } else { 10 } {
            echo.add(bench.invoke("echo-0", request).await?);
            inference.add(bench.invoke("inference-0", request).await?);
        }
        row(&format!("warm, {name} × 20, p50 ms"), &echo, &inference, |f| f.percentile(50.0));
        row(&format!("warm, {name} × 20, p99 ms"), &echo, &inference, |f| f.percentile(99.0));
    }
    println!("| resident memory after the first answer, MiB | {idle_memory:.1} | {memory:.1} | |");
    for name in ["training-trigger", "inference", "drift-check", "echo"] {
        let bytes = std::fs::metadata(options.binaries.join(name))?.len();
        println!("| size of `{name}`, MiB | | {:.1} | |", bytes as f64 / 1024.0 / 1024.0);
    }
    bench.end().await;
    Ok(())
}

fn row(name: &str, echo: &Figures, inference: &Figures, value: impl Fn(&Figures) -> f64) {
    let (echo, inference) = (value(echo), value(inference));
    println!("| {name} | {echo:.2} | {inference:.2} | {:.2} |", inference / echo);
}
