//! `execute`: a change is tried and taken back, the user is asked, and then it is made, once.

use crate::database::{Database, Result, anything, only_change, quoted, tables};
use lmcp::{Context, State, Unanswered, tool};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// The longest statement, in bytes: whoever agrees to it has to read it.
const LONGEST: usize = 4000;

/// What a statement would do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Effect {
    /// Rows that it puts in, changes or takes out, those of triggers and foreign keys included.
    rows: u64,
    /// Whether tables, columns, indexes, views or triggers change.
    schema: bool,
    /// Tables that are gone then.
    dropped: Vec<String>,
    /// How many rows are in them.
    lost: u64,
}

/// What the user is asked about.
#[derive(Serialize, Deserialize)]
struct Trial {
    effect: Effect,
    ticket: u64,
}

/// Change rows or tables with one statement, such as INSERT, UPDATE, DELETE or CREATE TABLE.
///
/// The user is asked first, with the statement and the number of rows it would change.
#[tool(title = "Execute", read_only = false, destructive, idempotent = false, open_world = false, elicits(()))]
pub(crate) async fn execute(
    ctx: &Context,
    State(database): State<Database>,
    State(consents): State<Consents>,
    /// The statement, in SQLite's dialect.
    sql: String,
) -> Result<String> {
    readable(&sql)?;
    if !ctx.can_elicit() {
        // Whoever cannot be asked is told before the database is locked: this error says what the client lacks.
        ctx.elicit::<()>(format!("Change {}?", database.name())).await?;
    }
    // A client of 2026-07-28 has this function run again with the user's answer: what was found is recorded, so that
    // the question is still the same one, and the answer is to that number of rows and to no other.
    let Trial { effect, ticket } = ctx
        .once("trial", async || {
            let sql = sql.clone();
            let effect = database.write(ctx, move |connection| try_out(connection, &sql)).await?;
            Ok::<_, crate::database::Error>(Trial { effect, ticket: consents.ask() })
        })
        .await?;
    let question = format!("Change {}? {effect}\n\n{sql}", database.name());
    let answer = ctx.elicit::<()>(question).await;
    // Whatever the answer is, it counts once: a client may send it twice.
    let is_first = consents.take(ticket);
    match answer {
        Ok(()) if !is_first => return Err("this was agreed to, and done or given up, before: call again".into()),
        Ok(()) => {}
        Err(Unanswered::Declined | Unanswered::Cancelled) => return Ok("The user said no; nothing was changed.".into()),
        Err(other) => return Err(other.into()),
    }
    let done = format!("Done: {effect}");
    database.write(ctx, move |connection| make(connection, &sql, &effect)).await?;
    Ok(done)
}

/// Finds out what the statement does, and takes it back.
fn try_out(connection: &Connection, sql: &str) -> Result<Effect> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    let effect = run(&transaction, sql)?;
    transaction.rollback()?;
    let lost = rows_of(connection, &effect.dropped)?;
    Ok(Effect { lost, ..effect })
}

/// Does it, if it still does what was agreed to.
fn make(connection: &Connection, sql: &str, agreed: &Effect) -> Result<()> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    let lost = rows_of(&transaction, &agreed.dropped)?;
    let effect = Effect { lost, ..run(&transaction, sql)? };
    if effect != *agreed {
        return Err(
            format!("nothing was changed, since others changed the database meanwhile: {effect} Call again.").into()
        );
    }
    Ok(transaction.commit()?)
}

/// Runs the statement to its end.
fn run(transaction: &Transaction<'_>, sql: &str) -> Result<Effect> {
    let look = || -> Result<_> {
        let version: i64 = transaction.pragma_query_value(None, "schema_version", |row| row.get(0))?;
        Ok((transaction.total_changes(), version, tables(transaction)?))
    };
    let (changes, version, before) = look()?;
    only_change(transaction);
    let done = step_through(transaction, sql);
    anything(transaction);
    done?;
    let (now, version_now, after) = look()?;
    let dropped = before.into_iter().filter(|name| !after.contains(name)).collect();
    Ok(Effect { rows: now - changes, schema: version_now != version, dropped, lost: 0 })
}

fn step_through(transaction: &Transaction<'_>, sql: &str) -> Result<()> {
    let mut statement = transaction.prepare(sql)?;
    if statement.readonly() {
        return Err("this changes nothing; `query` is for reading".into());
    }
    // With RETURNING it gives rows, and is done when all were read.
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    Ok(())
}

fn rows_of(connection: &Connection, tables: &[String]) -> Result<u64> {
    let mut rows = 0;
    for name in tables {
        let count = format!("SELECT count(*) FROM {}", quoted(name));
        rows += connection.query_row(&count, [], |row| row.get::<_, u64>(0))?;
    }
    Ok(rows)
}

impl std::fmt::Display for Effect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let s = |count: u64| if count == 1 { "" } else { "s" };
        write!(f, "{} row{} changed", self.rows, s(self.rows))?;
        if !self.dropped.is_empty() {
            write!(f, ", {} dropped with {} row{}", self.dropped.join(", "), self.lost, s(self.lost))?;
        } else if self.schema {
            f.write_str(", and the schema")?;
        }
        f.write_str(".")
    }
}

/// Refuses what a question would not show as it is.
fn readable(sql: &str) -> Result<()> {
    if sql.len() > LONGEST {
        return Err(
            format!("a statement may have {LONGEST} bytes, since the user has to read it; write several").into()
        );
    }
    let hidden = |c: &char| {
        let turns =
            matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        turns || c.is_control() && !matches!(c, '\n' | '\t')
    };
    match sql.chars().find(hidden) {
        Some(c) => Err(format!("the user could not see the character {c:?}; write char({}) instead", c as u32).into()),
        None => Ok(()),
    }
}

/// Questions whose answers have not come yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Consents(Arc<Mutex<Tickets>>);

#[derive(Debug, Default)]
struct Tickets {
    last: u64,
    open: BTreeSet<u64>,
}

impl Consents {
    /// How many questions may be open; the oldest are forgotten, and cannot be answered any more.
    const MOST: usize = 1000;

    fn ask(&self) -> u64 {
        let mut tickets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A server that was started again has other numbers.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        tickets.last = (tickets.last + 1).max(u64::try_from(now.as_micros()).unwrap_or_default());
        let ticket = tickets.last;
        tickets.open.insert(ticket);
        if tickets.open.len() > Self::MOST {
            tickets.open.pop_first();
        }
        ticket
    }

    /// Whether it is the first answer.
    fn take(&self, ticket: u64) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).open.remove(&ticket)
    }
}
