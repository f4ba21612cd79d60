//! One column while it is read: its type follows from its values.

use super::defects::{At, Defects};
use super::field::{Demand, Field};
use super::seen::{Conclusion, Seen};
use crate::boolean;
use crate::dataset::cell::{Cell, is_integer, present};
use crate::dataset::dates;
use crate::dataset::schema::Kind;
use crate::dataset::table::{Categories, CategoryEncoder, MISSING, Values};
use crate::date::{self, DateOrder};
use crate::spec::ColumnKind;

/// Texts with at least this many levels can be free texts …
const MIN_LEVELS_OF_TEXT: usize = 50;

/// … when they have this many blanks on average, and most of them are distinct.
const BLANKS_OF_TEXT: usize = 2;

/// What has become of a column.
pub(super) enum Finished {
    Column(Values, Kind),
    /// Dates, and which part of those with strokes comes first.
    Dates(Vec<f64>, Option<DateOrder>),
    /// Its values contradict each other: it must be read again, as this.
    Again(Demand),
    /// It was not read.
    Skipped,
}

/// The values so far.
enum Held {
    /// That many, all missing.
    Nothing(usize),
    Numbers(Class, Vec<f64>),
    Texts(CategoryEncoder),
    /// None: values contradict each other.
    Lost,
    Skipped,
}

#[derive(Clone, Copy, PartialEq)]
enum Class {
    Number,
    Boolean,
    Date,
}

/// A column while it is read.
pub(super) struct Builder {
    held: Held,
    seen: Seen,
    demand: Option<Demand>,
    /// Whether texts were declared as such, so that none of them is a number.
    typed: bool,
    /// Whether one of the demanded dates has strokes, and nobody says their order.
    unordered: bool,
    rows: u64,
    /// How many values are expected.
    room: usize,
}

impl Builder {
    /// A column of which `missing` values have passed; of any type without a demand.
    pub(super) fn new(demand: Option<Demand>, missing: usize) -> Self {
        let numbers = |class| Held::Numbers(class, vec![f64::NAN; missing]);
        let held = match demand.map(|demand| demand.kind) {
            None => Held::Nothing(missing),
            Some(ColumnKind::Date) if demand.is_some_and(|it| it.as_written) => {
                Held::Texts(texts(missing))
            }
            Some(ColumnKind::Number) => numbers(Class::Number),
            Some(ColumnKind::Boolean) => numbers(Class::Boolean),
            Some(ColumnKind::Date) => numbers(Class::Date),
            Some(ColumnKind::Category | ColumnKind::Text) => Held::Texts(texts(missing)),
        };
        let (seen, rows) = (Seen::default(), missing as u64);
        Self { held, seen, demand, typed: false, unordered: false, rows, room: 0 }
    }

    /// A column that is not read.
    pub(super) fn skipped() -> Self {
        Self { held: Held::Skipped, ..Self::new(None, 0) }
    }

    pub(super) fn is_skipped(&self) -> bool {
        matches!(self.held, Held::Skipped)
    }

    /// How many values have been pushed.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Makes room for that many values, texts if a sample of the column suggests so.
    pub(super) fn expect(&mut self, room: usize, is_text: bool) {
        self.room = room;
        match &mut self.held {
            Held::Nothing(missing) if is_text => {
                let mut encoder = texts(*missing);
                encoder.reserve(room);
                self.held = Held::Texts(encoder);
            }
            Held::Numbers(_, numbers) => numbers.reserve_exact(room),
            Held::Texts(encoder) => encoder.reserve(room),
            Held::Nothing(_) | Held::Lost | Held::Skipped => {}
        }
    }

