//! Secrets of all kinds are planted, and then everything that is said anywhere is searched for them: logs and spans at the
//! lowest level, standard error, answers, errors and what `Debug` shows.

#[cfg(all(feature = "http2", feature = "tls"))]
#[path = "secrets/second.rs"]
mod second;

use lmcp::{Auth, Call, Context, ForwardEvents, Parameter, Server, Unanswered, resource, tool};
use lmcp_tests::http::{Request, Site, within};
use lmcp_tests::process::Served;
use schemars::JsonSchema;
use serde_json::{Value, json};
use std::fmt::{self, Write as _};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

const TOKEN: &str = "planted-token-7f3a9c";
const WRONG_TOKEN: &str = "planted-wrong-51be02";
const SEAL: &str = "planted-seal-secret-e8d401";
const ARGUMENT: &str = "planted-argument-c40b17";
const PASSWORD: &str = "planted-password-99d2f6";
const BASIC: &str = "planted-basic-credentials-3c";
const CONF: &str = "planted-conf-4be77a";

/// Writes down every event and every field of a span.
#[derive(Clone, Default)]
struct Everything(Arc<Mutex<String>>);

impl Everything {
    fn add(&self, record: impl FnOnce(&mut dyn Visit)) {
        struct Fields<'a>(&'a mut String);
        impl Visit for Fields<'_> {
            fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
                let _infallible = write!(self.0, " {}={value:?}", field.name());
            }
        }
        let mut said = String::new();
        record(&mut Fields(&mut said));
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push_str(&said);
        all.push('\n');
    }
    fn said(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Subscriber for Everything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.add(|fields| span.record(fields));
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, values: &Record<'_>) {
        self.add(|fields| values.record(fields));
    }
    fn event(&self, event: &Event<'_>) {
        self.add(|fields| event.record(fields));
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// What this process logs, which is all in one place.
fn log() -> &'static Everything {
    static LOG: OnceLock<Everything> = OnceLock::new();
    LOG.get_or_init(|| {
        let log = Everything::default();
        tracing::subscriber::set_global_default(ForwardEvents::new(log.clone())).expect("nobody was first");
        log
    })
}

/// Whom somebody is let in as.
#[derive(serde::Deserialize, JsonSchema)]
struct Login {
    #[allow(dead_code, reason = "what matters is that it is read")]
    user: u8,
    #[schemars(extend("writeOnly" = true))]
    #[allow(dead_code, reason = "what matters is that it is read")]
    password: u64,
}

/// Takes secrets, and wants numbers.
#[tool]
fn unlocks(#[arg(secret)] key: u64, login: Login, #[arg(secret, header = "Key")] other: Option<String>) -> bool {
    let _secrets = (login, other);
    key == 7
}

/// What stands around a call.
struct Around(String);
impl<'c> Parameter<'c> for Around {
    fn from_call(call: &'c Call<'c>) -> Result<Self, lmcp::Error> {
        Ok(Around(format!("{call:?}")))
    }
}

/// Shows all it can with `Debug`.
#[tool]
fn shows(around: Around, ctx: &Context, text: String) -> String {
    let _text = text;
    let questions =
        (ctx.elicit::<String>("Name?"), ctx.elicit_url("Go", "https://example.com"), ctx.sample("Say"), ctx.roots());
    let notes = (ctx.progress(1).message("m"), ctx.info("i"));
    format!("{} {ctx:?} {:?} {:?} {questions:?} {notes:?}", around.0, ctx.principal(), ctx.server())
}

/// Gives back what it is given, which its caller knows.
#[tool]
fn echoes(text: String) -> String {
    text
}

/// Panics with what it was given.
#[tool]
fn panics(#[arg(secret)] key: String) {
    let _key = key;
    panic!("what a handler says is its own")
}

/// Asks for a name.
#[tool]
async fn asks(ctx: &Context) -> Result<String, Unanswered> {
    ctx.once("noted", async || Ok::<_, Unanswered>(7)).await?;
    ctx.elicit::<String>("Name?").await
}

