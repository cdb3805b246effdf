//! A home that a test has for itself, and the binary run in it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A home, gone with the test.
pub(crate) struct Home(PathBuf);

impl Drop for Home {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

impl Home {
    pub(crate) fn new(test: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}-{}", std::process::id()));
        let _old = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        Home(folder)
    }

    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lmcp-test-cli"));
        command.arg0("calc").args(line.split_whitespace()).stdin(Stdio::null());
        command.env_clear().env("HOME", &self.0).env("XDG_CONFIG_HOME", self.0.join("xdg"));
        command
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.0.join(file)
    }

    pub(crate) fn write(&self, file: &str, text: &str) -> PathBuf {
        let path = self.path(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, text).expect("a file");
        path
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).expect(file)
    }

    /// What is printed, with `~` for this home and `CALC` for the program.
    pub(crate) fn tilde(&self, text: &str) -> String {
        text.replace(&self.0.display().to_string(), "~").replace(&program(), "CALC")
    }

    #[track_caller]
    pub(crate) fn prints(&self, line: &str) -> String {
        let ended = end(&mut self.command(line));
        assert_eq!((ended.stderr.as_str(), ended.code), ("", Some(0)), "{line}");
        self.tilde(&ended.stdout)
    }

    #[track_caller]
    pub(crate) fn fails(&self, line: &str, code: i32, stderr: &str) {
        let ended = end(&mut self.command(line));
        let said = (ended.stdout.as_str(), self.tilde(&ended.stderr), ended.code);
        assert_eq!(said, ("", stderr.to_owned(), Some(code)), "{line}");
    }

    /// Every file below it with its bytes and the time of its last change.
    pub(crate) fn everything(&self) -> Vec<(PathBuf, Vec<u8>, i64, i64)> {
        let mut all = Vec::new();
        let mut folders = vec![self.0.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("it can be read").path();
                let meta = fs::symlink_metadata(&path).expect("it is there");
                if meta.is_dir() {
                    folders.push(path);
                } else {
                    all.push((path.clone(), fs::read(&path).expect("a file"), meta.mtime(), meta.mtime_nsec()));
                }
            }
        }
        all.sort();
        all
    }
}

/// What a process came to.
pub(crate) struct Ended {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

pub(crate) fn end(command: &mut Command) -> Ended {
    let output = command.output().expect("the process starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Ended { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
}

/// The program as it finds itself.
pub(crate) fn program() -> String {
    let path = fs::canonicalize(env!("CARGO_BIN_EXE_lmcp-test-cli")).expect("it is there");
    path.to_str().expect("UTF-8").to_owned()
}
