//! Calls the services as a server would, in memory, and prints lines of who, bytes of the argument and nanoseconds a call.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use std::time::Instant;
use tower_service::Service;

const ROUNDS: usize = 9;

/// Gives back what it is given.
#[lmcp::tool]
fn echo(text: String) -> String {
    text
}

fn request(body: &Bytes) -> Request<Full<Bytes>> {
    Request::post("/mcp")
        .header("host", "127.0.0.1")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", "tools/call")
        .header("mcp-name", "echo")
        .header("content-length", body.len())
        .body(Full::new(body.clone()))
        .expect("a request")
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let server = lmcp::server!().name("bench").version("1").build().expect("a server");
        let mut lmcp = server.http_service().expect("it can be mounted");
        let mut rmcp = rmcp_http::service(false, 1);
        for (size, calls) in [(11, 20_000), (64 << 10, 2_000)] {
            let text: String = "hello world, ".chars().cycle().take(size).collect();
            let body = Bytes::from(format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"echo","arguments":{{"text":"{text}"}},"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{{"name":"bench","version":"1"}},"io.modelcontextprotocol/clientCapabilities":{{}}}}}}}}"#
            ));
            macro_rules! time {
                ($who:literal, $answer:expr) => {
                    let began = Instant::now();
                    for _ in 0..calls {
                        let response = $answer;
                        assert!(response.status().is_success());
                        let body = response.into_body().collect().await.expect("a body").to_bytes();
                        assert!(body.len() > size);
                    }
                    println!("{} {size} {}", $who, began.elapsed().as_nanos() / calls);
                };
            }
            for _ in 0..ROUNDS {
                time!("lmcp", Service::call(&mut lmcp, request(&body)).await.expect("an answer"));
                time!("floor", floor_http::typed::respond(request(&body)).await);
                time!("rmcp", Service::call(&mut rmcp, request(&body)).await.expect("an answer"));
            }
        }
    });
}
