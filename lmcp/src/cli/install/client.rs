//! The clients that this program can write itself into: one table of where each keeps its servers, and how it spells them.
//!
//! What the rows say was looked up in November 2026, on the page or in the source that each names.

use super::entry::{Entry, Item, Pair};
use super::place::{Environment, Os};
use std::path::PathBuf;

/// A client.
pub(super) struct Client {
    /// What is typed.
    pub(super) id: &'static str,
    /// What it is called.
    pub(super) title: &'static str,
    pub(super) format: Format,
    /// The key above all servers.
    pub(super) section: &'static str,
    file: fn(&Environment) -> Option<PathBuf>,
    local: Spelling,
    remote: Result<Spelling, &'static str>,
    /// What to do once the file is written.
    pub(super) next: &'static str,
}

/// What a file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Toml,
    Yaml,
}

/// How a way to reach a server is spelled.
struct Spelling {
    /// The key of the command or of the URL.
    target: &'static str,
    /// What `type` is.
    kind: Option<&'static str>,
    /// Keys that the client wants to see as well.
    fill: &'static [Fill],
    /// Keys that the client refuses beside these, besides the other way's target and arguments.
    drop: &'static [&'static str],
    /// The key of HTTP's headers.
    headers: &'static str,
}

/// A key that the client wants to see.
#[derive(Clone, Copy)]
enum Fill {
    /// `args: []`
    Arguments,
    /// goose reads no entry without these.
    Goose,
}

const PLAIN: Spelling = Spelling { target: "command", kind: None, fill: &[], drop: &[], headers: "" };
const URL: Spelling = Spelling { target: "url", headers: "headers", ..PLAIN };

/// Where a server is to be found.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// This program, to be started, and the arguments that are its own.
    Command(String, Vec<String>),
    /// A server that runs.
    Url(String),
}

impl Target {
    pub(super) fn text(&self) -> &str {
        match self {
            Target::Command(text, _) | Target::Url(text) => text,
        }
    }
}

