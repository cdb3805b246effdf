//! The database: connections to it that can do so much and no more, and SQLite's errors in words to act on.

use crate::nearest::did_you_mean;
use lmcp::Context;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// How long one piece of work may take.
pub(crate) const TIME: Duration = Duration::from_secs(5);
/// The longest text or blob that SQLite makes, in bytes: one function call is not interrupted.
const LENGTH: i32 = 4 << 20;
/// How many steps SQLite does between two looks at the time.
const STEPS: i32 = 1000;

/// A database file. Each call has a connection of its own, so that one can be interrupted and the others go on.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    file: Option<Arc<Path>>,
    writable: bool,
    time: Duration,
}

/// What a connection is for.
#[derive(Clone, Copy, PartialEq)]
enum Access {
    Read,
    Write,
}

impl Database {
    /// The error is for a file that is not there, or no file.
    pub(crate) fn new(file: Option<PathBuf>, writable: bool) -> Result<Self, String> {
        if let Some(file) = &file
            && !file.is_file()
        {
            return Err(format!("there is no database file {}", file.display()));
        }
        Ok(Database { file: file.map(Arc::from), writable, time: TIME })
    }

    /// The same with another limit of time.
    #[cfg(test)]
    pub(crate) fn within(self, time: Duration) -> Self {
        Database { time, ..self }
    }

    /// The file's name, for people.
    pub(crate) fn name(&self) -> String {
        let name = self.file.as_deref().and_then(Path::file_name);
        name.map_or_else(|| "no database".to_owned(), |name| name.to_string_lossy().into_owned())
    }

    /// Works on a connection that can only read.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        ctx: &Context,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.run(ctx, Access::Read, work).await
    }

    /// Works on a connection that can change rows and tables.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        ctx: &Context,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if !self.writable && self.file.is_some() {
            return Err("this server only reads: whoever started it has to put --write behind the file".into());
        }
        self.run(ctx, Access::Write, work).await
    }

    /// SQLite waits for disks and locks, so it works on a thread for that. When the call is cancelled, nobody waits for the
    /// thread any more, and the progress handler ends what it does.
    async fn run<T: Send + 'static>(
        &self,
        ctx: &Context,
        access: Access,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (this, ctx) = (self.clone(), ctx.clone());
        let work = move || {
            let connection = this.connect(&ctx, access)?;
            work(&connection).map_err(|error| this.explain(error, &connection))
        };
        tokio::task::spawn_blocking(work).await?
    }

    fn connect(&self, ctx: &Context, access: Access) -> Result<Connection> {
        let file = self.file.as_deref().ok_or("no database was given: the server has to be started with --db FILE")?;
        // Without SQLITE_OPEN_URI and SQLITE_OPEN_CREATE: the name is a file's name, and that file is there.
        let open = match access {
            Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
            Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
        };
        let connection = Connection::open_with_flags(file, open | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(self.time.min(Duration::from_secs(2)))?;
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LENGTH)?;
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        let (ctx, end) = (ctx.clone(), Instant::now() + self.time);
        connection.progress_handler(STEPS, Some(move || ctx.is_cancelled() || Instant::now() > end));
        Ok(connection)
    }

    /// What went wrong, and what to do about it.
    fn explain(&self, error: Error, connection: &Connection) -> Error {
        let (code, message) = match error.downcast_ref() {
            Some(rusqlite::Error::SqliteFailure(code, Some(message))) => (code.code, message),
            Some(rusqlite::Error::SqlInputError { error, msg, .. }) => (error.code, msg),
            Some(rusqlite::Error::MultipleStatement) => {
                return "these are several statements: send one at a time".into();
            }
            _ => return error,
        };
        match code {
            ErrorCode::OperationInterrupted => {
                format!("it took longer than {:?}: ask for less, or use an index", self.time).into()
            }
            ErrorCode::AuthorizationForStatementDenied => {
                format!("{message}: `query` only reads this one database; for changes there is `execute`").into()
            }
            _ if message.starts_with("no such table: ") => {
                let missing = message.trim_start_matches("no such table: ");
                format!("{message}{}", did_you_mean(missing, &tables(connection).unwrap_or_default())).into()
            }
            _ if message.starts_with("no such column: ") => {
                format!("{message}; `describe` shows the columns of a table").into()
            }
            _ => message.clone().into(),
        }
    }
}

/// The names of all tables and views.
pub(crate) fn tables(connection: &Connection) -> Result<Vec<String>> {
    let sql = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite~_%' ESCAPE '~' \
               ORDER BY name";
    let mut statement = connection.prepare(sql)?;
    let names = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(names)
}

/// A name as SQL takes it, whatever is in it.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Lets statements read this database, and nothing else: no other file, no setting, no transaction. It is SQLite that asks,
/// while it compiles them.
pub(crate) fn only_read(connection: &Connection) {
    connection.authorizer(Some(|context: AuthContext<'_>| allow(may_read(context.action))));
}

/// Lets statements change rows and tables as well. Not their transaction: what is tried has to be undone again.
pub(crate) fn only_change(connection: &Connection) {
    connection.authorizer(Some(|context: AuthContext<'_>| {
        allow(match context.action {
            AuthAction::Attach { .. }
            | AuthAction::Detach { .. }
            | AuthAction::Transaction { .. }
            | AuthAction::Savepoint { .. }
            | AuthAction::CreateVtable { .. }
            | AuthAction::DropVtable { .. }
            | AuthAction::Unknown { .. } => false,
            action @ (AuthAction::Pragma { .. } | AuthAction::Function { .. }) => may_read(action),
            _ => true,
        })
    }));
}

/// Lets everything through again.
pub(crate) fn anything(connection: &Connection) {
    connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>);
}

fn may_read(action: AuthAction<'_>) -> bool {
    // Those that tell of tables, also as `pragma_table_info('orders')` in a query.
    const PRAGMAS: [&str; 7] =
        ["table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo", "foreign_key_list"];
    match action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => true,
        AuthAction::Function { function_name } => !function_name.eq_ignore_ascii_case("load_extension"),
        AuthAction::Pragma { pragma_name, .. } => PRAGMAS.contains(&pragma_name.to_ascii_lowercase().as_str()),
        _ => false,
    }
}

fn allow(may: bool) -> Authorization {
    if may { Authorization::Allow } else { Authorization::Deny }
}
