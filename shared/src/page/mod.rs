//! Pages: one HTML file each, which opens offline and runs no script.

mod distribution;
mod format;
mod plot;

use maud::{DOCTYPE, Markup, PreEscaped, html};

pub(crate) use distribution::{distribution, sketch};
pub(crate) use format::{count, number, p_value, percent, short};
pub(crate) use plot::{Layer, Plot};

/// Colours, type and tables, for every page.
const STYLE: &str = include_str!("style.css");

/// A whole page; `style` is added to what all pages share.
pub(crate) fn document(title: &str, style: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) (PreEscaped(style)) }
            }
            body { (body) }
        }
    };
    page.into_string()
}