/// A page somewhere.
#[resource("https://<rest..>")]
fn page(rest: String) -> Option<String> {
    (!rest.contains("gone")).then_some("a page".into())
}

fn server() -> Server {
    let server = Server::empty().secret(SEAL).auth(Auth::bearer(TOKEN));
    server.tool(unlocks).tool(shows).tool(echoes).tool(panics).tool(asks).resource(page)
}

/// None of these is in what was said.
fn has_none(said: &str, secrets: &[&str], by: &str) {
    for secret in secrets {
        assert!(!secret.is_empty());
        let at = said.find(secret);
        let around = at.map(|at| said.get(at.saturating_sub(200)..(at + 200).min(said.len())));
        assert!(at.is_none(), "{secret} is told by {by}: {around:?}");
    }
}

const ALL: [&str; 7] = [TOKEN, WRONG_TOKEN, SEAL, ARGUMENT, PASSWORD, BASIC, CONF];

#[tokio::test]
async fn over_http() {
    let log = log();
    let site = Site::open(server()).await;
    let inside = |request: Request| request.with("Authorization", &format!("Bearer {TOKEN}"));
    let mut answers = String::new();
    let mut keep = |answer: lmcp_tests::http::Response| {
        let _infallible = writeln!(answers, "{answer:?} {}", answer.text());
        answer
    };

    // A session, whose id is a credential, and a state.
    let opened = site.ask(&inside(Request::initialize(0, "2025-11-25"))).await;
    let session = opened.header("mcp-session-id").expect("a session").to_owned();
    assert!(session.contains('.'), "it is sealed");
    let asked = inside(Request::modern(
        1,
        "tools/call",
        json!({ "name": "asks", "_meta": { "io.modelcontextprotocol/clientCapabilities": { "elicitation": {} } } }),
    ));
    let state = site.ask(&asked).await.json()["result"]["requestState"].as_str().expect("a state").to_owned();

    let wrong = json!({ "key": ARGUMENT, "login": { "user": 1, "password": ARGUMENT }, "other": ARGUMENT });
    let right = json!({ "key": 7, "login": { "user": 1, "password": 5 }, "other": ARGUMENT });
    let userinfo = format!("https://ada:{PASSWORD}@example.com/page");
    let gone = format!("https://ada:{PASSWORD}@example.com/gone");
    let own = |request: Request| inside(request).with("Mcp-Session-Id", &session);
    for request in [
        // Who is let in, and who is not.
        Request::modern(1, "tools/list", json!({})),
        Request::modern(1, "tools/list", json!({})).with("Authorization", &format!("Bearer {WRONG_TOKEN}")),
        Request::modern(1, "tools/list", json!({})).with("Authorization", &format!("Bearer {TOKEN}{WRONG_TOKEN}")),
        Request::modern(1, "tools/list", json!({})).with("Authorization", &format!("Basic {BASIC}")),
        Request::modern(1, "tools/list", json!({})).with("Authorization", WRONG_TOKEN),
        Request::post("{").with("Authorization", &format!("Bearer {WRONG_TOKEN}")),
        Request::new("GET", "/mcp").with("Authorization", &format!("Basic {BASIC}")),
        Request::new("OPTIONS", "/mcp").with("Authorization", &format!("Basic {BASIC}")),
        Request::new("GET", "/health").with("Authorization", &format!("Basic {BASIC}")),
        inside(Request::new("GET", &format!("/other?token={PASSWORD}"))),
        inside(Request::new("GET", "/mcp").target(&format!("http://ada:{PASSWORD}@evil.example/mcp"))),
        inside(Request::new("GET", "/mcp").target(&format!("http://ada:{PASSWORD}@localhost/other"))),
        inside(Request::post("not JSON")),
        inside(Request::modern(1, "nobody/knows", json!({}))),
        inside(Request::modern(1, "tools/list", json!({})).with("Accept", "text/plain")),
        // Arguments.
        inside(Request::call(1, "unlocks", wrong.clone()).with("Mcp-Param-Key", ARGUMENT)),
        inside(Request::call(1, "unlocks", right.clone()).with("Mcp-Param-Key", ARGUMENT)),
        inside(Request::call(1, "unlocks", right.clone()).with("Mcp-Param-Key", &format!("{ARGUMENT}2"))),
        inside(Request::call(1, "unlocks", right.clone())),
        own(Request::legacy_call(2, "unlocks", wrong)),
        own(Request::legacy_call(3, "unlocks", right)),
        inside(Request::call(1, "panics", json!({ "key": ARGUMENT }))),
        inside(Request::call(1, "panics", json!({ "key": [ARGUMENT] }))),
        inside(Request::call(1, "shows", json!({ "text": ARGUMENT }))),
        own(Request::legacy_call(4, "shows", json!({ "text": ARGUMENT }))),
        // Sessions and states that are good, of somebody else's, changed, or cut.
        own(Request::legacy(5, "ping", json!({}))),
        own(Request::legacy(5, "nobody/knows", json!({}))),
        Request::legacy(5, "ping", json!({})).with("Mcp-Session-Id", &session),
        own(Request::message(&json!({ "jsonrpc": "2.0", "id": "guess", "result": {} }))),
        inside(Request::legacy(5, "ping", json!({})).with("Mcp-Session-Id", &session[1..])),
        inside(Request::new("DELETE", "/mcp").with("Mcp-Session-Id", &session[..session.len() - 1])),
        inside(Request::call(1, "asks", json!({})).target("/mcp")),
        inside(Request::modern(1, "tools/call", json!({ "name": "asks", "requestState": state[1..] }))),
        inside(Request::modern(1, "tools/call", json!({ "name": "echoes", "requestState": state }))),
    ] {
        keep(site.ask(&request).await);
    }
    let ended = own(Request::new("DELETE", "/mcp"));
    assert_eq!(keep(site.ask(&ended).await).status, 204);
    keep(site.ask(&own(Request::legacy(6, "ping", json!({})))).await);
    let secrets = [&ALL[..], &[&session, &state]].concat();
    has_none(&answers, &secrets, "an answer");

    // What goes back to whoever said it is theirs, and the log is not.
    let echoed = site.ask(&inside(Request::call(1, "echoes", json!({ "text": ARGUMENT })))).await;
    assert!(echoed.text().contains(ARGUMENT), "{echoed:?}");
    for uri in [&userinfo, &gone] {
        site.ask(&inside(Request::modern(1, "resources/read", json!({ "uri": uri })))).await;
        site.ask(&inside(Request::legacy(1, "resources/read", json!({ "uri": uri })))).await;
    }
    for (header, place) in [("Origin", "https://ada:PASSWORD@evil.example"), ("Host", "ada:PASSWORD@evil.example")] {
        let request = inside(Request::post("{}")).with(header, &place.replace("PASSWORD", PASSWORD));
        assert_eq!(site.ask(&request).await.status, if header == "Host" { 421 } else { 403 });
    }
    site.ended().await;
    let said = log.said();
    for expected in
        ["tools/call", "unlocks", "tool error", "refused", "https://…@example.com/page", "nothing (any more)"]
    {
        let is_answer = expected == "nothing (any more)";
        assert!(is_answer || said.contains(expected), "the log tells of {expected}: {said}");
    }
    has_none(&said, &secrets, "the log");
}

