//! Standard output belongs to the protocol: everybody else's goes to standard error.

use super::outbox::at_once::AtOnce;
use std::io;

/// The process's real standard output, out of everybody else's reach until dropped.
pub(crate) struct Stdout {
    file: std::fs::File,
    #[cfg(unix)]
    forwarding: Option<unix::Forwarding>,
}

impl io::Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.file.write(bytes) {
                // Some clients hand over streams that do not wait.
                #[cfg(unix)]
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => wait(&self.file, rustix::event::PollFlags::OUT)?,
                written => return written,
            }
        }
    }
    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Stdout {
    /// Writes what can be written without waiting, beside whoever writes the rest; `None` where the system cannot.
    #[cfg(target_os = "linux")]
    pub(crate) fn at_once(&self) -> Option<AtOnce> {
        use rustix::io::{Errno, ReadWriteFlags, pwritev2};
        use std::sync::atomic::{AtomicBool, Ordering};
        let file = self.file.try_clone().ok()?;
        let cannot = AtomicBool::new(false);
        Some(Box::new(move |bytes| {
            if cannot.load(Ordering::Relaxed) {
                return 0;
            }
            // An offset of all ones is wherever the stream is.
            match pwritev2(&file, &[io::IoSlice::new(bytes)], u64::MAX, ReadWriteFlags::NOWAIT) {
                Ok(written) => written,
                // The writer tries again, and waits or finds out what is wrong.
                Err(Errno::AGAIN | Errno::INTR) => 0,
                Err(_) => {
                    cannot.store(true, Ordering::Relaxed);
                    0
                }
            }
        }))
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn at_once(&self) -> Option<AtOnce> {
        None
    }

    /// Puts things back, once all is written; what others printed meanwhile arrives at standard error.
    pub(crate) fn give_back(self) {
        #[cfg(unix)]
        if let Some(forwarding) = self.forwarding {
            forwarding.end(&self.file);
        }
    }
}

/// Until it is dropped, what is printed goes to standard error, and without a word: nobody reads it as answers yet. Where
/// that cannot be, it goes where it always goes.
#[cfg(feature = "cli")]
#[derive(Debug)]
pub struct Aside {
    #[cfg(unix)]
    stdout: Option<std::os::fd::OwnedFd>,
}

#[cfg(feature = "cli")]
impl Aside {
    pub(crate) fn begin() -> Self {
        #[cfg(unix)]
        let begin = || -> io::Result<std::os::fd::OwnedFd> {
            use std::io::Write as _;
            use std::os::fd::AsFd as _;
            io::stdout().flush()?;
            let stdout = io::stdout().as_fd().try_clone_to_owned()?;
            rustix::stdio::dup2_stdout(io::stderr())?;
            Ok(stdout)
        };
        Aside {
            #[cfg(unix)]
            stdout: begin().ok(),
        }
    }
}

#[cfg(all(feature = "cli", unix))]
impl Drop for Aside {
    fn drop(&mut self) {
        use std::io::Write as _;
        if let Some(stdout) = &self.stdout {
            let _flushed = io::stdout().flush();
            let _as_it_was = rustix::stdio::dup2_stdout(stdout);
        }
    }
}

#[cfg(unix)]
pub(crate) use unix::take;

/// Waits until a stream that does not wait by itself can be read or written.
#[cfg(unix)]
pub(crate) fn wait(stream: &impl std::os::fd::AsFd, what: rustix::event::PollFlags) -> io::Result<()> {
    match rustix::event::poll(&mut [rustix::event::PollFd::new(stream, what)], None) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(e) => Err(e.into()),
    }
}

#[cfg(unix)]
mod unix {
    use super::Stdout;
    use std::fs::File;
    use std::io::{self, Read, Write};
    use std::os::fd::AsFd;
    use std::sync::mpsc;
    use std::time::Duration;

    /// Moves file descriptor 1 to a private one and puts a pipe in its place, whose content goes to standard error:
    /// a `println!` anywhere, even in a child process, cannot corrupt the stream.
    /// `warns` is whether whoever prints is told that this is no place for it.
    pub(crate) fn take(warns: bool) -> io::Result<Stdout> {
        io::stdout().flush()?;
        let file = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        let (read, write) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
        rustix::stdio::dup2_stdout(&write)?;
        drop(write);
        let (done, ended) = mpsc::channel();
        std::thread::Builder::new().name("lmcp-stdout".into()).spawn(move || {
            forward(File::from(read), warns);
            let _nobody_waits = done.send(());
        })?;
        Ok(Stdout { file, forwarding: Some(Forwarding { ended }) })
    }

    pub(super) struct Forwarding {
        ended: mpsc::Receiver<()>,
    }

    impl Forwarding {
        /// Ends the pipe and waits for its rest; a child process that still holds it is not waited for.
        pub(super) fn end(self, stdout: &File) {
            let _flushed = io::stdout().flush();
            if rustix::stdio::dup2_stdout(stdout).is_ok() {
                let _rest = self.ended.recv_timeout(Duration::from_millis(100));
            }
        }
    }

    /// Copies what is printed to standard error; the first time, says so and names it, if it `warns`.
    fn forward(mut from: File, warns: bool) {
        let mut buffer = vec![0; 4096];
        let mut warned = !warns;
        loop {
            let printed = match from.read(&mut buffer) {
                Ok(0) => return,
                Ok(n) => buffer.get(..n).unwrap_or_default(),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return,
            };
            let mut stderr = io::stderr().lock();
            if !std::mem::replace(&mut warned, true) {
                let text = String::from_utf8_lossy(printed);
                let first: String = text.trim_end().lines().next().unwrap_or_default().chars().take(80).collect();
                let _lost = writeln!(
                    stderr,
                    "lmcp: warning: something printed {first:?} to standard output, which belongs to the protocol; it \
                     goes to standard error from here on. Use `eprintln!`, a log, or `ctx.info(…)`."
                );
            }
            let _lost = stderr.write_all(printed);
        }
    }
}

/// Elsewhere standard output stays where it is: a `println!` would show up in the stream.
#[cfg(not(unix))]
pub(crate) fn take(_warns: bool) -> io::Result<Stdout> {
    use std::io::Write as _;
    io::stdout().flush()?;
    #[cfg(windows)]
    let file = {
        use std::os::windows::io::AsHandle;
        std::fs::File::from(io::stdout().as_handle().try_clone_to_owned()?)
    };
    Ok(Stdout { file })
}
