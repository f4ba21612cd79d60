//! Inputs that are the pixels of a square: whether their figures can be set upright.

use std::collections::BTreeMap;

use super::defect::Defect;
use super::schema::{Field, Kind};
use super::table::{Column, Values};
use crate::spec::Image;

/// Whether a column is a pixel of figures that are set upright: its ink may be moved to other
/// columns, and theirs to it, so that it informs a model even where it never changes.
pub(super) fn are_read_together(image: &Image, column: &str) -> bool {
    image.upright_side().is_some() && image.place(column).is_some()
}

/// What keeps the figures from being set upright, where the spec asks for that.
pub(super) fn check(
    image: &Image,
    fields: &[Field],
    columns: &[Column],
    notes: &mut Vec<String>,
) -> Vec<Defect> {
    let Some(side) = image.upright_side() else {
        if image.deskew {
            notes.push(
                "`image.deskew` is set, and not used: say by `image.side` how many pixels a side \
                 has"
                .to_owned(),
            );
        }
        return Vec::new();
    };
    let mut names: BTreeMap<usize, &str> = BTreeMap::new();
    let mut defects = Vec::new();
    for (field, column) in fields.iter().zip(columns) {
        let place = image.place(&field.name);
        let twin = place.and_then(|place| names.insert(place, &field.name));
        let reason = match (place, twin) {
            (None, _) => Some(format!(
                "is none of them: its name must hold the pixel's number from {}, or its row and \
                 column; list what is no pixel in `ignore`",
                image.first
            )),
            (_, Some(twin)) => Some(format!("is the same one as `{twin}`: rename one of them")),
            _ => no_ink(field.kind, &column.values),
        };
        defects.extend(reason.map(|reason| {
            let name = &field.name;
            let message = format!(
                "`image.deskew` sets figures of {side} × {side} pixels upright, and column \
                 `{name}` {reason}"
            );
            Defect::of_spec("no_pixel", message).in_column(name)
        }));
    }
    defects
}

/// Why values are not the ink of a pixel.
fn no_ink(kind: Kind, values: &Values) -> Option<String> {
    match (kind, values) {
        (Kind::Fractional | Kind::Integral | Kind::Boolean, Values::Number(numbers)) => {
            let negative = numbers.iter().find(|number| **number < 0.0)?;
            Some(format!(
                "holds {negative}: a pixel is 0 without ink and more with it; upload it so, for \
                 learners scale it by themselves"
            ))
        }
        _ => Some(format!("holds {}, not numbers", kind.words())),
    }
}
