//! Answers that stand on the command line, for a tool that asks where nobody is: `--answer place=4A`, `--decline`.
//!
//! Each answers once, in the order in which they were typed: a form takes the first one for each of its fields, a
//! question without fields the first one without a name, a list all that stand together. `{}` accepts a form whose fields
//! may all be left out. `--decline` declines the first question that no answer before it answers, and those behind it are
//! for the questions that come then; the last one declines all that is asked.

use super::prompt::entered;
use super::{sample, signature};
use crate::ask::form::problem;
use crate::handler::call::reason;
use crate::registry::item::Common;
use crate::registry::nearest::nearest;
use serde_json::{Map, Value, json};

/// The name of the only field of a form that asks for one value: none that is worth showing.
pub(super) const VALUE: &str = "value";
/// What goes on.
pub(super) const YES: &str = "--answer yes";
/// What accepts a form whose fields may all be left out.
pub(super) const NOTHING: &str = "--answer '{}'";

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
    has_declined: bool,
    /// What was asked last and answered from here: the text, and the form.
    last: Option<(String, Value)>,
}

/// One answer.
#[derive(Clone, Debug, PartialEq)]
enum Said {
    /// As somebody would type it on a terminal.
    Text(String),
    Json(Value),
    /// `{}`: yes, and no field.
    Nothing,
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
                if object.is_empty() {
                    left.push((None, Said::Nothing));
                }
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
        Ok(Answers { left, ..Answers::default() })
    }

    /// Remembers a question that was answered.
    pub(super) fn answered(&mut self, question: &str, form: Option<&Value>) {
        self.last = Some((question.to_owned(), form.cloned().unwrap_or_default()));
    }

    /// The question before this one, if it is the same form with nearly the same text. A function that is run again with
    /// the answer asks the same, and finds it; one whose text varies asks for ever.
    pub(super) fn varied(&self, question: &str, form: Option<&Value>) -> Option<&str> {
        let (last, of) = self.last.as_ref()?;
        let same = |(a, b): &(char, char)| a == b;
        let before = last.chars().zip(question.chars()).take_while(same).count();
        let behind = last.chars().rev().zip(question.chars().rev()).take_while(same).count();
        let is_near = (before + behind) * 2 >= last.chars().count().max(question.chars().count());
        (last != question && is_near && *of == *form.unwrap_or(&Value::Null)).then_some(last)
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
            (None, Said::Nothing) => Some("{}".into()),
            (None, Said::Decline) => (!self.has_declined).then(|| "--decline".into()),
        };
        let left: Vec<String> = self.left.iter().filter_map(said).collect();
        (!left.is_empty()).then(|| format!("note: nothing was asked that these answer: {}", left.join(", ")))
    }

    /// The names that were typed for this question, or one behind it, and that no field of it has, in words: sentences;
    /// and whether one of them is nearly that of a field that is `open`.
    pub(super) fn stray(&self, fields: &[String], open: &[&str]) -> Option<(String, bool)> {
        let known = |name: &&str| fields.iter().any(|field| field == name);
        let names: Vec<&str> =
            self.now().iter().filter_map(|(name, _)| name.as_deref()).filter(|name| !known(name)).collect();
        let near = names.iter().find_map(|name| nearest(name, open.iter().copied()));
        let hint = near.map_or_else(|| ".".to_owned(), |near| format!(", did you mean {near:?}?"));
        let names = names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
        let all = fields.join(", ");
        (!names.is_empty()).then(|| (format!("it has no field {names}{hint} Its fields: {all}."), near.is_some()))
    }

    /// Whether the question whose turn it is, and that nothing answered, is declined.
    pub(super) fn declines(&mut self) -> bool {
        let Some(at) = self.declines_at() else { return false };
        self.has_declined = true;
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

    /// What stands before the first that declines.
    fn now(&self) -> &[(Option<String>, Said)] {
        self.left.get(..self.declines_at().unwrap_or(self.left.len())).unwrap_or_default()
    }

    fn at(&self, wanted: impl Fn(Option<&str>, &Said) -> bool) -> Option<usize> {
        self.now().iter().position(|(name, said)| wanted(name.as_deref(), said))
    }

    fn take(&mut self, wanted: impl Fn(Option<&str>, &Said) -> bool) -> Option<Said> {
        self.at(wanted).map(|at| self.left.remove(at).1)
    }

    /// The answer to go on or not.
    pub(super) fn confirmation(&mut self, question: &str) -> Result<Option<bool>, String> {
        match self.take(|name, _| name.is_none()) {
            None => Ok(None),
            Some(Said::Nothing) => Ok(Some(true)),
            Some(said) => said.value(&json!({ "type": "boolean" }), question).map(|value| value.as_bool()),
        }
    }

    /// Whether a form whose fields may all be left out is accepted as it is: `{}` stands before the fields of it.
    pub(super) fn nothing(&mut self, fields: &[String]) -> bool {
        let alone = fields.len() == 1;
        let is_for = |(name, said): &(Option<String>, Said)| match name {
            Some(name) => fields.contains(name),
            None => alone || *said == Said::Nothing,
        };
        let Some(at) = self.now().iter().position(is_for) else { return false };
        let is_nothing = self.left.get(at).is_some_and(|(_, said)| *said == Said::Nothing);
        if is_nothing {
            self.left.remove(at);
        }
        is_nothing
    }

    /// The value of a form's field; `alone`, with the question, when the form has no other.
    pub(super) fn field(&mut self, name: &str, field: &Value, alone: Option<&str>) -> Result<Option<Value>, String> {
        let at = self.at(|given, _| given == Some(name));
        let at = at.or_else(|| alone.and_then(|_| self.at(|given, said| given.is_none() && *said != Said::Nothing)));
        let Some(at) = at else { return Ok(None) };
        let asked = alone.filter(|_| name == VALUE).unwrap_or(name);
        let mut value = self.left.remove(at).1.read(field, asked)?;
        // A list, item by item, as an argument is given: whether it fits is seen when all of it is there.
        while let Value::Array(items) = &mut value
            && matches!(self.now().get(at), Some((Some(next), Said::Text(_))) if next == name)
        {
            if let Value::Array(more) = self.left.remove(at).1.read(field, asked)? {
                items.extend(more);
            }
        }
        fitting(value, field, asked).map(Some)
    }
}

