//! The files that somebody names.

use jiff::civil::Date;
use model_factory::name::ModelName;
use model_factory::runtime::Failure;
use model_factory::storage::keys;

use crate::ports::Ports;
use crate::request::Selection;

/// The keys of the model's files that a selection names, in order.
pub(crate) async fn keys_of(
    ports: &Ports,
    model: &ModelName,
    selection: &Selection,
) -> Result<Vec<String>, Failure> {
    let listed = match selection {
        Selection::Key(key) => {
            let key = full(model, key);
            if !of_model(model, &key) {
                return Err(foreign(model, &key));
            }
            let exists = ports.read_objects.describe(&key).await?.is_some();
            return Ok(exists.then_some(key).into_iter().collect());
        }
        Selection::Prefix(prefix) => {
            let prefix = full(model, prefix);
            if !prefix.starts_with(&format!("batch/{model}/")) {
                return Err(foreign(model, &prefix));
            }
            ports.read_objects.list(&prefix).await?
        }
        Selection::Date(_) => ports.read_objects.list(&keys::batch_inputs(model)).await?,
    };
    let mut found: Vec<String> = listed.into_iter().map(|object| object.key).collect();
    found.retain(|key| of_model(model, key));
    if let Selection::Date(date) = selection {
        let inputs = keys::batch_inputs(model);
        found.retain(|key| key.strip_prefix(&inputs).is_some_and(|path| is_of_day(path, *date)));
    }
    Ok(found)
}

/// A key, or a path below the folder of inputs.
fn full(model: &ModelName, key: &str) -> String {
    if key.starts_with("batch/") { key.to_owned() } else { keys::batch_inputs(model) + key }
}

fn of_model(model: &ModelName, key: &str) -> bool {
    matches!(keys::batch_input_of(key), Some(Ok((of, _))) if of == *model)
}

fn foreign(model: &ModelName, key: &str) -> Failure {
    Failure::InvalidEvent(format!(
        "`{key}` is no file to score of model `{model}`: they lie below `{}`",
        keys::batch_inputs(model)
    ))
}

/// Whether a path names the day: as `2026-11-24`, `20261124`, `2026/11/24` or
/// `year=2026/month=11/day=24`.
fn is_of_day(path: &str, date: Date) -> bool {
    let (year, month, day) = (date.year(), date.month(), date.day());
    [
        format!("{year:04}-{month:02}-{day:02}"),
        format!("{year:04}{month:02}{day:02}"),
        format!("{year:04}/{month:02}/{day:02}"),
        format!("year={year:04}/month={month:02}/day={day:02}"),
    ]
    .iter()
    .any(|form| {
        path.match_indices(form.as_str()).any(|(start, form)| {
            let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
            let bytes = path.as_bytes();
            let before = start.checked_sub(1).and_then(|before| bytes.get(before));
            !digit(before) && !digit(bytes.get(start + form.len()))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_named_in_the_usual_ways() {
        let date: Date = "2026-11-24".parse().unwrap();
        for of_day in [
            "date=2026-11-24/rides.csv",
            "taxi-rides-20261124.json",
            "2026/11/24/a.csv",
            "year=2026/month=11/day=24/a.csv",
            "rides-2026-11-24T06.parquet",
        ] {
            assert!(is_of_day(of_day, date), "{of_day}");
        }
        for other in
            ["date=2026-11-25/a.csv", "a-120261124.csv", "202611240.csv", "2026/11/2/4.csv"]
        {
            assert!(!is_of_day(other, date), "{other}");
        }
    }
}
