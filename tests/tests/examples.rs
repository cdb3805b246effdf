//! The tutorial: each example does what its first line says, and what a reader would try next.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What an example is told on its command line, and what it prints: `Ok` on standard output, `Err` on standard error
/// together with a failure.
const RUNS: &[(&str, &str, Result<&str, &str>)] = &[
    ("everything", "call test_simple_text", Ok("This is a simple text response for testing.\n")),
    ("01_hello", "call add a=1 b=2", Ok("3\n")),
    ("01_hello", "call add {\"a\":1,\"b\":2}", Ok("3\n")),
    ("01_hello", "list", Ok("TOOLS\n  add(a: integer, b: integer)  Add two integers.\n")),
    ("02_arguments", "call quote to=Oslo weight=2.5", Ok("to Oslo: 690 cents\n")),
    ("02_arguments", "call quote to=Oslo weight=2.5 speed=express insured=200", Ok("to Oslo: 1790 cents\n")),
    (
        "02_arguments",
        "call quote to=Oslo weight=heavy sped=express",
        Err("error: quote: 2 problems with the arguments\n\
             - sped: unknown; did you mean \"speed\"?\n\
             - weight: expected a number, got \"heavy\"\nexample: {\"to\": \"…\", \"weight\": 1}\n"),
    ),
    ("02_arguments", "call track number=RX7", Ok("RX7 is on its way\n")),
    ("02_arguments", "call track tracking_number=RX7", Ok("RX7 is on its way\n")),
    ("02_arguments", "call pickup street=Quay hints=stairs hints=dog", Ok("at Quay, stairs, dog\n")),
    ("02_arguments", "call pickup street=Quay", Ok("at Quay, no hints\n")),
    (
        "02_arguments",
        "list",
        Ok("TOOLS\n  \
            pickup(street: string, hints: string[] = [])  Have parcels picked up.\n  \
            quote(to: string, weight: number, speed: standard|express = standard, insured?: integer)  \
            The price of sending a parcel, in cents.\n  \
            track(number: string)                         Where a parcel is.\n"),
    ),
    ("03_results", "call sales product=bread", Ok("{\"product\":\"bread\",\"pieces\":120,\"revenue\":384.0}\n")),
    (
        "03_results",
        "call sales product=pretzels",
        Err("error: the bakery has no \"pretzels\"; ask for bread, rolls or cake\n"),
    ),
    (
        "03_results",
        "call chart",
        Ok("Bread, rolls, cake:\n[image image/svg+xml, 106 bytes]\n[link https://example.com/prices \"prices\"]\n"),
    ),
    ("03_results", "call close hour=18", Ok("")),
    ("03_results", "call close hour=25", Err("error: `hour` goes from 0 to 23\n")),
    ("04_state", "call lend title=Emma reader=Ada", Ok("Ada has \"Emma\" for 14 days\n")),
    ("04_state", "call lend title=Emme reader=Ada", Err("error: there is no \"Emme\"; `shelf` has the titles\n")),
    ("04_state", "call shelf", Ok("[\"Emma\",\"Middlemarch\",\"Ulysses\"]\n")),
    ("05_context", "call index folder=notes files=3", Ok("3 files in notes\n")),
    (
        "05_context",
        "call index folder=notes files=0",
        Err("warning [index]: notes is empty\nerror: notes has no files\n"),
    ),
    ("05_context", "call primes limit=100", Ok("25\n")),
    ("05_context", "call caller", Ok("somebody, in protocol revision 2026-07-28\n")),
    ("06_resources", "read planets://about", Ok("Venus, earth and mars, with their moons.")),
    ("06_resources", "read planets://mars", Ok("{\"name\":\"mars\",\"moons\":[\"phobos\",\"deimos\"]}")),
    ("06_resources", "read planets://mars/moons/2", Ok("# deimos")),
    ("06_resources", "read planets://pluto", Err("error: resource \"planets://pluto\" not found\n")),
    ("06_resources", "read tutorial://01_hello.rs", Ok(include_str!("../../examples/01_hello.rs"))),
    (
        "06_resources",
        "read tutorial://../Cargo.toml",
        Err("error: `params.uri`: the URI has a `..` component; send the path without it\n"),
    ),
    ("07_prompts", "get explain word=borrow", Ok("user: Explain \"borrow\" in plain words, in 2 sentences.\n")),
    (
        "07_prompts",
        "get explain word=borrow reader=expert sentences=3",
        Ok("user: Explain \"borrow\" precisely, in 3 sentences.\n"),
    ),
    (
        "07_prompts",
        "get translate pair=de-en word=Bach",
        Ok("user: Translate \"Bach\" (de-en).\n\nassistant: \"Bach\" is\n"),
    ),
    ("08_asking", "call order dish=soup", Ok("order 7: a large soup for table 1\n")),
    (
        "08_asking",
        "call describe dish=soup",
        Err("error: the question cannot be asked: the client does not offer `sampling`\n"),
    ),
    ("09_callers", "call whoami", Ok("whoever started this\n")),
    ("09_callers", "call note text=Rain.", Ok("1 written\n")),
    (
        "tour",
        "call forecast city=Rome",
        Ok("{\"city\":\"Rome\",\"days\":3,\"summary\":\"sun over Rome for 3 days\"}\n"),
    ),
    (
        "tour",
        "call book day=Friday",
        Err("error: the question cannot be asked: the client does not offer `elicitation.form`\n\
             on a terminal, this command asks you; elsewhere, add --answer name=NAME --answer table=window\n"),
    ),
    (
        "tour",
        "call book day=Friday --answer name=Ada --answer table=garden --answer guests=7 --answer yes",
        Ok("Ada has a table in the garden for 7 on Friday\n"),
    ),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

/// The examples, by name, with their source.
fn sources() -> Vec<(String, String)> {
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(folder()).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
            sources.push((name, std::fs::read_to_string(&path).expect("it can be read")));
        }
    }
    sources.sort();
    sources
}

