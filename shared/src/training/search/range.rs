//! What values a hyper-parameter may have.

use std::fmt;

use serde_json::Value;

/// The values that a hyper-parameter may have.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Range {
    /// Numbers from the first to the second.
    Linear(f64, f64),
    /// The same, in which each factor is as likely as any other; above 0.
    Log(f64, f64),
    /// Whole numbers from the first to the second.
    Integer(u32, u32),
    /// The same, in which each factor is about as likely as any other; above 0.
    IntegerLog(u32, u32),
    /// One of these.
    Choice(Vec<Value>),
}

impl Range {
    /// One of the given values.
    pub(super) fn choice<T: Into<Value>>(values: impl IntoIterator<Item = T>) -> Self {
        Self::Choice(values.into_iter().map(Into::into).collect())
    }

    /// A uniform draw.
    pub(super) fn draw(&self, random: &mut fastrand::Rng) -> Value {
        match self {
            Self::Choice(values) => {
                values.get(random.usize(..values.len().max(1))).cloned().unwrap_or_default()
            }
            _ => {
                let (low, high) = self.bounds();
                self.value(low + random.f64() * (high - low))
            }
        }
    }

    /// Where a value lies on the axis in which draws are uniform; `None` for one that is
    /// out of range or of another type.
    pub(super) fn position(&self, value: &Value) -> Option<f64> {
        let (low, high) = self.bounds();
        let position = match self {
            Self::Linear(..) | Self::Integer(..) => value.as_f64()?,
            Self::Log(..) | Self::IntegerLog(..) => value.as_f64()?.ln(),
            Self::Choice(values) => values.iter().position(|known| same(known, value))? as f64,
        };
        (low..=high).contains(&position).then_some(position)
    }

    /// The value at a position of the axis.
    pub(super) fn value(&self, position: f64) -> Value {
        match self {
            Self::Linear(low, high) => rounded(position).clamp(*low, *high).into(),
            Self::Log(low, high) => rounded(position.exp()).clamp(*low, *high).into(),
            Self::Integer(low, high) => {
                (position.round().clamp(f64::from(*low), f64::from(*high)) as u32).into()
            }
            Self::IntegerLog(low, high) => {
                (position.exp().round().clamp(f64::from(*low), f64::from(*high)) as u32).into()
            }
            Self::Choice(values) => values.get(position as usize).cloned().unwrap_or_default(),
        }
    }

    /// The ends of the axis. Each whole number has a unit of it to itself.
    pub(super) fn bounds(&self) -> (f64, f64) {
        match self {
            Self::Linear(low, high) => (*low, *high),
            Self::Log(low, high) => (low.ln(), high.ln()),
            Self::Integer(low, high) => (f64::from(*low) - 0.5, f64::from(*high) + 0.5),
            Self::IntegerLog(low, high) => {
                ((f64::from(*low) - 0.5).ln(), (f64::from(*high) + 0.5).ln())
            }
            Self::Choice(values) => (0.0, values.len().saturating_sub(1) as f64),
        }
    }

    /// The value in the middle of the axis; the first where they are listed.
    pub(super) fn middle(&self) -> Value {
        match self {
            Self::Choice(values) => values.first().cloned().unwrap_or_default(),
            _ => {
                let (low, high) = self.bounds();
                self.value(f64::midpoint(low, high))
            }
        }
    }

    /// So many values from one end to the other, evenly on the axis and none twice; all where
    /// they are listed.
    pub(super) fn grid(&self, steps: usize) -> Vec<Value> {
        let (low, high) = match self {
            Self::Choice(values) => return values.clone(),
            Self::Integer(low, high) => (f64::from(*low), f64::from(*high)),
            Self::IntegerLog(low, high) => (f64::from(*low).ln(), f64::from(*high).ln()),
            Self::Linear(..) | Self::Log(..) => self.bounds(),
        };
        let last = steps.saturating_sub(1).max(1) as f64;
        let at = |step: usize| self.value(low + step as f64 / last * (high - low));
        let mut values: Vec<Value> = (0..steps).map(at).collect();
        values.dedup();
        values
    }
}

/// Whether two values are the same one; `1` and `1.0` are.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    a == b || a.as_f64().is_some_and(|a| Some(a) == b.as_f64())
}

/// A number of three significant digits: a leaderboard is read by people, and no
/// hyper-parameter is known better.
fn rounded(number: f64) -> f64 {
    if number == 0.0 || !number.is_finite() {
        return number;
    }
    let digits = 2 - number.abs().log10().floor() as i32;
    let scale = 10_f64.powi(digits.abs());
    if digits >= 0 { (number * scale).round() / scale } else { (number / scale).round() * scale }
}

/// In words, such as `0.02 to 0.3, log`.
impl fmt::Display for Range {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Linear(low, high) => write!(formatter, "{low:?} to {high:?}"),
            Self::Log(low, high) => write!(formatter, "{low:?} to {high:?}, log"),
            Self::Integer(low, high) => write!(formatter, "{low} to {high}"),
            Self::IntegerLog(low, high) => write!(formatter, "{low} to {high}, log"),
            Self::Choice(values) => {
                let words = values.iter().map(|value| match value {
                    Value::String(word) => format!("`{word}`"),
                    other => other.to_string(),
                });
                formatter.write_str(&words.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_keep_to_their_range_and_lie_where_their_position_says() {
        let ranges = [
            Range::Linear(0.5, 1.0),
            Range::Log(1e-4, 1e3),
            Range::Integer(2, 5),
            Range::IntegerLog(1, 400),
            Range::choice(["a", "b", "c"]),
        ];
        let mut random = fastrand::Rng::with_seed(1);
        for range in ranges {
            let mut seen = std::collections::BTreeSet::new();
            for _ in 0..200 {
                let value = range.draw(&mut random);
                let position = range.position(&value).unwrap();
                assert_eq!(range.value(position), value, "{range:?}");
                seen.insert(value.to_string());
            }
            assert!(seen.len() >= 3, "{range:?}: {seen:?}");
        }
        assert_eq!(Range::Integer(2, 5).position(&7.into()), None);
        assert_eq!(Range::choice(["a"]).position(&"b".into()), None);
        assert_eq!(Range::Log(1.0, 2.0).position(&"b".into()), None);
    }

    #[test]
    fn a_grid_of_a_range_goes_from_end_to_end() {
        let grid = |range: Range, steps| serde_json::to_string(&range.grid(steps)).unwrap();
        assert_eq!(grid(Range::Linear(0.0, 1.0), 5), "[0.0,0.25,0.5,0.75,1.0]");
        assert_eq!(grid(Range::Log(0.01, 1.0), 3), "[0.01,0.1,1.0]");
        assert_eq!(grid(Range::Integer(2, 10), 3), "[2,6,10]");
        assert_eq!(grid(Range::Integer(2, 3), 5), "[2,3]", "none twice");
        assert_eq!(grid(Range::IntegerLog(1, 100), 3), "[1,10,100]");
        assert_eq!(grid(Range::choice(["a", "b"]), 5), r#"["a","b"]"#);
        assert_eq!(Range::IntegerLog(10, 1000).position(&5.into()), None);
    }

    #[test]
    fn numbers_are_rounded_to_three_digits() {
        assert_eq!(rounded(0.012_345_6), 0.0123);
        assert_eq!(rounded(1234.6), 1230.0);
        assert_eq!(rounded(-0.5), -0.5);
        assert_eq!(rounded(0.0), 0.0);
    }
}
