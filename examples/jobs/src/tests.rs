//! What a client gets, in memory. Time is paused: it goes on when nothing else is left to do.

use crate::table::{Jobs, KEPT};
use lmcp::ProtocolVersion;
use lmcp::testing::{Client, Connecting};
use serde_json::{Value, json};
use std::path::PathBuf;

fn client() -> Connecting {
    lmcp::testing::client!(state = Jobs::new(None, 2))
}

async fn start(client: &Client, seconds: u32) -> Value {
    client.call("start", json!({ "job": "countdown", "seconds": seconds })).await.structured()
}

async fn wait(client: &Client, id: u32) -> Value {
    client.call("wait", json!({ "id": id, "at_most": 3600 })).await.structured()
}

async fn states(client: &Client) -> Vec<String> {
    let overview = client.call("status", json!({})).await.structured();
    let jobs = overview["jobs"].as_array().expect("a list").clone();
    jobs.iter().map(|job| job["state"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_job_runs_while_nobody_waits() {
    let client = client().await;
    let started = start(&client, 3).await;
    let log = json!("jobs://1/log");
    assert_eq!((&started["id"], &started["log"], started.get("result")), (&json!(1), &log, None));
    let done = wait(&client, 1).await;
    assert_eq!(
        done,
        json!({ "id": 1, "job": "countdown", "state": "done", "done": 3, "total": 3, "result": "lift-off", "log": log })
    );
    // The result stays.
    assert_eq!(wait(&client, 1).await, done);
    assert_eq!(
        client.read("jobs://1/log").await.expect("it is there")[0]["text"],
        "2 s left\n1 s left\n0 s left\nlift-off\n"
    );
    assert_eq!(client.call("wait", json!({ "id": 2 })).await.error(), "there is no job 2; `status` lists them");
    assert_eq!(client.complete("jobs://{id}/log", "id", "").await.expect("values"), ["1"]);
    let why = client.call("start", json!({ "job": "lines" })).await.error();
    assert_eq!(why, "no folder was given: the server has to be started with --folder DIR");
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_sees_progress() {
    for version in [ProtocolVersion::LATEST_LEGACY, ProtocolVersion::LATEST] {
        let client = client().version(version).await;
        let call = json!({
            "name": "start", "arguments": { "job": "countdown", "seconds": 3, "wait": true },
            "_meta": { "progressToken": 7 },
        });
        let result = client.request("tools/call", call).await.expect("it runs");
        assert_eq!(result["structuredContent"]["state"], "done");
        let told = client.notifications();
        let last = told.iter().rfind(|told| told["method"] == "notifications/progress").expect("some");
        assert_eq!((&last["params"]["total"], &last["params"]["progressToken"]), (&json!(3), &json!(7)));
        assert!(last["params"]["message"].as_str().is_some_and(|message| message.ends_with("s left")), "{last}");
    }
}

#[tokio::test(start_paused = true)]
async fn so_many_run_at_a_time() {
    let client = client().await;
    for seconds in [100, 5, 100, 100] {
        start(&client, seconds).await;
    }
    let before = client.call("wait", json!({ "id": 1, "at_most": 1 })).await.structured();
    assert_eq!((&before["state"], before.get("result")), (&json!("running"), None));
    assert_eq!(states(&client).await, ["running", "running", "queued", "queued"]);
    wait(&client, 2).await;
    client.call("wait", json!({ "id": 3, "at_most": 1 })).await.structured();
    assert_eq!(states(&client).await, ["running", "done", "running", "queued"]);

    let cancelled = client.call("cancel", json!({ "id": 4 })).await.structured();
    assert_eq!((&cancelled["state"], &cancelled["result"]), (&json!("cancelled"), &json!("cancelled before it began")));
    let cancelled = client.call("cancel", json!({ "id": 1 })).await.structured();
    assert_eq!(cancelled["state"], "cancelled");
    assert!(cancelled["result"].as_str().is_some_and(|why| why.ends_with("s left")), "{cancelled}");
    assert_eq!(states(&client).await, ["cancelled", "done", "running", "cancelled"]);
    // To cancel what is over changes nothing.
    assert_eq!(client.call("cancel", json!({ "id": 2 })).await.structured()["state"], "done");
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_cancelled_leaves_the_job_alone() {
    for version in [ProtocolVersion::LATEST_LEGACY, ProtocolVersion::LATEST] {
        let client = client().version(version).await;
        start(&client, 60).await;
        tokio::select! {
            biased;
            // The introduction was request 1, and `start` 2.
            called = client.call("wait", json!({ "id": 1, "at_most": 3600 })) => panic!("{called:?}"),
            () = async {
                assert_eq!(states(&client).await, ["running"]);
                client.notify("notifications/cancelled", json!({ "requestId": 3 })).await;
                assert_eq!(states(&client).await, ["running"]);
            } => {}
        }
        assert_eq!(wait(&client, 1).await["result"], "lift-off");
    }
}

#[tokio::test(start_paused = true)]
async fn the_log_tells_its_subscribers() {
    let uri = "jobs://1/log";
    let client = client().version(ProtocolVersion::LATEST_LEGACY).await;
    start(&client, 2).await;
    client.request("resources/subscribe", json!({ "uri": uri })).await.expect("it may");
    assert_eq!(client.notification("notifications/resources/updated").await["uri"], uri);
    assert_eq!(client.read(uri).await.expect("it is there")[0]["text"], "1 s left\n");
    assert_eq!(client.notification("notifications/resources/updated").await["uri"], uri);

    // Since 2026-07-28 one listens instead, in a request that is never answered.
    let client = self::client().await;
    start(&client, 2).await;
    let listen = client.request("subscriptions/listen", json!({ "notifications": { "resourceSubscriptions": [uri] } }));
    tokio::select! {
        answer = listen => panic!("{answer:?}"),
        updated = client.notification("notifications/resources/updated") => assert_eq!(updated["uri"], uri),
    }
}

#[tokio::test(start_paused = true)]
async fn results_are_kept_until_somebody_asks() {
    let client = client().await;
    for _ in 0..KEPT {
        start(&client, 0).await;
    }
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let full = || async { client.call("start", json!({ "job": "countdown", "seconds": 0 })).await };
    assert_eq!(full().await.error(), "100 jobs are kept: ask for some results first, with `wait`");
    // To look at the list is not to ask for results.
    assert_eq!(states(&client).await.len(), KEPT);
    assert!(full().await.is_error());
    wait(&client, 42).await;
    assert_eq!(full().await.structured()["id"], 101);
    assert!(client.call("wait", json!({ "id": 42 })).await.is_error());
}

#[tokio::test(start_paused = true)]
async fn an_end_cancels_what_runs() {
    let jobs = Jobs::new(None, 1);
    let client = lmcp::testing::client!(state = jobs.clone()).await;
    start(&client, 0).await;
    wait(&client, 1).await;
    start(&client, 3600).await;
    start(&client, 3600).await;
    assert_eq!(jobs.end().await, 2);
    assert_eq!(states(&client).await, ["done", "cancelled", "cancelled"]);
    assert_eq!(client.call("start", json!({ "job": "countdown" })).await.error(), "the server is about to end");
}

/// A folder, gone with the test.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn files_are_counted_and_summed() {
    let folder = Folder(std::env::temp_dir().join(format!("jobs-files-{}", std::process::id())));
    std::fs::create_dir_all(folder.0.join("src")).expect("a folder");
    for (name, text) in [("a.txt", "one\ntwo\n"), ("empty", ""), ("src/b.rs", "three\n")] {
        std::fs::write(folder.0.join(name), text).expect("a file");
    }
    let client = lmcp::testing::client!(state = Jobs::new(Some(folder.0.clone()), 2)).await;
    let run = async |job: &str| client.call("start", json!({ "job": job, "wait": true })).await.structured();
    let lines = run("lines").await;
    assert_eq!((&lines["result"], &lines["done"]), (&json!("3 lines in 3 files"), &json!(3)));
    let log = client.read("jobs://1/log").await.expect("it is there")[0]["text"].clone();
    assert_eq!(log, "a.txt: 2\nempty: 0\nsrc/b.rs: 1\n3 lines in 3 files\n");
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  empty";
    let sums = run("checksums").await;
    assert!(sums["result"].as_str().is_some_and(|sums| sums.lines().nth(1) == Some(empty)), "{sums}");
}

#[tokio::test]
async fn a_job_that_reads_ends_when_it_is_cancelled() {
    let folder = Folder(std::env::temp_dir().join(format!("jobs-huge-{}", std::process::id())));
    std::fs::create_dir_all(&folder.0).expect("a folder");
    std::fs::write(folder.0.join("a"), "").expect("a file");
    // A hole of a terabyte: nobody reads it to its end.
    let huge = std::fs::File::create(folder.0.join("b")).expect("a file");
    huge.set_len(1 << 40).expect("a hole");
    let jobs = Jobs::new(Some(folder.0.clone()), 2);
    let client = lmcp::testing::client!(state = jobs.clone()).await;
    client.call("start", json!({ "job": "checksums" })).await.structured();
    let mut changes = jobs.find(1).expect("it is there").watch();
    changes.wait_for(|status| status.done == 1).await.expect("it goes on");
    let cancelled = client.call("cancel", json!({ "id": 1 })).await.structured();
    assert_eq!(
        (&cancelled["state"], &cancelled["result"]),
        (&json!("cancelled"), &json!("cancelled after 1 of 2 files"))
    );
}

#[test]
fn no_client_refuses_it() {
    assert_eq!(lmcp::testing::check(), []);
}
