//! Tree-structured Parzen estimators (Bergstra et al., NIPS 2011): what the good trials
//! have in common, and the others have not, is tried next.

use std::collections::BTreeMap;

use serde_json::Value;

use super::parzen::Density;
use super::range::Range;

/// How many draws from the good trials' density compete for the next trial.
const DRAWS: usize = 24;

/// The share of trials that count as good (Watanabe, 2023).
const GOOD: f64 = 0.15;

/// The most trials that count as good, as in Optuna.
const MOST_GOOD: usize = 25;

/// Hyper-parameters by name.
pub(super) type Params = BTreeMap<String, Value>;

/// How many of `trials` ranked trials are good.
fn good(trials: usize) -> usize {
    ((trials as f64 * GOOD).ceil() as usize).min(MOST_GOOD)
}

/// The hyper-parameters to try next, given those of trials ranked from the best to the
/// worst: of a few draws from the good ones' density the one at which that exceeds the
/// others' most.
pub(super) fn suggest(
    ranges: &[(&'static str, Range)],
    ranked: &[Params],
    random: &mut fastrand::Rng,
) -> Params {
    let axes: Vec<&Range> = ranges.iter().map(|(_, range)| range).collect();
    let position = |params: &Params| {
        let of = |(name, range): &(&str, Range)| range.position(params.get(*name)?);
        ranges.iter().map(of).collect()
    };
    let positions: Vec<Vec<Option<f64>>> = ranked.iter().map(position).collect();
    let (better, worse) = positions.split_at(good(positions.len()));
    let (better, worse) = (Density::of(&axes, better), Density::of(&axes, worse));
    let mut best: Option<(f64, Vec<f64>)> = None;
    for _ in 0..DRAWS {
        let draw = better.draw(random);
        let gain = better.log(&draw) - worse.log(&draw);
        if best.as_ref().is_none_or(|(highest, _)| gain > *highest) {
            best = Some((gain, draw));
        }
    }
    let (_, draw) = best.unwrap_or_default();
    let value = |((name, range), at): (&(&str, Range), f64)| ((*name).to_owned(), range.value(at));
    ranges.iter().zip(draw).map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lowest, 0, at x = 3, y = 0.01, choice = "b".
    fn loss(params: &Params) -> f64 {
        let number = |name: &str| params.get(name).and_then(Value::as_f64).unwrap();
        let choice = if params.get("choice") == Some(&"b".into()) { 0.0 } else { 1.0 };
        (number("x") - 3.0).powi(2) / 10.0 + (number("y").log10() + 2.0).powi(2) + choice
    }

    fn ranges() -> [(&'static str, Range); 3] {
        [
            ("x", Range::Linear(-10.0, 10.0)),
            ("y", Range::Log(1e-5, 1.0)),
            ("choice", Range::choice(["a", "b", "c", "d"])),
        ]
    }

    /// The lowest loss of `trials` trials, of which the first are drawn uniformly.
    fn search(trials: usize, uniform: usize, seed: u64) -> f64 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut tried: Vec<(f64, Params)> = Vec::new();
        for trial in 0..trials {
            let ranked: Vec<Params> = tried.iter().map(|(_, params)| params.clone()).collect();
            let params = if trial < uniform {
                let draw =
                    |(name, range): &(&str, Range)| ((*name).to_owned(), range.draw(&mut random));
                ranges().iter().map(draw).collect()
            } else {
                suggest(&ranges(), &ranked, &mut random)
            };
            tried.push((loss(&params), params));
            tried.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        tried[0].0
    }

    #[test]
    fn it_finds_what_uniform_draws_do_not() {
        let mean =
            |uniform: usize| (0..20).map(|seed| search(60, uniform, seed)).sum::<f64>() / 20.0;
        let (estimated, drawn) = (mean(10), mean(60));
        assert!(estimated < 0.5 * drawn, "{estimated} by estimators, {drawn} by uniform draws");
        let wins = (0..20).filter(|&seed| search(60, 10, seed) <= search(60, 60, seed)).count();
        assert!(wins >= 15, "{wins} of 20");
    }

    #[test]
    fn the_same_seed_tries_the_same() {
        assert_eq!(search(30, 5, 7).to_bits(), search(30, 5, 7).to_bits());
    }
}
