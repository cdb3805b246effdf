//! What a client gets, in memory: both eras where the user is asked.

use crate::change::Consents;
use crate::database::Database;
use lmcp::ProtocolVersion;
use lmcp::testing::{Client, Connecting};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

/// A shop's database, gone with the test.
struct Shop(PathBuf);

impl Drop for Shop {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

impl Shop {
    fn open(test: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("sqlite-explorer-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let shop = Shop(folder);
        let sql = "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, vip INTEGER DEFAULT 0);
                   CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers (id), cents INTEGER);
                   CREATE UNIQUE INDEX names ON customers (name);
                   CREATE VIEW dear AS SELECT * FROM orders WHERE cents > 5000;
                   CREATE TABLE \"odd \"\"name\" (a);
                   INSERT INTO customers (name) VALUES ('Ada'), ('Bo'), ('Cy');
                   INSERT INTO orders (customer, cents) VALUES (1, 990), (1, 7000), (2, 120);";
        shop.connection().execute_batch(sql).expect("SQL");
        shop
    }

    fn file(&self) -> PathBuf {
        self.0.join("shop.db")
    }

    fn connection(&self) -> Connection {
        Connection::open(self.file()).expect("it opens")
    }

    fn orders(&self) -> i64 {
        self.connection().query_row("SELECT count(*) FROM orders", [], |row| row.get(0)).expect("SQL")
    }

