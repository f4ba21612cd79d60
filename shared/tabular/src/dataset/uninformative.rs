//! Columns that cannot inform a model.

use std::collections::BTreeSet;

use super::identifiers::{all_distinct, is_called_an_identifier, name_rows};
use super::schema::Kind;
use super::table::{MISSING, Values};

/// How many constant columns are named, where there are several.
const NAMED: usize = 5;

/// Why a column cannot inform a model.
pub(super) enum Uninformative {
    /// Every value is this one.
    Constant(String),
    /// It numbers the rows.
    Numbers,
    /// So many distinct texts in so many rows name rows.
    Texts(usize, usize),
}

impl Uninformative {
    /// Why a column cannot inform a model; `None` where it may.
    pub(super) fn of(name: &str, values: &Values, kind: Kind) -> Option<Self> {
        match values {
            Values::Number(numbers) => {
                let mut present = numbers.iter().filter(|number| !number.is_nan());
                let first = present.next()?;
                if present.all(|number| number == first) && values.missing() == 0 {
                    return Some(Self::Constant(first.to_string()));
                }
                let numbers_rows = is_called_an_identifier(name) && all_distinct(numbers);
                numbers_rows.then_some(Self::Numbers)
            }
            Values::Category(categories) => {
                // Others are those of rows without a target.
                let used = categories
                    .codes
                    .iter()
                    .filter(|&&code| code != MISSING)
                    .collect::<BTreeSet<_>>()
                    .len();
                let present = categories.codes.len() - values.missing();
                if used <= 1 && values.missing() == 0 {
                    return Some(Self::Constant("the same".to_owned()));
                }
                let names_rows = kind != Kind::Text && name_rows(used, present);
                names_rows.then_some(Self::Texts(used, present))
            }
        }
    }

    /// Whether the reason is a guess, which a type that the spec says outweighs.
    pub(super) fn names_rows(&self) -> bool {
        !matches!(self, Self::Constant(_))
    }

    fn note(&self, column: &str) -> String {
        let keeps = |kind: &str| format!("`columns.{column}.kind = \"{kind}\"` keeps it");
        let reason = match self {
            Self::Constant(value) => format!("every value is {value}"),
            Self::Numbers => format!("it numbers the rows ({})", keeps("number")),
            Self::Texts(distinct, rows) => format!(
                "{distinct} distinct texts in {rows} rows name rows, not groups ({})",
                keeps("category")
            ),
        };
        format!("column `{column}` is left out: {reason}")
    }
}

/// What is said of the columns that are left out: a note for each, but one for all that are
/// constant, of which pictures have hundreds.
pub(super) fn notes_of(left_out: &[(String, Uninformative)]) -> Vec<String> {
    let (constant, others): (Vec<_>, Vec<_>) =
        left_out.iter().partition(|(_, reason)| matches!(reason, Uninformative::Constant(_)));
    let each = |of: Vec<&(String, Uninformative)>| -> Vec<String> {
        of.into_iter().map(|(name, reason)| reason.note(name)).collect()
    };
    let mut notes = match constant.len() {
        ..=1 => each(constant),
        count => {
            let named = constant.iter().take(NAMED).map(|(name, _)| format!("`{name}`"));
            let mut list = named.collect::<Vec<_>>().join(", ");
            if count > NAMED {
                list += &format!(" and {} more", count - NAMED);
            }
            vec![format!("{count} columns are left out, as each holds a single value: {list}")]
        }
    };
    notes.extend(each(others));
    notes
}
