//! Work on a thread of its own, so that the run's claim is renewed meanwhile.

use std::any::Any;

use model_factory::panic;
use model_factory::runtime::Failure;
use tokio::task::JoinError;

use crate::stop::Stop;

/// Does work on a thread of its own.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Stop> + Send + 'static,
) -> Result<T, Stop> {
    ended(tokio::task::spawn_blocking(work).await)
}

/// What came of work on a thread of its own. Work that panics would do so again: it fails
/// the run, and no delivery is tried anew.
pub(crate) fn ended<T>(joined: Result<Result<T, Stop>, JoinError>) -> Result<T, Stop> {
    let error = match joined {
        Ok(done) => return done,
        Err(error) => error,
    };
    Err(match error.try_into_panic() {
        Ok(panic) => panicked(panic.as_ref()),
        Err(error) => Failure::terminal(&error).into(),
    })
}

/// The end of a run in which something panicked.
pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Stop {
    Stop::Failed(format!(
        "a defect of the program ended the run (`{}`): nothing is registered; report it with the \
         run's model.toml and data set",
        panic::message(panic)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_panics_fails_the_run() {
        let stop = blocking::<()>(|| panic!("off by one")).await.unwrap_err();
        assert!(matches!(&stop, Stop::Failed(reason) if reason.contains("(`off by one`)")));
        let stop = blocking::<()>(|| Err(Stop::Superseded)).await.unwrap_err();
        assert!(matches!(stop, Stop::Superseded));
    }
}