pub(super) static CLIENTS: [Client; 9] = [
    // Where: https://modelcontextprotocol.io/docs/develop/connect-local-servers for macOS and Windows; on Linux, where
    // it came in 2026, Electron's `userData`. Its own file has no remote servers:
    // https://support.claude.com/en/articles/11175166-getting-started-with-custom-connectors-using-remote-mcp
    Client {
        id: "claude-desktop",
        title: "Claude Desktop",
        format: Format::Json,
        section: "mcpServers",
        file: |env| Some(env.application()?.join("Claude").join("claude_desktop_config.json")),
        local: PLAIN,
        remote: Err("Claude Desktop takes no URL in its file. Add it there under Settings > Connectors > Add custom \
                     connector, for which it has to be reachable from the internet; or leave --http out, and Claude \
                     Desktop starts this program itself"),
        next: "Quit Claude Desktop and start it again; closing its window is not enough.",
    },
    // https://code.claude.com/docs/en/mcp for the user scope and `type`; https://code.claude.com/docs/en/env-vars for
    // CLAUDE_CONFIG_DIR, and where the file is then: https://github.com/anthropics/claude-code/issues/48448
    Client {
        id: "claude-code",
        title: "Claude Code",
        format: Format::Json,
        section: "mcpServers",
        file: |env| Some(env.folder("CLAUDE_CONFIG_DIR").or_else(|| env.home())?.join(".claude.json")),
        local: Spelling { kind: Some("stdio"), fill: &[Fill::Arguments], ..PLAIN },
        remote: Ok(Spelling { kind: Some("http"), ..URL }),
        next: "Start a new session; `/mcp` shows it there.",
    },
    // https://cursor.com/docs/mcp
    Client {
        id: "cursor",
        title: "Cursor",
        format: Format::Json,
        section: "mcpServers",
        file: |env| Some(env.home()?.join(".cursor").join("mcp.json")),
        local: PLAIN,
        remote: Ok(URL),
        next: "Restart Cursor, and switch it on in its MCP settings if it is off.",
    },
    // https://code.visualstudio.com/docs/agents/reference/mcp-configuration for the format, and
    // https://code.visualstudio.com/docs/configure/settings#_user-settingsjson-location for the folder
    Client {
        id: "vscode",
        title: "VS Code",
        format: Format::Json,
        section: "servers",
        file: |env| Some(env.application()?.join("Code").join("User").join("mcp.json")),
        local: Spelling { kind: Some("stdio"), ..PLAIN },
        remote: Ok(Spelling { kind: Some("http"), ..URL }),
        next: "Run `MCP: List Servers` in the Command Palette and start it; VS Code asks whether to trust it.",
    },
    // https://docs.devin.ai/desktop/cascade/mcp, formerly https://docs.windsurf.com/windsurf/cascade/mcp
    Client {
        id: "windsurf",
        title: "Windsurf",
        format: Format::Json,
        section: "mcpServers",
        file: |env| Some(env.home()?.join(".codeium").join("windsurf").join("mcp_config.json")),
        local: PLAIN,
        remote: Ok(Spelling { target: "serverUrl", ..URL }),
        next: "Press refresh in the MCP settings, or restart the editor.",
    },
    // https://zed.dev/docs/ai/mcp for the format, and for the folder
    // https://github.com/zed-industries/zed/blob/main/crates/paths/src/paths.rs
    Client {
        id: "zed",
        title: "Zed",
        format: Format::Json,
        section: "context_servers",
        file: |env| {
            let folder = match env.os {
                Os::Linux => env.xdg()?.join("zed"),
                Os::Mac => env.home()?.join(".config").join("zed"),
                Os::Windows => env.roaming()?.join("Zed"),
            };
            Some(folder.join("settings.json"))
        },
        local: Spelling { fill: &[Fill::Arguments], ..PLAIN },
        remote: Ok(URL),
        next: "Zed reads it at once; the settings of its Agent Panel show it.",
    },
    // https://geminicli.com/docs/tools/mcp-server/ for the format; GEMINI_CLI_HOME stands for the home folder:
    // https://github.com/google-gemini/gemini-cli/issues/23622
    Client {
        id: "gemini-cli",
        title: "Gemini CLI",
        format: Format::Json,
        section: "mcpServers",
        file: |env| {
            let home = env.folder("GEMINI_CLI_HOME").or_else(|| env.home())?;
            Some(home.join(".gemini").join("settings.json"))
        },
        local: PLAIN,
        remote: Ok(Spelling { target: "httpUrl", ..URL }),
        next: "Start Gemini CLI again; `/mcp` shows it there.",
    },
    // https://developers.openai.com/codex/mcp for the format, and https://github.com/openai/codex/blob/main/docs/config.md
    // for CODEX_HOME. Codex does not start on an entry that mixes the keys of both transports.
    Client {
        id: "codex",
        title: "Codex",
        format: Format::Toml,
        section: "mcp_servers",
        file: |env| {
            let home = env.folder("CODEX_HOME").or_else(|| Some(env.home()?.join(".codex")))?;
            Some(home.join("config.toml"))
        },
        local: Spelling { drop: &["bearer_token_env_var", "http_headers", "env_http_headers"], ..PLAIN },
        remote: Ok(Spelling { drop: &["env", "env_vars", "cwd"], headers: "http_headers", ..URL }),
        next: "Start Codex again; `/mcp` shows it there.",
    },
    // https://github.com/aaif-goose/goose/blob/main/documentation/docs/guides/config-files.md for the format and the
    // folder; crates/goose/src/config/paths.rs there for GOOSE_PATH_ROOT, agents/extension.rs for the keys
    Client {
        id: "goose",
        title: "goose",
        format: Format::Yaml,
        section: "extensions",
        file: |env| {
            let folder = match (env.folder("GOOSE_PATH_ROOT"), env.os) {
                (Some(root), _) => root.join("config"),
                (None, Os::Windows) => env.roaming()?.join("Block").join("goose").join("config"),
                (None, _) => env.xdg()?.join("goose"),
            };
            Some(folder.join("config.yaml"))
        },
        local: Spelling { target: "cmd", kind: Some("stdio"), fill: &[Fill::Arguments, Fill::Goose], ..PLAIN },
        remote: Ok(Spelling { target: "uri", kind: Some("streamable_http"), fill: &[Fill::Goose], ..URL }),
        next: "Start a new session.",
    },
];

/// What Windsurf is called since June 2026. It has a new file, where a URL is an `url`:
/// <https://vaadin.com/docs/latest/building-apps/agentic-development/mcp/supported-tools/devin-desktop>. Its own pages
/// still name the old file, so the new one counts once it exists.
static DEVIN: Client = Client {
    id: "windsurf",
    title: "Devin Desktop",
    format: Format::Json,
    section: "mcpServers",
    file: |env| {
        let folder = if env.os == Os::Windows { env.roaming()? } else { env.home()?.join(".config") };
        Some(folder.join("devin").join("mcp_config.json"))
    },
    local: PLAIN,
    remote: Ok(URL),
    next: "Press refresh in the MCP settings, or restart the editor.",
};

