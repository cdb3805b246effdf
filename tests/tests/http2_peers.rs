//! Peers that misbehave over HTTP/2, frame by frame: what they make the server keep and do is bounded, and whoever is beside
//! them is served.

use lmcp::Limits;
use lmcp_tests::frames::kind::*;
use lmcp_tests::frames::{
    END_HEADERS, END_STREAM, Frames, PADDED, PREFACE, call, frame, frame_of, header, modern_call, post, request,
    settings,
};
use lmcp_tests::http::{Request, Site, until, within};
use lmcp_tests::process::Served;
use lmcp_tests::{Counters, server, server_with};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::process::Command;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// `SETTINGS_INITIAL_WINDOW_SIZE`.
const WINDOW: u16 = 4;
/// `ENHANCE_YOUR_CALM`, as the end of `GOAWAY` has it.
const CALM: [u8; 4] = [0, 0, 0, 11];
/// `REFUSED_STREAM`.
const REFUSED: [u8; 4] = [0, 0, 0, 7];
/// `CANCEL`.
const CANCEL: [u8; 4] = [0, 0, 0, 8];

fn said(message: &Value) -> &str {
    message["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("no text: {message}"))
}

/// Clients beside them that behave are answered, in both versions.
async fn is_served(address: SocketAddr) {
    let mut first = lmcp_tests::http::Connection::open(address).await;
    first.send(&Request::call(1, "add", json!({ "a": 1, "b": 2 }))).await;
    assert_eq!(said(&first.response().await.json()), "3");
    let mut second = Frames::begin(address, &[]).await;
    second.write(&call(1, "add", &json!({ "a": 1, "b": 2 }))).await;
    assert_eq!(said(&second.answer(1).await), "3");
}

/// The server as a process, whose memory can be looked at.
fn served() -> Served {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lmcp-test-server"));
    command.args(["--http", "127.0.0.1:0"]);
    Served::start(command)
}

/// In KiB; nothing where that is not told.
fn resident(served: &Served) -> u64 {
    if cfg!(target_os = "linux") { served.proc("status", "VmRSS") } else { 0 }
}

/// Writes these bytes every few milliseconds, until nobody takes any more.
async fn trickles(site: &Site, beginning: Vec<u8>, piece: Vec<u8>) {
    let mut frames = Frames::begin(site.address, &[]).await;
    frames.write(&beginning).await;
    within(async {
        while frames.socket.write_all(&piece).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

/// Whoever is in the middle of a frame or of a head cannot say that he is still there.
#[tokio::test]
async fn beginnings_bit_by_bit() {
    let limit = Duration::from_millis(150);
    let limits = Limits::default().head_time(limit).keep_alive(limit).body_time(limit);
    let site = Site::open(server().limits(limits)).await;
    let begun = frame(HEADERS, 0, 1, &post());
    let body = frame(HEADERS, END_HEADERS, 1, &post());
    tokio::join!(
        trickles(&site, frame_of(12_000, SETTINGS, 0, 0, &[]), vec![0]),
        trickles(&site, frame_of(16_384, HEADERS, 0, 1, &[]), vec![0]),
        trickles(&site, begun.clone(), frame(CONTINUATION, 0, 1, &header("x", ""))),
        trickles(&site, begun, frame(CONTINUATION, 0, 1, &[])),
        trickles(&site, body, frame(DATA, 0, 1, b" ")),
        is_served(site.address),
    );
}

/// One who answers when he is asked whether he is there, and takes his time with a body.
#[tokio::test]
async fn a_body_bit_by_bit() {
    let limits = Limits::default().body_time(Duration::from_millis(100));
    let site = Site::open(server().limits(limits)).await;
    let mut frames = Frames::begin(site.address, &[]).await;
    frames.write(&frame(HEADERS, END_HEADERS, 1, &post())).await;
    let head = within(async {
        loop {
            frames.write(&frame(DATA, 0, 1, b" ")).await;
            match tokio::time::timeout(Duration::from_millis(5), frames.until(HEADERS)).await {
                Ok(head) => break head.expect("the connection goes on"),
                Err(_nothing_yet) => {}
            }
        }
    })
    .await;
    assert_ne!(head.payload[0], 0x88, "408");
    frames.write(&call(3, "add", &json!({ "a": 1, "b": 2 }))).await;
    assert_eq!(said(&frames.answer(3).await), "3", "the connection is as good as before");
}

#[tokio::test]
async fn resets_in_every_stage() {
    let counters = Counters::default();
    // As many connections as may be open: one that is kept would be missed.
    let site = Site::open(server_with(counters.clone()).limits(Limits::default().connections(2))).await;
    let bytes = [PREFACE, &settings(&[]), &modern_call(1, "forever", false)].concat();
    for end in (0..bytes.len()).step_by(7).chain([1, 23, 24, 25, 32, 33, 34, bytes.len() - 1]) {
        let mut frames = Frames::open(site.address).await;
        frames.write(&bytes[..end]).await;
        frames.reset();
    }
    is_served(site.address).await;
    for (dropped, progress) in [false, true, false, true].into_iter().enumerate() {
        let running = counters.running.load(Ordering::SeqCst);
        let mut frames = Frames::begin(site.address, &[]).await;
        frames.write(&modern_call(1, "forever", progress)).await;
        until(|| counters.running.load(Ordering::SeqCst) == running + 1).await;
        if progress {
            frames.until(DATA).await.expect("it says that it runs");
        }
        frames.reset();
        until(|| counters.dropped.load(Ordering::SeqCst) == dropped + 1).await;
    }
    // In an answer, of which more is to come than fits anywhere.
    let counting = json!({ "name": "counting", "arguments": { "to": 20_000 }, "_meta": { "progressToken": 1 } });
    for _ in 0..10 {
        let mut frames = Frames::begin(site.address, &[]).await;
        frames.write(&request(1, "tools/call", &counting)).await;
        frames.until(DATA).await.expect("it begins");
        frames.reset();
    }
    is_served(site.address).await;
}

#[tokio::test]
async fn streams_that_are_reset_at_once() {
    let counters = Counters::default();
    let site = Site::open(server_with(counters.clone())).await;
    let mut frames = Frames::begin(site.address, &[]).await;
    let storm: Vec<u8> = (0..10_000)
        .flat_map(|n| [modern_call(2 * n + 1, "forever", false), frame(RST_STREAM, 0, 2 * n + 1, &CANCEL)].concat())
        .collect();
    frames.write(&storm).await;
    let end = frames.until(GOAWAY).await.expect("the server has had enough");
    assert_eq!(end.payload[4..8], CALM);
    // A few began, and none of those goes on.
    until(|| counters.dropped.load(Ordering::SeqCst) == counters.running.load(Ordering::SeqCst)).await;
    assert!(counters.running.load(Ordering::SeqCst) < 1000, "{}", counters.running.load(Ordering::SeqCst));
    is_served(site.address).await;
}

/// One after the other, each as soon as its call runs.
#[tokio::test]
async fn streams_that_are_reset_when_they_run() {
    let counters = Counters::default();
    let limits = Limits::default().calls_in_flight(10);
    let site = Site::open(server_with(counters.clone()).limits(limits)).await;
    let mut frames = Frames::begin(site.address, &[]).await;
    for n in 0..500 {
        let stream = 2 * u32::try_from(n).expect("small") + 1;
        frames.write(&modern_call(stream, "forever", n % 2 == 0)).await;
        until(|| counters.running.load(Ordering::SeqCst) == n + 1).await;
        frames.write(&frame(RST_STREAM, 0, stream, &CANCEL)).await;
        until(|| counters.dropped.load(Ordering::SeqCst) == n + 1).await;
    }
    // Calls before 2026-07-28 outlive their streams, and are counted.
    for n in 0..10 {
        let stream = 2001 + 2 * u32::try_from(n).expect("small");
        frames.write(&call(stream, "forever", &json!({}))).await;
        until(|| counters.running.load(Ordering::SeqCst) == 501 + n).await;
        frames.write(&frame(RST_STREAM, 0, stream, &CANCEL)).await;
    }
    frames.write(&call(3001, "forever", &json!({}))).await;
    let refused = frames.answer(3001).await;
    assert!(refused["error"]["message"].as_str().is_some_and(|why| why.contains("`calls_in_flight`")), "{refused}");
    assert_eq!(counters.running.load(Ordering::SeqCst), 510);
    let beside = site.ask(&Request::call(1, "add", json!({ "a": 1, "b": 2 }))).await;
    assert_eq!(said(&beside.json()), "3");
}

/// Who breaks the rules of a stream has the server reset it.
#[tokio::test]
async fn streams_that_the_server_is_made_to_reset() {
    let counters = Counters::default();
    let site = Site::open(server_with(counters.clone())).await;
    let mut frames = Frames::begin(site.address, &[]).await;
    for n in 0..2000 {
        let stream = 2 * n + 1;
        let bytes =
            [modern_call(stream, "forever", false), frame(WINDOW_UPDATE, 0, stream, &[0x7f, 255, 255, 255])].concat();
        if frames.socket.write_all(&bytes).await.is_err() {
            break;
        }
        tokio::task::yield_now().await;
    }
    let reset = frames.until(RST_STREAM).await.expect("the server resets it");
    assert_eq!(reset.payload, [0, 0, 0, 3], "FLOW_CONTROL_ERROR");
    let end = frames.until(GOAWAY).await.expect("the server has had enough");
    assert_eq!(end.payload[4..8], CALM);
    until(|| counters.dropped.load(Ordering::SeqCst) == counters.running.load(Ordering::SeqCst)).await;
    is_served(site.address).await;
}

#[tokio::test]
async fn heads_without_end() {
    let served = served();
    is_served(served.address).await;
    let before = resident(&served);
    let begun = frame(HEADERS, 0, 1, &post());
    let long = frame(CONTINUATION, 0, 1, &header("x", &"x".repeat(16_000))).repeat(16);
    let short = frame(CONTINUATION, 0, 1, &header("x", "")).repeat(1000);
    for (piece, most) in [(long, 400), (short, 2000), (frame(CONTINUATION, 0, 1, &[]).repeat(1000), 2000)] {
        let mut frames = Frames::begin(served.address, &[]).await;
        frames.write(&begun).await;
        let mut taken = 0;
        while taken < most && frames.write(&piece).await {
            taken += 1;
        }
        assert!(taken < most, "there is no end to it");
    }
    // A long header once, and then by its number, a byte each: of a few kilobytes it makes many megabytes.
    let mut frames = Frames::begin(served.address, &[]).await;
    let mut kept = header("x", &"x".repeat(4000));
    kept[0] = 0x40;
    for n in 0..40 {
        let head = [post(), if n == 0 { kept.clone() } else { vec![] }, vec![0xbe; 10_000]].concat();
        frames.write(&frame(HEADERS, END_HEADERS | END_STREAM, 2 * n + 1, &head)).await;
    }
    // Each is refused as too large, or all are.
    while let Some(frame) = frames.next().await {
        assert!(frame.kind != HEADERS || frame.payload[0] != 0x88, "{frame:?}");
        if frame.kind == GOAWAY || frame.stream == 79 {
            break;
        }
    }
    let grown = resident(&served).saturating_sub(before);
    assert!(grown < 30 << 10, "{grown} KiB");
    is_served(served.address).await;
}

/// Nobody ever takes what many streams have to say.
#[tokio::test]
async fn windows_that_never_open() {
    let served = served();
    let mut stopped = Vec::new();
    for _ in 0..2 {
        let mut frames = Frames::begin(served.address, &[(WINDOW, 0)]).await;
        let counting = json!({ "name": "counting", "arguments": { "to": 5000 }, "_meta": { "progressToken": 1 } });
        for n in 0..128 {
            let bytes = if n % 4 == 0 {
                request(2 * n + 1, "tools/list", &json!({}))
            } else {
                request(2 * n + 1, "tools/call", &counting)
            };
            frames.write(&bytes).await;
        }
        // All of them have begun.
        for _ in 0..128 {
            let head = frames.until(HEADERS).await.expect("the connection goes on");
            assert_eq!(head.payload.first(), Some(&0x88), "{head:?}");
        }
        // There is no room for one more, and the connection is there.
        frames.write(&request(257, "tools/list", &json!({}))).await;
        let refused = frames.until(RST_STREAM).await.expect("the connection goes on");
        assert_eq!((refused.stream, &refused.payload[..]), (257, &REFUSED[..]));
        frames.write(&frame(PING, 0, 0, b"are you?")).await;
        assert_eq!(frames.until(PING).await.expect("the connection goes on").payload, b"are you?");
        stopped.push(frames);
    }
    let taken = resident(&served);
    assert!(taken < 400 << 10, "{taken} KiB");
    is_served(served.address).await;
    // Whoever comes round has everything.
    let mut frames = stopped.pop().expect("one of them");
    frames
        .write(&[frame(WINDOW_UPDATE, 0, 0, &[0, 1, 0, 0]), frame(WINDOW_UPDATE, 0, 1, &[0, 1, 0, 0])].concat())
        .await;
    let mut list = Vec::new();
    loop {
        let frame = frames.until(DATA).await.expect("the connection goes on");
        assert_eq!(frame.stream, 1);
        list.extend_from_slice(&frame.payload);
        if frame.flags & END_STREAM != 0 {
            break;
        }
    }
    let list: Value = serde_json::from_slice(&list).expect("JSON");
    assert!(list["result"]["tools"].is_array(), "{list}");
}

#[tokio::test]
async fn frames_that_are_none() {
    let site = Site::open(server()).await;
    let head = frame(HEADERS, END_HEADERS | END_STREAM, 1, &post());
    let with = |more: Vec<u8>| frame(HEADERS, END_HEADERS | END_STREAM, 1, &[post(), more].concat());
    let wrong: Vec<(&str, Vec<u8>)> = vec![
        ("longer than may be", frame(DATA, 0, 1, &[0; 17_000])),
        ("as long as can be said", frame_of((1 << 24) - 1, HEADERS, END_HEADERS, 1, &post())),
        ("cut off", head[..head.len() - 1].to_vec()),
        ("cut off in its length", vec![0]),
        ("a head on the connection", frame(HEADERS, END_HEADERS, 0, &post())),
        ("a head on a stream of the server's", frame(HEADERS, END_HEADERS, 2, &post())),
        ("data on no stream", frame(DATA, 0, 1, b"x")),
        ("data on the connection", frame(DATA, 0, 0, b"x")),
        ("data behind the end", [head.clone(), frame(DATA, END_STREAM, 1, b"x")].concat()),
        ("a reset of no stream", frame(RST_STREAM, 0, 1, &CANCEL)),
        (
            "a reset that is too short",
            [frame(HEADERS, END_HEADERS, 1, &post()), frame(RST_STREAM, 0, 1, &[0])].concat(),
        ),
        ("a continuation of nothing", frame(CONTINUATION, END_HEADERS, 1, &post())),
        ("a continuation of another", [frame(HEADERS, 0, 1, &post()), frame(CONTINUATION, 4, 3, &[])].concat()),
        ("something else in a head", [frame(HEADERS, 0, 1, &post()), frame(PING, 0, 0, &[0; 8])].concat()),
        ("settings of five bytes", frame(SETTINGS, 0, 0, &[0; 5])),
        ("settings of a stream", frame(SETTINGS, 0, 1, &[])),
        ("an answer to settings that holds some", frame(SETTINGS, 1, 0, &[0; 6])),
        ("a window that is too large", settings(&[(WINDOW, u32::MAX)])),
        ("a frame that is too small", settings(&[(5, 1)])),
        ("a ping of seven bytes", frame(PING, 0, 0, &[0; 7])),
        ("a ping of a stream", frame(PING, 0, 1, &[0; 8])),
        ("no window", frame(WINDOW_UPDATE, 0, 0, &[0; 4])),
        ("more window than there can be", frame(WINDOW_UPDATE, 0, 0, &[0x7f, 255, 255, 255]).repeat(2)),
        ("a promise", frame(PUSH_PROMISE, END_HEADERS, 1, &[&[0, 0, 0, 2], &post()[..]].concat())),
        ("more padding than there is", frame(HEADERS, END_HEADERS | PADDED, 1, &[&[255], &post()[..50]].concat())),
        ("a header of no table", frame(HEADERS, END_HEADERS, 1, &[0xff, 0xff, 0xff, 0xff, 0x7f])),
        ("a table that is too large", frame(HEADERS, END_HEADERS, 1, &[0x3f, 0xff, 0xff, 0xff, 0x7f])),
        ("a text without an end", frame(HEADERS, END_HEADERS, 1, &[0, 127, 255, 255, 255, 255, 255, 255])),
        ("a code that is none", frame(HEADERS, END_HEADERS, 1, &[0, 0x84, 255, 255, 255, 255, 0])),
        ("a name in capitals", with(header("X-Name", "x"))),
        ("a name with a space", with(header("x name", "x"))),
        ("a value with a line break", with(header("x", "a\r\nb: c"))),
        ("a value with a NUL", with(header("x", "a\0b"))),
        ("a path behind headers", with(header(":path", "/mcp"))),
        ("a connection's header", with(header("connection", "close"))),
        ("a transfer coding", with(header("transfer-encoding", "chunked"))),
        ("a length that is none", [with(header("content-length", "5"))].concat()),
        ("no path", frame(HEADERS, END_HEADERS | END_STREAM, 1, &header(":method", "POST"))),
    ];
    for (what, bytes) in wrong {
        let mut frames = Frames::begin(site.address, &[]).await;
        frames.write(&bytes).await;
        // What is cut off ends here.
        let _closed_meanwhile = within(frames.socket.shutdown()).await;
        while let Some(frame) = frames.next().await {
            assert!(frame.kind != HEADERS || frame.payload[0] != 0x88, "{what}: {frame:?}");
        }
    }
    // What nobody knows is passed over.
    let mut frames = Frames::begin(site.address, &[(0xffff, 7)]).await;
    frames.write(&[frame(0xfa, 0xff, 7, b"anything"), frame(PRIORITY, 0, 9, &[0; 5])].concat()).await;
    frames.write(&call(11, "add", &json!({ "a": 1, "b": 2 }))).await;
    assert_eq!(said(&frames.answer(11).await), "3");
    is_served(site.address).await;
}

/// What is answered by the protocol itself, by somebody who reads none of the answers.
#[tokio::test]
async fn floods() {
    let served = served();
    is_served(served.address).await;
    let before = resident(&served);
    let begun = frame(HEADERS, END_HEADERS, 1, &post());
    let mut open = Vec::new();
    for (beginning, one) in [
        (vec![], settings(&[])),
        (vec![], settings(&[(WINDOW, 1), (WINDOW, 2), (WINDOW, 3)])),
        (vec![], frame(PING, 0, 0, b"are you?")),
        (vec![], frame(PING, 1, 0, b"I am not")),
        (vec![], frame(SETTINGS, 1, 0, &[])),
        (vec![], frame(PRIORITY, 0, 1, &[0; 5])),
        (vec![], frame(0xfa, 0, 0, &[])),
        (begun.clone(), frame(DATA, 0, 1, &[])),
        (begun.clone(), frame(DATA, PADDED, 1, &[[20].as_slice(), &[0; 20]].concat())),
        (begun, frame(WINDOW_UPDATE, 0, 1, &[0, 0, 0, 1])),
    ] {
        let mut frames = Frames::begin(served.address, &[]).await;
        frames.write(&beginning).await;
        let many = one.repeat(1000);
        for _ in 0..500 {
            // Taken, refused, or taken no more until somebody reads.
            let writing = tokio::time::timeout(Duration::from_millis(300), frames.socket.write_all(&many));
            if !writing.await.is_ok_and(|written| written.is_ok()) {
                break;
            }
        }
        open.push(frames);
    }
    let grown = resident(&served).saturating_sub(before);
    assert!(grown < 30 << 10, "{grown} KiB");
    is_served(served.address).await;
}
