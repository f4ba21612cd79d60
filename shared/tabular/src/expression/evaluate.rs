//! The value of a syntax tree in every row, a whole column at a time.

use std::borrow::Cow;

use super::error::Problem;
use super::function::Function;
use super::node::{Binary, Node, NodeKind};
use super::rows::{common_length, value};
use super::texts::{Texts, choose_texts};
use super::{ColumnValues, Columns, Evaluated};
use crate::date::{self, Parts};
use crate::nearest::nearest;

type Result<T> = std::result::Result<T, (usize, Problem)>;

/// A value in every row; a column of one value is that value in all of them.
enum Operand<'a> {
    Numbers(Cow<'a, [f64]>),
    /// 1, 0, or `NaN` where it is missing.
    Truths(Cow<'a, [f64]>),
    Texts(Texts<'a>),
    /// Missing in all rows, of any type.
    Missing,
}

pub(super) fn evaluate(root: &Node, table: &impl Columns) -> Result<Evaluated> {
    let rows = table.rows();
    let spread = |values: Cow<'_, [f64]>| match *values {
        [constant] => vec![constant; rows],
        _ => values.into_owned(),
    };
    Ok(match operand(root, table)? {
        Operand::Numbers(values) => Evaluated::Numbers(spread(values)),
        Operand::Truths(values) => Evaluated::Truths(spread(values)),
        Operand::Missing => Evaluated::Numbers(vec![f64::NAN; rows]),
        Operand::Texts(texts) => {
            let codes = match *texts.codes {
                [constant] => vec![constant; rows],
                _ => texts.codes.into_owned(),
            };
            Evaluated::Texts { codes, levels: texts.levels.into_owned() }
        }
    })
}

fn operand<'a>(node: &'a Node, table: &'a impl Columns) -> Result<Operand<'a>> {
    Ok(match &node.kind {
        NodeKind::Number(number) => Operand::Numbers(vec![*number].into()),
        NodeKind::Truth(truth) => Operand::Truths(vec![f64::from(u8::from(*truth))].into()),
        NodeKind::Text(text) => Operand::Texts(Texts::constant(text)),
        NodeKind::Missing => Operand::Missing,
        NodeKind::Column(name) => match table.values(name) {
            Some(ColumnValues::Numbers(values)) => Operand::Numbers(values.into()),
            Some(ColumnValues::Texts { codes, levels }) => {
                Operand::Texts(Texts { codes: codes.into(), levels: levels.into() })
            }
            None => return Err((node.at, unknown_column(name, table))),
        },
        NodeKind::Negate(inner) => Operand::Numbers(map(numbers(inner, table)?, |x| -x)),
        NodeKind::Not(inner) => Operand::Truths(map(numbers(inner, table)?, not)),
        NodeKind::Binary(binary, left, right) if binary.is_comparison() => {
            Operand::Truths(comparison(*binary, left, right, table)?)
        }
        NodeKind::Binary(binary, left, right) => {
            let (left, right) = (numbers(left, table)?, numbers(right, table)?);
            match binary {
                Binary::And => Operand::Truths(zip(left, &right, and)),
                Binary::Or => Operand::Truths(zip(left, &right, |a, b| not(and(not(a), not(b))))),
                _ => Operand::Numbers(zip(left, &right, arithmetic(*binary))),
            }
        }
        NodeKind::Call(function, arguments) => call(*function, arguments, table)?,
    })
}

fn unknown_column(name: &str, table: &impl Columns) -> Problem {
    let nearest = nearest(name, table.names()).map(str::to_owned);
    Problem::UnknownColumn { name: name.to_owned(), nearest }
}

fn numbers<'a>(node: &'a Node, table: &'a impl Columns) -> Result<Cow<'a, [f64]>> {
    as_numbers(operand(node, table)?, node.at)
}

fn texts<'a>(node: &'a Node, table: &'a impl Columns) -> Result<Texts<'a>> {
    as_texts(operand(node, table)?, node.at)
}

fn as_numbers(operand: Operand<'_>, at: usize) -> Result<Cow<'_, [f64]>> {
    match operand {
        Operand::Numbers(values) | Operand::Truths(values) => Ok(values),
        Operand::Missing => Ok(vec![f64::NAN].into()),
        Operand::Texts(_) => {
            Err((at, Problem::WrongType { expected: "a number", found: "a text" }))
        }
    }
}

fn as_texts(operand: Operand<'_>, at: usize) -> Result<Texts<'_>> {
    match operand {
        Operand::Texts(texts) => Ok(texts),
        Operand::Missing => Ok(Texts::missing()),
        Operand::Numbers(_) => {
            Err((at, Problem::WrongType { expected: "a text", found: "a number" }))
        }
        Operand::Truths(_) => {
            Err((at, Problem::WrongType { expected: "a text", found: "a truth" }))
        }
    }
}

fn comparison<'a>(
    binary: Binary,
    left: &'a Node,
    right: &'a Node,
    table: &'a impl Columns,
) -> Result<Cow<'a, [f64]>> {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let holds = move |ordering| match binary {
        Binary::Equal => ordering == Equal,
        Binary::NotEqual => ordering != Equal,
        Binary::Less => ordering == Less,
        Binary::LessOrEqual => ordering != Greater,
        Binary::Greater => ordering == Greater,
        _ => ordering != Less,
    };
    let (a, b) = (operand(left, table)?, operand(right, table)?);
    if matches!(a, Operand::Texts(_)) || matches!(b, Operand::Texts(_)) {
        let (a, b) = (as_texts(a, left.at)?, as_texts(b, right.at)?);
        return Ok(a.relate(&b, |a, b| holds(a.cmp(b))).into());
    }
    let (a, b) = (as_numbers(a, left.at)?, as_numbers(b, right.at)?);
    Ok(zip(a, &b, |a, b| a.partial_cmp(&b).map_or(f64::NAN, |order| truth(holds(order)))))
}

