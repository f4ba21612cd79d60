//! The distribution of the Kolmogorov–Smirnov statistic.
//!
//! Follows Simard and L'Ecuyer, "Computing the two-sided Kolmogorov–Smirnov
//! distribution" (2011), in the regions that scipy's `kstwo` uses, so that
//! p-values agree with scipy's `ks_2samp(method="asymp")`.

use std::f64::consts::PI;

/// Up to this size the Durbin matrix is used wherever it is accurate.
const SMALL: u64 = 140;

/// Up to this size the sum over all crossing points is affordable.
const LARGE: u64 = 100_000;

/// `P(D > d)` for the largest distance `D` between the distribution function of
/// `n` values and the law they are drawn from. No value at all proves nothing: 1.
#[must_use]
pub fn survival(n: u64, d: f64) -> f64 {
    let size = n as f64;
    let crossings = size * d;
    if n == 0 || crossings <= 0.5 {
        return 1.0;
    }
    if d >= 1.0 {
        return 0.0;
    }
    if crossings <= 1.0 {
        let cdf: f64 = (1..=n).map(|i| i as f64 / size * (2.0 * crossings - 1.0)).product();
        return 1.0 - cdf;
    }
    let scaled = crossings * d;
    let survival = if scaled >= 370.0 {
        0.0
    } else if d >= 0.5 || scaled >= tail_start(n) {
        2.0 * one_sided_survival(n, d)
    } else if n <= SMALL || (n <= LARGE && size * d.powf(1.5) <= 1.4) {
        1.0 - durbin(n, d)
    } else {
        1.0 - pelz_good(size, d)
    };
    survival.clamp(0.0, 1.0)
}

/// Where `n d²` is so large that both one-sided events together are negligible.
fn tail_start(n: u64) -> f64 {
    if n <= SMALL {
        4.0
    } else if n <= LARGE {
        2.2
    } else {
        8.0
    }
}

/// `P(D⁺ > d)`: exact (Birnbaum and Tingey) up to [`LARGE`], Maag and Dicaire's
/// limit above.
fn one_sided_survival(n: u64, d: f64) -> f64 {
    let size = n as f64;
    if n > LARGE {
        return (-(6.0 * size * d + 1.0).powi(2) / (18.0 * size)).exp();
    }
    let last = (size * (1.0 - d)).floor() as u64;
    let mut ln_binomial = 0.0;
    let mut sum = 0.0;
    for j in 0..=last {
        let index = j as f64;
        let crossing = d + index / size;
        let beyond = 1.0 - crossing;
        if beyond > 0.0 {
            let term = ln_binomial + (index - 1.0) * crossing.ln() + (size - index) * beyond.ln();
            sum += term.exp();
        }
        ln_binomial += ((size - index) / (index + 1.0)).ln();
    }
    d * sum
}

/// `P(D ≤ d)` by the matrix of Durbin (Marsaglia, Tsang and Wang, 2003).
fn durbin(n: u64, d: f64) -> f64 {
    let crossings = n as f64 * d;
    let k = crossings.ceil();
    let h = k - crossings;
    let k = k as usize;
    let size = 2 * k - 1;
    let matrix = Scaled { matrix: durbin_matrix(size, h), exponent: 0 };
    let power = matrix.power(n, k - 1);
    let mut value = power.matrix.get(k - 1, k - 1);
    let mut exponent = power.exponent;
    for i in 1..=n {
        value *= i as f64 / n as f64;
        if value.abs() < 1e-140 {
            value *= 1e140;
            exponent -= 140;
        }
    }
    value * 10_f64.powi(exponent)
}

fn durbin_matrix(size: usize, h: f64) -> Square {
    let mut inverse_factorials = vec![1.0; size + 1];
    let mut factor = 1.0;
    for (index, value) in inverse_factorials.iter_mut().enumerate().skip(1) {
        factor /= index as f64;
        *value = factor;
    }
    let inverse_factorial = |index: usize| inverse_factorials.get(index).copied().unwrap_or(0.0);
    let border = |index: usize| (1.0 - h.powi(index as i32 + 1)) * inverse_factorial(index + 1);
    let corner = (1.0 - 2.0 * h.powi(size as i32) + (2.0 * h - 1.0).max(0.0).powi(size as i32))
        * inverse_factorial(size);
    Square::from_fn(size, |row, column| match (row, column) {
        (row, 0) if row + 1 == size => corner,
        (row, 0) => border(row),
        (row, column) if row + 1 == size => border(size - 1 - column),
        (row, column) if row + 1 >= column => inverse_factorial(row + 1 - column),
        _ => 0.0,
    })
}

