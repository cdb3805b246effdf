//! Looks into a SQLite database: its tables, what a query finds, and changes that the user agrees to.
//!
//! ```sh
//! cargo run -p sqlite-explorer -- --db shop.db call tables
//! cargo run -p sqlite-explorer -- --db shop.db call query sql='SELECT * FROM orders'
//! ```
//!
//! Build it with `cargo build --release -p sqlite-explorer`, and let it write itself, with the file, into a client's
//! configuration:
//!
//! ```sh
//! target/release/sqlite-explorer --db shop.db install claude-desktop
//! ```
//!
//! It only reads, unless `--write` stands behind the file; and then `execute` asks the user before it changes anything,
//! with the number of rows. A client that cannot ask its user cannot write.
//!
//! How a query is kept to reading, and small ([`database`]): the connection is read-only, and SQLite itself asks
//! an authorizer about each thing a statement would do, so that no other file is attached and no setting changed. The text
//! of a statement is never looked at. A progress handler ends what takes longer than five seconds, and what was cancelled;
//! rows and bytes are counted while they are read. How a change is tried, asked for and then made, once: [`change`].

mod change;
mod database;
mod explore;
mod nearest;
mod query;
#[cfg(test)]
mod tests;

use database::Database;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What stands before the commands.
#[derive(Debug, Default, PartialEq)]
struct Options {
    file: Option<PathBuf>,
    write: bool,
}

impl Options {
    fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Options, String> {
        let mut arguments = arguments.into_iter();
        let mut options = Options::default();
        if arguments.next().is_none_or(|first| first != "--db") {
            return Ok(options);
        }
        let file = arguments.next().ok_or("--db needs the database's file")?;
        options.file = Some(std::path::absolute(file).map_err(|e| format!("--db: {e}"))?);
        options.write = arguments.next().is_some_and(|next| next == "--write");
        Ok(options)
    }

    /// As they were given, and as `install` writes them down.
    fn own_arguments(&self) -> Result<Vec<String>, String> {
        let Some(file) = &self.file else { return Ok(Vec::new()) };
        let file = file.to_str().ok_or("the path of the database is not UTF-8, as configurations must be")?;
        let write = self.write.then_some("--write");
        Ok(["--db", file].into_iter().chain(write).map(str::to_owned).collect())
    }

    fn database(&self) -> Result<Database, String> {
        Database::new(self.file.as_deref().map(Path::to_owned), self.write)
    }
}

const INSTRUCTIONS: &str = "Begin with `tables`, look at what matters with `describe`, then `query`. `execute` is for \
                            changes only, and asks the user.";

fn main() {
    let options = Options::parse(std::env::args_os().skip(1));
    let parts = options.and_then(|options| Ok((options.own_arguments()?, options.database()?, options.write)));
    let (own_arguments, database, write) = parts.unwrap_or_else(|why| {
        eprintln!("error: {why}");
        std::process::exit(1)
    });
    let mut server = lmcp::server!()
        .title("SQLite explorer")
        .instructions(INSTRUCTIONS)
        .own_usage("--db FILE [--write]")
        .own_arguments(own_arguments)
        .state(database)
        .state(change::Consents::default());
    if !write {
        server = server.disable("execute");
    }
    server.main()
}
