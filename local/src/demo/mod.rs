//! `demo`: the whole loop on generated taxi rides, with nothing but this program.

mod http;
mod progress;
mod rides;
mod story;

use clap::Args;

use crate::client::Place;
use crate::error::CliError;
use crate::host::Ports;

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// End after the last step instead of serving on
    #[arg(long)]
    exit: bool,
    #[command(flatten)]
    ports: Ports,
}

impl Demo {
    pub(crate) async fn run(self, place: &Place) -> Result<(), CliError> {
        story::tell(place, self.ports, self.exit).await
    }
}
