//! The jobs: each a task, with a state that can be watched, and a table of them.

use crate::work::{self, Kind};
use lmcp::ServerHandle;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Semaphore, watch};

/// How many jobs are kept, those that have ended included.
pub(crate) const KEPT: usize = 100;
/// How many lines of a log are kept.
const LINES: usize = 500;

/// All jobs. Clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Jobs(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    folder: Option<PathBuf>,
    /// Whoever has one of these runs.
    slots: Semaphore,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    last: u32,
    jobs: BTreeMap<u32, Arc<Job>>,
    ending: bool,
}

/// One job.
#[derive(Debug)]
pub(crate) struct Job {
    status: watch::Sender<Status>,
    cancelled: watch::Sender<bool>,
    log: Mutex<VecDeque<String>>,
    server: ServerHandle,
}

/// How a job stands.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Status {
    pub(crate) id: u32,
    job: Kind,
    pub(crate) state: State,
    /// How much is done.
    pub(crate) done: u64,
    /// Of how much, once it is known.
    pub(crate) total: Option<u64>,
    /// What came of it, or why it failed.
    pub(crate) result: Option<String>,
    /// The URI of its log.
    log: String,
    /// Whether the result has been asked for, so that the job may be forgotten.
    #[serde(skip)]
    seen: bool,
}

impl Status {
    pub(crate) fn without_result(self) -> Self {
        Status { result: None, ..self }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    /// Others run first.
    Queued,
    Running,
    Done,
    Failed,
    Cancelled,
}

impl State {
    pub(crate) fn is_over(self) -> bool {
        !matches!(self, State::Queued | State::Running)
    }
}

impl Jobs {
    pub(crate) fn new(folder: Option<PathBuf>, at_once: usize) -> Self {
        Jobs(Arc::new(Shared { folder, slots: Semaphore::new(at_once), table: Mutex::default() }))
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a job, or queues it.
    pub(crate) fn start(&self, kind: Kind, seconds: u32, server: &ServerHandle) -> Result<Arc<Job>, String> {
        let folder = self.0.folder.clone();
        if folder.is_none() && kind != Kind::Countdown {
            return Err("no folder was given: the server has to be started with --folder DIR".into());
        }
        let mut table = self.table();
        if table.ending {
            return Err("the server is about to end".into());
        }
        if table.jobs.len() >= KEPT {
            let seen = table.jobs.iter().find(|(_, job)| job.status.borrow().seen).map(|(id, _)| *id);
            let id = seen.ok_or_else(|| format!("{KEPT} jobs are kept: ask for some results first, with `wait`"))?;
            table.jobs.remove(&id);
        }
        table.last += 1;
        let id = table.last;
        let log = format!("jobs://{id}/log");
        let status =
            Status { id, job: kind, state: State::Queued, done: 0, total: None, result: None, log, seen: false };
        let job = Arc::new(Job {
            status: watch::Sender::new(status),
            cancelled: watch::Sender::new(false),
            log: Mutex::default(),
            server: server.clone(),
        });
        table.jobs.insert(id, job.clone());
        tokio::spawn(run(self.clone(), job.clone(), kind, seconds, folder));
        Ok(job)
    }

    pub(crate) fn find(&self, id: u32) -> Result<Arc<Job>, String> {
        let job = self.table().jobs.get(&id).cloned();
        job.ok_or_else(|| format!("there is no job {id}; `status` lists them"))
    }

    pub(crate) fn all(&self) -> Vec<Arc<Job>> {
        self.table().jobs.values().cloned().collect()
    }

    /// Cancels all that runs, and waits until it has ended; how many there were.
    pub(crate) async fn end(&self) -> usize {
        self.table().ending = true;
        let mut running = self.all();
        running.retain(|job| !job.status().state.is_over());
        for job in &running {
            job.cancel();
        }
        for job in &running {
            job.over().await;
        }
        running.len()
    }
}

/// The life of a job.
async fn run(jobs: Jobs, job: Arc<Job>, kind: Kind, seconds: u32, folder: Option<PathBuf>) {
    let slot = tokio::select! {
        biased;
        () = job.cancelled() => None,
        slot = jobs.0.slots.acquire() => slot.ok(),
    };
    let ended = match slot {
        Some(_slot) => {
            job.status.send_modify(|status| status.state = State::Running);
            // In a task of its own: one that panics is a job that failed.
            let working = tokio::spawn(work::work(job.clone(), kind, seconds, folder));
            working.await.unwrap_or_else(|panic| Err(format!("the job broke: {panic}")))
        }
        None => Err("cancelled before it began".into()),
    };
    let state = match &ended {
        Ok(_) => State::Done,
        Err(_) if job.is_cancelled() => State::Cancelled,
        Err(_) => State::Failed,
    };
    let result = ended.unwrap_or_else(|why| why);
    job.log(result.lines().next().unwrap_or_default());
    job.status.send_modify(|status| (status.state, status.result) = (state, Some(result)));
}

impl Job {
    pub(crate) fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// The status, now that somebody gets the result.
    pub(crate) fn taken(&self) -> Status {
        self.status.send_if_modified(|status| {
            status.seen |= status.state.is_over();
            false
        });
        self.status()
    }

    /// Hears of each change of the status.
    pub(crate) fn watch(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    pub(crate) async fn over(&self) {
        // The job holds the sender, so that there is always one.
        let mut changes = self.watch();
        let _closed = changes.wait_for(|status| status.state.is_over()).await;
    }

    pub(crate) fn cancel(&self) {
        self.cancelled.send_replace(true);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        *self.cancelled.borrow()
    }

    pub(crate) async fn cancelled(&self) {
        let mut changes = self.cancelled.subscribe();
        let _closed = changes.wait_for(|cancelled| *cancelled).await;
    }

    /// Says how far it is.
    pub(crate) fn progress(&self, done: u64, total: u64) {
        self.status.send_modify(|status| (status.done, status.total) = (done, Some(total)));
    }

    /// Writes a line into the log, and tells those who are subscribed to it.
    pub(crate) fn log(&self, line: &str) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() == LINES {
            log.pop_front();
        }
        log.push_back(line.to_owned());
        drop(log);
        self.server.resource_updated(&self.status.borrow().log);
    }

    /// The last lines of the log.
    pub(crate) fn tail(&self) -> String {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.iter().map(|line| format!("{line}\n")).collect()
    }
}
