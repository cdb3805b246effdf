//! No code at all: `--oidc`, `--audience`, and the environment.

use lmcp_tests::http::{Connection, Request};
use lmcp_tests::issuer::{Issuer, Key, Mood};
use lmcp_tests::process::Served;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Command, Stdio};

fn fixture(environment: &[(&str, &str)], arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lmcp-test-server"));
    for name in ["LMCP_TOKEN", "LMCP_OIDC", "LMCP_AUDIENCE", "LMCP_LOG", "RUST_LOG"] {
        command.env_remove(name);
    }
    command.args(arguments).envs(environment.iter().copied()).stdin(Stdio::null());
    command
}

async fn status(served: &Served, token: Option<&str>) -> u16 {
    let mut request = Request::call(1, "add", json!({ "a": 1, "b": 2 }));
    if let Some(token) = token {
        request = request.by(token);
    }
    let mut connection = served.connect().await;
    connection.send(&request).await;
    connection.response().await.status
}

#[tokio::test]
async fn for_the_servers_own_url() {
    let key = Key::ed25519("e");
    let issuer = Issuer::start("/tenant", &[&key]).await;
    for (environment, arguments) in
        [(vec![], vec!["--oidc", &*issuer.url]), (vec![("LMCP_OIDC", &*issuer.url)], vec![])]
    {
        let arguments = [vec!["--http", "127.0.0.1:0"], arguments].concat();
        let served = Served::start(fixture(&environment, &arguments));
        let address = served.address;
        let line = format!("fixture serves http://{address}/mcp to whoever has a token of {}\n", issuer.url);
        assert_eq!(served.line, line);
        assert_eq!(status(&served, None).await, 401);
        for host in ["127.0.0.1", "localhost", "[::1]"] {
            let url = format!("http://{host}:{}/mcp", address.port());
            let token = key.token("EdDSA", &issuer.claims_with(json!({ "aud": url })));
            assert_eq!(status(&served, Some(&token)).await, 200, "{url}");
        }
        let token = key.token("EdDSA", &issuer.claims());
        assert_eq!(status(&served, Some(&token)).await, 401, "for somebody else");
        // Clients are told the name by which they asked.
        let mut connection = served.connect().await;
        connection
            .send(&Request::new("GET", "/.well-known/oauth-protected-resource").with("Host", "localhost:9"))
            .await;
        let document: Value = connection.response().await.json();
        assert_eq!(document["resource"], "http://localhost:9/mcp");
        assert_eq!(document["authorization_servers"], json!([issuer.url]));
    }
}

#[tokio::test]
async fn for_an_audience_beside_a_token() {
    let key = Key::ed25519("e");
    let issuer = Issuer::start("", &[&key]).await;
    let environment =
        [("LMCP_TOKEN", "secret"), ("LMCP_OIDC", "https://nobody.example.com"), ("LMCP_AUDIENCE", "nothing")];
    // The command line goes before the environment.
    let arguments = ["--http", "127.0.0.1:0", "--oidc", &issuer.url, "--audience", "api://calc"];
    let mut command = fixture(&environment, &arguments);
    let served = Served::start_with(&mut command);
    assert!(served.line.ends_with(&format!("to whoever sends the token, to whoever has a token of {}\n", issuer.url)));
    let token = key.token("EdDSA", &issuer.claims_with(json!({ "aud": "api://calc" })));
    assert_eq!(status(&served, Some(&token)).await, 200);
    assert_eq!(status(&served, Some("secret")).await, 200);
    assert_eq!(status(&served, Some("nothing")).await, 401);
}

#[tokio::test]
async fn over_tls() {
    let key = Key::p256("p");
    let (issuer, certificate) = Issuer::start_secure("", &[&key]).await;
    let file = std::env::temp_dir().join(format!("lmcp-{}-issuer.crt", std::process::id()));
    std::fs::write(&file, certificate).expect("written");
    let arguments = ["--http", "127.0.0.1:0", "--oidc", &issuer.url, "--audience", "a"];
    let token = key.token("ES256", &issuer.claims_with(json!({ "aud": "a" })));
    let trusting = Served::start(fixture(&[("SSL_CERT_FILE", file.to_str().expect("text"))], &arguments));
    let trusted = status(&trusting, Some(&token)).await;
    std::fs::remove_file(&file).expect("it was there");
    assert_eq!(trusted, 200);
    let (stranger, log) = logged(&arguments, &[&token]).await;
    assert_eq!(stranger, [503]);
    assert!(log.contains("the issuer's keys cannot be fetched") && log.contains("TLS: "), "{log}");
}

