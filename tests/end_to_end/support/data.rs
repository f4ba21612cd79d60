//! Small data sets with categories and missing values; a seed makes each the same
//! for ever.

use std::ops::Range;

use fastrand::Rng;
use serde_json::{Value, json};

/// What the world is like.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Season {
    /// As when the first model is trained.
    Usual,
    /// Other inputs, and another relation of them to the target.
    Changed,
}

/// Rows with their labels.
pub(crate) struct Rows {
    columns: Vec<Column>,
    target: &'static str,
    labels: Vec<Value>,
}

struct Column {
    name: &'static str,
    datatype: &'static str,
    values: Vec<Value>,
}

/// Taxi rides with their duration: a regression.
pub(crate) fn rides(count: usize, season: Season, seed: u64) -> Rows {
    let mut random = Rng::with_seed(seed);
    let mut rows = Rows::new(
        &[
            ("ride_dist", "FP64"),
            ("pickup_zone", "BYTES"),
            ("vehicle", "BYTES"),
            ("weather", "BYTES"),
            ("hour", "INT64"),
            ("passengers", "INT64"),
        ],
        "ride_time",
    );
    let changed = season == Season::Changed;
    for _ in 0..count {
        let dist =
            thousandths(if changed { 4.0 + 10.0 * random.f64() } else { 1.0 + 9.0 * random.f64() });
        let (zone, detour) =
            pick(&mut random, &[("airport", 0.8), ("downtown", 1.5), ("suburb", 1.0)]);
        let (vehicle, slowness) = pick(&mut random, &[("sedan", 1.0), ("van", 1.2)]);
        let weathers: &[_] = match season {
            Season::Usual => &[("clear", 1.0), ("clear", 1.0), ("rain", 1.3), ("snow", 1.6)],
            Season::Changed => &[("clear", 1.0), ("snow", 1.6), ("snow", 1.6), ("snow", 1.6)],
        };
        let (weather, grip) = pick(&mut random, weathers);
        let works = if changed { 1.5 } else { 1.0 };
        let time = 2.0 * dist * detour * slowness * grip * works + random.f64();
        let known = random.f64() > 0.1;
        rows.push(
            [
                json!(dist),
                json!(zone),
                json!(vehicle),
                if known { json!(weather) } else { Value::Null },
                json!(random.u32(0..24)),
                json!(random.u32(1..=6)),
            ],
            json!(thousandths(time)),
        );
    }
    rows
}

/// Customers who stay or leave: a classification.
pub(crate) fn customers(count: usize, season: Season, seed: u64) -> Rows {
    let mut random = Rng::with_seed(seed);
    let mut rows = Rows::new(
        &[("age", "INT64"), ("balance", "FP64"), ("plan", "BYTES"), ("member", "BOOL")],
        "label",
    );
    let changed = season == Season::Changed;
    for _ in 0..count {
        let age = random.u32(18..80);
        let shift = if changed { 40.0 } else { 0.0 };
        let balance = thousandths(shift + 100.0 * random.f64());
        let plans: &[_] = match season {
            Season::Usual => &[("basic", 30.0), ("plus", 0.0), ("pro", -30.0)],
            Season::Changed => &[("basic", 30.0), ("pro", -30.0), ("pro", -30.0), ("pro", -30.0)],
        };
        let (plan, pull) = pick(&mut random, plans);
        let member = random.bool();
        let loyalty = balance + pull + if member { 10.0 } else { -10.0 } - shift;
        let stays = (loyalty > 50.0) != changed;
        let (rich, named) = (random.f64() > 0.1, random.f64() > 0.05);
        rows.push(
            [
                json!(age),
                if rich { json!(balance) } else { Value::Null },
                if named { json!(plan) } else { Value::Null },
                json!(member),
            ],
            json!(if stays { "stays" } else { "leaves" }),
        );
    }
    rows
}

/// Pictures of a bar and of a ring, 8 × 8 pixels of at most 16, as CSV.
pub(crate) fn digits(count: usize, seed: u64) -> String {
    let mut random = Rng::with_seed(seed);
    let names: Vec<String> = (0..64).map(|place| format!("p{place}")).collect();
    let mut data = names.join(",") + ",digit\n";
    for row in 0..count {
        let is_bar = row % 2 == 0;
        let ink = |place: usize| {
            let (x, y) = (place % 8, place / 8);
            let edge = |value: usize, ends: [usize; 2]| ends.contains(&value);
            let ring = (edge(x, [1, 6]) && (1..7).contains(&y))
                || (edge(y, [1, 6]) && (1..7).contains(&x));
            if is_bar { edge(x, [3, 4]) } else { ring }
        };
        let pixel = |drawn: bool| if drawn { random.u32(11..=16) } else { random.u32(0..=2) };
        let pixels: Vec<String> = (0..64).map(ink).map(pixel).map(|it| it.to_string()).collect();
        data += &format!("{},{}\n", pixels.join(","), u8::from(is_bar));
    }
    data
}