    fn database(&self, write: bool) -> Database {
        Database::new(Some(self.file()), write).expect("it is there")
    }
}

fn client(database: Database) -> Connecting {
    lmcp::testing::client!(state = database, state = Consents::default())
}

async fn query(client: &Client, sql: &str) -> String {
    let called = client.call("query", json!({ "sql": sql })).await;
    if called.is_error() { called.error() } else { called.text() }
}

#[tokio::test]
async fn tables_are_listed_and_described() {
    let shop = Shop::open("describe");
    let client = client(shop.database(false)).await;
    let tables = client.call("tables", json!({})).await.structured()["tables"].clone();
    let names: Vec<&Value> = tables.as_array().expect("a list").iter().map(|table| &table["name"]).collect();
    assert_eq!(names, ["customers", "dear", "odd \"name", "orders"]);
    assert_eq!(tables[1], json!({ "name": "dear", "kind": "view", "columns": ["id", "customer", "cents"] }));

    let table = client.call("describe", json!({ "table": "customers" })).await.structured();
    assert_eq!((&table["rows"], &table["kind"]), (&json!(3), &json!("table")));
    assert_eq!(table["columns"][1], json!({ "name": "name", "type": "TEXT", "not_null": true, "primary_key": false }));
    assert_eq!(table["indexes"], json!([{ "name": "names", "unique": true, "columns": ["name"] }]));
    let orders = client.call("describe", json!({ "table": "orders" })).await.structured();
    assert_eq!(orders["foreign_keys"], json!([{ "column": "customer", "table": "customers", "to": "id" }]));
    assert_eq!(client.call("describe", json!({ "table": "odd \"name" })).await.structured()["rows"], 0);

    let missing = client.call("describe", json!({ "table": "customer" })).await.error();
    assert_eq!(missing, "no such table: customer; did you mean \"customers\"?");
}

#[tokio::test]
async fn a_query_gives_rows_up_to_its_limits() {
    let shop = Shop::open("query");
    let client = client(shop.database(false)).await;
    let found =
        client.call("query", json!({ "sql": "SELECT name, vip, x'00ff' AS b, 1.5, NULL FROM customers" })).await;
    assert_eq!(found.structured()["rows"][0], json!(["Ada", 0, "blob of 2 bytes", 1.5, null]));
    assert_eq!(found.structured()["columns"], json!(["name", "vip", "b", "1.5", "NULL"]));
    assert_eq!(found.structured().get("cut"), None);

    let two = client.call("query", json!({ "sql": "SELECT id FROM customers", "limit": 2 })).await.structured();
    assert_eq!(two["rows"], json!([[1], [2]]));
    assert!(two["cut"].as_str().is_some_and(|cut| cut.starts_with("only the first 2 rows")), "{two}");

    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, hex(zeroblob(500)) FROM n";
    let many = client.call("query", json!({ "sql": endless, "limit": 1000 })).await.structured();
    assert!(many["cut"].as_str().is_some_and(|cut| cut.contains("as much as fits")), "{}", many["cut"]);
    assert!(many.to_string().len() < 70_000);
    let long = query(&client, "SELECT hex(zeroblob(5000))").await;
    assert!(long.contains("… (10000 bytes)") && long.len() < 3000, "{long}");
    assert_eq!(query(&client, "SELECT zeroblob(1000000000)").await, "string or blob too big");

    assert_eq!(query(&client, "SELECT * FROM odrers").await, "no such table: odrers; did you mean \"orders\"?");
    let column = query(&client, "SELECT nam FROM customers").await;
    assert_eq!(column, "no such column: nam; `describe` shows the columns of a table");
    assert!(query(&client, "SELECT * FROM pragma_table_info('orders')").await.contains("customer"));
}

#[tokio::test]
async fn a_query_cannot_do_anything_else() {
    let shop = Shop::open("readonly");
    let other = Shop::open("other");
    // Whoever may write is held to reading all the same.
    for writable in [false, true] {
        let client = client(shop.database(writable)).await;
        for sql in [
            "DELETE FROM orders",
            "WITH x AS (SELECT 1) INSERT INTO orders (cents) SELECT * FROM x",
            "DELETE FROM orders RETURNING id",
            "DROP TABLE orders",
            "CREATE TEMP TABLE t AS SELECT 1",
            &format!("ATTACH '{}' AS other", other.file().display()),
            "VACUUM INTO '/tmp/never'",
            "PRAGMA writable_schema = 1",
            "PRAGMA journal_mode = WAL",
            "PRAGMA database_list",
            "SELECT * FROM pragma_database_list",
            "SELECT load_extension('x')",
            "BEGIN",
            "SAVEPOINT a",
            "SELECT 1; DELETE FROM orders",
            "",
        ] {
            let called = client.call("query", json!({ "sql": sql })).await;
            assert!(called.is_error(), "{sql}: {}", called.text());
        }
        assert!(query(&client, "DELETE FROM orders").await.ends_with("for changes there is `execute`"));
    }
    assert_eq!(shop.orders(), 3);
}

#[tokio::test]
async fn what_takes_too_long_is_ended() {
    let shop = Shop::open("long");
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    let short = client(shop.database(false).within(Duration::from_millis(50))).await;
    assert_eq!(query(&short, endless).await, "it took longer than 50ms: ask for less, or use an index");

    // One that is cancelled does not hold up the runtime's end, which waits for its threads.
    let ready =
        lmcp::server!().state(shop.database(false).within(Duration::from_secs(3600))).state(Consents::default());
    let client = Connecting::new(ready).await;
    tokio::select! {
        biased;
        called = client.call("query", json!({ "sql": endless })) => panic!("{called:?}"),
        () = async {
            // Once the second one is answered, the first one's thread runs.
            assert!(query(&client, "SELECT 1").await.contains("[[1]]"));
            client.notify("notifications/cancelled", json!({ "requestId": 2 })).await;
        } => {}
    }
}

const DELETE: &str = "DELETE FROM orders WHERE customer = 1";
const QUESTION: &str = "Change shop.db? 2 rows changed.\n\nDELETE FROM orders WHERE customer = 1";

#[tokio::test]
async fn a_change_is_made_once_the_user_agrees() {
    for version in [ProtocolVersion::V2025_06_18, ProtocolVersion::V2025_11_25, ProtocolVersion::LATEST] {
        let shop = Shop::open("change");
        let client = client(shop.database(true)).version(version).await;
        for says_no in [Client::decline, Client::cancel] {
            says_no(&client, QUESTION);
            let said = client.call("execute", json!({ "sql": DELETE })).await.text();
            assert_eq!(said, "The user said no; nothing was changed.");
            assert_eq!(shop.orders(), 3);
        }
        client.answer(QUESTION, json!({}));
        assert_eq!(client.call("execute", json!({ "sql": DELETE })).await.text(), "Done: 2 rows changed.");
        assert_eq!(shop.orders(), 1);

        let drop = "DROP TABLE orders";
        client.answer(format!("Change shop.db? 0 rows changed, orders dropped with 1 row.\n\n{drop}"), json!({}));
        let dropped = client.call("execute", json!({ "sql": drop })).await.text();
        assert_eq!(dropped, "Done: 0 rows changed, orders dropped with 1 row.");
        let create = "CREATE TABLE t (a)";
        client.answer(format!("Change shop.db? 0 rows changed, and the schema.\n\n{create}"), json!({}));
        assert_eq!(
            client.call("execute", json!({ "sql": create })).await.text(),
            "Done: 0 rows changed, and the schema."
        );
    }
}

#[tokio::test]
async fn an_answer_counts_once_and_for_what_was_asked() {
    let shop = Shop::open("once");
    let client = client(shop.database(true)).await;
    let call = json!({ "name": "execute", "arguments": { "sql": DELETE } });
    let ask = async |call: Value| client.request_once("tools/call", call).await.expect("a result");
    let agree = |asked: &Value| {
        let (key, question) = asked["inputRequests"].as_object().and_then(|all| all.iter().next()).expect("a question");
        assert!(question["params"]["message"].as_str().is_some_and(|text| text.starts_with("Change shop.db? ")));
        let mut call = call.clone();
        call["inputResponses"] = json!({ key: { "action": "accept", "content": {} } });
        call["requestState"] = asked["requestState"].clone();
        call
    };
    let text = |result: &Value| result["content"][0]["text"].as_str().unwrap_or_default().to_owned();
    let add_order = || {
        shop.connection().execute("INSERT INTO orders (customer, cents) VALUES (1, 5)", []).expect("SQL");
    };

    // Somebody adds a row while the user thinks.
    let asked = ask(call.clone()).await;
    add_order();
    let late = text(&ask(agree(&asked)).await);
    assert!(late.starts_with("nothing was changed, since others changed the database meanwhile"), "{late}");
    assert_eq!(shop.orders(), 4);

    // The same answer is sent twice, when as many rows are there again.
    let asked = ask(call.clone()).await;
    assert_eq!(text(&ask(agree(&asked)).await), "Done: 3 rows changed.");
    (0..3).for_each(|_| add_order());
    let again = ask(agree(&asked)).await;
    assert_eq!((&again["isError"], text(&again).contains("before: call again")), (&json!(true), true), "{again}");
    assert_eq!(shop.orders(), 4);
}

#[tokio::test]
async fn nothing_is_changed_without_being_asked_for() {
    let shop = Shop::open("refused");
    let client = client(shop.database(true)).await;
    for (sql, why) in [
        ("SELECT * FROM orders", "this changes nothing; `query` is for reading"),
        ("COMMIT", "not authorized"),
        ("PRAGMA user_version = 7", "not authorized"),
        ("DELETE FROM orders; DELETE FROM customers", "one at a time"),
        ("DELETE FROM orders -- \u{202e}", "could not see the character"),
        ("INSERT INTO orders (customer) VALUES (99)", "FOREIGN KEY"),
        ("INSERT OR ROLLBACK INTO customers (name) VALUES ('Ada')", "UNIQUE"),
        (&"-".repeat(4001), "4000 bytes"),
    ] {
        let error = client.call("execute", json!({ "sql": sql })).await.error();
        assert!(error.contains(why), "{sql}: {error}");
    }
    assert_eq!(shop.orders(), 3);
    let readers = self::client(shop.database(false)).await;
    assert!(readers.call("execute", json!({ "sql": DELETE })).await.error().contains("--write"));

    let server = lmcp::server!().state(shop.database(true)).state(Consents::default()).build().expect("it starts");
    for version in [ProtocolVersion::V2025_11_25, ProtocolVersion::LATEST] {
        let mute = Client::connect_with(&server, version, json!({})).await.expect("it connects");
        // Nothing is tried: what is wrong with a statement is not found.
        for sql in [DELETE, "DELETE FROM nowhere"] {
            let error = mute.call("execute", json!({ "sql": sql })).await.error();
            assert!(error.contains("elicitation"), "{error}");
        }
    }
    assert_eq!(shop.orders(), 3);
}

#[test]
fn no_client_refuses_it() {
    assert_eq!(lmcp::testing::check(), []);
}
