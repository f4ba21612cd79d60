use crate::dataset::{Labelled, Rejection, csv};
use crate::spec::Spec;

/// 60 rows of two numbers, a name of the row, and a target.
fn rides(spec: &str) -> Result<Labelled, Rejection> {
    let row = |row: usize| format!("{row}.5,{},ride {row},{row}.25", row % 3 + 1);
    let text: String = std::iter::once("dist,time,name,y".to_owned())
        .chain((0..60).map(row))
        .map(|row| row + "\n")
        .collect();
    let spec = Spec::parse(spec.as_bytes()).unwrap();
    Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), &spec)
}

#[test]
fn columns_that_a_derived_column_reads_stay_inputs() {
    let inputs = |spec: &str| {
        let data = rides(spec).unwrap();
        data.schema.inputs.into_iter().map(|field| field.name).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(inputs("ignore = ['dist']"), "time");
    assert_eq!(inputs("ignore = ['dist']\n[derived]\nspeed = 'dist / time'"), "dist time");
    assert_eq!(inputs("id = 'name'\n[derived]\nlong = 'length(name) > 6'"), "dist time name");
}

#[test]
fn what_the_spec_says_of_columns_is_checked() {
    for (spec, code, words) in [
        ("[columns.dits]\nscale = 'l2'", "unknown_column", "the nearest is `dist`"),
        ("[columns.dist]\nencode = 'one_hot'", "unfit_key", "`encode` is for texts"),
        ("[columns.name]\nscale = 'robust'", "unfit_key", "this `scale` is for numbers"),
        ("[columns.time]\nparts = ['year']", "unfit_key", "`parts` are of dates"),
        ("[columns.name]\nimpute = 'constant'\nfill = 1", "unfit_key", "`fill` must be a text"),
        ("[columns.name]\nencode = 'month'", "unfit_key", "no value is one, as `ride 0`"),
        ("[columns.dist]\nweighting = 'tf'", "unfit_key", "`weighting` is for texts"),
        ("[columns.name]\nweighting = 'tf'", "unfit_key", "`weighting` is of hashed words"),
        (
            "[derived]\nq = 'date(name)'\n[columns.q]\ndate_order = 'day_first'",
            "unfit_key",
            "`date_order` is of columns that are read",
        ),
        ("[derived]\nspeed = 'dist / tme'", "bad_derived_column", "did you mean `time`?"),
        ("[derived]\nspeed = 'dist / y'", "bad_derived_column", "the target `y`"),
        ("[derived]\ntime = 'dist * 2'", "bad_derived_column", "rename it"),
        ("[derived]\nq = 'dist + name'", "bad_derived_column", "expected a number, found a text"),
    ] {
        let Rejection(defects) = rides(spec).unwrap_err();
        let [defect] = defects.as_slice() else { panic!("{defects:?}") };
        assert_eq!(defect.code, code, "{spec}");
        assert!(defect.message.contains(words), "{}", defect.message);
    }
    let fits = "ignore = ['tim']\n[derived]\nq = 'dist / time'\n[columns.q]\nscale = 'l2'\n\
                [columns.name]\nencode = 'ordinal'\nscale = 'standard'";
    let notes = rides(fits).unwrap().notes.join("; ");
    assert!(notes.contains("`ignore`d column `tim` of model.toml is not a column"), "{notes}");
}
