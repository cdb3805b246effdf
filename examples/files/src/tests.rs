//! What a client gets, in memory; and every way out that was thought of, on real folders.

use crate::roots::{LARGEST, Roots};
use lmcp::ProtocolVersion;
use lmcp::testing::Client;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// A root called `shop` and, beside it, what nobody may see. Gone with the test.
struct Tree(PathBuf);

impl Drop for Tree {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

impl Tree {
    fn new(test: &str) -> Self {
        let tree = Tree(std::env::temp_dir().join(format!("files-{test}-{}", std::process::id())));
        let _old = fs::remove_dir_all(&tree.0);
        for (path, text) in [
            ("secret/key.txt", "the secret"),
            ("shop/README.md", "# Shop\n\nBread and rolls.\n"),
            ("shop/src/main.rs", "fn main() {\n    bread();\n    rolls();\n    bread();\n}\n"),
            ("shop/src/deep/er/notes.txt", "bread is dear\n"),
        ] {
            let path = tree.0.join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        tree
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).expect(path)
    }

    fn roots(&self) -> Roots {
        Roots::open(&[self.path("shop")]).expect("it is there")
    }

    async fn client(&self) -> Client {
        lmcp::testing::client!(state = self.roots()).await
    }

    /// What stands outside is as it was.
    fn untouched(&self) {
        let names: Vec<_> =
            fs::read_dir(self.path("secret")).expect("a folder").map(|e| e.expect("one").file_name()).collect();
        assert_eq!((names, self.text("secret/key.txt").as_str()), (vec!["key.txt".into()], "the secret"));
        assert_eq!(fs::read_dir(&self.0).expect("a folder").count(), 2);
    }
}

/// Every call that there is with this path, and the error of each, or what it gave.
async fn everything(client: &Client, path: &str) -> Vec<(&'static str, Result<String, String>)> {
    let mut said = Vec::new();
    for (tool, arguments) in [
        ("list", json!({ "path": path })),
        ("read", json!({ "path": path })),
        ("find", json!({ "path": path, "name": "*" })),
        ("search", json!({ "path": path, "text": "e" })),
        ("edit", json!({ "path": path, "old": "secret", "new": "public" })),
        ("write", json!({ "path": path, "text": "written" })),
        ("move", json!({ "from": path, "to": "shop/stolen" })),
        ("move", json!({ "from": "shop/README.md", "to": path })),
    ] {
        let called = client.call(tool, arguments).await;
        said.push((tool, if called.is_error() { Err(called.error()) } else { Ok(called.text()) }));
    }
    let read = client.read(&format!("files://{path}")).await;
    said.push(("resource", read.map(|contents| json!(contents).to_string()).map_err(|e| e.message().to_owned())));
    said
}

async fn text(client: &Client, tool: &str, arguments: Value) -> String {
    let called = client.call(tool, arguments).await;
    if called.is_error() { called.error() } else { called.text() }
}

#[tokio::test]
async fn folders_are_listed_and_files_read() {
    let tree = Tree::new("read");
    let client = tree.client().await;
    let listed = client.call("list", json!({})).await.structured();
    assert_eq!(listed, json!({ "entries": [{ "name": "shop", "kind": "folder" }], "cut": false }));
    let listed = client.call("list", json!({ "path": "shop/" })).await.structured();
    let entries = json!([{ "name": "README.md", "kind": "file", "size": 25 }, { "name": "src", "kind": "folder" }]);
    assert_eq!(listed["entries"], entries);

    let two = client.call("read", json!({ "path": "shop/src/main.rs", "from_line": 2, "to_line": 3 })).await;
    assert_eq!(two.text(), "    bread();\n    rolls();\n\n[lines 2 to 3 of 5; read on with from_line=4]");
    let read = client.read("files://shop/README.md").await.expect("it is there");
    assert_eq!(read[0]["text"], "# Shop\n\nBread and rolls.\n");
    assert_eq!(
        text(&client, "read", json!({ "path": "shop" })).await,
        "shop: it is a folder; `list` shows what is in it"
    );
    let missing = text(&client, "read", json!({ "path": "shop/x" })).await;
    assert_eq!(missing, "shop/x: there is no such file or folder; `list` shows what there is");
    assert_eq!(text(&client, "read", json!({ "path": "x/y" })).await, "\"x/y\" begins with no root; there is shop");

    fs::write(tree.path("shop/logo.png"), b"\x89PNG\r\n\x1a\n").expect("a file");
    fs::write(tree.path("shop/data"), b"\xff\0").expect("a file");
    let picture = &client.call("read", json!({ "path": "shop/logo.png" })).await.content()[0];
    assert_eq!((&picture["type"], &picture["mimeType"]), (&json!("image"), &json!("image/png")));
    let data = text(&client, "read", json!({ "path": "shop/data" })).await;
    assert_eq!(data, "shop/data: 2 bytes that are neither text nor a picture");
    assert_eq!(client.read("files://shop/data").await.expect("it is there")[0]["blob"], "/wA=");

    let template = "files://{+path}";
    assert_eq!(client.complete(template, "path", "s").await.expect("values"), ["shop/"]);
    assert_eq!(client.complete(template, "path", "shop/s").await.expect("values"), ["shop/src/"]);
    assert_eq!(client.complete(template, "path", "../").await.expect("values"), [""; 0]);
}

#[tokio::test]
async fn files_are_found_by_name_and_by_content() {
    let tree = Tree::new("search");
    let client = tree.client().await;
    let found = client.call("find", json!({ "name": "*.RS" })).await.structured();
    assert_eq!(found, json!({ "found": ["shop/src/main.rs"] }));
    let found = client.call("find", json!({ "name": "e", "path": "shop/src" })).await.structured();
    assert_eq!(found["found"], json!(["shop/src/deep", "shop/src/deep/er", "shop/src/deep/er/notes.txt"]));

    let found = client.call("search", json!({ "text": "bread" })).await.structured();
    let lines = json!([
        "shop/src/main.rs:2:     bread();",
        "shop/src/main.rs:4:     bread();",
        "shop/src/deep/er/notes.txt:1: bread is dear"
    ]);
    assert_eq!(found["found"], lines);
    let here = json!({ "text": "BREAD", "path": "shop/README.md", "ignore_case": true });
    assert_eq!(client.call("search", here).await.structured()["found"], json!(["shop/README.md:3: Bread and rolls."]));

    fs::write(tree.path("shop/many"), "bread\n".repeat(500)).expect("a file");
    let many = client.call("search", json!({ "text": "bread" })).await.structured();
    assert_eq!((many["found"].as_array().map(Vec::len), many["cut"].is_string()), (Some(200), true));
}

#[tokio::test]
async fn an_edit_must_fit_once() {
    let tree = Tree::new("edit");
    let client = tree.client().await;
    let edit = |old: &str| json!({ "path": "shop/src/main.rs", "old": old, "new": "cake();" });
    let before = tree.text("shop/src/main.rs");
    let twice = text(&client, "edit", edit("bread();")).await;
    assert!(twice.contains("2 times, in lines 2, 4;"), "{twice}");
    for missing in ["Bread();", ""] {
        assert!(text(&client, "edit", edit(missing)).await.contains("is not in it, exactly so"));
    }
    assert_eq!(tree.text("shop/src/main.rs"), before);
    assert_eq!(text(&client, "edit", edit("rolls();\n    bread();")).await, "shop/src/main.rs is changed in line 3.");
    assert_eq!(tree.text("shop/src/main.rs"), "fn main() {\n    bread();\n    cake();\n}\n");
    // Also where it overlaps itself.
    fs::write(tree.path("shop/a"), "ababa").expect("a file");
    assert!(text(&client, "edit", json!({ "path": "shop/a", "old": "aba", "new": "" })).await.contains("2 times"));
}

#[tokio::test]
async fn what_is_written_is_there_and_told() {
    let tree = Tree::new("write");
    let subscriber = lmcp::testing::client!(state = tree.roots()).version(ProtocolVersion::LATEST_LEGACY).await;
    subscriber
        .request("resources/subscribe", json!({ "uri": "files://shop/new/my%20file.txt" }))
        .await
        .expect("it may");
    let written = text(&subscriber, "write", json!({ "path": "shop/new/my file.txt", "text": "hello" })).await;
    assert_eq!(written, "shop/new/my file.txt has 5 bytes now.");
    let updated = subscriber.notification("notifications/resources/updated").await;
    assert_eq!(updated["uri"], "files://shop/new/my%20file.txt");
    assert_eq!(subscriber.read("files://shop/new/my%20file.txt").await.expect("it is there")[0]["text"], "hello");
    let client = tree.client().await;
    assert_eq!(
        text(&client, "write", json!({ "path": "shop/README.md", "text": "new" })).await,
        "shop/README.md has 3 bytes now."
    );
    assert_eq!(tree.text("shop/README.md"), "new");
    let there = text(&client, "move", json!({ "from": "shop/README.md", "to": "shop/new/my file.txt" })).await;
    assert_eq!(there, "shop/new/my file.txt is there already; nothing was moved");
    text(&client, "move", json!({ "from": "shop/README.md", "to": "shop/new/README" })).await;
    text(&client, "move", json!({ "from": "shop/new", "to": "shop/old" })).await;
    let names = client.call("find", json!({ "name": "*", "path": "shop/old" })).await.structured();
    assert_eq!(names["found"], json!(["shop/old/README", "shop/old/my file.txt"]));
    for (tool, arguments) in [
        ("write", json!({ "path": "shop", "text": "" })),
        ("move", json!({ "from": "shop", "to": "shop/src/shop" })),
        ("move", json!({ "from": "shop/src", "to": "shop/src/deep/src" })),
        ("write", json!({ "path": "shop/src", "text": "" })),
    ] {
        assert!(client.call(tool, arguments.clone()).await.is_error(), "{tool} {arguments}");
    }
}

#[tokio::test]
async fn no_path_leads_out() {
    let tree = Tree::new("paths");
    let client = tree.client().await;
    let secret = tree.path("secret/key.txt");
    for path in [
        "shop/../secret/key.txt",
        "shop/src/../../secret/key.txt",
        "shop/..",
        "..",
        "../secret/key.txt",
        "shop//etc/passwd",
        "/etc/passwd",
        "shop/\0",
        "shop/src\0/../../secret/key.txt",
        "secret/key.txt",
        "./secret",
        "",
        &secret.to_string_lossy(),
        &format!("shop/{}", secret.display()),
    ] {
        for (tool, said) in everything(&client, path).await {
            // Without a path, these are about all roots.
            let all = path.is_empty() && ["list", "find", "search"].contains(&tool);
            assert!(said.is_err() || all, "{tool} {path:?}: {said:?}");
        }
    }
    tree.untouched();
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::sync::atomic::{AtomicBool, Ordering};

    #[tokio::test]
    async fn no_link_leads_out() {
        let tree = Tree::new("links");
        let absolute = tree.path("secret");
        for (link, target) in [
            ("shop/file", Path::new("../secret/key.txt")),
            ("shop/folder", Path::new("../secret")),
            ("shop/absolute", &absolute),
            ("shop/up", Path::new("..")),
            ("shop/src/deep/over", Path::new("../../../secret")),
            ("shop/chain", Path::new("folder")),
            ("shop/nowhere", Path::new("../secret/new.txt")),
            ("shop/zero", Path::new("/dev/zero")),
            ("shop/loop", Path::new("loop")),
            ("shop/inside", Path::new("src/main.rs")),
            ("shop/source", Path::new("src")),
        ] {
            symlink(target, tree.path(link)).expect("a link");
        }
        let client = tree.client().await;
        for path in [
            "file",
            "folder",
            "folder/key.txt",
            "folder/new.txt",
            "absolute",
            "absolute/key.txt",
            "up",
            "up/secret/key.txt",
            "src/deep/over/key.txt",
            "chain/key.txt",
            "nowhere",
            "zero",
            "loop",
            "loop/x",
        ] {
            for (tool, said) in everything(&client, &format!("shop/{path}")).await {
                assert!(said.is_err(), "{tool} {path:?}: {said:?}");
            }
        }
        tree.untouched();
        let refused = text(&client, "read", json!({ "path": "shop/folder/key.txt" })).await;
        assert_eq!(refused, "shop/folder/key.txt: this leads out of the root, and is refused");

        // A link that stays inside is a way like any other, and is not written over.
        assert!(text(&client, "read", json!({ "path": "shop/inside" })).await.starts_with("fn main"));
        assert!(text(&client, "read", json!({ "path": "shop/source/main.rs" })).await.starts_with("fn main"));
        let written = text(&client, "write", json!({ "path": "shop/inside", "text": "" })).await;
        assert_eq!(written, "shop/inside: it is a symbolic link; write to what it leads to");
        // Searching follows none, so that it finds each thing once, and ends.
        let found = client.call("search", json!({ "text": "rolls" })).await.structured();
        assert_eq!(found["found"], json!(["shop/README.md:3: Bread and rolls.", "shop/src/main.rs:3:     rolls();"]));
    }

    /// A folder becomes a link at the worst moments.
    #[test]
    fn a_link_made_between_two_steps_leads_nowhere() {
        let tree = Tree::new("swap");
        let roots = tree.roots();
        let place = roots.place("shop/src/main.rs").expect("a path");
        let (folder, name) = place.parent().expect("a folder");
        fs::rename(tree.path("shop/src"), tree.path("shop/moved")).expect("it moves");
        symlink("../secret", tree.path("shop/src")).expect("a link");
        // What was opened before is what it was.
        folder.write(&name, "written").expect("it is there");
        assert_eq!(tree.text("shop/moved/main.rs"), "written");
        // What is opened now is refused.
        assert!(roots.place("shop/src/key.txt").expect("a path").bytes().is_err());
        tree.untouched();
    }

    /// The same, as often as it takes: one thread makes a link of a folder and a folder of it again, the other one reads
    /// and writes.
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn whoever_wins_the_race_gets_nothing() {
        let tree = Tree::new("race");
        let client = tree.client().await;
        let (folder, link) = (tree.path("shop/door"), tree.path("shop/link"));
        fs::create_dir(&folder).expect("a folder");
        fs::write(folder.join("key.txt"), "harmless").expect("a file");
        symlink("../secret", &link).expect("a link");
        let (over, swaps) = (AtomicBool::new(false), std::sync::atomic::AtomicU32::new(0));
        let swap = || {
            while !over.load(Ordering::Relaxed) {
                let (here, exchange) = (rustix::fs::CWD, rustix::fs::RenameFlags::EXCHANGE);
                rustix::fs::renameat_with(here, &folder, here, &link, exchange).expect("they change places");
                swaps.fetch_add(1, Ordering::Relaxed);
            }
        };
        let calls = async {
            for _ in 0..150 {
                let read = text(&client, "read", json!({ "path": "shop/door/key.txt" })).await;
                assert_ne!(read, "the secret");
                let edited =
                    text(&client, "edit", json!({ "path": "shop/door/key.txt", "old": "the secret", "new": "" })).await;
                assert!(!edited.contains("is changed"), "{edited}");
                text(&client, "write", json!({ "path": "shop/door/new.txt", "text": "new" })).await;
                text(&client, "list", json!({ "path": "shop/door" })).await;
            }
            over.store(true, Ordering::Relaxed);
        };
        std::thread::scope(|scope| {
            let swapping = scope.spawn(swap);
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(calls));
            swapping.join().expect("it ends");
        });
        assert!(swaps.into_inner() > 0);
        tree.untouched();
    }

