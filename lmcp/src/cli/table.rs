//! A list of objects as a table: on a terminal, one line each says more than keys that repeat.

use super::text::{Look, visible};
use super::width;
use crate::client::Entries;
use serde_json::Value;

/// The table, if the text is a JSON list of flat objects and the terminal is wide enough for them.
pub(super) fn render(json: &str, look: Look) -> Option<String> {
    let rows: Vec<Entries> = serde_json::from_str(json).ok().filter(|rows: &Vec<Entries>| !rows.is_empty())?;
    let mut keys: Vec<String> = Vec::new();
    for (key, _) in rows.iter().flat_map(|row| &row.0) {
        if !keys.contains(key) {
            keys.push(key.clone());
        }
    }
    let cell = |row: &Entries, key: &String| match row.0.iter().find(|(name, _)| name == key) {
        Some((_, raw)) => Cell::of(raw.get()),
        None => Some(Cell::default()),
    };
    let row = |row: &Entries| keys.iter().map(|key| cell(row, key)).collect::<Option<Vec<_>>>();
    let rows = rows.iter().map(row).collect::<Option<Vec<Vec<Cell>>>>()?;
    let heads: Vec<String> = keys.iter().map(|key| visible(key).replace(['\n', '\t'], " ")).collect();
    let mut widths: Vec<usize> = heads.iter().map(|head| width::columns(head)).collect();
    for row in &rows {
        for (cell, width) in row.iter().zip(&mut widths) {
            *width = (*width).max(width::columns(&cell.text));
        }
    }
    fit(&mut widths, look.width.unwrap_or(80))?;
    let mut out = String::new();
    for (head, width) in heads.iter().zip(&widths) {
        out.push_str(&format!("{}{}  ", look.bold(head), " ".repeat(width.saturating_sub(width::columns(head)))));
    }
    end_line(&mut out);
    for row in rows {
        let cells: Vec<Vec<String>> =
            row.iter().zip(&widths).map(|(cell, width)| width::wrap(&cell.text, *width)).collect();
        for line in 0..cells.iter().map(Vec::len).max().unwrap_or(1).max(1) {
            for ((lines, width), cell) in cells.iter().zip(&widths).zip(&row) {
                let text = lines.get(line).map_or("", String::as_str);
                let blank = " ".repeat(width.saturating_sub(width::columns(text)));
                out.push_str(&if cell.is_number { format!("{blank}{text}  ") } else { format!("{text}{blank}  ") });
            }
            end_line(&mut out);
        }
    }
    Some(out)
}

#[derive(Default)]
struct Cell {
    text: String,
    is_number: bool,
}

impl Cell {
    /// A value that is neither object nor list.
    fn of(json: &str) -> Option<Self> {
        let text = match serde_json::from_str(json).ok()? {
            Value::Null => String::new(),
            Value::String(text) => visible(text.trim_end()).replace('\t', " "),
            Value::Object(_) | Value::Array(_) => return None,
            // As it was written.
            _ => json.to_owned(),
        };
        Some(Cell { text, is_number: json.starts_with(|c: char| c == '-' || c.is_ascii_digit()) })
    }
}

/// Takes from the widest column what is too much, as long as it stays readable.
fn fit(widths: &mut [usize], columns: usize) -> Option<()> {
    const LEAST: usize = 24;
    let whole = widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1);
    let Some(over) = whole.checked_sub(columns).filter(|over| *over > 0) else { return Some(()) };
    let widest = widths.iter_mut().max()?;
    *widest = widest.checked_sub(over).filter(|left| *left >= LEAST)?;
    Some(())
}

fn end_line(out: &mut String) {
    out.truncate(out.trim_end_matches(' ').len());
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(json: &str, width: usize) -> Option<String> {
        render(json, Look { terminal: true, colour: false, width: Some(width) })
    }

    #[test]
    fn a_list_of_flat_objects_is_a_table() {
        let json =
            r#"[{"name":"漢字","pieces":7,"new":true},{"name":"x\u001b[2J","pieces":1200,"price":0.50,"new":null}]"#;
        let expected = "\
name   pieces  new   price
漢字        7  true
x␛[2J    1200         0.50
";
        assert_eq!(table(json, 80).as_deref(), Some(expected));
    }

    #[test]
    fn a_long_text_is_wrapped_and_what_does_not_fit_is_no_table() {
        let json = r#"[{"id":1,"text":"one two three four five six seven eight"},{"id":2,"text":"short"}]"#;
        let expected = "\
id  text
 1  one two three four five
    six seven eight
 2  short
";
        assert_eq!(table(json, 28).as_deref(), Some(expected));
        for (json, width) in [(json, 20), ("[]", 80), ("[1]", 80), (r#"[{"a":[1]}]"#, 80), (r#"{"a":1}"#, 80)] {
            assert_eq!(table(json, width), None, "{json}");
        }
    }
}
