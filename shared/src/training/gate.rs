//! The gate between a challenger and the champion's place.
//!
//! Both are scored with the same metrics on the same rows, which neither has been trained
//! on. The challenger passes when it is better by the least improvement with the asked-for
//! confidence (the share of paired bootstrap resamples in which it is), no guarded metric falls
//! by more than is allowed, and it keeps the limits of latency and size.

use std::error::Error;

use super::decision::{Decision, Guard};
use crate::dataset::Task;
use crate::metrics::{Evaluation, Metric, Resamples, UnknownMetric};
use crate::name::Version;
use crate::port_error::chain;
use crate::spec::{self, Approval};

/// How a challenger is judged.
#[derive(Debug, Clone)]
pub struct Gate<'a> {
    /// The metric.
    metric: Metric,
    /// The metrics that must not fall, and by which share of the champion's value
    /// they may.
    guards: Vec<(Metric, f64)>,
    /// The spec's demands.
    spec: &'a spec::Gate,
    /// Seeds the bootstrap.
    seed: u64,
    /// Why a challenger that is as good as the champion takes its place.
    renewal: Option<&'static str>,
}

/// A challenger as the gate meets it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Challenger<'a> {
    /// Its answers for the holdout.
    pub(super) evaluation: &'a Evaluation,
    /// How long one row takes, in milliseconds.
    pub(super) latency_ms: f64,
    /// The size of its artifact.
    pub(super) artifact_bytes: u64,
}

/// The champion as a challenger meets it: the answers of both for the same rows, or why they
/// cannot be compared.
#[derive(Debug)]
pub(super) struct Opponent {
    pub(super) version: Version,
    met: Result<Met, String>,
}

/// The answers of both for the rows that neither has been trained on.
#[derive(Debug)]
pub(super) struct Met {
    /// The champion's.
    pub(super) champion: Evaluation,
    /// The challenger's; `None` where the rows are its whole holdout.
    pub(super) challenger: Option<Evaluation>,
}

impl From<Evaluation> for Met {
    /// The champion's answers for the challenger's whole holdout.
    fn from(champion: Evaluation) -> Self {
        Self { champion, challenger: None }
    }
}

impl Opponent {
    pub(super) fn new<E: Error + 'static>(
        version: Version,
        met: Result<impl Into<Met>, E>,
    ) -> Self {
        Self { version, met: met.map(Into::into).map_err(|error| chain(&error)) }
    }

    /// Its answers, where it has some.
    pub(super) fn evaluation(&self) -> Option<&Evaluation> {
        self.met.as_ref().ok().map(|met| &met.champion)
    }

    /// The challenger's answers for the same rows, where these are not its whole holdout.
    fn met_by(&self) -> Option<&Evaluation> {
        self.met.as_ref().ok()?.challenger.as_ref()
    }
}

/// What was found out about a challenger without a comparison.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Verdict {
    /// Whether it may become the champion.
    pub(super) holds: bool,
    /// Why, in words.
    pub(super) reason: String,
}

impl<'a> Gate<'a> {
    /// The gate of a spec for models that `metric` ranks.
    ///
    /// # Errors
    /// When a guard is no metric of the task.
    pub fn new(
        metric: Metric,
        spec: &'a spec::Gate,
        task: &Task,
        seed: u64,
    ) -> Result<Self, UnknownMetric> {
        let guard = |(name, &tolerance): (&String, &f64)| Ok((Metric::of(name, task)?, tolerance));
        let guards = spec.guards.iter().map(guard).collect::<Result<_, _>>()?;
        Ok(Self { metric, guards, spec, seed, renewal: None })
    }

