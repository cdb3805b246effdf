//! 2026-07-28: a call ends with its questions, and is made again with the answers.

use super::{accept, everything, text};
use crate::asking::{Effects, server, server_with};
use lmcp::testing::Client;
use lmcp::{Auth, Context, Limits, ProtocolVersion, Server, State, Unanswered, tool};
use lmcp_tests::http::{Request, Site, until, within};
use lmcp_tests::pipe::{Pipe, modern};
use serde_json::{Map, Value, json};
use std::time::Duration;

fn open(server: Server) -> Pipe {
    Pipe::open(&server.build().expect("it starts"))
}

async fn call(pipe: &mut Pipe, name: &str, more: Value) -> Value {
    let mut params = json!({ "name": name });
    params.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    pipe.ask(1, "tools/call", params, &everything()).await
}

/// The questions of an answer that asks for input.
fn questions(message: &Value) -> &Map<String, Value> {
    assert_eq!(message["result"]["resultType"], "input_required", "{message}");
    assert!(message["result"]["ttlMs"].is_null() && message["result"]["cacheScope"].is_null(), "{message}");
    message["result"]["inputRequests"].as_object().expect("questions")
}

/// The key of the only question.
fn key(message: &Value) -> String {
    let questions = questions(message);
    assert_eq!(questions.len(), 1, "{message}");
    questions.keys().next().expect("one").clone()
}

/// The key of the question with this text.
fn key_of(message: &Value, asked: &str) -> String {
    let found = questions(message).iter().find(|(_, question)| question["params"]["message"] == asked);
    found.unwrap_or_else(|| panic!("{asked} is not asked: {message}")).0.clone()
}

fn with(answers: &[(&str, Value)], state: &Value) -> Value {
    let responses: Map<String, Value> = answers.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    if state.is_null() {
        json!({ "inputResponses": responses })
    } else {
        json!({ "inputResponses": responses, "requestState": state })
    }
}

fn state(message: &Value) -> &Value {
    let state = &message["result"]["requestState"];
    assert!(state.is_string(), "{message}");
    state
}

#[tokio::test]
async fn a_question_and_its_answer() {
    let mut pipe = open(server());
    let asked = call(&mut pipe, "name", json!({})).await;
    let question = &questions(&asked)[&key(&asked)];
    assert_eq!(
        question,
        &json!({ "method": "elicitation/create", "params": {
            "mode": "form", "message": "Your name?",
            "requestedSchema": { "type": "object", "properties": { "value": { "type": "string" } }, "required": ["value"] },
        } })
    );
    let done = call(&mut pipe, "name", with(&[(&key(&asked), accept("Ada"))], state(&asked))).await;
    assert_eq!((text(&done), &done["result"]["resultType"]), ("Ada", &json!("complete")));
    // The state is for one call, and may be used again; it is the client that answers twice.
    let again = call(&mut pipe, "name", with(&[(&key(&asked), accept("Bob"))], state(&asked))).await;
    assert_eq!(text(&again), "Bob");
}

#[tokio::test]
async fn answers_by_key_without_any_state() {
    let mut pipe = open(server());
    let asked = call(&mut pipe, "name", json!({})).await;
    let key = key(&asked);
    let answers = [(key.as_str(), accept("Ada")), ("nobody asked", accept("x")), ("neither", json!(7))];
    assert_eq!(text(&call(&mut pipe, "name", with(&answers, &Value::Null)).await), "Ada");
    for nothing in [json!({ "inputResponses": {} }), json!({ "inputResponses": null }), json!({ "requestState": null })]
    {
        assert_eq!(self::key(&call(&mut pipe, "name", nothing).await), key);
    }
    for wrong in [json!({ "inputResponses": 7 }), json!({ "inputResponses": [] }), json!({ "requestState": 7 })] {
        assert_eq!(call(&mut pipe, "name", wrong).await["error"]["code"], -32602);
    }
}

