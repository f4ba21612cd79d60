//! What the metrics sum up: curves and tables of a classification, errors and
//! intervals of a regression.

use maud::{Markup, html};

use crate::dataset::{Schema, Task};
use crate::metrics::Evaluation;
use crate::page::{Layer, Plot, count, number, percent, short};
use crate::training::Assessment;

/// The styles of the curves of different classes.
const SERIES: [&str; 4] = ["s0", "s1", "s2", "s3"];

/// Groups of a reliability curve.
const GROUPS: usize = 10;

/// The most classes of a confusion matrix.
const MATRIX: usize = 12;

/// The most classes in the table of classes.
const CLASSES: usize = 20;

/// The most points of a scatter plot.
const POINTS: usize = 500;

/// The bars of a histogram.
const BARS: usize = 31;

/// The share of rows beyond the range of a plot, on each side.
const BEYOND: f64 = 0.005;

/// What the metrics sum up; nothing where there is no target.
pub(super) fn section(schema: &Schema, assessment: &Assessment) -> Markup {
    match &schema.task {
        Task::Classification { classes } => classification(&assessment.evaluation, classes),
        Task::Regression => regression(schema, assessment),
        Task::Anomaly | Task::Clustering => html! {},
    }
}

pub(super) fn figure(caption: &str, drawing: &Markup) -> Markup {
    html! { figure { figcaption { (caption) } (drawing) } }
}

fn classification(evaluation: &Evaluation, classes: &[String]) -> Markup {
    let drawn = curves_of(evaluation, classes.len());
    let unit = |title, x, y| Plot { title, x: (x, 0.0, 1.0), y: (y, 0.0, 1.0) };
    let curves = |curve: &dyn Fn(usize) -> Vec<(f64, f64)>| -> Vec<Vec<(f64, f64)>> {
        drawn.iter().map(|&class| curve(class)).collect()
    };
    let lines = |points: &[Vec<(f64, f64)>], plot: Plot<'_>, chance: bool| {
        let diagonal = [(0.0, 0.0), (1.0, 1.0)];
        let mut layers = Vec::new();
        if chance {
            layers.push(Layer::Line("chance", &diagonal));
        }
        layers.extend(points.iter().zip(SERIES).map(|(points, style)| Layer::Line(style, points)));
        plot.draw(&layers)
    };
    let roc = curves(&|class| evaluation.roc_curve(class));
    let recall = curves(&|class| evaluation.precision_recall_curve(class));
    let reliability = curves(&|class| {
        let groups = evaluation.reliability(class, GROUPS);
        groups.iter().map(|group| (group.predicted, group.actual)).collect()
    });
    html! {
        h2 { "Where it is right and wrong" }
        @if drawn.len() > 1 {
            p .quiet .key { @for (&class, style) in drawn.iter().zip(SERIES) {
                i class=(style) {} (classes.get(class).map_or("", String::as_str))
            } }
        }
        div .plots {
            (figure("ROC curve", &lines(&roc,
                unit("ROC curve", "false positive rate", "true positive rate"), true)))
            (figure("Precision and recall", &lines(&recall,
                unit("precision-recall curve", "recall", "precision"), false)))
            (figure("Calibration", &lines(&reliability,
                unit("calibration curve", "predicted probability", "share of the class"), true)))
        }
        div .two {
            (confusion(evaluation, classes))
            (class_table(evaluation, classes))
        }
    }
}

/// The second of two classes, or the most frequent ones.
fn curves_of(evaluation: &Evaluation, classes: usize) -> Vec<usize> {
    if classes == 2 {
        return vec![1];
    }
    let scores = evaluation.of_classes();
    let mut order: Vec<(usize, f64)> = (0..).zip(scores.iter().map(|class| class.rows)).collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let mut drawn: Vec<usize> =
        order.into_iter().take(SERIES.len()).map(|(class, _)| class).collect();
    drawn.sort_unstable();
    drawn
}

fn confusion(evaluation: &Evaluation, classes: &[String]) -> Markup {
    if classes.len() > MATRIX {
        return html! {};
    }
    let matrix = evaluation.confusion();
    let name = |index: usize| classes.get(index).map_or_else(String::new, |name| short(name, 14));
    html! {
        figure {
            figcaption { "Confusion matrix" }
            div .scroll { table .matrix {
                thead { tr {
                    th { "actual \\ answered" }
                    @for class in 0..classes.len() { th .n { (name(class)) } }
                } }
                tbody { @for (class, row) in matrix.iter().enumerate() { tr {
                    @let total = row.iter().sum::<u64>().max(1);
                    th { (name(class)) }
                    @for (answered, &rows) in row.iter().enumerate() {
                        @let share = rows as f64 / total as f64;
                        td .n .right[answered == class] style=(format!("--share:{share:.3}")) {
                            (count(rows)) br; span .quiet { (percent(share)) }
                        }
                    }
                } } }
            } }
        }
    }
}

