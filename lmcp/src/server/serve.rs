//! [`Server`], served without being built first; and the program around it.

use super::builder::Server;
use crate::Result;
use tokio::io::{AsyncRead, AsyncWrite};

impl Server {
    /// Serves Streamable HTTP on this address until a signal comes, then ends what is running.
    ///
    /// The address is `127.0.0.1:8080`, a port alone (of this machine), or `unix:/run/calc.sock`. Nothing is printed; the
    /// binary's own `--http` says where it serves.
    ///
    /// With `LMCP_LOG` or `RUST_LOG` in the environment, and no `tracing` subscriber in the program, it logs on standard
    /// error; so does [`stdio`](Self::stdio).
    ///
    /// # Errors
    ///
    /// What [`build`](Self::build) says, or that the address cannot be had.
    #[cfg(feature = "http")]
    pub async fn http(self, address: impl AsRef<str>) -> Result<()> {
        self.build()?.http(address).await
    }

    /// Serves one client over standard input and output, until the input ends or a signal comes.
    ///
    /// # Errors
    ///
    /// What [`build`](Self::build) says, or that standard input cannot be read.
    #[cfg(feature = "stdio")]
    pub async fn stdio(self) -> Result<()> {
        self.build()?.stdio().await
    }

    /// Serves one client over any pair of streams, such as the halves of a socket, until `read` ends.
    ///
    /// ```standalone_crate
    /// # #[lmcp::tool] fn ping_it() {}
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> lmcp::Result<()> {
    /// let (ours, theirs) = tokio::io::duplex(1024);
    /// drop(theirs); // the client goes away at once
    /// let (read, write) = tokio::io::split(ours);
    /// lmcp::server!().serve_io(read, write).await
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// What [`build`](Self::build) says, or that `read` failed.
    pub async fn serve_io<R, W>(self, read: R, write: W) -> Result<()>
    where
        R: AsyncRead + Unpin + Send,
        W: AsyncWrite + Unpin + Send + 'static,
    {
        self.build()?.serve_io(read, write).await
    }

    /// Does what the process's arguments say: serve, list, call, read, get, help. What [`serve!`](crate::serve!) runs.
    ///
    /// Returns when that is done; exits the process, with a code that is not 0, when it failed.
    #[cfg(feature = "cli")]
    pub fn main(self) {
        crate::cli::main(self)
    }

    /// Does what the process's arguments say, like [`main`](Self::main), inside a running runtime: for an async `main`
    /// that has something to set up first.
    ///
    /// ```no_run
    /// # #[lmcp::tool] fn unused() {}
    /// # async fn connect() -> String { String::new() }
    /// #[tokio::main]
    /// async fn main() {
    ///     let database = connect().await;
    ///     lmcp::server!().state(database).run().await
    /// }
    /// ```
    ///
    /// Returns when that is done; exits the process, with a code that is not 0, when it failed.
    #[cfg(feature = "cli")]
    pub async fn run(self) {
        let code = crate::cli::run(self).await;
        if code != 0 {
            std::process::exit(code);
        }
    }
}