    /// Takes the number that `rest` starts with, if `delimiter` or the end follows it
    /// and the column is one of numbers: how many bytes it has.
    #[inline]
    pub(super) fn take_number(&mut self, rest: &[u8], delimiter: u8) -> Option<usize> {
        let Held::Numbers(Class::Number, numbers) = &mut self.held else { return None };
        // Rules out words that are read as numbers, such as `infinity`.
        if !rest.strip_prefix(b"-").unwrap_or(rest).first().is_some_and(u8::is_ascii_digit) {
            return None;
        }
        let (value, length) = fast_float2::parse_partial::<f64, _>(rest).ok()?;
        let ends = rest.get(length).is_none_or(|&byte| byte == delimiter);
        if !ends || !value.is_finite() {
            return None;
        }
        if value.fract() == 0.0 && rest.get(..length).is_some_and(is_integer) {
            self.seen.integers += 1;
        } else {
            self.seen.points += 1;
        }
        numbers.push(value + 0.0);
        self.rows += 1;
        Some(length)
    }

    /// Appends a value. One that a demanded type does not admit is a defect.
    pub(super) fn push(&mut self, field: Field<'_>, at: At<'_>, defects: &mut Defects) {
        self.rows += 1;
        match (&mut self.held, self.demand) {
            (Held::Skipped, _) => {}
            (Held::Texts(encoder), Some(demand)) if demand.kind == ColumnKind::Date => {
                let admitted = admit(demanded(field), field, Class::Date, demand).is_some()
                    || has_strokes(field);
                if !admitted {
                    defects.push(|| at.not_of_type(demand, field));
                }
                push_text(encoder, if admitted { field } else { Field::Missing });
            }
            (Held::Texts(encoder), _) => {
                push_text(encoder, field);
                if !matches!(field, Field::Raw(_)) {
                    self.typed = true;
                    self.seen.add(typed(field), 1);
                }
            }
            (Held::Numbers(class, numbers), Some(demand)) => {
                let cell = demanded(field);
                self.seen.add(cell, 1);
                let value = admit(cell, field, *class, demand);
                if value.is_none() {
                    match *class == Class::Date && demand.order.is_none() && has_strokes(field) {
                        true => self.unordered = true,
                        false => defects.push(|| at.not_of_type(demand, field)),
                    }
                }
                numbers.push(value.unwrap_or(f64::NAN));
            }
            _ => self.infer(field),
        }
    }

    fn infer(&mut self, field: Field<'_>) {
        let cell = match field {
            // A number all the same: the column is read again, and this is a defect of it.
            Field::Number(value) if value.is_infinite() => {
                self.seen.add(Cell::Number(value), 1);
                self.held = Held::Lost;
                return;
            }
            Field::Raw(text) => Cell::parse(text),
            other => typed(other),
        };
        let (class, value) = match cell {
            Cell::Missing => {
                match &mut self.held {
                    Held::Nothing(count) => *count += 1,
                    Held::Numbers(_, numbers) => numbers.push(f64::NAN),
                    Held::Texts(_) | Held::Lost | Held::Skipped => {}
                }
                return;
            }
            Cell::Text => {
                match self.held {
                    // What is declared a text is told from a date when all are known.
                    Held::Nothing(missing) => {
                        let mut encoder = texts(missing);
                        encoder.reserve(self.room.saturating_sub(missing));
                        push_text(&mut encoder, field);
                        self.held = Held::Texts(encoder);
                        self.typed = !matches!(field, Field::Raw(_));
                        if !self.typed {
                            return;
                        }
                    }
                    _ => self.held = Held::Lost,
                }
                self.seen.add(cell, 1);
                return;
            }
            Cell::Boolean(value) => (Class::Boolean, f64::from(u8::from(value))),
            Cell::Integer(value) | Cell::Number(value) | Cell::Comma(value) => {
                (Class::Number, value)
            }
            Cell::Date(value) => (Class::Date, value),
        };
        self.seen.add(cell, 1);
        match &mut self.held {
            Held::Nothing(missing) => {
                let mut numbers = Vec::with_capacity(self.room.max(*missing + 1));
                numbers.resize(*missing, f64::NAN);
                numbers.push(value);
                self.held = Held::Numbers(class, numbers);
            }
            Held::Numbers(held, numbers) if *held == class => numbers.push(value),
            _ => self.held = Held::Lost,
        }
    }

