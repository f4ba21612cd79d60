//! What a table's columns mean to a model: its inputs and its task.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::date::DateOrder;
use crate::spec::TaskKind;

/// The columns that a model reads, and what it predicts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// The inputs in the order of the training data.
    pub inputs: Vec<Field>,
    /// The column that is predicted; of anomalies the one that tells which rows are some.
    /// `None` where a model learns from the inputs alone.
    pub target: Option<String>,
    /// What kind of prediction it is.
    pub task: Task,
}

/// One input column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// The column's name; inputs are matched by it.
    pub name: String,
    /// The type of its values.
    pub kind: Kind,
    /// Whether a value was missing in the training data.
    pub nullable: bool,
    /// Of dates that are written as `8/3/2018`, which part comes first; `None` where none was
    /// in the training data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_order: Option<DateOrder>,
    /// Of a category, whether all of its texts in the training data were numbers: numbers are
    /// read as their texts then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub numerals: bool,
}

/// The type of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Numbers with a fraction.
    Fractional,
    /// Whole numbers.
    Integral,
    /// True and false, held as 1 and 0.
    Boolean,
    /// Texts of a domain.
    Category,
    /// Dates or instants, held as seconds since 1970 in UTC.
    Date,
    /// Free texts.
    Text,
}

/// What a model predicts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "lowercase")]
pub enum Task {
    /// One of the `classes`, in the order of the probability columns.
    Classification {
        /// The classes, sorted.
        classes: Vec<String>,
    },
    /// A number.
    Regression,
    /// How unlike the training rows a row is.
    Anomaly,
    /// The group of rows that a row belongs to.
    Clustering,
}

impl Field {
    /// A column whose dates, if it has such, are written in one way only, and whose texts are words.
    pub fn new(name: impl Into<String>, kind: Kind, nullable: bool) -> Self {
        Self { name: name.into(), kind, nullable, date_order: None, numerals: false }
    }
}

impl Schema {
    /// The input called `name`.
    #[must_use]
    pub fn input(&self, name: &str) -> Option<&Field> {
        self.inputs.iter().find(|field| field.name == name)
    }

    /// Which part comes first in the dates of an input, by its name, where that is known.
    #[must_use]
    pub fn date_orders(&self) -> BTreeMap<String, DateOrder> {
        let known = |field: &Field| Some((field.name.clone(), field.date_order?));
        self.inputs.iter().filter_map(known).collect()
    }
}

impl Kind {
    /// Whether values of this type are held as numbers.
    #[must_use]
    pub fn is_number(self) -> bool {
        !matches!(self, Self::Category | Self::Text)
    }

    /// Values of this type in words, such as `whole numbers`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Fractional => "numbers",
            Self::Integral => "whole numbers",
            Self::Boolean => "booleans",
            Self::Category | Self::Text => "texts",
            Self::Date => "dates",
        }
    }
}

impl Task {
    /// The kind of task.
    #[must_use]
    pub fn kind(&self) -> TaskKind {
        match self {
            Self::Classification { .. } => TaskKind::Classification,
            Self::Regression => TaskKind::Regression,
            Self::Anomaly => TaskKind::Anomaly,
            Self::Clustering => TaskKind::Clustering,
        }
    }

    /// The task's name, such as `classification`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Classification { .. } => "classification",
            Self::Regression => "regression",
            Self::Anomaly => "anomaly",
            Self::Clustering => "clustering",
        }
    }

    /// The classes of a classification; empty for other tasks.
    #[must_use]
    pub fn classes(&self) -> &[String] {
        match self {
            Self::Classification { classes } => classes,
            Self::Regression | Self::Anomaly | Self::Clustering => &[],
        }
    }
}
