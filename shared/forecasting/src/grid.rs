//! The regular instants of a data set: step `n` lies `n` times the frequency after the
//! origin.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime, Time};
use jiff::{Timestamp, tz::TimeZone};
use model_factory_tabular::spec::{Frequency, Unit};
use serde::{Deserialize, Serialize};

/// The regular instants of a data set, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grid {
    /// The time from one step to the next.
    pub frequency: Frequency,
    /// The instant of step 0, in seconds since 1970.
    pub origin: i64,
    /// The day of the month of every step, where months have it; for units of the calendar.
    day: i8,
}

/// How long most months, quarters and years last, in days.
const MONTH: std::ops::RangeInclusive<i64> = 28..=31;
const QUARTER: std::ops::RangeInclusive<i64> = 89..=92;
const YEAR: std::ops::RangeInclusive<i64> = 365..=366;
const DAY: i64 = 86_400;
const WEEK: i64 = 7 * DAY;
/// The first Monday since 1970 began.
const MONDAY: i64 = 4 * DAY;

impl Grid {
    /// The grid on which instants lie, the earliest at step 0.
    #[must_use]
    pub fn of(frequency: Frequency, instants: impl IntoIterator<Item = i64>) -> Self {
        let (mut origin, mut day) = (i64::MAX, 1);
        for instant in instants {
            origin = origin.min(instant);
            day = day.max(civil(instant).day());
        }
        Self { frequency, origin: if origin == i64::MAX { 0 } else { origin }, day }
    }

    /// The grid of the same frequency whose steps begin where their unit does, in UTC: hours at
    /// the full hour, days at midnight, weeks on Monday, months on the first.
    #[must_use]
    pub fn of_calendar(self) -> Self {
        let Frequency { unit, count } = self.frequency;
        let origin = match unit.seconds() {
            Some(length) => {
                let whole = length * i64::from(count);
                // Steps that a day is made of begin at midnight, others where their unit does.
                let length = if DAY % whole == 0 { whole } else { length };
                let first = if length % WEEK == 0 { MONDAY } else { 0 };
                self.origin - (self.origin - first).rem_euclid(length)
            }
            None => {
                let origin = civil(self.origin);
                let month = i64::from(origin.month()) - 1;
                let month = (month - month % unit.months() + 1) as i8;
                let first = Date::new(origin.year(), month, 1).unwrap_or_else(|_| origin.date());
                let first = TimeZone::UTC.to_timestamp(first.to_datetime(Time::midnight()));
                first.map_or(self.origin, Timestamp::as_second)
            }
        };
        Self { origin, day: 1, ..self }
    }

