//! One aligned table a kind.

use std::fmt;

/// What a number should be.
#[derive(Clone, Copy)]
pub enum Aim {
    AtMost(f64),
    AtLeast(f64),
}

impl Aim {
    fn is_met(self, value: f64) -> bool {
        match self {
            Aim::AtMost(limit) => value <= limit,
            Aim::AtLeast(limit) => value >= limit,
        }
    }
}

pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// The columns between `what` and `ratio`.
    pub fn new(columns: &[&str]) -> Self {
        let mut head = vec!["what"];
        head.extend(columns);
        head.extend(["ratio", "aim", "met?"]);
        Table { rows: vec![head.into_iter().map(str::to_owned).collect()] }
    }

    /// `judged` is shown as the ratio and compared with the aim.
    pub fn row(&mut self, what: impl Into<String>, cells: Vec<String>, judged: Option<f64>, aim: Option<Aim>) {
        let mut row = vec![what.into()];
        row.extend(cells);
        row.push(judged.map(number).unwrap_or_default());
        row.push(match aim {
            Some(Aim::AtMost(limit)) => format!("<= {limit}"),
            Some(Aim::AtLeast(limit)) => format!(">= {limit}"),
            None => String::new(),
        });
        row.push(match (judged, aim) {
            (Some(judged), Some(aim)) => if aim.is_met(judged) { "yes" } else { "NO" }.to_owned(),
            _ => String::new(),
        });
        eprintln!("  {}", row.join(" | "));
        self.rows.push(row);
    }
}

/// A number with as many digits as mean something.
pub fn number(value: f64) -> String {
    match value.abs() {
        _ if !value.is_finite() => "-".to_owned(),
        large if large >= 1000.0 => {
            let digits = format!("{value:.0}");
            let mut out = String::new();
            for (at, digit) in digits.chars().enumerate() {
                if at > 0 && (digits.len() - at) % 3 == 0 {
                    out.push(' ');
                }
                out.push(digit);
            }
            out
        }
        middle if middle >= 100.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// A number that may not be there.
pub fn maybe(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), number)
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|at| {
                self.rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();
        for (at, row) in self.rows.iter().enumerate() {
            let mut line = String::new();
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                line += &if column == 0 { format!("{cell:<width$}") } else { format!("  {cell:>width$}") };
            }
            writeln!(f, "{}", line.trim_end())?;
            if at == 0 {
                writeln!(f, "{}", "-".repeat(widths.iter().sum::<usize>() + 2 * (widths.len() - 1)))?;
            }
        }
        Ok(())
    }
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[half],
        _ => (values[half - 1] + values[half]) / 2.0,
    }
}
