//! PNG and JPEG, in bounded memory.

use std::io::Cursor;

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::PictureError;
use super::grey::Grey;

/// The most pixels of a side.
pub(super) const SIDE: usize = 4096;

/// The most bytes that a decoder may ask for.
const BYTES: usize = 4 * SIDE * SIDE;

/// The luma (Rec. 601) of a picture, 0 to 255. What is transparent lets white through.
pub(super) fn grey(bytes: &[u8]) -> Result<Grey, PictureError> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => png(bytes),
        [0xff, 0xd8, 0xff, ..] => jpeg(bytes),
        [] => Err(PictureError::Absent),
        _ => Err(PictureError::UnknownFormat),
    }
}

fn broken(error: impl std::fmt::Display) -> PictureError {
    PictureError::Broken(error.to_string())
}

fn admit(width: usize, height: usize) -> Result<(), PictureError> {
    match width.max(height) > SIDE {
        true => Err(PictureError::TooLarge { width, height }),
        false => Ok(()),
    }
}

fn png(bytes: &[u8]) -> Result<Grey, PictureError> {
    let mut decoder =
        png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: BYTES });
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let header = decoder.read_header_info().map_err(broken)?;
    admit(header.width as usize, header.height as usize)?;
    let mut reader = decoder.read_info().map_err(broken)?;
    let size = reader.output_buffer_size().ok_or_else(|| broken("its size is unknown"))?;
    let mut samples = vec![0; size];
    let frame = reader.next_frame(&mut samples).map_err(broken)?;
    let over_white = |value: f32, alpha: u8| {
        let alpha = f32::from(alpha) / 255.0;
        value * alpha + 255.0 * (1.0 - alpha)
    };
    let luma = |pixel: &[u8]| match *pixel {
        [grey] => f32::from(grey),
        [grey, alpha] => over_white(f32::from(grey), alpha),
        [r, g, b] => rec601(r, g, b),
        [r, g, b, alpha] => over_white(rec601(r, g, b), alpha),
        _ => 0.0,
    };
    let values = samples.chunks_exact(frame.color_type.samples()).map(luma).collect();
    Ok(Grey::new(frame.width as usize, frame.height as usize, values))
}

fn rec601(r: u8, g: u8, b: u8) -> f32 {
    0.299 * f32::from(r) + 0.587 * f32::from(g) + 0.114 * f32::from(b)
}

/// Whether a JPEG has an end after its first scan: the decoder would make up what is missing.
/// Neither marker is among the scan's data (ITU-T T.81, section B.1.1.5), but a preview before
/// it has both.
fn is_whole(bytes: &[u8]) -> bool {
    let last = |marker: [u8; 2]| bytes.windows(2).rposition(|pair| pair == marker);
    last([0xff, 0xd9]) > last([0xff, 0xda])
}

fn jpeg(bytes: &[u8]) -> Result<Grey, PictureError> {
    // Larger ones are refused by their header, in our words.
    let options = DecoderOptions::default()
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_out_colorspace(ColorSpace::Luma);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| broken(format!("{error:?}")))?;
    let (width, height) = decoder.dimensions().ok_or_else(|| broken("its size is unknown"))?;
    admit(width, height)?;
    if matches!(decoder.input_colorspace(), Some(ColorSpace::CMYK | ColorSpace::YCCK)) {
        return Err(PictureError::ForPrint);
    }
    if !is_whole(bytes) {
        return Err(broken("it ends too early"));
    }
    let samples = decoder.decode().map_err(|error| broken(format!("{error:?}")))?;
    Ok(Grey::new(width, height, samples.into_iter().map(f32::from).collect()))
}
