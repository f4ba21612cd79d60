//! What a client may ask for beside the usual answer, by the same names in both
//! protocols: as `parameters` of an inference request, as `params` of a scoring request, in
//! the query of one in CSV.

use super::error::ProtocolError;
use super::output::Output;
use super::parameters::{Parameter, Parameters};
use super::violation::shorten;
use crate::dataset::{Schema, Task};
use crate::nearest::nearest;

/// What a client asks for beside the usual answer.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Options {
    /// Which of the model's outputs are told.
    choice: Choice,
    /// The probability from which the second of two classes is answered, 0 to 1.
    pub threshold: Option<f64>,
    /// The share of true values that a prediction interval is to cover, between 0 and 1.
    pub interval: Option<f64>,
    /// How many of the inputs that contribute most are told for each row, at least 1.
    pub contributions: Option<usize>,
    /// Whether rows that do not fit the model are told as such, and the others answered.
    pub partial: bool,
}

/// Which of a model's own outputs are told, unless they are named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Choice {
    /// What the protocol's clients expect.
    #[default]
    Usual,
    Predict,
    Probabilities,
    Both,
}

/// The names of the options.
const NAMES: [&str; 6] =
    ["probabilities", "threshold", "interval", "contributions", "partial", "predict_method"];

/// Whether an option is called so.
pub(super) fn is_option(name: &str) -> bool {
    NAMES.contains(&name)
}

/// Parameters that clients of these protocols add by themselves, or for servers in front;
/// they change nothing here.
const PASSED_OVER: [&str; 8] = [
    "binary_data_output",
    "content_type",
    "headers",
    "priority",
    "sequence_end",
    "sequence_id",
    "sequence_start",
    "timeout",
];

/// What the two parameters say that choose among the outputs.
#[derive(Debug, Default)]
struct Choices {
    probabilities: Option<bool>,
    method: Option<Choice>,
}

impl Choices {
    fn resolve(&self) -> Result<Choice, ProtocolError> {
        match (self.method, self.probabilities) {
            (Some(Choice::Predict), Some(true)) | (Some(Choice::Probabilities), Some(false)) => {
                let reason = "contradicts `predict_method`: send one of the two".to_owned();
                Err(ProtocolError::Parameter { name: "probabilities".to_owned(), reason })
            }
            (Some(method), _) => Ok(method),
            (None, Some(true)) => Ok(Choice::Both),
            (None, Some(false)) => Ok(Choice::Predict),
            (None, None) => Ok(Choice::Usual),
        }
    }
}

impl Options {
    /// Reads the options among the parameters of a request for a model with `schema`.
    pub(super) fn read(parameters: &Parameters, schema: &Schema) -> Result<Self, ProtocolError> {
        let (mut options, mut choices) = (Self::default(), Choices::default());
        let given = parameters.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        for (name, value) in given {
            options
                .set(name, value, &schema.task, &mut choices)
                .map_err(|reason| ProtocolError::Parameter { name: shorten(name), reason })?;
        }
        options.choice = choices.resolve()?;
        Ok(options)
    }

    fn set(
        &mut self,
        name: &str,
        value: &Parameter,
        task: &Task,
        choices: &mut Choices,
    ) -> Result<(), String> {
        match name {
            "probabilities" => {
                let wanted = truth(value)?;
                if wanted {
                    classes(task)?;
                }
                choices.probabilities = Some(wanted);
            }
            "predict_method" => {
                choices.method = Some(match value {
                    Parameter::Text(method) if method == "predict" => Choice::Predict,
                    Parameter::Text(method) if method == "predict_proba" => {
                        classes(task)?;
                        Choice::Probabilities
                    }
                    other => return Err(unlike(other, "`predict` or `predict_proba`")),
                });
            }
            "threshold" => {
                match classes(task)? {
                    2 => {}
                    count => {
                        return Err(format!("is for models of two classes; this one has {count}"));
                    }
                }
                self.threshold =
                    Some(number(value, "a number from 0 to 1", |x| (0.0..=1.0).contains(&x))?);
            }
            "interval" => {
                if *task != Task::Regression {
                    return Err(format!("is for models of numbers; this one {}", answers(task)));
                }
                let expected = "a coverage between 0 and 1";
                self.interval = Some(number(value, expected, |x| 0.0 < x && x < 1.0)?);
            }
            "contributions" => {
                let expected = "a whole number from 1 on";
                let most = f64::from(u32::MAX);
                let fits = |x: f64| (1.0..=most).contains(&x) && x.fract() == 0.0;
                self.contributions = Some(number(value, expected, fits)? as usize);
            }
            "partial" => self.partial = truth(value)?,
            name if PASSED_OVER.contains(&name) => {}
            name => {
                let known = nearest(&shorten(name), NAMES).unwrap_or("threshold");
                return Err(format!("is unknown; the nearest is `{known}`"));
            }
        }
        Ok(())
    }