fn call<'a>(
    function: Function,
    arguments: &'a [Node],
    table: &'a impl Columns,
) -> Result<Operand<'a>> {
    let [first, rest @ ..] = arguments else { return Ok(Operand::Missing) };
    let of_number =
        |f: fn(f64) -> f64| Ok(Operand::Numbers(map(numbers(first, table)?, |x| finite(f(x)))));
    let of_text = |f: fn(&str) -> String| Ok(Operand::Texts(texts(first, table)?.mapped(f)));
    match function {
        Function::Log => of_number(f64::ln),
        Function::Log10 => of_number(f64::log10),
        Function::Exp => of_number(f64::exp),
        Function::Sqrt => of_number(f64::sqrt),
        Function::Abs => of_number(f64::abs),
        Function::Sign => of_number(|x| if x == 0.0 { 0.0 } else { x.signum() }),
        Function::Floor => of_number(f64::floor),
        Function::Ceil => of_number(f64::ceil),
        Function::Round => match rest {
            [digits] => {
                let digits = numbers(digits, table)?;
                Ok(Operand::Numbers(zip(numbers(first, table)?, &digits, |x, digits| {
                    let unit = 10_f64.powf(digits.trunc());
                    finite((x * unit).round() / unit)
                })))
            }
            _ => of_number(f64::round),
        },
        Function::Min => fold(first, rest, table, f64::min),
        Function::Max => fold(first, rest, table, f64::max),
        Function::If => {
            let [a, b] = rest else { return Ok(Operand::Missing) };
            let condition = numbers(first, table)?;
            choose(&condition, operand(a, table)?, operand(b, table)?, b.at)
        }
        Function::Coalesce => rest.iter().try_fold(operand(first, table)?, |found, node| {
            let present: Vec<f64> = missing(&found).into_iter().map(not).collect();
            choose(&present, found, operand(node, table)?, node.at)
        }),
        Function::IsMissing => Ok(Operand::Truths(missing(&operand(first, table)?).into())),
        Function::Lower => of_text(str::to_lowercase),
        Function::Upper => of_text(str::to_uppercase),
        Function::Length => {
            let texts = texts(first, table)?;
            Ok(Operand::Numbers(texts.numbers(|text| text.chars().count() as f64).into()))
        }
        Function::Contains => related(first, rest, table, |text, part| text.contains(part)),
        Function::StartsWith => related(first, rest, table, |text, part| text.starts_with(part)),
        Function::Date => Ok(Operand::Numbers(match operand(first, table)? {
            Operand::Texts(texts) => {
                texts.numbers(|text| date::parse(text).unwrap_or(f64::NAN)).into()
            }
            other => as_numbers(other, first.at)?,
        })),
        Function::Year => of_number(|x| part(x, |parts| parts.year)),
        Function::Month => of_number(|x| part(x, |parts| parts.month)),
        Function::Day => of_number(|x| part(x, |parts| parts.day)),
        Function::Weekday => of_number(|x| part(x, |parts| parts.weekday)),
        Function::DayOfYear => of_number(|x| part(x, |parts| parts.day_of_year)),
        Function::Hour => of_number(|x| part(x, |parts| parts.hour)),
    }
}

