//! What is said while a call runs: on a terminal a line that shows how far it is, elsewhere a line for each report.

use super::text::{complain, live_columns, visible};
use super::width;
use serde_json::Value;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};

/// Standard error while a call runs.
pub(super) struct Status {
    /// The columns of a terminal whose last line can be written anew.
    columns: Option<usize>,
    /// What stands there now, without an end of line.
    line: Mutex<String>,
}

impl Status {
    pub(super) fn of_stderr() -> Self {
        Status { columns: live_columns(), line: Mutex::default() }
    }

    /// Shows a notification, if it is one that people read.
    pub(super) fn show(&self, notification: &Value) {
        match (message(notification), self.columns) {
            (Some(Message::Log(text)), _) => self.say(&text),
            (Some(Message::Progress(progress)), None) => complain(&progress.line()),
            (Some(Message::Progress(progress)), Some(columns)) => self.put(progress.bar(columns)),
            (None, _) => {}
        }
    }

    /// Writes a line above the one that is there.
    fn say(&self, text: &str) {
        let line = self.clear();
        complain(text);
        if !line.is_empty() {
            self.put(line);
        }
    }

    fn put(&self, text: String) {
        let _nobody_reads = write!(std::io::stderr().lock(), "\r\x1b[K{text}").and_then(|()| std::io::stderr().flush());
        *self.line.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }

    /// Takes the line away that is there, and gives it.
    pub(super) fn clear(&self) -> String {
        let line = std::mem::take(&mut *self.line.lock().unwrap_or_else(PoisonError::into_inner));
        if !line.is_empty() {
            let _nobody_reads = write!(std::io::stderr().lock(), "\r\x1b[K");
        }
        line
    }
}

impl Drop for Status {
    fn drop(&mut self) {
        self.clear();
    }
}

enum Message {
    Progress(Progress),
    Log(String),
}

/// How far a call is.
struct Progress {
    done: Value,
    total: Option<Value>,
    message: Option<String>,
}

impl Progress {
    /// `progress 3/10 counting`.
    fn line(&self) -> String {
        format!("progress {}", self.words())
    }

    fn words(&self) -> String {
        let total = self.total.as_ref().map(|total| format!("/{total}")).unwrap_or_default();
        let message = self.message.as_ref().map(|message| format!(" {message}")).unwrap_or_default();
        format!("{}{total}{message}", self.done)
    }

    /// `[######--------------] 3/10 counting`, on one line of a terminal.
    fn bar(&self, columns: usize) -> String {
        const WIDTH: usize = 20;
        let part = match (self.done.as_f64(), self.total.as_ref().and_then(Value::as_f64)) {
            (Some(done), Some(total)) if total > 0.0 && columns >= 40 => Some((done / total).clamp(0.0, 1.0)),
            _ => None,
        };
        let bar = part.map(|part| {
            let full = (part * WIDTH as f64) as usize;
            format!("[{}{}] ", "#".repeat(full), "-".repeat(WIDTH - full))
        });
        let words = visible(&self.words()).replace(['\n', '\t'], " ");
        width::cut(&format!("{}{words}", bar.unwrap_or_default()), columns.saturating_sub(1)).into_owned()
    }
}

fn message(notification: &Value) -> Option<Message> {
    let params = notification.get("params")?;
    let text = |key: &str| params.get(key).and_then(Value::as_str);
    match notification.get("method")?.as_str()? {
        "notifications/progress" => Some(Message::Progress(Progress {
            done: params.get("progress")?.clone(),
            total: params.get("total").cloned(),
            message: text("message").map(str::to_owned),
        })),
        "notifications/message" => {
            let logger = text("logger").map(|logger| format!(" [{logger}]")).unwrap_or_default();
            let data = params.get("data")?;
            let data = data.as_str().map_or_else(|| data.to_string(), str::to_owned);
            Some(Message::Log(format!("{}{logger}: {data}", text("level")?)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Message, message};
    use serde_json::{Value, json};

    fn lines(params: Value, columns: usize) -> (String, String) {
        match message(&json!({ "method": "notifications/progress", "params": params })) {
            Some(Message::Progress(progress)) => (progress.line(), progress.bar(columns)),
            _ => panic!("{params}"),
        }
    }

    #[test]
    fn progress_is_a_line_and_a_bar() {
        let counted = json!({ "progress": 3, "total": 10, "message": "count\ting" });
        let (line, bar) = lines(counted.clone(), 80);
        assert_eq!(
            (line.as_str(), bar.as_str()),
            ("progress 3/10 count\ting", "[######--------------] 3/10 count ing")
        );
        assert_eq!(lines(counted, 10).1, "3/10 cou…");
        let (line, bar) = lines(json!({ "progress": 0.5 }), 80);
        assert_eq!((line.as_str(), bar.as_str()), ("progress 0.5", "0.5"));
        assert_eq!(lines(json!({ "progress": 7, "total": 2 }), 80).1, "[####################] 7/2");
        assert_eq!(lines(json!({ "progress": 0, "total": 0 }), 80).1, "0/0");
    }

    #[test]
    fn log_messages_are_lines() {
        let log = |params| match message(&json!({ "method": "notifications/message", "params": params })) {
            Some(Message::Log(line)) => line,
            _ => panic!("a log message"),
        };
        assert_eq!(log(json!({ "level": "info", "data": "text" })), "info: text");
        let disk = json!({ "level": "warning", "logger": "disk", "data": { "free": 0 } });
        assert_eq!(log(disk), "warning [disk]: {\"free\":0}");
        assert!(message(&json!({ "method": "notifications/tools/list_changed" })).is_none());
    }
}
