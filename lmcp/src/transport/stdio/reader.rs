//! The threads that read standard input: one at a time, in big pieces.

use super::{CHUNK, spawn};
use crate::Error;
use crate::transport::lines::{Line, Lines};
use crate::transport::pipe::Pipe;
use crate::transport::watch::Who;
use std::fs::File;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// How many lines of one chunk are taken before what was asked for is started, and what was answered leaves: whoever waits
/// for it can go on meanwhile.
const TOGETHER: usize = 32;

/// Starts to read, until the input ends, or cannot be read; that is told to `ended`.
pub(super) fn start(pipe: &Pipe, runtime: &Handle, ended: oneshot::Sender<io::Result<()>>) -> Result<(), Error> {
    let input = Input {
        chunk: vec![0; CHUNK],
        lines: Lines::new(pipe.line_bytes()),
        next: None,
        has_ended: false,
        ended: Some(ended),
    };
    let reader =
        Arc::new(Reader { pipe: pipe.clone(), runtime: runtime.clone(), file: file(), input: Mutex::new(input) });
    if reader.file.is_some() {
        // Not to be kept by what it keeps.
        let reader = Arc::downgrade(&reader);
        pipe.watch().hire_with(move || {
            let Some(reader) = reader.upgrade() else { return };
            if let Err(e) = spawn("lmcp-watch", Box::new(move || reader.second())) {
                tracing::debug!(error = %e, "whoever reads runs nothing by itself");
            }
        });
    }
    spawn("lmcp-stdin", Box::new(move || reader.first()))
}

/// Standard input without the lock that std keeps it behind, so that two threads may read it in turn; `None` where that
/// cannot be, and then one thread does it all.
fn file() -> Option<File> {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        io::stdin().as_fd().try_clone_to_owned().ok().map(File::from)
    }
    #[cfg(not(unix))]
    None
}

struct Reader {
    pipe: Pipe,
    runtime: Handle,
    file: Option<File>,
    /// Whoever reads has it, but for the time a line is taken.
    input: Mutex<Input>,
}

/// What was read and not taken yet.
struct Input {
    chunk: Vec<u8>,
    lines: Lines,
    /// The next of the lines.
    next: Option<Line>,
    has_ended: bool,
    ended: Option<oneshot::Sender<io::Result<()>>>,
}

impl Reader {
    /// Reads from the beginning.
    fn first(&self) {
        let _in_runtime = self.runtime.enter();
        let _told = Told { reader: self, who: Who::First };
        // For good: nobody else is to take bytes of the protocol's.
        let mut stdin = io::stdin().lock();
        let Some(file) = &self.file else {
            self.read(Who::First, &mut stdin);
            return;
        };
        // What others have left in std's buffer comes first, and is all that will ever be there.
        let filled = self.lock().fill(&mut stdin);
        if let Err(e) = filled {
            return self.end(Err(e));
        }
        self.take_turns(Who::First, file);
    }

    /// Reads as soon as the first one is stuck.
    fn second(&self) {
        let _in_runtime = self.runtime.enter();
        let _told = Told { reader: self, who: Who::Second };
        if let Some(file) = &self.file
            && self.relieve()
        {
            self.take_turns(Who::Second, file);
        }
    }

    /// Reads until the other one does, watches it until it is stuck, and so on.
    fn take_turns(&self, who: Who, mut file: &File) {
        while !self.read(who, &mut file) && self.relieve() {}
    }

    /// Waits until it has to read; `false` when there is nothing more to be read.
    fn relieve(&self) -> bool {
        let is_stuck = self.pipe.watch().watch();
        if is_stuck {
            // It may have left things undone.
            self.pipe.start();
        }
        is_stuck
    }

    /// Reads until the input ends; `false` if the other one reads on. While answers pile up unread, no more requests are
    /// taken.
    fn read(&self, who: Who, from: &mut dyn Read) -> bool {
        let mut input = self.lock();
        let mut taken = 0;
        loop {
            while let Some(line) = input.next.take() {
                if self.pipe.watch().is_over() {
                    return true;
                }
                input.next = input.lines.next();
                let more = input.next.is_some();
                drop(input);
                self.pipe.take(line, more);
                if !self.pipe.watch().is_read_by(who) {
                    return false;
                }
                // One chunk may hold many requests.
                taken += 1;
                if !more || taken >= TOGETHER || self.pipe.outbox().is_full() {
                    taken = 0;
                    self.pipe.start();
                    self.wait_for_room();
                }
                input = self.lock();
            }
            if input.has_ended {
                drop(input);
                self.end(Ok(()));
                return true;
            }
            if let Err(e) = input.fill(from) {
                drop(input);
                self.end(Err(e));
                return true;
            }
        }
    }

    fn wait_for_room(&self) {
        if self.pipe.outbox().is_full() {
            self.runtime.block_on(self.pipe.outbox().room());
        }
    }

    fn end(&self, result: io::Result<()>) {
        self.pipe.watch().end_of_input();
        if let Some(ended) = self.lock().ended.take() {
            let _nobody_listens = ended.send(result);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Input> {
        self.input.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever reads and panics ends the input: nobody else would.
struct Told<'a> {
    reader: &'a Reader,
    who: Who,
}

impl Drop for Told<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() && self.reader.pipe.watch().is_read_by(self.who) {
            self.reader.end(Err(io::Error::other("the thread that reads it panicked")));
        }
    }
}

impl Input {
    /// Reads once, and cuts off the next line.
    fn fill(&mut self, from: &mut dyn Read) -> io::Result<()> {
        loop {
            match from.read(&mut self.chunk) {
                Ok(0) => {
                    self.has_ended = true;
                    self.next = self.lines.last();
                    return Ok(());
                }
                Ok(n) => {
                    self.lines.push(self.chunk.get(..n).unwrap_or_default());
                    self.next = self.lines.next();
                    return Ok(());
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                // Some clients hand over streams that do not wait.
                #[cfg(unix)]
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                    crate::transport::stdout::wait(&io::stdin(), rustix::event::PollFlags::IN)?;
                }
                Err(e) => return Err(e),
            }
        }
    }
}