fn part(seconds: f64, choose: fn(Parts) -> f64) -> f64 {
    Parts::of(seconds).map_or(f64::NAN, choose)
}

fn related<'a>(
    first: &'a Node,
    rest: &'a [Node],
    table: &'a impl Columns,
    holds: fn(&str, &str) -> bool,
) -> Result<Operand<'a>> {
    let [second] = rest else { return Ok(Operand::Missing) };
    let (first, second) = (texts(first, table)?, texts(second, table)?);
    Ok(Operand::Truths(first.relate(&second, holds).into()))
}

fn fold<'a>(
    first: &'a Node,
    rest: &'a [Node],
    table: &'a impl Columns,
    f: fn(f64, f64) -> f64,
) -> Result<Operand<'a>> {
    let start = numbers(first, table)?;
    let folded = rest.iter().try_fold(start, |folded, node| {
        let propagate = |a: f64, b: f64| if a.is_nan() || b.is_nan() { f64::NAN } else { f(a, b) };
        Ok(zip(folded, &numbers(node, table)?, propagate))
    });
    folded.map(Operand::Numbers)
}

/// `a` where `condition` is true, `b` (of the node at `at`) where it is false, missing
/// where it is missing.
fn choose<'a>(condition: &[f64], a: Operand<'a>, b: Operand<'a>, at: usize) -> Result<Operand<'a>> {
    let text = matches!(a, Operand::Texts(_)) || matches!(b, Operand::Texts(_));
    let truths = !matches!(a, Operand::Numbers(_)) && !matches!(b, Operand::Numbers(_));
    if text {
        return Ok(Operand::Texts(choose_texts(condition, &as_texts(a, at)?, &as_texts(b, at)?)));
    }
    let (a, b) = (as_numbers(a, at)?, as_numbers(b, at)?);
    let pick = |row| match value(condition, row) {
        Some(c) if c.is_nan() => f64::NAN,
        Some(0.0) => value(&b, row).unwrap_or(f64::NAN),
        _ => value(&a, row).unwrap_or(f64::NAN),
    };
    let values = (0..common_length([condition.len(), a.len(), b.len()])).map(pick).collect();
    Ok(if truths { Operand::Truths(values) } else { Operand::Numbers(values) })
}

/// Where an operand is missing.
fn missing(operand: &Operand<'_>) -> Vec<f64> {
    match operand {
        Operand::Numbers(values) | Operand::Truths(values) => {
            values.iter().map(|x| truth(x.is_nan())).collect()
        }
        Operand::Texts(texts) => texts.missing_codes(),
        Operand::Missing => vec![1.0],
    }
}

fn arithmetic(binary: Binary) -> fn(f64, f64) -> f64 {
    match binary {
        Binary::Add => |a, b| finite(a + b),
        Binary::Subtract => |a, b| finite(a - b),
        Binary::Multiply => |a, b| finite(a * b),
        Binary::Divide => |a, b| finite(a / b),
        Binary::Remainder => |a, b| finite(a % b),
        _ => |a, b| if a.is_nan() || b.is_nan() { f64::NAN } else { finite(a.powf(b)) },
    }
}

/// A number that is not finite is missing.
fn finite(x: f64) -> f64 {
    if x.is_finite() { x } else { f64::NAN }
}

fn truth(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

fn not(x: f64) -> f64 {
    if x.is_nan() { x } else { truth(x == 0.0) }
}

/// SQL's: false with anything is false.
fn and(a: f64, b: f64) -> f64 {
    match (a, b) {
        (0.0, _) | (_, 0.0) => 0.0,
        _ if a.is_nan() || b.is_nan() => f64::NAN,
        _ => 1.0,
    }
}

fn map(values: Cow<'_, [f64]>, f: impl Fn(f64) -> f64) -> Cow<'_, [f64]> {
    match values {
        Cow::Borrowed(values) => values.iter().map(|&x| f(x)).collect(),
        Cow::Owned(mut values) => {
            values.iter_mut().for_each(|x| *x = f(*x));
            values.into()
        }
    }
}

fn zip<'a>(a: Cow<'a, [f64]>, b: &[f64], f: impl Fn(f64, f64) -> f64) -> Cow<'a, [f64]> {
    match (&*a, b) {
        (_, &[b]) => map(a, |a| f(a, b)),
        (&[a], b) => b.iter().map(|&b| f(a, b)).collect(),
        (a, b) => a.iter().zip(b).map(|(&a, &b)| f(a, b)).collect(),
    }
}
