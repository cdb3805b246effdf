//! What a program may say about its HTTP side.

use super::auth::Auth;

/// Who may come, and where to.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) endpoint: String,
    pub(crate) origins: Vec<String>,
    pub(crate) hosts: Vec<String>,
    pub(crate) auth: Option<Auth>,
    /// The address that is listened on is this machine's own: hosts and local origins can be told.
    pub(crate) loopback: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { endpoint: "/mcp".into(), origins: Vec::new(), hosts: Vec::new(), auth: None, loopback: true }
    }
}
