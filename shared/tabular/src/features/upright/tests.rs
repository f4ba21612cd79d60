use proptest::prelude::*;

use super::*;
use crate::dataset::{Categories, Field, Kind, Task};
use crate::spec::Spec;

/// A picture, by the ink at each column and row.
fn drawn(side: usize, ink: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    (0..side * side).map(|place| ink(place % side, place / side)).collect()
}

/// A bar that leans by `slant` columns a row, three columns wide.
fn bar(side: usize, slant: f64) -> Vec<f64> {
    let middle = (side as f64 - 1.0) / 2.0;
    drawn(side, |x, y| {
        let away = (x as f64 - middle - slant * (y as f64 - middle)).abs();
        let inside = (side / 5..side - side / 5).contains(&y);
        if inside { (2.0 - away).clamp(0.0, 1.0) } else { 0.0 }
    })
}

fn upright(pixels: &[f64], side: usize) -> Vec<f64> {
    let mut pixels = pixels.to_vec();
    set_upright(&mut pixels, side);
    pixels
}

/// Mass, centre of mass, and central moments of the second order.
#[derive(Debug)]
struct Moments {
    mass: f64,
    centre: (f64, f64),
    mu11: f64,
    mu20: f64,
    mu02: f64,
}

fn moments(pixels: &[f64], side: usize) -> Moments {
    let sum = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
        let at =
            |(place, ink): (usize, &f64)| ink * of((place % side) as f64, (place / side) as f64);
        pixels.iter().enumerate().map(at).sum()
    };
    let mass = sum(&|_, _| 1.0);
    let centre = (sum(&|x, _| x) / mass, sum(&|_, y| y) / mass);
    let mu = |p, q| sum(&|x, y| (x - centre.0).powi(p) * (y - centre.1).powi(q));
    Moments { mass, centre, mu11: mu(1, 1), mu20: mu(2, 0), mu02: mu(0, 2) }
}

#[test]
fn a_leaning_bar_is_set_upright_where_it_is() {
    for (side, slants) in [(8, [-0.5, 0.2, 0.5]), (28, [-0.6, 0.3, 0.6]), (41, [-0.5, 0.2, 0.6])] {
        for slant in slants {
            let leaning = bar(side, slant);
            let straight = upright(&leaning, side);
            let (before, after) = (moments(&leaning, side), moments(&straight, side));
            let expected = moments(&bar(side, 0.0), side);
            assert!((before.mu11 / before.mu02 - slant).abs() < 0.1, "{side} {slant}: {before:?}");
            assert!((after.mu11 / after.mu02).abs() < 1e-9, "{side} {slant}: {after:?}");
            assert!((after.mass - before.mass).abs() < 1e-9 * before.mass, "no ink is lost");
            assert!((after.centre.0 - before.centre.0).abs() < 1e-9);
            assert!((after.centre.1 - before.centre.1).abs() < 1e-9);
            // As narrow as a straight one, but for the interpolation between two pixels.
            assert!(after.mu20 / after.mass < expected.mu20 / expected.mass + 0.35, "{after:?}");
        }
    }
}

#[test]
fn what_has_no_slant_stays_as_it_is() {
    let dot = drawn(5, |x, y| f64::from(u8::from((x, y) == (2, 2))));
    let dash = drawn(5, |_, y| f64::from(u8::from(y == 3)));
    let straight = drawn(8, |x, y| if (2..6).contains(&x) && y > 0 { (y % 3) as f64 } else { 0.0 });
    for (pixels, side) in [(dot, 5), (dash, 5), (straight, 8), (vec![0.0; 9], 3), (vec![], 4)] {
        assert_eq!(upright(&pixels, side), pixels);
    }
    let mut missing = bar(8, 0.5);
    missing[3] = f64::NAN;
    let bits = |pixels: &[f64]| pixels.iter().map(|it| it.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&upright(&missing, 8)), bits(&missing), "its moments are not known");
    let mut negative = bar(8, 0.5);
    negative[0] = -1.0;
    assert_eq!(upright(&negative, 8), negative);
    let mut narrow = [1.0, 2.0];
    set_upright(&mut narrow, 0);
    assert_eq!(narrow, [1.0, 2.0]);
}