    /// The output called `name` of a model with this task.
    pub(super) fn named(&self, name: &str, task: &Task) -> Result<Output, ProtocolError> {
        let found = Output::ALL.into_iter().find(|output| output.name() == name);
        match found {
            Some(output) if Output::of_task(task).contains(&output) => Ok(output),
            Some(output) if self.extras().any(|extra| extra == output) => Ok(output),
            found => Err(ProtocolError::UnknownOutput {
                found: shorten(name),
                known: match task {
                    Task::Classification { .. } => "`predict` and `probabilities`",
                    Task::Regression => "`predict`",
                    Task::Anomaly => "`outlier` and `score`",
                    Task::Clustering => "`cluster`",
                },
                option: found.and_then(Output::option),
            }),
        }
    }

    /// The model's own outputs that are told when none is named: `usual` unless the
    /// options say otherwise.
    pub(super) fn unnamed(&self, usual: &[Output]) -> Vec<Output> {
        match self.choice {
            Choice::Usual => usual.to_vec(),
            // What comes first is the answer itself.
            Choice::Predict | Choice::Both => usual.iter().copied().take(1).collect(),
            Choice::Probabilities => vec![Output::Probabilities],
        }
    }

    /// Adds what is asked for by options to the outputs of an answer.
    pub(super) fn extend(&self, outputs: &mut Vec<Output>) {
        let both = (self.choice == Choice::Both).then_some(Output::Probabilities);
        for output in both.into_iter().chain(self.extras()) {
            if !outputs.contains(&output) {
                outputs.push(output);
            }
        }
    }

    /// The outputs that are there by options only.
    fn extras(&self) -> impl Iterator<Item = Output> {
        let intervals = self.interval.map(|_| [Output::Lower, Output::Upper]);
        let contributions = self
            .contributions
            .map(|_| [Output::Contributions, Output::ContributionInputs, Output::Base]);
        let errors = self.partial.then_some(Output::Error);
        intervals.into_iter().flatten().chain(contributions.into_iter().flatten()).chain(errors)
    }
}

/// The number of classes, of which a model must have some.
fn classes(task: &Task) -> Result<usize, String> {
    match task {
        Task::Classification { classes } => Ok(classes.len()),
        task => Err(format!("is for models of classes; this one {}", answers(task))),
    }
}

/// What a model of the task answers, in words.
fn answers(task: &Task) -> &'static str {
    match task {
        Task::Classification { .. } => "answers classes",
        Task::Regression => "answers numbers",
        Task::Anomaly => "finds anomalies",
        Task::Clustering => "finds clusters",
    }
}

fn truth(value: &Parameter) -> Result<bool, String> {
    match value {
        Parameter::Bool(value) => Ok(*value),
        other => Err(unlike(other, "true or false")),
    }
}

fn number(value: &Parameter, expected: &str, fits: impl Fn(f64) -> bool) -> Result<f64, String> {
    match value {
        Parameter::Number(number) if fits(*number) => Ok(*number),
        other => Err(unlike(other, expected)),
    }
}

fn unlike(found: &Parameter, expected: &str) -> String {
    let found = match found {
        Parameter::Text(text) => format!("\"{}\"", shorten(text)),
        Parameter::Number(number) => number.to_string(),
        Parameter::Bool(value) => value.to_string(),
    };
    format!("is {found} where {expected} is expected")
}
