//! What a champion's training data promises about later uploads.

use std::collections::BTreeMap;

use super::finding::Finding;
use super::outline::Outline;
use super::{columns, target};
use crate::dataset::{Field, Labelled, Schema};
use crate::date::DateOrder;
use crate::profile::{self, Profile};
use crate::spec::Spec;

/// The least similarity (Jaro) of two names of which one may be the other misspelt.
const ALIKE: f64 = 0.85;

/// What a champion's training data promises about later uploads: its columns with
/// their types, completeness, domains and ranges, and its target. All of it stands in
/// the champion's artifact.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    schema: Schema,
    profile: Profile,
}

impl Baseline {
    /// The constraints of a model with this schema, whose training rows had this
    /// profile, and which was trained by `spec`.
    #[must_use]
    pub fn new(mut schema: Schema, profile: Profile, spec: &Spec) -> Self {
        // What the spec computes need not be uploaded.
        schema.inputs.retain(|field| !spec.derived.contains_key(&field.name));
        Self { schema, profile }
    }

    /// Which part comes first in the dates of its columns, by name, where that is known.
    #[must_use]
    pub fn date_orders(&self) -> BTreeMap<String, DateOrder> {
        self.schema.date_orders()
    }

    /// What is wrong with the columns of a table, as it came.
    pub(super) fn check_outline(&self, outline: &Outline, spec: &Spec) -> Vec<Finding> {
        let mut findings = Vec::new();
        for field in self.inputs(spec) {
            match outline.column(&field.name) {
                None => findings.push(self.missing_column(&field.name, outline)),
                Some(stub) => {
                    findings.extend(columns::type_change(field, stub, spec));
                    findings.extend(columns::date_order(field, stub, spec));
                }
            }
        }
        // With a target in the spec its absence is a defect of any data set.
        if let Some(target) = self.schema.target.as_deref().filter(|_| spec.target.is_none())
            && outline.column(target).is_none()
        {
            findings.push(self.missing_column(target, outline));
        }
        findings
    }

    /// What is wrong with rows whose columns have passed.
    pub(super) fn check_rows(
        &self,
        data: &Labelled,
        outline: &Outline,
        spec: &Spec,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        for field in self.inputs(spec) {
            let (now, stub) = (data.inputs.column(&field.name), outline.column(&field.name));
            match (now, stub, self.summary(&field.name)) {
                (Some(now), _, Some(reference)) => {
                    findings.extend(columns::values(field, reference, now, spec));
                }
                (None, Some(stub), _) => findings.extend(columns::left_out(field, stub)),
                _ => {}
            }
        }
        for field in &data.schema.inputs {
            let known = self.schema.input(&field.name).is_some();
            if !known && !spec.derived.contains_key(&field.name) {
                findings.push(Finding::soft(
                    "extra_column",
                    &field.name,
                    format!(
                        "column `{0}` is no input of the champion: requests will need it once \
                         this version answers them; list it in `ignore` of model.toml if they \
                         shall not",
                        field.name
                    ),
                ));
            }
        }
        findings.extend(target::check(&self.schema, data, outline, spec));
        findings
    }

    /// The champion's inputs, but for those that the spec does not have as inputs any
    /// more.
    fn inputs(&self, spec: &Spec) -> impl Iterator<Item = &Field> {
        let roles = [&spec.target, &spec.id, &spec.group].into_iter().flatten();
        let dropped: Vec<&String> = roles.chain(&spec.ignore).collect();
        self.schema.inputs.iter().filter(move |field| !dropped.contains(&&field.name))
    }

    fn summary(&self, name: &str) -> Option<&profile::Column> {
        self.profile.inputs.iter().find(|column| column.name == name)
    }

    fn missing_column(&self, name: &str, outline: &Outline) -> Finding {
        let is_target = self.schema.target.as_deref() == Some(name);
        let role = if is_target { "the target" } else { "an input" };
        let renamed = outline
            .names()
            .filter(|other| self.schema.input(other).is_none())
            .map(|other| (strsim::jaro(name, other), other))
            .filter(|(likeness, _)| *likeness >= ALIKE)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, other)| format!(" (is it called `{other}` now?)"))
            .unwrap_or_default();
        let way_out = match role {
            "an input" => ", or list it in `ignore` of model.toml",
            _ => "",
        };
        let message = format!(
            "column `{name}`, {role} of the champion, is not in the data set{renamed}: add it\
             {way_out}"
        );
        Finding::hard("missing_column", name, message)
    }
}
