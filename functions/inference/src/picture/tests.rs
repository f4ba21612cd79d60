use model_factory::spec::Image;

use super::figure::centred;
use super::grey::Grey;
use super::ink;
use super::{PictureError, pixels};

#[test]
fn a_figure_is_scaled_to_its_share_and_centred_by_mass() {
    // Thirty by fifteen, far from the middle.
    let figure = Grey::from_fn(100, 80, |x, y| {
        f32::from(u8::from((60..90).contains(&x) && (5..20).contains(&y)))
    });
    let centred = centred(&figure, 28, 20.0 / 28.0);
    let (mass, x, y) = centred.centre().unwrap();
    assert!((x - 13.5).abs() <= 0.5 && (y - 13.5).abs() <= 0.5, "{x} {y}");
    assert!((mass - 200.0).abs() < 1e-2, "twenty by ten: {mass}");
}

#[test]
fn ink_is_what_differs_from_the_border() {
    let dark_on_bright = Grey::from_fn(9, 9, |x, _| if x == 4 { 30.0 } else { 240.0 });
    let bright_on_dark = Grey::from_fn(9, 9, |x, _| if x == 4 { 180.0 } else { 10.0 });
    let (a, b) = (ink::of(&dark_on_bright).unwrap(), ink::of(&bright_on_dark).unwrap());
    assert_eq!(a, b, "neither colours nor contrast matter");
    assert_eq!(a.values().iter().sum::<f32>(), 9.0);
    let blank = Grey::from_fn(9, 9, |x, _| 100.0 + x as f32);
    assert_eq!(ink::of(&blank), Err(PictureError::Blank));
    assert_eq!(ink::of(&Grey::new(0, 0, Vec::new())), Err(PictureError::Blank));
}

#[test]
fn a_figure_at_the_border_loses_nothing_when_it_is_set_upright() {
    // An angle that leans, and fills its picture.
    let figure = Grey::from_fn(40, 60, |x, y| {
        let stroke = (x as f32 - 32.0 + 0.5 * y as f32).abs() < 3.0;
        f32::from(u8::from(y < 6 || stroke))
    });
    let (mass, x, y) = figure.centre().unwrap();
    let (inside, ..) = figure.clone().upright().centre().unwrap();
    assert!(inside < mass - 10.0, "its left end is moved out: {inside} of {mass}");
    let wide = figure.widened();
    assert_eq!((wide.width(), wide.height(), wide.centre()), (100, 60, Some((mass, x + 30.0, y))));
    let (kept, ..) = wide.upright().centre().unwrap();
    assert!((kept - mass).abs() < 1e-3, "{kept} of {mass}");
}

#[test]
fn what_is_transparent_lets_white_through() {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 8, 8);
    encoder.set_color(png::ColorType::GrayscaleAlpha);
    let samples: Vec<u8> =
        (0..64).flat_map(|place| [0, if place % 8 == 3 { 255 } else { 0 }]).collect();
    encoder.write_header().unwrap().write_image_data(&samples).unwrap();
    let spec = Image { side: Some(8), ..Image::default() };
    let pixels = pixels(&bytes, 8, &spec, false).unwrap();
    let expected: Vec<f32> = (0..64).map(|place| f32::from(u8::from(place % 8 == 3))).collect();
    assert_eq!(pixels, expected);
}
