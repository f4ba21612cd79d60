//! Principal components of a symmetric matrix.

/// Sweeps after which Jacobi's method has long converged.
const SWEEPS: usize = 60;

/// The eigenvectors with the largest eigenvalues that together are the first to explain
/// more than `share` of the trace, as `PCA(n_components=share)` of scikit-learn chooses
/// them. `matrix` is `width × width`.
pub(super) fn components(mut matrix: Vec<f64>, width: usize, share: f64) -> Vec<Vec<f64>> {
    let mut vectors: Vec<Vec<f64>> = (0..width)
        .map(|own| (0..width).map(|other| f64::from(u8::from(own == other))).collect())
        .collect();
    for _ in 0..SWEEPS {
        let mut turned = false;
        for p in 0..width {
            for q in p + 1..width {
                turned |= rotate(&mut matrix, &mut vectors, width, p, q);
            }
        }
        if !turned {
            break;
        }
    }
    let value = |index: usize| matrix.get(index * width + index).copied().unwrap_or(0.0).max(0.0);
    let mut ranked: Vec<(f64, Vec<f64>)> =
        vectors.into_iter().enumerate().map(|(index, vector)| (value(index), vector)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let total: f64 = ranked.iter().map(|(value, _)| value).sum();
    let mut explained = 0.0;
    ranked
        .into_iter()
        .take_while(|(value, _)| {
            let wanted = explained <= share * total;
            explained += value;
            wanted
        })
        .map(|(_, vector)| vector)
        .collect()
}

/// Turns the axes `p` and `q` so that the element between them vanishes (Jacobi, 1846);
/// `vectors` holds the axes. Whether there was anything to turn.
fn rotate(matrix: &mut [f64], vectors: &mut [Vec<f64>], width: usize, p: usize, q: usize) -> bool {
    let at = |matrix: &[f64], row: usize, column: usize| {
        matrix.get(row * width + column).copied().unwrap_or(0.0)
    };
    let (pp, qq, pq) = (at(matrix, p, p), at(matrix, q, q), at(matrix, p, q));
    if pq.abs() <= 1e-15 * (pp * qq).abs().sqrt() || pq == 0.0 {
        return false;
    }
    let ratio = (qq - pp) / (2.0 * pq);
    let tangent = 1.0f64.copysign(ratio) / (ratio.abs() + ratio.hypot(1.0));
    let cosine = 1.0 / tangent.hypot(1.0);
    let sine = tangent * cosine;
    let turn = |a: f64, b: f64| (cosine * a - sine * b, sine * a + cosine * b);
    for k in 0..width {
        let (a, b) = turn(at(matrix, k, p), at(matrix, k, q));
        set(matrix, k * width + p, a);
        set(matrix, k * width + q, b);
    }
    for k in 0..width {
        let (a, b) = turn(at(matrix, p, k), at(matrix, q, k));
        set(matrix, p * width + k, a);
        set(matrix, q * width + k, b);
    }
    set(matrix, p * width + q, 0.0);
    set(matrix, q * width + p, 0.0);
    if let Some((before, after)) = vectors.split_at_mut_checked(q)
        && let (Some(first), Some(second)) = (before.get_mut(p), after.first_mut())
    {
        for (a, b) in first.iter_mut().zip(second) {
            (*a, *b) = turn(*a, *b);
        }
    }
    true
}

fn set(matrix: &mut [f64], place: usize, value: f64) {
    if let Some(cell) = matrix.get_mut(place) {
        *cell = value;
    }
}
