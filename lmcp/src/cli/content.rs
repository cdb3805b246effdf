//! Content blocks and resource contents, as lines for people.

use super::text::Look;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// All blocks one after another, each ending its last line. `saved` says where each block is now, if it was saved.
pub(super) fn blocks(result: &Value, look: Look, saved: &[Option<PathBuf>]) -> String {
    let mut out = String::new();
    for (at, content) in of(result).iter().enumerate() {
        out.push_str(&block(content, look, saved.get(at).and_then(Option::as_deref)));
        end_line(&mut out);
    }
    out
}

/// The content blocks of a result.
pub(super) fn of(result: &Value) -> &[Value] {
    result.get("content").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A text as it is; anything else as a line that says what it is.
pub(super) fn block(content: &Value, look: Look, saved: Option<&Path>) -> String {
    let get = |key: &str| content.get(key).and_then(Value::as_str);
    let mime =
        |of: &Value| of.get("mimeType").and_then(Value::as_str).map(|mime| format!(" {mime}")).unwrap_or_default();
    let line = match get("type") {
        Some("text") => return look.result(get("text").unwrap_or_default()).into_owned(),
        Some(kind @ ("image" | "audio")) => {
            let size = size(bytes(get("data").unwrap_or_default()).len());
            format!("[{kind}{}, {size}{}]", mime(content), kept(saved, look))
        }
        Some("resource_link") => {
            let name = get("title").or(get("name")).map(|name| format!(" {name:?}")).unwrap_or_default();
            format!("[link {}{name}{}]", get("uri").unwrap_or_default(), mime(content))
        }
        Some("resource") => {
            let resource = content.get("resource").unwrap_or(&Value::Null);
            let uri = resource.get("uri").and_then(Value::as_str).unwrap_or_default();
            format!("[resource {uri}{}, {}{}]", mime(resource), size(body(resource).len()), kept(saved, look))
        }
        kind => format!("[{}]", kind.unwrap_or("content of no type")),
    };
    look.result(&line).into_owned()
}

/// Where a file is now, or how a person gets it.
fn kept(saved: Option<&Path>, look: Look) -> String {
    match saved {
        Some(path) => format!("; saved as {}", path.display()),
        None if look.terminal => "; --save DIR keeps it".into(),
        None => String::new(),
    }
}

/// Contents of resources for a program: nothing but their bytes.
pub(super) fn raw(contents: &[Value]) -> Vec<u8> {
    contents.iter().flat_map(body).collect()
}

/// Contents of resources for a person: texts, and a line for what is no text.
pub(super) fn shown(contents: &[Value], look: Look) -> String {
    let mut out = String::new();
    for content in contents {
        match content.get("text").and_then(Value::as_str) {
            Some(text) => out.push_str(&look.result(text)),
            None => {
                let mime = content.get("mimeType").and_then(Value::as_str).unwrap_or("application/octet-stream");
                let size = size(body(content).len());
                out.push_str(&look.result(&format!("[blob {mime}, {size}; --save DIR keeps it]")));
            }
        }
        if !out.is_empty() {
            end_line(&mut out);
        }
    }
    out
}

/// The bytes of a resource's contents.
pub(super) fn body(contents: &Value) -> Vec<u8> {
    match (contents.get("text"), contents.get("blob")) {
        (Some(Value::String(text)), _) => text.clone().into_bytes(),
        (_, Some(Value::String(blob))) => bytes(blob),
        _ => Vec::new(),
    }
}

pub(super) fn bytes(base64: &str) -> Vec<u8> {
    STANDARD.decode(base64).unwrap_or_default()
}

fn size(bytes: usize) -> String {
    if bytes == 1 { "1 byte".into() } else { format!("{bytes} bytes") }
}

fn end_line(out: &mut String) {
    if !out.ends_with('\n') {
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_no_text_is_named() {
        let line = |content: Value| block(&content, Look::default(), None);
        assert_eq!(line(json!({"type": "text", "text": "as\nis\u{1b}"})), "as\nis\u{1b}");
        assert_eq!(
            line(json!({"type": "image", "data": "AAAA", "mimeType": "image/png"})),
            "[image image/png, 3 bytes]"
        );
        let image = json!({"type": "image", "data": "AAAA", "mimeType": "image/png"});
        let person = Look { terminal: true, ..Look::default() };
        assert_eq!(block(&image, person, None), "[image image/png, 3 bytes; --save DIR keeps it]");
        let saved = block(&image, person, Some(Path::new("out/a.png")));
        assert_eq!(saved, "[image image/png, 3 bytes; saved as out/a.png]");
        let link = json!({"type": "resource_link", "uri": "a://b", "name": "b", "mimeType": "text/plain"});
        assert_eq!(line(link), "[link a://b \"b\" text/plain]");
        let embedded = json!({"type": "resource", "resource": {"uri": "a://b", "text": "x"}});
        assert_eq!(line(embedded), "[resource a://b, 1 byte]");
        assert_eq!(line(json!({"type": "hologram"})), "[hologram]");
    }

    #[test]
    fn each_block_ends_its_line_once() {
        let result = json!({"content": [{"type": "text", "text": "a\n"}, {"type": "text", "text": "b"}]});
        assert_eq!(blocks(&result, Look::default(), &[]), "a\nb\n");
        assert_eq!(blocks(&json!({}), Look::default(), &[]), "");
    }

    #[test]
    fn contents_are_bytes_for_programs_and_lines_for_people() {
        let contents = [json!({"text": "a"}), json!({"blob": "AAAA", "mimeType": "image/gif"}), json!({"text": "b\n"})];
        assert_eq!(raw(&contents), b"a\0\0\0b\n");
        let look = Look { terminal: true, ..Look::default() };
        let expected = "a\n[blob image/gif, 3 bytes; --save DIR keeps it]\nb\n";
        assert_eq!(shown(&contents, look), expected);
    }
}
