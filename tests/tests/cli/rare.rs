//! What is rare, on the command line.

use crate::{Ended, end, named};
use std::io::Write;
use std::process::Stdio;

fn rare(line: &str) -> Ended {
    let words: Vec<&str> = line.split_whitespace().collect();
    end(&mut named(env!("CARGO_BIN_EXE_lmcp-test-rare"), "rare", &words))
}

#[test]
fn a_question_whose_text_varies_is_told_from_one_without_an_answer() {
    let asked = rare("call order --answer yes --answer yes");
    let expected = "error: nothing answers the question \"Order now, at 2?\". Before it, \"Order now, at 1?\" was answered: \
                    if that is the same question, its text varies from run to run, and it is never answered; give it a \
                    name of its own with `.key(\"…\")`. If it is another one, add --answer yes, or --decline\n";
    assert_eq!((asked.stderr.as_str(), asked.code), (expected, Some(1)));
    // Two questions of one form are told apart by their texts.
    let asked = rare("call twice --answer yes");
    let expected = "error: nothing answers the question \"Really?\"; add --answer yes, or --decline\n";
    assert_eq!((asked.stderr.as_str(), asked.code), (expected, Some(1)));
}

#[test]
fn what_a_state_prints_while_it_is_opened_does_not_reach_the_stream() {
    let program = env!("CARGO_BIN_EXE_lmcp-test-rare");
    let mut server = named(program, "rare", &[]);
    server.env("LMCP_TEST_PRINTS", "1").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut server = server.spawn().expect("it starts");
    let ping = b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n";
    server.stdin.take().expect("piped").write_all(ping).expect("it reads");
    let ended = server.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&ended.stdout), "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n");
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "opening\nhalf a line");
    // What is printed for people or programs is not taken along.
    let listed = end(named(program, "rare", &["list", "tools", "--json"]).env("LMCP_TEST_PRINTS", "1"));
    assert!(listed.stdout.starts_with('{') && listed.stderr == "opening\nhalf a line", "{listed:?}");
}

#[test]
fn rates_are_for_others() {
    let done = rare("call twice --answer yes --answer yes");
    assert_eq!((done.stdout.as_str(), done.stderr.as_str(), done.code), ("true\n", "", Some(0)));
}

#[test]
fn what_is_switched_off_is_told_where_it_is_looked_for() {
    let place = "tests/src/bin/lmcp-test-rare.rs";
    let off = |name: &str, line: u32| {
        format!("`{name}` ({place}:{line}) is switched off, by `disable` at {place}:41: no client sees it\n")
    };
    let (note, review) = (off("notes://{id}", 20), off("review", 26));
    for uri in ["notes://7", "notes://{id}"] {
        assert_eq!(rare(&format!("read {uri}")).stderr, format!("error: the resource {note}"), "{uri}");
    }
    // Each kind beside its own list.
    assert_eq!(rare("list").stderr, format!("note: {note}note: {review}"));
    assert_eq!(rare("list tools").stderr, "");
    assert_eq!(rare("list prompts").stderr, format!("nothing to list: no prompts\nnote: {review}"));
    assert_eq!(rare("list templates").stderr, format!("nothing to list: no templates\nnote: {note}"));
}
