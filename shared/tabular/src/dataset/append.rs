//! Several objects as one data set: their rows one after another, columns by name.

use std::collections::BTreeMap;

use super::dates;
use super::read::{RawTable, kind_of_texts};
use super::schema::Kind;
use super::table::{Categories, Column, Table, Values};
use crate::date::DateOrder;
use crate::spec::Spec;

/// Tables that are put one after another.
#[derive(Debug)]
pub struct Appended<'a> {
    spec: &'a Spec,
    parts: Vec<Part>,
    rows: usize,
    notes: Vec<String>,
}

/// A column so far.
#[derive(Debug)]
struct Part {
    name: String,
    values: Values,
    /// `None` before its first value.
    kind: Option<Kind>,
    /// Which part comes first in its dates with strokes.
    order: Option<DateOrder>,
    /// The object that its type comes from.
    key: String,
}

/// Two objects hold a column in types that do not go together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "column `{column}` holds {later_type} in `{later}`, but {earlier_type} in `{earlier}`: write \
     it alike, or say its type in model.toml (`columns.{column}.{key}`)"
)]
pub struct Conflict {
    /// The column.
    pub column: String,
    /// The object that the column's type comes from.
    pub earlier: String,
    /// The object that does not go with it.
    pub later: String,
    earlier_type: &'static str,
    later_type: &'static str,
    /// What model.toml can say about it.
    key: &'static str,
}

impl<'a> Appended<'a> {
    /// No table yet, of types that `spec` says or the objects suggest.
    #[must_use]
    pub fn new(spec: &'a Spec) -> Self {
        Self { spec, parts: Vec::new(), rows: 0, notes: Vec::new() }
    }

    /// The number of rows so far.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Appends the rows of the object `key`. A column that it lacks, or that only it has,
    /// is missing in the other rows.
    ///
    /// # Errors
    /// When it holds a column in a type that does not go with that of the objects before.
    pub fn push(&mut self, key: &str, raw: RawTable) -> Result<(), Conflict> {
        let rows = raw.table.rows();
        let columns = raw.table.into_columns().into_iter().zip(raw.kinds);
        let order_of = |name: &str| raw.date_orders.get(name).copied();
        let mut fresh: Vec<Part> = columns
            .map(|(column, kind)| Part {
                order: order_of(&column.name),
                ..Part::new(column, kind, key)
            })
            .collect();
        for part in &mut self.parts {
            let position = fresh.iter().position(|other| other.name == part.name);
            match position.map(|position| fresh.remove(position)) {
                Some(other) => part.append(other, rows)?,
                None => {
                    part.values.append(None, rows);
                    let name = &part.name;
                    self.notes.push(format!(
                        "`{key}` has no column `{name}`: its {rows} rows have no value in it"
                    ));
                }
            }
        }
        for mut part in fresh {
            if self.rows > 0 {
                let (before, name) = (self.rows, &part.name);
                self.notes.push(format!(
                    "column `{name}` begins with `{key}`: the {before} rows before have no value \
                     in it"
                ));
                let values = std::mem::replace(&mut part.values, empty(part.kind));
                part.values.append(None, before);
                part.values.append(Some(&values), rows);
            }
            // The last column stays the last one: it is the target, unless the spec says so.
            let place = if self.rows > 0 { self.parts.len().saturating_sub(1) } else { usize::MAX };
            self.parts.insert(place.min(self.parts.len()), part);
        }
        self.notes.extend(raw.notes.iter().map(|note| format!("`{key}`: {note}")));
        self.rows += rows;
        Ok(())
    }

    /// All rows as one table.
    #[must_use]
    pub fn finish(self) -> RawTable {
        let declared =
            |name: &str| self.spec.columns.get(name).is_some_and(|c| c.declared_kind().is_some());
        let mut kinds = Vec::with_capacity(self.parts.len());
        let mut columns = Vec::with_capacity(self.parts.len());
        let mut date_orders = BTreeMap::new();
        for Part { name, values, kind, order, .. } in self.parts {
            date_orders.extend(order.map(|order| (name.clone(), order)));
            // Only all texts together tell sentences from names.
            kinds.push(match (&values, kind) {
                (Values::Category(texts), _) if !declared(&name) => kind_of_texts(texts),
                (_, kind) => kind.unwrap_or(Kind::Fractional),
            });
            columns.push(Column { name, values });
        }
        // The columns are of one length: each has got as many values as there are rows.
        let table = Table::new(columns).unwrap_or_default();
        RawTable { table, kinds, date_orders, notes: self.notes }
    }
}

impl Part {
    fn new(Column { name, values }: Column, kind: Kind, key: &str) -> Self {
        let kind = (values.missing() < values.len()).then_some(kind);
        Self { name, values, kind, order: None, key: key.to_owned() }
    }

    /// Reads dates that do not tell their order in the order of others.
    fn settle(&mut self, order: Option<DateOrder>) {
        let (Values::Category(texts), Some(order)) = (&self.values, order) else { return };
        if let Some(instants) = dates::settled(texts, order) {
            (self.values, self.kind) = (Values::Number(instants), Some(Kind::Date));
            self.order = Some(order);
        }
    }

