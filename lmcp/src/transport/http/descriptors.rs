//! How many files the process may have open: each connection is one.

/// What a program has open besides connections: standard streams, the runtime's, those of its handlers.
#[cfg(unix)]
const RESERVE: u64 = 100;

/// Sees to it that so many connections can be open: where the process may open fewer files than that takes, its soft
/// limit becomes its hard one. Warns when that is not enough.
#[cfg(unix)]
pub(crate) fn provide_for(connections: usize) {
    let needed = (connections as u64).saturating_add(RESERVE);
    if let Some(limit) = raised(needed).filter(|limit| *limit < needed) {
        tracing::warn!(
            limit,
            connections,
            "the system lets this process open fewer files than it may have connections; raise the hard limit \
             (`ulimit -Hn`, `LimitNOFILE=`) to {needed}, or lower `Limits::connections`"
        );
    }
}

/// The limit that holds after all that can be done; `None` where there is none.
#[cfg(unix)]
fn raised(needed: u64) -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let given = getrlimit(Resource::Nofile);
    if given.current.is_none_or(|limit| limit >= needed) {
        return given.current;
    }
    // macOS may refuse what it calls the hard limit; then what is needed, no more.
    for wanted in [given.maximum, Some(needed)] {
        match setrlimit(Resource::Nofile, Rlimit { current: wanted, maximum: given.maximum }) {
            Ok(()) => return wanted,
            Err(e) => tracing::debug!(error = %e, "the limit of open files cannot be raised to {wanted:?}"),
        }
    }
    given.current
}

/// Other systems have no such limit.
#[cfg(not(unix))]
pub(crate) fn provide_for(_connections: usize) {}
