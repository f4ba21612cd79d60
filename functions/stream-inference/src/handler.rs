//! From a batch to the records of it that must be delivered again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use aws_lambda_events::event::sqs::SqsBatchResponse;
use jiff::Timestamp;
use model_factory::name::{ModelName, Reference};
use model_factory::port_error::chain;
use model_factory::protocol::Limits;
use model_factory::queue::{Message, SendMessages, Unsent};
use model_factory::runtime::Failure;
use model_factory::runtime::emf::{Measured, Unit};
use model_factory::storage::keys;

use crate::batch::Batch;
use crate::lanes::held_back;
use crate::outcome::{Answered, Outcome};
use crate::ports::Ports;
use crate::record::{Lane, Record};
use crate::results::File;
use crate::scoring::{JSON, Scorer};
use crate::settings::Asked;
use crate::{captures, letters, results};

/// Answers batches of records.
pub struct Stream {
    ports: Ports,
    limits: Limits,
    default: Option<Asked>,
}

/// A batch on its way: what came of each record, and which must be delivered again.
struct Work<'b> {
    records: &'b [Record],
    outcomes: &'b [Outcome],
    failed: BTreeSet<usize>,
}

impl Stream {
    /// Answers with the model that each record names, or else with `default`.
    #[must_use]
    pub fn new(ports: Ports, default: Option<Asked>) -> Self {
        Self { ports, limits: Limits::default(), default }
    }

    /// Answers a batch of SQS, Kinesis or a DynamoDB stream. Each record is answered and
    /// its answer stored, or it is in the dead-letter queue, or the response names it: of
    /// a stream the first such record, from which the source reads on; of a queue each.
    ///
    /// # Errors
    /// [`Failure::InvalidEvent`] for an event that is no such batch.
    pub async fn handle(
        &self,
        event: &str,
        deadline: Instant,
    ) -> Result<SqsBatchResponse, Failure> {
        let started = self.ports.clock.now();
        let Batch { records, resumes_at_first } = Batch::parse(event, started)?;
        let scorer = Scorer {
            models: &self.ports.models,
            limits: &self.limits,
            default: self.default.as_ref(),
            deadline,
        };
        let outcomes = scorer.score(&records).await;
        let mut work = Work::new(&records, &outcomes);
        // First, so that no answer is told that a letter still holds back.
        self.bury(&mut work).await;
        self.store(captures::files(&work.answers(), &self.limits), &mut work).await;
        match results::files(&work.answers()) {
            Ok(files) => self.store(files, &mut work).await,
            Err(error) => work.fail_answers(&error),
        }
        self.publish(&mut work).await;
        self.ports.models.settle().await;
        let held = work.held();
        self.tell(started, &work, &held);
        let reported = if resumes_at_first { 1 } else { held.len() };
        let mut response = SqsBatchResponse::default();
        let of_record = |place: &usize| records.get(*place).map(|it| it.origin.failure_id.clone());
        response.set_failures(held.iter().filter_map(of_record).take(reported));
        Ok(response)
    }

    /// Stores files; the records of one that cannot be stored must be delivered again.
    async fn store(&self, files: Vec<File>, work: &mut Work<'_>) {
        for File { key, bytes, places } in files {
            if let Err(error) = self.ports.objects.put(&key, keys::JSON_LINES, bytes).await {
                tracing::error!(error = chain(&error), key, "a file is not stored");
                work.failed.extend(places);
            }
        }
    }

    /// Sends answers to where somebody listens.
    async fn publish(&self, work: &mut Work<'_>) {
        let Some(queue) = &self.ports.results else { return };
        let answers = work.answers();
        let places = answers.iter().map(|(place, _, _)| *place).collect();
        match results::messages(&answers) {
            Ok(messages) => send(queue.as_ref(), places, &messages, work).await,
            Err(error) => work.fail_answers(&error),
        }
    }

