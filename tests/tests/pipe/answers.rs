//! An answer is never answered.

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

#[tokio::test]
async fn an_error_without_an_id_is_not_answered() {
    let server = lmcp_tests::server().build().expect("the fixture starts");
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    tokio::spawn(async move {
        let (read, write) = tokio::io::split(theirs);
        server.serve_io(read, write).await
    });
    let (read, mut write) = tokio::io::split(ours);
    let mut lines = BufReader::new(read).lines();
    let sent = "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"not JSON\"}}\n\
                {\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32700,\"message\":\"not JSON\"}}\n\
                {\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"ping\"}\n";
    write.write_all(sent.as_bytes()).await.expect("written");
    let line = lines.next_line().await.expect("readable").expect("answered");
    assert_eq!(line, "{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{}}");
}