proptest! {
    #[test]
    fn any_figure_keeps_its_ink_and_its_place_and_is_soon_upright(
        ink in proptest::collection::vec(0.0..16.0_f64, 36),
    ) {
        // Far from the border, so that nothing leaves the square.
        let side = 40;
        let figure = drawn(side, |x, y| match (x.checked_sub(17), y.checked_sub(17)) {
            (Some(x), Some(y)) if x < 6 && y < 6 => ink[y * 6 + x],
            _ => 0.0,
        });
        let once = upright(&figure, side);
        let (before, after) = (moments(&figure, side), moments(&once, side));
        prop_assert!((after.mass - before.mass).abs() < 1e-9 * before.mass);
        prop_assert!((after.centre.0 - before.centre.0).abs() < 1e-9);
        prop_assert!((after.centre.1 - before.centre.1).abs() < 1e-9);
        prop_assert!((after.mu11 / after.mu02).abs() < 1e-9);
        // Twice is once.
        for (one, two) in once.iter().zip(upright(&once, side)) {
            prop_assert!((one - two).abs() < 1e-6);
        }
        // Other units of ink change nothing else.
        let brighter: Vec<f64> = figure.iter().map(|ink| 16.0 * ink).collect();
        for (one, two) in once.iter().zip(upright(&brighter, side)) {
            prop_assert!((16.0 * one - two).abs() < 1e-9 * (1.0 + two));
        }
    }

    #[test]
    fn any_numbers_are_borne(
        pixels in proptest::collection::vec(proptest::num::f64::ANY, 0..40),
        width in 0_usize..9,
    ) {
        let mut set = pixels.clone();
        set_upright(&mut set, width);
        prop_assert_eq!(set.len(), pixels.len());
    }
}

fn schema(names: &[String]) -> Schema {
    let inputs = names.iter().map(|name| Field::new(name.clone(), Kind::Integral, false));
    Schema { inputs: inputs.collect(), target: None, task: Task::Regression }
}

fn table(names: &[String], squares: &[Vec<f64>]) -> Table {
    let column = |(place, name): (usize, &String)| Column {
        name: name.clone(),
        values: Values::Number(squares.iter().map(|square| square[place]).collect()),
    };
    Table::new(names.iter().enumerate().map(column).collect()).unwrap()
}

fn stage(image: &str, names: &[String]) -> Option<Upright> {
    let spec = Spec::parse(format!("[image]\n{image}").as_bytes()).unwrap();
    Upright::of(&spec.image, &schema(names))
}

fn numbers<'t>(table: &'t Table, name: &str) -> &'t [f64] {
    let Some(Values::Number(numbers)) = table.column(name) else { panic!("{name}: {table:?}") };
    numbers
}

#[test]
fn each_row_of_a_table_is_set_upright_for_itself() {
    let names: Vec<String> = (1..=64).map(|place| format!("pixel{place}")).collect();
    let stage = stage("side = 8\nfirst = 1\ndeskew = true", &names).unwrap();
    // More rows than are gathered at once.
    let slants = (0..150).map(|row| f64::from(row) / 150.0 - 0.5);
    let squares: Vec<Vec<f64>> = slants.map(|slant| bar(8, slant)).collect();
    let expected: Vec<Vec<f64>> = squares.iter().map(|square| upright(square, 8)).collect();
    assert_eq!(stage.apply(&table(&names, &squares)).unwrap(), table(&names, &expected));
    assert_eq!(stage.apply(&table(&names, &[])).unwrap(), table(&names, &[]));
}

#[test]
fn columns_are_found_in_any_order_and_others_are_left_alone() {
    let names: Vec<String> = (0..64).map(|at| format!("p_{}_{}", at / 8, at % 8)).collect();
    let stage = stage("side = 8\ndeskew = true", &names).unwrap();
    let square = bar(8, 0.4);
    let mut columns = table(&names, std::slice::from_ref(&square)).into_columns();
    columns.reverse();
    let note = Values::Category(Categories::encode([Some("seen")]));
    columns.insert(5, Column { name: "note".into(), values: note.clone() });
    let set = stage.apply(&Table::new(columns.clone()).unwrap()).unwrap();
    for (name, expected) in names.iter().zip(upright(&square, 8)) {
        assert_eq!(numbers(&set, name), [expected], "{name}");
    }
    assert_eq!(set.column("note"), Some(&note));

    columns.retain(|column| column.name != "p_3_2");
    let absent = stage.apply(&Table::new(columns.clone()).unwrap());
    assert_eq!(absent, Err(TransformError::MissingColumn("p_3_2".into())));
    columns.push(Column { name: "p_3_2".into(), values: note });
    let text = stage.apply(&Table::new(columns).unwrap());
    assert_eq!(text, Err(TransformError::WrongType("p_3_2".into())));
}

#[test]
fn where_a_pixel_has_no_column_there_is_no_ink() {
    let all: Vec<String> = (0..64).map(|place| format!("p{place}")).collect();
    let some: Vec<String> = all.iter().filter(|name| *name != "p0").cloned().collect();
    let stage = stage("side = 8\ndeskew = true", &some).unwrap();
    // A bar has no ink in its corners.
    let square = bar(8, -0.4);
    let set = stage.apply(&table(&some, &[square[1..].to_vec()])).unwrap();
    for (name, expected) in all.iter().zip(upright(&square, 8)).skip(1) {
        assert_eq!(numbers(&set, name), [expected], "{name}");
    }
}

#[test]
fn without_a_side_or_a_wish_nothing_is_set_upright() {
    let names = ["p0".to_owned()];
    for image in ["deskew = true", "side = 8", "side = 8\ndeskew = false"] {
        assert_eq!(stage(image, &names), None, "{image}");
    }
}
