use std::io::{self, Write};
use std::path::Path;

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::dataset::{Categories, Column, Values};
use crate::spec::{ColumnKind, ColumnSpec};

pub(super) fn table(name: &str, bytes: &[u8]) -> RawTable {
    read(name, Arc::new(Bytes::copy_from_slice(bytes)), &Spec::default())
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

pub(super) fn defects(name: &str, bytes: &[u8], spec: &Spec) -> Vec<Defect> {
    match read(name, Arc::new(Bytes::copy_from_slice(bytes)), spec) {
        Err(ReadError::Rejected(rejection)) => rejection.0,
        other => panic!("{name} is {other:?}"),
    }
}

fn code(name: &str, bytes: &[u8]) -> String {
    defects(name, bytes, &Spec::default()).remove(0).code
}

pub(super) fn declared(kinds: &[(&str, ColumnKind)]) -> Spec {
    let columns = kinds.iter().map(|(name, kind)| {
        ((*name).to_owned(), ColumnSpec { kind: Some(*kind), ..ColumnSpec::default() })
    });
    Spec { columns: columns.collect(), ..Spec::default() }
}

pub(super) fn numbers(raw: &RawTable, name: &str) -> Vec<f64> {
    match raw.table.column(name) {
        Some(Values::Number(values)) => values.clone(),
        other => panic!("{name} is {other:?}"),
    }
}

pub(super) fn texts<'a>(raw: &'a RawTable, name: &str) -> Vec<Option<&'a str>> {
    match raw.table.column(name) {
        Some(Values::Category(categories)) => categories.iter().collect(),
        other => panic!("{name} is {other:?}"),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

#[test]
fn the_format_follows_from_name_or_content_packed_or_not() {
    let csv = b"x,c\n1.5,a\n2.5,b\n".as_slice();
    let json = b"{\"x\": 1.5, \"c\": \"a\"}\n{\"x\": 2.5, \"c\": \"b\"}\n".as_slice();
    let tabs = b"x\tc\n1.5\ta\n2.5\tb\n".as_slice();
    let expected = table("a.csv", csv).table;
    for (name, bytes) in [
        ("a.tsv", tabs),
        ("a.jsonl", json),
        ("a.ndjson", json),
        ("A.JSON", json),
        ("upload", json),
        ("upload", csv),
        ("upload.txt", tabs),
    ] {
        assert_eq!(table(name, bytes).table, expected, "{name}");
        assert_eq!(table(&format!("{name}.gz"), &gzip(bytes)).table, expected, "{name} in gzip");
        let packed = zstd::encode_all(bytes, 3).unwrap();
        assert_eq!(table(name, &packed).table, expected, "{name} in zstd, by its content");
    }
    let two = [gzip(b"x,c\n1.5,a\n"), gzip(b"2.5,b\n")].concat();
    assert_eq!(table("a.csv.gz", &two).table, expected, "members follow each other");
}

#[test]
fn what_is_no_table_says_what_it_is() {
    for (name, bytes, expected) in [
        ("a.xlsx", b"PK\x03\x04rest".as_slice(), "a ZIP archive or a workbook"),
        ("a.csv.bz2", b"BZh91AY", "packed by bzip2"),
        ("a.parquet", b"x,y\n1,2\n", "called a Parquet file and does not begin as one"),
    ] {
        let found = &defects(name, bytes, &Spec::default())[0];
        assert_eq!(found.code, "unknown_format");
        assert!(found.message.contains(expected), "{}", found.message);
    }
    assert_eq!(code("a.jsonl", b" \n"), "empty");
    assert_eq!(code("a.csv.gz", &gzip(b"")), "empty");
    assert_eq!(code("a.csv.gz", &gzip(b"x,y\n1,2\n3,4\n")[..15]), "damaged");
    assert_eq!(code("a.parquet", b"PAR1 and nothing else PAR1"), "damaged");
}

#[test]
fn what_grows_beyond_all_bounds_is_refused() {
    let limits = Limits { bytes: 100_000, values: 1_000, row: 2_000_000 };
    let found = |name: &str, bytes: Vec<u8>| {
        let source = Arc::new(Bytes::from(bytes));
        match read_within(limits, name, source, &Spec::default()) {
            Err(ReadError::Rejected(mut rejection)) => rejection.0.remove(0),
            other => panic!("{name} is {other:?}"),
        }
    };
    let bomb = [b"x,y\n".as_slice(), &[b'0'; 10_000_000]].concat();
    let defect = found("bomb.csv.gz", gzip(&bomb));
    assert_eq!(defect.code, "too_large");
    assert!(defect.message.starts_with("the object holds more than 100000 bytes"));
    let long = zstd::encode_all(&bomb[..], 3).unwrap();
    assert_eq!(found("bomb.csv", long).code, "too_large");
    let rows = "x,y\n".to_owned() + &"1,2\n".repeat(501);
    assert!(found("rows.csv", rows.into()).message.contains("501 rows of 2 columns"));
    let quote = [b"x,y\n1,\"".as_slice(), &[b' '; 3_000_000]].concat();
    let defect = found("quote.csv", quote);
    assert_eq!(defect.code, "long_row");
    assert!(defect.message.starts_with("the row that starts on line 2 is longer"));
}

#[test]
fn a_source_that_fails_is_no_defect_of_the_data() {
    struct Broken(Bytes);
    impl Source for Broken {
        fn size(&self) -> u64 {
            2 * self.0.len() as u64
        }
        fn read_at(&self, offset: u64, length: usize) -> io::Result<Bytes> {
            if offset >= self.0.len() as u64 {
                return Err(io::Error::other("the line is dead"));
            }
            self.0.read_at(offset, length)
        }
    }
    let csv = b"x,y\n1,2\n".to_vec();
    let packed = gzip(&csv);
    let half = packed[..packed.len() / 2].to_vec();
    for (name, bytes) in [("a.csv", csv), ("a.csv.gz", half), ("a.parquet", b"PAR1".to_vec())] {
        match read(name, Arc::new(Broken(bytes.into())), &Spec::default()) {
            Err(ReadError::Source(error)) => assert_eq!(error.to_string(), "the line is dead"),
            other => panic!("{name} is {other:?}"),
        }
    }
}

#[test]
fn sentences_are_free_text_and_names_are_not() {
    let mut text = String::from("said,name,few\n");
    for row in 0..60 {
        text += &format!("the driver of ride {row} was late,name{row},it is what it is\n");
    }
    use Kind::{Category, Text};
    assert_eq!(table("a.csv", text.as_bytes()).kinds, [Text, Category, Category]);
}

#[test]
fn a_column_that_contradicts_itself_late_is_read_as_it_was_written() {
    let row = |row: usize| match row {
        0..400 => format!("{row:04},2021-02-03,true,1.50\n"),
        _ => format!("A{},soon,maybe,{row}\n", row % 7),
    };
    let text = "code,when,flag,n\n".to_owned() + &(0..800).map(row).collect::<String>();
    let raw = table("a.csv", text.as_bytes());
    use Kind::{Category, Fractional};
    assert_eq!(raw.kinds, [Category, Category, Category, Fractional]);
    assert_eq!(texts(&raw, "code")[7], Some("0007"));
    assert_eq!(
        (texts(&raw, "when")[0], texts(&raw, "when")[799]),
        (Some("2021-02-03"), Some("soon"))
    );
    assert_eq!((texts(&raw, "flag")[0], texts(&raw, "flag")[400]), (Some("true"), Some("maybe")));
    assert_eq!(numbers(&raw, "n")[399..401], [1.5, 400.0]);
}

#[test]
fn declared_types_are_kept_and_breaks_of_them_are_located() {
    use ColumnKind::{Boolean, Category, Date, Number, Text};
    let text = b"zip,at,ok,note,n\n00501,20180803,1,x,\"1,5\"\n10001,2018-08-04,false,y,2\n";
    let spec = declared(&[("zip", Category), ("at", Date), ("ok", Boolean), ("note", Text)]);
    let spec = Spec {
        columns: [spec.columns, declared(&[("n", Number)]).columns].into_iter().flatten().collect(),
        ..spec
    };
    let raw = read("a.csv", Arc::new(Bytes::from_static(text)), &spec).unwrap();
    assert_eq!(
        raw.kinds,
        [Kind::Category, Kind::Date, Kind::Boolean, Kind::Text, Kind::Fractional]
    );
    assert_eq!(texts(&raw, "zip"), [Some("00501"), Some("10001")]);
    assert_eq!(numbers(&raw, "at"), [1_533_254_400.0, 1_533_340_800.0]);
    assert_eq!((numbers(&raw, "ok"), numbers(&raw, "n")), (vec![1.0, 0.0], vec![1.5, 2.0]));

    let spec = declared(&[("a", Number), ("b", Boolean), ("c", Date)]);
    let found = defects("a.csv", b"a,b,c\n1,true,2018-08-03\nx,2,soon\n", &spec);
    let codes: Vec<(&str, Option<u64>)> =
        found.iter().map(|defect| (defect.code.as_str(), defect.row)).collect();
    assert_eq!(
        codes,
        [("not_a_number", Some(2)), ("not_a_boolean", Some(2)), ("not_a_date", Some(2))]
    );
    assert!(
        found[0]
            .message
            .contains("row 2 (line 3), column `a`: `x` is not a finite number, as model.toml says")
    );
    let spec = declared(&[("a", Number)]);
    let found = defects("a.csv", b"a;b\n1.5;x\n1,5;y\n", &spec);
    assert_eq!((found.len(), found[0].row), (1, Some(2)), "decimals follow a point: {found:?}");
}

#[test]
fn the_sample_data_sets_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    if !folder.exists() {
        println!("skipped: {} is absent", folder.display());
        return;
    }
    let sample = |name: &str| {
        let file = std::fs::File::open(folder.join(name)).unwrap();
        read(name, Arc::new(file), &Spec::default()).unwrap()
    };
    let bank = sample("bank.csv");
    assert_eq!((bank.table.rows(), bank.table.columns().len()), (4_521, 17));
    assert_eq!(bank.notes, ["fields are separated by `;` (inferred)"]);
    let numeric = bank.kinds.iter().filter(|kind| **kind == Kind::Integral).count();
    assert_eq!(numeric, 7, "age, balance, day, duration, campaign, pdays, previous");
    let hourly = sample("aep-hourly.csv");
    assert_eq!(
        (hourly.kinds.as_slice(), hourly.table.rows()),
        ([Kind::Date, Kind::Fractional].as_slice(), 121_273)
    );
    assert_eq!(numbers(&hourly, "Datetime")[0], 1_104_454_800.0);
}