    /// The frequency of series: the most frequent difference between neighbours in time
    /// of one series, the shorter of equals. `None` where no series has two instants.
    ///
    /// Each series is its distinct instants in order.
    #[must_use]
    pub fn frequency_of<'a>(series: impl IntoIterator<Item = &'a [i64]>) -> Option<Frequency> {
        let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
        for instants in series {
            for pair in instants.windows(2) {
                if let [before, after] = pair {
                    *counts.entry(after - before).or_default() += 1;
                }
            }
        }
        let (&seconds, _) =
            counts.iter().max_by_key(|&(&difference, &count)| (count, -difference))?;
        for (days, unit) in [(MONTH, Unit::Month), (QUARTER, Unit::Quarter), (YEAR, Unit::Year)] {
            let is_one = |it: &i64| it % DAY == 0 && days.contains(&(it / DAY));
            // Months differ in length; what always takes whole weeks is no month.
            let varies = counts.keys().filter(|it| is_one(it)).count() > 1;
            if is_one(&seconds) && (varies || seconds % WEEK != 0) {
                return Some(Frequency::every(unit));
            }
        }
        let units = [Unit::Week, Unit::Day, Unit::Hour, Unit::Minute, Unit::Second];
        units.into_iter().find_map(|unit| {
            let length = unit.seconds()?;
            let count = u32::try_from(seconds / length).ok()?;
            (seconds % length == 0 && count > 0).then_some(Frequency { unit, count })
        })
    }

    /// The instant of a step, in seconds since 1970; the last or first that there is
    /// where it lies beyond the calendar.
    #[must_use]
    pub fn at(&self, step: i64) -> i64 {
        let count = i64::from(self.frequency.count);
        if let Some(seconds) = self.frequency.unit.seconds() {
            return self.origin.saturating_add(step.saturating_mul(seconds * count));
        }
        let origin = civil(self.origin);
        let months = self.frequency.unit.months() * count;
        let month = months_of(origin).saturating_add(step.saturating_mul(months));
        let year = i16::try_from(month.div_euclid(12)).unwrap_or(9_998).clamp(-9_998, 9_998);
        let first = Date::new(year, (month.rem_euclid(12) + 1) as i8, 1).unwrap_or(Date::ZERO);
        let date = Date::new(year, first.month(), self.day.min(first.days_in_month()));
        let at = date.unwrap_or(first).to_datetime(origin.time());
        TimeZone::UTC.to_timestamp(at).map_or(self.origin, Timestamp::as_second)
    }

    /// The step at which an instant lies, or the last one before it; and whether it lies
    /// on it. In a unit of the calendar, every instant of a month lies on its step.
    #[must_use]
    pub fn step(&self, instant: i64) -> (i64, bool) {
        let count = i64::from(self.frequency.count);
        let since = instant.saturating_sub(self.origin);
        if let Some(seconds) = self.frequency.unit.seconds() {
            let length = seconds * count;
            return (since.div_euclid(length), since.rem_euclid(length) == 0);
        }
        let length = self.frequency.unit.months() * count;
        let months = months_of(civil(instant)) - months_of(civil(self.origin));
        (months.div_euclid(length), months.rem_euclid(length) == 0)
    }

    /// The first step at or after an instant.
    #[must_use]
    pub fn step_from(&self, instant: i64) -> i64 {
        let (step, _) = self.step(instant);
        if self.at(step) < instant { step + 1 } else { step }
    }

    /// The usual seasons of the frequency, in steps, the shortest first.
    #[must_use]
    pub fn usual_seasons(&self) -> Vec<usize> {
        let Frequency { unit, count } = self.frequency;
        let Some(seconds) = unit.seconds() else {
            let months = unit.months() * i64::from(count);
            let season = 12 / months.max(1);
            return if season >= 2 && 12 % months == 0 {
                vec![season as usize]
            } else {
                Vec::new()
            };
        };
        let step = seconds * i64::from(count);
        let fits =
            |period: i64| (period % step == 0).then_some(period / step).filter(|it| *it >= 2);
        let within_a_day = [3_600, DAY, WEEK].into_iter().filter(|period| *period > step);
        let seasons: Vec<i64> = match unit {
            Unit::Week => vec![if count == 1 { 52 } else { 0 }],
            // An hour is a season of seconds only; a day one of all that is shorter.
            Unit::Second => within_a_day.filter_map(fits).collect(),
            _ => within_a_day.filter(|period| *period != 3_600).filter_map(fits).collect(),
        };
        seasons.into_iter().filter(|it| *it >= 2).map(|it| it as usize).collect()
    }

    /// The seconds of one step, the mean of units of the calendar.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        let Frequency { unit, count } = self.frequency;
        let months = unit.months() as f64 * 365.25 * DAY as f64 / 12.0;
        unit.seconds().map_or(months, |seconds| seconds as f64) * f64::from(count)
    }
}

fn civil(instant: i64) -> DateTime {
    Timestamp::from_second(instant)
        .map(|it| TimeZone::UTC.to_datetime(it))
        .unwrap_or_else(|_| Date::ZERO.to_datetime(Time::midnight()))
}

fn months_of(civil: DateTime) -> i64 {
    i64::from(civil.year()) * 12 + i64::from(civil.month()) - 1
}

#[cfg(test)]
mod tests {
    use model_factory_tabular::date;

    use super::*;

    fn instants(texts: &[&str]) -> Vec<i64> {
        texts.iter().map(|text| date::parse(text).unwrap() as i64).collect()
    }

    fn frequency(texts: &[&str]) -> String {
        Grid::frequency_of([instants(texts).as_slice()]).unwrap().to_string()
    }

