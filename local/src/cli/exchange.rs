//! `import` and `export`: models of other libraries in, ours out.

use std::path::{Path, PathBuf};

use clap::Args;
use model_factory::name::{ModelName, Reference};
use model_factory::storage::{WriteObjects, keys};

use super::train::{report, wait};
use crate::client::Client;
use crate::client::runs::{Awaited, Cause};
use crate::error::CliError;
use crate::terminal::{read, say, write};

#[derive(Debug, Args)]
pub(super) struct Import {
    /// The model's name
    model: ModelName,
    /// The model: XGBoost's JSON (.json) or UBJSON (.ubj), or LightGBM's text (.txt)
    file: PathBuf,
    /// Labelled data to score it on [default: the newest data set that was uploaded]
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// How long to wait for the version, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 900)]
    wait: u64,
}

impl Import {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        let Self { model, file, data, wait: seconds } = self;
        let suffix = suffixes(&file);
        if !["json", "ubj", "txt"].contains(&suffix) {
            return Err(CliError::NotAModel(file));
        }
        let content = read(&file)?;
        let stem = name(&file).split('.').next().unwrap_or_default();
        // The data is there before the model sets the run off.
        if let Some(data) = &data {
            let rows = read(data)?;
            let key = keys::import(&model, &format!("{stem}.{}", suffixes(data)));
            client.bucket.put(&key, "application/octet-stream", rows.into()).await?;
        }
        let key = keys::import(&model, &format!("{stem}.{suffix}"));
        let since = client.clock.now();
        client.bucket.put(&key, "application/octet-stream", content.into()).await?;
        let awaited = Awaited { model: &model, cause: Cause::Upload(&key), since, seconds };
        let record = wait(client, &awaited, format!("importing {key}")).await?;
        report(client, &model, &record).await
    }
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// All that follows the name's first full stop, such as `csv.gz`.
fn suffixes(path: &Path) -> &str {
    name(path).split_once('.').map_or("", |(_, suffixes)| suffixes)
}

#[derive(Debug, Args)]
pub(super) struct Export {
    /// The model's name
    model: ModelName,
    /// The version or alias
    #[arg(default_value = "champion")]
    version: Reference,
    /// The file to write: XGBoost's JSON
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl Export {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        let Self { model, version, output } = self;
        let stored = client.artifact(&model, &version).await?;
        let predictor =
            stored.open()?.predictor().map_err(model_factory::store::StoreError::from)?;
        let document = model_factory::exchange::export(&predictor)?;
        write(&output, &document)?;
        say(format!(
            "version {} of `{model}` is in `{}`: `xgboost.Booster(model_file=…)` loads it",
            stored.version,
            output.display()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_file_keeps_all_of_its_suffixes() {
        assert_eq!(suffixes(Path::new("data/rides.csv.gz")), "csv.gz");
        assert_eq!(suffixes(Path::new("a.b/model.ubj")), "ubj");
        assert_eq!(suffixes(Path::new("model")), "");
    }
}
