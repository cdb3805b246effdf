//! Who wants to hear of changes, and what each has yet to be told. Equal changes collapse.

use super::limits::Limits;
use crate::jsonrpc::ErrorObject;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use tokio::sync::Notify;

/// Something changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Change {
    Tools,
    Prompts,
    Resources,
    Updated(String),
}

/// What a subscriber wants to hear of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) tools: bool,
    pub(crate) prompts: bool,
    pub(crate) resources: bool,
    uris: BTreeSet<String>,
    /// How many bytes those take.
    bytes: usize,
}

impl Filter {
    /// Lists, and no resources yet.
    pub(crate) fn of_lists(tools: bool, prompts: bool, resources: bool) -> Self {
        Filter { tools, prompts, resources, ..Filter::default() }
    }

    /// Adds a resource, if there is room for one more.
    ///
    /// # Errors
    ///
    /// When there are too many, or their URIs take too much; names the limit.
    pub(crate) fn subscribe(&mut self, uri: String, limits: &Limits) -> Result<(), ErrorObject> {
        if self.uris.contains(&uri) {
            return Ok(());
        }
        if self.uris.len() >= limits.subscriptions {
            let limit = limits.subscriptions;
            return Err(ErrorObject::internal(format!(
                "at most {limit} subscriptions (the server's limit `subscriptions`)"
            )));
        }
        if self.bytes + uri.len() > limits.subscription_bytes {
            let limit = limits.subscription_bytes;
            return Err(ErrorObject::internal(format!(
                "the URIs of all subscriptions take {limit} bytes at most (the server's limit `subscription_bytes`)"
            )));
        }
        self.bytes += uri.len();
        self.uris.insert(uri);
        Ok(())
    }

    /// Takes a resource out.
    pub(crate) fn unsubscribe(&mut self, uri: &str) {
        if self.uris.remove(uri) {
            self.bytes -= uri.len();
        }
    }

    /// The resources it wants to hear of.
    pub(crate) fn uris(&self) -> &BTreeSet<String> {
        &self.uris
    }

    fn wants(&self, change: &Change) -> bool {
        match change {
            Change::Tools => self.tools,
            Change::Prompts => self.prompts,
            Change::Resources => self.resources,
            Change::Updated(uri) => self.uris.contains(uri),
        }
    }
}

/// One stream of changes.
pub(crate) struct Subscriber {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    filter: Filter,
    /// A set, so that equal changes collapse; no larger than the filter allows.
    pending: BTreeSet<Change>,
}

impl Subscriber {
    pub(crate) fn new(filter: Filter) -> Arc<Self> {
        Arc::new(Subscriber { state: Mutex::new(State { filter, pending: BTreeSet::new() }), changed: Notify::new() })
    }

    /// Changes what it wants to hear of.
    pub(crate) fn adjust<R>(&self, change: impl FnOnce(&mut Filter) -> R) -> R {
        let mut state = self.lock();
        let result = change(&mut state.filter);
        // What it does not want any more is not told any more.
        let State { filter, pending } = &mut *state;
        pending.retain(|change| filter.wants(change));
        result
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, change: &Change) {
        let mut state = self.lock();
        if state.filter.wants(change) && state.pending.insert(change.clone()) {
            drop(state);
            self.changed.notify_one();
        }
    }

    /// Waits for changes and takes them, lists first.
    #[cfg(feature = "http")]
    pub(crate) async fn next(&self) -> BTreeSet<Change> {
        loop {
            self.some().await;
            let pending = std::mem::take(&mut self.lock().pending);
            if !pending.is_empty() {
                return pending;
            }
        }
    }

    /// Waits for changes and tells them, lists first; after the [end](Self::end) nothing is told any more.
    pub(crate) async fn tell_next(&self, mut tell: impl FnMut(&Change)) {
        self.some().await;
        let many = self.lock().pending.len();
        for _ in 0..many {
            // Under the lock, so that no change comes behind the end; one at a time, since whoever changes something waits
            // for it.
            let mut state = self.lock();
            let Some(change) = state.pending.pop_first() else { return };
            tell(&change);
        }
    }

    /// Waits for changes.
    async fn some(&self) {
        while self.lock().pending.is_empty() {
            self.changed.notified().await;
        }
    }

    /// Nothing that changes from now on is of interest, unless it is [adjusted](Self::adjust) again; gives what has changed
    /// and was not told yet.
    pub(crate) fn end(&self) -> BTreeSet<Change> {
        std::mem::take(&mut *self.lock()).pending
    }
}

/// All streams of changes of one server.
#[derive(Default)]
pub(crate) struct Subscribers(Mutex<Vec<Weak<Subscriber>>>);

impl Subscribers {
    pub(crate) fn add(&self, subscriber: &Arc<Subscriber>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The dead are removed when the list would grow: amortised, and bounded by twice the living.
        if all.len() == all.capacity() {
            all.retain(|subscriber| subscriber.strong_count() > 0);
        }
        all.push(Arc::downgrade(subscriber));
    }

    pub(crate) fn publish(&self, change: &Change) {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for subscriber in all.iter().filter_map(Weak::upgrade) {
            subscriber.publish(change);
        }
    }
}
