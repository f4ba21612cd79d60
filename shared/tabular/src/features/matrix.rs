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

/// Some whole rows of a matrix.
pub(super) struct Block<'m, T> {
    cells: &'m mut [T],
    width: usize,
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

    /// All rows in order, in blocks of at most `rows` of them.
    pub(super) fn blocks(&mut self, rows: usize) -> impl Iterator<Item = Block<'_, T>> {
        let width = self.columns.max(1);
        self.data.chunks_mut(rows.max(1) * width).map(move |cells| Block { cells, width })
    }
}

impl<T: Element> Block<'_, T> {
    pub(super) fn len(&self) -> usize {
        self.cells.len() / self.width
    }

    /// Each row in turn.
    pub(super) fn rows(&mut self) -> impl Iterator<Item = &mut [T]> {
        self.cells.chunks_exact_mut(self.width)
    }

    /// Writes one column from its values in row order.
    #[inline]
    pub(super) fn fill(&mut self, column: usize, values: impl Iterator<Item = f64>) {
        for (row, value) in self.rows().zip(values) {
            if let Some(cell) = row.get_mut(column) {
                *cell = T::from_f64(value);
            }
        }
    }
}
