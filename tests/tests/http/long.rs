//! What is long is sent from where it is, and arrives as what is short does.

use lmcp::{Server, tool};
use lmcp_tests::http::{Request, Site};
use serde_json::{Value, json};

#[tool]
fn echo(text: String) -> String {
    text
}

/// Both at once.
#[tool]
fn noted(text: String) -> lmcp::Result<lmcp::ToolResult> {
    Ok(lmcp::ToolResult::text(text).error().meta("example.com/a", 1))
}

/// Twenty definitions of a kilobyte.
macro_rules! many {
    ($($name:ident)*) => {
        $(
            #[tool(description = "Gives back what it is given, word by word, and says so at length, since a long list is w\
                hat this is for. Gives back what it is given, word by word, and says so at length, since\
                 a long list is what this is for. Gives back what it is given, word by word, and says so\
                 at length, since a long list is what this is for. Gives back what it is given, word by \
                word, and says so at length, since a long list is what this is for. Gives back what it i\
                s given, word by word, and says so at length, since a long list is what this is for. Giv\
                es back what it is given, word by word, and says so at length, since a long list is what\
                 this is for. Gives back what it is given, word by word, and says so at length, since a \
                long list is what this is for. Gives back what it is given, word by word, and says so at\
                 length, since a long list is what this is for. Gives back what it is given, word by wor\
                d, and says so at length, since a long list is what this is for.")]
            fn $name(text: String) -> String {
                text
            }
        )*
        fn with_many(server: Server) -> Server {
            server $(.tool($name))*
        }
    };
}
many!(a b c d e f g h i j k l m n o p q r s t);

async fn asked(site: &Site, request: Request) -> Value {
    let answer = site.ask(&request).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-length"), Some(&*answer.body.len().to_string()));
    answer.json()
}

#[tokio::test]
async fn long_texts_and_lists_arrive_whole() {
    let site = Site::open(with_many(Server::empty()).tool(echo).tool(noted)).await;
    let plain = "Plain words. ".repeat(2_000);
    for text in [plain.clone(), format!("{plain}\"quoted\"\n"), format!("ä🦀{plain}"), String::new()] {
        for (tool, fails) in [("echo", false), ("noted", true)] {
            for request in [
                Request::call(1, tool, json!({ "text": text })),
                Request::legacy_call(1, tool, json!({ "text": text })),
            ] {
                let result = &asked(&site, request).await["result"];
                assert_eq!(result["content"], json!([{ "type": "text", "text": text }]));
                assert_eq!(result["isError"], fails);
                assert!(!fails || result["_meta"]["example.com/a"] == 1);
            }
        }
    }
    for request in [Request::modern(1, "tools/list", json!({})), Request::legacy(1, "tools/list", json!({}))] {
        let answer = asked(&site, request).await;
        let tools = answer["result"]["tools"].as_array().expect("a list");
        let names: Vec<&str> = tools.iter().filter_map(|tool| tool["name"].as_str()).collect();
        assert_eq!(names.join(" "), "a b c d e f g h i j k l m n o p q r s t echo noted");
        assert!(answer.to_string().len() > 20_000 && tools.iter().all(|tool| tool["inputSchema"].is_object()));
    }
}