fn class_table(evaluation: &Evaluation, classes: &[String]) -> Markup {
    let scores = evaluation.of_classes();
    let share = |value: f64| html! { td .n { (format!("{value:.3}")) } };
    html! {
        figure {
            figcaption { "Classes" }
            div .scroll { table {
                thead { tr {
                    th { "Class" } th .n { "Rows" } th .n { "Precision" } th .n { "Recall" }
                    th .n { "F1" }
                } }
                tbody { @for (class, scores) in classes.iter().zip(&scores).take(CLASSES) { tr {
                    td { (short(class, 30)) }
                    td .n { (count(scores.rows as u64)) }
                    (share(scores.precision)) (share(scores.recall)) (share(scores.f1))
                } } }
            } }
            @if classes.len() > CLASSES { p .quiet .small { (classes.len() - CLASSES) " more" } }
        }
    }
}

fn regression(schema: &Schema, assessment: &Assessment) -> Markup {
    let values = assessment.evaluation.values();
    let step = values.len().div_ceil(POINTS).max(1);
    let sample: Vec<(f64, f64)> = values.iter().copied().step_by(step).collect();
    let (low, high) = range(values.iter().flat_map(|&(truth, predicted)| [truth, predicted]));
    let predicted: Vec<(f64, f64)> = sample.iter().map(|&(truth, value)| (value, truth)).collect();
    let residuals: Vec<(f64, f64)> =
        sample.iter().map(|&(truth, value)| (value, truth - value)).collect();
    let errors = || values.iter().map(|&(truth, value)| truth - value);
    let (least, most) = range(errors());
    let reach = least.abs().max(most.abs());
    let histogram = histogram(errors(), -reach, reach);
    let top = histogram.iter().map(|bar| bar.2).fold(0.0, f64::max);
    let target = schema.target.as_deref().unwrap_or_default();
    let (x, y) = (format!("predicted {target}"), format!("actual {target}"));
    let residual = "actual − predicted";
    let diagonal = [(low, low), (high, high)];
    let level = [(low, 0.0), (high, 0.0)];
    html! {
        h2 { "Where it is right and wrong" }
        div .plots .of-two {
            (figure("Predicted and actual", &Plot {
                title: "actual against predicted values",
                x: (&x, low, high), y: (&y, low, high),
            }.draw(&[Layer::Line("chance", &diagonal), Layer::Dots("s0", &predicted)])))
            (figure("Errors along the prediction", &Plot {
                title: "errors against predicted values",
                x: (&x, low, high), y: (residual, -reach, reach),
            }.draw(&[Layer::Line("chance", &level), Layer::Dots("s0", &residuals)])))
            (figure("Distribution of the errors", &Plot {
                title: "histogram of the errors",
                x: (residual, -reach, reach), y: ("share of rows", 0.0, top * 1.05),
            }.draw(&[Layer::Bars("s0", &histogram)])))
            @if !assessment.coverage.is_empty() { (coverage(&assessment.coverage)) }
        }
        @if step > 1 {
            p .quiet .small { "Dots are every " (number(step as f64)) "th row of the holdout." }
        }
    }
}

/// How often intervals hold the truth, beside how often they promise to.
pub(super) fn coverage(measured: &[(f64, f64)]) -> Markup {
    let low = measured.iter().map(|(_, share)| *share).fold(0.4, f64::min);
    let plot = Plot {
        title: "measured against promised coverage",
        x: ("promised", 0.4, 1.0),
        y: ("measured on the holdout", low, 1.0),
    };
    let layers = [
        Layer::Line("chance", &[(0.4, 0.4), (1.0, 1.0)]),
        Layer::Line("s0", measured),
        Layer::Dots("s0", measured),
    ];
    figure("Coverage of the intervals", &plot.draw(&layers))
}

/// From where to where most numbers lie; what lies beyond is drawn at the edge.
fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
    values.sort_unstable_by(f64::total_cmp);
    let beyond = (values.len() as f64 * BEYOND) as usize;
    let low = values.get(beyond).copied().unwrap_or(0.0);
    let high = values.iter().rev().nth(beyond).copied().unwrap_or(1.0);
    if high > low { (low, high) } else { (low - 0.5, low + 0.5) }
}

/// Bars of equal width with the share of values in each; what lies beyond is left out.
fn histogram(values: impl Iterator<Item = f64>, low: f64, high: f64) -> Vec<(f64, f64, f64)> {
    let width = (high - low) / BARS as f64;
    let mut counts = [0.0_f64; BARS];
    let mut rows = 0.0;
    for value in values {
        rows += 1.0;
        let bar = ((value - low) / width).floor();
        if let Some(count) = (bar >= 0.0).then(|| counts.get_mut(bar as usize)).flatten() {
            *count += 1.0;
        }
    }
    let start = |bar: usize| low + width * bar as f64;
    let bars = counts.iter().enumerate();
    bars.map(|(bar, count)| (start(bar), start(bar + 1), count / f64::max(rows, 1.0))).collect()
}
