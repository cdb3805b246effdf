//! Text for people: what a terminal is told and what not, colour, the program's name.

use super::sample::quoted;
use crate::server::handle::Info;
use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

/// How standard output looks at text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Look {
    /// A person sees it, not a program.
    pub(super) terminal: bool,
    /// Bold and dim are welcome.
    pub(super) colour: bool,
    /// The columns of a terminal, if they are known.
    pub(super) width: Option<usize>,
}

impl Look {
    pub(super) fn of_stdout() -> Self {
        let stdout = io::stdout();
        let terminal = stdout.is_terminal();
        #[cfg(unix)]
        let width = if terminal { columns_of(&stdout) } else { told_columns() };
        #[cfg(not(unix))]
        let width = told_columns();
        Look { terminal, colour: colour(terminal, set), width }
    }

    pub(super) fn bold(self, text: &str) -> String {
        if self.colour { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() }
    }

    pub(super) fn dim(self, text: &str) -> String {
        if self.colour { format!("\x1b[2m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// A result's text: as it is for a program, harmless for a terminal.
    pub(super) fn result(self, text: &str) -> Cow<'_, str> {
        if self.terminal { visible(text) } else { text.into() }
    }
}

/// A variable of the environment that says something.
fn set(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()).filter(|value| !value.is_empty())
}

/// Whether bold and dim are welcome: on terminals that know them, unless `NO_COLOR`; and wherever `CLICOLOR_FORCE` says.
fn colour(terminal: bool, set: impl Fn(&str) -> Option<String>) -> bool {
    let is = |name: &str, value: &str| set(name).is_some_and(|set| set == value);
    if set("NO_COLOR").is_some() {
        return false;
    }
    if set("CLICOLOR_FORCE").is_some() && !is("CLICOLOR_FORCE", "0") {
        return true;
    }
    let understands = cfg!(unix) || set("TERM").is_some() || set("WT_SESSION").is_some();
    terminal && understands && !is("TERM", "dumb") && !is("CLICOLOR", "0")
}

/// What `COLUMNS` says, which a shell keeps to itself unless it is told to export it.
fn told_columns() -> Option<usize> {
    set("COLUMNS").and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0)
}

/// The columns of a terminal: what `COLUMNS` says, else what the terminal says.
#[cfg(unix)]
fn columns_of(stream: &impl std::os::fd::AsFd) -> Option<usize> {
    let asked = || rustix::termios::tcgetwinsize(stream).ok().map(|size| usize::from(size.ws_col));
    told_columns().or_else(asked).filter(|columns| *columns > 0)
}

/// A terminal on standard error, whose last line can be written anew: its columns.
pub(super) fn live_columns() -> Option<usize> {
    let stderr = io::stderr();
    if !stderr.is_terminal() || set("TERM").is_some_and(|term| term == "dumb") {
        return None;
    }
    #[cfg(unix)]
    return Some(columns_of(&stderr).unwrap_or(80));
    #[cfg(not(unix))]
    return (set("TERM").is_some() || set("WT_SESSION").is_some()).then(|| told_columns().unwrap_or(80));
}

/// Writes a line to standard error. Nothing is left to do when that fails.
pub(super) fn complain(text: &str) {
    let mut stderr = io::stderr().lock();
    let terminal = stderr.is_terminal();
    let text = if terminal { visible(text) } else { text.into() };
    let text = if colour(terminal, set) { marked(&text).into() } else { text };
    let _nobody_reads = writeln!(stderr, "{text}");
}

/// What kind of line it is stands out.
fn marked(text: &str) -> String {
    let text = match text.strip_prefix("error: ") {
        Some(rest) => format!("\x1b[1;31merror:\x1b[0m {rest}"),
        None => text.to_owned(),
    };
    text.replace("\nusage: ", "\n\x1b[1musage:\x1b[0m ")
}