impl Said {
    /// The value that fits `field`, or that the answer to what was `asked` does not.
    fn value(self, field: &Value, asked: &str) -> Result<Value, String> {
        fitting(self.read(field, asked)?, field, asked)
    }

    /// The value, as far as its type goes.
    fn read(self, field: &Value, asked: &str) -> Result<Value, String> {
        Ok(match self {
            Said::Json(value) => value,
            Said::Text(text) => entered(&text, field).map_err(|why| unfit(asked, &why))?.unwrap_or_else(|| text.into()),
            // They are no values, and never taken as one.
            Said::Nothing | Said::Decline => Value::Null,
        })
    }
}

fn fitting(value: Value, field: &Value, asked: &str) -> Result<Value, String> {
    match field.as_object().and_then(|field| problem(field, &value)) {
        Some(why) => Err(unfit(asked, &why)),
        None => Ok(value),
    }
}

fn unfit(asked: &str, why: &str) -> String {
    format!("the answer to {asked:?} does not fit: {why}")
}

/// What to write for a function that asks: the first of [`examples`], or, where nobody knows its form, what there is.
pub(super) fn hint(common: Option<&Common>) -> String {
    let example = common.and_then(|common| examples(common).into_iter().next());
    example.unwrap_or_else(|| "--answer yes, --answer VALUE or --answer NAME=VALUE".into())
}

/// What to write for a function that says what it asks: an answer to each field that its first form requires, or to its
/// first field and to none where it requires none.
pub(super) fn examples(common: &Common) -> Vec<String> {
    let Some(form) = common.forms.first().and_then(|form| form().ok()) else { return Vec::new() };
    let fields = signature::of_form(&form);
    let alone = fields.len() == 1;
    let pair = |field: &'_ signature::Argument| (field.name.clone(), field.schema.clone());
    let required: Vec<_> = fields.iter().filter(|field| field.required).map(pair).collect();
    let written = |fields: &[(String, Value)]| to_write(fields.iter().map(|(name, field)| (&**name, field)), alone);
    match fields.first() {
        None => vec![YES.into()],
        Some(_) if !required.is_empty() => vec![written(&required)],
        Some(first) => vec![written(&[pair(first)]), NOTHING.into()],
    }
}

