//! From rows to decision functions.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::kernel::{self, Kernel, KernelMatrix};
use super::platt::{Decided, Sigmoid};
use super::smo::Problem;
use super::{Decisions, Function, Pair, SvmModel, SvmParams};
use crate::learners::algebra::{Rows, weights_from};
use crate::learners::{Deadline, Examples, FitContext, FitError};
use model_factory_tabular::dataset::Target;

/// Parts of a pair's rows: each is decided by a function that was trained on the others,
/// for the probabilities.
const FOLDS: usize = 3;

/// Rows of the examples, by their places, with their values and bounds.
#[derive(Debug, Clone, Default)]
struct Part {
    places: Vec<u32>,
    /// 1 or −1 for classes, else the values.
    targets: Vec<f64>,
    /// How much each row counts.
    weights: Vec<f64>,
}

impl Part {
    fn push(&mut self, (place, target, weight): (u32, f64, f64)) {
        self.places.push(place);
        self.targets.push(target);
        self.weights.push(weight);
    }

    fn iter(&self) -> impl Iterator<Item = (u32, f64, f64)> {
        let rows = self.places.iter().zip(&self.targets).zip(&self.weights);
        rows.map(|((&place, &target), &weight)| (place, target, weight))
    }

    fn values(&self, rows: Rows<'_>) -> Vec<f64> {
        let places = self.places.iter().map(|&place| place as usize * rows.columns());
        let values = |start| rows.values().get(start..start + rows.columns()).unwrap_or_default();
        places.flat_map(values).copied().collect()
    }
}

/// What every function is trained with.
#[derive(Clone, Copy)]
struct Trainer<'a> {
    rows: Rows<'a>,
    kernel: Kernel,
    params: &'a SvmParams,
    seed: u64,
    deadline: Deadline,
}

pub(super) fn fit(
    examples: &Examples<f64>,
    params: &SvmParams,
    context: &FitContext<'_>,
) -> Result<SvmModel, FitError> {
    let Examples { features, target, weights } = examples;
    let rows = Rows::new(features.as_slice(), features.columns());
    let trainer = Trainer {
        rows,
        kernel: params.kernel(rows),
        params,
        seed: context.seed,
        deadline: context.deadline,
    };
    let weights = weights.as_deref();
    let decisions = match target {
        Target::Values(values) => trainer.value(values, weights)?,
        Target::Classes { labels, .. } => trainer.pairs(labels, weights)?,
        Target::Absent { .. } => return Err(FitError::NoTarget),
    };
    Ok(compact(rows, trainer.kernel, decisions))
}

