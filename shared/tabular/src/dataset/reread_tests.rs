use super::super::csv;
use super::*;

/// Rows `n,n,n` with a zone, a day and a constant.
fn text() -> String {
    let row = |row: u32| format!("{row}.5,{},2024-01-0{},7,{row}.25\n", row % 7, row % 9 + 1);
    "dist,zone,day,fee,y\n".to_owned() + &(0..40).map(row).collect::<String>()
}

fn read(text: &str, spec: &str) -> (Labelled, Spec) {
    let spec = Spec::parse(spec.as_bytes()).unwrap();
    let raw = crate::dataset::read(
        "rows.csv",
        std::sync::Arc::new(bytes::Bytes::copy_from_slice(text.as_bytes())),
        &spec,
    );
    (Labelled::from_raw(raw.unwrap(), &spec).unwrap(), spec)
}

#[test]
fn columns_that_are_no_inputs_any_more_are_read_as_they_were() {
    let text = text();
    let varied = text.replacen(",7,0.25", ",8,0.25", 1);
    let (before, spec) = read(&varied, "group = 'zone'");
    for other in [
        "ignore = ['dist', 'day']",
        "columns.dist.kind = 'category'",
        "columns.day.kind = 'category'",
        "id = 'dist'\ngroup = 'day'",
    ] {
        let (now, own) = read(&varied, other);
        let again = now.as_read_by(&before.schema, &spec, &own, HashOrder::Names).unwrap();
        assert_eq!(again.inputs, before.inputs, "{other}");
        assert_eq!(again.groups, before.groups, "{other}");
        assert_eq!(again.row_hashes(), before.row_hashes(), "{other}");
    }
    let (constant, own) = read(&text, "");
    assert!(constant.schema.input("fee").is_none());
    let again = constant.as_read_by(&before.schema, &spec, &own, HashOrder::Names).unwrap();
    assert_eq!(again.inputs.column("fee"), Some(&Values::Number(vec![7.0; 40])));
    let same = before.as_read_by(&before.schema, &spec, &spec, HashOrder::Names).unwrap();
    assert!(matches!(same, Cow::Borrowed(_)), "nothing is copied");
}

#[test]
fn what_cannot_be_read_as_before_says_why() {
    let (before, spec) = read(&text(), "columns.zone.kind = 'category'");
    let why = |text: &str, own: &str| {
        let (now, own) = read(text, own);
        now.as_read_by(&before.schema, &spec, &own, HashOrder::Names).unwrap_err().to_string()
    };
    assert_eq!(why(&text(), ""), "column `zone` holds numbers where it reads texts");
    let category = "columns.zone.kind = 'category'\n";
    let gone = text().replace("dist,", "distance,");
    assert_eq!(why(&gone, category), "column `dist` is not in the data set");
    let target = format!("target = 'dist'\n{category}");
    assert_eq!(why(&text(), &target), "column `dist`, which it reads, is the target now");
    let texts = text().replacen("0.5,", "near,", 1);
    let as_texts = format!("{category}columns.dist.kind = 'category'");
    assert_eq!(why(&texts, &as_texts), "column `dist` holds texts where it reads numbers");
    let epochs = text().replace("2024-01-0", "2024010");
    assert_eq!(why(&epochs, category), "column `day` holds whole numbers where it reads dates");
    assert!(csv::read(epochs.as_bytes()).is_ok());
}

#[test]
fn the_hash_of_a_row_does_not_depend_on_the_order_of_its_columns() {
    let turned: String = text()
        .lines()
        .map(|line| {
            let [dist, zone, day, fee, y] = line.split(',').collect::<Vec<_>>()[..] else {
                panic!("{line}")
            };
            format!("{fee},{zone},{dist},{day},{y}\n")
        })
        .collect();
    let ((here, spec), (there, own)) = (read(&text(), ""), read(&turned, ""));
    assert_eq!(here.row_hashes(), there.row_hashes());
    assert_ne!(here.schema.inputs[0].name, there.schema.inputs[0].name);
    // As artifacts that do not say an order divided them.
    let before = |data: &Labelled, own: &Spec| {
        let read = data.as_read_by(&here.schema, &spec, own, HashOrder::unsaid()).unwrap();
        assert_eq!(read.inputs, here.inputs);
        read.row_hashes()
    };
    assert_eq!(before(&there, &own), before(&here, &spec));
    assert_ne!(before(&there, &own), here.row_hashes());
    let mut expected = vec![0xcbf2_9ce4_8422_2325_u64; here.rows()];
    let targets = match &here.target {
        crate::dataset::Target::Values(values) => values.clone(),
        other => panic!("{other:?}"),
    };
    let columns = here.inputs.columns().iter().map(|column| match &column.values {
        Values::Number(values) => values,
        Values::Category(_) => panic!("{}", column.name),
    });
    for values in columns.chain([&targets]) {
        for (hash, value) in expected.iter_mut().zip(values) {
            for byte in value.to_bits().to_le_bytes().into_iter().chain([0xff]) {
                *hash = (*hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }
    assert_eq!(before(&there, &own), expected, "FNV-1a over the columns as they stood");
}
