//! Dates of which day and month follow from all values of a column, or from the spec.

use proptest::prelude::*;

use super::DateOrder::{DayFirst, MonthFirst};
use super::*;

const ORDERS: [DateOrder; 2] = [MonthFirst, DayFirst];

#[test]
fn dates_with_strokes_are_instants_in_an_order_only() {
    for (text, order, same) in [
        ("8/3/2018", MonthFirst, "2018-08-03"),
        ("8/3/2018", DayFirst, "2018-03-08"),
        (" 25/08/2018 ", DayFirst, "2018-08-25"),
        ("8/25/2018 5:07", MonthFirst, "2018-08-25 05:07:00"),
        ("08/25/2018T17:07:09", MonthFirst, "2018-08-25 17:07:09"),
        ("8/25/2018 5:07 PM", MonthFirst, "2018-08-25 17:07:00"),
        ("8/25/2018 12:07:09am", MonthFirst, "2018-08-25 00:07:09"),
        ("8/25/2018 12:00 pm", MonthFirst, "2018-08-25 12:00:00"),
        ("31/12/9999 23:59:59", DayFirst, "9999-12-31 23:59:59"),
    ] {
        assert_eq!(parse(text), None, "{text}");
        assert!(has_strokes(text), "{text}");
        assert_eq!(read(text, Some(order)), parse(same), "{text}");
        assert_eq!(read(same, Some(order)), parse(same), "{same}");
        assert_eq!(read(text, None), None, "{text}");
    }
    for text in [
        "13/13/2018",
        "0/5/2018",
        "2/30/2018",
        "31/4/2018",
        "1/2/18",
        "1/2",
        "a/b/2018",
        "1/2/2018/3",
        "1/2/2018 noon",
        "1/2/2018 24:00",
        "1/2/2018 13:00 pm",
        "1/2/2018 0:30 am",
        "1/2/2018 5",
        "1/2/2018 5:7",
        "1/2/2018 5:07:09:01",
        "1/2/2018 +5:07",
        "1/2/2018 5:07 xm",
        "1/2/2018 ",
    ] {
        let is_date = text.ends_with(' ');
        assert_eq!(has_strokes(text), is_date, "{text}");
        for order in ORDERS {
            assert_eq!(read(text, Some(order)).is_some(), is_date, "{text}");
        }
    }
}

#[test]
fn the_order_follows_from_all_texts_together() {
    assert_eq!(order(["1/2/2018", "8/25/2018", "2018-08-26"]), Ok(Some(MonthFirst)));
    assert_eq!(order(["1/2/2018", "25/8/2018 5:00"]), Ok(Some(DayFirst)));
    assert_eq!(order(["2018-08-25", "25.8.2018"]), Ok(None));
    assert_eq!(order([]), Ok(None));
    assert_eq!(order(["2018-08-25", "1/2/2018", "3/3/2018"]), Err(Untold::Ambiguous("1/2/2018")));
    assert_eq!(order(["13/1/2018", "soon"]), Err(Untold::NoDate("soon")));
    assert_eq!(order(["2/30/2018"]), Err(Untold::NoDate("2/30/2018")));
    let both = Untold::Both { month_first: "1/13/2018", day_first: "13/1/2018" };
    assert_eq!(order(["1/2/2018", "13/1/2018", "1/13/2018"]), Err(both));
}

proptest! {
    #[test]
    fn a_date_is_the_same_instant_however_it_is_written(
        seconds in -62_135_596_800_i64..253_402_300_799,
        padded: bool,
    ) {
        let at = civil(seconds as f64).unwrap();
        let (year, month, day) = (at.year(), at.month(), at.day());
        let (hour, minute, second) = (at.hour(), at.minute(), at.second());
        let date = |first: i8, last: i8| match padded {
            true => format!("{first:02}/{last:02}/{year:04}"),
            false => format!("{first}/{last}/{year:04}"),
        };
        let half = if hour < 12 { "AM" } else { "PM" };
        let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
        for (order, date) in [(MonthFirst, date(month, day)), (DayFirst, date(day, month))] {
            for time in [
                format!("{hour:02}:{minute:02}:{second:02}"),
                format!("{twelve}:{minute:02}:{second:02} {half}"),
            ] {
                prop_assert_eq!(read(&format!("{date} {time}"), Some(order)), Some(seconds as f64));
            }
            let midnight = seconds.div_euclid(86_400) * 86_400;
            prop_assert_eq!(read(&date, Some(order)), Some(midnight as f64));
            let told = super::order([date.as_str()]);
            match day > 12 {
                true => prop_assert_eq!(told, Ok(Some(order))),
                false => prop_assert_eq!(told, Err(Untold::Ambiguous(date.as_str()))),
            }
        }
    }

    #[test]
    fn any_text_can_be_asked_for_its_date(text in "\\PC*", digits in "[0-9/: APM.T-]{0,24}") {
        for text in [text, digits] {
            let dated = ORDERS.map(|order| read(&text, Some(order)));
            prop_assert_eq!(order([text.as_str()]).is_ok(), dated.iter().flatten().count() > 0
                && (parse(&text).is_some() || dated.contains(&None)));
        }
    }
}