impl Trainer<'_> {
    fn value(self, values: &[f64], weights: Option<&[f64]>) -> Result<Decisions, FitError> {
        let weighted = || values.iter().zip(weights_from(weights, 0));
        let total: f64 = weighted().map(|(_, weight)| weight).sum();
        let mean = weighted().map(|(value, weight)| weight * value).sum::<f64>() / total;
        let squares = weighted().map(|(value, weight)| weight * (value - mean).powi(2));
        let variance = squares.sum::<f64>() / total;
        if !variance.is_finite() {
            return Err(FitError::Svm("the target's numbers are too large".to_owned()));
        }
        let deviation = if variance > 0.0 { variance.sqrt() } else { 1.0 };
        let mut part = Part::default();
        for (place, (value, weight)) in (0..).zip(weighted()) {
            part.push((place, (value - mean) / deviation, weight));
        }
        Ok(Decisions::Value { function: self.regress(&part)?, mean, deviation })
    }

    fn pairs(self, labels: &[usize], weights: Option<&[f64]>) -> Result<Decisions, FitError> {
        let mut classes: BTreeMap<usize, Part> = BTreeMap::new();
        for ((place, &label), weight) in (0..).zip(labels).zip(weights_from(weights, 0)) {
            classes.entry(label).or_default().push((place, 1.0, weight));
        }
        if classes.len() < 2 {
            return Err(FitError::Svm("the rows are all of one class".to_owned()));
        }
        let pairs: Vec<_> = classes
            .iter()
            .flat_map(|first| classes.range(first.0 + 1..).map(move |second| (first, second)))
            .collect();
        let pairs = pairs.into_par_iter().map(|(first, second)| self.pair(first, second));
        Ok(Decisions::Classes(pairs.collect::<Result<_, _>>()?))
    }

    fn regress(self, part: &Part) -> Result<Function, FitError> {
        let values = part.values(self.rows);
        let mut kernel = KernelMatrix::new(self.kernel, Rows::new(&values, self.rows.columns()));
        let count = part.places.len();
        let bounds = part.weights.iter().map(|weight| self.params.c * weight);
        let epsilon = self.params.epsilon;
        let above = part.targets.iter().map(|target| epsilon - target);
        let below = part.targets.iter().map(|target| epsilon + target);
        let problem = Problem {
            signs: [vec![1.0; count], vec![-1.0; count]].concat(),
            linear: above.chain(below).collect(),
            bounds: bounds.clone().chain(bounds).collect(),
        };
        let solution = problem.solve(&mut kernel, self.deadline)?;
        let (above, below) = solution.alpha.split_at(count);
        let factors = above.iter().zip(below).map(|(above, below)| above - below);
        Ok(Function { terms: terms(&part.places, factors), rho: solution.rho })
    }

    fn classify(self, part: &Part) -> Result<Function, FitError> {
        let values = part.values(self.rows);
        let mut kernel = KernelMatrix::new(self.kernel, Rows::new(&values, self.rows.columns()));
        let problem = Problem {
            signs: part.targets.clone(),
            linear: vec![-1.0; part.places.len()],
            bounds: part.weights.iter().map(|weight| self.params.c * weight).collect(),
        };
        let solution = problem.solve(&mut kernel, self.deadline)?;
        let factors = solution.alpha.iter().zip(&part.targets).map(|(alpha, sign)| alpha * sign);
        Ok(Function { terms: terms(&part.places, factors), rho: solution.rho })
    }

    fn pair(
        self,
        (first, negative): (&usize, &Part),
        (second, positive): (&usize, &Part),
    ) -> Result<Pair, FitError> {
        let mut all = Part::default();
        let mut folds = vec![Part::default(); FOLDS];
        let mut random = fastrand::Rng::with_seed(self.seed);
        for (part, sign) in [(negative, -1.0), (positive, 1.0)] {
            let mut order: Vec<usize> = (0..part.places.len()).collect();
            random.shuffle(&mut order);
            let mut fold_of = vec![0; order.len()];
            for (position, place) in order.into_iter().enumerate() {
                if let Some(fold) = fold_of.get_mut(place) {
                    *fold = position % FOLDS;
                }
            }
            for ((place, _, weight), fold) in part.iter().zip(fold_of) {
                all.push((place, sign, weight));
                if let Some(fold) = folds.get_mut(fold) {
                    fold.push((place, sign, weight));
                }
            }
        }
        let decided: Vec<Vec<Decided>> = (0..FOLDS)
            .into_par_iter()
            .map(|held| {
                let mut rest = Part::default();
                let others = folds.iter().enumerate().filter(|(fold, _)| *fold != held);
                others.flat_map(|(_, part)| part.iter()).for_each(|row| rest.push(row));
                let function = self.classify(&rest)?;
                Ok(folds.get(held).map(|part| self.decide(&function, part)).unwrap_or_default())
            })
            .collect::<Result<_, FitError>>()?;
        Ok(Pair {
            first: *first,
            second: *second,
            function: self.classify(&all)?,
            sigmoid: Sigmoid::fit(&decided.concat()),
        })
    }

    fn decide(self, function: &Function, part: &Part) -> Vec<Decided> {
        let model = compact(
            self.rows,
            self.kernel,
            Decisions::Value { function: function.clone(), mean: 0.0, deviation: 1.0 },
        );
        let values = part.values(self.rows);
        let decisions =
            values.chunks_exact(self.rows.columns()).flat_map(|row| model.answer(row, 0));
        let rows = part.targets.iter().zip(&part.weights);
        decisions
            .zip(rows)
            .map(|(decision, (&sign, &weight))| (decision, sign > 0.0, weight))
            .collect()
    }
}

/// The rows that have a factor.
fn terms(places: &[u32], factors: impl Iterator<Item = f64>) -> Vec<(u32, f64)> {
    places.iter().copied().zip(factors).filter(|(_, factor)| *factor != 0.0).collect()
}

/// The model with those rows only that a function refers to.
fn compact(rows: Rows<'_>, kernel: Kernel, mut decisions: Decisions) -> SvmModel {
    let mut functions: Vec<&mut Function> = match &mut decisions {
        Decisions::Value { function, .. } => vec![function],
        Decisions::Classes(pairs) => pairs.iter_mut().map(|pair| &mut pair.function).collect(),
    };
    let mut places: Vec<u32> =
        functions.iter().flat_map(|function| function.terms.iter().map(|term| term.0)).collect();
    places.sort_unstable();
    places.dedup();
    for term in functions.iter_mut().flat_map(|function| &mut function.terms) {
        let position = places.binary_search(&term.0).unwrap_or_default();
        term.0 = u32::try_from(position).unwrap_or(u32::MAX);
    }
    let vectors = Part { places, ..Part::default() }.values(rows);
    let squares = kernel::squares(Rows::new(&vectors, rows.columns()));
    SvmModel { kernel, columns: rows.columns(), vectors, squares, decisions }
}
