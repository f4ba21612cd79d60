//! Dates and instants in texts, as seconds since 1970 in UTC.

use std::borrow::Cow;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time, date};
use jiff::fmt::temporal::Pieces;
use serde::{Deserialize, Serialize};

/// The instant from which seconds count, in UTC.
const EPOCH: DateTime = date(1970, 1, 1).at(0, 0, 0, 0);

/// The instant that a text names: a date (`2018-08-03`, or `3.8.2018`), a date with a time
/// (`2018-08-03 05:00:00`, taken as UTC), or an instant with an offset (RFC 3339).
/// `None` for any other text.
#[must_use]
pub fn parse(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Some(b'.') = text.bytes().find(|byte| !byte.is_ascii_digit()) {
        let (date, time) = text.split_at(text.find([' ', 'T']).unwrap_or(text.len()));
        return with_year_last(date, '.').and_then(|[day, month, year]| {
            parse(&format!("{year:0>4}-{month:0>2}-{day:0>2}{time}"))
        });
    }
    // Rules out bare numbers, and all that cannot start as a year does.
    let year = text.get(..5)?.as_bytes();
    if !matches!(year, [a, b, c, d, b'-' | b'/'] if [a, b, c, d].iter().all(|d| d.is_ascii_digit()))
    {
        return None;
    }
    let dashed = if text.contains('/') { Cow::from(text.replace('/', "-")) } else { text.into() };
    if dashed.len() <= "2018-08-03".len() {
        return dashed.parse().ok().map(|day: Date| since_epoch(day.at(0, 0, 0, 0)));
    }
    let pieces = Pieces::parse(&*dashed).ok()?;
    let civil = pieces.date().to_datetime(pieces.time().unwrap_or(Time::midnight()));
    let ahead = pieces.to_numeric_offset().map_or(0, |offset| offset.seconds());
    Some(since_epoch(civil) - f64::from(ahead))
}

/// What a calendar and a clock show in UTC, so many seconds after 1970; `None` for `NaN` and
/// what lies beyond the years -9999 to 9999.
#[must_use]
pub fn civil(seconds: f64) -> Option<DateTime> {
    EPOCH.checked_add(SignedDuration::try_from_secs_f64(seconds).ok()?).ok()
}

/// Which part of `8/3/2018` comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// `8/25/2018`, as in the United States.
    MonthFirst,
    /// `25/8/2018`.
    DayFirst,
}

impl DateOrder {
    /// The order's name in a spec.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MonthFirst => "month_first",
            Self::DayFirst => "day_first",
        }
    }

    /// Dates of this order in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::MonthFirst => "dates with the month first",
            Self::DayFirst => "dates with the day first",
        }
    }
}

/// The instant that a text of a column names: as [`parse`] reads it, or where the column has
/// an order a date with strokes and its year last (`8/25/2018`), with or without a time
/// (`05:00`, `05:00:30`, `5:00 PM`; UTC).
#[must_use]
pub fn read(text: &str, order: Option<DateOrder>) -> Option<f64> {
    parse(text).or_else(|| Strokes::of(text)?.instant(order?))
}

