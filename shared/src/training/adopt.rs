//! Taking over a model that another library trained: it meets the champion on the same
//! holdout rows as a challenger of our own.

use std::collections::BTreeMap;

use super::common::Common;
use super::gate::{Challenger, Opponent, Verdict};
use super::{Assessment, Champion, Decision, Gate, TrainingError, assessment, monitoring};
use crate::artifact::{self, Contents};
use crate::dataset::split::{self, Split};
use crate::dataset::{Defect, Labelled, RawTable, Rejection, Schema, Table, Task, Unread};
use crate::exchange::Imported;
use crate::learners::{Candidate, Deadline, Predictor};
use crate::metrics::{Evaluation, Metric};
use crate::name::{ModelName, Version};
use crate::profile::Profile;
use crate::spec::{Spec, TaskKind};

/// What came of taking a model over; nothing of it is stored yet.
#[derive(Debug)]
pub struct Adopted {
    /// The artifact's bytes.
    pub artifact: Vec<u8>,
    /// The SHA-256 of `artifact`.
    pub sha256: String,
    /// Its inputs and task, with the names of the classes where the data tells them.
    pub schema: Schema,
    /// The library and format that it is of, such as `XGBoost JSON`.
    pub format: &'static str,
    /// The learner, as far as the file tells.
    pub candidate: Candidate,
    /// The hash of the data's content; `None` without data.
    pub data_hash: Option<String>,
    /// How many rows it was measured and profiled on.
    pub rows: usize,
    /// Where it comes from, such as `xgboost import`.
    pub learner: String,
    /// The metric that ranks this model's versions.
    pub metric: Metric,
    /// Its metrics on the holdout; empty without data.
    pub metrics: BTreeMap<Metric, f64>,
    /// What the data says about it; `None` without data.
    pub measured: Option<Assessed>,
    /// What was inferred about the data, and what there was no time to measure, in words.
    pub notes: Vec<String>,
    /// Whether it becomes the champion, and why.
    pub decision: Decision,
}

/// What labelled data says about an imported model.
#[derive(Debug)]
pub struct Assessed {
    /// What the holdout says.
    pub assessment: Assessment,
    /// The profile of the rows that were not held out, and of the answers to them.
    pub profile: Profile,
}

/// Labelled rows on which an imported model is measured.
#[derive(Debug)]
pub struct Rows {
    /// The rows as a training reads them, which decides how they are split, and which
    /// the champion answers.
    whole: Labelled,
    /// The same rows with the model's own inputs.
    own: Labelled,
}

