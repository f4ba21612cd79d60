//! `[training]`: which candidates compete, how they are searched, and for how long.

use serde::{Deserialize, Serialize};

use super::duration::Duration;
use super::space::{self, Spaces};
use super::{SpecError, TaskKind, check};

/// The most seconds that anything may take.
const YEAR: f64 = 365.0 * 86_400.0;

/// Which candidates compete, how they are searched, and for how long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Training {
    /// The learners that compete, where they are of the task. Default all; the baseline
    /// always does where there is a target.
    pub learners: Vec<LearnerKind>,
    /// Whether a model is kept for later rows, or labels its own. Default `train-persist`.
    pub mode: RunMode,
    /// The metric that ranks candidates, as scikit-learn names it. Default:
    /// `roc_auc` for two classes and for anomalies with labels, `log_loss` for more
    /// classes, `rmse` for numbers, `silhouette` for clusters.
    pub metric: Option<String>,
    /// The number of folds that a candidate is scored on, at least 2. Default 5, and
    /// 3 from 20,000 training rows on.
    pub folds: Option<usize>,
    /// How candidates are found. Default `auto`.
    pub search: Search,
    /// The most candidates that are tried, beside the baseline. Default 20, 12 from 20,000
    /// and 8 from 200,000 training rows on; unbounded where `seconds` is given.
    pub trials: Option<usize>,
    /// The most seconds that the search may take. Default: as many as the function's
    /// time-out leaves. Seconds are all that makes a run depend on the machine's speed.
    pub seconds: Option<f64>,
    /// The most seconds that one candidate may take. Default: a fourth of what the
    /// search may take; with `trials`, as many as the function's time-out leaves.
    pub trial_seconds: Option<f64>,
    /// The most memory that one candidate may need by estimate, in MiB, beside the data.
    /// Default: any.
    pub memory_mib: Option<u64>,
    /// The values that are tried, by learner and hyper-parameter; what a space does not name
    /// keeps its default. Of `learners` those compete that have a space, an empty one for
    /// their own. Default: each learner's own space.
    #[serde(alias = "grid")]
    pub space: Spaces,
    /// How rare classes are made to count. Default `auto`.
    pub balance: BalanceChoice,
    /// Whether the best trials answer together, by a weighted mean. It is mostly better than
    /// the best trial alone, and slower, larger, and without SHAP values. Default `auto`:
    /// where `seconds` is given and `space` is not.
    pub blend: Choice,
    /// Whether probabilities are calibrated. Default `auto`: when it helps.
    pub calibrate: Choice,
    /// The probability from which the second of two classes is answered. Default:
    /// the one that is best for the metric, where the metric is one of labels; else
    /// 0.5.
    pub threshold: Option<f64>,
    /// The coverage of prediction intervals of a regression, in (0, 1). Default 0.9.
    pub coverage: f64,
    /// Whether the search starts with the champion's hyper-parameters. Default true.
    pub warm_start: bool,
    /// How old the champion must be before a data set replaces it, unless forced,
    /// such as `2d`. Default: of any age.
    pub min_age: Option<Duration>,
}

/// The learners by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LearnerKind {
    /// Gradient-boosted trees.
    Boosting,
    /// A random forest.
    RandomForest,
    /// Extremely randomised trees.
    ExtraTrees,
    /// Logistic, ridge, lasso and elastic-net regression.
    Linear,
    /// Support vector machines.
    Svm,
    /// k nearest neighbours.
    Neighbours,
    /// Naive Bayes; for classes only.
    NaiveBayes,
    /// The class frequencies, or the mean: always on the leaderboard.
    Baseline,
    /// The weighted mean of the best trials: see [`Training::blend`].
    Blend,
    /// An isolation forest; for anomalies.
    IsolationForest,
    /// The modified z-score of each column, from its median; for anomalies.
    RobustZ,
    /// k-means; for clusters.
    KMeans,
    /// Density clusters; for clusters.
    Dbscan,
}

/// What a run leaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunMode {
    /// A model that answers for later rows, judged on rows that it has not seen.
    #[default]
    TrainPersist,
    /// A label for each of its own rows, all of which it learns from; for tasks without a
    /// target.
    TrainRun,
}

/// How candidates are found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Search {
    /// What is good on many data sets first, then TPE for the learners that lead.
    #[default]
    Auto,
    /// Every combination of the values in `space`.
    Grid,
    /// Uniform draws of learners, and from each one's space; where `space` has lists only, of
    /// their combinations, none twice, as scikit-learn's RandomizedSearchCV does.
    Random,
    /// Tree-structured Parzen estimators of learners, and of each one's hyper-parameters.
    Tpe,
}

/// How rare classes are made to count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BalanceChoice {
    /// What scores best.
    #[default]
    Auto,
    /// Not at all.
    None,
    /// Rows are weighted by the inverse of their class's frequency.
    ClassWeight,
    /// Rare classes get synthetic rows, inside training folds only.
    Smote,
}

