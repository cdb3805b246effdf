//! Where programs of a platform keep what people set: from the environment alone, so that any platform can be asked about
//! on any other.

use std::ffi::OsString;
use std::path::PathBuf;

/// The platforms that differ in this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Os {
    Linux,
    Mac,
    Windows,
}

/// The platform and the environment's variables.
pub(super) struct Environment<'a> {
    pub(super) os: Os,
    pub(super) variable: &'a dyn Fn(&str) -> Option<OsString>,
}

impl Environment<'_> {
    /// The one of this process.
    pub(super) fn of_process() -> Environment<'static> {
        let os = match std::env::consts::OS {
            "macos" => Os::Mac,
            "windows" => Os::Windows,
            _ => Os::Linux,
        };
        Environment { os, variable: &|name| std::env::var_os(name) }
    }

    /// A folder that a variable names. Relative ones are ignored, as the XDG specification wants it.
    pub(super) fn folder(&self, variable: &str) -> Option<PathBuf> {
        let path = PathBuf::from((self.variable)(variable)?);
        // A Windows path is not absolute elsewhere, where this is tested.
        let absolute = path.is_absolute() || self.os == Os::Windows && !path.as_os_str().is_empty();
        absolute.then_some(path)
    }

    pub(super) fn home(&self) -> Option<PathBuf> {
        let variable = if self.os == Os::Windows { "USERPROFILE" } else { "HOME" };
        self.folder(variable).or_else(std::env::home_dir)
    }

    /// `~/.config` in the way of freedesktop.org, on a Mac too.
    pub(super) fn xdg(&self) -> Option<PathBuf> {
        self.folder("XDG_CONFIG_HOME").or_else(|| Some(self.home()?.join(".config")))
    }

    /// `%APPDATA%`.
    pub(super) fn roaming(&self) -> Option<PathBuf> {
        self.folder("APPDATA").or_else(|| Some(self.home()?.join("AppData").join("Roaming")))
    }

    /// Where applications with windows keep it: what Electron calls `appData`.
    pub(super) fn application(&self) -> Option<PathBuf> {
        match self.os {
            Os::Linux => self.xdg(),
            Os::Mac => Some(self.home()?.join("Library").join("Application Support")),
            Os::Windows => self.roaming(),
        }
    }
}