    /// The column, when all values have been pushed.
    pub(super) fn finish(self) -> Finished {
        let Self { held, mut seen, demand, typed, unordered, .. } = self;
        let commas = !seen.mixes_decimals();
        let again = |kind| Finished::Again(Demand::inferred(kind, commas));
        if let Some(demand) = demand.filter(|_| unordered) {
            return Finished::Again(Demand { as_written: true, ..demand });
        }
        match held {
            Held::Skipped => Finished::Skipped,
            Held::Nothing(count) => {
                Finished::Column(Values::Number(vec![f64::NAN; count]), Kind::Fractional)
            }
            Held::Numbers(class, mut numbers) => {
                numbers.shrink_to_fit();
                let kind = match (class, seen.conclude(), demand) {
                    (Class::Boolean, ..) => Kind::Boolean,
                    (Class::Date, ..) => {
                        return Finished::Dates(numbers, demand.and_then(|demand| demand.order));
                    }
                    (_, Conclusion::Numbers(kind), _) => kind,
                    (_, _, Some(demand)) if demand.commas && !commas => {
                        return Finished::Again(Demand { commas, ..demand });
                    }
                    (_, _, Some(_)) => Kind::Fractional,
                    (_, Conclusion::MostlyNumbers, None) => return again(ColumnKind::Number),
                    (_, _, None) => return again(ColumnKind::Category),
                };
                Finished::Column(Values::Number(numbers), kind)
            }
            Held::Lost => again(match seen.conclude() {
                Conclusion::Numbers(_) | Conclusion::MostlyNumbers => ColumnKind::Number,
                _ => ColumnKind::Category,
            }),
            Held::Texts(encoder) => {
                let texts = encoder.finish();
                match demand {
                    None => {}
                    Some(Demand { kind: ColumnKind::Text, .. }) => {
                        return Finished::Column(Values::Category(texts), Kind::Text);
                    }
                    Some(demand) if demand.kind == ColumnKind::Date => {
                        return of_written_dates(texts, demand);
                    }
                    Some(Demand { declared: true, .. }) => {
                        return Finished::Column(Values::Category(texts), Kind::Category);
                    }
                    Some(_) => return of_dates_or_texts(texts),
                }
                if !typed {
                    seen = Seen::of(&texts);
                }
                match seen.conclude() {
                    Conclusion::MostlyNumbers => Finished::Again(Demand::inferred(
                        ColumnKind::Number,
                        !seen.mixes_decimals(),
                    )),
                    _ => of_dates_or_texts(texts),
                }
            }
        }
    }
}

fn texts(missing: usize) -> CategoryEncoder {
    let mut encoder = CategoryEncoder::default();
    for _ in 0..missing {
        encoder.push(None);
    }
    encoder
}

/// Appends the text that a value is written as.
fn push_text(encoder: &mut CategoryEncoder, field: Field<'_>) {
    match field {
        Field::Missing => encoder.push(None),
        Field::Raw(text) => encoder.push(present(text)),
        Field::Text(text) => encoder.push((!text.is_empty()).then_some(text)),
        Field::Boolean(value) => encoder.push(Some(if value { "true" } else { "false" })),
        Field::Number(value) | Field::Integer(value) => encoder.push(Some(&value.to_string())),
        Field::Instant(seconds) => encoder.push(Some(&instant(seconds))),
    }
}

/// An instant as RFC 3339 writes it.
fn instant(seconds: f64) -> String {
    let nanoseconds = (seconds * 1e9).round() as i128;
    jiff::Timestamp::from_nanosecond(nanoseconds)
        .map_or_else(|_| seconds.to_string(), |instant| instant.to_string())
}

/// The class of a value whose format tells its type.
fn typed(field: Field<'_>) -> Cell {
    match field {
        Field::Missing => Cell::Missing,
        Field::Boolean(value) => Cell::Boolean(value),
        Field::Number(value) if value.is_nan() => Cell::Missing,
        Field::Number(value) if value.is_infinite() => Cell::Text,
        Field::Number(value) => Cell::Number(value + 0.0),
        Field::Integer(value) => Cell::Integer(value),
        Field::Instant(value) => Cell::Date(value),
        Field::Text("") => Cell::Missing,
        Field::Text(_) | Field::Raw(_) => Cell::Text,
    }
}