/// The order of day and month does not follow from some texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Untold<'a> {
    /// A text that is no date in either order.
    #[error("`{0}` is no date")]
    NoDate(&'a str),
    /// Each date is one in both orders, such as this.
    #[error("of `{0}` and all others each of the first two parts can be the month")]
    Ambiguous(&'a str),
    /// Some are dates in one order only, others in the other only.
    #[error("in `{month_first}` the month comes first, in `{day_first}` the day")]
    Both {
        /// One with the month first.
        month_first: &'a str,
        /// One with the day first.
        day_first: &'a str,
    },
}

/// The order in which all texts are dates: a part above 12 is a day. `None` where none of the
/// dates has strokes.
///
/// # Errors
/// When one is no date, or the order does not follow.
pub fn order<'a>(
    texts: impl IntoIterator<Item = &'a str>,
) -> Result<Option<DateOrder>, Untold<'a>> {
    let (mut month_first, mut day_first, mut ambiguous) = (None, None, None);
    for text in texts {
        let Some(strokes) = Strokes::of(text) else {
            parse(text).ok_or(Untold::NoDate(text))?;
            continue;
        };
        let of = |order| strokes.instant(order).is_some();
        let example = match (of(DateOrder::MonthFirst), of(DateOrder::DayFirst)) {
            (true, true) => &mut ambiguous,
            (true, false) => &mut month_first,
            (false, true) => &mut day_first,
            (false, false) => return Err(Untold::NoDate(text)),
        };
        example.get_or_insert(text);
    }
    match (month_first, day_first, ambiguous) {
        (Some(month_first), Some(day_first), _) => Err(Untold::Both { month_first, day_first }),
        (Some(_), None, _) => Ok(Some(DateOrder::MonthFirst)),
        (None, Some(_), _) => Ok(Some(DateOrder::DayFirst)),
        (None, None, Some(text)) => Err(Untold::Ambiguous(text)),
        (None, None, None) => Ok(None),
    }
}

/// Whether a text is a date with strokes and its year last, in one order or the other.
#[must_use]
pub fn has_strokes(text: &str) -> bool {
    let orders = [DateOrder::MonthFirst, DateOrder::DayFirst];
    Strokes::of(text).is_some_and(|it| orders.into_iter().any(|order| it.instant(order).is_some()))
}

/// A date with strokes and its year last.
struct Strokes {
    first: i8,
    second: i8,
    year: i16,
    time: Time,
}

impl Strokes {
    fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let (date, time) = text.split_at(text.find([' ', 'T']).unwrap_or(text.len()));
        let [first, second, year] = with_year_last(date, '/')?;
        let time = match time.get(1..) {
            None => Time::midnight(),
            Some(time) => clock(time)?,
        };
        Some(Self {
            first: first.parse().ok()?,
            second: second.parse().ok()?,
            year: year.parse().ok()?,
            time,
        })
    }

    fn instant(&self, order: DateOrder) -> Option<f64> {
        let (month, day) = match order {
            DateOrder::MonthFirst => (self.first, self.second),
            DateOrder::DayFirst => (self.second, self.first),
        };
        let date = Date::new(self.year, month, day).ok()?;
        Some(since_epoch(date.to_datetime(self.time)))
    }
}

/// The time of `5:00`, `05:00:30`, `5:00 PM` or `5:00pm`.
fn clock(text: &str) -> Option<Time> {
    let text = text.trim();
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let afternoon = match text.get(digits.len()..)? {
        "" => None,
        half if half.eq_ignore_ascii_case("am") => Some(false),
        half if half.eq_ignore_ascii_case("pm") => Some(true),
        _ => return None,
    };
    let number = |part: &str, digits: std::ops::RangeInclusive<usize>| {
        let fits = digits.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| part.parse::<i8>().ok()).flatten()
    };
    let mut parts = digits.trim_end().split(':');
    let hour = number(parts.next()?, 1..=2)?;
    let minute = number(parts.next()?, 2..=2)?;
    let second = parts.next().map_or(Some(0), |part| number(part, 2..=2))?;
    let hour = match afternoon {
        _ if parts.next().is_some() => return None,
        None => hour,
        // Noon and midnight are 12.
        Some(afternoon) if (1..=12).contains(&hour) => hour % 12 + if afternoon { 12 } else { 0 },
        Some(_) => return None,
    };
    Time::new(hour, minute, second, 0).ok()
}

/// The three parts of a date, of which the last is a year of four digits.
fn with_year_last(date: &str, divider: char) -> Option<[&str; 3]> {
    let mut parts = date.split(divider);
    let parts = [parts.next()?, parts.next()?, parts.next().filter(|_| parts.next().is_none())?];
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let [one, other, year] = parts;
    let fits = one.len() <= 2 && other.len() <= 2 && year.len() == 4;
    (fits && parts.iter().all(digits)).then_some(parts)
}

