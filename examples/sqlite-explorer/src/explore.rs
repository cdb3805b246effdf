//! Looking around: what tables there are, what one is made of, and a prompt to have it all explained.

use crate::database::{Database, Result, quoted, tables as names};
use crate::nearest::did_you_mean;
use crate::query::{Rows, read};
use lmcp::{Context, Message, State, prompt, resource, tool};
use rusqlite::{Connection, OptionalExtension, Row};
use schemars::JsonSchema;
use serde::Serialize;

/// What is in the database.
#[derive(Debug, Serialize, JsonSchema)]
struct Tables {
    tables: Vec<Listed>,
}

/// A table or a view.
#[derive(Debug, Serialize, JsonSchema)]
struct Listed {
    name: String,
    /// `table` or `view`.
    kind: String,
    columns: Vec<String>,
}

/// What a table is made of.
#[derive(Debug, Serialize, JsonSchema)]
struct Table {
    name: String,
    /// `table` or `view`.
    kind: String,
    rows: u64,
    columns: Vec<Column>,
    foreign_keys: Vec<ForeignKey>,
    indexes: Vec<Index>,
    /// The statement that makes it.
    sql: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Column {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    not_null: bool,
    /// An expression in SQL.
    default: Option<String>,
    /// Whether it is in the primary key.
    primary_key: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ForeignKey {
    column: String,
    table: String,
    /// The column over there; the primary key, if it is not said.
    to: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Index {
    name: String,
    unique: bool,
    columns: Vec<String>,
}

/// List the tables and views, with the names of their columns.
#[tool(title = "Tables", read_only, destructive = false, idempotent, open_world = false)]
async fn tables(ctx: &Context, State(database): State<Database>) -> Result<Tables> {
    let list = |connection: &Connection| {
        let listed = |name: String| {
            let kind = kind(connection, &name)?.unwrap_or_default().0;
            let columns = all(connection, "SELECT name FROM pragma_table_info(?1)", &name, |row| row.get(0))?;
            Ok(Listed { name, kind, columns })
        };
        Ok(Tables { tables: names(connection)?.into_iter().map(listed).collect::<Result<_>>()? })
    };
    database.read(ctx, list).await
}

/// Describe a table or a view: columns, keys, indexes, and how many rows it has.
#[tool(title = "Describe a table", read_only, destructive = false, idempotent, open_world = false)]
async fn describe(
    ctx: &Context,
    State(database): State<Database>,
    /// Its name, as `tables` has it.
    table: String,
) -> Result<Table> {
    database.read(ctx, move |connection| about(connection, table)).await
}

/// The statements that make the tables, indexes, views and triggers.
#[resource("schema", title = "Schema", mime = "application/sql")]
async fn schema(ctx: &Context, State(database): State<Database>) -> Result<String> {
    let statements = |connection: &Connection| {
        let mut statement = connection.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid")?;
        let statements = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
        Ok(statements.iter().map(|sql| format!("{sql};\n")).collect())
    };
    database.read(ctx, statements).await
}

/// The first rows of a table, as JSON.
#[resource("table/<name>", title = "First rows of a table")]
async fn first_rows(
    ctx: &Context,
    State(database): State<Database>,
    #[arg(complete = complete_table)] name: String,
) -> Result<Option<Rows>> {
    let rows = move |connection: &Connection| {
        if kind(connection, &name)?.is_none() {
            return Ok(None);
        }
        read(&mut connection.prepare(&format!("SELECT * FROM {}", quoted(&name)))?, 20).map(Some)
    };
    database.read(ctx, rows).await
}

async fn complete_table(typed: String, ctx: Context, State(database): State<Database>) -> Result<Vec<String>> {
    let names = database.read(&ctx, names).await?;
    Ok(names.into_iter().filter(|name| name.to_lowercase().starts_with(&typed.to_lowercase())).collect())
}

/// Explain this database: what it holds and how its tables belong together.
#[prompt(title = "Explain this database")]
async fn explain(ctx: &Context, State(database): State<Database>) -> Result<Message> {
    let name = database.name();
    let schema = schema(ctx, State(database)).await?;
    Ok(Message::user(format!(
        "This is the schema of the SQLite database {name}:\n\n```sql\n{schema}```\n\nExplain in plain words what it holds, \
         how its tables belong together, and three questions that it can answer, each with its query. Look at some rows \
         with `query` where names do not tell enough."
    )))
}

fn about(connection: &Connection, name: String) -> Result<Table> {
    let Some((kind, sql)) = kind(connection, &name)? else {
        return Err(format!("no such table: {name}{}", did_you_mean(&name, &names(connection)?)).into());
    };
    let columns =
        all(connection, "SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info(?1)", &name, |row| {
            Ok(Column {
                name: row.get(0)?,
                kind: row.get(1)?,
                not_null: row.get(2)?,
                default: row.get(3)?,
                primary_key: row.get::<_, u32>(4)? > 0,
            })
        })?;
    let foreign_keys =
        all(connection, "SELECT \"from\", \"table\", \"to\" FROM pragma_foreign_key_list(?1)", &name, |row| {
            Ok(ForeignKey { column: row.get(0)?, table: row.get(1)?, to: row.get(2)? })
        })?;
    let mut indexes = all(connection, "SELECT name, \"unique\" FROM pragma_index_list(?1)", &name, |row| {
        Ok(Index { name: row.get(0)?, unique: row.get(1)?, columns: Vec::new() })
    })?;
    for index in &mut indexes {
        // An index on an expression has no column there.
        let sql = "SELECT coalesce(name, '(expression)') FROM pragma_index_info(?1)";
        index.columns = all(connection, sql, &index.name, |row| row.get(0))?;
    }
    let rows = connection.query_row(&format!("SELECT count(*) FROM {}", quoted(&name)), [], |row| row.get(0))?;
    Ok(Table { name, kind, rows, columns, foreign_keys, indexes, sql })
}

/// Whether a name is a table's or a view's, and the statement that makes it.
fn kind(connection: &Connection, name: &str) -> Result<Option<(String, String)>> {
    let sql = "SELECT type, sql FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE AND type IN ('table', 'view')";
    let get = |row: &Row<'_>| Ok((row.get(0)?, row.get::<_, Option<String>>(1)?.unwrap_or_default()));
    Ok(connection.query_row(sql, [name], get).optional()?)
}

fn all<T>(
    connection: &Connection,
    sql: &str,
    name: &str,
    get: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    Ok(connection.prepare(sql)?.query_map([name], get)?.collect::<rusqlite::Result<_>>()?)
}
