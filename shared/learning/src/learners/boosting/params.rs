//! The hyper-parameters of gradient boosting.

use std::fmt;

use hessboost::config::{GrowPolicy, TrainingParams, TreeMethod};
use hessboost::error::Result;
use hessboost::objective::{Multiclass, Objective, RegLoss};
use serde::{Deserialize, Serialize};

use model_factory_tabular::dataset::Task;

/// The hyper-parameters of gradient boosting, under XGBoost's names. The defaults are
/// XGBoost's but for `eta`, `n_estimators` and `early_stopping_rounds`, which suit
/// early stopping.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BoostingParams {
    /// The most rounds, each of one tree a class (one in all for two classes and for
    /// numbers). Default 500.
    pub n_estimators: usize,
    /// Rounds without improvement on a validation part of the rows after which
    /// training stops; 0 trains all rounds on all rows. Default 20.
    pub early_stopping_rounds: usize,
    /// The learning rate. Default 0.1.
    #[serde(alias = "learning_rate")]
    pub eta: f64,
    /// The depth of each tree; 0 is no limit. Default 6.
    pub max_depth: usize,
    /// The most leaves of a tree grown by `lossguide`; 0 is no limit. Default 0.
    #[serde(alias = "num_leaves")]
    pub max_leaves: usize,
    /// Which node is split next. Default `depthwise`.
    pub grow_policy: Growth,
    /// The least sum of Hessians in a leaf. Default 1.
    pub min_child_weight: f64,
    /// The least reduction of the loss that makes a split. Default 0.
    pub gamma: f64,
    /// The L2 penalty on leaves. Default 1.
    pub reg_lambda: f64,
    /// The L1 penalty on leaves. Default 0.
    pub reg_alpha: f64,
    /// The share of rows that a round sees. Default 1.
    pub subsample: f64,
    /// The share of features that a tree sees. Default 1.
    pub colsample_bytree: f64,
    /// The most bins of a feature. Default 256.
    pub max_bin: usize,
}

/// Which node is split next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Growth {
    /// All nodes of a depth before those below.
    #[default]
    Depthwise,
    /// The node whose split gains most, as LightGBM does.
    Lossguide,
}

impl Default for BoostingParams {
    fn default() -> Self {
        Self {
            n_estimators: 500,
            early_stopping_rounds: 20,
            eta: 0.1,
            max_depth: 6,
            max_leaves: 0,
            grow_policy: Growth::Depthwise,
            min_child_weight: 1.0,
            gamma: 0.0,
            reg_lambda: 1.0,
            reg_alpha: 0.0,
            subsample: 1.0,
            colsample_bytree: 1.0,
            max_bin: 256,
        }
    }
}

/// The size of the trees and the learning rate, and what else is not the default.
impl fmt::Display for BoostingParams {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let default = Self::default();
        write!(formatter, "max_depth={} eta={}", self.max_depth, self.eta)?;
        if self.grow_policy == Growth::Lossguide {
            write!(formatter, " grow_policy=lossguide max_leaves={}", self.max_leaves)?;
        }
        let counts = [
            ("n_estimators", self.n_estimators, default.n_estimators),
            ("early_stopping_rounds", self.early_stopping_rounds, default.early_stopping_rounds),
            ("max_bin", self.max_bin, default.max_bin),
        ];
        for (name, value, _) in counts.into_iter().filter(|(_, value, usual)| value != usual) {
            write!(formatter, " {name}={value}")?;
        }
        let numbers = [
            ("min_child_weight", self.min_child_weight, default.min_child_weight),
            ("gamma", self.gamma, default.gamma),
            ("reg_lambda", self.reg_lambda, default.reg_lambda),
            ("reg_alpha", self.reg_alpha, default.reg_alpha),
            ("subsample", self.subsample, default.subsample),
            ("colsample_bytree", self.colsample_bytree, default.colsample_bytree),
        ];
        for (name, value, _) in numbers.into_iter().filter(|(_, value, usual)| value != usual) {
            write!(formatter, " {name}={value}")?;
        }
        Ok(())
    }
}

impl BoostingParams {
    /// The library's parameters for a task.
    pub(super) fn for_task(&self, task: &Task, seed: u64) -> Result<TrainingParams> {
        let objective = match task {
            Task::Regression | Task::Anomaly | Task::Clustering => {
                Objective::SquaredError(RegLoss::default())
            }
            Task::Classification { classes } if classes.len() == 2 => {
                Objective::BinaryLogistic(RegLoss::default())
            }
            Task::Classification { classes } => {
                Objective::Softprob(Multiclass::new(classes.len())?)
            }
        };
        let builder = TrainingParams::builder()
            .objective(objective)
            .tree_method(TreeMethod::Hist)
            .grow_policy(match self.grow_policy {
                Growth::Depthwise => GrowPolicy::DepthWise,
                Growth::Lossguide => GrowPolicy::LossGuide,
            })
            .eta(self.eta)
            .min_child_weight(self.min_child_weight)
            .gamma(self.gamma)
            .lambda(self.reg_lambda)
            .alpha(self.reg_alpha)
            .subsample(self.subsample)
            .colsample_bytree(self.colsample_bytree)
            .max_bin(self.max_bin)
            .seed(seed);
        let builder = match self.max_depth {
            0 => builder.unlimited_depth(),
            depth => builder.max_depth(depth),
        };
        match self.max_leaves {
            0 => builder.unlimited_leaves(),
            leaves => builder.max_leaves(leaves),
        }
        .build()
    }
}
