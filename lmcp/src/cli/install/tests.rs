//! The laws of the three editors: what is written is found, nothing else changes, and taking it out again gives back the
//! bytes that were there.

use super::entry::{Item, Pair, target};
use super::laws::entry;
use super::{Format, written};

pub(super) fn text(key: &str, value: &str) -> Pair {
    (key.to_owned(), Item::Text(value.to_owned()))
}

/// Installs into a text of this section, and gives what came of it, once it was seen that a second time changes nothing.
#[track_caller]
pub(super) fn installed(format: Format, section: &str, before: &str) -> String {
    let entry = entry(format, "/bin/calc");
    let (after, was) = written(format, before, section, "calc", &entry).expect(before).expect("it is new");
    assert_eq!(was, None);
    assert_eq!(written(format, &after, section, "calc", &entry), Ok(None), "{after}");
    let found = format.find(&after, section, "calc").expect("it reads").expect("it is there");
    assert_eq!(target(&found), Some("/bin/calc"));
    after
}

/// Installs another command over the entry in this text, and gives what came of it.
#[track_caller]
pub(super) fn replaced(format: Format, section: &str, before: &str, was: &str) -> String {
    let (after, old) =
        written(format, before, section, "calc", &entry(format, "/bin/calc")).expect(before).expect("it differs");
    assert_eq!(old.as_deref(), Some(was));
    after
}

/// What is written into `before` is `after`, and out of `after` comes `before`.
#[track_caller]
pub(super) fn there_and_back(format: Format, section: &str, before: &str, after: &str) {
    let there = installed(format, section, before);
    assert_eq!(there, after);
    let back = format.remove(&there, section, "calc").expect("it reads").expect("it is there");
    assert_eq!(back, before, "and back again");
    assert_eq!(format.remove(before, section, "calc"), Ok(None));
}

/// Neither of the three touches this text; all say the same.
#[track_caller]
pub(super) fn refused(format: Format, section: &str, text: &str, why: &str) {
    let told = |refusal: super::text::Refusal| refusal.to_string();
    let entry = entry(format, "/bin/calc");
    assert_eq!(written(format, text, section, "calc", &entry).map_err(told), Err(why.to_owned()), "{text}");
    assert_eq!(format.remove(text, section, "calc").map_err(told), Err(why.to_owned()), "{text}");
}

/// Whole lines, so that tests read as files do: the first newline and the margin are not part of it.
pub(super) fn lines(text: &str) -> String {
    let text = text.strip_prefix('\n').unwrap_or(text);
    let margin = text.lines().filter(|l| !l.trim().is_empty()).map(|l| l.len() - l.trim_start_matches(' ').len()).min();
    let cut = |line: &str| line.get(margin.unwrap_or(0)..).unwrap_or_default().to_owned() + "\n";
    let lines: String = text.trim_end_matches(' ').lines().map(cut).collect();
    lines
}

#[test]
fn arguments_of_the_program_are_written_once_and_over_others() {
    for (format, section, others) in [
        (
            Format::Json,
            "mcpServers",
            "{\"mcpServers\": {\"calc\": {\"command\": \"/bin/calc\", \"args\": [\n\"-v\"\n]}}}",
        ),
        (Format::Toml, "mcp_servers", "[mcp_servers.calc]\ncommand = '/bin/calc'\nargs = [\n  '-v',\n]\n"),
        (
            Format::Yaml,
            "extensions",
            "extensions:\n  calc:\n    type: stdio\n    cmd: /bin/calc\n    args:\n      - -v\n    enabled: true\n",
        ),
    ] {
        let mut entry = entry(format, "/bin/calc");
        let own = ["--db".to_owned(), "/a \"b\", [c]: #d\\".to_owned()];
        entry.fill.retain(|(key, _)| key != "args");
        entry.set.push(("args".to_owned(), Item::list(&own)));
        for before in ["", others] {
            let (after, _) = written(format, before, section, "calc", &entry).expect(before).expect("it differs");
            assert_eq!(written(format, &after, section, "calc", &entry), Ok(None), "{after}");
            assert!(!after.contains("-v"), "{after}");
        }
    }
}

mod laws {
    use super::super::laws::check;
    use super::{Format, entry, written};
    use proptest::prelude::*;

    /// Texts made of what each format gives a meaning to.
    fn texts(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
        prop::collection::vec(prop::sample::select(pieces), 0..24).prop_map(|pieces| pieces.concat())
    }

    const JSON: [&str; 19] = [
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        " ",
        "\n",
        "\r\n",
        "\t",
        "// c\n",
        "/* c */",
        "\"mcpServers\"",
        "\"calc\"",
        "\"command\"",
        "\"x\"",
        "1",
        "{\"mcpServers\": {",
        "}}",
    ];
    const TOML: [&str; 20] = [
        "[mcp_servers]\n",
        "[mcp_servers.calc]\n",
        "[mcp_servers.calc.env]\n",
        "[[mcp_servers]]\n",
        "[x]\n",
        "command = ",
        "\"x\"",
        "'y'",
        "\"\"\"",
        "'''",
        "\n",
        "\r\n",
        "# c",
        " ",
        "=",
        "[",
        "]",
        "{",
        "}",
        "a.b = 1\n",
    ];
    const YAML: [&str; 24] = [
        "extensions:",
        "calc:",
        "cmd: x",
        "a:",
        " ",
        "  ",
        "    ",
        "\n",
        "\r\n",
        "\t",
        "# c",
        "- ",
        "|\n",
        ">-\n",
        "\"",
        "'",
        "{}",
        "{",
        "}",
        "[",
        "---\n",
        "&x",
        "\\",
        "é",
    ];

    /// What may stand between the tokens of JSON.
    fn blanks() -> impl Strategy<Value = String> {
        texts(&[" ", "\n", "\r\n", "\t", "// c\n", "/* , */"])
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn of_json(text in texts(&JSON)) {
            check(Format::Json, "mcpServers", &text);
        }

        #[test]
        fn of_json_beside_another_server(blanks in prop::collection::vec(blanks(), 6), comma in any::<bool>()) {
            let [a, b, c, d, e, f] = &blanks[..] else { panic!("six") };
            let comma = if comma { "," } else { "" };
            let text = format!("{a}{{\"mcpServers\":{b}{{{c}\"a\":1{d}{comma}{e}}}{f}}}\n");
            check(Format::Json, "mcpServers", &text);
            let (after, _) =
                written(Format::Json, &text, "mcpServers", "calc", &entry(Format::Json, "x")).expect("JSON").expect("new");
            let back = Format::Json.remove(&after, "mcpServers", "calc").expect("JSON").expect("it is there");
            prop_assert_eq!(back, text, "{:?}", after);
        }

        #[test]
        fn of_toml(text in texts(&TOML)) {
            check(Format::Toml, "mcp_servers", &text);
        }

        #[test]
        fn of_yaml(text in texts(&YAML)) {
            check(Format::Yaml, "extensions", &text);
        }

        #[test]
        fn of_any_text(text in any::<String>()) {
            check(Format::Json, "mcpServers", &text);
            check(Format::Toml, "mcp_servers", &text);
            check(Format::Yaml, "extensions", &text);
        }
    }
}
