//! The fixture as a process. `LMCP_TEST_CONNECTIONS` is how many connections it takes, for as long as they like;
//! with `LMCP_TEST_GUARDED` it is the fixture with scopes and rates.

use std::time::Duration;

fn main() {
    if std::env::var_os("LMCP_TEST_GUARDED").is_some() {
        return lmcp_tests::guarded::guarded().main();
    }
    let server = lmcp_tests::server();
    match std::env::var("LMCP_TEST_CONNECTIONS").ok().and_then(|most| most.parse().ok()) {
        Some(most) => {
            let patient = Duration::from_secs(60);
            server.limits(lmcp::Limits::default().connections(most).head_time(patient)).main();
        }
        None => server.main(),
    }
}