    #[test]
    fn the_frequency_is_the_usual_difference() {
        assert_eq!(frequency(&["2024-01-01", "2024-01-02", "2024-01-05", "2024-01-06"]), "day");
        assert_eq!(frequency(&["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]), "month");
        assert_eq!(frequency(&["2023-01-01", "2023-04-01", "2023-07-01"]), "quarter");
        assert_eq!(frequency(&["2021-01-01", "2022-01-01", "2023-01-01"]), "year");
        assert_eq!(frequency(&["2024-01-01", "2024-01-15", "2024-01-29"]), "2 weeks");
        assert_eq!(frequency(&["2024-01-01", "2024-01-29", "2024-02-26"]), "4 weeks");
        assert_eq!(frequency(&["2024-01-01 00:00:00", "2024-01-01 00:15:00"]), "15 minutes");
        assert_eq!(Grid::frequency_of([instants(&["2024-01-01"]).as_slice()]), None);
    }

    #[test]
    fn ends_of_months_stay_ends_of_months() {
        let ends = instants(&["2023-01-31", "2023-02-28", "2024-02-29", "2024-04-30"]);
        let grid = Grid::of(Frequency::every(Unit::Month), ends.iter().copied());
        assert_eq!(
            ends.iter().map(|at| grid.step(*at)).collect::<Vec<_>>(),
            [(0, true), (1, true), (13, true), (15, true)]
        );
        assert_eq!([0, 1, 13, 15].map(|step| grid.at(step)).to_vec(), ends);
        assert_eq!(grid.step_from(ends[1] - 1), 1);
        assert_eq!(grid.step_from(ends[1] + 1), 2);
    }

    #[test]
    fn steps_of_the_calendar_begin_where_their_unit_does() {
        let begins = |frequency: &str, at: &str| {
            let [at] = instants(&[at])[..] else { panic!("one instant") };
            let grid = Grid::of(frequency.parse().unwrap(), [at]).of_calendar();
            assert_eq!(grid.step(at).0, 0, "{frequency}");
            [0, 1].map(|step| Timestamp::from_second(grid.at(step)).unwrap().to_string())
        };
        let at = "2024-05-16 13:37:05";
        assert_eq!(begins("15min", at), ["2024-05-16T13:30:00Z", "2024-05-16T13:45:00Z"]);
        assert_eq!(begins("6 hours", at), ["2024-05-16T12:00:00Z", "2024-05-16T18:00:00Z"]);
        assert_eq!(begins("day", at), ["2024-05-16T00:00:00Z", "2024-05-17T00:00:00Z"]);
        assert_eq!(begins("week", at), ["2024-05-13T00:00:00Z", "2024-05-20T00:00:00Z"]);
        assert_eq!(begins("2 weeks", at), ["2024-05-13T00:00:00Z", "2024-05-27T00:00:00Z"]);
        assert_eq!(begins("month", at), ["2024-05-01T00:00:00Z", "2024-06-01T00:00:00Z"]);
        assert_eq!(begins("quarter", at), ["2024-04-01T00:00:00Z", "2024-07-01T00:00:00Z"]);
        assert_eq!(begins("year", at), ["2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"]);
    }

    #[test]
    fn seasons_follow_from_the_frequency() {
        let seasons = |text: &str| Grid::of(text.parse().unwrap(), [0]).usual_seasons();
        assert_eq!(seasons("hour"), [24, 168]);
        assert_eq!(seasons("15min"), [96, 672]);
        assert_eq!(seasons("day"), [7]);
        assert_eq!(seasons("week"), [52]);
        assert_eq!(seasons("month"), [12]);
        assert_eq!(seasons("quarter"), [4]);
        assert!(seasons("year").is_empty());
        assert!(seasons("5 days").is_empty());
    }

    proptest::proptest! {
        #[test]
        fn every_step_is_where_it_says(step in -5_000_i64..5_000, origin in 0_i64..2_000_000_000) {
            for unit in [Unit::Minute, Unit::Hour, Unit::Day, Unit::Week, Unit::Month, Unit::Year] {
                let grid = Grid::of(Frequency::every(unit), [origin]);
                proptest::prop_assert_eq!(grid.step(grid.at(step)), (step, true));
            }
        }
    }
}