/// Whether something is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// When it helps, or is asked for by another key.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl LearnerKind {
    /// Every learner that fits rows by itself.
    pub const ALL: [Self; 12] = [
        Self::Boosting,
        Self::RandomForest,
        Self::ExtraTrees,
        Self::Linear,
        Self::Svm,
        Self::Neighbours,
        Self::NaiveBayes,
        Self::Baseline,
        Self::IsolationForest,
        Self::RobustZ,
        Self::KMeans,
        Self::Dbscan,
    ];

    /// Whether it can predict the target of a task.
    #[must_use]
    pub fn predicts(self, task: TaskKind) -> bool {
        match self {
            Self::IsolationForest | Self::RobustZ => task == TaskKind::Anomaly,
            Self::KMeans | Self::Dbscan => task == TaskKind::Clustering,
            Self::NaiveBayes => task == TaskKind::Classification,
            _ => !task.is_unsupervised(),
        }
    }

    /// The learner's name in a spec and on the leaderboard.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Boosting => "boosting",
            Self::RandomForest => "random_forest",
            Self::ExtraTrees => "extra_trees",
            Self::Linear => "linear",
            Self::Svm => "svm",
            Self::Neighbours => "neighbours",
            Self::NaiveBayes => "naive_bayes",
            Self::Baseline => "baseline",
            Self::Blend => "blend",
            Self::IsolationForest => "isolation_forest",
            Self::RobustZ => "robust_z",
            Self::KMeans => "k_means",
            Self::Dbscan => "dbscan",
        }
    }
}

impl Search {
    /// The search's name in a spec.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Grid => "grid",
            Self::Random => "random",
            Self::Tpe => "tpe",
        }
    }
}

impl BalanceChoice {
    /// The choice's name in a spec.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::None => "none",
            Self::ClassWeight => "class_weight",
            Self::Smote => "smote",
        }
    }
}

impl Training {
    pub(super) fn validate(&self, task: Option<TaskKind>) -> Result<(), SpecError> {
        check(
            !self.learners.is_empty(),
            "training.learners",
            "empty",
            "at least one learner must compete",
        )?;
        let rule = "it is asked for with `training.blend`";
        let listed = self.learners.contains(&LearnerKind::Blend);
        check(!listed, "training.learners", "blend", rule)?;
        if let Some(task) = task.filter(|task| task.is_unsupervised()) {
            let names: Vec<&str> = self.learners.iter().map(|learner| learner.name()).collect();
            let known = self.learners.iter().any(|learner| learner.predicts(task));
            let rule = match task {
                TaskKind::Clustering => "`task = \"clustering\"` has `k_means` and `dbscan`",
                _ => "`task = \"anomaly\"` has `isolation_forest` and `robust_z`",
            };
            check(known, "training.learners", names.join(", "), rule)?;
            let rule = "what is tried for this task follows from its own section";
            check(self.search != Search::Grid, "training.search", "grid", rule)?;
            let space = self.space.keys().next();
            check(space.is_none(), "training.space", space.map_or("", |it| it.name()), rule)?;
        } else {
            let rule = "only `task = \"anomaly\"` or `task = \"clustering\"` labels its own rows";
            let persists = self.mode == RunMode::TrainPersist;
            check(persists, "training.mode", "train-run", rule)?;
        }
        let folds = self.folds.unwrap_or(2);
        check((2..=50).contains(&folds), "training.folds", folds, "it must be 2 to 50")?;
        let trials = self.trials.unwrap_or(1);
        check(trials > 0, "training.trials", trials, "at least one candidate must be tried")?;
        for (key, seconds) in
            [("training.seconds", self.seconds), ("training.trial_seconds", self.trial_seconds)]
        {
            let seconds = seconds.unwrap_or(1.0);
            let rule = "it must be above 0 and at most a year (31536000)";
            check(seconds > 0.0 && seconds <= YEAR, key, seconds, rule)?;
        }
        let mebibytes = self.memory_mib.unwrap_or(1);
        let rule = "it must be at least 1: leave it out for no limit";
        check(mebibytes > 0, "training.memory_mib", mebibytes, rule)?;
        if task.is_some_and(|task| task != TaskKind::Classification) {
            let fits = matches!(self.balance, BalanceChoice::Auto | BalanceChoice::None);
            let rule = "only the classes of `task = \"classification\"` can be balanced";
            check(fits, "training.balance", self.balance.name(), rule)?;
        }
        space::validate(&self.space, &self.learners)?;
        let threshold = self.threshold.unwrap_or(0.5);
        let open = "it must lie between 0 and 1";
        check(threshold > 0.0 && threshold < 1.0, "training.threshold", threshold, open)?;
        let coverage = self.coverage;
        check(coverage > 0.0 && coverage < 1.0, "training.coverage", coverage, open)
    }
}

impl Default for Training {
    fn default() -> Self {
        Self {
            learners: LearnerKind::ALL.to_vec(),
            mode: RunMode::default(),
            metric: None,
            folds: None,
            search: Search::Auto,
            trials: None,
            seconds: None,
            trial_seconds: None,
            memory_mib: None,
            space: Spaces::new(),
            balance: BalanceChoice::Auto,
            blend: Choice::Auto,
            calibrate: Choice::Auto,
            threshold: None,
            coverage: 0.9,
            warm_start: true,
            min_age: None,
        }
    }
}
