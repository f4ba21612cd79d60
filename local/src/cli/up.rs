//! `up`: the factory on this machine.

use std::time::Duration;

use clap::Args;
use model_factory::name::ModelName;
use stream_inference::settings::Asked;

use crate::client::Place;
use crate::error::CliError;
use crate::factory::{self, PROCESSES, Serving, Unnamed};
use crate::host::{self, Ports};
use crate::terminal::say;

#[derive(Debug, Args)]
pub(super) struct Up {
    #[command(flatten)]
    ports: Ports,
    #[command(flatten)]
    tuning: Tuning,
    /// The model of POST /invocations [default: the only one]
    #[arg(long)]
    model: Option<ModelName>,
    /// The model of POST /forecast and POST /train [default: the only one that forecasts]
    #[arg(long, value_name = "MODEL")]
    forecast_model: Option<ModelName>,
    /// The model of stream records that name none, such as bank or bank@challenger
    /// [default: none]
    #[arg(long, value_name = "MODEL")]
    stream_model: Option<Asked>,
}

impl Up {
    pub(super) async fn run(self, place: &Place) -> Result<(), CliError> {
        let Self { ports, tuning, model, forecast_model, stream_model } = self;
        let unnamed = Unnamed { model, forecast: forecast_model, stream: stream_model };
        let (stack, _note) = host::start(place, ports, tuning.into(), unnamed, None).await?;
        say(format!(
            "The factory runs; its state is in `{}`.\n\n\
             Predictions:  {}\nAWS endpoint: {}\n\n\
             For AWS clients:\n{}\n\n\
             Upload a data set to s3://{}/datasets/{{model}}/ and a model is trained:\n  \
             model-factory train taxi rides.csv\n\nCtrl-C ends it.",
            place.state().display(),
            stack.http_url().unwrap_or_default(),
            stack.endpoint_url(),
            host::exports(&stack),
            factory::BUCKET,
        ))?;
        host::serve_until_interrupted(stack).await
    }
}

/// How predictions are served.
#[derive(Debug, Clone, Copy, Args)]
struct Tuning {
    /// How many predictions are made at the same time, each by a process of its own
    #[arg(long, value_name = "COUNT", default_value_t = PROCESSES,
          value_parser = clap::value_parser!(u16).range(1..))]
    processes: u16,
    /// For how many seconds an alias is believed without being read again
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = seconds)]
    alias_ttl: Duration,
    /// For how many seconds after a write captured exchanges wait in a process for others
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = seconds)]
    capture_delay: Duration,
    /// Let captured exchanges go through the embedded Firehose
    #[arg(long)]
    capture_stream: bool,
}

impl From<Tuning> for Serving {
    fn from(tuning: Tuning) -> Self {
        let Tuning { processes, alias_ttl, capture_delay, capture_stream } = tuning;
        Self { processes: processes.into(), alias_ttl, capture_delay, capture_stream }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().map_err(|error| error.to_string())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}
