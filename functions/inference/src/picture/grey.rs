//! A picture of one number a pixel.

use model_factory::features::set_upright;

/// A picture of one number a pixel, row by row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grey {
    width: usize,
    height: usize,
    values: Vec<f32>,
}

impl Grey {
    /// The picture of these values; what is missing at its end is 0.
    pub(super) fn new(width: usize, height: usize, mut values: Vec<f32>) -> Self {
        values.resize(width * height, 0.0);
        Self { width, height, values }
    }

    /// The picture whose values `at` gives by column and row.
    pub(super) fn from_fn(width: usize, height: usize, at: impl Fn(usize, usize) -> f32) -> Self {
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Self { width, height, values: places.map(|(x, y)| at(x, y)).collect() }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn height(&self) -> usize {
        self.height
    }

    pub(super) fn values(&self) -> &[f32] {
        &self.values
    }

    pub(super) fn into_values(self) -> Vec<f32> {
        self.values
    }

    /// The value at a column and row; 0 outside.
    pub(super) fn at(&self, x: isize, y: isize) -> f32 {
        let place = |value: isize, end: usize| usize::try_from(value).ok().filter(|it| *it < end);
        match (place(x, self.width), place(y, self.height)) {
            (Some(x), Some(y)) => self.values.get(y * self.width + x).copied().unwrap_or_default(),
            _ => 0.0,
        }
    }

    /// All pixels: column, row, value.
    pub(super) fn pixels(&self) -> impl Iterator<Item = (usize, usize, f32)> {
        let width = self.width.max(1);
        self.values
            .iter()
            .enumerate()
            .map(move |(place, &value)| (place % width, place / width, value))
    }

    /// The picture with half its height more on either side, so that a figure that leans by up
    /// to one column a row loses nothing when it is set upright.
    pub(super) fn widened(self) -> Self {
        let margin = self.height / 2;
        let width = self.width + 2 * margin;
        let mut values = vec![0.0; width * self.height];
        let rows = self.values.chunks_exact(self.width.max(1));
        for (wide, row) in values.chunks_exact_mut(width.max(1)).zip(rows) {
            let inner = wide.iter_mut().skip(margin);
            inner.zip(row).for_each(|(to, from)| *to = *from);
        }
        Self { width, height: self.height, values }
    }

    /// The picture with its figure set upright; what is moved beyond its border is lost.
    pub(super) fn upright(mut self) -> Self {
        set_upright(&mut self.values, self.width);
        self
    }

    /// Sum and centre of mass; `None` of a picture of zeros.
    pub(super) fn centre(&self) -> Option<(f32, f32, f32)> {
        let (mut mass, mut x_sum, mut y_sum) = (0.0_f64, 0.0_f64, 0.0_f64);
        for (x, y, value) in self.pixels() {
            let value = f64::from(value);
            mass += value;
            x_sum += value * x as f64;
            y_sum += value * y as f64;
        }
        (mass > 0.0).then(|| (mass as f32, (x_sum / mass) as f32, (y_sum / mass) as f32))
    }
}
