//! Messages that end too early: the input ends, or the client does, in every place.

use super::{is_answered, is_served};
use lmcp_tests::http::{Request, Site};
use lmcp_tests::pipe::Pipe;
use lmcp_tests::server;
use serde_json::json;

/// Every beginning of a line, as the last thing that is said: an error, and the end.
#[tokio::test]
async fn lines() {
    let server = server().build().expect("it starts");
    let whole =
        br#"{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"add","arguments":{"a":1,"b":2}}}"#;
    for end in 1..whole.len() {
        let mut pipe = Pipe::open(&server);
        pipe.send_bytes(&whole[..end]).await;
        pipe.finish().await;
        let rest = pipe.rest().await;
        assert_eq!(rest.len(), 1, "{rest:?}");
        assert_eq!(rest[0]["error"]["code"], -32700, "{rest:?}");
    }
    // And as a line, with others behind it.
    let mut pipe = Pipe::open(&server);
    for end in 1..whole.len() {
        pipe.send_bytes(&[&whole[..end], b"\n"].concat()).await;
        assert_eq!(pipe.next().await["error"]["code"], -32700);
    }
    is_answered(&mut pipe).await;
}

/// Every beginning of a request: nothing, or a refusal, and the connection closes.
#[tokio::test]
async fn heads_and_bodies() {
    let site = Site::open(server()).await;
    let plain = Request::call(1, "add", json!({ "a": 1, "b": 2 })).bytes();
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" }).to_string();
    let chunks = format!("{:x};ext=1\r\n{message}\r\n0\r\nTrailer: x\r\n\r\n", message.len());
    let chunked = Request::post(chunks).with("Transfer-Encoding", "chunked").bytes();
    for whole in [plain, chunked] {
        let mut connections = Vec::new();
        for end in 0..whole.len() {
            let mut connection = site.connect().await;
            connection.write(&whole[..end]).await;
            connection.finish().await;
            connections.push(connection);
        }
        for (end, mut connection) in connections.into_iter().enumerate() {
            if let Some(head) = connection.try_head().await {
                assert_eq!(head.status, 400, "cut at {end}: {head:?}");
                connection.rest_of_body().await;
            }
            connection.closed().await;
        }
    }
    is_served(&site).await;
}
