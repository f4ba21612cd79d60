//! `runs`: what was trained, from which data, how long, and what came of it.

mod condition;

use clap::{Args, Subcommand};
use model_factory::forecasting::Board;
use model_factory::name::ModelName;
use model_factory::storage::{ReadObjects, keys};
use serde::Serialize;
use serde_json::json;
use training_trigger::record::RunRecord;

use self::condition::Condition;
use super::output::{Output, say_json};
use crate::client::Client;
use crate::client::facts::{self, Facts};
use crate::client::runs::{self, Made};
use crate::client::under_way::{self, UnderWay};
use crate::error::CliError;
use crate::terminal::classes::classes;
use crate::terminal::{say, tables, tracking};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Runs {
    /// The model; all models without it
    model: Option<ModelName>,
    /// How many are looked at, the newest first
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// List only runs of which this holds, such as metric.f1>0.8, param.learner=boosting,
    /// tag.team=risk, outcome=registered or seconds<60; may be given more than once
    #[arg(long = "where", value_name = "CONDITION")]
    conditions: Vec<Condition>,
    #[command(flatten)]
    output: Output,
    #[command(subcommand)]
    command: Option<RunsCommand>,
}

#[derive(Debug, Subcommand)]
enum RunsCommand {
    /// Show one run: its leaderboard, its lineage, what it took, its files
    Show(One),
    /// Show how the metric went from trial to trial of a run's search, or how learners of
    /// series stand
    History(One),
    /// Compare two runs: their metrics, and the parameters and tags that differ
    Compare(Compare),
    /// Add tags to a run, or take them off with KEY=
    Tag(Tag),
}

#[derive(Debug, Args)]
struct One {
    /// The model's name
    model: ModelName,
    /// The run's id, or the start of it [default: the newest one that has ended]
    run: Option<String>,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Args)]
struct Compare {
    /// The model's name
    model: ModelName,
    /// A run's id, or the start of it
    left: String,
    /// Another run's id, or the start of it
    right: String,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Args)]
struct Tag {
    /// The model's name
    model: ModelName,
    /// The run's id, or the start of it
    run: String,
    /// The tags
    #[arg(required = true, value_name = "KEY=VALUE", value_parser = facts::parse_tag)]
    tags: Vec<(String, String)>,
}

impl Runs {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        match self.command {
            None => self.list(client).await,
            Some(RunsCommand::Show(one)) => one.show(client).await,
            Some(RunsCommand::History(one)) => one.history(client).await,
            Some(RunsCommand::Compare(compare)) => compare.run(client).await,
            Some(RunsCommand::Tag(tag)) => tag.run(client).await,
        }
    }

    async fn list(&self, client: &Client) -> Result<(), CliError> {
        let files = runs::files(client, self.model.as_ref()).await?;
        let records = runs::newest(client, &files, self.limit).await?;
        // Nothing that could be asked for is known of a run before its end.
        let under_way = match self.conditions.is_empty() {
            true => under_way::of(client, self.model.as_ref(), &files).await?,
            false => Vec::new(),
        };
        let is_empty = records.is_empty() && under_way.is_empty();
        if let Some(model) = self.model.as_ref().filter(|_| is_empty)
            && !runs::is_known(client, model).await?
        {
            return Err(CliError::NoModel(model.clone()));
        }
        let mut found = Vec::with_capacity(records.len());
        for record in records {
            found.push(Facts::read(client, record).await?);
        }
        found.retain(|facts| self.conditions.iter().all(|condition| condition.holds(facts)));
        if self.output.is_json() {
            let all = under_way.iter().map(Listed::UnderWay);
            return say_json(&all.chain(found.iter().map(Listed::Ended)).collect::<Vec<_>>());
        }
        match (is_empty, found.is_empty() && under_way.is_empty()) {
            (true, _) => say("no training has ended yet: `train` a model"),
            (_, true) => say("no run is so; more are looked at with --limit"),
            _ => say(tables::runs(&under_way, &found).to_string()),
        }
    }
}

