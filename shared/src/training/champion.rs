//! Today's champion, as a challenger meets it.

use std::borrow::Cow;

use crate::artifact::{Artifact, ArtifactError};
use crate::dataset::{HashOrder, Schema, Task};
use crate::learners::{Candidate, Predictor};
use crate::name::Version;
use crate::spec::Spec;

/// Today's champion, as a challenger meets it.
#[derive(Debug)]
pub struct Champion {
    /// Its version.
    pub version: Version,
    /// What it answers with.
    pub predictor: Predictor,
    /// How it was trained; `None` for a model that was brought along.
    pub candidate: Option<Candidate>,
    /// What it reads and predicts.
    pub schema: Schema,
    /// The spec that it was trained or judged by.
    pub spec: Spec,
    /// In which order of columns its rows were hashed when they were divided.
    pub hash_order: HashOrder,
    /// Whether its classes have names, and not only numbers: a model that was brought along
    /// without data knows no others.
    pub knows_classes: bool,
}

impl Champion {
    /// The version that an artifact is of.
    ///
    /// # Errors
    /// When the artifact is of series, or its model cannot be decoded.
    pub fn of(version: Version, artifact: &Artifact<'_>) -> Result<Self, ArtifactError> {
        let manifest = artifact.manifest();
        Ok(Self {
            version,
            predictor: artifact.predictor()?,
            candidate: manifest.candidate.clone().filter(|_| manifest.imported.is_none()),
            schema: manifest.schema.clone(),
            spec: manifest.spec.clone(),
            hash_order: manifest.hash_order,
            knows_classes: manifest.imported.is_none() || !manifest.data_hash.is_empty(),
        })
    }

    /// What it answers for data of this task with. Classes that it knows by number only are
    /// called as the data's, in their order.
    pub(super) fn answering(&self, task: &Task) -> Cow<'_, Predictor> {
        let alike = self.predictor.classes().len() == task.classes().len();
        match self.knows_classes || !alike {
            true => Cow::Borrowed(&self.predictor),
            false => Cow::Owned(self.predictor.clone().with_classes(task.classes())),
        }
    }
}
