//! The fixture as a process. `LMCP_TEST_CONNECTIONS` is how many connections it takes, for as long as they like;
//! `LMCP_TEST_DRAIN` is for how many seconds it waits for running calls after the end of the input;
//! with `LMCP_TEST_GUARDED` it is the fixture with scopes and rates; with `LMCP_TEST_LIBRARY` (`stdio`, `http`) it serves as
//! a program of its own would, without a command line.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

static HELD: (Mutex<u32>, Condvar) = (Mutex::new(0), Condvar::new());

/// The name of the thread that it runs on; if it holds that, until somebody lets go.
#[lmcp::tool]
fn thread(holds: Option<bool>) -> String {
    if holds == Some(true) {
        let (held, changed) = &HELD;
        let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
        *held += 1;
        drop(changed.wait_while(held, |held| *held > 0));
    }
    std::thread::current().name().unwrap_or_default().to_owned()
}

/// Waits until something is held.
#[lmcp::tool]
async fn is_held() {
    while *HELD.0.lock().unwrap_or_else(PoisonError::into_inner) == 0 {
        tokio::task::yield_now().await;
    }
}

/// Lets go of what is held; how many that were.
#[lmcp::tool]
async fn lets_go() -> u32 {
    let (held, changed) = &HELD;
    let held = std::mem::take(&mut *held.lock().unwrap_or_else(PoisonError::into_inner));
    changed.notify_all();
    held
}

/// A log that cannot take that there was nothing to cancel.
struct Fragile;

impl tracing::Subscriber for Fragile {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target().starts_with("lmcp::transport::pipe")
    }
    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        assert!(*event.metadata().level() != tracing::Level::DEBUG, "the log is full");
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

/// Keeps its thread.
#[lmcp::tool]
async fn freezes() {
    std::thread::sleep(Duration::from_millis(1100));
}

#[tokio::main]
async fn serve(how: &str) -> lmcp::Result<()> {
    let server = lmcp_tests::server().auth(lmcp::Auth::bearer("secret").named("ana"));
    if how == "stdio" {
        return server.tool(freezes).tool(thread).tool(is_held).tool(lets_go).stdio().await;
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    eprintln!("http://{}/", listener.local_addr()?);
    server.build()?.http_on(listener, std::future::pending()).await
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().and_then(|number| number.parse().ok())
}

fn main() {
    if let Ok(how) = std::env::var("LMCP_TEST_LIBRARY") {
        if std::env::var_os("LMCP_TEST_FRAGILE").is_some() {
            tracing::subscriber::set_global_default(Fragile).expect("it is the only one");
        }
        return serve(&how).expect("it serves");
    }
    if std::env::var_os("LMCP_TEST_GUARDED").is_some() {
        return lmcp_tests::guarded::guarded().main();
    }
    let server = lmcp_tests::server();
    if let Some(time) = number("LMCP_TEST_DRAIN") {
        return server.limits(lmcp::Limits::default().drain(Duration::from_secs(time))).main();
    }
    match number("LMCP_TEST_CONNECTIONS") {
        Some(most) => {
            let (most, patient) = (usize::try_from(most).expect("a number"), Duration::from_secs(60));
            server.limits(lmcp::Limits::default().connections(most).head_time(patient)).main();
        }
        None => server.main(),
    }
}