    fn append(&mut self, mut other: Self, rows: usize) -> Result<(), Conflict> {
        self.settle(other.order);
        other.settle(self.order);
        let Some(later) = other.kind else {
            self.values.append(None, rows);
            return Ok(());
        };
        let Some(earlier) = self.kind else {
            let before = self.values.len();
            self.values = empty(Some(later));
            self.values.append(None, before);
            self.values.append(Some(&other.values), rows);
            self.kind = Some(later);
            self.order = other.order;
            self.key = other.key;
            return Ok(());
        };
        let contradict = matches!((self.order, other.order), (Some(a), Some(b)) if a != b);
        let Some(kind) = together(earlier, later).filter(|_| !contradict) else {
            let is_of_dates = [earlier, later].contains(&Kind::Date);
            return Err(Conflict {
                column: other.name,
                earlier: self.key.clone(),
                later: other.key,
                earlier_type: words(earlier, self.order),
                later_type: words(later, other.order),
                key: if is_of_dates { "date_order" } else { "kind" },
            });
        };
        self.kind = Some(kind);
        self.order = self.order.or(other.order);
        self.values.append(Some(&other.values), rows);
        Ok(())
    }
}

/// No values of the type.
fn empty(kind: Option<Kind>) -> Values {
    match kind.is_none_or(Kind::is_number) {
        true => Values::Number(Vec::new()),
        false => Values::Category(Categories::default()),
    }
}

/// The type of values of both types; `None` when they do not go together.
fn together(a: Kind, b: Kind) -> Option<Kind> {
    use Kind::{Category, Fractional, Integral, Text};
    match (a, b) {
        (a, b) if a == b => Some(a),
        (Integral | Fractional, Integral | Fractional) => Some(Fractional),
        (Category | Text, Category | Text) => Some(Text),
        _ => None,
    }
}

fn words(kind: Kind, order: Option<DateOrder>) -> &'static str {
    match kind {
        Kind::Fractional | Kind::Integral => "numbers",
        Kind::Boolean => "booleans",
        Kind::Category | Kind::Text => "texts",
        Kind::Date => order.map_or("dates", DateOrder::words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::csv;
    use crate::spec::{ColumnKind, ColumnSpec};

    fn numbers(raw: &RawTable, name: &str) -> Vec<Option<f64>> {
        match raw.table.column(name) {
            Some(Values::Number(values)) => {
                values.iter().map(|value| Some(*value).filter(|value| !value.is_nan())).collect()
            }
            other => panic!("{name} is {other:?}"),
        }
    }

    #[test]
    fn rows_follow_each_other_and_columns_are_matched_by_name() {
        let spec = Spec::default();
        let mut appended = Appended::new(&spec);
        let texts = [
            ("a.csv", "n,gone,c,late\n1,5,x,\n2,6,y,\n"),
            ("b.csv", "c;n;fresh;late\nz;1,5;7;soon\n"),
        ];
        for (key, text) in texts {
            appended.push(key, csv::read(text.as_bytes()).unwrap()).unwrap();
        }
        assert_eq!(appended.rows(), 3);
        let raw = appended.finish();
        use Kind::{Category, Fractional, Integral};
        assert_eq!(raw.kinds, [Fractional, Integral, Category, Integral, Category]);
        assert_eq!(raw.table.columns()[4].name, "late", "the last column stays the last one");
        assert_eq!(numbers(&raw, "n"), [Some(1.0), Some(2.0), Some(1.5)]);
        assert_eq!(numbers(&raw, "gone"), [Some(5.0), Some(6.0), None]);
        assert_eq!(numbers(&raw, "fresh"), [None, None, Some(7.0)]);
        let Some(Values::Category(late)) = raw.table.column("late") else { panic!("{raw:?}") };
        assert_eq!(late.iter().collect::<Vec<_>>(), [None, None, Some("soon")]);
        assert_eq!(raw.notes.len(), 3, "{:?}", raw.notes);
        assert_eq!(raw.notes[0], "`b.csv` has no column `gone`: its 1 rows have no value in it");
        assert!(raw.notes[1].starts_with("column `fresh` begins with `b.csv`"));
    }

    #[test]
    fn numbers_and_texts_do_not_go_together() {
        let spec = Spec::default();
        let mut appended = Appended::new(&spec);
        appended.push("a.csv", csv::read(b"x,y\n,1\n").unwrap()).unwrap();
        appended.push("b.csv", csv::read(b"x,y\n3,1\n").unwrap()).unwrap();
        let conflict = appended.push("c.csv", csv::read(b"x,y\nmany,1\n").unwrap()).unwrap_err();
        assert_eq!((conflict.earlier.as_str(), conflict.later.as_str()), ("b.csv", "c.csv"));
        assert!(
            conflict.to_string().starts_with(
                "column `x` holds texts in `c.csv`, but numbers in `b.csv`: write it alike"
            ),
            "{conflict}"
        );
    }

    #[test]
    fn a_declared_category_stays_one_however_its_texts_look() {
        let part = |from: usize| {
            let rows = (from..from + 30).map(|row| format!("it is ride {row},1\n"));
            csv::read(("c,y\n".to_owned() + &rows.collect::<String>()).as_bytes()).unwrap()
        };
        for (kind, expected) in [(None, Kind::Text), (Some(ColumnKind::Category), Kind::Category)] {
            let column = ColumnSpec { kind, ..ColumnSpec::default() };
            let columns = [("c".to_owned(), column)].into();
            let spec = Spec { columns, ..Spec::default() };
            let mut appended = Appended::new(&spec);
            appended.push("a.csv", part(0)).unwrap();
            appended.push("b.csv", part(30)).unwrap();
            assert_eq!(appended.finish().kinds[0], expected);
        }
    }
}
