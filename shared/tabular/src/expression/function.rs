//! The functions of the language.

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `log(x)`: the natural logarithm; missing unless x > 0.
    Log,
    /// `log10(x)`: the decimal logarithm; missing unless x > 0.
    Log10,
    /// `exp(x)`.
    Exp,
    /// `sqrt(x)`: missing for x < 0.
    Sqrt,
    /// `abs(x)`.
    Abs,
    /// `sign(x)`: -1, 0 or 1.
    Sign,
    /// `floor(x)`.
    Floor,
    /// `ceil(x)`.
    Ceil,
    /// `round(x)` or `round(x, digits)`: halves away from zero.
    Round,
    /// `min(a, b, …)`: missing if any is.
    Min,
    /// `max(a, b, …)`: missing if any is.
    Max,
    /// `if(condition, a, b)`: missing if the condition is.
    If,
    /// `coalesce(a, b, …)`: the first that is not missing.
    Coalesce,
    /// `is_missing(x)`: never missing itself.
    IsMissing,
    /// `lower(text)`.
    Lower,
    /// `upper(text)`.
    Upper,
    /// `length(text)`: in characters.
    Length,
    /// `contains(text, part)`.
    Contains,
    /// `starts_with(text, part)`.
    StartsWith,
    /// `date(text)`: the instant in seconds since 1970 UTC; missing for a text that is no
    /// date. A number stays as it is.
    Date,
    /// `year(date)`.
    Year,
    /// `month(date)`: 1 to 12.
    Month,
    /// `day(date)`: the day of the month.
    Day,
    /// `weekday(date)`: 0 (Monday) to 6.
    Weekday,
    /// `day_of_year(date)`: from 1.
    DayOfYear,
    /// `hour(date)`: 0 to 23.
    Hour,
}

impl Function {
    /// Every function.
    pub const ALL: [Self; 26] = [
        Self::Log,
        Self::Log10,
        Self::Exp,
        Self::Sqrt,
        Self::Abs,
        Self::Sign,
        Self::Floor,
        Self::Ceil,
        Self::Round,
        Self::Min,
        Self::Max,
        Self::If,
        Self::Coalesce,
        Self::IsMissing,
        Self::Lower,
        Self::Upper,
        Self::Length,
        Self::Contains,
        Self::StartsWith,
        Self::Date,
        Self::Year,
        Self::Month,
        Self::Day,
        Self::Weekday,
        Self::DayOfYear,
        Self::Hour,
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Log10 => "log10",
            Self::Exp => "exp",
            Self::Sqrt => "sqrt",
            Self::Abs => "abs",
            Self::Sign => "sign",
            Self::Floor => "floor",
            Self::Ceil => "ceil",
            Self::Round => "round",
            Self::Min => "min",
            Self::Max => "max",
            Self::If => "if",
            Self::Coalesce => "coalesce",
            Self::IsMissing => "is_missing",
            Self::Lower => "lower",
            Self::Upper => "upper",
            Self::Length => "length",
            Self::Contains => "contains",
            Self::StartsWith => "starts_with",
            Self::Date => "date",
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
            Self::Weekday => "weekday",
            Self::DayOfYear => "day_of_year",
            Self::Hour => "hour",
        }
    }

    /// How many arguments it takes, in words, and whether `count` is as many.
    pub(super) fn takes(self, count: usize) -> (&'static str, bool) {
        match self {
            Self::Min | Self::Max | Self::Coalesce => ("at least 1 argument", count >= 1),
            Self::Round => ("1 or 2 arguments", (1..=2).contains(&count)),
            Self::If => ("3 arguments", count == 3),
            Self::Contains | Self::StartsWith => ("2 arguments", count == 2),
            _ => ("1 argument", count == 1),
        }
    }
}
