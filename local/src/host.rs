//! The factory on this machine: started, described, served, ended.

use std::net::{IpAddr, Ipv4Addr};

use clap::Args;

use crate::aws::lambda::LogListener;
use crate::aws::stack::{Stack, StackError};
use crate::client::{Note, Place, Running};
use crate::error::CliError;
use crate::factory::{self, Options, Serving, Unnamed};
use crate::terminal::say;

/// The ports, unless others are asked for.
const ENDPOINT_PORT: u16 = 4566;
const HTTP_PORT: u16 = 8080;

/// Where a local factory listens.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Ports {
    /// The port of the AWS endpoint; 0 takes any that is free
    /// [default: 4566, or any that is free]
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// The port of the HTTP API; 0 takes any that is free
    /// [default: 8080, or any that is free]
    #[arg(long, value_name = "PORT")]
    http_port: Option<u16>,
    /// The address that the HTTP API listens on, such as 0.0.0.0 for all of this machine's:
    /// whoever reaches it may ask, as nobody is told apart here
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::from(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
}

/// The lines that direct a shell's AWS clients to a stack.
pub(crate) fn exports(stack: &Stack) -> String {
    let lines = stack.environment().iter();
    lines.map(|(name, value)| format!("  export {name}={value}")).collect::<Vec<_>>().join("\n")
}

/// Starts the factory, and leaves a note of where it is.
pub(crate) async fn start(
    place: &Place,
    ports: Ports,
    serving: Serving,
    unnamed: Unnamed,
    log_listener: Option<LogListener>,
) -> Result<(Stack, Note), CliError> {
    let program = std::env::current_exe().map_err(|source| CliError::File {
        path: "model-factory".into(),
        verb: "found",
        source,
    })?;
    let options = Options { serving, unnamed, ..Options::new(place.state(), program) };
    let mut config =
        factory::stack(&options).map_err(|error| CliError::Description(error.to_string()))?;
    config.log_listener = log_listener;
    config.endpoint_port = ports.port.unwrap_or(ENDPOINT_PORT);
    config.http_host = ports.host;
    config.http_port = ports.http_port.unwrap_or(HTTP_PORT);
    // A default port that is taken is no reason not to start.
    let stack = loop {
        match Stack::start(config.clone()).await {
            Err(StackError::Port { port, .. })
                if port == config.endpoint_port && ports.port.is_none() && port != 0 =>
            {
                config.endpoint_port = 0;
            }
            Err(StackError::Port { port, .. })
                if port == config.http_port && ports.http_port.is_none() && port != 0 =>
            {
                config.http_port = 0;
            }
            started => break started?,
        }
    };
    let running = Running {
        endpoint: stack.endpoint_url().to_owned(),
        environment: stack.environment().clone(),
    };
    let note = running.note(place.state())?;
    Ok((stack, note))
}

/// Serves until Ctrl-C or SIGTERM, then ends in good order.
pub(crate) async fn serve_until_interrupted(stack: Stack) -> Result<(), CliError> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    say("ending")?;
    stack.shutdown().await;
    Ok(())
}
