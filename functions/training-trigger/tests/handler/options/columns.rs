//! What is done to single columns.

use model_factory::dataset::Kind;

use super::*;

/// How many rows there are.
const ROWS: usize = 120;

/// Of ten amounts, four are 1, three 5 and three 9; then two are missing.
const AMOUNTS: [&str; 12] = ["1", "1", "5", "9", "1", "5", "9", "1", "5", "9", "", ""];

const CITIES: [&str; 6] = ["oslo", "oslo", "oslo", "bergen", "bergen", "arna"];

const MONTHS: [&str; 5] = ["jan", "February", "jun", "Sept", "December"];

/// Rows of every kind of column.
fn rows() -> String {
    let row = |row: usize| {
        let (amount, city) = (AMOUNTS[row % 12], CITIES[row % 6]);
        let size = f64::from(row as u32 % 13).exp();
        let day = row * 17 % 28 + 1;
        let (month, zone) = (MONTHS[row % 5], row * row % 5);
        let note = format!("word{} word{} word{}", row % 7, row % 11, row % 5);
        let (x, noise) = (row * 7919 % 101, row * row * 31 % 17);
        format!(
            "{amount},{size},{city},{month},{note},2026-0{}-{day:02},202603{day:02},{}/{}/2026,{zone},\
             {},{x},{}\n",
            row % 9 + 1,
            row % 9 + 1,
            row % 12 + 1,
            row % 2,
            2 * x + noise
        )
    };
    let header = "amount,size,city,month,note,day,stamp,due,zone,flag,x,y\n";
    header.to_owned() + &(0..ROWS).map(row).collect::<String>()
}

/// The feature's values in the rows whose amount is this.
fn at_amount(seen: &Seen, feature: &str, amount: &str) -> Vec<f64> {
    let rows = (0..ROWS).filter(|row| AMOUNTS[row % 12] == amount);
    rows.map(|row| seen.feature(feature)[row]).collect()
}

/// The one value that the feature has in all rows whose amount is this.
fn one_at(seen: &Seen, feature: &str, amount: &str) -> f64 {
    let mut values = at_amount(seen, feature, amount);
    values.dedup();
    assert_eq!(values.len(), 1, "{values:?}");
    values[0]
}

/// The feature's least and greatest values.
fn bounds(seen: &Seen, feature: &str) -> (f64, f64) {
    let values = seen.feature(feature).iter().copied();
    (values.clone().fold(f64::INFINITY, f64::min), values.fold(f64::NEG_INFINITY, f64::max))
}

fn kind_of(seen: &Seen, column: &str) -> Kind {
    let field = seen.manifest.schema.inputs.iter().find(|field| field.name == column);
    field.unwrap_or_else(|| panic!("no input {column}")).kind
}

/// Whether numbers are the same but for rounding.
fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

/// What a feature has in rows of each city: of Oslo, Bergen and Arna.
fn by_city(seen: &Seen, feature: &str) -> [f64; 3] {
    [0, 3, 5].map(|row| seen.feature(feature)[row])
}