/// What each of these tokens gets, and what the server logs of it.
async fn logged(arguments: &[&str], tokens: &[&str]) -> (Vec<u16>, String) {
    let mut child = fixture(&[("LMCP_LOG", "lmcp=info")], arguments).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut stderr = BufReader::new(child.stderr.take().expect("piped"));
    let mut line = String::new();
    stderr.read_line(&mut line).expect("it says where it serves");
    let address = line.split_once("://").and_then(|(_, rest)| rest.split_once('/')?.0.parse().ok());
    let address: SocketAddr = address.unwrap_or_else(|| panic!("no address: {line:?}"));
    let mut statuses = Vec::new();
    for token in tokens {
        let mut connection = Connection::open(address).await;
        connection.send(&Request::call(1, "add", json!({ "a": 1, "b": 2 })).by(token)).await;
        statuses.push(connection.response().await.status);
    }
    child.kill().and_then(|()| child.wait()).expect("it ran");
    let mut log = String::new();
    stderr.read_to_string(&mut log).expect("text");
    for token in tokens {
        let (_, signature) = token.rsplit_once('.').expect("a JWT");
        assert!(!log.contains(signature), "a token is nobody's business: {log}");
    }
    (statuses, log)
}

#[tokio::test]
async fn what_is_logged() {
    let key = Key::p256("p");
    let issuer = Issuer::start("", &[&key]).await;
    let arguments = ["--http", "127.0.0.1:0", "--oidc", &issuer.url, "--audience", "api://calc"];
    let other = key.token("ES256", &issuer.claims_with(json!({ "aud": ["api://other", "api://third"] })));
    let late = key.token("ES256", &issuer.claims_with(json!({ "aud": "api://calc", "exp": 1 })));
    let stranger = key.token("ES256", &issuer.claims_with(json!({ "iss": "https://other.example.com" })));
    let (statuses, log) = logged(&arguments, &[&other, &late, &stranger]).await;
    assert_eq!(statuses, [401, 401, 401]);
    for part in [
        "WARN lmcp::auth: a token was refused: it is for another audience",
        "expected=[\"api://calc\"] got=[\"api://other\",\"api://third\"]",
        "the token has expired",
        "it is of another issuer",
        "got=Some(\"https://other.example.com\")",
    ] {
        assert!(log.contains(part), "{part}: {log}");
    }
    issuer.be(Mood::Broken);
    let (statuses, log) = logged(&arguments, &[&late]).await;
    assert_eq!(statuses, [503]);
    let why = format!(
        "the keys of {} cannot be fetched: {0}/.well-known/oauth-authorization-server: it answered 500",
        issuer.url
    );
    assert!(log.contains("ERROR lmcp::auth: ") && log.contains(&why), "{log}");
}

#[test]
fn misuse() {
    let fails = |environment: &[(&str, &str)], arguments: &[&str], code: i32| {
        let output = fixture(environment, arguments).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{said}");
        said
    };
    let id = "https://id.example.com";
    for (environment, arguments, code, why) in [
        (&[][..], &["--oidc", id][..], 2, "--oidc goes with --http"),
        (&[], &["list", "--audience", "x"], 2, "--audience goes with --http"),
        (&[], &["--http", ":0", "--audience", "x"], 1, "tokens for \"x\" are wanted, and of nobody"),
        (&[("LMCP_AUDIENCE", "x")], &["--http", ":0"], 1, "name the authorization server with --oidc or LMCP_OIDC"),
        (&[("LMCP_OIDC", " ")], &["--http", ":0"], 1, "LMCP_OIDC is set but holds no issuer"),
        (&[], &["--http", ":0", "--oidc", "id.example.com"], 1, "the issuer \"id.example.com\" is no URL"),
        (&[], &["--http", ":0", "--oidc", "http://id.example.com"], 1, "without TLS"),
        (&[], &["--http", "0.0.0.0:0", "--oidc", id], 1, "say it with --audience or LMCP_AUDIENCE"),
    ] {
        let said = fails(environment, arguments, code);
        assert!(said.contains(why), "{why}: {said}");
        assert!(!said.contains("serves"), "{said}");
    }
    // On a pipe nobody has to say who they are.
    let output = fixture(&[("LMCP_OIDC", id)], &[]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn help() {
    let output = fixture(&[], &["--help"]).output().expect("it runs");
    let help = String::from_utf8_lossy(&output.stdout);
    for part in ["--oidc ISSUER", "--audience URI", "LMCP_OIDC", "LMCP_AUDIENCE"] {
        assert!(help.contains(part), "{part}: {help}");
    }
}
