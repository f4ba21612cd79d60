//! What it learned from: the target and each input.

use maud::{Markup, html};

use crate::dataset::{Kind, Labelled, Schema};
use crate::date;
use crate::page::{count, number, percent, short, sketch};
use crate::profile::{Column, Profile, Summary};

/// The most columns that are listed.
const COLUMNS: usize = 60;

/// The most categories that are named.
const NAMED: usize = 3;

/// The rows that it learned from, or was measured on.
pub(super) fn section(title: &str, data: &Labelled, profile: &Profile, split: &str) -> Markup {
    let inputs = data.schema.inputs.len();
    html! {
        h2 { (title) }
        p .quiet { (count(data.rows() as u64)) " rows with " (inputs) " inputs; " (split) "." }
        div .scroll { table .columns {
            thead { tr {
                th { "Column" } th { "Type" } th .n { "Missing" } th { "Values" } th {}
            } }
            tbody {
                @for column in target(data).iter() { (row(column, true)) }
                @for column in profile.inputs.iter().take(COLUMNS) { (row(column, false)) }
            }
        } }
        @if profile.inputs.len() > COLUMNS {
            p .quiet .small { (profile.inputs.len() - COLUMNS) " more inputs are not listed." }
        }
    }
}

/// What it reads, where no rows tell more.
pub(super) fn inputs(schema: &Schema) -> Markup {
    html! {
        h2 { "What it reads" }
        div .scroll { table .columns {
            thead { tr { th { "Column" } th { "Type" } } }
            tbody { @for field in schema.inputs.iter().take(COLUMNS) { tr {
                td { (short(&field.name, 40)) } td .quiet { (kind(field.kind)) }
            } } }
        } }
        @if schema.inputs.len() > COLUMNS {
            p .quiet .small { (schema.inputs.len() - COLUMNS) " more inputs are not listed." }
        }
    }
}

/// The summary of the target, where there is one, as of an input; of all rows.
fn target(data: &Labelled) -> Option<Column> {
    let name = data.schema.target.as_deref()?;
    Profile::default().with_target(name, &data.target).target
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
    date::civil(seconds)
        .map_or_else(|| number(seconds), |time| time.strftime("%Y-%m-%d").to_string())
}
