//! Access tokens of an authorization server: which get in, where its keys come from, what clients are told.

mod command_line;
mod keys;
mod metadata;
mod principals;
mod tokens;

use lmcp::auth::Jwt;
use lmcp::{Auth, Context, Server, Unanswered, tool};
use lmcp_tests::http::{Request, Response, Site};
use lmcp_tests::issuer::{AUDIENCE, Issuer};
use serde_json::json;

/// Says who calls, and what they may do.
#[tool]
fn whoami(ctx: &Context) -> String {
    let principal = ctx.principal().expect("nobody else gets in");
    let scopes: Vec<_> = principal.scopes().collect();
    format!("{} [{}] {}", principal.subject(), scopes.join(" "), principal.claims().contains_key("exp"))
}

/// Asks for a name.
#[tool]
async fn name(ctx: &Context) -> Result<String, Unanswered> {
    ctx.elicit::<String>("Your name?").await
}

fn server(auth: impl Into<Auth>) -> Server {
    Server::empty().name("oauth").tool(whoami).tool(name).auth(auth)
}

/// Takes the tokens of this issuer.
fn tokens_of(issuer: &Issuer) -> Jwt {
    Auth::jwt(&issuer.url, AUDIENCE)
}

fn call() -> Request {
    Request::call(1, "whoami", json!({}))
}

/// What the tool says to who has this token.
async fn called(site: &Site, token: &str) -> String {
    let answer = site.ask(&call().by(token)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["result"]["content"][0]["text"].as_str().expect("text").to_owned()
}

/// The reason for which this token does not get in.
async fn refused(site: &Site, token: &str) -> String {
    let answer = site.ask(&call().by(token)).await;
    assert_eq!(answer.status, 401, "{answer:?}");
    let text = message(&answer);
    let challenge = answer.header("www-authenticate").expect("a challenge").to_owned();
    assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
    match text.strip_prefix("the bearer token is not valid: ") {
        Some(reason) => {
            assert!(challenge.contains(&format!("error_description=\"{}\"", reason)), "{challenge}");
            reason.to_owned()
        }
        None => text,
    }
}

fn message(answer: &Response) -> String {
    answer.json()["error"]["message"].as_str().expect("an error").to_owned()
}
