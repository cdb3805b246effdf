//! JSON for people: indented, in the order in which it was written.

/// A whole document: indented, with an end of line.
pub(super) fn document(json: &str) -> String {
    pretty(json) + "\n"
}

/// Indents JSON. A [`Value`](serde_json::Value) would sort an object's entries; this leaves them where they are.
fn pretty(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth = 0_usize;
    let mut chars = json.chars().peekable();
    let mut in_string = false;
    while let Some(c) = chars.next() {
        if in_string {
            out.push(c);
            match c {
                '\\' => out.extend(chars.next()),
                '"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match c {
            '"' => {
                in_string = true;
                out.push(c);
            }
            '{' | '[' => {
                out.push(c);
                while chars.next_if(char::is_ascii_whitespace).is_some() {}
                if let Some(end) = chars.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    new_line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            ' ' | '\t' | '\r' | '\n' => {}
            _ => out.push(c),
        }
    }
    out
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use super::pretty;

    #[test]
    fn order_and_strings_stay() {
        let json = r#"{"b":1,"a":[true,{}, []],"c":{"s":"x: {,} \" \\"}}"#;
        let text = "{\n  \"b\": 1,\n  \"a\": [\n    true,\n    {},\n    []\n  ],\n  \"c\": {\n    \
                    \"s\": \"x: {,} \\\" \\\\\"\n  }\n}";
        assert_eq!(pretty(json), text);
        assert_eq!(pretty(text), text);
        assert_eq!(pretty("null"), "null");
    }
}
