//! SMOTE: synthetic rows between the rows of a rare class and their neighbours (Chawla,
//! Bowyer, Hall & Kegelmeyer, JAIR 16, 2002), with its rule for categories (SMOTE-NC).

use rayon::prelude::*;

use super::super::neighbours::Tree;
use super::super::{Examples, FitContext, FitError};
use super::{counts, roles};
use model_factory_tabular::dataset::Target;
use model_factory_tabular::features::{Element, Matrix, Pipeline};

/// How many neighbours a row is mixed with.
const NEIGHBOURS: usize = 5;

/// The most rows of a class, evenly spread, among which neighbours are sought.
const MAX_CANDIDATES: usize = 10_000;

/// The most numbers that synthetic rows may take.
const MAX_VALUES: usize = 256 << 20;

/// The examples with synthetic rows after them, so that each class that has rows has as
/// many as the most frequent one.
pub(super) fn oversample<T: Element>(
    pipeline: &Pipeline,
    examples: Examples<T>,
    context: &FitContext<'_>,
) -> Result<Examples<T>, FitError> {
    let Examples { features, target, mut weights } = examples;
    let Target::Classes { classes, mut labels } = target else {
        return Ok(Examples { features, target, weights });
    };
    let counts = counts(&labels, classes.len());
    let most = counts.iter().copied().max().unwrap_or_default();
    let wanted: usize = counts.iter().filter(|&&count| count > 0).map(|count| most - count).sum();
    if wanted.saturating_mul(features.columns()) > MAX_VALUES {
        return Err(FitError::Balance(format!("{wanted} synthetic rows are too many")));
    }
    let columns = features.columns();
    let roles = roles::of(pipeline, &features);
    let mut synthetic: Vec<T> = Vec::with_capacity(wanted * columns);
    for (class, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        if context.deadline.has_passed() {
            return Err(FitError::Deadline);
        }
        let (places, rows): (Vec<usize>, Vec<&[T]>) = features
            .iter_rows()
            .enumerate()
            .zip(&labels)
            .filter_map(|(row, &label)| (label == class).then_some(row))
            .unzip();
        let random = fastrand::Rng::with_seed(context.seed ^ class as u64);
        for (base, row) in between(&roles, &rows, most - count, random) {
            synthetic.extend(row);
            if let (Some(weights), Some(&place)) = (&mut weights, places.get(base)) {
                weights.push(weights.get(place).copied().unwrap_or(1.0));
            }
        }
    }
    labels.extend(
        counts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .flat_map(|(class, count)| std::iter::repeat_n(class, most - count)),
    );
    let mut values = features.into_vec();
    values.append(&mut synthetic);
    Ok(Examples {
        features: Matrix::from_vec(values, columns),
        target: Target::Classes { classes, labels },
        weights,
    })
}

/// `wanted` rows between rows of one class: each with the place of the row it starts
/// from. Every row is started from as often, but for one.
fn between<T: Element>(
    roles: &[roles::Role],
    rows: &[&[T]],
    wanted: usize,
    mut random: fastrand::Rng,
) -> Vec<(usize, Vec<T>)> {
    if wanted == 0 {
        return Vec::new();
    }
    let stride = rows.len().div_ceil(MAX_CANDIDATES);
    let candidates: Vec<&[T]> = rows.iter().step_by(stride).copied().collect();
    let (coordinates, width) = roles::locate(roles, &candidates);
    let tree = Tree::new(&coordinates, width.max(1));
    let mut bases: Vec<usize> = (0..rows.len()).collect();
    random.shuffle(&mut bases);
    bases.truncate(wanted);
    let nearest: Vec<Vec<&[T]>> = bases
        .par_iter()
        .map(|&base| {
            let row = rows.get(base).copied().unwrap_or_default();
            let (coordinates, _) = roles::locate(roles, &[row]);
            tree.nearest(&coordinates, NEIGHBOURS + 1)
                .into_iter()
                .map(|(_, candidate)| candidate as usize)
                .filter(|candidate| candidate * stride != base)
                .take(NEIGHBOURS)
                .filter_map(|candidate| candidates.get(candidate).copied())
                .collect()
        })
        .collect();
    let starts = bases.iter().zip(&nearest).cycle().take(wanted);
    starts
        .map(|(&base, neighbours)| {
            let mut row = rows.get(base).map(|row| row.to_vec()).unwrap_or_default();
            // A class of one row has no neighbours: the row is repeated.
            if !neighbours.is_empty()
                && let Some(neighbour) = neighbours.get(random.usize(..neighbours.len()))
            {
                let share = random.f64();
                roles.iter().for_each(|role| role.mix(&mut row, neighbour, neighbours, share));
            }
            (base, row)
        })
        .collect()
}
