//! The formats that files are read and written in.

use batch_inference::report::Outcome;
use model_factory::dataset::read::read;
use model_factory::dataset::{Kind, Values};
use model_factory::spec::Spec;
use serde_json::{Value, json};
use std::sync::Arc;

use crate::world::{World, lines, objects};

const LINES: &str = r#"{"dist": 1.50, "zone": "airport", "late": true, "big": 9007199254740993, "tags": ["a", 1]}
{"late": false, "dist": 40.5, "zone": null, "quote": "ä \"b\""}
"#;

#[tokio::test]
async fn json_lines_keep_their_values_as_they_are() {
    let world = World::with_rides().await;
    let (output, manifest) = world.score("rides.jsonl", LINES).await;
    let told = lines(&output);
    let expected = r#"{"dist":1.50,"zone":"airport","late":true,"big":9007199254740993,"tags":["a", 1],"prediction":"#;
    assert!(told[0].starts_with(expected), "{}", told[0]);
    let rows = objects(&output);
    assert_eq!(rows[1]["quote"], "ä \"b\"");
    assert_eq!(rows[1].get("big"), None, "what a line lacks it lacks there, too");
    assert!(rows[1]["prediction"].is_f64());
    assert!(manifest.output.unwrap().key.ends_with(".jsonl"));
}

#[tokio::test]
async fn lines_that_are_no_objects_are_rejected_alone() {
    let world = World::with_rides().await;
    let file = format!("{LINES}[1]\n{{\"dist\": 2, \"dist\": 3}}\n{{\"zone\": \"centre\"}}\n");
    let (output, manifest) = world.score("rides.jsonl", file).await;
    assert_eq!(lines(&output).len(), 2);
    let summary = manifest.summary.unwrap();
    let reasons: Vec<&str> = summary.rejected_rows.iter().map(|row| row.reason.as_str()).collect();
    assert!(reasons[0].contains("no JSON object"), "{reasons:?}");
    assert!(reasons[1].contains("keys must be unique"), "{reasons:?}");
    assert!(reasons[2].starts_with("input `dist`: missing"), "{reasons:?}");
}

#[tokio::test]
async fn a_file_becomes_parquet_and_that_is_scored_again() {
    let world = World::with_rides().await;
    world.spec("[batch]\nformat = 'parquet'\ninterval = 0.8").await;
    let file = "id;dist;zone;late\n1;1,5;airport;true\n2;40,5;;false\n";
    let (output, manifest) = world.score("rides.csv", file).await;
    assert!(manifest.output.unwrap().key.ends_with(".parquet"));
    let raw = read("x", Arc::new(output.clone()), &Spec::default()).unwrap();
    let names: Vec<&str> = raw.table.columns().iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["id", "dist", "zone", "late", "prediction", "lower", "upper"]);
    assert_eq!(raw.kinds[..2], [Kind::Category, Kind::Fractional]);
    assert_eq!(raw.kinds[3], Kind::Boolean);
    assert_eq!(raw.table.column("dist"), Some(&Values::Number(vec![1.5, 40.5])));
    let bound = |name: &str| match raw.table.column(name) {
        Some(Values::Number(values)) => values[0],
        other => panic!("{other:?}"),
    };
    assert!(bound("lower") <= bound("prediction") && bound("prediction") <= bound("upper"));

    // What was added stands in the way of adding it again.
    let event = world.upload("again.parquet", output).await;
    let Outcome::Refused { reasons, .. } = world.outcome(&event).await else { panic!("refused") };
    assert!(reasons[0].contains("has a column `prediction`"), "{reasons:?}");
}

#[tokio::test]
async fn parquet_is_read_block_by_block_and_becomes_json() {
    let world = World::with_classes().await;
    let parquet = rides(20_000);
    world.spec("[batch]\nformat = 'jsonl'").await;
    let (output, manifest) = world.score("rides.parquet", parquet).await;
    let summary = manifest.summary.unwrap();
    assert_eq!((summary.rows, summary.rejected), (20_000, 1));
    let rows = objects(&output);
    assert_eq!(rows.len(), 19_999);
    assert_eq!(rows[19_998]["n"], json!(19_999));
    assert_eq!(rows[3], {
        let mut expected = rows[3].clone();
        expected["n"] = json!(3);
        expected["hour"] = json!(3.0);
        expected["dist"] = json!(3.5);
        expected["name"] = Value::Null;
        expected
    });
    assert_eq!(rows[4]["name"], "ride 4");
    assert_eq!(summary.rejected_rows[0].row, 8_001);
    assert!(summary.rejected_rows[0].reason.contains("`hour`"), "{:?}", summary.rejected_rows);
}

/// Rides as Parquet, with a broken hour in row 8,001.
fn rides(count: usize) -> Vec<u8> {
    use parquet::data_type::{ByteArrayType, DoubleType, Int64Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;
    let schema = "message rides { required int64 n; required double hour; required double dist;
        optional binary name (STRING); }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = Arc::new(WriterProperties::builder().build());
    let mut file = SerializedFileWriter::new(Vec::new(), schema, properties).unwrap();
    for range in [0..count / 3, count / 3..count] {
        let mut group = file.next_row_group().unwrap();
        let numbers: Vec<i64> = range.clone().map(|row| row as i64).collect();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int64Type>().write_batch(&numbers, None, None).unwrap();
        column.close().unwrap();
        let hour = |row: usize| if row == 8_000 { 2.5 } else { (row % 7) as f64 };
        for values in [
            range.clone().map(hour).collect::<Vec<f64>>(),
            range.clone().map(|row| row as f64 + 0.5).collect(),
        ] {
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<DoubleType>().write_batch(&values, None, None).unwrap();
            column.close().unwrap();
        }
        let levels: Vec<i16> = range.clone().map(|row| i16::from(row % 4 == 0)).collect();
        let names: Vec<_> = range
            .filter(|row| row % 4 == 0)
            .map(|row| format!("ride {row}").into_bytes().into())
            .collect();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&names, Some(&levels), None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
    }
    file.into_inner().unwrap()
}
