//! The program as a process: what one types, and what a client says over its pipe.

use rusqlite::Connection;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const DELETE: &str = "DELETE FROM orders WHERE customer = 1";

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

/// A client's end of the pipe.
struct Pipe(Child, ChildStdin, Lines<BufReader<ChildStdout>>);

impl Pipe {
    fn open(arguments: &[&str]) -> Self {
        let mut child = program(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let (stdin, stdout) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
        Pipe(child, stdin, BufReader::new(stdout).lines())
    }

    fn send(&mut self, message: Value) {
        writeln!(self.1, "{message}").expect("it reads");
    }

    fn next(&mut self) -> Value {
        serde_json::from_str(&self.2.next().expect("it goes on").expect("UTF-8")).expect("JSON")
    }

    /// A request of 2026-07-28, and its result.
    fn ask(&mut self, method: &str, mut params: Value) -> Value {
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": { "elicitation": {} },
        });
        self.send(json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }));
        self.next()["result"].take()
    }

    fn end(self) {
        let Pipe(mut child, stdin, lines) = self;
        drop(stdin);
        assert_eq!(lines.count(), 0, "nothing more is said");
        assert!(child.wait().expect("it ends").success());
    }
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
        (&["call", "execute", "sql=DELETE FROM orders"], "error: unknown tool \"execute\""),
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
fn no_client_refuses_it() {
    let (said, good) = run(&mut program(&["check", "--json"]));
    let checked: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!((good, &checked["findings"]), (true, &json!([])));
}

#[test]
fn a_client_of_2025_is_asked_before_anything_changes() {
    let file = shop("legacy");
    let mut pipe = Pipe::open(&["--db", file.to_str().expect("UTF-8"), "--write"]);
    let client = json!({ "name": "test", "version": "1" });
    let params =
        json!({ "protocolVersion": "2025-06-18", "capabilities": { "elicitation": {} }, "clientInfo": client });
    pipe.send(json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params }));
    let introduced = pipe.next();
    assert_eq!(introduced["result"]["serverInfo"]["name"], "sqlite-explorer");
    pipe.send(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));

    let call = json!({ "name": "execute", "arguments": { "sql": DELETE } });
    for (id, action, text) in [
        (1, "decline", "The user said no; nothing was changed."),
        (2, "cancel", "The user said no; nothing was changed."),
        (3, "accept", "Done: 2 rows changed."),
    ] {
        pipe.send(json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": call }));
        let question = pipe.next();
        assert_eq!(question["method"], "elicitation/create");
        assert_eq!(question["params"]["message"], format!("Change shop.db? 2 rows changed.\n\n{DELETE}"));
        assert_eq!(orders(&file), 3, "not before the answer");
        let result = json!({ "action": action, "content": {} });
        pipe.send(json!({ "jsonrpc": "2.0", "id": question["id"], "result": result }));
        assert_eq!(pipe.next()["result"]["content"][0]["text"], text);
    }
    assert_eq!(orders(&file), 1);
    pipe.end();
}

#[test]
fn an_answer_of_2026_counts_once_and_for_what_was_asked() {
    let file = shop("modern");
    let add = || {
        let connection = Connection::open(&file).expect("it opens");
        connection.execute("INSERT INTO orders (customer, cents) VALUES (1, 5)", []).expect("SQL");
    };
    let call = json!({ "name": "execute", "arguments": { "sql": DELETE } });
    let mut pipe = Pipe::open(&["--db", file.to_str().expect("UTF-8"), "--write"]);
    let retry = |asked: &Value| {
        let key = asked["inputRequests"].as_object().expect("a question").keys().next().expect("one").clone();
        let mut call = call.clone();
        call["inputResponses"] = json!({ key: { "action": "accept", "content": {} } });
        call["requestState"] = asked["requestState"].clone();
        call
    };
    let text = |result: &Value| result["content"][0]["text"].as_str().unwrap_or_default().to_owned();

    // Somebody adds a row while the user thinks.
    let asked = pipe.ask("tools/call", call.clone());
    add();
    let late = text(&pipe.ask("tools/call", retry(&asked)));
    assert!(late.starts_with("nothing was changed, since others changed the database meanwhile"), "{late}");
    assert_eq!(orders(&file), 4);

    // The same answer is sent twice, when as many rows are there again.
    let asked = pipe.ask("tools/call", call.clone());
    assert_eq!(text(&pipe.ask("tools/call", retry(&asked))), "Done: 3 rows changed.");
    (0..3).for_each(|_| add());
    let again = pipe.ask("tools/call", retry(&asked));
    assert_eq!((&again["isError"], text(&again).contains("before: call again")), (&json!(true), true), "{again}");
    assert_eq!(orders(&file), 4);
    pipe.end();
}
