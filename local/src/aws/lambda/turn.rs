//! Whose turn it is between Lambda and one poller of work.

use std::mem;

/// The state of a runtime or an extension that polls for work.
#[derive(Debug, Default)]
pub(super) enum Turn<T> {
    /// It has not asked for work yet, or is at work.
    #[default]
    Working,
    /// It has asked for work and waits.
    Asking,
    /// Work lies ready that it has not picked up.
    Assigned(T),
}

impl<T> Turn<T> {
    /// The work, if some lies ready; else notes that the poller asks for it.
    pub(super) fn ask(&mut self) -> Asked<T> {
        match mem::replace(self, Self::Asking) {
            Self::Assigned(work) => {
                *self = Self::Working;
                Asked::Work(work)
            }
            Self::Working => Asked::NowWaiting,
            Self::Asking => Asked::StillWaiting,
        }
    }

    /// Takes back work that was never picked up.
    pub(super) fn reclaim(&mut self) -> Option<T> {
        match mem::take(self) {
            Self::Assigned(work) => Some(work),
            other => {
                *self = other;
                None
            }
        }
    }

    /// Notes that the poller went away without work.
    pub(super) fn withdraw(&mut self) {
        if self.is_asking() {
            *self = Self::Working;
        }
    }

    pub(super) fn is_asking(&self) -> bool {
        matches!(self, Self::Asking)
    }
}

/// What asking for work yields.
#[derive(Debug)]
pub(super) enum Asked<T> {
    Work(T),
    NowWaiting,
    StillWaiting,
}