    #[tokio::test]
    async fn only_regular_files_are_read() {
        let tree = Tree::new("special");
        let (pipe, socket) = (tree.path("shop/pipe"), tree.path("shop/socket"));
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).expect("a pipe");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
        let huge = fs::File::create(tree.path("shop/huge")).expect("a file");
        huge.set_len(1 << 40).expect("a hole");
        fs::write(tree.path("shop").join(std::ffi::OsStr::from_bytes(b"\xff.txt")), "bread").expect("a file");
        let client = tree.client().await;
        for name in ["pipe", "socket"] {
            let path = format!("shop/{name}");
            for (tool, said) in everything(&client, &path).await {
                // A name may be found, and nothing be found in it.
                assert!(said.is_err() || ["find", "search"].contains(&tool), "{tool} {path}: {said:?}");
            }
            assert_eq!(text(&client, "read", json!({ "path": path })).await, format!("{path}: it is no regular file"));
        }
        let huge = text(&client, "read", json!({ "path": "shop/huge" })).await;
        assert_eq!(huge, format!("shop/huge: it has 1099511627776 bytes, and {LARGEST} is the most that is read"));
        let found = client.call("search", json!({ "text": "bread", "path": "shop" })).await.structured();
        assert_eq!(found["found"].as_array().map(Vec::len), Some(3), "{found}");
        let listed = client.call("list", json!({ "path": "shop" })).await.structured();
        let unsaid = json!({ "name": "\u{fffd}.txt", "kind": "other" });
        assert!(listed["entries"].as_array().is_some_and(|entries| entries.contains(&unsaid)), "{listed}");
    }

    #[tokio::test]
    async fn permissions_stay() {
        let tree = Tree::new("permissions");
        let (file, locked) = (tree.path("shop/src/main.rs"), tree.path("shop/README.md"));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o750)).expect("it is ours");
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o444)).expect("it is ours");
        let client = tree.client().await;
        text(&client, "write", json!({ "path": "shop/src/main.rs", "text": "x" })).await;
        assert_eq!(fs::metadata(&file).expect("it is there").permissions().mode() & 0o777, 0o750);
        let refused = text(&client, "write", json!({ "path": "shop/README.md", "text": "x" })).await;
        assert_eq!(refused, "shop/README.md: it is write-protected");
        let folder = fs::read_dir(tree.path("shop/src")).expect("a folder");
        assert_eq!(folder.count(), 2, "nothing is left behind");
    }
}

#[test]
fn no_client_refuses_it() {
    assert_eq!(lmcp::testing::check(), []);
}