impl Client {
    /// The clients, each as it is on this machine.
    pub(super) fn all(env: &Environment) -> impl Iterator<Item = &'static Client> {
        let devin = DEVIN.file(env).is_ok_and(|file| file.exists());
        CLIENTS.iter().map(move |client| if devin && client.id == DEVIN.id { &DEVIN } else { client })
    }

    /// The client's file. The error is for a process without a home.
    pub(super) fn file(&self, env: &Environment) -> Result<PathBuf, String> {
        (self.file)(env).ok_or_else(|| "there is no home folder in this environment".to_owned())
    }

    /// The name of the entry: the server's, as the client keys it.
    pub(super) fn key(&self, name: &str) -> String {
        // goose looks for the lower case of a name.
        if self.format == Format::Yaml { name.to_ascii_lowercase() } else { name.to_owned() }
    }

    /// Where the client keeps the headers that it sends to a server; nothing if it takes none.
    pub(super) fn headers(&self) -> &'static str {
        self.remote.as_ref().map_or("", |remote| remote.headers)
    }

    /// The entry in the client's own spelling; the error says what to do instead.
    pub(super) fn entry(&self, name: &str, description: &str, target: &Target) -> Result<Entry, &'static str> {
        let remote = self.remote.as_ref();
        let (spelling, other) = match target {
            Target::Command(..) => (&self.local, remote.ok()),
            Target::Url(_) => (remote.map_err(|why| *why)?, Some(&self.local)),
        };
        let mut entry = Entry::default();
        let text = |key: &str, text: &str| -> Pair { (key.to_owned(), Item::Text(text.to_owned())) };
        if let Some(kind) = spelling.kind {
            entry.set.push(text("type", kind));
        }
        entry.set.push(text(spelling.target, target.text()));
        let own = match target {
            Target::Command(_, own) => own.as_slice(),
            Target::Url(_) => &[],
        };
        if !own.is_empty() {
            entry.set.push(("args".to_owned(), Item::list(own)));
        }
        for fill in spelling.fill {
            match fill {
                Fill::Arguments if !own.is_empty() => {}
                Fill::Arguments => entry.fill.push(("args".to_owned(), Item::Empty)),
                Fill::Goose => entry.fill.extend([
                    text("name", name),
                    text("description", description),
                    ("enabled".to_owned(), Item::Flag(true)),
                    ("timeout".to_owned(), Item::Number(300)),
                ]),
            }
        }
        entry.drop.extend(other.map(|other| other.target));
        // A client that has more than one spelling of a URL.
        let urls = ["url", "serverUrl", "httpUrl"].into_iter().filter(|url| *url != spelling.target);
        entry.drop.extend(urls.filter(|_| self.format == Format::Json));
        if matches!(target, Target::Url(_)) {
            entry.drop.push("args");
        }
        entry.drop.extend(spelling.drop);
        entry.drop.sort_unstable();
        entry.drop.dedup();
        Ok(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsString;

    fn files(os: Os, variables: &[(&str, &str)]) -> Vec<String> {
        let variable =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value));
        let env = Environment { os, variable: &variable };
        CLIENTS.iter().map(|client| client.file(&env).expect("a home").to_string_lossy().replace('\\', "/")).collect()
    }

    #[test]
    fn files_of_linux() {
        let expected = |config: &str| {
            [
                format!("{config}/Claude/claude_desktop_config.json"),
                "/no/home/.claude.json".into(),
                "/no/home/.cursor/mcp.json".into(),
                format!("{config}/Code/User/mcp.json"),
                "/no/home/.codeium/windsurf/mcp_config.json".into(),
                format!("{config}/zed/settings.json"),
                "/no/home/.gemini/settings.json".into(),
                "/no/home/.codex/config.toml".into(),
                format!("{config}/goose/config.yaml"),
            ]
        };
        assert_eq!(files(Os::Linux, &[("HOME", "/no/home")]), expected("/no/home/.config"));
        assert_eq!(files(Os::Linux, &[("HOME", "/no/home"), ("XDG_CONFIG_HOME", "/etc/x")]), expected("/etc/x"));
        let relative = [("HOME", "/no/home"), ("XDG_CONFIG_HOME", "x"), ("APPDATA", "/a")];
        assert_eq!(files(Os::Linux, &relative), expected("/no/home/.config"));
    }

    #[test]
    fn files_of_a_mac() {
        let expected = [
            "/no/home/Library/Application Support/Claude/claude_desktop_config.json",
            "/no/home/.claude.json",
            "/no/home/.cursor/mcp.json",
            "/no/home/Library/Application Support/Code/User/mcp.json",
            "/no/home/.codeium/windsurf/mcp_config.json",
            "/no/home/.config/zed/settings.json",
            "/no/home/.gemini/settings.json",
            "/no/home/.codex/config.toml",
            "/no/home/.config/goose/config.yaml",
        ];
        assert_eq!(files(Os::Mac, &[("HOME", "/no/home")]), expected);
    }

    #[test]
    fn files_of_windows() {
        let expected = [
            "R:/Claude/claude_desktop_config.json",
            "C:/me/.claude.json",
            "C:/me/.cursor/mcp.json",
            "R:/Code/User/mcp.json",
            "C:/me/.codeium/windsurf/mcp_config.json",
            "R:/Zed/settings.json",
            "C:/me/.gemini/settings.json",
            "C:/me/.codex/config.toml",
            "R:/Block/goose/config/config.yaml",
        ];
        assert_eq!(files(Os::Windows, &[("USERPROFILE", "C:/me"), ("APPDATA", "R:")]), expected);
        let [claude, ..] = &files(Os::Windows, &[("USERPROFILE", "C:/me")])[..] else { panic!("no clients") };
        assert_eq!(claude, "C:/me/AppData/Roaming/Claude/claude_desktop_config.json");
    }

    #[test]
    fn clients_have_variables_of_their_own() {
        let files = files(
            Os::Linux,
            &[
                ("HOME", "/no/home"),
                ("CLAUDE_CONFIG_DIR", "/c"),
                ("GEMINI_CLI_HOME", "/g"),
                ("CODEX_HOME", "/x"),
                ("GOOSE_PATH_ROOT", "/o"),
            ],
        );
        for file in ["/c/.claude.json", "/g/.gemini/settings.json", "/x/config.toml", "/o/config/config.yaml"] {
            assert!(files.iter().any(|other| other == file), "{file}: {files:?}");
        }
    }

    #[test]
    fn each_client_has_its_own_spelling() {
        let spelled = |id: &str, target: Target| {
            let client = CLIENTS.iter().find(|client| client.id == id).expect(id);
            let entry = client.entry("calc", "Adds.", &target).expect(id);
            entry
                .whole()
                .set
                .iter()
                .map(|(key, item)| format!("{key}={}", item.to_json()))
                .collect::<Vec<_>>()
                .join(" ")
        };
        let local = |id| spelled(id, Target::Command("/calc".into(), Vec::new()));
        let remote = |id| spelled(id, Target::Url("http://h/mcp".into()));
        let goose = r#"name="calc" description="Adds." enabled=true timeout=300"#;
        assert_eq!(local("claude-desktop"), r#"command="/calc""#);
        assert_eq!(local("claude-code"), r#"type="stdio" command="/calc" args=[]"#);
        assert_eq!(local("vscode"), r#"type="stdio" command="/calc""#);
        assert_eq!(local("zed"), r#"command="/calc" args=[]"#);
        assert_eq!(local("goose"), format!(r#"type="stdio" cmd="/calc" args=[] {goose}"#));
        let own = |id| spelled(id, Target::Command("/calc".into(), vec!["--db".into(), "/a b".into()]));
        assert_eq!(own("cursor"), r#"command="/calc" args=["--db", "/a b"]"#);
        assert_eq!(own("zed"), r#"command="/calc" args=["--db", "/a b"]"#);
        assert_eq!(own("goose"), format!(r#"type="stdio" cmd="/calc" args=["--db", "/a b"] {goose}"#));
        assert_eq!(remote("claude-code"), r#"type="http" url="http://h/mcp""#);
        assert_eq!(remote("cursor"), r#"url="http://h/mcp""#);
        assert_eq!(remote("vscode"), r#"type="http" url="http://h/mcp""#);
        assert_eq!(remote("windsurf"), r#"serverUrl="http://h/mcp""#);
        assert_eq!(remote("zed"), r#"url="http://h/mcp""#);
        assert_eq!(remote("gemini-cli"), r#"httpUrl="http://h/mcp""#);
        assert_eq!(remote("codex"), r#"url="http://h/mcp""#);
        assert_eq!(remote("goose"), format!(r#"type="streamable_http" uri="http://h/mcp" {goose}"#));
    }
}
