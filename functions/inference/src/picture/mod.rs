//! A picture as the pixels that a model was trained on: grey, its ink from 0 to 1 whatever
//! the colours, the figure set upright where that is asked for, scaled and centred.

mod decode;
mod figure;
mod grey;
mod ink;

use model_factory::spec::Image;

/// A picture is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PictureError {
    /// There is none.
    #[error("the request has no picture: send the bytes of a PNG or a JPEG as its body")]
    Absent,
    /// Of a format that is not read.
    #[error("the body is neither a PNG nor a JPEG: send the bytes of one of them")]
    UnknownFormat,
    /// It cannot be decoded.
    #[error("the picture cannot be decoded ({0}): send it again")]
    Broken(String),
    /// Its colours are those of print.
    #[error("the JPEG has the colours of print (CMYK): save it in grey or RGB")]
    ForPrint,
    /// It has too many pixels.
    #[error(
        "the picture has {width} × {height} pixels: send one of at most {} a side",
        decode::SIDE
    )]
    TooLarge {
        /// Its width.
        width: usize,
        /// Its height.
        height: usize,
    },
    /// There is nothing on it.
    #[error("the picture is blank: nothing stands out from its border")]
    Blank,
}

/// The ink of each pixel, from 0 to 1, row by row, of a square with that many pixels a side.
///
/// Where the spec wants figures upright, that is done with the pixels that the picture has: a
/// small square has lost too much of a figure for it to be sheared well. Only a picture that has
/// exactly the side is a row of pixels as it is, and left to a model that `sets_upright` itself.
///
/// # Errors
/// When the bytes are no picture, too large a one, or one of nothing.
pub(crate) fn pixels(
    bytes: &[u8],
    side: usize,
    spec: &Image,
    sets_upright: bool,
) -> Result<Vec<f32>, PictureError> {
    let ink = ink::of(&decode::grey(bytes)?)?;
    let exact = (ink.width(), ink.height()) == (side, side);
    let ink = match (spec.deskew, exact) {
        (true, true) if !sets_upright => ink.upright(),
        (true, false) => ink.widened().upright(),
        _ => ink,
    };
    Ok(if exact { ink } else { figure::centred(&ink, side, spec.fill as f32) }.into_values())
}

#[cfg(test)]
mod tests;
