//! `packageArguments`: what a program's own usage line says of its arguments, in the words of the registry.
//!
//! `--db FILE [--write]` enters, as [`Server::own_usage`](crate::Server::own_usage) was given it; JSON leaves, and the
//! options that have no place there. Only what can be read in one way is taken; of anything else nothing is said.

use serde_json::Value;

/// What a usage line comes to.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Arguments {
    /// As JSON, in their order.
    pub(super) written: Vec<String>,
    /// Options without a value that may be left out: of an argument without a value clients ask for one.
    pub(super) switches: Vec<String>,
}

impl Arguments {
    /// `None` if the line has something in it that could mean several things.
    pub(super) fn of(usage: &str) -> Option<Self> {
        let mut arguments = Arguments::default();
        let mut words = usage.split_whitespace().peekable();
        while let Some(word) = words.next() {
            let (is_optional, mut word) = word.strip_prefix('[').map_or((false, word), |inner| (true, inner));
            let mut value = None;
            if word.starts_with('-') {
                // Its value stands inside of the same brackets, or outside of any.
                let is_open = if is_optional { !word.ends_with(']') } else { true };
                value = words.next_if(|next| is_open && !next.starts_with(['-', '[']));
            }
            if is_optional {
                let last = value.as_mut().unwrap_or(&mut word);
                *last = last.strip_suffix(']')?;
            }
            arguments.add(word, value, !is_optional)?;
        }
        Some(arguments)
    }

    fn add(&mut self, word: &str, value: Option<&str>, is_required: bool) -> Option<()> {
        let argument = match (option(word), value) {
            (true, Some(value)) if is_value(value) => vec![
                ("type", text("named")),
                ("name", text(word)),
                ("placeholder", text(value)),
                ("format", text(format(value))),
                ("isRequired", is_required.to_string()),
            ],
            (true, None) if is_required => vec![("type", text("positional")), ("value", text(word))],
            (true, None) => {
                self.switches.push(word.to_owned());
                return Some(());
            }
            (false, None) => {
                let (hint, is_repeated) = word.strip_suffix("...").map_or((word, false), |hint| (hint, true));
                if !is_value(hint) {
                    return None;
                }
                vec![
                    ("type", text("positional")),
                    ("valueHint", text(hint)),
                    ("format", text(format(hint))),
                    ("isRequired", is_required.to_string()),
                    ("isRepeated", is_repeated.to_string()),
                ]
            }
            _ => return None,
        };
        self.written.push(super::object(&argument));
        Some(())
    }
}

fn text(text: &str) -> String {
    Value::from(text).to_string()
}

/// `-d`, `--db`.
fn option(word: &str) -> bool {
    let name = word.strip_prefix("--").or_else(|| word.strip_prefix('-')).unwrap_or_default();
    !name.is_empty() && !name.starts_with('-') && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

/// `FILE`, `MAX_SIZE`. What is repeated with its option, or without, is no single value.
fn is_value(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '_' | '-'))
}

fn format(value: &str) -> &'static str {
    let is_path =
        ["FILE", "PATH", "DIR", "DIRECTORY", "FOLDER"].iter().any(|path| value.split(['_', '-']).any(|w| w == *path));
    if is_path { "filepath" } else { "string" }
}

#[cfg(test)]
mod tests {
    use super::Arguments;
    use serde_json::{Value, json};

    fn read(written: &[String]) -> Value {
        written.iter().map(|json| serde_json::from_str::<Value>(json).expect("JSON")).collect()
    }

    #[test]
    fn a_usage_line_becomes_arguments() {
        let Arguments { written, switches } =
            Arguments::of("--db FILE [--write] [--rows MAX] -v URL [DIR...]").expect("plain");
        assert_eq!(switches, ["--write"]);
        let expected = json!([
            { "type": "named", "name": "--db", "placeholder": "FILE", "format": "filepath", "isRequired": true },
            { "type": "named", "name": "--rows", "placeholder": "MAX", "format": "string", "isRequired": false },
            { "type": "named", "name": "-v", "placeholder": "URL", "format": "string", "isRequired": true },
            { "type": "positional", "valueHint": "DIR", "format": "filepath", "isRequired": false, "isRepeated": true },
        ]);
        assert_eq!(read(&written), expected);
        let always = Arguments::of("--yes [--no]").expect("plain");
        assert_eq!(read(&always.written), json!([{ "type": "positional", "value": "--yes" }]));
        assert_eq!(Arguments::of("  "), Some(Arguments::default()));
    }

    #[test]
    fn what_could_mean_several_things_is_nothing() {
        for usage in [
            "--root DIR...",
            "--db=FILE",
            "--db <FILE>",
            "--db file",
            "[--db FILE | --memory]",
            "[--db FILE --write]",
            "[--db [FILE]]",
            "[--db FILE",
            "--db FILE]",
            "[OPTIONS]...",
            "--",
            "---x",
            "-",
        ] {
            assert_eq!(Arguments::of(usage), None, "{usage}");
        }
    }
}