/// Makes control characters visible, so that a text cannot do anything to a terminal. Lines and tabs stay.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_control) {
        return text.into();
    }
    let mut chars = text.chars().peekable();
    let mut out = String::with_capacity(text.len());
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\0'..='\x1f' if is_control(c) => out.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}')),
            '\x7f' => out.push('\u{2421}'),
            _ if is_control(c) => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out.into()
}

/// A control character, or one that turns the direction of what follows.
fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The first sentence of a description, on one line.
pub(super) fn first_sentence(text: Option<&str>) -> String {
    let lines = text.unwrap_or_default().lines().map(str::trim).skip_while(|line| line.is_empty());
    let paragraph: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
    let paragraph = visible(&paragraph.join(" ")).replace('\t', " ");
    // A point within a sentence, as in "e.g. this", has no capital letter behind it.
    let ends = |(at, _): &(usize, &str)| {
        paragraph.get(at + 2..).and_then(|rest| rest.chars().next()).is_some_and(|next| !next.is_lowercase())
    };
    match paragraph.match_indices(". ").find(ends) {
        Some((at, _)) => paragraph.get(..=at).unwrap_or_default().to_owned(),
        None => paragraph,
    }
}

/// The program's name as its user types it, without the way to it; the server's name when the process was not told.
pub(super) fn name(info: &Info) -> String {
    let path = std::env::args_os().next().unwrap_or_default();
    let name = std::path::Path::new(&path).file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.map(|name| name.strip_suffix(".exe").unwrap_or(&name).to_owned());
    visible(&name.filter(|name| !name.is_empty()).unwrap_or_else(|| info.name.clone())).into_owned()
}

/// The program as its user types it, with the arguments that are its own.
pub(super) fn program(info: &Info) -> String {
    let mut program = name(info);
    // What they look like, when there are none to show.
    if let (Some(usage), true) = (&info.usage, info.arguments.is_empty()) {
        program.push(' ');
        program.push_str(&visible(usage));
    }
    program + &own(info)
}

/// The program's own arguments as they are typed, each with a blank before it.
pub(super) fn own(info: &Info) -> String {
    info.arguments.iter().map(|argument| format!(" {}", visible(&quoted(argument)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_safe_from_a_text() {
        assert_eq!(visible("plain\n\ttext"), "plain\n\ttext");
        assert_eq!(visible("\x1b]0;title\x07 \x7f \u{9b}2J \u{202e}x"), "␛]0;title␇ ␡ \u{fffd}2J \u{fffd}x");
        assert_eq!(visible("a\r\nb\rc"), "a\nb␍c");
        assert_eq!(first_sentence(Some("\n  First.\x1b[31m\n\nSecond.")), "First.␛[31m");
    }

    #[test]
    fn a_description_begins_with_a_sentence() {
        let of = |text| first_sentence(Some(text));
        assert_eq!(of("Reads a file,\nor a part of it. And\nmore."), "Reads a file, or a part of it.");
        assert_eq!(of("Searches, e.g. for words."), "Searches, e.g. for words.");
        assert_eq!(of("One.\n\nTwo."), "One.");
        assert_eq!((first_sentence(None), of("\n")), (String::new(), String::new()));
    }

    #[test]
    fn colour_is_for_terminals_unless_somebody_says_so() {
        let colour = |terminal, environment: &[(&str, &str)]| {
            let term = if cfg!(unix) { None } else { Some("xterm".to_owned()) };
            super::colour(terminal, |name| {
                let said = environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
                said.or(term.clone().filter(|_| name == "TERM"))
            })
        };
        assert!(colour(true, &[]) && !colour(false, &[]));
        assert!(!colour(true, &[("NO_COLOR", "1")]) && !colour(true, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]));
        assert!(!colour(true, &[("TERM", "dumb")]) && !colour(true, &[("CLICOLOR", "0")]));
        assert!(colour(false, &[("CLICOLOR_FORCE", "1")]) && !colour(false, &[("CLICOLOR_FORCE", "0")]));
        assert_eq!(marked("error: no\nusage: calc"), "\x1b[1;31merror:\x1b[0m no\n\x1b[1musage:\x1b[0m calc");
    }
}
