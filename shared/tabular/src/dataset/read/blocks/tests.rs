use bytes::Bytes;
use std::sync::Arc;

use super::{Block, Blocks, Item, ItemType};
use crate::dataset::read::read;
use crate::spec::{Spec, TableFormat};

/// All blocks of a file.
fn blocks(name: &str, content: impl Into<Vec<u8>>) -> (Blocks, Vec<Block>) {
    let mut blocks = Blocks::open(name, Arc::new(Bytes::from(content.into()))).unwrap();
    let mut all = Vec::new();
    while let Some(block) = blocks.next_block().unwrap() {
        all.push(block);
    }
    (blocks, all)
}

#[test]
fn fields_of_csv_come_as_they_stand_there() {
    let text = "\u{feff}a;b\n1,5; x\n\"two; \"\"2\"\"\";\n3\n";
    let (blocks, all) = blocks("x.csv", text);
    assert_eq!((blocks.format(), blocks.delimiter()), (TableFormat::Csv, b';'));
    assert_eq!((blocks.names(), blocks.types()), (&["a".to_owned(), "b".to_owned()][..], None));
    let [block] = all.as_slice() else { panic!("{all:?}") };
    let items = |row| block.row(row).items().collect::<Vec<_>>();
    assert_eq!(items(0), [Item::Raw("1,5"), Item::Raw(" x")]);
    assert_eq!(items(1), [Item::Raw("two; \"2\""), Item::Raw("")]);
    let ragged = block.row(2);
    assert_eq!((ragged.number(), ragged.line(), ragged.item(1)), (3, Some(4), Item::Absent));
    assert_eq!(ragged.defect().map(|defect| defect.code.as_str()), Some("ragged_row"));
    assert_eq!(block.row(1).defect(), None);
}

#[test]
fn bytes_that_are_no_text_are_the_defect_of_their_row() {
    let (_, all) = blocks("x.csv", b"a,b\n1,\xff\n2,\"\xfe\"\n3,ok\n".to_vec());
    let codes = (0..3).map(|row| all[0].row(row).defect().map(|it| it.code.clone()));
    let utf8 = Some("not_utf8".to_owned());
    assert_eq!(codes.collect::<Vec<_>>(), [utf8.clone(), utf8, None]);
}

#[test]
fn keys_of_json_lines_are_columns_in_the_order_in_which_they_come() {
    let text = "{\"a\": 1.50, \"b\": \"x\\ny\"}\n\n{\"c\": [1, {}], \"a\": null, \"b\": true}\n{\"a\" 1}\n\
        {\"a\": 1, \"a\": 2}\n";
    let (blocks, all) = blocks("x.jsonl", text);
    assert_eq!(blocks.names(), ["a", "b", "c"]);
    let items = |row| all[0].row(row).items().collect::<Vec<_>>();
    assert_eq!(items(0), [Item::Digits("1.50"), Item::Text("x\ny")]);
    assert_eq!(items(1), [Item::Missing, Item::Boolean(true), Item::Nested("[1, {}]")]);
    assert_eq!((all[0].row(1).number(), all[0].row(1).line()), (2, Some(3)));
    assert_eq!(all[0].row(2).defect().unwrap().code, "not_an_object");
    assert_eq!(all[0].row(3).defect().unwrap().code, "duplicate_column");
}

#[test]
fn nan_in_a_line_is_missing_and_infinity_the_defect_of_its_row() {
    let (_, all) =
        blocks("x.jsonl", "{\"a\": NaN, \"b\": \"NaN\"}\n{\"a\": Infinity}\n{\"a\": 2}\n");
    let items = |row| all[0].row(row).items().collect::<Vec<_>>();
    assert_eq!(items(0), [Item::Missing, Item::Text("NaN")]);
    assert_eq!(all[0].row(1).defect().unwrap().code, "infinite_number");
    assert_eq!((items(2)[0], all[0].row(2).defect()), (Item::Digits("2"), None));
}