#[tokio::test]
async fn what_is_missing_is_asked_again() {
    let mut pipe = open(server());
    let asked = call(&mut pipe, "both", json!({})).await;
    assert_eq!(questions(&asked).len(), 2);
    let (a, b) = (key_of(&asked, "A?"), key_of(&asked, "B?"));
    let partly = call(&mut pipe, "both", with(&[(&b, accept("two"))], state(&asked))).await;
    assert_eq!(key(&partly), a, "only what is missing");
    // What was answered is with the client now, in the state.
    let done = call(&mut pipe, "both", with(&[(&a, accept("one"))], state(&partly))).await;
    assert_eq!(text(&done), "one two");
    // An answer of before stays what it was.
    let done = call(&mut pipe, "both", with(&[(&a, accept("one")), (&b, accept("three"))], state(&partly))).await;
    assert_eq!(text(&done), "one two");
    // Without the state, it is forgotten.
    let done = call(&mut pipe, "both", with(&[(&a, accept("one"))], &Value::Null)).await;
    assert_eq!(key(&done), b);
}

#[tokio::test]
async fn an_answer_that_does_not_fit_is_asked_for_again() {
    let mut pipe = open(server());
    let asked = call(&mut pipe, "name", json!({})).await;
    let key = key(&asked);
    for (wrong, why) in [
        (json!(12345), "it is no object"),
        (json!({}), "its `action` is none of accept, decline, cancel"),
        (json!({ "action": "maybe" }), "its `action`"),
        (json!({ "action": "accept" }), "value: required, missing"),
        (json!({ "action": "accept", "content": 7 }), "its `content` is no object"),
        (accept(7), "value: expected a text"),
    ] {
        let again = call(&mut pipe, "name", with(&[(&key, wrong.clone())], state(&asked))).await;
        let message = questions(&again)[&key]["params"]["message"].as_str().expect("a message").to_owned();
        assert!(
            message.starts_with("Your name?\n\nThe last answer does not fit: ") && message.contains(why),
            "{message}"
        );
        let done = call(&mut pipe, "name", with(&[(&key, accept("Ada"))], state(&again))).await;
        assert_eq!(text(&done), "Ada", "{wrong}");
    }
}

#[tokio::test]
async fn declined_and_cancelled_are_answers() {
    let mut pipe = open(server());
    let asked = call(&mut pipe, "declined", json!({})).await;
    let key = key(&asked);
    for (action, told) in [("accept", "went on"), ("decline", "Declined"), ("cancel", "Cancelled")] {
        let done = call(&mut pipe, "declined", with(&[(&key, json!({ "action": action }))], state(&asked))).await;
        assert_eq!(text(&done), told);
    }
    let asked = call(&mut pipe, "name", json!({})).await;
    let answer = json!({ "action": "decline" });
    let done = call(&mut pipe, "name", with(&[(&self::key(&asked), answer)], state(&asked))).await;
    assert_eq!((text(&done), &done["result"]["isError"]), ("the user declined to answer", &json!(true)));
}

#[tokio::test]
async fn a_state_is_for_one_call_only() {
    let mut pipe = open(server());
    let asked = call(&mut pipe, "trip", json!({ "arguments": { "to": "Rome" } })).await;
    let sealed = state(&asked).as_str().expect("a text").to_owned();
    let with = |sealed: &str, to: &str| json!({ "requestState": sealed, "arguments": { "to": to } });
    assert_eq!(questions(&call(&mut pipe, "trip", with(&sealed, "Rome")).await).len(), 1);
    let (payload, mac) = sealed.split_once('.').expect("two parts");
    for (name, params) in [
        ("trip", with(&format!("{sealed}-TAMPERED"), "Rome")),
        ("trip", with(payload, "Rome")),
        ("trip", with(&format!("{payload}A.{mac}"), "Rome")),
        ("trip", with(&format!(".{mac}"), "Rome")),
        ("trip", with("", "Rome")),
        ("trip", with(&sealed, "Oslo")),
        ("name", with(&sealed, "Rome")),
        ("name", json!({ "requestState": sealed })),
    ] {
        let refused = call(&mut pipe, name, params.clone()).await;
        assert_eq!(refused["error"]["code"], -32602, "{name} {params}");
        let message = refused["error"]["message"].as_str().expect("a message");
        assert!(message.starts_with("`params.requestState`"), "{message}");
    }
}

