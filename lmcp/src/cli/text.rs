//! Text for people: what a terminal is told and what not, widths, the program's name.

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
        if !io::stdout().is_terminal() {
            return Look::default();
        }
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let understands = cfg!(unix) || set("TERM") || set("WT_SESSION");
        Look { terminal: true, colour: understands && !dumb && !set("NO_COLOR"), width: width() }
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

/// The columns of the terminal: what `COLUMNS` says, else what the terminal says.
fn width() -> Option<usize> {
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    #[cfg(unix)]
    let told = told.or_else(|| rustix::termios::tcgetwinsize(io::stdout()).ok().map(|size| size.ws_col.into()));
    told.filter(|columns| *columns > 0)
}

/// Writes a line to standard error. Nothing is left to do when that fails.
pub(super) fn complain(text: &str) {
    let mut stderr = io::stderr().lock();
    let text = if stderr.is_terminal() { visible(text) } else { text.into() };
    let _nobody_reads = writeln!(stderr, "{text}");
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

/// The first line of a description.
pub(super) fn first_line(text: Option<&str>) -> String {
    let line = text.and_then(|text| text.lines().find(|line| !line.trim().is_empty())).unwrap_or_default();
    visible(line.trim()).replace('\t', " ")
}

/// How many columns a line takes: wide characters of East Asian scripts and pictures take two.
pub(super) fn columns(line: &str) -> usize {
    line.chars().map(char_columns).sum()
}

fn char_columns(c: char) -> usize {
    match c {
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200d}' | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

/// A line cut to this many columns, with `…` for what is missing.
pub(super) fn cut(line: &str, limit: usize) -> Cow<'_, str> {
    if columns(line) <= limit {
        return line.into();
    }
    let mut out = String::new();
    let mut used = 1;
    for c in line.chars() {
        used += char_columns(c);
        if used > limit {
            break;
        }
        out.push(c);
    }
    format!("{}…", out.trim_end()).into()
}

/// A text broken into lines of at most this many columns where a space is, longer only where there is none.
pub(super) fn wrap(text: &str, limit: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let indent: String = paragraph.chars().take_while(|c| *c == ' ').collect();
        let mut line = indent.clone();
        for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
            let blank = line.trim().is_empty();
            if !blank && columns(&line) + 1 + columns(word) > limit {
                lines.push(std::mem::replace(&mut line, indent.clone()));
            } else if !blank {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// The program as its user types it, without the way to it, and with the arguments that are its own; the server's name
/// when the process was not told.
pub(super) fn program(info: &Info) -> String {
    let path = std::env::args_os().next().unwrap_or_default();
    let name = std::path::Path::new(&path).file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.map(|name| name.strip_suffix(".exe").unwrap_or(&name).to_owned());
    let mut program = name.filter(|name| !name.is_empty()).unwrap_or_else(|| info.name.clone());
    for argument in &info.arguments {
        program.push(' ');
        program.push_str(&quoted(argument));
    }
    visible(&program).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_safe_from_a_text() {
        assert_eq!(visible("plain\n\ttext"), "plain\n\ttext");
        assert_eq!(visible("\x1b]0;title\x07 \x7f \u{9b}2J \u{202e}x"), "␛]0;title␇ ␡ \u{fffd}2J \u{fffd}x");
        assert_eq!(visible("a\r\nb\rc"), "a\nb␍c");
        assert_eq!(first_line(Some("\n  First.\x1b[31m\nSecond.")), "First.␛[31m");
    }

    #[test]
    fn lines_are_cut_and_wrapped_by_columns() {
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("longer text", 8), "longer…");
        assert_eq!(cut("漢字漢字", 6), "漢字…");
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("- a list\n\n  kept as it is", 80), ["- a list", "", "  kept as it is"]);
        assert_eq!(wrap("unbreakable it is", 3), ["unbreakable", "it", "is"]);
    }
}
