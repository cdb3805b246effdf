//! [`Logins`]: who showed wrong credentials, and how long he waits before others of his are looked at.
//!
//! They are counted by the place they come from, at the server's rate, and only those that were looked at in vain. So that
//! one who guesses does not keep out everybody behind the same address, whoever was let in is known for a while, by the
//! keyed hash of what he showed, and is checked as if nobody guessed.

use super::buckets::Buckets;
use super::rate::Rate;
use super::{Refusal, What};
use crate::auth::access::{Access, Place};
use std::time::Duration;

/// For how long it is known that credentials were good.
const KNOWN: Duration = Duration::from_secs(300);
/// The most that one place may owe: requests that came at the same moment are all checked, and waited for afterwards.
const OWED: Duration = Duration::from_secs(60);

/// Logins of one server, as far as it has a rate.
#[derive(Debug)]
pub(crate) struct Logins(Option<(Rate, Buckets)>);

/// One login: what was shown, from where. The credentials themselves are hashed, and kept nowhere.
#[derive(Clone, Copy)]
pub(crate) struct Login<'a> {
    pub(crate) place: Place,
    /// What `Authorization` holds, if it is there.
    pub(crate) shown: Option<&'a [u8]>,
}

impl Logins {
    pub(crate) fn new(rate: Option<Rate>, buckets: usize) -> Self {
        Logins(rate.map(|rate| (rate, Buckets::new(buckets))))
    }

    /// Whether credentials may be looked at, which is work.
    pub(crate) fn admit(&self, login: Login<'_>) -> Result<(), Refusal> {
        let Some((rate, buckets)) = &self.0 else { return Ok(()) };
        if login.shown.is_some_and(|shown| buckets.remembers(("known", shown))) {
            return Ok(());
        }
        match buckets.wait(login.from(), *rate) {
            Some(wait) => Err(Refusal::Rate { what: What::Logins, rate: *rate, wait }),
            None => Ok(()),
        }
    }

    /// They were good.
    pub(crate) fn good(&self, login: Login<'_>) {
        if let (Some((_, buckets)), Some(shown)) = (&self.0, login.shown) {
            buckets.remember(("known", shown), KNOWN);
        }
    }

    /// They were not, or are no longer.
    pub(crate) fn bad(&self, login: Login<'_>) {
        let Some((rate, buckets)) = &self.0 else { return };
        buckets.owe(login.from(), *rate, OWED);
        if let Some(shown) = login.shown.filter(|shown| buckets.remembers(("known", *shown))) {
            buckets.remember(("known", shown), Duration::ZERO);
        }
    }
}

impl Login<'_> {
    fn from(self) -> (Access, &'static str) {
        (Access { principal: None, place: self.place }, "login")
    }
}

#[cfg(test)]
mod tests {
    use super::{Login, Logins, OWED};
    use crate::Rate;
    use crate::admission::Refusal;
    use crate::auth::access::Place;
    use std::time::Duration;
    use tokio::time::advance;

    fn login(address: &str, shown: &'static str) -> Login<'static> {
        Login { place: Place::Address(address.parse().expect("an address")), shown: Some(shown.as_bytes()) }
    }

    fn wait(logins: &Logins, login: Login<'_>) -> Option<Duration> {
        match logins.admit(login) {
            Ok(()) => None,
            Err(Refusal::Rate { wait, .. }) => Some(wait),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_guesses_waits_and_nobody_else() {
        let logins = Logins::new(Some(Rate::per_minute(6).burst(3)), 100);
        let (guess, good) = (login("10.0.0.1", "guess"), login("10.0.0.1", "good"));
        for _ in 0..3 {
            assert_eq!(wait(&logins, guess), None);
            logins.bad(guess);
        }
        assert_eq!(wait(&logins, guess), Some(Duration::from_secs(10)));
        assert_eq!(wait(&logins, good), Some(Duration::from_secs(10)), "it may be another guess");
        assert_eq!(wait(&logins, login("10.0.0.2", "guess")), None, "another place");
        advance(Duration::from_secs(10)).await;
        assert_eq!(wait(&logins, good), None);
        logins.good(good);
        logins.bad(guess);
        assert_eq!(wait(&logins, guess), Some(Duration::from_secs(10)));
        assert_eq!(wait(&logins, good), None, "it is known");
        // What was good once and is no longer is a guess like any other.
        logins.bad(good);
        assert_eq!(wait(&logins, good), Some(Duration::from_secs(20)));
        advance(Duration::from_secs(20)).await;
        logins.good(good);
        logins.bad(guess);
        advance(Duration::from_secs(299)).await;
        assert!(logins.0.as_ref().expect("a rate").1.remembers(("known", &b"good"[..])));
        advance(Duration::from_secs(1)).await;
        assert!(!logins.0.as_ref().expect("a rate").1.remembers(("known", &b"good"[..])));
    }

    /// Those that came at once were all looked at: they are paid for, and not for ever.
    #[tokio::test(start_paused = true)]
    async fn what_is_owed_is_bounded() {
        let logins = Logins::new(Some(Rate::per_second(1)), 100);
        let guess = login("10.0.0.1", "guess");
        for _ in 0..5 {
            logins.bad(guess);
        }
        assert_eq!(wait(&logins, guess), Some(Duration::from_secs(5)));
        for _ in 0..1000 {
            logins.bad(guess);
        }
        assert_eq!(wait(&logins, guess), Some(OWED));
        let seldom = Logins::new(Some(Rate::per_hour(1)), 100);
        for _ in 0..3 {
            seldom.bad(guess);
        }
        assert_eq!(wait(&seldom, guess), Some(Duration::from_secs(3600)), "one token, whatever it takes");
        let unlimited = Logins::new(None, 100);
        unlimited.bad(guess);
        unlimited.good(guess);
        assert_eq!(wait(&unlimited, guess), None);
    }
}