/// The example's program, which cargo puts beside the directory of this test's own.
fn program(name: &str) -> Command {
    let this = std::env::current_exe().expect("a test has a path");
    let profile = this.ancestors().nth(2).expect("it is <target>/<profile>/deps/<this>");
    let path = profile.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let changed = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).ok();
    let Some(built) = changed(&path) else { panic!("there is no {}; run `cargo build --examples`", path.display()) };
    // `cargo test` builds the examples first, but `cargo test --test examples` does not.
    let is_old = changed(&folder().join(format!("{name}.rs"))).is_none_or(|source| source > built);
    assert!(!is_old, "{} is older than its source; run `cargo build --examples`", path.display());
    Command::new(path)
}

/// Sends these messages over stdio and gives those that come back.
fn session(name: &str, messages: &[Value]) -> Vec<Value> {
    let mut process = program(name).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the example starts");
    let mut stdin = process.stdin.take().expect("it is piped");
    for message in messages {
        writeln!(stdin, "{message}").expect("it is read");
    }
    drop(stdin);
    let output = process.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{name}: {}", output.status);
    let stdout = String::from_utf8(output.stdout).expect("UTF-8");
    stdout.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// A request in the latest revision.
fn request(method: &str, mut params: Value, progress_token: Option<u8>) -> Value {
    let mut meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "reader", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    if let Some(token) = progress_token {
        meta["progressToken"] = token.into();
    }
    params["_meta"] = meta;
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })
}

#[test]
fn what_one_types_prints_what_it_should() {
    for (name, line, expected) in RUNS {
        let output = program(name).args(line.split(' ')).stdin(Stdio::null()).output().expect("the example starts");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        match expected {
            Ok(expected) => {
                assert_eq!((&*stdout, output.status.code()), (*expected, Some(0)), "{name} {line}: {stderr}")
            }
            Err(expected) => {
                assert_eq!((&*stdout, &*stderr, output.status.code()), ("", *expected, Some(1)), "{name} {line}");
            }
        }
    }
}

#[test]
fn the_command_in_the_first_line_is_among_them() {
    for (name, source) in sources() {
        let first = source.lines().next().unwrap_or_default();
        let command = first.strip_prefix("//! ").and_then(|text| text.strip_suffix('`')?.rsplit_once('`'));
        let (says, command) = command.unwrap_or_else(|| panic!("{name}: no command at the end of: {first}"));
        assert!(says.len() > 10, "{name} does not say what it shows: {first}");
        let line = command.strip_prefix(&format!("cargo run --example {name} -- "));
        let line = line.unwrap_or_else(|| panic!("{name}: {command} does not run it"));
        // What the tour lists is in the README.
        let known = name == "tour" || RUNS.iter().any(|(run, typed, _)| *run == name && *typed == line);
        assert!(known, "{name}: {line:?} is not among the commands of this test");
    }
}

#[test]
fn each_step_is_short_and_whole() {
    let manifest = std::fs::read_to_string(folder().join("Cargo.toml")).expect("it can be read");
    let mut steps = BTreeSet::new();
    for (name, source) in sources() {
        assert!(manifest.contains(&format!("name = \"{name}\"\npath = \"{name}.rs\"")), "{name} is not in Cargo.toml");
        assert!(source.contains("fn main() {\n    lmcp::serve!("), "{name} is no whole server");
        if let Some((number, _)) = name.split_once('_') {
            assert!(source.lines().count() < 60, "{name} has 60 lines or more");
            assert!(steps.insert(number.to_owned()), "{name}: there are two steps of this number");
        }
    }
    let counted: BTreeSet<String> = (1..=steps.len()).map(|number| format!("{number:02}")).collect();
    assert_eq!(steps, counted, "a step is missing");
}

