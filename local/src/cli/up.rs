//! `up`: the factory on this machine.

use clap::Args;

use crate::client::Place;
use crate::error::CliError;
use crate::factory;
use crate::host::{self, Ports};
use crate::terminal::say;

#[derive(Debug, Args)]
pub(super) struct Up {
    #[command(flatten)]
    ports: Ports,
}

impl Up {
    pub(super) async fn run(self, place: &Place) -> Result<(), CliError> {
        let (stack, _note) = host::start(place, self.ports, None).await?;
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
