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
    /// Whether slanted figures are set upright, as those of the data set were. Default `false`.
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
    pub(super) fn validate(&self) -> Result<(), SpecError> {
        let side = self.side.unwrap_or(28);
        check((4..=64).contains(&side), "image.side", side, "it must lie between 4 and 64")?;
        let ink = self.ink;
        check(ink.is_finite() && ink > 0.0, "image.ink", ink, "it must be above 0")?;
        let fill = self.fill;
        check(fill > 0.0 && fill <= 1.0, "image.fill", fill, "it must be above 0 and at most 1")
    }
}
