//! A dense matrix of features.

/// A number that a feature matrix can hold.
pub trait Element: Copy + Default + Send + Sync {
    /// The number nearest to `value`.
    fn from_f64(value: f64) -> Self;

    /// The number itself.
    fn to_f64(self) -> f64;
}

impl Element for f32 {
    #[inline]
    fn from_f64(value: f64) -> Self {
        // Keeps a finite number finite; NaN stays NaN.
        value.clamp(f64::from(Self::MIN), f64::from(Self::MAX)) as Self
    }

    #[inline]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
}

impl Element for f64 {
    #[inline]
    fn from_f64(value: f64) -> Self {
        value
    }

    #[inline]
    fn to_f64(self) -> f64 {
        self
    }
}

/// Rows of features, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix<T> {
    data: Vec<T>,
    rows: usize,
    columns: usize,
}

impl<T: Element> Matrix<T> {
    /// A matrix of zeros.
    #[must_use]
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self { data: vec![T::default(); rows * columns], rows, columns }
    }

    /// Whole rows of `columns` values; what is left over is no row.
    #[must_use]
    pub fn from_vec(mut data: Vec<T>, columns: usize) -> Self {
        let rows = data.len() / columns.max(1);
        data.truncate(rows * columns);
        Self { data, rows, columns }
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The values, row by row.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.data
    }

    /// The values, row by row.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        self.data
    }

    /// Each row in turn.
    pub fn iter_rows(&self) -> impl Iterator<Item = &[T]> + Clone {
        self.data.chunks(self.columns.max(1))
    }

    /// Writes one column from its values in row order.
    pub(super) fn fill_column(&mut self, column: usize, values: impl Iterator<Item = f64>) {
        let rows = self.data.chunks_mut(self.columns.max(1));
        for (cell, value) in rows.filter_map(|row| row.get_mut(column)).zip(values) {
            *cell = T::from_f64(value);
        }
    }

    /// Writes 1 into the given column (if any) of each row, counted from `offset`.
    pub(super) fn mark(&mut self, offset: usize, columns: impl Iterator<Item = Option<usize>>) {
        for (row, column) in self.data.chunks_mut(self.columns.max(1)).zip(columns) {
            if let Some(cell) = column.and_then(|column| row.get_mut(offset + column)) {
                *cell = T::from_f64(1.0);
            }
        }
    }
}
