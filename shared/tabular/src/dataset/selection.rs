//! The rows that a training learns from.

use super::defect::{Defect, Rejection};
use super::read::RawTable;
use super::table::Values;
use crate::spec::Spec;

/// The rows for which the spec's filter is true, and of these the last ones by the time
/// column, else in the order of the file. What is left out is noted.
///
/// # Errors
/// When the filter reads a column that does not exist or is of another type, or no row is
/// left.
pub fn select(mut raw: RawTable, spec: &Spec) -> Result<RawTable, Rejection> {
    let rows = raw.table.rows();
    if let Some(filter) = &spec.data.filter {
        let chosen = filter.matching(&raw.table).map_err(|error| {
            Defect::of_spec("filter", format!("`data.filter` of model.toml: {error}"))
        })?;
        if chosen.is_empty() {
            let message = format!(
                "the filter `{}` of model.toml is true in none of the {rows} rows: correct it, \
                 or upload other rows",
                filter.text()
            );
            return Err(Defect::new("no_rows", message).into());
        }
        if chosen.len() < rows {
            raw.notes.push(format!(
                "{} of {rows} rows are left out, in which the filter `{}` is not true",
                rows - chosen.len(),
                filter.text()
            ));
            raw.table = raw.table.select(&chosen);
        }
    }
    let rows = raw.table.rows();
    if let Some(last) = spec.data.last_rows.filter(|last| *last < rows) {
        let time = spec.time.as_deref().and_then(|time| raw.table.column(time));
        let order = if time.is_some() { "the latest" } else { "the last" };
        let chosen = latest(time, rows, last);
        raw.notes.push(format!("{order} {} of {rows} rows are learned from", chosen.len()));
        raw.table = raw.table.select(&chosen);
    }
    Ok(raw)
}

/// The last rows, by their times where there are any; in order.
fn latest(time: Option<&Values>, rows: usize, last: usize) -> Vec<usize> {
    let Some(Values::Number(times)) = time else { return (rows - last..rows).collect() };
    let mut timed: Vec<(f64, usize)> =
        times.iter().copied().zip(0..).filter(|(time, _)| !time.is_nan()).collect();
    // Of rows of one time, the later ones in the file come last.
    timed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let kept = timed.len().saturating_sub(last);
    let mut chosen: Vec<usize> = timed.into_iter().skip(kept).map(|(_, row)| row).collect();
    chosen.sort_unstable();
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::csv;

    const SALES: &str = "at,open,sales\n\
        2021-02-03,1,3\n2021-02-01,1,1\n,1,9\n2021-02-04,0,4\n2021-02-02,,2\n2021-02-03,1,5\n";

    fn sales(spec: &str) -> Result<(Vec<f64>, Vec<String>), Rejection> {
        let spec = Spec::parse(spec.as_bytes()).unwrap();
        let raw = select(csv::read(SALES.as_bytes()).unwrap(), &spec)?;
        match raw.table.column("sales") {
            Some(Values::Number(sales)) => Ok((sales.clone(), raw.notes)),
            other => panic!("sales is {other:?}"),
        }
    }

    #[test]
    fn only_rows_for_which_the_filter_is_true_are_kept() {
        let (kept, notes) = sales("data.filter = 'open == 1'").unwrap();
        assert_eq!(kept, [3.0, 1.0, 9.0, 5.0]);
        assert_eq!(
            notes,
            ["2 of 6 rows are left out, in which the filter `open == 1` is not true"]
        );
        assert_eq!(sales("data.filter = 'sales > 0'").unwrap().1, Vec::<String>::new());
        let Rejection(defects) = sales("data.filter = 'open > 1'").unwrap_err();
        assert_eq!(defects[0].code, "no_rows");
        let Rejection(defects) = sales("data.filter = 'opn == 1'").unwrap_err();
        assert_eq!(defects[0].code, "filter");
        assert!(defects[0].message.contains("opn"), "{}", defects[0].message);
    }

    #[test]
    fn the_last_rows_are_those_of_the_file_or_the_latest() {
        assert_eq!(sales("data.last_rows = 2").unwrap().0, [2.0, 5.0]);
        assert_eq!(sales("data.last_rows = 6").unwrap().0.len(), 6);
        let (kept, notes) = sales("time = 'at'\n[data]\nlast_rows = 3").unwrap();
        assert_eq!(kept, [3.0, 4.0, 5.0]);
        assert_eq!(notes, ["the latest 3 of 6 rows are learned from"]);
        let both = "time = 'at'\n[data]\nlast_rows = 1\nfilter = 'open == 1'";
        assert_eq!(sales(both).unwrap().0, [5.0]);
    }
}
