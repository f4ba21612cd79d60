use super::*;

/// All the time in the world.
const FREE: Deadline = Deadline::NEVER;

fn random(count: usize) -> Vec<f64> {
    let mut random = fastrand::Rng::with_seed(7);
    (0..count).map(|_| random.f64() - 0.3).collect()
}

#[test]
fn a_gram_matrix_is_the_sum_of_products_of_its_rows() {
    for columns in [1, 3, 6, 11] {
        let (values, count) = (random(5_000 * columns), 5_000);
        let rows = Rows::new(&values, columns);
        let centre = rows.means(None);
        let weight = |row: usize| (row % 3) as f64;
        let gram = Symmetric::gram(rows, Some(&centre), |row| row as f64, weight, FREE).unwrap();
        let cell = |row: usize, column: usize| match column == columns {
            true => row as f64,
            false => values[row * columns + column] - centre[column],
        };
        for i in 0..=columns {
            for j in 0..=i {
                let sum: f64 =
                    (0..count).map(|row| weight(row) * cell(row, i) * cell(row, j)).sum();
                assert!((gram.get(i, j) - sum).abs() <= 1e-12 * (1.0 + sum.abs()));
            }
        }
    }
}

#[test]
fn a_factor_solves_its_equations() {
    let values = random(400 * 9);
    let gram = Symmetric::gram(Rows::new(&values, 9), None, |_| 1.0, |_| 1.0, FREE).unwrap();
    let solution = random(10);
    let mut right: Vec<f64> = gram.full().chunks(10).map(|row| dot(row, &solution)).collect();
    gram.factor(FREE).unwrap().unwrap().solve(&mut right);
    for (found, value) in right.iter().zip(&solution) {
        assert!((found - value).abs() < 1e-12);
    }
}

#[test]
fn a_singular_matrix_has_the_shortest_solution() {
    // x₀ + x₁ = 2, twice.
    let gram = Symmetric { size: 2, values: vec![1.0, 1.0, 1.0, 1.0] };
    let mut right = vec![2.0, 2.0];
    gram.factor(FREE).unwrap().unwrap().solve(&mut right);
    assert!(right.iter().all(|value| (value - 1.0).abs() < 1e-3), "{right:?}");
    let unknown = Symmetric { size: 1, values: vec![f64::NAN] };
    assert!(unknown.factor(FREE).unwrap().is_none());
}

#[test]
fn one_thread_and_two_give_the_same_bits() {
    let values = random(20_000 * 5);
    let gram = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let rows = Rows::new(&values, 5);
        pool.install(|| Symmetric::gram(rows, None, |_| 1.0, |_| 1.0, FREE)).unwrap()
    };
    assert_eq!(gram(1), gram(2));
}

#[test]
fn what_is_late_is_given_up() {
    let late = Deadline::at(std::time::Instant::now());
    let values = random(400 * 9);
    let rows = Rows::new(&values, 9);
    let gram = Symmetric::gram(rows, None, |_| 1.0, |_| 1.0, late);
    assert!(matches!(gram, Err(FitError::Deadline)));
    let gram = Symmetric::gram(rows, None, |_| 1.0, |_| 1.0, FREE).unwrap();
    assert!(matches!(gram.factor(late), Err(FitError::Deadline)));
}
