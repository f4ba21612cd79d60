//! Rows of pixels, whose figures are set upright before anything is learned from them.

mod shear;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::transform_error::TransformError;
use crate::dataset::{Column, Schema, Table, Values};
use crate::spec::Image;

pub use shear::set_upright;

/// Rows that are gathered from their columns at once: few enough to stay in a core's cache.
const BLOCK: usize = 64;

/// The columns that hold the pixels of a square; each row's figure is set upright. Nothing of it
/// is fitted, and the columns keep their names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Upright {
    /// Pixels a side.
    side: usize,
    /// Columns with their places in the square, row by row; where there is none, there is no ink.
    pixels: Vec<(String, usize)>,
}

/// One column's values, and their place in the square.
type Pixel<'t> = (&'t mut [f64], usize);

impl Upright {
    /// The pixels among the inputs; `None` where the spec leaves figures as they are.
    pub(super) fn of(image: &Image, schema: &Schema) -> Option<Self> {
        let side = image.upright_side()?;
        let names = schema.inputs.iter().map(|field| &field.name);
        let pixels = names.filter_map(|name| Some((name.clone(), image.place(name)?)));
        Some(Self { side, pixels: pixels.collect() })
    }

    /// The table with upright figures.
    pub(super) fn apply(&self, table: &Table) -> Result<Table, TransformError> {
        let mut columns = table.columns().to_vec();
        let mut pixels = self.pixels_of(&mut columns)?;
        let cells = self.side * self.side;
        let mut squares = vec![0.0; cells * BLOCK.min(table.rows())];
        for start in (0..table.rows()).step_by(BLOCK) {
            let rows = start..table.rows().min(start + BLOCK);
            squares.fill(0.0);
            each_pixel(&mut pixels, &mut squares, cells, &rows, |pixel, cell| *cell = *pixel);
            for square in squares.chunks_exact_mut(cells.max(1)).take(rows.len()) {
                set_upright(square, self.side);
            }
            each_pixel(&mut pixels, &mut squares, cells, &rows, |pixel, cell| *pixel = *cell);
        }
        // No column has become longer or shorter.
        Ok(Table::new(columns).unwrap_or_default())
    }

    /// The values of the pixels among the columns.
    fn pixels_of<'t>(&self, columns: &'t mut [Column]) -> Result<Vec<Pixel<'t>>, TransformError> {
        let mut expected = self.pixels.iter();
        let mut found = Vec::with_capacity(self.pixels.len());
        for Column { name, values } in columns {
            // Columns mostly stand in the order of training.
            let named = |pixel: &&(String, usize)| pixel.0 == *name;
            let pixel = expected.next().filter(named);
            let Some((_, place)) = pixel.or_else(|| self.pixels.iter().find(named)) else {
                continue;
            };
            match values {
                Values::Number(numbers) => found.push((numbers.as_mut_slice(), *place)),
                Values::Category(_) => return Err(TransformError::WrongType(name.clone())),
            }
        }
        let is_absent = |place: usize| found.iter().all(|(_, other)| *other != place);
        let all = found.len() == self.pixels.len();
        match self.pixels.iter().find(|(_, place)| !all && is_absent(*place)) {
            None => Ok(found),
            Some((name, _)) => Err(TransformError::MissingColumn(name.clone())),
        }
    }
}

/// Passes every pixel of some rows with its cell in the squares that they fill.
fn each_pixel(
    pixels: &mut [Pixel<'_>],
    squares: &mut [f64],
    cells: usize,
    rows: &Range<usize>,
    pass: impl Fn(&mut f64, &mut f64),
) {
    for (values, place) in pixels {
        let values = values.get_mut(rows.clone()).unwrap_or_default();
        for (value, square) in values.iter_mut().zip(squares.chunks_exact_mut(cells.max(1))) {
            if let Some(cell) = square.get_mut(*place) {
                pass(value, cell);
            }
        }
    }
}

#[cfg(test)]
mod tests;
