//! What is drawn, told from what it is drawn on.

use super::PictureError;
use super::grey::Grey;

/// The least that ink must differ from its ground, of 255.
const CONTRAST: f32 = 24.0;

/// Less ink than this is noise, such as compression leaves around edges.
const NOISE: f32 = 0.08;

/// The ink of each pixel, from 0 to 1: how far it is from the ground, which is the median of
/// the border, towards the darkest or the brightest pixel, whichever is further away.
pub(super) fn of(grey: &Grey) -> Result<Grey, PictureError> {
    let (width, height) = (grey.width(), grey.height());
    let is_border = |x, y| x == 0 || y == 0 || x + 1 == width || y + 1 == height;
    let border = grey.pixels().filter(|(x, y, _)| is_border(*x, *y)).map(|(.., value)| value);
    let mut border: Vec<f32> = border.collect();
    border.sort_by(f32::total_cmp);
    let ground = border.get(border.len() / 2).copied().ok_or(PictureError::Blank)?;
    let (darkest, brightest) = grey
        .values()
        .iter()
        .fold((ground, ground), |(low, high), &value| (value.min(low), value.max(high)));
    let full = if ground - darkest > brightest - ground { darkest } else { brightest };
    if (full - ground).abs() < CONTRAST {
        return Err(PictureError::Blank);
    }
    let ink = |value: f32| {
        let ink = ((value - ground) / (full - ground)).clamp(0.0, 1.0);
        if ink < NOISE { 0.0 } else { ink }
    };
    Ok(Grey::new(width, height, grey.values().iter().map(|&value| ink(value)).collect()))
}