/// A model of another library, which reads the columns of [`points`].
pub(crate) fn golden_model(file: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/learning/tests/golden/exchange/");
    std::fs::read(format!("{folder}{file}")).expect(file)
}

/// Rows of three numbers and a fourth one that follows from them, as CSV.
pub(crate) fn points(count: usize, seed: u64) -> String {
    let mut random = Rng::with_seed(seed);
    let mut draw = || thousandths(4.0 * random.f64() - 2.0);
    let rows = (0..count).map(|_| {
        let (a, b, c) = (draw(), draw(), draw());
        format!("{a},{b},{c},{}\n", thousandths(a - b + 0.1 * c))
    });
    "a,b,c,y\n".to_owned() + &rows.collect::<String>()
}

fn pick<'a>(random: &mut Rng, choices: &[(&'a str, f64)]) -> (&'a str, f64) {
    choices[random.usize(..choices.len())]
}

fn thousandths(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

impl Rows {
    fn new(columns: &[(&'static str, &'static str)], target: &'static str) -> Self {
        let columns =
            columns.iter().map(|&(name, datatype)| Column { name, datatype, values: Vec::new() });
        Self { columns: columns.collect(), target, labels: Vec::new() }
    }

    fn push<const N: usize>(&mut self, values: [Value; N], label: Value) {
        for (column, value) in self.columns.iter_mut().zip(values) {
            column.values.push(value);
        }
        self.labels.push(label);
    }

    pub(crate) fn len(&self) -> usize {
        self.labels.len()
    }

    /// Some of the rows.
    pub(crate) fn slice(&self, range: Range<usize>) -> Self {
        let columns = self
            .columns
            .iter()
            .map(|column| Column { values: column.values[range.clone()].to_vec(), ..*column });
        let labels = self.labels[range.clone()].to_vec();
        Self { columns: columns.collect(), target: self.target, labels }
    }

    /// The rows in requests of `size` rows.
    pub(crate) fn batches(&self, size: usize) -> impl Iterator<Item = Self> {
        let starts = (0..self.len()).step_by(size);
        starts.map(move |start| self.slice(start..self.len().min(start + size)))
    }

    /// The true values as texts.
    pub(crate) fn labels(&self) -> Vec<String> {
        self.labels.iter().map(text).collect()
    }

    /// The true values as numbers.
    pub(crate) fn numbers(&self) -> Vec<f64> {
        self.labels.iter().filter_map(Value::as_f64).collect()
    }

    /// A data set: inputs and target.
    pub(crate) fn csv(&self) -> String {
        let lines = self.lines().zip(&self.labels);
        let lines = lines.map(|(line, label)| format!("{line},{}\n", text(label)));
        format!("{},{}\n{}", self.header(), self.target, lines.collect::<String>())
    }

    /// The inputs as CSV.
    pub(crate) fn inputs_csv(&self) -> String {
        let lines = self.lines().map(|line| format!("{line}\n"));
        format!("{}\n{}", self.header(), lines.collect::<String>())
    }

    fn header(&self) -> String {
        self.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(",")
    }

    fn lines(&self) -> impl Iterator<Item = String> {
        (0..self.len()).map(|row| self.texts(row).join(","))
    }

    fn texts(&self, row: usize) -> Vec<String> {
        self.columns.iter().map(|column| text(&column.values[row])).collect()
    }

    /// A request of the Open Inference Protocol: one tensor a column.
    pub(crate) fn tensors(&self) -> Value {
        let tensors = self.columns.iter().map(|column| {
            json!({
                "name": column.name,
                "shape": [self.len()],
                "datatype": column.datatype,
                "data": column.values,
            })
        });
        json!({"inputs": tensors.collect::<Vec<_>>()})
    }

    /// The same in one tensor, a row of texts each.
    pub(crate) fn matrix(&self) -> Value {
        let data: Vec<String> = (0..self.len()).flat_map(|row| self.texts(row)).collect();
        let shape = [self.len(), self.columns.len()];
        json!({"inputs": [{"name": "rows", "shape": shape, "datatype": "BYTES", "data": data}]})
    }

    /// A request of the scoring protocol: names and rows.
    pub(crate) fn dataframe_split(&self) -> Value {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
        let row = |row: usize| self.columns.iter().map(|column| &column.values[row]).collect();
        let data: Vec<Vec<&Value>> = (0..self.len()).map(row).collect();
        json!({"dataframe_split": {"columns": names, "data": data}})
    }
}

/// A value as a field of CSV.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}
