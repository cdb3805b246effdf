//! One pipe under odd conditions: clients that stop reading, ids used twice, batches, calls that outlive their caller.

mod answers;
mod batch;
mod endings;
mod flights;
mod limits;
mod nesting;
#[cfg(unix)]
mod nonblocking;
mod progress;
mod schemas;
mod turns;
mod unsubscribe;
