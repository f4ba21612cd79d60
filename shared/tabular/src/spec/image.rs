//! `[image]`: a model whose inputs are the pixels of a small picture.

use serde::{Deserialize, Serialize};

use super::{SpecError, check};

/// How the pixels of a picture become a model's inputs. The columns of its data set are named
/// by a pixel's number, row by row, such as `pixel17`, or by its row and column, such as
/// `pixel_2_1`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Image {
    /// The pixels of a side, 4 to 64. Default: the model takes no pictures.
    pub side: Option<u32>,
    /// The number of the first pixel, or of the first row and column. Default 0.
    pub first: u32,
    /// The value of a pixel that is all ink. Default 255.
    pub ink: f64,
    /// Whether the model sets slanted figures upright, of every row of pixels that it learns
    /// from or answers. Default `false`.
    pub deskew: bool,
    /// How much of the side the figure fills, from 0 to 1: it is cut out, scaled to that and
    /// centred by its mass. Default 20 of 28, as in MNIST. A picture of exactly the side is
    /// taken as it is.
    pub fill: f64,
}

impl Default for Image {
    fn default() -> Self {
        Self { side: None, first: 0, ink: 255.0, deskew: false, fill: 20.0 / 28.0 }
    }
}

impl Image {
    /// The pixels of a side where figures are set upright; `None` where they are left as they
    /// are.
    #[must_use]
    pub fn upright_side(&self) -> Option<usize> {
        self.side.filter(|_| self.deskew).map(|side| side as usize)
    }

    /// The place of a column's pixel in the square, row by row from 0, by the numbers in its
    /// name; `None` of a column that is no pixel of it.
    #[must_use]
    pub fn place(&self, column: &str) -> Option<usize> {
        let side = self.side?;
        let numbers: Vec<u32> = column
            .split(|letter: char| !letter.is_ascii_digit())
            .filter(|digits| !digits.is_empty())
            .map(|digits| digits.parse().ok())
            .collect::<Option<_>>()?;
        let place = match *numbers.as_slice() {
            [] => return None,
            [number] => number.checked_sub(self.first)?,
            [.., row, column] => {
                let column = column.checked_sub(self.first).filter(|column| *column < side)?;
                row.checked_sub(self.first)?.checked_mul(side)?.checked_add(column)?
            }
        };
        (place < side.checked_mul(side)?).then_some(place as usize)
    }

    pub(super) fn validate(&self) -> Result<(), SpecError> {
        let side = self.side.unwrap_or(28);
        check((4..=64).contains(&side), "image.side", side, "it must lie between 4 and 64")?;
        let ink = self.ink;
        check(ink.is_finite() && ink > 0.0, "image.ink", ink, "it must be above 0")?;
        let fill = self.fill;
        check(fill > 0.0 && fill <= 1.0, "image.fill", fill, "it must be above 0 and at most 1")
    }
}