/// The class of a value of which a type is demanded: also what is declared a text may
/// stand for anything.
fn demanded(field: Field<'_>) -> Cell {
    match field {
        Field::Text(text) | Field::Raw(text) => Cell::parse(text),
        other => typed(other),
    }
}

/// The number that stands for a value of a column of the class; `None` when it is of
/// another one.
fn admit(cell: Cell, field: Field<'_>, class: Class, demand: Demand) -> Option<f64> {
    let text = match field {
        Field::Raw(text) | Field::Text(text) => Some(text),
        _ => None,
    };
    match (class, cell) {
        (_, Cell::Missing) => Some(f64::NAN),
        (Class::Number, Cell::Integer(value) | Cell::Number(value)) => Some(value),
        (Class::Number, Cell::Comma(value)) if demand.commas => Some(value),
        (Class::Boolean, Cell::Boolean(value)) => Some(f64::from(u8::from(value))),
        (Class::Boolean, Cell::Integer(value) | Cell::Number(value)) => {
            (value == 0.0 || value == 1.0).then_some(value)
        }
        (Class::Boolean, Cell::Text) => boolean::parse(text?).map(|it| f64::from(u8::from(it))),
        (Class::Date, Cell::Date(value)) => Some(value),
        (Class::Date, Cell::Integer(value) | Cell::Number(value)) => {
            text.and_then(compact_date).or(Some(value))
        }
        (Class::Date, Cell::Text) => date::read(text?, demand.order),
        _ => None,
    }
}

/// The date of `20180803`.
fn compact_date(text: &str) -> Option<f64> {
    let text = text.trim();
    let (year, month, day) = (text.get(..4)?, text.get(4..6)?, text.get(6..8)?);
    (text.len() == 8).then(|| date::parse(&format!("{year}-{month}-{day}")))?
}

/// Whether a value is a date with strokes.
fn has_strokes(field: Field<'_>) -> bool {
    matches!(field, Field::Raw(text) | Field::Text(text) if date::has_strokes(text))
}

/// Dates that are said to be some, and are held as they are written; texts where they do not
/// tell their order.
fn of_written_dates(texts: Categories, demand: Demand) -> Finished {
    let with_strokes =
        texts.levels.iter().map(String::as_str).filter(|text| date::has_strokes(text));
    let Ok(order) = date::order(with_strokes) else {
        return Finished::Column(Values::Category(texts), Kind::Category);
    };
    let demand = Demand { order, ..demand };
    let instant = |text: &str| admit(Cell::parse(text), Field::Raw(text), Class::Date, demand);
    let instants = dates::by_level(&texts, |text| Some(instant(text).unwrap_or(f64::NAN)));
    Finished::Dates(instants.unwrap_or_default(), order)
}

/// A column of dates, if all texts are and tell their order.
fn of_dates_or_texts(texts: Categories) -> Finished {
    let order = date::order(texts.levels.iter().map(String::as_str));
    let dates = order.ok().and_then(|order| Some((dates::instants(&texts, order)?, order)));
    match dates {
        Some((instants, order)) => Finished::Dates(instants, order),
        None => {
            let kind = kind_of_texts(&texts);
            Finished::Column(Values::Category(texts), kind)
        }
    }
}

/// Free texts are sentences rather than names: most are distinct, and have blanks.
pub(in crate::dataset) fn kind_of_texts(texts: &Categories) -> Kind {
    let levels = texts.levels.len();
    let present = texts.codes.iter().filter(|&&code| code != MISSING).count();
    let blanks = |text: &String| text.bytes().filter(|byte| *byte == b' ').count();
    let free = levels >= MIN_LEVELS_OF_TEXT
        && 2 * levels > present
        && texts.levels.iter().map(blanks).sum::<usize>() >= BLANKS_OF_TEXT * levels;
    if free { Kind::Text } else { Kind::Category }
}