impl Rows {
    /// Reads rows for an imported model. Classes that its file knows by number only take
    /// the names of the data's classes, in their order, as scikit-learn's `LabelEncoder`
    /// counts them.
    ///
    /// # Errors
    /// When the rows cannot be learned from, lack an input of the model, or have another
    /// number of classes.
    pub fn read(imported: &Imported, raw: RawTable, spec: &Spec) -> Result<Self, Rejection> {
        let Schema { inputs: fields, task, .. } = &imported.schema;
        let kind = match task {
            Task::Classification { .. } => TaskKind::Classification,
            // What is imported predicts a target.
            Task::Regression | Task::Anomaly | Task::Clustering => TaskKind::Regression,
        };
        let spec = Spec { task: Some(kind), ..spec.clone() };
        let whole = Labelled::from_raw(raw, &spec)?;
        // A training leaves out columns that cannot inform a model; this one has been informed
        // elsewhere.
        let inputs = whole
            .read_inputs(fields)
            .map_err(|unread| Rejection(unread.iter().map(defect).collect()))?;
        let (ours, theirs) = (whole.schema.task.classes().len(), task.classes().len());
        if ours != theirs {
            let message =
                format!("the model answers {theirs} classes, the labelled data has {ours}");
            let defect = Defect::new("other_classes", message);
            return Err(defect
                .in_column(whole.schema.target.as_deref().unwrap_or_default())
                .into());
        }
        let Schema { target, task, .. } = whole.schema.clone();
        let schema = Schema { inputs: fields.clone(), target, task };
        Ok(Self { own: Labelled { inputs, schema, ..whole.clone() }, whole })
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.whole.rows()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows as the model reads them, with their labels.
    #[must_use]
    pub fn own(&self) -> &Labelled {
        &self.own
    }
}

/// Why the labelled data cannot tell what the model is worth.
fn defect(unread: &Unread) -> Defect {
    let input = unread.column();
    match unread {
        Unread::Missing(_) => {
            let message = format!(
                "the model reads `{input}`, which the labelled data does not have: save the \
                 model with the names of its columns, or upload data that has it beside the model"
            );
            Defect::new("missing_column", message).in_column(input)
        }
        Unread::Target(_) | Unread::OtherType { .. } => {
            let message = format!(
                "the model cannot read the labelled data: {unread}; upload data of its columns \
                 and types beside the model"
            );
            Defect::new("type_change", message).in_column(input)
        }
    }
}

/// Takes a model over. With data it is measured on the holdout, as far as there is time before
/// `end`, and judged by the gate; without, it becomes the first version, or a version that nobody
/// has scored.
///
/// # Errors
/// When the spec does not fit the task, the model cannot answer for the data, or the
/// artifact cannot be written.
pub fn adopt(
    model: &ModelName,
    imported: Imported,
    rows: Option<&Rows>,
    spec: &Spec,
    champion: Option<&Champion>,
    end: Deadline,
) -> Result<Adopted, TrainingError> {
    let schema = rows.map_or(&imported.schema, |rows| &rows.own.schema).clone();
    let imported = imported.with_classes(&schema.task);
    let metric = Metric::choose(spec.training.metric.as_deref(), &schema.task)?;
    let gate = Gate::new(metric, &spec.gate, &schema.task, spec.split.seed)
        .map_err(TrainingError::Guard)?;
    let split = rows.map(|rows| split::holdout(&rows.whole, &spec.split)).transpose()?;
    let divided = rows.zip(split.as_ref());
    let opponent = divided.zip(champion).map(|((rows, split), champion)| {
        let score = |predictor: &Predictor, rows: &Labelled| {
            assessment::evaluate(predictor, rows, spec.training.coverage)
        };
        let common = Common::of(champion, &rows.whole, spec, &split.holdout);
        let met = common.and_then(|common| {
            let theirs = |read: &Labelled| score(&champion.answering(&schema.task), read);
            common.met(theirs, |places| score(&imported.predictor, &rows.own.select(places)))
        });
        Opponent::new(champion.version, met)
    });
    let opposing = opponent.as_ref().and_then(Opponent::evaluation);
    let measured = divided.map(|(rows, split)| {
        Assessed::of(&imported.predictor, &rows.own, split, opposing, metric, spec, end)
    });
    let measured = measured.transpose()?;
    let none = Profile::of(&Table::default(), &schema);
    let assessment = measured.as_ref().map(|measured| &measured.assessment);
    let metrics = assessment.map(Assessment::metrics).unwrap_or_default();
    let of_rows = rows.map(|rows| rows.whole.notes.as_slice()).unwrap_or_default();
    let unmeasured = assessment.map(|it| it.notes.as_slice()).unwrap_or_default();
    let notes = [of_rows, unmeasured].concat();
    let data_hash = rows.map(|rows| rows.whole.content_hash());
    let artifact = artifact::encode(&Contents {
        model,
        schema: &schema,
        candidate: &imported.candidate,
        imported: Some(imported.format),
        predictor: &imported.predictor,
        profile: measured.as_ref().map_or(&none, |measured| &measured.profile),
        spec,
        data_hash: data_hash.clone().unwrap_or_default(),
        training_rows: measured.as_ref().map_or(0, |measured| measured.profile.rows as usize),
        holdout_rows: assessment.map_or(0, |it| it.evaluation.rows()),
        metric,
        metrics: metrics.clone(),
        importance: assessment.map(|it| it.importances.shares()).unwrap_or_default(),
    })?;
    let artifact_bytes = artifact.len() as u64;
    let decision = match assessment {
        Some(Assessment { evaluation, latency_ms, .. }) => {
            let challenger = Challenger { evaluation, latency_ms: *latency_ms, artifact_bytes };
            gate.decide(&challenger, opponent.as_ref())
        }
        None => {
            let champion = champion.map(|champion| champion.version);
            gate.admit_unmeasured(artifact_bytes, champion, &unscored(champion))
        }
    };
    let library = imported.format.split(' ').next().unwrap_or_default().to_lowercase();
    Ok(Adopted {
        sha256: artifact::sha256(&artifact),
        artifact,
        format: imported.format,
        candidate: imported.candidate,
        data_hash,
        rows: rows.map_or(0, Rows::len),
        learner: format!("{library} import"),
        metric,
        metrics,
        measured,
        notes,
        decision,
        schema,
    })
}

/// Without labelled rows, the gate has nothing to compare.
fn unscored(champion: Option<Version>) -> Verdict {
    let reason = match champion {
        None => "the first version of the model, imported without data to score it on".to_owned(),
        Some(version) => format!(
            "imported without data to score it on: compare it with version {version} yourself, \
             then promote it by hand"
        ),
    };
    Verdict { holds: champion.is_none(), reason }
}

impl Assessed {
    fn of(
        predictor: &Predictor,
        own: &Labelled,
        Split { train, holdout }: &Split,
        opposing: Option<&Evaluation>,
        metric: Metric,
        spec: &Spec,
        end: Deadline,
    ) -> Result<Self, TrainingError> {
        let (rest, holdout) = (own.select(train), own.select(holdout));
        let assessment = Assessment::of(predictor, &rest, &holdout, opposing, metric, spec, end)?;
        // Whether the model has seen these rows, nobody knows.
        let answers = predictor.predict(&rest.inputs)?;
        let performance = monitoring::performance(
            predictor,
            &rest,
            &answers,
            &holdout,
            &assessment,
            metric,
            spec,
        )?;
        let profile = monitoring::profile(&rest, &answers, spec).with_performance(performance);
        Ok(Self { assessment, profile })
    }
}