/// Tables of a number, a whole number, a boolean, an instant and a text, with missing
/// values.
fn tables() -> impl Strategy<Value = Table> {
    let number = prop_oneof![4 => -1e12_f64..1e12, 1 => Just(f64::NAN)];
    let whole =
        prop_oneof![4 => (-1_000_000_i32..1_000_000).prop_map(f64::from), 1 => Just(f64::NAN)];
    let boolean = prop_oneof![Just(0.0), Just(1.0)];
    let instant = (0_u32..4_000_000_000).prop_map(f64::from);
    let text = proptest::option::of("[a-z\"';|\\t\n,é乗]{0,8}z");
    proptest::collection::vec((number, whole, boolean, instant, text), 1..40).prop_map(|rows| {
        let column = |name: &str, values| Column { name: name.to_owned(), values };
        Table::new(vec![
            column("number", Values::Number(rows.iter().map(|row| row.0).collect())),
            column("whole \"n\"", Values::Number(rows.iter().map(|row| row.1).collect())),
            column("boolean", Values::Number(rows.iter().map(|row| row.2).collect())),
            column("instant", Values::Number(rows.iter().map(|row| row.3).collect())),
            column(
                "text",
                Values::Category(Categories::encode(
                    rows.iter().map(|row| row.4.as_deref().map(str::trim)),
                )),
            ),
        ])
        .unwrap()
    })
}

