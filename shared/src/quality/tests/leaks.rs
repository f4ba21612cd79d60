use super::*;

fn leaks(text: &str, spec: &Spec) -> Vec<String> {
    let admission = admission(text, spec, None);
    let named = |defects: Vec<Defect>| {
        defects
            .into_iter()
            .filter(|defect| defect.code == "leakage")
            .filter_map(|defect| defect.column)
            .collect()
    };
    match &admission.data {
        Ok(_) => named(admission.warnings),
        Err(Rejection(reasons)) => named(reasons.clone()),
    }
}

/// Noise in 0..1000, a function of the row.
fn noise(row: usize) -> usize {
    let mut state = row as u64 ^ 0x9e37_79b9_7f4a_7c15;
    for _ in 0..3 {
        state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state ^= state >> 27;
    }
    (state % 1_000) as usize
}

#[test]
fn copies_codes_thresholds_and_missing_values_tell_classes() {
    let class = |row: usize| ["no", "maybe", "yes"][noise(row) % 3];
    let text = table("copy,code,scaled,noise,word,state", 400, |row| {
        let class = class(row);
        let code = [7, 3, 5][noise(row) % 3];
        let scaled = code * 1_000 + noise(row + 1_000);
        format!(
            "{},{code},{scaled},{},w{},{class}",
            class.len(),
            noise(row + 5_000),
            noise(row + 9_000) % 7
        )
    });
    // `maybe` and the others differ in length; `no` and `yes` do, too.
    assert_eq!(leaks(&text, &Spec::default()), ["copy", "code", "scaled"]);
    let churn = table("left_on,x,churned", 400, |row| {
        let churned = noise(row) < 300;
        let left = if churned { noise(row + 50).to_string() } else { String::new() };
        format!("{left},{},{churned}", noise(row + 77))
    });
    assert_eq!(leaks(&churn, &Spec::default()), ["left_on"]);
}

#[test]
fn one_row_in_a_hundred_may_differ_and_not_two() {
    // Nearly half of the 1000 rows are outside of the majority class: four may be wrong.
    let text = |wrong: usize| {
        table("x,y", 1_000, move |row| {
            let odd = row % 10 == 5 && row < 10 * wrong;
            format!("{row}.5,{}", usize::from((row >= 500) ^ odd))
        })
    };
    assert_eq!(leaks(&text(4), &Spec::default()), ["x"]);
    assert_eq!(leaks(&text(5), &Spec::default()), [""; 0]);
}

#[test]
fn a_rare_class_is_not_told_by_the_rule_that_says_never() {
    let rare = |row: usize| row.is_multiple_of(40);
    let text = table("x,c,y", 2_000, |row| {
        format!("{},{},{}", noise(row), noise(row + 31) % 5, if rare(row) { "fraud" } else { "ok" })
    });
    assert!(leaks(&text, &Spec::default()).is_empty());
    let text = table("x,c,y", 2_000, |row| {
        format!("{},{},{}", noise(row), u8::from(rare(row)), if rare(row) { "fraud" } else { "ok" })
    });
    assert_eq!(leaks(&text, &Spec::default()), ["c"]);
}

#[test]
fn columns_that_name_rows_tell_nothing() {
    // 40 % of the names are of one row, and below the share that makes an identifier.
    let text = table("name,x,y", 400, |row| {
        let name = if row % 5 < 2 { format!("n{row}") } else { "same".to_owned() };
        format!("{name},{},{}", noise(row), noise(row + 3) % 2)
    });
    assert!(leaks(&text, &Spec::default()).is_empty());
}

#[test]
fn pairs_of_rows_beside_each_other_are_no_rule() {
    let text = table("x,y", 400, |row| format!("{row}.5,{}", row / 2 % 2));
    assert!(leaks(&text, &Spec::default()).is_empty());
}

#[test]
fn linear_monotone_and_smooth_functions_tell_numbers() {
    let text = table("scaled,cubed,shifted,near,noise,y", 600, |row| {
        let x = row as f64 / 600.0;
        let y = 10.0 * x;
        let noise = noise(row) as f64 / 1_000.0;
        let (scaled, cubed) = (3.0 - 2.0 * y, y.powi(3));
        format!("{scaled},{cubed},{},{},{noise},{y}", 1e3 + y, y + noise)
    });
    assert_eq!(leaks(&text, &Spec::default()), ["scaled", "cubed", "shifted"]);
    // The target is a function of x, not the reverse, and no monotone one.
    let text = table("x,noise,y", 2_000, |row| {
        let x = row as f64 / 100.0;
        format!("{x},{},{}", noise(row), x.sin())
    });
    assert_eq!(leaks(&text, &Spec::default()), ["x"]);
}

#[test]
fn a_function_with_noise_does_not_tell_numbers() {
    let text = |scale: f64| {
        table("x,y", 2_000, move |row| {
            let x = row as f64 / 100.0;
            format!("{x},{}", x.sin() + scale * (noise(row) as f64 / 1_000.0 - 0.5))
        })
    };
    // Uniform noise has a variance of a twelfth, half as much again in residuals.
    assert_eq!(leaks(&text(0.05), &Spec::default()), ["x"]);
    assert!(leaks(&text(0.1), &Spec::default()).is_empty());
}

#[test]
fn groups_that_hold_one_number_each_tell_it() {
    let text = table("shop,x,y", 400, |row| {
        let shop = noise(row) % 17;
        format!("s{shop},{},{}.5", noise(row + 9), shop * shop)
    });
    assert_eq!(leaks(&text, &Spec::default()), ["shop"]);
}

#[test]
fn the_spec_says_what_becomes_of_a_leak() {
    let text =
        table("copy,noise,y", 100, |row| format!("{0},{1},{0}", noise(row) % 2, noise(row + 9)));
    let verdict = |text_of_spec: &str| {
        let admission = admission(&text, &spec(text_of_spec), None);
        (admission.data.is_ok(), admission.warnings.len())
    };
    assert_eq!(verdict(""), (true, 1));
    assert_eq!(verdict("[constraints]\nleakage = 'allow'"), (true, 0));
    assert_eq!(verdict("[constraints]\nleakage = 'reject'"), (false, 0));
    assert_eq!(verdict("[constraints]\nleakage = 'reject'\nenforce = false"), (true, 1));
    assert_eq!(verdict("[constraints.columns.copy]\nleakage = 'allow'"), (true, 0));
    assert_eq!(verdict("ignore = ['copy']"), (true, 0));
    let message = admission(&text, &Spec::default(), None).warnings[0].message.clone();
    assert!(
        message.starts_with(
            "column `copy` determines the target `y`: it alone tells the class of 100.0 % of \
             the rows, of which "
        ),
        "{message}"
    );
}

#[test]
fn few_rows_and_times_are_not_judged() {
    let text =
        |rows| table("copy,noise,y", rows, |row| format!("{0},{1},{0}", row % 2, noise(row)));
    assert_eq!(leaks(&text(50), &Spec::default()), ["copy"]);
    assert!(leaks(&text(49), &Spec::default()).is_empty());
    let slow = table("at,x,y", 400, |row| format!("{row},{},{}", noise(row), u8::from(row > 200)));
    assert_eq!(leaks(&slow, &Spec::default()), ["at"]);
    assert!(leaks(&slow, &spec("time = 'at'")).is_empty());
}

#[test]
fn a_large_table_is_judged_by_a_sample() {
    let text = table("copy,noise,y", 45_001, |row| {
        format!("{},{},{}", 2 * (noise(row) % 2), noise(row + 1), noise(row) % 2)
    });
    assert_eq!(leaks(&text, &Spec::default()), ["copy"]);
}