#[test]
fn what_debug_and_errors_show() {
    let file = std::env::temp_dir().join(format!("lmcp-secrets-{}.conf", std::process::id()));
    let mut shown = String::new();
    for content in [
        format!("token = {TOKEN}\npassword = {CONF}\n"),
        format!("password = {CONF}\n{CONF}\n# token = {CONF}\n"),
        format!("token =\n{CONF} = x"),
    ] {
        std::fs::write(&file, content).expect("a file of our own");
        let _infallible = write!(shown, "{:?}", Auth::from_conf(&file));
    }
    std::fs::write(&file, [&b"token = \xff"[..], CONF.as_bytes()].concat()).expect("a file of our own");
    let _infallible = write!(shown, "{:?}", Auth::from_conf(&file));
    std::fs::remove_file(&file).expect("it was there");
    let server = server();
    let _infallible = write!(shown, "{server:?} {:?}", Auth::bearer(TOKEN));
    let ready = server.build().expect("it starts");
    let service = ready.http_service().expect("it can be mounted");
    let _infallible = write!(shown, "{ready:?} {:?} {service:?}", ready.handle());
    let short = Server::empty().secret(&SEAL[..15]).tool(echoes).build().expect_err("it is too short");
    let _infallible = write!(shown, "{short} {short:?}");
    has_none(&shown, &[&ALL[..], &[&SEAL[..15]]].concat(), "`Debug` or an error");
}

