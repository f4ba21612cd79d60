//! Kernels, and the rows of a kernel matrix that is too large to be kept.

use serde::{Deserialize, Serialize};

use crate::learners::algebra::{Rows, dot};

/// The memory of a cache of kernel rows: 64 MiB.
const CACHE: usize = 64 << 20;

/// How alike two rows are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kernel", rename_all = "snake_case")]
pub(super) enum Kernel {
    /// Their scalar product.
    Linear,
    /// `exp(−gamma · squared distance)`.
    Rbf { gamma: f64 },
}

impl Kernel {
    /// The kernel of two rows with these scalar products of themselves.
    fn at(self, (a, a_squared): (&[f64], f64), (b, b_squared): (&[f64], f64)) -> f64 {
        let product = dot(a, b);
        match self {
            Self::Linear => product,
            Self::Rbf { gamma } => (-gamma * (a_squared + b_squared - 2.0 * product)).exp(),
        }
    }

    /// The kernel of a row and each of many.
    pub(super) fn with_all(
        self,
        row: &[f64],
        rows: Rows<'_>,
        squares: &[f64],
    ) -> impl Iterator<Item = f64> {
        let own = (row, dot(row, row));
        rows.iter().zip(squares).map(move |(other, &square)| self.at(own, (other, square)))
    }
}

/// The scalar product of each row with itself.
pub(super) fn squares(rows: Rows<'_>) -> Vec<f64> {
    rows.iter().map(|row| dot(row, row)).collect()
}

/// A kernel matrix whose most recently used rows are kept, in single precision as in
/// libsvm.
pub(super) struct KernelMatrix<'a> {
    kernel: Kernel,
    rows: Rows<'a>,
    squares: Vec<f64>,
    diagonal: Vec<f64>,
    cached: Vec<Vec<f32>>,
    /// When each row was used last; 0 for one that is not kept.
    used: Vec<u64>,
    clock: u64,
    kept: usize,
    /// The most rows that are kept, at least 2.
    most: usize,
}

impl<'a> KernelMatrix<'a> {
    pub(super) fn new(kernel: Kernel, rows: Rows<'a>) -> Self {
        Self::keeping(CACHE / (size_of::<f32>() * rows.len().max(1)), kernel, rows)
    }

    /// A matrix of which at most that many rows are kept, and two in any case.
    pub(super) fn keeping(most: usize, kernel: Kernel, rows: Rows<'a>) -> Self {
        let squares = squares(rows);
        let diagonal = match kernel {
            Kernel::Linear => squares.clone(),
            Kernel::Rbf { .. } => vec![1.0; rows.len()],
        };
        Self {
            kernel,
            rows,
            squares,
            diagonal,
            cached: vec![Vec::new(); rows.len()],
            used: vec![0; rows.len()],
            clock: 0,
            kept: 0,
            most: most.max(2),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn diagonal(&self) -> &[f64] {
        &self.diagonal
    }

    /// Two rows of the matrix.
    pub(super) fn rows(&mut self, first: usize, second: usize) -> (&[f32], &[f32]) {
        self.load(first);
        self.load(second);
        let row = |index: usize| self.cached.get(index).map(Vec::as_slice).unwrap_or_default();
        (row(first), row(second))
    }

    /// One row of the matrix.
    pub(super) fn row(&mut self, index: usize) -> &[f32] {
        self.load(index);
        self.cached.get(index).map(Vec::as_slice).unwrap_or_default()
    }

    fn load(&mut self, index: usize) {
        self.clock += 1;
        let Some(used) = self.used.get_mut(index) else { return };
        let known = *used > 0;
        *used = self.clock;
        if known {
            return;
        }
        let mut values = if self.kept < self.most {
            self.kept += 1;
            Vec::with_capacity(self.rows.len())
        } else {
            self.forget_oldest()
        };
        let start = index * self.rows.columns();
        let row = self.rows.values().get(start..start + self.rows.columns()).unwrap_or_default();
        let kernels = self.kernel.with_all(row, self.rows, &self.squares);
        values.extend(kernels.map(|kernel| kernel as f32));
        if let Some(cell) = self.cached.get_mut(index) {
            *cell = values;
        }
    }

    /// The emptied memory of the row that was not used for the longest time.
    fn forget_oldest(&mut self) -> Vec<f32> {
        let kept = self.used.iter().enumerate().filter(|(_, used)| **used > 0);
        let Some((oldest, _)) = kept.min_by_key(|(_, used)| **used) else { return Vec::new() };
        if let Some(used) = self.used.get_mut(oldest) {
            *used = 0;
        }
        let mut values = self.cached.get_mut(oldest).map(std::mem::take).unwrap_or_default();
        values.clear();
        values
    }
}
