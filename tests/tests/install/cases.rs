//! Each client's file, before and after: the table that `install` is held against.

/// A client, its file below a home, what may stand there, and what `install` makes of it.
pub(crate) struct Case {
    pub(crate) client: &'static str,
    pub(crate) file: String,
    pub(crate) before: &'static str,
    pub(crate) after: &'static str,
    /// The file that is made where there is none.
    pub(crate) fresh: &'static str,
    /// The key of a URL, if the client takes one.
    pub(crate) url: Option<&'static str>,
}

pub(crate) fn cases() -> [Case; 9] {
    let application = if cfg!(target_os = "macos") { "Library/Application Support" } else { "xdg" };
    let zed = if cfg!(target_os = "macos") { ".config" } else { "xdg" };
    let plain = "{\n  \"mcpServers\": {\n    \"calc\": {\n      \"command\": \"CALC\"\n    }\n  }\n}\n";
    [
        Case {
            client: "claude-desktop",
            file: format!("{application}/Claude/claude_desktop_config.json"),
            before: "{\n  \"preferences\": {\"menuBarEnabled\": false},\n  \"mcpServers\": {}\n}",
            after: "{\n  \"preferences\": {\"menuBarEnabled\": false},\n  \"mcpServers\": {\n    \"calc\": {\n      \
                    \"command\": \"CALC\"\n    }\n  }\n}",
            fresh: plain,
            url: None,
        },
        Case {
            client: "claude-code",
            file: ".claude.json".into(),
            before: "{\n  \"numStartups\": 7,\n  \"projects\": {\"/p\": {\"mcpServers\": {\"calc\": {}}}},\n  \
                     \"mcpServers\": {\n    \"a\": {\"type\": \"http\", \"url\": \"http://h\"}\n  }\n}\n",
            after: "{\n  \"numStartups\": 7,\n  \"projects\": {\"/p\": {\"mcpServers\": {\"calc\": {}}}},\n  \
                    \"mcpServers\": {\n    \"a\": {\"type\": \"http\", \"url\": \"http://h\"},\n    \"calc\": {\n      \
                    \"type\": \"stdio\",\n      \"command\": \"CALC\",\n      \"args\": []\n    }\n  }\n}\n",
            fresh: "{\n  \"mcpServers\": {\n    \"calc\": {\n      \"type\": \"stdio\",\n      \"command\": \"CALC\",\n      \
                    \"args\": []\n    }\n  }\n}\n",
            url: Some("url"),
        },
        Case {
            client: "cursor",
            file: ".cursor/mcp.json".into(),
            before: "{\r\n\t\"mcpServers\": {\r\n\t\t// Ünïcode\r\n\t\t\"b\": {\"command\": \"b\"},\r\n\t},\r\n}",
            after: "{\r\n\t\"mcpServers\": {\r\n\t\t// Ünïcode\r\n\t\t\"b\": {\"command\": \"b\"},\r\n\t\t\"calc\": \
                    {\r\n\t\t\t\"command\": \"CALC\"\r\n\t\t},\r\n\t},\r\n}",
            fresh: plain,
            url: Some("url"),
        },
        Case {
            client: "vscode",
            file: format!("{application}/Code/User/mcp.json"),
            before: "{\n\t\"inputs\": [],\n\t\"servers\": {} // none\n}\n",
            after: "{\n\t\"inputs\": [],\n\t\"servers\": {\n\t\t\"calc\": {\n\t\t\t\"type\": \"stdio\",\n\t\t\t\
                    \"command\": \"CALC\"\n\t\t}\n\t} // none\n}\n",
            fresh: "{\n  \"servers\": {\n    \"calc\": {\n      \"type\": \"stdio\",\n      \"command\": \"CALC\"\n    \
                    }\n  }\n}\n",
            url: Some("url"),
        },
        Case {
            client: "windsurf",
            file: ".codeium/windsurf/mcp_config.json".into(),
            before: "{\"mcpServers\": {/* none */ \"x\": {\"serverUrl\": \"http://x\"}}}",
            after: "{\"mcpServers\": {/* none */ \"x\": {\"serverUrl\": \"http://x\"}, \"calc\": { \"command\": \
                    \"CALC\" }}}",
            fresh: plain,
            url: Some("serverUrl"),
        },
        Case {
            client: "zed",
            file: format!("{zed}/zed/settings.json"),
            before: "// Zed settings\n//\n{\n  \"theme\": \"One\", // dark\n  \"context_servers\": {\n    // mine\n    \
                     \"a\": {\n      \"command\": \"a\", \"args\": []\n    }, // a\n    // end\n  },\n}\n",
            after: "// Zed settings\n//\n{\n  \"theme\": \"One\", // dark\n  \"context_servers\": {\n    // mine\n    \
                    \"a\": {\n      \"command\": \"a\", \"args\": []\n    }, // a\n    \"calc\": {\n      \"command\": \
                    \"CALC\",\n      \"args\": []\n    },\n    // end\n  },\n}\n",
            fresh: "{\n  \"context_servers\": {\n    \"calc\": {\n      \"command\": \"CALC\",\n      \"args\": []\n    \
                    }\n  }\n}\n",
            url: Some("url"),
        },
        Case {
            client: "gemini-cli",
            file: ".gemini/settings.json".into(),
            before: "{\n    \"ui\": {\"theme\": \"x\"}, /* of it */\n    \"mcpServers\": {\n    }\n}\n",
            after: "{\n    \"ui\": {\"theme\": \"x\"}, /* of it */\n    \"mcpServers\": {\n        \"calc\": {\n            \
                    \"command\": \"CALC\"\n        }\n    }\n}\n",
            fresh: plain,
            url: Some("httpUrl"),
        },
        Case {
            client: "codex",
            file: ".codex/config.toml".into(),
            before: "# mine\nmodel = \"o3\" # the usual\n\n[mcp_servers.a]\ncommand = \"a\"\n[projects.\"/p\"]\n\
                     trust_level = \"trusted\"",
            after: "# mine\nmodel = \"o3\" # the usual\n\n[mcp_servers.a]\ncommand = \"a\"\n[projects.\"/p\"]\n\
                    trust_level = \"trusted\"\n\n[mcp_servers.calc]\ncommand = \"CALC\"",
            fresh: "[mcp_servers.calc]\ncommand = \"CALC\"\n",
            url: Some("url"),
        },
        Case {
            client: "goose",
            file: "xdg/goose/config.yaml".into(),
            before: "# mine\nGOOSE_MODEL: x\nextensions:\n  developer: # built in\n    enabled: true\n    type: builtin\n\
                     \n# the end\nGOOSE_MODE: auto\n",
            after: "# mine\nGOOSE_MODEL: x\nextensions:\n  developer: # built in\n    enabled: true\n    type: builtin\n  \
                    calc:\n    type: stdio\n    cmd: \"CALC\"\n    args: []\n    name: calc\n    description: \"A \
                    calculator.\"\n    enabled: true\n    timeout: 300\n\n# the end\nGOOSE_MODE: auto\n",
            fresh: "extensions:\n  calc:\n    type: stdio\n    cmd: \"CALC\"\n    args: []\n    name: calc\n    \
                    description: \"A calculator.\"\n    enabled: true\n    timeout: 300\n",
            url: Some("uri"),
        },
    ]
}