/// The built binary: its token from the environment and from a file, its log at the lowest level.
#[tokio::test]
async fn of_a_process() {
    let file = std::env::temp_dir().join(format!("lmcp-secrets-process-{}.conf", std::process::id()));
    std::fs::write(&file, format!("# {CONF}\ntoken = \"{TOKEN}\"\n")).expect("a file of our own");
    let binary = env!("CARGO_BIN_EXE_lmcp-test-server");
    for conf in [false, true] {
        let mut command = Command::new(binary);
        command.args(["--http", "127.0.0.1:0"]).env("LMCP_LOG", "trace").env("LMCP_SECRET", SEAL);
        if conf {
            command.arg("--conf").arg(&file);
        }
        command.env("LMCP_TOKEN", if conf { WRONG_TOKEN } else { TOKEN });
        let (served, stderr) = Served::start_as_is(command);
        let mut connection = served.connect().await;
        let mut statuses = Vec::new();
        for token in [TOKEN, "nonsense-token"] {
            let request =
                Request::legacy_call(1, "panics", json!({})).with("Authorization", &format!("Bearer {token}"));
            connection.send(&request).await;
            statuses.push(within(connection.response()).await.status);
        }
        assert_eq!(statuses, [200, 401]);
        let line = served.line.clone();
        drop(served);
        let said = stderr.join().expect("it was read");
        assert!(said.contains("tools/call"), "the log is there: {said}");
        has_none(&(line + &said), &[&ALL[..], &["nonsense-token"]].concat(), "standard error");
    }
    std::fs::remove_file(&file).expect("it was there");
    // On standard input nobody is asked for a token, and it is not told there either.
    let mut command = Command::new(binary);
    command.env("LMCP_LOG", "trace").env("LMCP_TOKEN", TOKEN).env("LMCP_SECRET", SEAL);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let read = json!({ "uri": format!("files://ada:{PASSWORD}@example.com/x") });
    let lines: Value = json!([
        { "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "fails" } },
        { "jsonrpc": "2.0", "id": 2, "method": "resources/read", "params": read },
        { "jsonrpc": "2.0", "id": 3, "method": "resources/read", "params": { "uri": format!("no://{TOKEN}:{PASSWORD}@x") } },
    ]);
    let lines: String = lines.as_array().expect("an array").iter().map(|line| format!("{line}\n")).collect();
    std::io::Write::write_all(&mut child.stdin.take().expect("piped"), lines.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("resources/read"), "the log is there: {said}");
    has_none(&said, &ALL, "standard error");
    // A mistake in the environment is told without what stands there.
    for (name, value) in [("LMCP_SECRET", &SEAL[..15]), ("LMCP_TOKEN", " ")] {
        let output = Command::new(binary).args(["--http", "127.0.0.1:0"]).env(name, value).output().expect("it runs");
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(name), "{said}");
        has_none(&said, &[&SEAL[..15]], "a start-up error");
    }
}
