//! A page of help: headings, paragraphs and tables that fit the terminal.

use super::text::{Look, visible};
use super::width::{columns, wrap};

/// Text under construction.
pub(super) struct Page {
    look: Look,
    width: usize,
    pub(super) text: String,
}

impl Page {
    pub(super) fn new(look: Look) -> Self {
        // Lines of text that are longer than this are hard to read on any terminal.
        Page { look, width: look.width.unwrap_or(80).clamp(40, 100), text: String::new() }
    }

    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    pub(super) fn paragraph(&mut self, text: &str) {
        self.text.push('\n');
        for line in wrap(&visible(text), self.width) {
            self.line(&line);
        }
    }

    pub(super) fn section(&mut self, heading: &str) {
        self.text.push('\n');
        let heading = self.look.bold(heading);
        self.line(&heading);
    }

    /// Two columns; the second one is wrapped.
    pub(super) fn table<T: AsRef<str>>(&mut self, rows: &[(String, T)]) {
        let limit = self.width / 2;
        let column = rows.iter().map(|(left, _)| columns(left)).filter(|left| *left <= limit).max().unwrap_or(4);
        for (left, right) in rows {
            let end = columns(left);
            let indent = format!("\n{}", " ".repeat(column + 4));
            let gap = if end <= column { " ".repeat(column - end + 2) } else { indent.clone() };
            let right = wrap(&visible(right.as_ref()), self.width.saturating_sub(column + 4).max(20)).join(&indent);
            let line = format!("  {left}{gap}{right}");
            self.line(line.trim_end());
        }
    }

    pub(super) fn examples(&mut self, examples: &[String]) {
        if examples.is_empty() {
            return;
        }
        self.section("EXAMPLES");
        for example in examples {
            self.line(&format!("  {example}"));
        }
    }
}
