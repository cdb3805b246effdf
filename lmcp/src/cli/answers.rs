//! Answers that stand on the command line, for a tool that asks where nobody is: `--answer place=4A`, `--decline`.
//!
//! Each answers once, in the order in which they were typed: a form takes the first one for each of its fields, a
//! question without fields the first one without a name. `--decline` declines the first question that no answer before it
//! answers, and those behind it are for the questions that come then; the last one declines all that is asked.

use super::prompt::entered;
use super::{sample, signature};
use crate::ask::form::problem;
use crate::handler::call::reason;
use crate::registry::item::Common;
use crate::registry::nearest::nearest;
use serde_json::{Map, Value, json};

/// One option of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    Answer(String),
    Decline,
}

/// What was typed and is not used yet.
#[derive(Debug, Default)]
pub(super) struct Answers {
    left: Vec<(Option<String>, Said)>,
}

/// One answer.
#[derive(Clone, Debug, PartialEq)]
enum Said {
    /// As somebody would type it on a terminal.
    Text(String),
    Json(Value),
    Decline,
}

impl Answers {
    /// Reads `name=text`, `name:=json`, a JSON object of several, or a text alone.
    pub(super) fn read(replies: &[Reply]) -> Result<Self, String> {
        let mut left = Vec::new();
        for reply in replies {
            let Reply::Answer(word) = reply else {
                left.push((None, Said::Decline));
                continue;
            };
            if word.starts_with('{') {
                let object: Map<String, Value> = serde_json::from_str(word)
                    .map_err(|e| format!("the answer {word:?} is not a JSON object: {}", reason(&e)))?;
                left.extend(object.into_iter().map(|(name, value)| (Some(name), Said::Json(value))));
                continue;
            }
            left.push(match word.split_once('=') {
                Some((name, text)) => match name.strip_suffix(':') {
                    Some(name) => {
                        let value = serde_json::from_str(text)
                            .map_err(|e| format!("the answer to {name:?} is not JSON: {}", reason(&e)))?;
                        (Some(name.to_owned()), Said::Json(value))
                    }
                    None => (Some(name.to_owned()), Said::Text(text.to_owned())),
                },
                None => (None, Said::Text(word.clone())),
            });
        }
        Ok(Answers { left })
    }

    /// Whether somebody has something to say.
    pub(super) fn given(&self) -> bool {
        !self.left.is_empty()
    }

    /// What was answered and never asked for, in words.
    pub(super) fn unused(&self) -> Option<String> {
        let said = |(name, said): &(Option<String>, Said)| match (name, said) {
            (Some(name), _) => Some(format!("{name:?}")),
            (None, Said::Text(text)) => Some(format!("{text:?}")),
            (None, Said::Json(value)) => Some(value.to_string()),
            (None, Said::Decline) => None,
        };
        let left: Vec<String> = self.left.iter().filter_map(said).collect();
        (!left.is_empty()).then(|| format!("note: nothing was asked that these answer: {}", left.join(", ")))
    }

    /// The names that were typed and that no field has, in words: a sentence.
    pub(super) fn stray(&self, fields: &[String]) -> Option<String> {
        let known = |name: &&str| fields.iter().any(|field| field == name);
        let names: Vec<&str> =
            self.left.iter().filter_map(|(name, _)| name.as_deref()).filter(|name| !known(name)).collect();
        let first = names.first()?;
        let near = nearest(first, fields.iter().map(String::as_str));
        let hint = near.map_or_else(|| ".".to_owned(), |near| format!(", did you mean {near:?}?"));
        Some(format!(
            "it has no field {}{hint}",
            names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
        ))
    }

    /// Whether the question whose turn it is, and that nothing answered, is declined.
    pub(super) fn declines(&mut self) -> bool {
        let Some(at) = self.declines_at() else { return false };
        if at + 1 < self.left.len() {
            self.left.remove(at);
        }
        true
    }

    /// Whether something is declined, now or later.
    pub(super) fn will_decline(&self) -> bool {
        self.declines_at().is_some()
    }

    fn declines_at(&self) -> Option<usize> {
        self.left.iter().position(|(_, said)| *said == Said::Decline)
    }

    fn take(&mut self, wanted: impl Fn(Option<&str>) -> bool) -> Option<Said> {
        let now = self.left.get(..self.declines_at().unwrap_or(self.left.len()))?;
        let at = now.iter().position(|(name, _)| wanted(name.as_deref()))?;
        Some(self.left.remove(at).1)
    }

    /// The answer to go on or not.
    pub(super) fn confirmation(&mut self) -> Result<Option<bool>, String> {
        let Some(said) = self.take(|name| name.is_none()) else { return Ok(None) };
        let value = said.value(&json!({ "type": "boolean" }))?;
        Ok(value.as_bool())
    }

    /// The value of a form's field; `alone` when the form has no other.
    pub(super) fn field(&mut self, name: &str, field: &Value, alone: bool) -> Result<Option<Value>, String> {
        let said = self
            .take(|given| given == Some(name))
            .or_else(|| if alone { self.take(|given| given.is_none()) } else { None });
        let Some(said) = said else { return Ok(None) };
        said.value(field).map(Some).map_err(|why| format!("the answer to {name:?} does not fit: {why}"))
    }
}

