//! What it learned from: the target and each input.

use maud::{Markup, html};

use super::CardInput;
use crate::dataset::{self, Categories, Field, Kind, Schema, Table, Target, Values};
use crate::page::{count, number, percent, short, sketch};
use crate::profile::{Column, Profile, Summary};

/// The most columns that are listed.
const COLUMNS: usize = 60;

/// The most categories that are named.
const NAMED: usize = 3;

pub(super) fn section(input: &CardInput<'_>) -> Markup {
    let profile = &input.trained.profile;
    let schema = &input.data.schema;
    html! {
        h2 { "What it learned from" }
        p .quiet {
            (count(input.data.rows() as u64)) " rows with " (schema.inputs.len()) " inputs; "
            (count(profile.rows)) " of them to learn from, "
            (count(input.trained.assessment.evaluation.rows() as u64)) " held out."
        }
        div .scroll { table .columns {
            thead { tr {
                th { "Column" } th { "Type" } th .n { "Missing" } th { "Values" } th {}
            } }
            tbody {
                @for column in target(input).iter() { (row(column, true)) }
                @for column in profile.inputs.iter().take(COLUMNS) { (row(column, false)) }
            }
        } }
        @if profile.inputs.len() > COLUMNS {
            p .quiet .small { (profile.inputs.len() - COLUMNS) " more inputs are not listed." }
        }
    }
}

/// The summary of the target, where there is one, as of an input; of all rows.
fn target(input: &CardInput<'_>) -> Vec<Column> {
    let name = input.data.schema.target.clone().unwrap_or_default();
    let (kind, values) = match &input.data.target {
        Target::Values(values) => (Kind::Fractional, Values::Number(values.clone())),
        Target::Classes { classes, labels } => {
            let texts = labels.iter().map(|&label| classes.get(label).map(String::as_str));
            (Kind::Category, Values::Category(Categories::encode(texts)))
        }
        Target::Absent { .. } => return Vec::new(),
    };
    let field = Field { name: name.clone(), kind, nullable: false };
    let schema = Schema { inputs: vec![field], ..input.data.schema.clone() };
    Table::new(vec![dataset::Column { name, values }])
        .map(|table| Profile::of(&table, &schema).inputs)
        .unwrap_or_default()
}

fn row(column: &Column, is_target: bool) -> Markup {
    html! { tr .primary[is_target] {
        td { (short(&column.name, 40)) @if is_target { " " span .quiet { "target" } } }
        td .quiet { (kind(column.kind)) }
        td .n { (percent(column.missing_rate())) }
        td { (values(column)) }
        td .sketch { (sketch(column)) }
    } }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Fractional => "number",
        Kind::Integral => "whole number",
        Kind::Boolean => "true or false",
        Kind::Category => "category",
        Kind::Date => "date",
        Kind::Text => "text",
    }
}

fn values(column: &Column) -> Markup {
    match &column.summary {
        Summary::Number(numbers) => {
            let moments = &numbers.moments;
            let (Some(min), Some(max)) = (moments.min, moments.max) else {
                return html! { span .quiet { "none" } };
            };
            match column.kind {
                Kind::Date => html! { (day(min)) " to " (day(max)) },
                _ => html! {
                    (number(min)) " to " (number(max))
                    span .quiet { ", mean " (number(moments.mean)) " ± " (number(moments.std())) }
                },
            }
        }
        Summary::Text(texts) => {
            let moments = &texts.length.moments;
            let (Some(min), Some(max)) = (moments.min, moments.max) else {
                return html! { span .quiet { "none" } };
            };
            html! { (number(min)) " to " (number(max)) " characters" }
        }
        Summary::Category(levels) => {
            let mut found: Vec<(&str, u64)> =
                levels.counts.iter().map(|(level, &rows)| (level.as_str(), rows)).collect();
            found.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
            let total = levels.total().max(1) as f64;
            html! {
                @for (index, (level, rows)) in found.iter().take(NAMED).enumerate() {
                    @if index > 0 { ", " }
                    (short(level, 20)) " " span .quiet { (percent(*rows as f64 / total)) }
                }
                @if found.len() > NAMED { span .quiet { ", " (found.len() - NAMED) " more" } }
            }
        }
    }
}

/// The day of an instant in seconds since 1970.
fn day(seconds: f64) -> String {
    jiff::Timestamp::from_second(seconds as i64)
        .map_or_else(|_| number(seconds), |time| time.strftime("%Y-%m-%d").to_string())
}
