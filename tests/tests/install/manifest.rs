//! `manifest`: what the registry of MCP servers takes.

use crate::home::{Home, end};
use serde_json::{Value, json};

#[test]
fn the_manifest_is_what_the_registry_takes() {
    let home = Home::new("manifest");
    let ended = end(&mut home.command("manifest"));
    assert_eq!(ended.code, Some(0));
    let manifest: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_valid(&manifest);
    let package = json!([{
        "registryType": "cargo",
        "registryBaseUrl": "https://crates.io",
        "identifier": "lmcp-tests",
        "version": env!("CARGO_PKG_VERSION"),
        "transport": { "type": "stdio" },
    }]);
    assert_eq!(manifest.get("packages"), Some(&package));
    assert_eq!(manifest.get("name"), Some(&json!("io.github.YOUR-GITHUB-NAME/calc")));
    assert_eq!(manifest.get("version"), Some(&json!("1.2.3")));
    let notes: Vec<&str> = ended.stderr.lines().collect();
    assert!(notes.len() == 3 && notes.iter().all(|note| note.starts_with("note: ")), "{notes:?}");
    assert!(notes[0].contains("YOUR-GITHUB-NAME") && notes[1].contains("mcp-name: io.github."), "{notes:?}");
}

/// The constraints of <https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json> on what a manifest of
/// ours has in it.
fn assert_valid(manifest: &Value) {
    let text = |pointer: &str| manifest.pointer(pointer).and_then(Value::as_str).expect(pointer).to_owned();
    let length = |pointer: &str| text(pointer).chars().count();
    let known = ["$schema", "name", "title", "description", "version", "repository", "websiteUrl", "packages"];
    assert!(manifest.as_object().expect("an object").keys().all(|key| known.contains(&key.as_str())), "{manifest}");
    assert_eq!(text("/$schema"), "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json");

    let name = text("/name");
    let (namespace, server) = name.split_once('/').expect("one slash");
    let all = |part: &str, more: &[char]| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(&c))
    };
    assert!((3..=200).contains(&name.len()) && all(namespace, &['.', '-']) && all(server, &['.', '_', '-']), "{name}");
    assert!((1..=100).contains(&length("/description")));
    let version = text("/version");
    assert!((1..=255).contains(&version.len()) && version.starts_with(|c: char| c.is_ascii_digit()), "{version}");
    if manifest.get("title").is_some() {
        assert!((1..=100).contains(&length("/title")));
    }
    if manifest.get("websiteUrl").is_some() {
        assert!(text("/websiteUrl").contains("://"));
    }
    if manifest.get("repository").is_some() {
        assert!(text("/repository/url").contains("://") && !text("/repository/source").is_empty());
    }
    for package in manifest.get("packages").and_then(Value::as_array).into_iter().flatten() {
        let text = |key: &str| package.get(key).and_then(Value::as_str).expect(key);
        let known = ["registryType", "registryBaseUrl", "identifier", "version", "transport"];
        assert!(package.as_object().expect("an object").keys().all(|key| known.contains(&key.as_str())), "{package}");
        assert!(["npm", "pypi", "cargo", "oci", "nuget", "mcpb"].contains(&text("registryType")), "{package}");
        assert!(!text("identifier").is_empty() && text("registryBaseUrl") == "https://crates.io", "{package}");
        assert!((1..=255).contains(&text("version").len()) && text("version") != "latest", "{package}");
        assert_eq!(package.pointer("/transport/type"), Some(&json!("stdio")));
    }
}