/// How each value is written: `None` is missing.
fn written(table: &Table) -> Vec<Vec<Option<String>>> {
    let instant = |seconds: f64| jiff::Timestamp::from_second(seconds as i64).unwrap().to_string();
    let cell = |column: &Column, row: usize| match &column.values {
        Values::Category(texts) => texts.get(row).map(str::to_owned),
        Values::Number(values) => Some(values[row]).filter(|value| !value.is_nan()).map(|value| {
            match column.name.as_str() {
                "boolean" => (value != 0.0).to_string(),
                "instant" => instant(value),
                _ => value.to_string(),
            }
        }),
    };
    let row = |row| table.columns().iter().map(|column| cell(column, row)).collect();
    (0..table.rows()).map(row).collect()
}

/// Equal, with a missing number equal to a missing number.
fn same(a: &Table, b: &Table) -> bool {
    written(a) == written(b)
        && a.columns().iter().map(|c| &c.name).eq(b.columns().iter().map(|c| &c.name))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn tables_survive_the_round_trip_through_csv(written_table in tables(), delimiter in prop_oneof![Just(b','), Just(b';'), Just(b'\t')]) {
        let mut writer = ::csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        writer.write_record(written_table.columns().iter().map(|column| &column.name)).unwrap();
        for row in written(&written_table) {
            writer.write_record(row.iter().map(|cell| cell.as_deref().unwrap_or_default())).unwrap();
        }
        let name = if delimiter == b'\t' { "a.tsv" } else { "a.csv" };
        let raw = table(name, &writer.into_inner().unwrap());
        // A column without any value is one of numbers.
        if written_table.column("text").unwrap().missing() < written_table.rows() {
            prop_assert!(same(&raw.table, &written_table), "{:?}", raw.table);
        }
    }

    #[test]
    fn tables_survive_the_round_trip_through_json_lines(written_table in tables()) {
        let mut text = String::new();
        for row in written(&written_table) {
            let mut object = serde_json::Map::new();
            for (column, cell) in written_table.columns().iter().zip(row) {
                let value = match (column.name.as_str(), cell) {
                    (_, None) => serde_json::Value::Null,
                    ("text" | "instant", Some(cell)) => cell.into(),
                    (_, Some(cell)) => serde_json::from_str(&cell).unwrap(),
                };
                object.insert(column.name.clone(), value);
            }
            text += &(serde_json::to_string(&object).unwrap() + "\n");
        }
        let raw = table("a.jsonl", text.as_bytes());
        if written_table.column("text").unwrap().missing() < written_table.rows() {
            let order = |table: &Table| {
                let mut columns = table.columns().to_vec();
                columns.sort_by(|a, b| a.name.cmp(&b.name));
                Table::new(columns).unwrap()
            };
            prop_assert!(same(&order(&raw.table), &order(&written_table)), "{text}");
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>, magic in prop_oneof![
        Just(""), Just("{\"a\":1}\n{"), Just("a,b\n1,\"2"), Just("PAR1"),
    ]) {
        let bytes = Bytes::from([magic.as_bytes(), &bytes].concat());
        for name in ["a.csv", "a.jsonl", "a"] {
            let _ = read(name, Arc::new(bytes.clone()), &Spec::default());
        }
    }
}

#[test]
fn a_column_that_is_said_to_be_boolean_reads_the_usual_words() {
    let spec = declared(&[("b", ColumnKind::Boolean)]);
    let words = ["yes", "NO", "y", "n", "T", "f", "True", "false", "1", "0", "1.0", "", "n/a"];
    let truth = [1., 0., 1., 0., 1., 0., 1., 0., 1., 0., 1., f64::NAN, f64::NAN];
    let csv = words.map(|word| format!("{word},x\n")).concat();
    let json = words.map(|word| format!("{{\"b\": \"{word}\"}}\n")).concat();
    for (name, text) in [("a.csv", format!("b,c\n{csv}")), ("a.jsonl", json)] {
        let raw = read(name, Arc::new(Bytes::from(text)), &spec).unwrap();
        assert_eq!(raw.kinds[0], Kind::Boolean);
        assert_eq!(format!("{:?}", numbers(&raw, "b")), format!("{truth:?}"), "{name}");
    }
    for wrong in ["maybe", "2", "2018-08-03", "1,5"] {
        let found = &defects("a.csv", format!("b;c\nyes;x\n{wrong};x\n").as_bytes(), &spec)[0];
        assert_eq!((found.code.as_str(), found.row), ("not_a_boolean", Some(2)), "{wrong}");
        assert_eq!(
            found.message,
            format!(
                "row 2 (line 3), column `b`: `{wrong}` is not `true` or `false`, `yes` or `no`, `t` \
                 or `f`, `1` or `0`, as model.toml says of the column: correct it or leave it empty"
            )
        );
    }
}
