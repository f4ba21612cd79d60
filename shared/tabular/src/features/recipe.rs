//! From a spec and training rows to a fitted pipeline.

use super::choice;
use super::encoding::Encoding;
use super::matrix::{Element, Matrix};
use super::pipeline::{Derived, Pipeline, derive, prepare};
use super::step::{
    Code, DatePlan, Dates, Domain, Goals, Hashing, Number, OneHot, Order, Rank, Step, StepKind,
    TargetMeans,
};
use super::transform_error::TransformError;
use super::upright::Upright;
use crate::dataset::{Categories, Column, Kind, Labelled, Schema, Values};
use crate::spec::{ColumnKind, ColumnSpec, Encode, Impute, Scale, Spec, Unknown};

/// What is to be done to each column, before it is fitted.
#[derive(Debug)]
pub struct Recipe<'a> {
    encoding: Encoding,
    spec: &'a Spec,
    schema: &'a Schema,
}

/// What is fitted to one column.
struct Fitted {
    kind: StepKind,
    /// The features of the training rows, one column each, where they differ from those
    /// of other rows with the same values.
    training: Vec<Vec<f64>>,
}

impl<'a> Recipe<'a> {
    /// What the spec says about each column, and what suits `encoding` where it says
    /// nothing.
    #[must_use]
    pub fn new(encoding: Encoding, spec: &'a Spec, schema: &'a Schema) -> Self {
        Self { encoding, spec, schema }
    }

    /// Fits the recipe to the training rows: the pipeline for other rows, and the
    /// features of these. Deterministic; `seed` decides which training rows are encoded
    /// by which others, in target encoding.
    ///
    /// # Errors
    /// When a column is absent or of another type than the schema says.
    pub fn fit<T: Element>(
        &self,
        data: &Labelled,
        seed: u64,
    ) -> Result<(Pipeline, Matrix<T>), TransformError> {
        let upright = Upright::of(&self.spec.image, self.schema);
        let inputs = prepare(upright.as_ref(), &data.inputs)?;
        let derived = derive(&self.derived(), &inputs)?;
        let mut pipeline = Pipeline { upright, derived: self.derived(), ..Pipeline::default() };
        let goals = Goals::of(&data.target);
        let mut replaced: Vec<(usize, Vec<f64>)> = Vec::new();
        let mut offset = 0;
        for (name, kind) in self.features(&derived) {
            let computed = derived.iter().find(|column| column.name == name);
            let values = computed.map(|column| &column.values);
            let Some(values) = values.or_else(|| inputs.column(&name)) else {
                return Err(TransformError::MissingColumn(name));
            };
            let default = ColumnSpec::default();
            let column = self.spec.columns.get(&name).unwrap_or(&default);
            let fitted = match values {
                Values::Number(numbers) if kind.is_number() => self.numbers(column, kind, numbers),
                Values::Category(texts) if !kind.is_number() => {
                    self.texts(column, kind, texts, &goals, seed)
                }
                _ => return Err(TransformError::WrongType(name)),
            };
            let Some(Fitted { kind, training }) = fitted else { continue };
            replaced.extend((offset..).zip(training));
            let step = Step { column: name, kind };
            if column.scale == Some(Scale::L2) {
                pipeline.unit_length.extend(offset..offset + step.numbers());
            }
            offset += step.width();
            pipeline.steps.push(step);
        }
        let features = pipeline.transform_with(&inputs, &derived, &replaced)?;
        Ok((pipeline, features))
    }

    fn derived(&self) -> Vec<Derived> {
        let derived = self.spec.derived.iter();
        derived
            .map(|(name, expression)| Derived {
                name: name.clone(),
                expression: expression.clone(),
            })
            .collect()
    }

    /// The columns that become features, with their types.
    fn features(&self, derived: &[Column]) -> Vec<(String, Kind)> {
        let inputs = self.schema.inputs.iter().map(|field| (field.name.clone(), field.kind));
        let derived = derived.iter().map(|Column { name, values }| {
            let said = self.spec.columns.get(name).and_then(|column| column.kind);
            let kind = match (values, said) {
                (Values::Number(_), Some(ColumnKind::Date)) => Kind::Date,
                (Values::Number(_), Some(ColumnKind::Boolean)) => Kind::Boolean,
                (Values::Number(_), _) => Kind::Fractional,
                (Values::Category(_), Some(ColumnKind::Text)) => Kind::Text,
                (Values::Category(_), _) => Kind::Category,
            };
            (name.clone(), kind)
        });
        let spec = self.spec;
        let left_out = |name: &String| {
            spec.ignore.contains(name)
                || [&spec.id, &spec.group].into_iter().flatten().any(|other| other == name)
        };
        inputs.chain(derived).filter(|(name, _)| !left_out(name)).collect()
    }

    fn numbers(&self, column: &ColumnSpec, kind: Kind, numbers: &[f64]) -> Option<Fitted> {
        let plan = choice::number(self.encoding, column, kind, numbers);
        let kind = if kind == Kind::Date {
            let parts = column.parts.as_deref();
            let waves = !self.encoding.is_for_trees();
            StepKind::Dates(Dates::fit(DatePlan { parts, waves, number: plan }, numbers)?)
        } else {
            StepKind::Number(Number::fit(plan, numbers)?)
        };
        Some(Fitted { kind, training: Vec::new() })
    }

    fn texts(
        &self,
        column: &ColumnSpec,
        kind: Kind,
        texts: &Categories,
        goals: &Goals,
        seed: u64,
    ) -> Option<Fitted> {
        let fill = choice::text_fill(column, texts);
        let domain = || {
            let keep = column.unknown == Some(Unknown::Keep);
            Domain::fit(texts, keep, fill.clone())
        };
        let ranked = |order: Order| {
            let values = order.values(texts);
            // A constant is a text, and has been filled in.
            let impute = column.impute.filter(|impute| *impute != Impute::Constant);
            let column = ColumnSpec { impute, ..column.clone() };
            let plan = choice::number(self.encoding, &column, kind, &values);
            Number::fit(plan, &values).map(|number| StepKind::Rank(Rank::new(order, number)))
        };
        let kind = match choice::encode(self.encoding, column, kind, texts) {
            Encode::Native | Encode::DateParts => StepKind::Code(Code::new(domain())),
            Encode::OneHot => {
                let indicator = choice::has_indicator(column, fill.as_deref(), texts);
                let dropped = [column.drop_first, column.drop_last];
                let dropped = dropped.map(|dropped| dropped.unwrap_or(false));
                StepKind::OneHot(OneHot::new(domain(), dropped, indicator))
            }
            Encode::Ordinal => ranked(Order::Sorted(domain()))?,
            Encode::Frequency => ranked(Order::frequency(domain(), texts))?,
            Encode::Month => ranked(Order::Month)?,
            Encode::Hash => {
                let weighting = choice::weighting(self.encoding, column);
                StepKind::Hashing(Hashing::fit(column.buckets, weighting, texts))
            }
            Encode::Target => {
                let scale = !self.encoding.is_for_trees();
                let (target, training) = TargetMeans::fit(texts, goals, scale, seed);
                return Some(Fitted { kind: StepKind::Target(target), training });
            }
        };
        Some(Fitted { kind, training: Vec::new() })
    }
}
