//! A figure, cut out, scaled and centred.

use super::grey::Grey;

/// The figure, scaled to a share of a square's side and centred there by its mass.
pub(super) fn centred(ink: &Grey, side: usize, fill: f32) -> Grey {
    let drawn = || ink.pixels().filter(|(.., value)| *value > 0.2);
    let bounds = |values: &mut dyn Iterator<Item = usize>| {
        values.fold((usize::MAX, 0), |(low, high), value| (low.min(value), high.max(value + 1)))
    };
    let (left, right) = bounds(&mut drawn().map(|(x, ..)| x));
    let (top, bottom) = bounds(&mut drawn().map(|(_, y, _)| y));
    if right <= left || bottom <= top {
        return Grey::new(side, side, Vec::new());
    }
    let (width, height) = ((right - left) as f32, (bottom - top) as f32);
    let scale = fill * side as f32 / width.max(height);
    let sized = |length: f32| ((length * scale).round() as usize).clamp(1, side);
    let figure = resized(ink, (left, top, width, height), (sized(width), sized(height)));
    let Some((_, x, y)) = figure.centre() else { return Grey::new(side, side, Vec::new()) };
    let middle = (side as f32 - 1.0) / 2.0;
    // The figure stays within the square.
    let shift = |centre: f32, length: usize| {
        ((middle - centre).round() as isize).clamp(0, (side - length) as isize)
    };
    let (right, down) = (shift(x, figure.width()), shift(y, figure.height()));
    Grey::from_fn(side, side, |x, y| figure.at(x as isize - right, y as isize - down))
}

/// A part of a picture (its left, top, width and height) with so many columns and rows, each
/// of which is the mean of what it covers.
fn resized(
    ink: &Grey,
    (left, top, width, height): (usize, usize, f32, f32),
    (columns, rows): (usize, usize),
) -> Grey {
    Grey::from_fn(columns, rows, |column, row| {
        let (from_x, to_x) = covered(left as f32, width, column, columns);
        let (from_y, to_y) = covered(top as f32, height, row, rows);
        let mut sum = 0.0;
        for y in from_y.floor() as isize..to_y.ceil() as isize {
            for x in from_x.floor() as isize..to_x.ceil() as isize {
                sum += overlap(from_x, to_x, x) * overlap(from_y, to_y, y) * ink.at(x, y);
            }
        }
        sum / ((to_x - from_x) * (to_y - from_y))
    })
}

/// From where to where the part at a place, of so many, covers a stretch.
fn covered(start: f32, length: f32, place: usize, of: usize) -> (f32, f32) {
    let step = length / of as f32;
    (start + step * place as f32, start + step * (place + 1) as f32)
}

/// How much of the pixel at `place` lies between two points.
fn overlap(from: f32, to: f32, place: isize) -> f32 {
    (to.min(place as f32 + 1.0) - from.max(place as f32)).max(0.0)
}
