//! What a program says of itself: its package, what clients are told of the server, arguments of its own.

use super::{Server, settings};
use crate::protocol::Icon;
#[cfg(feature = "cli")]
use crate::server::handle::Info;
use std::panic::Location;

/// What the manifest of the user's package says, which [`package!`](crate::package!) tells.
///
/// ```
/// let package = lmcp::package!();
/// assert_eq!((package.name, package.version), (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// `CARGO_PKG_NAME`.
    pub name: &'static str,
    /// `CARGO_PKG_VERSION`.
    pub version: &'static str,
    /// `CARGO_PKG_DESCRIPTION`.
    pub description: &'static str,
    /// `CARGO_PKG_REPOSITORY`.
    pub repository: &'static str,
    /// `CARGO_PKG_HOMEPAGE`.
    pub homepage: &'static str,
    /// `CARGO_MANIFEST_DIR`, where `check` looks for functions that never got into the program. Empty in a release build:
    /// what is shipped does not tell where it was built.
    pub directory: &'static str,
}

impl Server {
    /// Sets the name clients see; the package's by default. A blank one keeps the server from starting, as a blank version does.
    #[track_caller]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.places.name = Location::caller();
        self.info.name = name.into();
        self
    }
    /// Sets the version clients see; the package's by default.
    #[track_caller]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.places.version = Location::caller();
        self.info.version = version.into();
        self
    }
    /// Sets the name people see.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.info.title = Some(title.into());
        self
    }
    /// Says what the server is; the package's description by default.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.info.description = Some(description.into());
        self
    }
    /// Tells models how to use the server.
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.info.instructions = Some(instructions.into());
        self
    }
    /// Sets the server's website, a URL: `https://example.com`.
    #[track_caller]
    pub fn website(mut self, url: impl Into<String>) -> Self {
        let url = url.into();
        if let Some(wrong) = settings::website(&url) {
            self.mistake(wrong);
        }
        self.info.website = Some(url);
        self
    }
    /// Adds a picture, by an `https:` or a `data:` URI.
    #[track_caller]
    pub fn icon(mut self, icon: Icon) -> Self {
        if let Some(wrong) = settings::icon(&icon.src) {
            self.mistake(wrong);
        }
        self.info.icons.push(icon);
        self
    }

    /// Takes the process's first arguments, as many as are given here, for the program's own: the commands begin behind
    /// them, and `install` writes them into the client's configuration, so that it starts the server with them.
    ///
    /// Shell completions give a program the words as they are typed, its own arguments among them: one that is not whole
    /// yet should end the process, or be left alone.
    ///
    /// They are given as `install` is to write them: with absolute paths, since clients start servers in folders of their
    /// own choice.
    ///
    /// ```no_run
    /// use lmcp::{State, tool};
    /// use std::{env, io, path::PathBuf, sync::Arc};
    ///
    /// /// How large the database is, in bytes.
    /// #[tool(read_only)]
    /// fn size(State(db): State<Arc<PathBuf>>) -> io::Result<u64> {
    ///     Ok(std::fs::metadata(&*db)?.len())
    /// }
    ///
    /// /// The database's file, and what was read of the command line for it.
    /// fn parse() -> Result<(PathBuf, Vec<String>), String> {
    ///     let mut arguments = env::args().skip(1);
    ///     if arguments.next().as_deref() != Some("--db") {
    ///         return Ok((PathBuf::from("shop.db"), Vec::new()));
    ///     }
    ///     let file = arguments.next().ok_or("--db needs a file")?;
    ///     let file = std::path::absolute(&file).map_err(|e| format!("--db {file:?}: {e}"))?;
    ///     let own = vec!["--db".to_owned(), file.to_str().ok_or("--db: not UTF-8")?.to_owned()];
    ///     Ok((file, own))
    /// }
    ///
    /// fn main() {
    ///     // `shop --db shop.db list`, and `shop --db shop.db install cursor`
    ///     let (db, own) = parse().unwrap_or_else(|why| {
    ///         eprintln!("error: {why}");
    ///         std::process::exit(2)
    ///     });
    ///     lmcp::serve!(own_arguments = own, own_usage = "[--db FILE]", state = Arc::new(db))
    /// }
    /// ```
    #[cfg(feature = "cli")]
    pub fn own_arguments(mut self, own: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.info.arguments = own.into_iter().map(Into::into).collect();
        self
    }

    /// What the program's [own arguments](Self::own_arguments) look like, for help and for messages: `--db FILE [--write]`.
    ///
    /// ```
    /// let server = lmcp::Server::empty().own_usage("--db FILE [--write]");
    /// ```
    #[cfg(feature = "cli")]
    pub fn own_usage(mut self, usage: impl Into<String>) -> Self {
        self.info.usage = Some(usage.into());
        self
    }

    #[cfg(feature = "cli")]
    pub(crate) fn info(&self) -> &Info {
        &self.info
    }

    /// The user's package; empty if it was not told.
    #[cfg(feature = "cli")]
    pub(crate) fn package(&self) -> &Package {
        &self.package
    }
}
