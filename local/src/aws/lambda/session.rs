//! What one sandbox and Lambda have agreed on so far.
//!
//! The two HTTP interfaces change a session on behalf of the child process,
//! the sandbox on behalf of Lambda; each waits for the other's changes.

use std::collections::BTreeMap;

use bytes::Bytes;
use tokio::sync::{oneshot, watch};
use uuid::Uuid;

use super::error::FunctionError;
use super::turn::{Asked, Turn};

/// One event on its way through a function.
#[derive(Clone, Debug)]
pub(super) struct Invocation {
    pub(super) request_id: String,
    pub(super) trace_id: String,
    pub(super) deadline_ms: i64,
    pub(super) payload: Bytes,
}

/// What a function made of an event.
pub(super) type Answer = Result<Bytes, FunctionError>;

/// The session of one sandbox.
#[derive(Debug, Default)]
pub(super) struct Session {
    state: watch::Sender<State>,
}

#[derive(Debug, Default)]
struct State {
    runtime: Turn<Invocation>,
    expected: Option<Expected>,
    extensions: BTreeMap<String, Extension>,
    broken: Option<FunctionError>,
}

/// The answer that the runtime owes.
#[derive(Debug)]
struct Expected {
    request_id: String,
    answer: oneshot::Sender<Answer>,
}

#[derive(Debug)]
struct Extension {
    name: String,
    invoke: bool,
    turn: Turn<Invocation>,
}

impl State {
    /// Whether the sandbox could freeze now: everyone who is told about
    /// invocations has asked for the next one.
    fn is_idle(&self) -> bool {
        self.runtime.is_asking()
            && self.extensions.values().filter(|it| it.invoke).all(|it| it.turn.is_asking())
    }

    fn runtime(&mut self) -> Option<&mut Turn<Invocation>> {
        Some(&mut self.runtime)
    }

    fn extension(&mut self, id: &str) -> Option<&mut Turn<Invocation>> {
        self.extensions.get_mut(id).map(|extension| &mut extension.turn)
    }
}

impl Session {
    /// Hands an invocation to the runtime and to each extension that listens.
    pub(super) fn assign(&self, invocation: Invocation) -> oneshot::Receiver<Answer> {
        let (sender, receiver) = oneshot::channel();
        self.state.send_modify(|state| {
            state.expected =
                Some(Expected { request_id: invocation.request_id.clone(), answer: sender });
            for extension in state.extensions.values_mut().filter(|it| it.invoke) {
                extension.turn = Turn::Assigned(invocation.clone());
            }
            state.runtime = Turn::Assigned(invocation);
        });
        receiver
    }

    /// Whether the assigned invocation was still waiting for the runtime; it
    /// is taken back if so.
    pub(super) fn reclaim(&self) -> bool {
        let mut reclaimed = false;
        self.state.send_modify(|state| reclaimed = state.runtime.reclaim().is_some());
        reclaimed
    }

    /// Resolves when the sandbox can take an invocation.
    ///
    /// # Errors
    /// What the runtime or an extension reported when it gave up.
    pub(super) async fn idle(&self) -> Result<(), FunctionError> {
        let mut changes = self.state.subscribe();
        let state = changes.wait_for(|state| state.is_idle() || state.broken.is_some()).await;
        match state.ok().and_then(|state| state.broken.clone()) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// The runtime's next invocation, as soon as there is one.
    pub(super) async fn next_invocation(&self) -> Option<Invocation> {
        self.next(State::runtime).await
    }

    /// An extension's next invocation; `None` if no extension has this id.
    pub(super) async fn next_event(&self, extension: &str) -> Option<Invocation> {
        self.next(|state| state.extension(extension)).await
    }

    /// Passes the runtime's answer on; false if this request is not expected.
    pub(super) fn answer(&self, request_id: &str, answer: Answer) -> bool {
        let mut expected = None;
        self.state.send_if_modified(|state| {
            expected = state.expected.take_if(|it| it.request_id == request_id);
            expected.is_some()
        });
        match expected {
            // A caller who gave up at the deadline no longer listens.
            Some(expected) => expected.answer.send(answer).is_ok(),
            None => false,
        }
    }

    /// Notes that the sandbox reported itself unusable.
    pub(super) fn break_off(&self, error: FunctionError) {
        self.state.send_modify(|state| state.broken = Some(error));
    }

    /// Adds an extension and returns its id; `None` if the name is taken.
    pub(super) fn register(&self, name: &str, invoke: bool) -> Option<String> {
        let mut id = None;
        self.state.send_if_modified(|state| {
            if state.extensions.values().any(|it| it.name == name) {
                return false;
            }
            let new = Uuid::now_v7().to_string();
            let extension = Extension { name: name.to_owned(), invoke, turn: Turn::Working };
            state.extensions.insert(new.clone(), extension);
            id = Some(new);
            true
        });
        id
    }

    async fn next<F>(&self, turn: F) -> Option<Invocation>
    where
        F: Fn(&mut State) -> Option<&mut Turn<Invocation>>,
    {
        let mut changes = self.state.subscribe();
        let poller = Poller { session: self, turn };
        loop {
            match poller.ask()? {
                Asked::Work(invocation) => return Some(invocation),
                Asked::NowWaiting | Asked::StillWaiting => changes.changed().await.ok()?,
            }
        }
    }
}

/// Someone who waits for work, and no longer does so once it is dropped: the
/// connection on which the work was asked for may break.
struct Poller<'a, F>
where
    F: Fn(&mut State) -> Option<&mut Turn<Invocation>>,
{
    session: &'a Session,
    turn: F,
}

impl<F> Poller<'_, F>
where
    F: Fn(&mut State) -> Option<&mut Turn<Invocation>>,
{
    fn ask(&self) -> Option<Asked<Invocation>> {
        let mut asked = None;
        self.session.state.send_if_modified(|state| {
            asked = (self.turn)(state).map(Turn::ask);
            !matches!(asked, None | Some(Asked::StillWaiting))
        });
        asked
    }
}

impl<F> Drop for Poller<'_, F>
where
    F: Fn(&mut State) -> Option<&mut Turn<Invocation>>,
{
    fn drop(&mut self) {
        self.session.state.send_modify(|state| {
            if let Some(turn) = (self.turn)(state) {
                turn.withdraw();
            }
        });
    }
}
