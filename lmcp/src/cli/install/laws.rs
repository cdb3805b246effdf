//! The laws of the editors: no text makes one panic; what is written is found, and changes nothing the second time; what is
//! taken out is gone, and where another entry stands beside it, the bytes are those that were there.

use super::entry::{Entry, Item};
use super::{Format, written};

/// The first line is `json`, `toml` or `yaml`, the rest is a client's file.
pub fn editor(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Some((format, text)) = text.split_once('\n') else { return };
    match format {
        "json" => check(Format::Json, "mcpServers", text),
        "toml" => check(Format::Toml, "mcp_servers", text),
        "yaml" => check(Format::Yaml, "extensions", text),
        _ => {}
    }
}

/// What is to stand in a file of this format.
pub(super) fn entry(format: Format, command: &str) -> Entry {
    let text = |key: &str, value: &str| (key.to_owned(), Item::Text(value.to_owned()));
    match format {
        Format::Yaml => Entry {
            set: vec![text("type", "stdio"), text("cmd", command)],
            fill: vec![("args".into(), Item::Empty), ("enabled".into(), Item::Flag(true))],
            drop: vec!["uri"],
        },
        _ => Entry { set: vec![text("command", command)], fill: Vec::new(), drop: vec!["url"] },
    }
}

/// One text.
pub(super) fn check(format: Format, section: &str, text: &str) {
    let entry = entry(format, "/bin/calc");
    let had = format.find(text, section, "calc");
    let beside = format.find(text, section, "a");
    let removed = format.remove(text, section, "calc");
    if had == Ok(None) {
        assert_eq!(removed, Ok(None), "{text:?}");
    }
    if let Ok(Some((after, _))) = written(format, text, section, "calc", &entry) {
        assert_eq!(written(format, &after, section, "calc", &entry), Ok(None), "{text:?} -> {after:?}");
        let back = format.remove(&after, section, "calc").expect("it was found").expect("it is there");
        assert_eq!(format.find(&back, section, "calc"), Ok(None), "{after:?} -> {back:?}");
        let others = matches!(beside, Ok(Some(_)));
        if beside.is_ok() {
            let now = format.find(&after, section, "a").expect("it was read before");
            assert_eq!(now.is_some(), others, "{text:?} -> {after:?}");
        }
        if had == Ok(None) && (others || format == Format::Toml) {
            assert_eq!(back, text, "{after:?}");
        }
    }
}
