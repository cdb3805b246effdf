//! Clients that say a little at a time, for ever.

use super::is_served;
use lmcp::Limits;
use lmcp_tests::http::{Connection, Request, Site, within};
use lmcp_tests::server;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// Writes the same byte every few milliseconds, until nobody takes any more.
async fn trickles(connection: &mut Connection, beginning: &[u8], byte: u8) {
    connection.write(beginning).await;
    within(async {
        while connection.socket.write_all(&[byte]).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

/// Each byte is progress, and the whole has its time all the same.
#[tokio::test]
async fn heads_and_bodies() {
    let limit = Duration::from_millis(100);
    let limits = Limits::default().head_time(limit).body_time(limit).connection_idle(limit);
    let site = Site::open(server().limits(limits)).await;
    let head = String::from_utf8(Request::post("").without("Content-Length").bytes()).expect("ASCII");
    let announced = head.replace("\r\n\r\n", "\r\nContent-Length: 100000\r\n\r\n");
    let chunked = head.replace("\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n");
    let size = head.replace("\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n");
    let mut slow = [site.connect().await, site.connect().await, site.connect().await, site.connect().await];
    let [one, two, three, four] = &mut slow;
    tokio::join!(
        trickles(one, b"POST /mcp HTTP/1.1\r\nX-Slow: ", b'x'),
        trickles(two, announced.as_bytes(), b' '),
        trickles(three, chunked.as_bytes(), b' '),
        trickles(four, size.as_bytes(), b'0'),
        is_served(&site),
    );
    is_served(&site).await;
}
