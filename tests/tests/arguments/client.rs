//! A client that sends arguments letter by letter, however odd.

use lmcp_tests::pipe::Pipe;
use serde_json::{Value, json};

/// What came of a call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    /// What the function got.
    Got(String),
    /// What the model reads.
    Refused(String),
}

impl Answer {
    /// The text, whichever it is.
    pub(crate) fn text(&self) -> &str {
        let (Answer::Got(text) | Answer::Refused(text)) = self;
        text
    }
}

pub(crate) struct Client {
    pipe: Pipe,
    id: u32,
}

impl Client {
    pub(crate) async fn open() -> Self {
        Client::of(crate::fixture::server()).await
    }

    pub(crate) async fn of(server: lmcp::Server) -> Self {
        let server = server.build().expect("the fixture starts");
        let mut pipe = Pipe::open(&server);
        pipe.initialize("2025-06-18", json!({})).await;
        Client { pipe, id: 0 }
    }

    /// A call as a table writes it.
    pub(crate) async fn call(&mut self, line: &str) -> Answer {
        let (first, rest) = line.split_once(' ').unwrap_or((line, "{}"));
        match first {
            "read" => self.ask("resources/read", &format!("\"uri\":{}", json!(rest))).await,
            "prompt" => {
                let (name, arguments) = rest.split_once(' ').unwrap_or((rest, "{}"));
                self.ask("prompts/get", &format!("\"name\":{},\"arguments\":{arguments}", json!(name))).await
            }
            tool => self.tool(tool, rest).await,
        }
    }

    /// A call of a tool with these letters as its arguments.
    pub(crate) async fn tool(&mut self, name: &str, arguments: &str) -> Answer {
        self.ask("tools/call", &format!("\"name\":{},\"arguments\":{arguments}", json!(name))).await
    }

    async fn ask(&mut self, method: &str, params: &str) -> Answer {
        self.id += 1;
        let line =
            format!("{{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"{method}\",\"params\":{{{params}}}}}", self.id);
        let answer = self.pipe.ask_line(&line).await;
        assert_eq!(answer["id"], self.id, "one answer to each request: {answer}");
        let text = |value: &Value| value.as_str().map(str::to_owned);
        if let Some(error) = answer.get("error") {
            return Answer::Refused(format!("({}) {}", error["code"], error["message"].as_str().unwrap_or_default()));
        }
        let result = &answer["result"];
        let told = text(&result["content"][0]["text"])
            .or_else(|| text(&result["messages"][0]["content"]["text"]))
            .or_else(|| text(&result["contents"][0]["text"]))
            .unwrap_or_else(|| panic!("no text in {answer}"));
        if result["isError"] == true { Answer::Refused(told) } else { Answer::Got(told) }
    }
}
