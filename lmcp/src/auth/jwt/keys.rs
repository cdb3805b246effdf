//! [`Keys`]: the keys of an issuer's, kept, and fetched anew when one is missing. One fetch at a time, and not too many.

use super::fetch::Fetch;
use super::key::Key;
use super::url::Url;
use serde_json::Value;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// How often keys may be fetched in a row: whoever invents ids of keys does not make us hammer the issuer.
const IN_A_ROW: u32 = 5;
/// After what time once more.
const ONCE_IN: Duration = Duration::from_secs(30);
/// How old keys are when they are looked after: one that was withdrawn is not good for ever.
const FRESH: Duration = Duration::from_secs(15 * 60);

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The keys of one issuer. By the monotonic clock: nothing here jumps when the wall clock does.
pub(super) struct Keys {
    issuer: String,
    fetch: Fetch,
    state: Mutex<State>,
    /// A fetch has ended.
    ended: Notify,
}

struct State {
    keys: Option<Arc<[Key]>>,
    fetched: Instant,
    /// How many fetches have ended.
    ended: u64,
    is_fetching: bool,
    /// Why the last one failed.
    failure: Option<String>,
    allowance: Allowance,
}

impl Keys {
    pub(super) fn new(issuer: String, fetch: Fetch) -> Self {
        let now = Instant::now();
        let allowance = Allowance { left: IN_A_ROW, since: now };
        let state = State { keys: None, fetched: now, ended: 0, is_fetching: false, failure: None, allowance };
        Keys { issuer, fetch, state: Mutex::new(state), ended: Notify::new() }
    }

    /// All keys; if none of them fits, those of the issuer now, as far as it may be asked.
    ///
    /// # Errors
    ///
    /// When there are no keys at all.
    pub(super) async fn with(self: &Arc<Self>, fits: impl Fn(&Key) -> bool) -> Result<Arc<[Key]>, Failure> {
        let seen = {
            let mut state = self.lock();
            let fitting = state.keys.as_ref().filter(|keys| keys.iter().any(&fits)).cloned();
            let is_fresh = state.fetched.elapsed() < FRESH;
            match fitting {
                Some(keys) if is_fresh || state.is_fetching || !state.allowance.take() => return Ok(keys),
                Some(_) => self.begin(&mut state),
                // Somebody else asks already.
                None if state.is_fetching => {}
                None if state.allowance.take() => self.begin(&mut state),
                None => return state.now(),
            }
            state.ended
        };
        loop {
            let mut ended = pin!(self.ended.notified());
            ended.as_mut().enable();
            {
                let state = self.lock();
                if state.ended != seen {
                    return state.now();
                }
            }
            ended.await;
        }
    }

    /// Fetches in a task of its own: a client that does not wait for the end has not spent the allowance in vain.
    fn begin(self: &Arc<Self>, state: &mut State) {
        state.is_fetching = true;
        let fetching = Fetching { keys: self.clone(), outcome: Err("the fetch was given up".to_owned()) };
        tokio::spawn(async move {
            let outcome = fetching.keys.get().await;
            fetching.end(outcome);
        });
    }

    /// The issuer's metadata, then its keys.
    async fn get(&self) -> Result<Arc<[Key]>, String> {
        let issuer = Url::parse(&self.issuer)?;
        let mut failures = Vec::new();
        for metadata in issuer.metadata() {
            let document = match self.fetch.json(&metadata).await {
                Ok(document) => document,
                Err(failure) => {
                    let is_over = failure.is_over;
                    failures.push(failure.to_string());
                    // A server that does not answer at one path does not answer at another.
                    if is_over {
                        break;
                    }
                    continue;
                }
            };
            let text = |name: &str| document.get(name).and_then(Value::as_str);
            match (text("issuer"), text("jwks_uri")) {
                (Some(said), _) if said != self.issuer => failures.push(format!(
                    "{metadata} is the metadata of {said:?}: if that is whom you mean, write it exactly so"
                )),
                (None, _) => failures.push(format!("{metadata} does not say whose it is: it has no `issuer`")),
                (_, None) => failures.push(format!("{metadata} has no `jwks_uri`")),
                (_, Some(uri)) => return self.get_set(&issuer, uri).await,
            }
        }
        Err(failures.join("; "))
    }