/// `P(D ≤ d)` by the expansion of Pelz and Good (1976).
fn pelz_good(n: f64, d: f64) -> f64 {
    let z = n.sqrt() * d;
    let (z2, z4, z6) = (z.powi(2), z.powi(4), z.powi(6));
    let (pi2, pi4, pi6) = (PI.powi(2), PI.powi(4), PI.powi(6));
    let log_q = -pi2 / 8.0 / z2;
    if log_q < -708.0 {
        return 0.0;
    }
    let terms = (16.0 * z / PI).ceil() as u32;
    let mut k = [0.0; 4];
    for odd in (0..terms).map(|term| f64::from(2 * term + 1)) {
        let (m2, m4, m6) = (odd.powi(2), odd.powi(4), odd.powi(6));
        let weight = (log_q * m2).exp();
        let coefficients = [
            1.0,
            -z2 + pi2 / 4.0 * m2,
            6.0 * z6
                + 2.0 * z4
                + (2.0 * z4 - 5.0 * z2) * pi2 / 4.0 * m2
                + pi4 * (1.0 - 2.0 * z2) / 16.0 * m4,
            -30.0 * z6 - 90.0 * z.powi(8)
                + pi2 * (135.0 * z4 - 96.0 * z6) / 4.0 * m2
                + pi4 * (-60.0 * z2 + 212.0 * z4) / 16.0 * m4
                + pi6 * (5.0 - 30.0 * z2) / 64.0 * m6,
        ];
        for (sum, coefficient) in k.iter_mut().zip(coefficients) {
            *sum += weight * coefficient;
        }
    }
    let (mut second, mut third) = (0.0, 0.0);
    for whole in (1..=terms).map(f64::from) {
        let m2 = whole.powi(2);
        let weight = m2 * (4.0 * log_q * m2).exp();
        second += weight;
        third += weight * (3.0 * z2 - pi2 * m2);
    }
    let [k0, k1, k2, k3] = k;
    let k0 = k0 / z;
    let k1 = k1 / (6.0 * z4);
    let k2 = k2 / (72.0 * z.powi(7)) - second * pi2 / (36.0 * z.powi(3));
    let k3 = k3 / (6480.0 * z.powi(10)) + third * pi2 / (216.0 * z6);
    (2.0 * PI).sqrt() * (k0 + k1 / n.sqrt() + k2 / n + k3 / n.powf(1.5))
}

/// A square matrix, row by row.
#[derive(Clone)]
struct Square {
    size: usize,
    values: Vec<f64>,
}

/// A matrix times a power of ten.
#[derive(Clone)]
struct Scaled {
    matrix: Square,
    exponent: i32,
}

impl Square {
    fn from_fn(size: usize, value: impl Fn(usize, usize) -> f64) -> Self {
        let values = (0..size * size).map(|index| value(index / size, index % size)).collect();
        Self { size, values }
    }

    fn get(&self, row: usize, column: usize) -> f64 {
        self.values.get(row * self.size + column).copied().unwrap_or(0.0)
    }

    fn times(&self, other: &Self) -> Self {
        let mut values = vec![0.0; self.values.len()];
        let rows = self.values.chunks(self.size).zip(values.chunks_mut(self.size));
        for (row, result) in rows {
            for (factor, other_row) in row.iter().zip(other.values.chunks(self.size)) {
                for (sum, value) in result.iter_mut().zip(other_row) {
                    *sum += factor * value;
                }
            }
        }
        Self { size: self.size, values }
    }
}

impl Scaled {
    /// The `exponent`-th power, kept in range by the size of its diagonal element
    /// at `centre`.
    fn power(self, exponent: u64, centre: usize) -> Self {
        let size = self.matrix.size;
        let identity = Square::from_fn(size, |row, column| f64::from(u8::from(row == column)));
        let mut result = Self { matrix: identity, exponent: 0 };
        let mut base = self;
        let mut left = exponent;
        while left > 0 {
            if left % 2 == 1 {
                result = result.times(&base, centre);
            }
            left /= 2;
            if left > 0 {
                base = base.times(&base, centre);
            }
        }
        result
    }

    fn times(&self, other: &Self, centre: usize) -> Self {
        let mut matrix = self.matrix.times(&other.matrix);
        let mut exponent = self.exponent + other.exponent;
        if matrix.get(centre, centre) > 1e140 {
            for value in &mut matrix.values {
                *value *= 1e-140;
            }
            exponent += 140;
        }
        Self { matrix, exponent }
    }
}