#[test]
fn blocks_are_bounded_and_their_rows_numbered_through() {
    let rows: String = (0..20_000).map(|row| format!("{row},{}\n", "x".repeat(row % 7))).collect();
    let (_, all) = blocks("x.csv", format!("n,t\n{rows}"));
    assert_eq!(all.iter().map(Block::rows).collect::<Vec<_>>(), [8192, 8192, 3616]);
    assert_eq!(all[2].row(3615).number(), 20_000);
    assert_eq!(all[2].row(3615).item(0), Item::Raw("19999"));
    let long = "y".repeat(1 << 20);
    let rows: String = (0..20).map(|row| format!("{row},{long}\n")).collect();
    let (_, all) = blocks("x.csv", format!("n,t\n{rows}"));
    assert!(all.len() >= 2 && all.iter().all(|block| block.rows() <= 9), "{}", all.len());
}

#[test]
fn packed_files_and_files_without_rows_are_read_too() {
    let packed = zstd::encode_all(&b"a,b\n1,2\n"[..], 3).unwrap();
    let (blocks, all) = blocks("x.csv.zst", packed);
    assert_eq!((blocks.names().len(), all[0].rows()), (2, 1));
    assert!(self::blocks("x.csv", "a,b\n").1.is_empty());
    assert!(Blocks::open("x", Arc::new(Bytes::from_static(b"PK\x03\x04"))).is_err());
}

#[test]
fn what_is_written_in_any_format_is_read_as_the_same_table() {
    use crate::dataset::write::{Layout, OutputColumn, TableWriter};
    use crate::dataset::{Categories, Column, Kind, Table, Values};
    let text = "n,x,t,b\n1,1.5,\"a, \"\"b\"\"\",true\n-2,,é,false\n3,2e3,,true\n";
    let expected = read("x.csv", Arc::new(Bytes::from(text)), &Spec::default()).unwrap();
    let column = |name: &str, kind| OutputColumn { name: name.to_owned(), kind };
    for format in [TableFormat::Csv, TableFormat::Jsonl, TableFormat::Parquet] {
        let (blocks, all) = blocks("x.csv", text);
        let layout = Layout {
            format,
            delimiter: b';',
            columns: vec![
                column("n", ItemType::Integer),
                column("x", ItemType::Number),
                column("t", ItemType::Text),
                column("b", ItemType::Boolean),
            ],
            added: vec![
                column("p", ItemType::Number),
                column("odd", ItemType::Boolean),
                column("group", ItemType::Integer),
            ],
        };
        let p = Values::Number(vec![0.5, 0.25, f64::NAN]);
        let truths = Values::Category(Categories::encode([Some("true"), Some("false"), None]));
        let groups = Values::Number(vec![0.0, -1.0, 7.0]);
        let added = [("p", p.clone()), ("odd", truths), ("group", groups.clone())];
        let added = added.map(|(name, values)| Column { name: name.to_owned(), values });
        let added = Table::new(added.into()).unwrap();
        let mut writer = TableWriter::new(layout.clone());
        let encoded = layout.encode(&all[0], blocks.names(), &[0, 1, 2], &added).unwrap();
        let mut bytes = writer.push(encoded).unwrap();
        bytes.extend(writer.finish().unwrap());
        let raw = read("written", Arc::new(Bytes::from(bytes)), &Spec::default()).unwrap();
        let kinds = [Kind::Fractional, Kind::Boolean, Kind::Integral];
        assert_eq!(raw.kinds[4..], kinds, "{format:?}");
        let (table, odd) = raw.table.without("odd");
        let told = Values::Number(vec![1.0, 0.0, f64::NAN]);
        assert_eq!(format!("{odd:?}"), format!("{:?}", Some(told)), "{format:?}");
        let (table, group) = table.without("group");
        assert_eq!(group, Some(groups), "{format:?}");
        let (table, added) = table.without("p");
        assert_eq!(format!("{table:?}"), format!("{:?}", expected.table), "{format:?}");
        assert_eq!(raw.kinds[..4], expected.kinds, "{format:?}");
        assert_eq!(format!("{added:?}"), format!("{:?}", Some(p)), "{format:?}");
    }
}
