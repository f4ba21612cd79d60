//! The rows on which challenger and champion are compared: those that neither has been
//! trained on.
//!
//! A row's content decides whether it is held out, by the columns and the split of a
//! training. Where these are others than the champion's, it has been trained on rows that the
//! challenger holds out; its own holdout follows from its artifact.

use crate::dataset::split;
use crate::dataset::{HashOrder, Labelled, Rejection, Unread};
use crate::spec::{RunMode, Spec};

use super::gate::Met;
use super::{Champion, TrainingError};
use crate::metrics::Evaluation;

/// The least number of rows to compare on, where these are not the whole holdout.
const LEAST: usize = 20;

/// The rows that neither has been trained on, for both.
#[derive(Debug)]
pub(super) struct Common {
    /// As the champion reads them.
    pub(super) theirs: Labelled,
    /// Their places among the data's.
    pub(super) places: Vec<usize>,
    /// Whether they are the challenger's whole holdout.
    whole: bool,
}

/// Why the two cannot be compared.
#[derive(Debug, thiserror::Error)]
pub(super) enum Incommensurable {
    /// The champion cannot read the rows.
    #[error(transparent)]
    Unread(#[from] Unread),
    /// One of them cannot be scored.
    #[error(transparent)]
    Unscored(#[from] TrainingError),
    /// The champion's split does not fit the rows.
    #[error("which of these rows it has been trained on cannot be told: {}", .0.summary())]
    Split(Rejection),
    /// The champion has been trained on nearly all of the rows.
    #[error(
        "of the {held} holdout rows it may have been trained on all but {common}, as its columns \
         or its `[split]` were others{}, and {LEAST} are needed: upload more rows, or train once \
         with its columns and its split",
        if *divided_before { ", or as earlier versions of this program divided rows by the order \
                              of their columns" } else { "" }
    )]
    TooFew {
        /// The challenger's holdout.
        held: usize,
        /// The rows of it that the champion holds out, too.
        common: usize,
        /// Whether the champion's rows were divided by the order of its columns.
        divided_before: bool,
    },
}

impl Common {
    /// Those of the rows `held`, in order, that the champion holds out, too. A model that was
    /// brought along was trained elsewhere: nobody knows on what.
    pub(super) fn of(
        champion: &Champion,
        data: &Labelled,
        spec: &Spec,
        held: &[usize],
    ) -> Result<Self, Incommensurable> {
        let read = data.as_read_by(&champion.schema, &champion.spec, spec, champion.hash_order)?;
        let common = match (&champion.candidate, champion.spec.training.mode) {
            (None, _) => held.to_vec(),
            // It has learned from all of its rows.
            (Some(_), RunMode::TrainRun) => Vec::new(),
            (Some(_), RunMode::TrainPersist) => {
                let theirs = split::holdout(&read, &champion.spec.split);
                let theirs = theirs.map_err(Incommensurable::Split)?.holdout;
                let both = |row: &usize| theirs.binary_search(row).is_ok();
                held.iter().copied().filter(both).collect()
            }
        };
        if common.len() < held.len().min(LEAST) {
            let divided_before = champion.hash_order == HashOrder::Table;
            let (held, common) = (held.len(), common.len());
            return Err(Incommensurable::TooFew { held, common, divided_before });
        }
        let theirs = read.select(&common);
        Ok(Self { theirs, whole: common.len() == held.len(), places: common })
    }

    /// What both answer: the champion for the rows as it reads them, the challenger (unless
    /// they are its whole holdout) for those at their places among the data's.
    pub(super) fn met(
        &self,
        champion: impl FnOnce(&Labelled) -> Result<Evaluation, TrainingError>,
        challenger: impl FnOnce(&[usize]) -> Result<Evaluation, TrainingError>,
    ) -> Result<Met, Incommensurable> {
        let champion = champion(&self.theirs)?;
        let challenger = (!self.whole).then(|| challenger(&self.places)).transpose()?;
        Ok(Met { champion, challenger })
    }
}
