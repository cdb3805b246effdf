//! Values that all calls share: what a function takes as [`State`], and where the server keeps them.

use super::call::Call;
use super::parameter::{Parameter, Role};
use crate::Error;
use std::any::{Any, TypeId};
use std::collections::HashMap;

/// A value shared by all calls, put into the server with `.state(value)` or `serve!(state = value)`.
///
/// It is cloned for each call: wrap what is expensive to clone in an `Arc`. A server without a state that some
/// function asks for does not start.
///
/// ```
/// use lmcp::{State, tool};
/// use std::sync::{Arc, atomic::{AtomicU64, Ordering}};
///
/// #[derive(Clone, Default)]
/// struct Counter(Arc<AtomicU64>);
///
/// /// Counts calls.
/// #[tool]
/// fn count(State(counter): State<Counter>) -> u64 {
///     counter.0.fetch_add(1, Ordering::Relaxed) + 1
/// }
/// # assert_eq!(count(State(Counter::default())), 1);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State<T>(pub T);

/// What can be a state: whatever can be cloned, shared and kept.
///
/// It is implemented for every such type. What cannot be cloned goes into an [`Arc`](std::sync::Arc):
///
/// ```
/// use std::sync::{Arc, Mutex};
///
/// let server = lmcp::Server::empty().state(Arc::new(Mutex::new(3)));
/// # drop(server);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a state",
    label = "not `Clone + Send + Sync + 'static`",
    note = "each call gets a clone; put what cannot be cloned into an `Arc`: `Arc::new(value)`, which functions take as `State<Arc<…>>`",
    note = "a `Result` is no state: give what is inside, as in `.state(open()?)`"
)]
pub trait StateValue: Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Clone + Send + Sync + 'static> StateValue for T {}

impl<T> std::ops::Deref for State<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}
#[diagnostic::do_not_recommend]
impl<'c, T: Clone + Send + Sync + 'static> Parameter<'c> for State<T> {
    fn from_call(call: &'c Call<'c>) -> Result<Self, Error> {
        call.state::<T>().map(State)
    }
    fn role() -> Role {
        Role::State { id: TypeId::of::<T>(), name: std::any::type_name::<T>() }
    }
}

/// The server's states, by type.
#[derive(Default)]
pub(crate) struct States(HashMap<TypeId, (&'static str, Box<dyn Any + Send + Sync>)>);

impl States {
    /// Puts a state in; gives back whether one of this type was there already.
    pub(crate) fn put<T: Clone + Send + Sync + 'static>(&mut self, value: T) -> bool {
        self.0.insert(TypeId::of::<T>(), (std::any::type_name::<T>(), Box::new(value))).is_some()
    }
    /// The types there are, for messages.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.0.values().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names
    }
    pub(crate) fn has(&self, id: TypeId) -> bool {
        self.0.contains_key(&id)
    }
    pub(crate) fn get<T: Clone + 'static>(&self) -> Option<T> {
        self.0.get(&TypeId::of::<T>())?.1.downcast_ref::<T>().cloned()
    }
}

impl std::fmt::Debug for States {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "States({})", self.0.len())
    }
}