#[test]
fn no_client_refuses_them() {
    for (name, _) in sources() {
        let output = program(&name).args(["check", "--json"]).output().expect("the example starts");
        let checked: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let findings = checked["findings"].as_array().expect("a list");
        let errors = findings.iter().filter(|finding| finding["severity"] == "error");
        let errors: Vec<_> = errors.map(|finding| (&finding["name"], &finding["rule"])).collect();
        // The conformance suite asks for this schema.
        let asked_for = (&json!("json_schema_2020_12_tool"), &json!("root-combinator"));
        assert_eq!(errors, if name == "everything" { vec![asked_for] } else { vec![] }, "{name}");
        // The tour is as directories want it; the steps of the tutorial are short instead.
        assert!(name != "tour" || findings.is_empty(), "{findings:#?}");
    }
}

#[test]
fn a_client_sees_progress() {
    let params = json!({ "name": "index", "arguments": { "folder": "notes", "files": 2 } });
    let answers = session("05_context", &[request("tools/call", params, Some(7))]);
    let [first, second, result] = &answers[..] else { panic!("{answers:#?}") };
    let progress = json!({ "progressToken": 7, "progress": 1, "total": 2, "message": "notes/1.txt" });
    assert_eq!((first["method"].as_str(), &first["params"]), (Some("notifications/progress"), &progress));
    assert_eq!(second["params"]["progress"], 2);
    assert_eq!(result["result"]["content"][0]["text"], "2 files in notes");
}

#[test]
fn a_cancelled_call_is_not_answered() {
    let params = json!({ "name": "primes", "arguments": { "limit": u32::MAX } });
    let cancel = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 1 } });
    assert_eq!(session("05_context", &[request("tools/call", params, None), cancel]), [] as [Value; 0]);
}

#[tokio::test]
async fn a_client_is_asked() {
    let this = std::env::current_exe().expect("a test has a path");
    let folder = this.ancestors().nth(2).expect("it is <target>/<profile>/deps/<this>").join("examples");
    let mut pipe = lmcp_tests::pipe::Pipe::spawn(&folder.join("08_asking").to_string_lossy());
    let capabilities = json!({ "elicitation": {}, "sampling": {} });
    let mut params = json!({ "name": "order", "arguments": { "dish": "soup" } });
    let answers = [json!({ "size": "Small", "table": 3, "wishes": "hot" }), json!({ "value": true })];
    for answer in answers {
        let asked = pipe.ask(1, "tools/call", params.clone(), &capabilities).await;
        let questions = asked["result"]["inputRequests"].as_object().unwrap_or_else(|| panic!("no question: {asked}"));
        let key = questions.keys().next().expect("one question").clone();
        params["inputResponses"] = json!({ key: { "action": "accept", "content": answer } });
        params["requestState"] = asked["result"]["requestState"].clone();
    }
    let done = pipe.ask(1, "tools/call", params, &capabilities).await;
    assert_eq!(done["result"]["content"][0]["text"], "order 7: a small soup for table 3");
}

#[test]
fn arguments_complete() {
    let cases = [
        ("explain", "reader", "ex", json!({}), json!(["expert"])),
        ("translate", "pair", "en", json!({}), json!(["en-de", "en-fr"])),
        ("translate", "word", "B", json!({ "pair": "de-en" }), json!(["Baum", "Bach"])),
        ("translate", "word", "", json!({ "pair": "en-fr" }), json!(["tree", "brook", "house"])),
    ];
    for (prompt, argument, typed, others, expected) in cases {
        let params = json!({
            "ref": { "type": "ref/prompt", "name": prompt },
            "argument": { "name": argument, "value": typed },
            "context": { "arguments": others },
        });
        let answers = session("07_prompts", &[request("completion/complete", params, None)]);
        assert_eq!(answers[0]["result"]["completion"]["values"], expected, "{prompt} {argument} {typed:?}");
    }
    let params = json!({
        "ref": { "type": "ref/resource", "uri": "planets://{name}" },
        "argument": { "name": "name", "value": "m" },
    });
    let answers = session("06_resources", &[request("completion/complete", params, None)]);
    assert_eq!(answers[0]["result"]["completion"]["values"], json!(["mars"]));
}

/// What it lacks for directories is nobody's concern yet.
#[test]
fn the_first_server_is_told_one_thing() {
    let output = program("01_hello").arg("check").output().expect("it runs");
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    let told: Vec<&str> = said.lines().filter(|line| line.starts_with("    ") && !line.contains("-> ")).collect();
    assert_eq!(told, ["    advice  argument-description  input.a, input.b: have no description"], "{said}");
    assert_eq!(output.status.code(), Some(0));
}
