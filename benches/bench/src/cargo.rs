//! Building what is measured.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace that this program is part of.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("it is a member")
}

pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace());
    command
}

/// Builds one package alone, so that its dependencies have the features that it asks for and no others.
pub fn build(package: &str, profile: &str, target: Option<&Path>) {
    let mut command = cargo();
    command.args(["build", "--quiet", "--locked", "--profile", profile, "-p", package]);
    // Said, not left to the environment: what is built is what is run.
    command.arg("--target-dir").arg(target.map_or_else(self::target, Path::to_owned));
    let status = command.status().expect("cargo runs");
    assert!(status.success(), "{package} cannot be built");
}

/// Where cargo builds to: two folders above this program.
pub fn target() -> PathBuf {
    let program = std::env::current_exe().expect("it has a path");
    program.ancestors().nth(2).expect("target/PROFILE/bench").to_owned()
}