    async fn get_set(&self, issuer: &Url, uri: &str) -> Result<Arc<[Key]>, String> {
        let url = Url::parse(uri).map_err(|_| format!("the `jwks_uri` {uri:?} is no URL"))?;
        if !url.is_safe() || (issuer.is_https() && !url.is_https()) {
            return Err(format!("the `jwks_uri` {uri:?} is not https"));
        }
        let document = self.fetch.json(uri).await.map_err(|failure| failure.to_string())?;
        let Some(all) = document.get("keys").and_then(Value::as_array) else {
            return Err(format!("{uri} is no key set: it has no `keys`"));
        };
        let keys: Arc<[Key]> = all.iter().filter_map(Key::of).collect();
        if keys.is_empty() {
            tracing::warn!(target: "lmcp::auth", issuer = self.issuer, all = all.len(), "no key of the issuer's is of use");
        }
        Ok(keys)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// What there is, whether it fits or not.
    fn now(&self) -> Result<Arc<[Key]>, Failure> {
        self.keys.clone().ok_or_else(|| self.failure.clone().unwrap_or_default().into())
    }
}

/// A fetch under way. However it ends, those who wait are told.
struct Fetching {
    keys: Arc<Keys>,
    outcome: Result<Arc<[Key]>, String>,
}

impl Fetching {
    fn end(mut self, outcome: Result<Arc<[Key]>, String>) {
        self.outcome = outcome;
    }
}

impl Drop for Fetching {
    fn drop(&mut self) {
        let mut state = self.keys.lock();
        let issuer = &self.keys.issuer;
        match &self.outcome {
            Ok(keys) => {
                tracing::debug!(target: "lmcp::auth", issuer, keys = keys.len(), "the issuer's keys are there");
                state.keys = Some(keys.clone());
                state.fetched = Instant::now();
                state.failure = None;
            }
            Err(failure) => {
                let kept = state.keys.as_ref().map_or(0, |keys| keys.len());
                tracing::error!(target: "lmcp::auth", issuer, failure, kept, "the issuer's keys cannot be fetched");
                state.failure = Some(format!("the keys of {issuer} cannot be fetched: {failure}"));
            }
        }
        state.is_fetching = false;
        state.ended += 1;
        drop(state);
        self.keys.ended.notify_waiters();
    }
}

/// How many fetches may still begin.
struct Allowance {
    left: u32,
    /// From when on the next one is waited for.
    since: Instant,
}

impl Allowance {
    fn take(&mut self) -> bool {
        let earned = self.since.elapsed().as_secs() / ONCE_IN.as_secs();
        self.left = self.left.saturating_add(u32::try_from(earned).unwrap_or(u32::MAX)).min(IN_A_ROW);
        self.since += ONCE_IN.saturating_mul(u32::try_from(earned).unwrap_or(u32::MAX));
        match self.left.checked_sub(1) {
            Some(left) => {
                if self.left == IN_A_ROW {
                    self.since = Instant::now();
                }
                self.left = left;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Allowance, Fetch, IN_A_ROW, Instant, Keys, ONCE_IN, Url};
    use std::time::Duration;

    /// Whoever can answer in the issuer's place could let in anybody: the keys of an issuer with TLS come with TLS, and
    /// those of one on this machine from this machine at least.
    #[tokio::test]
    async fn keys_come_over_tls() {
        for (issuer, uri) in [
            ("https://id.example.com", "http://127.0.0.1:1/keys"),
            ("https://id.example.com", "http://id.example.com/keys"),
            ("http://127.0.0.1:1", "http://192.0.2.1:1/keys"),
        ] {
            let keys = Keys::new(issuer.to_owned(), Fetch::new(Duration::from_millis(100), 1000));
            let issuer = Url::parse(issuer).expect("a URL");
            let why = keys.get_set(&issuer, uri).await.expect_err("it is not asked");
            assert_eq!(why, format!("the `jwks_uri` {uri:?} is not https"));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_allowance() {
        let mut allowance = Allowance { left: IN_A_ROW, since: Instant::now() };
        tokio::time::advance(ONCE_IN * 1000).await;
        let mut taken = || std::iter::from_fn(|| allowance.take().then_some(())).count();
        assert_eq!(taken(), 5, "nothing is saved up");
        tokio::time::advance(ONCE_IN / 2).await;
        assert_eq!(taken(), 0);
        tokio::time::advance(ONCE_IN / 2).await;
        assert_eq!(taken(), 1);
        tokio::time::advance(ONCE_IN * 5 / 2).await;
        assert_eq!(taken(), 2);
        tokio::time::advance(ONCE_IN / 2).await;
        assert_eq!(taken(), 1);
    }
}