/// What to write for these fields of a form, which has no other if it is `alone`: `--answer name=NAME --answer table=window`.
pub(super) fn to_write<'a>(fields: impl Iterator<Item = (&'a str, &'a Value)>, alone: bool) -> String {
    let option = |(at, (name, field)): (usize, (&str, &Value))| match name {
        VALUE if alone => {
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
        assert_eq!(ask("name", None), Ok(Some("Ada".into())));
        assert_eq!(ask("other", None), Ok(None));
        assert_eq!(ask("name", Some("Who?")), Ok(Some("Bo".into())));
        assert_eq!(given.confirmation("Go?"), Ok(Some(true)));
        assert_eq!(given.field("value", &json!({ "type": "integer" }), Some("How old?")), Ok(Some(7.into())));
        assert_eq!(given.unused(), None);
        let given = answers(&["nmae=Ada", "no"]);
        assert_eq!(given.unused().as_deref(), Some("note: nothing was asked that these answer: \"nmae\", \"no\""));
    }

    #[test]
    fn what_no_answer_before_answers_is_declined() {
        let mut given = answers(&["yes", "!", "no", "name=Ada", "!"]);
        assert_eq!((given.confirmation("Go?"), given.confirmation("Go?")), (Ok(Some(true)), Ok(None)));
        assert!(given.declines(), "the second question");
        assert_eq!(given.confirmation("Go?"), Ok(Some(false)));
        assert_eq!(given.field("name", &json!({ "type": "string" }), None), Ok(Some("Ada".into())));
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
        assert_eq!(given.field("guests", &guests, None), Err(why.into()));
        assert_eq!(given.field("table", &table, None), Ok(Some("g".into())));
        let sizes = json!({ "type": "array", "items": { "type": "string", "enum": ["s", "m"] } });
        assert_eq!(given.field("sizes", &sizes, None), Ok(Some(json!(["s"]))));
        let mut items = answers(&["later=1", "sizes=s", "sizes=m", "n=1", "sizes=s", "sizes=x"]);
        assert_eq!(items.field("sizes", &sizes, None), Ok(Some(json!(["s", "m"]))));
        let two = json!({ "type": "array", "items": sizes["items"], "minItems": 2, "maxItems": 2 });
        let mut pairs = answers(&["sizes=s", "sizes=m"]);
        assert_eq!(pairs.field("sizes", &two, None), Ok(Some(json!(["s", "m"]))), "neither fits alone");
        let why = items.field("sizes", &sizes, None).expect_err("there is no x");
        assert!(why.starts_with("the answer to \"sizes\" does not fit: "), "{why}");
        assert_eq!(given.field("n", &guests, None), Ok(Some(1.into())));
        let why = "the answer to \"s\" does not fit: expected a text";
        assert_eq!(given.field("s", &json!({ "type": "string" }), None), Err(why.into()));
        let unread = |word: &str| Answers::read(&[Reply::Answer(word.to_owned())]).expect_err("no JSON");
        assert_eq!(unread("a:=x"), "the answer to \"a\" is not JSON: expected value");
        assert!(unread("{x").starts_with("the answer \"{x\" is not a JSON object: "), "{}", unread("{x"));
    }

    #[test]
    fn what_to_write_is_told() {
        let fields = [("name", json!({ "type": "string" })), ("value", json!({ "type": "boolean" }))];
        let fields = fields.iter().map(|(name, field)| (*name, field));
        // The name of a field is told, but of a form's only one that is called so.
        assert_eq!(to_write(fields.clone(), false), "--answer name=NAME --answer value=true");
        assert_eq!(to_write(fields.skip(1), true), "--answer yes");
    }

    #[test]
    fn nothing_is_an_answer_in_its_turn() {
        let mut given = answers(&["{}", "page=2", "{}", "{}"]);
        let fields = ["page".to_owned(), "size".to_owned()];
        let page = json!({ "type": "integer" });
        assert!(given.nothing(&fields), "it stands first");
        assert!(!given.nothing(&fields), "the page does");
        assert_eq!(given.field("page", &page, None), Ok(Some(2.into())));
        assert_eq!(given.field("page", &page, Some("Which?")), Ok(None), "it is no value");
        assert_eq!(given.confirmation("Go?"), Ok(Some(true)));
        assert_eq!(given.unused().as_deref(), Some("note: nothing was asked that these answer: {}"));
        let mut given = answers(&["!", "{}"]);
        assert!(!given.nothing(&fields), "it is behind");
    }

    #[test]
    fn an_answer_to_a_question_with_one_value_is_told_by_the_question() {
        let mut given = answers(&["x", "x", "x"]);
        let integer = json!({ "type": "integer" });
        let why = |asked: &str| Err(format!("the answer to {asked:?} does not fit: a whole number, please"));
        assert_eq!(given.field("value", &integer, Some("How old?")), why("How old?"));
        assert_eq!(given.field("age", &integer, Some("How old?")), why("age"));
        assert_eq!(given.confirmation("Go?"), Err("the answer to \"Go?\" does not fit: y or n, please".into()));
    }
}