    /// The gate of a spec for forecasts that `metric` ranks. With a `renewal` it passes
    /// also what is not worse with the asked-for confidence: a forecast from what happened
    /// since then is worth more than an equal one without it.
    ///
    /// # Errors
    /// When a guard is no metric of forecasts.
    pub(super) fn of_forecasts(
        metric: Metric,
        spec: &'a spec::Gate,
        seed: u64,
        renewal: Option<&'static str>,
    ) -> Result<Self, UnknownMetric> {
        let guard =
            |(name, &tolerance): (&String, &f64)| Ok((Metric::of_forecast(name)?, tolerance));
        let guards = spec.guards.iter().map(guard).collect::<Result<_, _>>()?;
        Ok(Self { metric, guards, spec, seed, renewal })
    }

    /// Judges a challenger.
    pub(super) fn decide(
        &self,
        challenger: &Challenger<'_>,
        opponent: Option<&Opponent>,
    ) -> Decision {
        let faced = opponent.and_then(Opponent::met_by).unwrap_or(challenger.evaluation);
        let version = opponent.map(|opponent| opponent.version);
        let mut decision = Decision::open(defined(faced, self.metric), version);
        let rows = match (faced.rows(), challenger.evaluation.rows()) {
            (all, of) if all == of => format!("{all} holdout rows"),
            (common, of) => {
                format!("{common} of {of} holdout rows, which neither has been trained on")
            }
        };
        let Some(score) = decision.challenger else {
            decision.refuse(format!(
                "the {rows} do not define {}: upload more rows, or choose another metric",
                self.metric
            ));
            return decision;
        };
        match opponent {
            None => decision.reasons.push("the first version of the model".to_owned()),
            Some(&Opponent { version, met: Ok(Met { ref champion, .. }) }) => {
                self.compare(&mut decision, (score, faced), (version, champion), &rows);
                self.guard(&mut decision, version, faced, champion);
            }
            Some(&Opponent { version, met: Err(ref reason) }) => decision.refuse(format!(
                "version {version} cannot be scored on this data set ({reason}): compare the \
                 two yourself, then promote this version by hand"
            )),
        }
        self.conclude(decision, challenger)
    }

    /// Judges a challenger that cannot be compared with the champion, by what else is known
    /// of it.
    pub(super) fn admit(
        &self,
        challenger: &Challenger<'_>,
        champion: Option<Version>,
        verdict: &Verdict,
    ) -> Decision {
        let mut decision = self.open(challenger, champion);
        decision.demand(verdict.holds, verdict.reason.clone());
        self.conclude(decision, challenger)
    }

    /// Judges a challenger of which nothing could be measured but its size.
    pub(super) fn admit_unmeasured(
        &self,
        artifact_bytes: u64,
        champion: Option<Version>,
        verdict: &Verdict,
    ) -> Decision {
        let mut decision = Decision::open(None, champion);
        decision.demand(verdict.holds, verdict.reason.clone());
        self.limit_size(&mut decision, artifact_bytes);
        self.approve(decision)
    }

    fn open(&self, challenger: &Challenger<'_>, champion: Option<Version>) -> Decision {
        Decision::open(defined(challenger.evaluation, self.metric), champion)
    }

    /// Looks at the limits, and at who has the last word.
    fn conclude(&self, mut decision: Decision, challenger: &Challenger<'_>) -> Decision {
        self.limit_latency(&mut decision, challenger.latency_ms);
        self.limit_size(&mut decision, challenger.artifact_bytes);
        self.approve(decision)
    }

    /// Promotes what has passed, unless a person has to.
    fn approve(&self, mut decision: Decision) -> Decision {
        if decision.passed && self.spec.approval == Approval::Manual {
            decision.awaits_approval = true;
            let waits = "passed, and waits for a person's approval (`gate.approval = \"manual\"`)";
            decision.reasons.push(waits.to_owned());
        }
        decision.promoted = decision.passed && !decision.awaits_approval;
        decision
    }

