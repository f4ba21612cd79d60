//! One figure, set upright by its moments.

use crate::features::Element;

/// Below this variance of its rows, in squared pixels, a figure is a line across, or a dot.
const FLAT: f64 = 1e-3;

/// Sets the figure upright that `width` columns of pixels show, row by row: 0 is the ground, and
/// what is above it is ink.
///
/// Each row is shifted by `μ₁₁ / μ₀₂` columns for each row that it is away from the centre of
/// mass, `μ` being the central moments of the ink (Hu, *Visual pattern recognition by moment
/// invariants*, IRE Transactions on Information Theory, 1962), as in the `deskew` of OpenCV's
/// samples: it is the slope of the line through the figure by least squares, so that afterwards
/// columns and rows do not vary together. Between two pixels their values are interpolated;
/// what is moved beyond the border is lost, and outside of it is ground.
///
/// What has no such line stays as it is: pixels of which one is missing (`NaN`) or negative,
/// no ink at all, and a figure without height.
pub fn set_upright<T: Element>(pixels: &mut [T], width: usize) {
    let Some(Line { slope, centre }) = Line::through(pixels, width) else { return };
    let mut source = vec![0.0; width];
    for (y, row) in pixels.chunks_exact_mut(width).enumerate() {
        for (to, from) in source.iter_mut().zip(row.iter()) {
            *to = from.to_f64();
        }
        let shift = slope * (y as f64 - centre);
        let whole = shift.floor();
        let share = shift - whole;
        let at = |place: i64| {
            let inside = usize::try_from(place).ok().and_then(|place| source.get(place));
            inside.copied().unwrap_or_default()
        };
        for (place, pixel) in (whole as i64..).zip(row) {
            *pixel = T::from_f64((1.0 - share) * at(place) + share * at(place + 1));
        }
    }
}

/// The line through a figure: its columns as a function of its rows.
struct Line {
    /// Columns a row.
    slope: f64,
    /// The row of the centre of mass.
    centre: f64,
}

impl Line {
    fn through<T: Element>(pixels: &[T], width: usize) -> Option<Self> {
        if width == 0 {
            return None;
        }
        let (mut mass, mut across, mut down) = (0.0, 0.0, 0.0);
        let (mut mixed, mut squares) = (0.0, 0.0);
        for (y, row) in pixels.chunks_exact(width).enumerate() {
            let (mut of_row, mut moment) = (0.0, 0.0);
            for (x, pixel) in row.iter().enumerate() {
                let ink = pixel.to_f64();
                if ink.is_nan() || ink < 0.0 {
                    return None;
                }
                of_row += ink;
                moment += ink * x as f64;
            }
            let y = y as f64;
            mass += of_row;
            across += moment;
            down += of_row * y;
            mixed += moment * y;
            squares += of_row * y * y;
        }
        let centre = down / mass;
        let (mu11, mu02) = (mixed - across * centre, squares - down * centre);
        let slope = mu11 / mu02;
        (mass > 0.0 && mu02 >= FLAT * mass && slope.is_finite()).then_some(Self { slope, centre })
    }
}
