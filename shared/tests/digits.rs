//! What it is worth to set digits upright, on those of UCI's optical recognition set.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::path::Path;

use model_factory::dataset::{Column, Labelled, Table, Values, csv};
use model_factory::learners::{Candidate, FitContext, ForestParams, Learner};
use model_factory::metrics::{Evaluation, Metric};
use model_factory::spec::Spec;

const SIDE: usize = 8;

/// The folds of which each is answered by what has learned from the others.
const FOLDS: usize = 5;

fn digits(deskew: bool) -> Option<(Labelled, Spec)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/digits-8x8.csv");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: there is no {}", path.display());
        return None;
    };
    let spec = format!(
        "target = 'digit'\ntask = 'classification'\n\
         [image]\nside = {SIDE}\nink = 16\ndeskew = {deskew}"
    );
    let spec = Spec::parse(spec.as_bytes()).unwrap();
    let data = Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), &spec).unwrap();
    Some((data, spec))
}

/// The same rows, whose figures lean by `slant` columns a row. What leaves the square is lost.
fn leaning(data: &Labelled, slant: f64) -> Labelled {
    let pixel = |name: &str| name[1..].parse::<usize>().unwrap();
    let mut squares = vec![[0.0; SIDE * SIDE]; data.rows()];
    for column in data.inputs.columns() {
        let Values::Number(values) = &column.values else { panic!("{}", column.name) };
        for (square, value) in squares.iter_mut().zip(values) {
            square[pixel(&column.name)] = *value;
        }
    }
    let value = |square: &[f64; SIDE * SIDE], place: usize| {
        let (x, y) = ((place % SIDE) as f64, place / SIDE);
        let source = x - slant * (y as f64 - 3.5);
        let at = |x: f64| {
            if (0.0..SIDE as f64).contains(&x) { square[y * SIDE + x as usize] } else { 0.0 }
        };
        let (left, share) = (source.floor(), source - source.floor());
        (1.0 - share) * at(left) + share * at(left + 1.0)
    };
    let columns = data.inputs.columns().iter().map(|Column { name, .. }| {
        let values = squares.iter().map(|square| value(square, pixel(name))).collect();
        Column { name: name.clone(), values: Values::Number(values) }
    });
    Labelled { inputs: Table::new(columns.collect()).unwrap(), ..data.clone() }
}

/// The accuracy across folds, of rows as they are and of rows that lean.
fn accuracy(learner: &Learner, deskew: bool, slants: &[f64]) -> Option<Vec<f64>> {
    let (data, spec) = digits(deskew)?;
    let candidate = Candidate::from(learner.clone());
    let asked: Vec<Labelled> = slants.iter().map(|slant| leaning(&data, *slant)).collect();
    let mut sums = vec![0.0; slants.len()];
    for fold in 0..FOLDS {
        let (held, learned): (Vec<usize>, Vec<usize>) =
            (0..data.rows()).partition(|row| row % FOLDS == fold);
        let fitted = candidate.fit(&data.select(&learned), &FitContext::new(&spec)).unwrap();
        assert_eq!(fitted.sets_upright(), deskew);
        for (sum, asked) in sums.iter_mut().zip(&asked) {
            let asked = asked.select(&held);
            let answers = fitted.predict(&asked.inputs).unwrap();
            *sum += Evaluation::new(&asked.target, &answers).unwrap().score(Metric::Accuracy);
        }
    }
    Some(sums.into_iter().map(|sum| sum / FOLDS as f64).collect())
}

#[test]
fn digits_that_are_set_upright_are_told_as_well_and_also_where_they_lean() {
    let forest = ForestParams { n_estimators: 50, ..ForestParams::default() };
    for learner in [Learner::RandomForest(forest), Learner::Neighbours(Default::default())] {
        let slants = [0.0, 0.4, -0.4];
        let Some(raw) = accuracy(&learner, false, &slants) else { return };
        let upright = accuracy(&learner, true, &slants).unwrap();
        println!("{:?}: as they are {raw:.4?}, set upright {upright:.4?}", learner.kind());
        assert!(upright[0] > raw[0] - 0.005, "as the data set has them");
        assert!(upright[1] > raw[1] + 0.1 && upright[2] > raw[2] + 0.1, "where they lean");
    }
}

/// The table of the guide.
#[test]
#[ignore = "it takes minutes"]
fn what_each_learner_makes_of_upright_digits() {
    for learner in [
        Learner::Svm(Default::default()),
        Learner::Neighbours(Default::default()),
        Learner::Linear(Default::default()),
        Learner::RandomForest(Default::default()),
        Learner::Boosting(Default::default()),
    ] {
        for deskew in [false, true] {
            let slants = [0.0, 0.4, -0.4];
            let Some(found) = accuracy(&learner, deskew, &slants) else { return };
            println!("{:?}, deskew = {deskew}: {found:.4?}", learner.kind());
        }
    }
}
