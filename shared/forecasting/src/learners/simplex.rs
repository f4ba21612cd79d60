//! The least value of a function of a few numbers, without derivatives.

/// Nelder and Mead's simplex (1965) from `start`, with steps of `size` at first; ends when
/// the values at its corners differ by less than `tolerance`, or after so many calls. The
/// same function and start give the same result.
pub(crate) fn minimise(
    start: &[f64],
    size: f64,
    tolerance: f64,
    calls: usize,
    function: impl Fn(&[f64]) -> f64,
) -> (Vec<f64>, f64) {
    // What is no number is worse than all numbers.
    let value =
        |point: &[f64]| Some(function(point)).filter(|it| !it.is_nan()).unwrap_or(f64::INFINITY);
    let mut corners: Vec<(Vec<f64>, f64)> = Vec::with_capacity(start.len() + 1);
    corners.push((start.to_vec(), value(start)));
    for moved in 0..start.len() {
        let mut point = start.to_vec();
        if let Some(coordinate) = point.get_mut(moved) {
            *coordinate += size;
        }
        let at = value(&point);
        corners.push((point, at));
    }
    let mut called = corners.len();
    while called < calls {
        corners.sort_by(|a, b| a.1.total_cmp(&b.1));
        let Some(((worst, worst_value), kept)) = corners.split_last() else { break };
        let (Some((best, best_value)), Some((_, second))) = (kept.first(), kept.last()) else {
            break;
        };
        if worst_value - best_value <= tolerance {
            break;
        }
        let centre: Vec<f64> = (0..start.len())
            .map(|at| kept.iter().filter_map(|(point, _)| point.get(at)).sum::<f64>())
            .map(|sum| sum / kept.len() as f64)
            .collect();
        let towards = |share: f64| -> Vec<f64> {
            centre
                .iter()
                .zip(worst)
                .map(|(centre, worst)| centre + share * (centre - worst))
                .collect()
        };
        let reflected = towards(1.0);
        let at = value(&reflected);
        called += 1;
        let next = if at < *best_value {
            let expanded = towards(2.0);
            let further = value(&expanded);
            called += 1;
            Some(if further < at { (expanded, further) } else { (reflected, at) })
        } else if at < *second {
            Some((reflected, at))
        } else {
            let contracted = towards(if at < *worst_value { 0.5 } else { -0.5 });
            let nearer = value(&contracted);
            called += 1;
            (nearer < at.min(*worst_value)).then_some((contracted, nearer))
        };
        match next {
            Some(next) => {
                if let Some(last) = corners.last_mut() {
                    *last = next;
                }
            }
            None => {
                let best = best.clone();
                for (point, at) in corners.iter_mut().skip(1) {
                    for (coordinate, best) in point.iter_mut().zip(&best) {
                        *coordinate = f64::midpoint(*coordinate, *best);
                    }
                    *at = value(point);
                }
                called += start.len();
            }
        }
    }
    corners.into_iter().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_valley_of_rosenbrock_is_found() {
        let (point, value) = minimise(&[-1.2, 1.0], 0.5, 1e-14, 2_000, |point| {
            100.0 * (point[1] - point[0] * point[0]).powi(2) + (1.0 - point[0]).powi(2)
        });
        assert!(value < 1e-10, "{value}");
        assert!((point[0] - 1.0).abs() < 1e-4 && (point[1] - 1.0).abs() < 1e-4, "{point:?}");
    }
}
