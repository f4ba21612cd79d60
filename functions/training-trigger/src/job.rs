//! What a run works on.

use model_factory::name::ModelName;
use model_factory::spec::Spec;

use crate::ports::Ports;
use crate::source::Source;

/// A model that gets a challenger.
#[derive(Clone, Copy)]
pub(crate) struct Job<'a> {
    pub(crate) ports: &'a Ports,
    pub(crate) source: &'a Source,
    pub(crate) run: &'a str,
    pub(crate) model: &'a ModelName,
    pub(crate) spec: &'a Spec,
}