pub(super) const CASES: &[Case] = &[
    Case::new("columns.kind", "columns.zone.kind = 'category'", |seen, usual| {
        assert_eq!(
            (kind_of(seen, "zone"), kind_of(usual, "zone")),
            (Kind::Category, Kind::Integral)
        );
        assert_eq!(seen.features_of("zone"), ["zone=0", "zone=1", "zone=4"]);
    }),
    Case::new("columns.kind", "columns.stamp.kind = 'date'", |seen, usual| {
        assert_eq!((kind_of(seen, "stamp"), kind_of(usual, "stamp")), (Kind::Date, Kind::Integral));
        assert!(seen.features_of("stamp").contains(&"stamp.weekday".to_owned()));
    }),
    Case::new("columns.kind", "columns.flag.kind = 'boolean'", |seen, usual| {
        assert_eq!(
            (kind_of(seen, "flag"), kind_of(usual, "flag")),
            (Kind::Boolean, Kind::Integral)
        );
    }),
    Case::new("columns.kind", "columns.city.kind = 'text'", |seen, usual| {
        assert_eq!((kind_of(seen, "city"), kind_of(usual, "city")), (Kind::Text, Kind::Category));
        assert!(seen.features_of("city")[0].starts_with("city#"), "{:?}", seen.features_of("city"));
    }),
    Case::new("columns.kind", "columns.city.kind = 'number'", |seen, usual| {
        assert!(matches!(seen.run.outcome, Outcome::Rejected { .. }), "{:?}", seen.run);
        assert!(reasons(seen).contains("`city`"), "{}", reasons(seen));
        assert!(usual.registered.is_some());
    }),
    Case::new(
        "columns.impute",
        "columns.amount.impute = 'mean'\ncolumns.amount.scale = 'none'",
        |seen, usual| {
            let filled = one_at(seen, "amount", "");
            assert!((4.0..5.0).contains(&filled), "{filled}");
            assert!(near(one_at(usual, "amount", ""), one_at(usual, "amount", "5")), "the median");
        },
    ),
    Case::new(
        "columns.impute",
        "columns.amount.impute = 'median'\ncolumns.amount.scale = 'none'",
        |seen, _| assert_eq!(one_at(seen, "amount", ""), 5.0),
    ),
    Case::new(
        "columns.impute",
        "columns.amount.impute = 'most_frequent'\ncolumns.amount.scale = 'none'",
        |seen, _| assert_eq!(one_at(seen, "amount", ""), 1.0),
    ),
    Case::new(
        "columns.impute",
        "columns.amount.impute = 'none'\ntraining.learners = ['extra_trees']",
        |seen, filled| {
            assert!(at_amount(seen, "amount", "").iter().all(|value| value.is_nan()));
            assert_eq!(one_at(filled, "amount", ""), 5.0);
        },
    )
    .against("columns.amount.impute = 'median'\ntraining.learners = ['extra_trees']"),
    Case::new(
        "columns.fill",
        "columns.amount.impute = 'constant'\ncolumns.amount.fill = -3\n\
         columns.amount.scale = 'none'",
        |seen, _| assert_eq!(one_at(seen, "amount", ""), -3.0),
    ),
    Case::new("columns.indicator", "columns.amount.indicator = false", |seen, usual| {
        assert_eq!(seen.features_of("amount"), ["amount"]);
        assert_eq!(usual.features_of("amount"), ["amount", "is_missing(amount)"]);
        assert_eq!(one_at(usual, "is_missing(amount)", ""), 1.0);
    }),
    Case::new("columns.indicator", "columns.zone.indicator = true", |seen, usual| {
        assert_eq!(seen.features_of("zone"), ["zone", "is_missing(zone)"]);
        assert_eq!(usual.features_of("zone"), ["zone"]);
    }),
    Case::new(
        "columns.transform",
        "columns.size.transform = 'none'\ncolumns.size.scale = 'none'",
        |seen, usual| {
            assert_eq!(seen.feature("size")[..3], [1.0, 1_f64.exp(), 2_f64.exp()]);
            let logarithm = usual.feature("size");
            assert!(near(logarithm[9] - logarithm[8], 9_f64.exp().ln_1p() - 8_f64.exp().ln_1p()));
        },
    )
    .against("columns.size.scale = 'none'"),
    Case::new(
        "columns.transform",
        "columns.amount.transform = 'log'\ncolumns.amount.scale = 'none'",
        |seen, _| assert!(near(one_at(seen, "amount", "9"), 10_f64.ln())),
    ),
    Case::new(
        "columns.transform",
        "columns.size.transform = 'quantile'\ncolumns.size.scale = 'none'",
        |seen, _| assert_eq!(bounds(seen, "size"), (0.0, 1.0)),
    ),
    Case::new("columns.transform", "columns.size.transform = 'quantile_normal'", |seen, _| {
        // What scikit-learn's QuantileTransformer gives the least and the greatest value.
        let (least, greatest) = bounds(seen, "size");
        let expected = 5.199_337_582_605_575;
        assert!((least + expected).abs() < 1e-6 && (greatest - expected).abs() < 1e-6, "{least}");
    }),
    Case::new("columns.scale", "columns.amount.scale = 'none'", |seen, usual| {
        assert_eq!(["1", "5", "9"].map(|it| one_at(seen, "amount", it)), [1.0, 5.0, 9.0]);
        let (least, greatest) = bounds(usual, "amount");
        assert!(least < 0.0 && greatest > 0.0 && greatest < 2.0, "standardised");
    }),
    Case::new("columns.scale", "columns.amount.scale = 'standard'", |seen, raw| {
        let (ours, theirs) = (seen.feature("amount"), raw.feature("amount"));
        let step = (ours[3] - ours[0]) / (theirs[3] - theirs[0]);
        assert!((0.25..0.35).contains(&step), "the inverse of a deviation of about 3.2: {step}");
    })
    .against("columns.amount.scale = 'none'"),
    Case::new("columns.scale", "columns.amount.scale = 'min_max'", |seen, _| {
        assert_eq!(["1", "5", "9"].map(|it| one_at(seen, "amount", it)), [0.0, 0.5, 1.0]);
    }),
    Case::new("columns.scale", "columns.amount.scale = 'robust'", |seen, _| {
        // The median is 5, the quartiles are 1 and 9.
        let expected = [-0.5, 0.0, 0.5];
        let found = ["1", "5", "9"].map(|it| one_at(seen, "amount", it));
        let alike = found.iter().zip(expected).all(|(a, b)| near(*a, b) || near(2.0 * a, b * 4.0));
        assert!(alike && near(found[1], 0.0), "{found:?}");
    }),
    Case::new("columns.scale", "columns.amount.scale = 'deviation'", |seen, _| {
        let [one, five, nine] = ["1", "5", "9"].map(|it| one_at(seen, "amount", it));
        assert!(near(five, 5.0 * one) && near(nine, 9.0 * one), "not centred");
        assert!((0.25..0.35).contains(&one), "{one}");
    }),
    Case::new(
        "columns.scale",
        "columns.amount.scale = 'l2'\ncolumns.zone.scale = 'l2'",
        |seen, _| {
            let rows = seen.feature("amount").iter().zip(seen.feature("zone"));
            assert!(rows.clone().all(|(a, b)| near(a * a + b * b, 1.0)));
        },
    ),
    Case::new("columns.encode", "columns.city.encode = 'one_hot'", |seen, frequency| {
        assert_eq!(seen.features_of("city"), ["city=arna", "city=bergen", "city=oslo"]);
        assert_eq!(by_city(seen, "city=bergen"), [0.0, 1.0, 0.0]);
        assert_eq!(frequency.features_of("city"), ["city"]);
    })
    .against("columns.city.encode = 'frequency'"),
    Case::new(
        "columns.encode",
        "columns.city.encode = 'ordinal'\ncolumns.city.scale = 'none'",
        |seen, _| assert_eq!(by_city(seen, "city"), [2.0, 1.0, 0.0]),
    ),
    Case::new(
        "columns.encode",
        "columns.city.encode = 'frequency'\ncolumns.city.scale = 'none'",
        |seen, _| assert_eq!(by_city(seen, "city"), [0.0, 1.0, 2.0]),
    ),
    Case::new("columns.encode", "columns.city.encode = 'target'", |seen, _| {
        assert_eq!(seen.features_of("city"), ["city.target"]);
    }),
    Case::new(
        "columns.encode",
        "columns.city.encode = 'native'\ntraining.learners = ['extra_trees']",
        |seen, one_hot| {
            assert_eq!(seen.features_of("city"), ["city"]);
            assert!(seen.predictor.pipeline().categorical().contains(&true));
            assert_eq!(one_hot.features_of("city").len(), 3);
        },
    )
    .against("columns.city.encode = 'one_hot'\ntraining.learners = ['extra_trees']"),
    Case::new(
        "columns.encode",
        "columns.month.encode = 'month'\ncolumns.month.scale = 'none'",
        |seen, usual| {
            assert_eq!(seen.feature("month")[..5], [1.0, 2.0, 6.0, 9.0, 12.0]);
            assert_eq!(usual.features_of("month").len(), 5, "one-hot");
        },
    ),
    Case::new("columns.encode", "columns.city.encode = 'hash'", |seen, _| {
        assert!(seen.features_of("city")[0].starts_with("city#"), "{:?}", seen.features_of("city"));
    }),
    Case::new(
        "columns.encode",
        "columns.day.encode = 'date_parts'\ncolumns.day.parts = ['month']",
        |seen, _| {
            let features = ["day.month", "day.month.sin", "day.month.cos"];
            assert_eq!(seen.features_of("day"), features);
        },
    ),
    Case::new("columns.drop_first", "columns.city.drop_first = true", |seen, _| {
        assert_eq!(seen.features_of("city"), ["city=bergen", "city=oslo"]);
    }),
    Case::new("columns.drop_last", "columns.city.drop_last = true", |seen, _| {
        assert_eq!(seen.features_of("city"), ["city=arna", "city=bergen"]);
    }),
    Case::new("columns.unknown", "columns.city.unknown = 'keep'", |seen, ignoring| {
        let kept = ["city=arna", "city=bergen", "city=oslo", "city=(other)"];
        assert_eq!(seen.features_of("city"), kept);
        assert_eq!(ignoring.features_of("city"), kept[..3]);
    })
    .against("columns.city.unknown = 'ignore'"),
    Case::new(
        "columns.parts",
        "columns.day.parts = ['weekday', 'epoch']\ntraining.learners = ['extra_trees']",
        |seen, usual| {
            assert_eq!(seen.features_of("day"), ["day.weekday", "day.epoch"]);
            assert!(usual.features_of("day").len() > 2, "those that vary");
            assert_eq!(seen.feature("day.weekday")[0], 3.0, "2026-01-01 is a Thursday");
        },
    )
    .against("training.learners = ['extra_trees']"),
    Case::new(
        "columns.date_order",
        "columns.due.date_order = 'day_first'\ncolumns.due.parts = ['month']\n\
         training.learners = ['extra_trees']",
        |seen, month_first| {
            // 4/1/2026
            assert_eq!(seen.feature("due.month")[12], 1.0);
            assert_eq!(month_first.feature("due.month")[12], 4.0);
        },
    )
    .against(
        "columns.due.date_order = 'month_first'\ncolumns.due.parts = ['month']\n\
         training.learners = ['extra_trees']",
    ),
    Case::new("columns.date_order", "columns.due.date_order = 'month_first'", |seen, usual| {
        assert_eq!((kind_of(seen, "due"), kind_of(usual, "due")), (Kind::Date, Kind::Category));
        assert!(usual.notes().contains("columns.due.date_order"), "{}", usual.notes());
    }),
    Case::new(
        "columns.weighting",
        "columns.note.weighting = 'tf_idf'\ntraining.learners = ['extra_trees']",
        |seen, counted| {
            let is_counted = |seen: &Seen| {
                let names = seen.features_of("note");
                names.iter().all(|name| seen.feature(name).iter().all(|it| it.fract() == 0.0))
            };
            assert!(is_counted(counted) && !is_counted(seen));
        },
    )
    .against("training.learners = ['extra_trees']"),
    Case::new("columns.buckets", "columns.note.buckets = 8", |seen, usual| {
        assert!(seen.features_of("note").len() <= 8, "{:?}", seen.features_of("note"));
        assert!(usual.features_of("note").len() > 8);
    }),
];

#[tokio::test]
async fn the_options_of_columns_are_kept() {
    hold(&rows(), CASES).await;
}
