//! `query`: what a SELECT finds, up to so many rows and bytes.

use crate::database::{Database, Result, only_read};
use lmcp::{Context, State, tool};
use rusqlite::Statement;
use rusqlite::types::ValueRef;
use schemars::JsonSchema;
use serde::Serialize;

/// The most rows of one answer.
const MOST: usize = 1000;
/// The most bytes of one answer: what a model can still read.
const BYTES: usize = 64 << 10;
/// The most characters of one value.
const CELL: usize = 2000;

/// What a query found.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Rows {
    /// The columns' names.
    columns: Vec<String>,
    /// The values of each row, in the order of the columns.
    rows: Vec<Vec<Option<Cell>>>,
    /// Why there may be more than this, and how to get it.
    #[serde(skip_serializing_if = "Option::is_none")]
    cut: Option<String>,
}

/// A value; NULL is none.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
enum Cell {
    Integer(i64),
    Real(f64),
    Text(String),
}

/// Run one SELECT and get its rows.
///
/// Nothing can be changed with it. Blobs are told by their length; use `hex(column)` for their bytes.
#[tool(title = "Query", read_only, destructive = false, idempotent, open_world = false)]
pub(crate) async fn query(
    ctx: &Context,
    State(database): State<Database>,
    /// The statement, in SQLite's dialect.
    sql: String,
    /// The most rows to get, at most 1000.
    #[arg(default = 100)]
    limit: usize,
) -> Result<Rows> {
    let rows = move |connection: &rusqlite::Connection| {
        only_read(connection);
        let mut statement = connection.prepare(&sql)?;
        if statement.column_count() == 0 {
            return Err("this statement gives no rows; write one SELECT".into());
        }
        read(&mut statement, limit.min(MOST))
    };
    database.read(ctx, rows).await
}

/// Reads so many rows, and looks whether there is one more.
pub(crate) fn read(statement: &mut Statement<'_>, limit: usize) -> Result<Rows> {
    let columns: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    let mut found = Rows { columns, ..Rows::default() };
    let mut bytes = 0;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if found.rows.len() == limit {
            found.cut = Some(format!("only the first {limit} rows; use LIMIT and OFFSET, or count and sum up"));
            break;
        }
        let values = (0..found.columns.len()).map(|at| Ok(cell(row.get_ref(at)?)));
        let values = values.collect::<rusqlite::Result<Vec<Option<Cell>>>>()?;
        bytes += values.iter().map(|cell| cell.as_ref().map_or(4, Cell::len) + 1).sum::<usize>();
        if bytes > BYTES {
            let rows = found.rows.len();
            found.cut = Some(format!("only the first {rows} rows, which are as much as fits: select fewer columns"));
            break;
        }
        found.rows.push(values);
    }
    Ok(found)
}

fn cell(value: ValueRef<'_>) -> Option<Cell> {
    Some(match value {
        ValueRef::Null => return None,
        ValueRef::Integer(number) => Cell::Integer(number),
        // JSON has no infinity.
        ValueRef::Real(number) if !number.is_finite() => Cell::Text(number.to_string()),
        ValueRef::Real(number) => Cell::Real(number),
        ValueRef::Blob(bytes) => Cell::Text(format!("blob of {} bytes", bytes.len())),
        ValueRef::Text(bytes) => {
            let text = String::from_utf8_lossy(bytes);
            Cell::Text(match text.char_indices().nth(CELL) {
                Some((end, _)) => format!("{}… ({} bytes)", &text[..end], bytes.len()),
                None => text.into_owned(),
            })
        }
    })
}

impl Cell {
    /// About as many bytes as it takes in JSON.
    fn len(&self) -> usize {
        match self {
            Cell::Integer(_) | Cell::Real(_) => 8,
            Cell::Text(text) => text.len() + 2,
        }
    }
}
