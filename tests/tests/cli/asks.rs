//! What a tool asks, answered on the command line; and results that are files.

use crate::{Ended, calc, command, end, fails, prints};
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn a_question_is_answered_on_the_command_line() {
    prints("call seat train=ICE7 --answer place=4A", "4A in ICE7, table: None\n");
    prints("call seat train=ICE7 --answer {\"place\":\"4A\",\"table\":true}", "4A in ICE7, table: Some(true)\n");
    prints("call seat train=ICE7 --answer table=y --answer place=4=A", "4=A in ICE7, table: Some(true)\n");
    prints("call seat train=ICE7 --answer place=? --answer anywhere", "somewhere in ICE7: anywhere\n");
    let declined = "error: the user declined to answer\n";
    fails("call seat train=ICE7 --decline", 1, declined);
    // The hint of the test below, when it is followed: yes to the first question, no to the second.
    fails("call seat train=ICE7 --answer place=? --decline", 1, declined);
    let unused = format!("note: nothing was asked that these answer: \"place\"\n{declined}");
    fails("call seat train=ICE7 --decline --answer place=4A", 1, &unused);
    let unused = calc("call add a=1 b=2 --decline");
    assert_eq!(unused.stderr, "note: nothing was asked that these answer: --decline\n");
}

#[test]
fn a_question_without_an_answer_names_the_option() {
    let nobody = "error: the question cannot be asked: the client does not offer `elicitation.form`\n\
                  on a terminal, this command asks you; elsewhere, add --answer place=PLACE\n";
    fails("call seat train=ICE7", 1, nobody);
    let missing =
        "error: nothing answers the question \"Which seat in ICE7?\"; add --answer place=PLACE, or --decline\n";
    fails("call seat train=ICE7 --answer table=y", 1, missing);
    let second = "error: nothing answers the question \"Where then?\"; add --answer VALUE, or --decline\n";
    fails("call seat train=ICE7 --answer place=?", 1, second);
    let wrong = "error: the answer to \"table\" does not fit: y or n, please\n";
    fails("call seat train=ICE7 --answer place=4A --answer table=oak", 1, wrong);
}

#[test]
fn an_answer_that_nothing_asked_for_is_told() {
    let note = "note: nothing was asked that these answer: \"plase\"\n";
    let stdout = "4A in ICE7, table: None\n";
    let expected = Ended { stdout: stdout.into(), stderr: note.into(), code: Some(0) };
    assert_eq!(calc("call seat train=ICE7 --answer place=4A --answer plase=4B"), expected);
    let unread = calc("call seat train=ICE7 --answer place:=x");
    let usage = "error: the answer to \"place\" is not JSON: expected value\nusage: calc call seat train=TRAIN\n";
    assert_eq!((unread.stderr.as_str(), unread.code), (usage, Some(2)));
}

/// A folder that is gone with its test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("lmcp-cli-{name}-{}", std::process::id()));
        Folder(path)
    }

    fn holds(&self, name: &str) -> Option<Vec<u8>> {
        std::fs::read(self.0.join(name)).ok()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _best_effort = std::fs::remove_dir_all(&self.0);
    }
}

fn saved(line: &str, folder: &Path) -> Ended {
    let words: Vec<&str> = line.split(' ').collect();
    end(command(&words).arg("--save").arg(folder))
}

#[test]
fn files_in_a_result_are_saved_beside_those_that_are_there() {
    let folder = Folder::new("blocks");
    for number in ["", "-2"] {
        let dir = folder.0.display();
        let expected = format!(
            "a text\n[image image/png, 3 bytes; saved as {dir}/blocks{number}.png]\n[link calc://about \"about\"]\n\
             [resource calc://inside text/plain, 6 bytes; saved as {dir}/blocks{number}.txt]\nanother\n"
        );
        let ended = saved("call blocks", &folder.0);
        assert_eq!(ended, Ended { stdout: expected, stderr: String::new(), code: Some(0) });
    }
    assert_eq!(folder.holds("blocks-2.png").as_deref(), Some(&b"png"[..]));
    assert_eq!(folder.holds("blocks.txt").as_deref(), Some(&b"inside"[..]));
}

#[test]
fn a_resource_is_saved_and_a_folder_that_cannot_be_is_told_before_anything_runs() {
    let folder = Folder::new("read");
    let ended = saved("read calc://picture", &folder.0);
    assert_eq!(ended.stdout, format!("saved as {}/resource.gif\n", folder.0.display()));
    assert_eq!(folder.holds("resource.gif").as_deref(), Some(&b"GIF89a\0\xff"[..]));
    let file = folder.0.join("resource.gif");
    let refused = saved("call blocks", &file);
    assert!(refused.stderr.starts_with("error: the folder ") && refused.code == Some(2), "{refused:?}");
    assert!(refused.stdout.is_empty(), "{refused:?}");
    let empty = Folder::new("empty");
    let nothing = saved("call add a=1 b=2", &empty.0);
    assert_eq!((nothing.stdout.as_str(), empty.0.exists()), ("3\n", false));
}

#[test]
fn what_is_no_text_in_a_prompt_is_saved_too() {
    let folder = Folder::new("get");
    let mut get = Command::new(env!("CARGO_BIN_EXE_lmcp-test-server"));
    let ended = end(get.args(["get", "review", "language=rust", "--save"]).arg(&folder.0));
    let picture = format!("[image image/jpeg, 4 bytes; saved as {}/review.jpg]", folder.0.display());
    assert_eq!(ended.stdout, format!("user: Review Rust, thorough: false\n\nassistant: {picture}\n"));
    assert_eq!(folder.holds("review.jpg").as_deref(), Some(&b"jpeg"[..]));
}
