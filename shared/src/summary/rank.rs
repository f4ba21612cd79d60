//! TextRank: the weighted graph of sentences, and how much each is recommended.

use std::collections::BTreeMap;

/// How much of a sentence's score comes from those that recommend it (`d` of the paper).
const DAMPING: f64 = 0.85;

/// A round that changes no score by more than this is the last one.
const CONVERGED: f64 = 1e-9;

/// The most rounds; the error shrinks by [`DAMPING`] in each.
const ROUNDS: usize = 300;

/// The edges of a sentence: other sentences, and how alike they are.
type Edges = Vec<(usize, f64)>;

/// The score of each sentence, given by its words: `WS(Vi) = (1 − d) + d · Σj wji / Σk wjk ·
/// WS(Vj)`.
pub(super) fn scores<'s>(sentences: impl IntoIterator<Item = &'s [String]>) -> Vec<f64> {
    let edges = edges(sentences);
    let strengths: Vec<f64> =
        edges.iter().map(|edges| edges.iter().map(|(_, weight)| weight).sum()).collect();
    let mut scores = vec![1.0; edges.len()];
    for _ in 0..ROUNDS {
        let share =
            |&(other, weight): &(usize, f64)| match (scores.get(other), strengths.get(other)) {
                (Some(score), Some(strength)) => score * weight / strength,
                _ => 0.0,
            };
        let next: Vec<f64> = edges
            .iter()
            .map(|edges| (1.0 - DAMPING) + DAMPING * edges.iter().map(share).sum::<f64>())
            .collect();
        let moved = |(next, score): (&f64, &f64)| (next - score).abs();
        let change = next.iter().zip(&scores).map(moved).fold(0.0, f64::max);
        scores = next;
        if change <= CONVERGED {
            break;
        }
    }
    scores
}

/// Each sentence's edges to those that it shares a word with.
fn edges<'s>(sentences: impl IntoIterator<Item = &'s [String]>) -> Vec<Edges> {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let sentences: Vec<(Vec<usize>, f64)> = sentences
        .into_iter()
        .map(|words| {
            let mut distinct: Vec<usize> = words
                .iter()
                .map(|word| {
                    let next = numbers.len();
                    *numbers.entry(word).or_insert(next)
                })
                .collect();
            distinct.sort_unstable();
            distinct.dedup();
            (distinct, (words.len() as f64).ln())
        })
        .collect();
    let mut edges: Vec<Edges> = vec![Edges::new(); sentences.len()];
    for (place, one) in sentences.iter().enumerate() {
        for (other_place, other) in sentences.iter().enumerate().skip(place + 1) {
            let weight = similarity(one, other);
            if weight > 0.0 {
                for (from, to) in [(place, other_place), (other_place, place)] {
                    edges.get_mut(from).into_iter().for_each(|edges| edges.push((to, weight)));
                }
            }
        }
    }
    edges
}

/// How many words two sentences share, for how long they are: `|Si ∩ Sj| / (ln |Si| + ln
/// |Sj|)`; nothing of two single words, whose length tells nothing.
fn similarity((one, ln_one): &(Vec<usize>, f64), (other, ln_other): &(Vec<usize>, f64)) -> f64 {
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    let mut shared = 0;
    while let (Some(a), Some(b)) = (one.peek(), other.peek()) {
        match a.cmp(b) {
            std::cmp::Ordering::Less => drop(one.next()),
            std::cmp::Ordering::Greater => drop(other.next()),
            std::cmp::Ordering::Equal => {
                shared += 1;
                one.next();
                other.next();
            }
        }
    }
    let length = ln_one + ln_other;
    if length > 0.0 { f64::from(shared) / length } else { 0.0 }
}
