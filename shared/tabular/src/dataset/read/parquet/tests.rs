use std::sync::Arc;

use ::parquet::basic::Compression;
use ::parquet::data_type::{
    BoolType, ByteArrayType, DoubleType, FixedLenByteArray, FixedLenByteArrayType, Int32Type,
    Int64Type, Int96, Int96Type,
};
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::parser::parse_message_type;

use crate::dataset::Kind;
use crate::dataset::read::tests::{declared, defects, numbers, table, texts};
use crate::spec::{ColumnKind, Spec};

/// A file of the schema, whose row groups `write` fills.
fn file(
    schema: &str,
    groups: usize,
    mut write: impl FnMut(usize, &mut SerializedRowGroupWriter<'_, Vec<u8>>),
) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(&format!("message t {{ {schema} }}")).unwrap());
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
    for group in 0..groups {
        let mut rows = writer.next_row_group().unwrap();
        write(group, &mut rows);
        rows.close().unwrap();
    }
    writer.into_inner().unwrap()
}

/// Writes the next column; `levels` say which of its values are there.
fn column<T: ::parquet::data_type::DataType>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    values: &[T::T],
    levels: Option<&[i16]>,
) {
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<T>().write_batch(values, levels, None).unwrap();
    column.close().unwrap();
}

#[test]
fn every_flat_type_is_read_over_row_groups_with_missing_values() {
    let schema = "optional double x; required int64 n; optional binary c (STRING);
        required boolean b; optional int32 day (DATE); required int64 at (TIMESTAMP(MICROS,true));
        required int32 price (DECIMAL(9,2)); required int32 u (INTEGER(32,false));
        required fixed_len_byte_array(2) wide (DECIMAL(4,1)); required int96 old;
        required binary written (STRING);";
    let bytes = file(schema, 2, |group, rows| {
        let base = group as f64;
        column::<DoubleType>(rows, &[base + 0.5], Some(&[1, 0]));
        column::<Int64Type>(rows, &[group as i64, 7], None);
        column::<ByteArrayType>(rows, &["é".into()], Some(&[0, 1]));
        column::<BoolType>(rows, &[true, false], None);
        column::<Int32Type>(rows, &[1, 2], Some(&[1, 1]));
        column::<Int64Type>(rows, &[1_500_000, 0], None);
        column::<Int32Type>(rows, &[12_345, -1], None);
        column::<Int32Type>(rows, &[-1, 1], None);
        let wide = |bytes: [u8; 2]| FixedLenByteArray::from(bytes.to_vec());
        column::<FixedLenByteArrayType>(rows, &[wide([0xff, 0xf6]), wide([0, 15])], None);
        let mut old = Int96::new();
        old.set_data(0, 0, 2_440_589);
        column::<Int96Type>(rows, &[old, old], None);
        column::<ByteArrayType>(rows, &["2018-08-03".into(), "2018-08-04".into()], None);
    });
    let raw = table("a.parquet", &bytes);
    use Kind::{Boolean, Category, Date, Fractional, Integral};
    let kinds = [
        Fractional, Integral, Category, Boolean, Date, Date, Fractional, Integral, Fractional,
        Date, Date,
    ];
    assert_eq!(raw.kinds, kinds);
    let x = numbers(&raw, "x");
    assert!(x[0] == 0.5 && x[1].is_nan() && x[2] == 1.5 && x[3].is_nan(), "{x:?}");
    assert_eq!(numbers(&raw, "n"), [0.0, 7.0, 1.0, 7.0]);
    assert_eq!(texts(&raw, "c"), [None, Some("é"), None, Some("é")]);
    assert_eq!(numbers(&raw, "b")[..2], [1.0, 0.0]);
    assert_eq!(numbers(&raw, "day")[..2], [86_400.0, 172_800.0]);
    assert_eq!(numbers(&raw, "at")[..2], [1.5, 0.0]);
    assert_eq!(numbers(&raw, "price")[..2], [123.45, -0.01]);
    assert_eq!(numbers(&raw, "u")[..2], [4_294_967_295.0, 1.0]);
    assert_eq!(numbers(&raw, "wide")[..2], [-1.0, 1.5]);
    assert_eq!(numbers(&raw, "old")[0], 86_400.0);
    assert_eq!(numbers(&raw, "written")[0], 1_533_254_400.0);
    let cut = &bytes[..bytes.len() - 30];
    assert_eq!(defects("a.parquet", cut, &Spec::default())[0].code, "damaged");
    // A decoder that panics, too, is a damaged file.
    for place in (4..bytes.len()).step_by(7) {
        let mut bent = bytes.clone();
        bent[place] ^= 0x55;
        let _ =
            crate::dataset::read("a.parquet", Arc::new(bytes::Bytes::from(bent)), &Spec::default());
    }
}

#[test]
fn texts_are_texts_unless_the_spec_says_otherwise() {
    let bytes = file("required binary n (STRING);", 1, |_, rows| {
        column::<ByteArrayType>(rows, &["1".into(), "02".into()], None);
    });
    let raw = table("a.parquet", &bytes);
    assert_eq!((raw.kinds[0], texts(&raw, "n")), (Kind::Category, vec![Some("1"), Some("02")]));
    let spec = declared(&[("n", ColumnKind::Number)]);
    let source = Arc::new(bytes::Bytes::from(bytes));
    let raw = crate::dataset::read("a.parquet", source, &spec).unwrap();
    assert_eq!(numbers(&raw, "n"), [1.0, 2.0]);
}

#[test]
fn what_is_no_input_is_named() {
    let nested = "required group place { required double x; } repeated double r; required int32 n;";
    let bytes = file(nested, 0, |_, _| ());
    let found = defects("a.parquet", &bytes, &Spec::default());
    let names: Vec<&str> = found.iter().filter_map(|defect| defect.column.as_deref()).collect();
    assert_eq!((found[0].code.as_str(), names), ("nested_value", vec!["place", "r"]));
    let bytes = file("required fixed_len_byte_array(12) span (INTERVAL);", 0, |_, _| ());
    assert_eq!(defects("a.parquet", &bytes, &Spec::default())[0].code, "unsupported_column");
    let bytes = file("required int32 n;", 0, |_, _| ());
    assert_eq!(defects("a.parquet", &bytes, &Spec::default())[0].code, "no_rows");
    let bytes = file("required binary n; required double x;", 1, |_, rows| {
        column::<ByteArrayType>(rows, &["ok".into(), vec![0xff].into()], None);
        column::<DoubleType>(rows, &[1.0, f64::INFINITY], None);
    });
    let found = &defects("a.parquet", &bytes, &Spec::default())[0];
    assert_eq!((found.code.as_str(), found.row), ("not_utf8", Some(2)));
    let bytes = file("required double x;", 1, |_, rows| {
        column::<DoubleType>(rows, &[1.0, f64::INFINITY, f64::NAN], None);
    });
    let found = &defects("a.parquet", &bytes, &Spec::default())[0];
    assert_eq!((found.code.as_str(), found.row), ("not_a_number", Some(2)));
    assert!(
        found.message.contains("column `x`: `inf` is not a finite number"),
        "{}",
        found.message
    );
}