/// A run of a list, for programs; `outcome` tells how far it is.
#[derive(Serialize)]
#[serde(untagged)]
enum Listed<'a> {
    UnderWay(&'a UnderWay),
    Ended(&'a Facts),
}

impl One {
    async fn show(self, client: &Client) -> Result<(), CliError> {
        let record = runs::find(client, &self.model, self.run.as_deref()).await?;
        let folder = keys::run(&self.model, &record.run.run, "");
        let files: Vec<String> =
            client.bucket.list(&folder).await?.into_iter().map(|file| file.key).collect();
        let made = runs::made(client, &self.model, &record.run.run).await?;
        let facts = Facts::of(client, record, &self.model, made.as_ref()).await?;
        if self.output.is_json() {
            let (mut training, mut series, mut import) = (None, None, None);
            match &made {
                Some(Made::Training(record)) => training = Some(record),
                Some(Made::Series(record)) => series = Some(record),
                Some(Made::Import(record)) => import = Some(record),
                None => {}
            }
            return say_json(&json!({
                "run": facts, "training": training, "series": series, "import": import,
                "files": files,
            }));
        }
        let version = made.as_ref().map(Made::facts);
        say(tables::lineage(&facts.record, made.as_ref()).to_string())?;
        for key in &files {
            say(format!("file: s3://{}/{key}", client.bucket.name()))?;
        }
        for (name, value) in &facts.tags {
            say(format!("tag: {name}={value}"))?;
        }
        if let Some(board) = made.as_ref().and_then(tables::competitors) {
            say(board.to_string())?;
        }
        for line in made.as_ref().map(tables::unscored).unwrap_or_default() {
            say(line)?;
        }
        if let Some(table) = made.as_ref().and_then(|made| classes(made.classes())) {
            say(table.to_string())?;
        }
        let Some(version) = version else { return Ok(()) };
        for note in &version.notes {
            say(format!("note: {note}"))?;
        }
        say(format!("gate: {}", version.decision.reasons.join("; ")))
    }

    async fn history(self, client: &Client) -> Result<(), CliError> {
        let record = runs::find(client, &self.model, self.run.as_deref()).await?;
        let made = runs::made(client, &self.model, &record.run.run).await?;
        let training = match made {
            Some(Made::Training(training)) => training,
            Some(Made::Series(series)) => return self.standings(&record, &series.leaderboard),
            Some(Made::Import(_)) => {
                return say(format!("run {} took a model over", record.run.run));
            }
            None => return say(format!("run {} came to no version", record.run.run)),
        };
        let metric = training.leaderboard.metric.to_string();
        let steps = tracking::steps(&training.leaderboard);
        if self.output.is_json() {
            return say_json(&json!({"run": record.run.run, "history": {metric: steps}}));
        }
        say(tracking::history(&metric, &steps).to_string())
    }

    /// Learners of series are not tried one after another, but compared from several origins.
    fn standings(&self, record: &RunRecord, board: &Board) -> Result<(), CliError> {
        if self.output.is_json() {
            return say_json(&json!({"run": record.run.run, "standings": board.standings}));
        }
        say(tables::standings(board).to_string())
    }
}

impl Compare {
    async fn run(self, client: &Client) -> Result<(), CliError> {
        let left = runs::find(client, &self.model, Some(&self.left)).await?;
        let right = runs::find(client, &self.model, Some(&self.right)).await?;
        let left = Facts::read(client, left).await?;
        let right = Facts::read(client, right).await?;
        if self.output.is_json() {
            return say_json(&[left, right]);
        }
        say(tracking::comparison(&left, &right).to_string())
    }
}

impl Tag {
    async fn run(self, client: &Client) -> Result<(), CliError> {
        let record = runs::find(client, &self.model, Some(&self.run)).await?;
        let tags = facts::tag(client, &self.model, &record.run.run, &self.tags).await?;
        let told: Vec<_> = tags.iter().map(|(name, value)| format!("{name}={value}")).collect();
        match told.is_empty() {
            true => say(format!("run {} has no tags", record.run.run)),
            false => say(format!("run {}: {}", record.run.run, told.join(", "))),
        }
    }
}