    fn compare(
        &self,
        decision: &mut Decision,
        (new, challenger): (f64, &Evaluation),
        (version, champion): (Version, &Evaluation),
        rows: &str,
    ) {
        let (metric, spec) = (self.metric, self.spec);
        let old = champion.score(metric);
        // A champion without a score on rows that give the challenger one answers no
        // numbers.
        let better = |new: f64, old: f64| {
            new.is_finite()
                && (!old.is_finite()
                    || metric.improvement(new, old) > spec.min_improvement * old.abs())
        };
        let draws = Resamples::new(challenger.rows(), self.seed).map(|weights| {
            (challenger.weighted(metric, weights), champion.weighted(metric, weights))
        });
        // A resample without a row of some class may define neither.
        let counted = draws.iter().filter(|(new, old)| new.is_finite() || old.is_finite());
        let wins = draws.iter().filter(|(new, old)| better(*new, *old)).count();
        let counted = counted.count().max(1) as f64;
        let confidence = wins as f64 / counted;
        decision.champion = defined(champion, metric);
        decision.confidence = Some(confidence);
        let demand = match spec.min_improvement {
            0.0 => String::new(),
            share => format!(" by at least {:.2} %", share * 100.0),
        };
        let reason = format!(
            "{metric} {new:.4} against {old:.4} of version {version} on {rows}: better{demand} in \
             {:.1} % of resamples, {:.1} % are asked for",
            confidence * 100.0,
            spec.confidence * 100.0
        );
        let is_better = better(new, old) && confidence >= spec.confidence;
        let worse = |new: f64, old: f64| !new.is_finite() || metric.improvement(old, new) > 0.0;
        let losses = draws.iter().filter(|(new, old)| worse(*new, *old)).count();
        let doubt = losses as f64 / counted;
        match self.renewal.filter(|_| !is_better && doubt < spec.confidence) {
            None => decision.demand(is_better, reason),
            Some(renewal) => decision.demand(
                true,
                format!(
                    "{reason}; it {renewal}, and is worse in {:.1} % of resamples only",
                    doubt * 100.0
                ),
            ),
        }
    }

    fn guard(
        &self,
        decision: &mut Decision,
        version: Version,
        challenger: &Evaluation,
        champion: &Evaluation,
    ) {
        for &(metric, tolerance) in &self.guards {
            let (new, old) = (defined(challenger, metric), defined(champion, metric));
            let (holds, finding) = match (new, old) {
                (Some(new), Some(old)) => {
                    let loss = metric.improvement(old, new);
                    let share = if old == 0.0 { loss } else { loss / old.abs() };
                    let finding = match share > 0.0 {
                        true => format!("worse by {:.2} %", share * 100.0),
                        false => "no worse".to_owned(),
                    };
                    (share <= tolerance, format!("{new:.4} against {old:.4}: {finding}"))
                }
                (None, Some(old)) => (false, format!("undefined against {old:.4}")),
                (_, None) => (true, "undefined for the champion".to_owned()),
            };
            decision.guards.push(Guard {
                metric,
                challenger: new,
                champion: old,
                tolerance,
                holds,
            });
            let verdict = if holds { "holds" } else { "does not hold" };
            decision.demand(
                holds,
                format!(
                    "the guard {metric} {verdict}: {finding} (version {version}), {:.2} % are \
                     allowed",
                    tolerance * 100.0
                ),
            );
        }
    }

    fn limit_latency(&self, decision: &mut Decision, takes: f64) {
        if let Some(most) = self.spec.max_latency_ms {
            let reason = format!("one row takes {takes:.3} ms (median), {most} ms are allowed");
            decision.demand(takes <= most, reason);
        }
    }

    fn limit_size(&self, decision: &mut Decision, bytes: u64) {
        if let Some(most) = self.spec.max_artifact_bytes {
            let reason = format!("the artifact has {bytes} bytes, {most} are allowed");
            decision.demand(bytes <= most, reason);
        }
    }
}

/// The metric's value, where the rows define one.
fn defined(evaluation: &Evaluation, metric: Metric) -> Option<f64> {
    Some(evaluation.score(metric)).filter(|value| value.is_finite())
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