#[tokio::test]
async fn a_state_expires() {
    let mut pipe = open(server().limits(Limits::default().state_time(Duration::ZERO)));
    let asked = call(&mut pipe, "name", json!({})).await;
    lmcp_tests::http::within(async {
        loop {
            let answer = call(&mut pipe, "name", json!({ "requestState": state(&asked) })).await;
            if answer["error"]["code"] == -32602 {
                assert!(answer["error"]["message"].as_str().is_some_and(|text| text.contains("has expired")));
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_state_is_for_one_caller_only() {
    let secret = "0123456789abcdef0123456789abcdef";
    let [ada, bob] = [
        Site::open(server().secret(secret).auth(Auth::bearer("ada"))).await,
        Site::open(server().secret(secret).auth(Auth::bearer("bob"))).await,
    ];
    let post = |token: &str, more: Value| {
        let mut params = json!({ "name": "name" });
        params.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        Request::message(&modern(1, "tools/call", params, &everything()))
            .with("MCP-Protocol-Version", "2026-07-28")
            .with("Mcp-Method", "tools/call")
            .with("Mcp-Name", "name")
            .with("Authorization", &format!("Bearer {token}"))
    };
    let asked = ada.ask(&post("ada", json!({}))).await.json();
    let answers = with(&[(&key(&asked), accept("Ada"))], state(&asked));
    let refused = bob.ask(&post("bob", answers.clone())).await.json();
    assert!(refused["error"]["message"].as_str().is_some_and(|text| text.contains("another caller")), "{refused}");
    assert_eq!(text(&ada.ask(&post("ada", answers)).await.json()), "Ada");
}

#[tokio::test]
async fn the_same_question_twice_is_two_questions() {
    let mut pipe = open(server());
    let first = call(&mut pipe, "twice", json!({})).await;
    let second = call(&mut pipe, "twice", with(&[(&key(&first), accept("one"))], state(&first))).await;
    assert_ne!(key(&first), key(&second));
    assert_ne!(state(&first), state(&second));
    let done = call(&mut pipe, "twice", with(&[(&key(&second), accept("two"))], state(&second))).await;
    assert_eq!(text(&done), "one, two");
}

#[tokio::test]
async fn a_text_that_varies_has_a_key() {
    let mut pipe = open(server().limits(Limits::default().rounds(3)));
    let asked = call(&mut pipe, "varies", json!({})).await;
    assert_eq!(key(&asked), "now");
    let done = call(&mut pipe, "varies", with(&[("now", accept("late"))], state(&asked))).await;
    assert_eq!(text(&done), "late");
    // Without one, there is an end to it.
    let mut asked = call(&mut pipe, "never_settles", json!({})).await;
    for _round in 2..=3 {
        asked = call(&mut pipe, "never_settles", with(&[(&key(&asked), accept("now"))], state(&asked))).await;
    }
    let failed = call(&mut pipe, "never_settles", with(&[(&key(&asked), accept("now"))], state(&asked))).await;
    assert_eq!(failed["error"]["code"], -32603);
    let message = failed["error"]["message"].as_str().expect("a message");
    assert!(
        message.contains("asked 3 times") && message.contains("`rounds`") && message.contains("`key`"),
        "{message}"
    );
}

/// Time passes here only when nothing goes on any more.
#[tokio::test(start_paused = true)]
async fn what_is_done_once_is_not_cut_off() {
    let effects = Effects::default();
    let mut pipe = open(server_with(effects.clone()));
    let asked = call(&mut pipe, "holds", json!({})).await;
    assert_eq!(effects.count(), 1, "the call was not put off before it was done");
    let done = call(&mut pipe, "holds", with(&[(&key(&asked), accept("Ada"))], state(&asked))).await;
    assert_eq!((text(&done), effects.count()), ("1 Ada", 1));
    // What was recorded is in the state, and nowhere else.
    let done = call(&mut pipe, "holds", with(&[(&key(&asked), accept("Ada"))], &Value::Null)).await;
    assert_eq!((text(&done), effects.count()), ("2 Ada", 2));
}

#[tokio::test]
async fn a_state_has_a_limit() {
    let mut pipe = open(server().limits(Limits::default().state_bytes(4000)));
    let failed = call(&mut pipe, "enormous", json!({})).await;
    assert_eq!(failed["error"]["code"], -32603);
    assert!(failed["error"]["message"].as_str().is_some_and(|text| text.contains("`state_bytes`")), "{failed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_from_a_task_or_a_thread() {
    let effects = Effects::default();
    let mut pipe = open(server_with(effects.clone()));
    let asked = call(&mut pipe, "spawned", json!({})).await;
    // The task is told that nobody will answer it.
    until(|| effects.count() == 1).await;
    let done = call(&mut pipe, "spawned", with(&[(&key(&asked), accept("Ada"))], state(&asked))).await;
    assert_eq!(text(&done), r#"Ok(Ok("Ada"))"#);
    let asked = call(&mut pipe, "blocking", json!({})).await;
    let done = call(&mut pipe, "blocking", with(&[(&key(&asked), accept("Ada"))], state(&asked))).await;
    assert_eq!(text(&done), "Ada");
}

#[tokio::test]
async fn answers_go_to_their_own_questions() {
    let mut pipe = open(server());
    let asked = call(&mut pipe, "selects", json!({})).await;
    let (a, b) = (key_of(&asked, "A?"), key_of(&asked, "B?"));
    for (key, told) in [(&a, "a yes"), (&b, "b yes")] {
        let done = call(&mut pipe, "selects", with(&[(key, accept("yes"))], state(&asked))).await;
        assert_eq!(text(&done), told);
    }
}

#[tokio::test]
async fn a_client_without_the_capability() {
    let mut pipe = open(server());
    for (name, capabilities, required) in [
        ("name", json!({}), json!({ "elicitation": { "form": {} } })),
        ("name", json!({ "elicitation": { "url": {} } }), json!({ "elicitation": { "form": {} } })),
        ("visits", json!({ "elicitation": {} }), json!({ "elicitation": { "url": {} } })),
        ("model", json!({ "elicitation": {} }), json!({ "sampling": {} })),
        ("folders", json!({}), json!({ "roots": {} })),
    ] {
        let failed = pipe.ask(1, "tools/call", json!({ "name": name }), &capabilities).await;
        assert_eq!(failed["error"]["code"], -32021, "{failed}");
        assert_eq!(failed["error"]["data"], json!({ "requiredCapabilities": required }));
    }
    // `elicitation: {}` is forms.
    let asked = pipe.ask(1, "tools/call", json!({ "name": "name" }), &json!({ "elicitation": {} })).await;
    assert_eq!(questions(&asked).len(), 1);
    // Over HTTP it has a status of its own.
    let site = Site::open(server()).await;
    let answer = site.ask(&Request::call(1, "name", json!({}))).await;
    assert_eq!((answer.status, &answer.json()["error"]["code"]), (400, &json!(-32021)));
}

#[tokio::test]
async fn resources_and_prompts_ask_too_and_nothing_else() {
    let mut pipe = open(server());
    let read = json!({ "uri": "asking://secret/7" });
    let asked = pipe.ask(1, "resources/read", read.clone(), &everything()).await;
    let mut again = with(&[(&key(&asked), accept("sesame"))], state(&asked));
    again["uri"] = read["uri"].clone();
    let done = pipe.ask(2, "resources/read", again, &everything()).await;
    assert_eq!(done["result"]["contents"][0]["text"], "7 sesame");
    assert_eq!((&done["result"]["ttlMs"], &done["result"]["cacheScope"]), (&json!(0), &json!("private")));
    let asked = pipe.ask(1, "prompts/get", json!({ "name": "essay" }), &everything()).await;
    let mut again = with(&[(&key(&asked), accept("rain"))], state(&asked));
    again["name"] = "essay".into();
    let done = pipe.ask(2, "prompts/get", again, &everything()).await;
    assert_eq!(done["result"]["messages"][0]["content"]["text"], "Write about rain.");
    let complete = json!({
        "ref": { "type": "ref/resource", "uri": "asking://secret/{id}" }, "argument": { "name": "id", "value": "" },
    });
    let failed = pipe.ask(1, "completion/complete", complete, &everything()).await;
    assert_eq!(failed["error"]["code"], -32603);
    assert!(failed["error"]["message"].as_str().is_some_and(|text| text.contains("nobody can be asked")), "{failed}");
}

#[tokio::test]
async fn roots_urls_and_other_requests() {
    let mut pipe = open(server());
    let asked = call(&mut pipe, "folders", json!({})).await;
    assert_eq!(questions(&asked)["roots"], json!({ "method": "roots/list", "params": {} }));
    let roots = json!({ "roots": [{ "uri": "file:///home/ada", "name": "Ada" }] });
    let done = call(&mut pipe, "folders", with(&[("roots", roots)], state(&asked))).await;
    assert_eq!(text(&done), "None 1 true");
    let again = call(&mut pipe, "folders", with(&[("roots", json!({ "roots": [7] }))], state(&asked))).await;
    assert_eq!(key(&again), "roots");
    let asked = call(&mut pipe, "visits", json!({})).await;
    let question = &questions(&asked)[&key(&asked)];
    assert_eq!(question["params"], json!({ "mode": "url", "message": "Pay.", "url": "https://example.com/pay" }));
    let done = call(&mut pipe, "visits", with(&[(&key(&asked), json!({ "action": "accept" }))], state(&asked))).await;
    assert_eq!(text(&done), "paid");
    // There are no other requests to a client of this revision.
    let failed = call(&mut pipe, "pings", json!({})).await;
    assert_eq!(failed["result"]["isError"], true);
    assert!(text(&failed).contains("no requests of this kind"), "{failed}");
    let failed = call(&mut pipe, "impossible", json!({})).await;
    assert!(text(&failed).contains("it is a list of something else than choices"), "{failed}");
}

/// Time passes here only when nothing goes on any more.
#[tokio::test(start_paused = true)]
async fn a_time_limit_is_for_one_run() {
    let mut pipe = open(server());
    let asked = call(&mut pipe, "hurried", json!({ "arguments": { "then": 100 } })).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut again = with(&[(&key(&asked), accept("Ada"))], state(&asked));
    again["arguments"] = json!({ "then": 100 });
    assert_eq!(text(&call(&mut pipe, "hurried", again).await), "Ada");
}

/// Asks inside of what it does once.
#[tool]
async fn asks_in_once(ctx: &Context) -> Result<String, Unanswered> {
    ctx.once("asked", async || ctx.elicit::<String>("Your name?").await).await
}

#[tokio::test]
async fn a_question_inside_of_once_is_an_error_and_no_wait_without_end() {
    let server = Server::empty().tool(asks_in_once).build().expect("it starts");
    for version in [ProtocolVersion::LATEST, ProtocolVersion::V2025_11_25] {
        let client = Client::connect_as(&server, version).await.expect("connected");
        client.answer("Your name?", "Ada");
        let error = within(client.call("asks_in_once", json!({}))).await.error();
        assert!(error.contains("`once`"), "{error}");
    }
}

/// Asks three questions, two of which have the same key.
#[tool]
async fn numbered(ctx: &Context) -> Result<String, Unanswered> {
    let a: String = ctx.elicit("A?").key("x").await?;
    let b: String = ctx.elicit("B?").key("x").await?;
    let c: String = ctx.elicit("C?").key("x-2").await?;
    let d: String = ctx.elicit("D?").key("x").await?;
    Ok([a, b, c, d].concat())
}

#[tokio::test]
async fn a_key_with_a_number_is_nobody_elses() {
    let client = Client::connect(Server::empty().tool(numbered)).await.expect("connected");
    for (question, said) in [("A?", "a"), ("B?", "b"), ("C?", "c"), ("D?", "d")] {
        client.answer(question, said);
    }
    assert_eq!(client.call("numbered", json!({})).await.text(), "abcd");
}

/// Does something that must be done once from two places at the same time, and in one place inside of something else.
#[tool]
async fn doubles(ctx: &Context, State(effects): State<Effects>) -> Result<String, lmcp::Error> {
    let slowly = async || {
        tokio::task::yield_now().await;
        Ok::<_, lmcp::Error>(effects.happen())
    };
    let (a, b) = tokio::join!(ctx.once("same", slowly), ctx.once("same", slowly));
    let other = ctx.once("other", async || ctx.once("inner", slowly).await).await?;
    Ok(format!("{} {} {other}", a?, b?))
}

#[tokio::test]
async fn two_at_the_same_time_are_done_once() {
    for version in [ProtocolVersion::LATEST, ProtocolVersion::V2025_11_25] {
        let server = server_with(Effects::default()).tool(doubles).build().expect("it starts");
        let client = Client::connect_as(&server, version).await.expect("connected");
        assert_eq!(within(client.call("doubles", json!({}))).await.text(), "1 1 2", "{version}");
    }
}