/// Counted by the calendar, as instants end a day before it does.
fn since_epoch(civil: DateTime) -> f64 {
    civil.duration_since(EPOCH).as_secs_f64()
}

/// The month that an English name or its first three letters (or more) stand for.
#[must_use]
pub fn month(text: &str) -> Option<usize> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let text = text.trim().trim_end_matches('.').to_ascii_lowercase();
    let known = text.len() >= 3;
    MONTHS.iter().position(|month| known && month.starts_with(&text)).map(|month| month + 1)
}

/// What a calendar and a clock show at an instant, in UTC.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parts {
    /// The year.
    pub year: f64,
    /// 1 to 12.
    pub month: f64,
    /// The day of the month, from 1.
    pub day: f64,
    /// 0 (Monday) to 6.
    pub weekday: f64,
    /// The day of the year, from 1.
    pub day_of_year: f64,
    /// 0 to 23.
    pub hour: f64,
}

impl Parts {
    /// The parts of an instant in seconds since 1970; `None` for `NaN` and what lies
    /// beyond the years -9999 to 9999.
    #[must_use]
    pub fn of(seconds: f64) -> Option<Self> {
        let civil = civil(seconds.floor())?;
        Some(Self {
            year: f64::from(civil.year()),
            month: f64::from(civil.month()),
            day: f64::from(civil.day()),
            weekday: f64::from(civil.weekday().to_monday_zero_offset()),
            day_of_year: f64::from(civil.day_of_year()),
            hour: f64::from(civil.hour()),
        })
    }
}

#[cfg(test)]
#[path = "date_order_tests.rs"]
mod order_tests;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_with_and_without_times_are_instants() {
        for (text, seconds) in [
            ("1970-01-02", 86_400.0),
            ("1970/01/02", 86_400.0),
            ("1970-01-01 01:00:00", 3_600.0),
            ("1970-01-01T01:00:00.5Z", 3_600.5),
            ("1970-01-01T01:00:00+01:00", 0.0),
            ("1969-12-31T23:59:59.25-01:00", 3_599.25),
            // The last day of the calendar, by which data bases mark what has no end.
            ("9999-12-31", 253_402_214_400.0),
            ("9999-12-31 23:59:59", 253_402_300_799.0),
            ("9999-12-31T23:59:59Z", 253_402_300_799.0),
            ("9999-12-31T23:59:59+01:00", 253_402_297_199.0),
            ("2.1.1970", 86_400.0),
            ("02.01.1970 01:00", 90_000.0),
            ("31.12.1969", -86_400.0),
        ] {
            assert_eq!(parse(text), Some(seconds), "{text}");
        }
        for text in [
            "",
            "1970",
            "19700102",
            "1970-13-01",
            "may 1970",
            "1970-01-02 noon",
            "-1-2-3",
            "1.13.1970",
            "1.1.70",
            "1.1.1970.1",
            "1.5",
            ".1.1970",
            "1..1970",
            "1.1.1970 noon",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_parts_of_an_instant_are_those_of_its_day_in_utc() {
        let parts = |text: &str| Parts::of(parse(text).unwrap()).unwrap();
        let friday = parts("2018-08-03 05:59:59");
        assert_eq!((friday.year, friday.month, friday.day), (2018.0, 8.0, 3.0));
        assert_eq!((friday.weekday, friday.day_of_year, friday.hour), (4.0, 215.0, 5.0));
        let last = parts("9999-12-31T23:59:59Z");
        assert_eq!((last.year, last.day_of_year, last.hour), (9999.0, 365.0, 23.0));
        let eve = parts("1969-12-31T23:59:59.5Z");
        assert_eq!((eve.year, eve.weekday, eve.day_of_year, eve.hour), (1969.0, 2.0, 365.0, 23.0));
        for beyond in [f64::NAN, f64::INFINITY, -1e300] {
            assert_eq!(Parts::of(beyond), None);
        }
    }
}
