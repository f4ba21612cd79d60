//! `stream`: the rows of a file through the stream, as records that arrive.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use indicatif::ProgressBar;
use model_factory::name::{ModelName, Reference};
use model_factory::plural::counted;
use model_factory::serving::{AnswerError, ServedModel};
use tokio::time::{Instant, sleep};

use crate::client::Client;
use crate::client::records::{BadRow, RowRecord, Rows};
use crate::client::streams::Exchange;
use crate::error::CliError;
use crate::factory::{STREAM_DEAD_LETTERS, STREAM_QUEUE};
use crate::terminal::{say, spinner};

/// How often answers are looked for.
const LOOK: Duration = Duration::from_millis(250);

/// How often dead letters are looked for.
const LOOK_AT_LETTERS: Duration = Duration::from_secs(2);

/// So many rows are sent before what has come of them is looked at.
const TOGETHER: usize = 500;

#[derive(Debug, Args)]
pub(super) struct Stream {
    /// The model's name
    model: ModelName,
    /// The rows: CSV, JSON lines or Parquet, plain or packed
    file: PathBuf,
    /// The version or alias that answers
    #[arg(long, value_name = "VERSION", default_value_t)]
    version: Reference,
    /// The column that tells the records' ids, which late labels go by [default: ids of our own]
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
    /// The name or URL of the queue that records are sent to
    #[arg(long, env = "MODEL_FACTORY_STREAM_QUEUE", default_value = STREAM_QUEUE)]
    queue: String,
    /// The name or URL of the queue of records that cannot be answered
    #[arg(
        long,
        value_name = "QUEUE",
        env = "MODEL_FACTORY_STREAM_DEAD_LETTERS",
        default_value = STREAM_DEAD_LETTERS
    )]
    dead_letters: String,
    /// How long to wait for the answers after the last record is sent, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    wait: u64,
}

/// What has come of the rows so far.
struct Tally {
    progress: ProgressBar,
    sent: usize,
    answered: usize,
    failed: usize,
}

impl Stream {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        let Self { model, file, version, id, queue, dead_letters, wait } = self;
        let served = ServedModel::load(&client.artifact(&model, &version).await?)?;
        if served.predictor().is_none() {
            return Err(CliError::Training(AnswerError::Series.to_string()));
        }
        let (queue, dead_letters) =
            (client.queue(&queue).await?, client.queue(&dead_letters).await?);
        let mut rows = Rows::open(&file, &served.manifest.schema, id)?;
        let mut exchange = Exchange::begin(client, &model, &version).await?;
        let progress = spinner(format!("streaming `{}`", file.display()));
        let mut tally = Tally { progress, sent: 0, answered: 0, failed: 0 };
        while let Some(rows) = rows.next()? {
            let (good, bad): (Vec<_>, Vec<_>) = rows.into_iter().partition(Result::is_ok);
            tally.fail(bad.into_iter().filter_map(Result::err));
            let good: Vec<RowRecord> = good.into_iter().flatten().collect();
            for rows in good.chunks(TOGETHER) {
                let refused = exchange.send(&queue, rows).await?;
                tally.sent += rows.len() - refused.len();
                tally.fail(refused);
                tally.answer(exchange.answers().await?)?;
            }
        }
        let (end, mut letters_at) = (Instant::now() + Duration::from_secs(wait), Instant::now());
        while exchange.pending() > 0 && Instant::now() < end {
            tally.answer(exchange.answers().await?)?;
            if exchange.pending() > 0 && Instant::now() >= letters_at {
                tally.fail(exchange.letters(&dead_letters).await?);
                letters_at = Instant::now() + LOOK_AT_LETTERS;
            }
            if exchange.pending() > 0 {
                sleep(LOOK).await;
            }
        }
        tally.fail(exchange.missing().into_iter().map(|row| {
            format!("row {row}: nothing came of it within {wait} seconds; it is still on its way")
        }));
        tally.end(&model)
    }
}

impl Tally {
    /// Prints answers, a line of JSON each.
    fn answer(&mut self, answers: Vec<String>) -> Result<(), CliError> {
        self.answered += answers.len();
        self.tell();
        self.progress.suspend(|| answers.iter().try_for_each(say))
    }

    /// Says which rows are not answered, and why.
    fn fail(&mut self, rows: impl IntoIterator<Item = BadRow>) {
        for words in rows {
            self.failed += 1;
            self.progress.suspend(|| eprintln!("{words}"));
        }
        self.tell();
    }

    fn tell(&self) {
        let Self { progress, sent, answered, failed } = self;
        progress.set_message(format!("{sent} rows sent, {answered} answered, {failed} failed"));
    }

    fn end(self, model: &ModelName) -> Result<(), CliError> {
        let Self { progress, answered, failed, .. } = self;
        progress.finish_and_clear();
        eprintln!("{} answered by `{model}`", counted(answered, "row"));
        match failed {
            0 => Ok(()),
            failed => Err(CliError::Training(format!("{failed} rows are not answered"))),
        }
    }
}
