//! One training on series by the library, from a CSV file to the errors on the last horizon,
//! which it has not seen, as a line of JSON: what `bench/forecasting/compare.py` measures next
//! to its peers.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use model_factory::dataset;
use model_factory::forecasting::Panel;
use model_factory::spec::{Forecasting, Spec};
use model_factory::training::{TrainedSeries, TrainingContext, train_series};
use serde_json::{Value, json};

/// Train on the series of a CSV file and score the last horizon of each
#[derive(Debug, Parser)]
struct Options {
    /// The rows
    data: PathBuf,
    /// The column that says when
    #[arg(long)]
    time: String,
    /// The column that is forecast
    #[arg(long)]
    target: String,
    /// The column that names a series
    #[arg(long)]
    series: Option<String>,
    /// How many steps are forecast
    #[arg(long)]
    horizon: usize,
}

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match measure(&Options::parse()) {
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

fn measure(options: &Options) -> Result<Value, Failure> {
    let asked = Forecasting {
        series: options.series.iter().cloned().collect(),
        horizon: options.horizon,
        ..Forecasting::default()
    };
    let spec = Spec {
        time: Some(options.time.clone()),
        target: Some(options.target.clone()),
        forecasting: Some(asked.clone()),
        ..Spec::default()
    };
    let file = Arc::new(File::open(&options.data)?);
    let raw = dataset::read(&options.data.to_string_lossy(), file, &spec)?;
    let panel = Panel::from_raw(raw, &spec, &asked)?;
    let context = TrainingContext::default();
    let trained = train_series(&"bench".parse()?, &panel, &asked, &spec, None, None, &context)?;
    let TrainedSeries { metrics, learner, series, artifact, .. } = trained;
    let metrics: BTreeMap<&str, f64> =
        metrics.iter().map(|(metric, value)| (metric.name(), *value)).collect();
    Ok(json!({
        "learner": learner,
        "series": series,
        "metrics": metrics,
        "artifact_bytes": artifact.len(),
    }))
}