    /// Sends what cannot be answered to the dead-letter queue.
    async fn bury(&self, work: &mut Work<'_>) {
        let (mut places, mut messages) = (Vec::new(), Vec::new());
        for (place, record, reason) in work.poison() {
            let letters::Letter { message, object } = letters::letter(record, reason);
            if let Some((key, bytes)) = object
                && let Err(error) = self.ports.objects.put(&key, JSON, bytes).await
            {
                tracing::error!(error = chain(&error), key, "a large record is not stored");
                work.failed.insert(place);
                continue;
            }
            let (source, record) = (&record.origin.source, &record.origin.id);
            tracing::warn!(source, record, reason, "a record cannot be answered");
            places.push(place);
            messages.push(message);
        }
        send(self.ports.dead_letters.as_ref(), places, &messages, work).await;
    }

    fn tell(&self, started: Timestamp, work: &Work<'_>, held: &BTreeSet<usize>) {
        let metrics = self.ports.metrics.as_ref();
        let milliseconds = self.ports.clock.now().duration_since(started).as_secs_f64() * 1e3;
        let mut answered: BTreeMap<(&ModelName, &Reference), usize> = BTreeMap::new();
        for (_, _, answer) in work.answers() {
            *answered.entry((&answer.model, &answer.variant)).or_default() += 1;
        }
        for ((model, variant), rows) in &answered {
            metrics.emit(
                Measured::at(started)
                    .of("model", model.as_str())
                    .of("variant", variant.to_string())
                    .and("StreamedRows", Unit::Count, *rows as f64),
            );
        }
        let (letters, held) = (work.poison().len(), held.len());
        let counts = [("StreamedDeadLetters", letters), ("StreamedAgain", held)];
        let mut measured =
            Measured::at(started).and("BatchLatency", Unit::Milliseconds, milliseconds);
        for (name, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            measured.add(name, Unit::Count, count as f64);
        }
        metrics.emit(measured);
        let (records, rows) = (work.records.len(), answered.values().sum::<usize>());
        tracing::info!(records, rows, letters, again = held, milliseconds, "a batch is done");
    }
}

impl<'b> Work<'b> {
    fn new(records: &'b [Record], outcomes: &'b [Outcome]) -> Self {
        let failed = |(_, outcome): &(usize, &Outcome)| matches!(outcome, Outcome::Failed);
        let failed = outcomes.iter().enumerate().filter(failed).map(|(place, _)| place).collect();
        Self { records, outcomes, failed }
    }

    /// The records that must be delivered again.
    fn held(&self) -> BTreeSet<usize> {
        let lanes: Vec<&Lane> = self.records.iter().map(|record| &record.lane).collect();
        held_back(&lanes, &self.failed)
    }

    /// The records that need not be delivered again, with what came of them.
    fn kept(&self) -> impl Iterator<Item = (usize, &'b Record, &'b Outcome)> {
        let held = self.held();
        let all = self.records.iter().zip(self.outcomes).enumerate();
        all.map(|(place, (record, outcome))| (place, record, outcome))
            .filter(move |(place, _, _)| !held.contains(place))
    }

    fn answers(&self) -> Vec<(usize, &'b Record, &'b Answered)> {
        let answered = |(place, record, outcome): (usize, &'b Record, &'b Outcome)| match outcome {
            Outcome::Answered(answered) => Some((place, record, &**answered)),
            _ => None,
        };
        self.kept().filter_map(answered).collect()
    }

    fn poison(&self) -> Vec<(usize, &'b Record, &'b str)> {
        let poison = |(place, record, outcome): (usize, &'b Record, &'b Outcome)| match outcome {
            Outcome::Poison(reason) => Some((place, record, reason.as_str())),
            _ => None,
        };
        self.kept().filter_map(poison).collect()
    }

    fn fail_answers(&mut self, error: &serde_json::Error) {
        tracing::error!(%error, "answers cannot be written");
        let places: Vec<usize> = self.answers().iter().map(|(place, _, _)| *place).collect();
        self.failed.extend(places);
    }
}

/// Sends the messages of the records at `places`; those that are not sent must be
/// delivered again.
async fn send(
    queue: &dyn SendMessages,
    places: Vec<usize>,
    messages: &[Message],
    work: &mut Work<'_>,
) {
    if messages.is_empty() {
        return;
    }
    if let Err(error) = queue.send(messages).await {
        tracing::error!(error = chain(&error), "messages are not sent");
        let Unsent { indices, .. } = error;
        let unsent = indices.into_iter().filter_map(|index| places.get(index));
        work.failed.extend(unsent.copied());
    }
}
