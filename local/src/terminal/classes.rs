//! What a holdout says of each class, as a table.

use comfy_table::Table;
use training_trigger::record::ClassRecord;

use super::tables::table;

/// The most classes whose confusions are shown.
const MATRIX: usize = 10;

/// Rows, precision, recall and F1 of each class, and how many of its rows are taken for which
/// class; `None` where no classes are answered.
pub(crate) fn classes(records: &[ClassRecord]) -> Option<Table> {
    let answers: Vec<&str> = match records.len() {
        0 => return None,
        1..=MATRIX => records.iter().map(|record| record.class.as_str()).collect(),
        _ => Vec::new(),
    };
    let taken: Vec<String> = answers.iter().map(|answer| format!("as {answer}")).collect();
    let header = ["class", "rows", "precision", "recall", "f1"];
    let header: Vec<&str> = header.into_iter().chain(taken.iter().map(String::as_str)).collect();
    let right_aligned: Vec<usize> = (1..header.len()).collect();
    let mut table = table(&header, &right_aligned);
    for record in records {
        let share = |value: f64| format!("{value:.4}");
        let ClassRecord { class, rows, precision, recall, f1, answered } = record;
        let scores = [share(*precision), share(*recall), share(*f1)];
        let taken = answers.iter().map(|answer| answered.get(*answer).copied().unwrap_or(0));
        let cells = [class.clone(), rows.to_string()].into_iter().chain(scores);
        table.add_row(cells.chain(taken.map(|rows| rows.to_string())));
    }
    Some(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_stands_beside_what_it_is_taken_for() {
        let record = |class: &str, answered: &[(&str, u64)]| ClassRecord {
            class: class.to_owned(),
            rows: answered.iter().map(|(_, rows)| rows).sum(),
            precision: 0.5,
            recall: 0.25,
            f1: 1.0 / 3.0,
            answered: answered.iter().map(|(class, rows)| ((*class).to_owned(), *rows)).collect(),
        };
        let records = [record("no", &[("no", 7)]), record("yes", &[("no", 3), ("yes", 1)])];
        let shown = classes(&records).unwrap().to_string();
        let words =
            |line: &str| line.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
        let lines: Vec<String> = shown.lines().map(words).collect();
        assert!(
            lines.contains(&"class rows precision recall f1 as no as yes".to_owned()),
            "{shown}"
        );
        assert!(lines.contains(&"yes 4 0.5000 0.2500 0.3333 3 1".to_owned()), "{shown}");
        assert!(classes(&[]).is_none());
    }
}
