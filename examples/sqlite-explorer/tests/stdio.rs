//! The program as a process: what one types. What clients get is tested in memory, in `src/tests.rs`.

use rusqlite::Connection;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const SQL: &str = "sql=DELETE FROM orders WHERE customer = 1";

/// A database of this test's own.
fn shop(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _old = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("shop.db");
    let sql = "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER, cents INTEGER);
               INSERT INTO orders (customer, cents) VALUES (1, 990), (1, 7000), (2, 120);";
    Connection::open(&file).expect("it opens").execute_batch(sql).expect("SQL");
    file
}

fn orders(file: &Path) -> i64 {
    let connection = Connection::open(file).expect("it opens");
    connection.query_row("SELECT count(*) FROM orders", [], |row| row.get(0)).expect("SQL")
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sqlite-explorer"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// What is printed, and whether it went well.
fn run(command: &mut Command) -> (String, bool) {
    let output = command.output().expect("it starts");
    let text = String::from_utf8(output.stdout).expect("UTF-8") + &String::from_utf8(output.stderr).expect("UTF-8");
    (text, output.status.success())
}

#[test]
fn what_one_types_prints_what_it_should() {
    let file = shop("typed");
    let file = file.to_str().expect("UTF-8");
    let rows = "{\"columns\":[\"id\",\"cents\"],\"rows\":[[2,7000]]}\n";
    for (words, printed) in [
        (&["call", "query", "sql=SELECT id, cents FROM orders WHERE cents > 5000"][..], rows),
        (&["read", "sqlite-explorer://table/orders", "--json"], "\"text\": \"{\\\"columns\\\":"),
        (
            &["read", "sqlite-explorer://table/nothing"],
            "error: resource \"sqlite-explorer://table/nothing\" not found\n",
        ),
        (&["read", "sqlite-explorer://schema"], "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER, cents"),
        (&["get", "explain"], "user: This is the schema of the SQLite database shop.db:"),
        (
            &["call", "execute", "sql=DELETE FROM orders"],
            "error: the tool `execute` (examples/sqlite-explorer/src/change.rs:",
        ),
        (&["call", "tabels"], "did you mean \"tables\"?"),
        (&["help", "call", "query"], &format!("sqlite-explorer --db {file} call query sql=SQL")),
    ] {
        let (said, _) = run(program(&["--db", file]).args(words));
        assert!(said.contains(printed), "{words:?}: {said}");
    }
    let (said, good) = run(&mut program(&["--help"]));
    assert!(good && said.contains("\n  sqlite-explorer --db FILE [--write] [COMMAND]\n"), "{said}");
    let (said, good) = run(&mut program(&["--db", "/no/such.db", "list"]));
    assert_eq!((said.as_str(), good), ("error: there is no database file /no/such.db\n", false));
    let (said, _) = run(&mut program(&["call", "tables"]));
    assert_eq!(said, "error: no database was given: the server has to be started with --db FILE\n");
    assert_eq!(orders(Path::new(file)), 3);
}

#[test]
fn it_installs_itself_with_its_file() {
    let file = shop("installed");
    let folder = file.parent().expect("a folder");
    let mut command = program(&["--db", "shop.db", "--write", "install", "cursor"]);
    let (said, good) = run(command.current_dir(folder).env("HOME", folder));
    assert!(good, "{said}");
    let written = std::fs::read_to_string(folder.join(".cursor/mcp.json")).expect("it is there");
    let written: Value = serde_json::from_str(&written).expect("JSON");
    let entry = &written["mcpServers"]["sqlite-explorer"];
    assert_eq!(entry["args"], json!(["--db", file, "--write"]));
    assert_eq!(entry["command"], env!("CARGO_BIN_EXE_sqlite-explorer"));
}

#[test]
fn the_user_is_asked_where_it_may_write() {
    let file = shop("written");
    let program =
        |more: &str| program(&["--db", file.to_str().expect("UTF-8"), "--write", "call", "execute", SQL, more]);
    assert_eq!(run(&mut program("--decline")), ("The user said no; nothing was changed.\n".to_owned(), true));
    assert_eq!(orders(&file), 3);
    assert_eq!(run(&mut program("--answer=yes")), ("Done: 2 rows changed.\n".to_owned(), true));
    assert_eq!(orders(&file), 1);
}
