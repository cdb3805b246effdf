//! Plain calls of one pipe that wait for a worker, and how many workers it takes.
//!
//! A task for each call would cost more than the call. So a few tasks take them in turn: as many as the runtime has
//! threads, and beyond that one more whenever none is about to begin, since a function may block its thread, and may have
//! told the runtime so (`block_in_place`).

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    threads: usize,
}

struct State<T> {
    waiting: VecDeque<T>,
    /// Workers that have not ended.
    workers: usize,
    /// Those of them that have not begun.
    fresh: usize,
}

impl<T> State<T> {
    fn add_worker(&mut self) {
        self.workers += 1;
        self.fresh += 1;
    }
}

impl<T> Queue<T> {
    /// A queue for a runtime of so many threads.
    pub(crate) fn new(threads: usize) -> Self {
        Queue { state: Mutex::new(State { waiting: VecDeque::new(), workers: 0, fresh: 0 }), threads }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds one; how many wait now.
    pub(crate) fn add(&self, item: T) -> usize {
        let mut state = self.lock();
        state.waiting.push_back(item);
        state.waiting.len()
    }

    /// How many wait.
    #[cfg(feature = "stdio")]
    pub(crate) fn waiting(&self) -> usize {
        self.lock().waiting.len()
    }

    /// How many more workers have to be started for those that wait.
    pub(crate) fn wanted(&self) -> usize {
        let mut state = self.lock();
        let free = self.threads.saturating_sub(state.workers);
        let wanted = match state.waiting.len() {
            0 => 0,
            waiting => free.min(waiting).max(usize::from(state.fresh == 0)),
        };
        (0..wanted).for_each(|_| state.add_worker());
        wanted
    }

    /// A worker begins; whether another one has to be started, because what it takes may keep it from the rest.
    pub(crate) fn begin(&self) -> bool {
        let mut state = self.lock();
        state.fresh -= 1;
        let needed = state.fresh == 0 && state.waiting.len() > 1;
        if needed {
            state.add_worker();
        }
        needed
    }

    /// The next one, for a worker, who ends when there is none.
    pub(crate) fn next(&self) -> Option<T> {
        let mut state = self.lock();
        let next = state.waiting.pop_front();
        if next.is_none() {
            state.workers -= 1;
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::Queue;

    #[test]
    fn as_many_workers_as_threads_and_one_in_reserve() {
        let queue = Queue::new(2);
        assert_eq!((queue.wanted(), queue.add('a'), queue.wanted()), (0, 1, 1));
        // The second thread is free.
        assert_eq!((queue.add('b'), queue.wanted()), (2, 1));
        // Both are about to begin.
        assert_eq!((queue.add('c'), queue.add('d'), queue.wanted()), (3, 4, 0));
        assert_eq!((queue.begin(), queue.next()), (false, Some('a')));
        // Whoever begins last sees to it that there is somebody for the rest.
        assert_eq!((queue.begin(), queue.next()), (true, Some('b')));
        assert_eq!((queue.begin(), queue.next()), (true, Some('c')));
        assert_eq!((queue.begin(), queue.next()), (false, Some('d')));
        assert_eq!([queue.next(), queue.next(), queue.next(), queue.next()], [None; 4]);
        assert_eq!((queue.wanted(), queue.add('e'), queue.wanted()), (0, 1, 1));
    }
}