impl Said {
    fn value(self, field: &Value) -> Result<Value, String> {
        let value = match self {
            Said::Json(value) => value,
            Said::Text(text) => entered(&text, field)?.unwrap_or_else(|| text.into()),
            // It is no answer, and never taken as one.
            Said::Decline => Value::Null,
        };
        match field.as_object().and_then(|field| problem(field, &value)) {
            Some(why) => Err(why),
            None => Ok(value),
        }
    }
}

/// What to write for a function that asks: an answer to each field that its first form requires.
pub(super) fn hint(common: Option<&Common>) -> String {
    let form = common.and_then(|common| common.forms.first()).and_then(|form| form().ok());
    let fields = form.map(|form| signature::of_form(&form)).unwrap_or_default();
    let required = fields.iter().filter(|field| field.required);
    let options = to_write(required.map(|field| (field.name.as_str(), &field.schema)));
    if options.is_empty() { "--answer NAME=VALUE".into() } else { options }
}

/// What to write for these fields of a form: `--answer name=NAME --answer table=window`.
pub(super) fn to_write<'a>(fields: impl Iterator<Item = (&'a str, &'a Value)>) -> String {
    let option = |(at, (name, field)): (usize, (&str, &Value))| match name {
        // A form that asks for one value has no name for it worth showing.
        "value" => {
            format!("--answer {}", sample::quoted(&shown(&sample::value(&sample::json(field, field, name, at)))))
        }
        _ => format!("--answer {}", sample::pair(name, field, field, at)),
    };
    fields.enumerate().map(option).collect::<Vec<_>>().join(" ")
}

fn shown(value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".into(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(words: &[&str]) -> Answers {
        let reply = |word: &&str| if *word == "!" { Reply::Decline } else { Reply::Answer((*word).to_owned()) };
        Answers::read(&words.iter().map(reply).collect::<Vec<_>>()).unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn each_answers_once() {
        let mut given = answers(&["name=Ada", "yes", "name=Bo", "7"]);
        let text = json!({ "type": "string" });
        let mut ask = |name: &str, alone| given.field(name, &text, alone);
        assert_eq!(ask("name", false), Ok(Some("Ada".into())));
        assert_eq!(ask("other", false), Ok(None));
        assert_eq!(ask("name", true), Ok(Some("Bo".into())));
        assert_eq!(given.confirmation(), Ok(Some(true)));
        assert_eq!(given.field("value", &json!({ "type": "integer" }), true), Ok(Some(7.into())));
        assert_eq!(given.unused(), None);
        let given = answers(&["nmae=Ada", "no"]);
        assert_eq!(given.unused().as_deref(), Some("note: nothing was asked that these answer: \"nmae\", \"no\""));
    }

    #[test]
    fn what_no_answer_before_answers_is_declined() {
        let mut given = answers(&["yes", "!", "no", "name=Ada", "!"]);
        assert_eq!((given.confirmation(), given.confirmation()), (Ok(Some(true)), Ok(None)));
        assert!(given.declines(), "the second question");
        assert_eq!(given.confirmation(), Ok(Some(false)));
        assert_eq!(given.field("name", &json!({ "type": "string" }), false), Ok(Some("Ada".into())));
        assert!(given.will_decline() && given.declines() && given.declines(), "the last one is for all that comes");
        assert_eq!((given.unused(), given.given()), (None, true));
        assert!(!answers(&["yes"]).declines());
    }

    #[test]
    fn what_is_typed_fits_the_form_or_is_told() {
        let mut given = answers(&["guests=many", "table=Garden", "{\"sizes\":[\"s\"],\"n\":1}", "s:=1"]);
        let table = json!({ "type": "string", "oneOf": [{ "const": "g", "title": "Garden" }] });
        let guests = json!({ "type": "integer", "maximum": 12 });
        let why = "the answer to \"guests\" does not fit: a whole number, please";
        assert_eq!(given.field("guests", &guests, false), Err(why.into()));
        assert_eq!(given.field("table", &table, false), Ok(Some("g".into())));
        let sizes = json!({ "type": "array", "items": { "type": "string", "enum": ["s", "m"] } });
        assert_eq!(given.field("sizes", &sizes, false), Ok(Some(json!(["s"]))));
        assert_eq!(given.field("n", &guests, false), Ok(Some(1.into())));
        let why = "the answer to \"s\" does not fit: expected a text";
        assert_eq!(given.field("s", &json!({ "type": "string" }), false), Err(why.into()));
        let unread = |word: &str| Answers::read(&[Reply::Answer(word.to_owned())]).expect_err("no JSON");
        assert_eq!(unread("a:=x"), "the answer to \"a\" is not JSON: expected value");
        assert!(unread("{x").starts_with("the answer \"{x\" is not a JSON object: "), "{}", unread("{x"));
    }

    #[test]
    fn what_to_write_is_told() {
        let fields = [("name", json!({ "type": "string" })), ("value", json!({ "type": "boolean" }))];
        let fields = fields.iter().map(|(name, field)| (*name, field));
        assert_eq!(to_write(fields), "--answer name=NAME --answer yes");
    }
}
