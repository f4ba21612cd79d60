use proptest::prelude::*;
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    texts: Vec<String>,
    /// Of all sentences, in their order.
    scores: Vec<f64>,
}

fn of(texts: &[String], count: usize) -> Vec<Sentence> {
    summarise((1..).zip(texts.iter().map(String::as_str)), count)
}

#[test]
fn scores_are_those_of_the_published_formula() {
    let golden: Golden =
        serde_json::from_str(include_str!("../../tests/golden/summary.json")).unwrap();
    for Case { texts, scores } in golden.cases {
        let mut told = of(&texts, usize::MAX);
        assert_eq!(told.len(), scores.len(), "{told:?}");
        assert!(told.windows(2).all(|pair| pair[0].score >= pair[1].score));
        told.sort_by_key(|sentence| {
            let text = &texts[sentence.row as usize - 1];
            (sentence.row, text.find(&sentence.text))
        });
        for (sentence, score) in told.iter().zip(scores) {
            assert!((sentence.score - score).abs() < 1e-6, "{sentence:?}: {score}");
        }
    }
}

/// By hand: `a b` and `b c` share a word, and `d e` shares none. The two recommend each other
/// alone: s = 0.15 + 0.85 s = 1; the third stays at 0.15.
#[test]
fn who_is_recommended_by_nobody_comes_last() {
    let texts = ["d e", "a b", "b c"].map(str::to_owned);
    let told = of(&texts, 2);
    assert_eq!(told.iter().map(|it| it.text.as_str()).collect::<Vec<_>>(), ["a b", "b c"]);
    assert_eq!(told.iter().map(|it| it.row).collect::<Vec<_>>(), [2, 3]);
    assert!(told.iter().all(|sentence| (sentence.score - 1.0).abs() < 1e-8), "{told:?}");
    let last = of(&texts, 3).pop().unwrap();
    assert_eq!((last.row, (last.score * 100.0).round()), (1, 15.0));
}

#[test]
fn what_is_said_again_is_told_once_with_its_first_row() {
    let texts = ["Meter broken.", "The driver was late. meter BROKEN", "meter broken!"];
    let told = of(&texts.map(str::to_owned), 9);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().any(|it| it.row == 1 && it.text == "Meter broken."), "{told:?}");
}

#[test]
fn many_sentences_are_thinned_out_evenly() {
    let texts: Vec<String> = (0..3 * RANKED).map(|row| format!("ride {row} was odd")).collect();
    let told = of(&texts, usize::MAX);
    assert_eq!(told.len(), RANKED);
    let mut rows: Vec<u64> = told.iter().map(|it| it.row).collect();
    rows.sort_unstable();
    assert!(rows.windows(2).all(|pair| pair[1] - pair[0] == 3), "evenly");
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    let word = prop::sample::select(vec!["late", "meter", "broken", "driver", "the", "a", "was"]);
    let sentence = prop::collection::vec(word, 0..6).prop_map(|words| words.join(" "));
    let text = prop::collection::vec(sentence, 0..4).prop_map(|all| all.join(". "));
    prop::collection::vec(text, 0..12)
}

proptest! {
    #[test]
    fn a_summary_says_only_what_was_said(texts in texts(), count in 0_usize..6) {
        let told = of(&texts, count);
        prop_assert!(told.len() <= count);
        for sentence in &told {
            prop_assert!(texts[sentence.row as usize - 1].contains(&sentence.text));
        }
        prop_assert_eq!(&told, &of(&texts, count), "the same texts, the same sentences");
        let longer = of(&texts, count + 3);
        prop_assert_eq!(&told, &longer[..told.len()], "more is more of the same");
    }

    /// Scores are handed round, and nothing is lost but by those who recommend nobody.
    #[test]
    fn scores_are_finite_and_one_on_average(texts in texts()) {
        let told = of(&texts, usize::MAX);
        let (alone, linked): (Vec<_>, Vec<_>) =
            told.iter().map(|it| it.score).partition(|score| *score < 0.15 + 1e-9);
        prop_assert!(alone.iter().all(|score| (score - 0.15).abs() < 1e-9));
        let mean = linked.iter().sum::<f64>() / linked.len().max(1) as f64;
        prop_assert!(linked.is_empty() || (mean - 1.0).abs() < 1e-6, "{}", mean);
    }
}
