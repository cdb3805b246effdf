//! What a tool asks while it is run from the command line: answers that stand there are taken; on a terminal, the person
//! there gives the others.
//!
//! Each field of a form is a line. An empty line takes the default, or leaves an optional field empty; [`DECLINE`] alone
//! declines, and the end of the input closes the question.

use super::answers::{Answers, NOTHING, VALUE, YES, to_write};
use super::status::Status;
use super::text::visible;
use crate::ask::form::problem;
use crate::ask::rounds::NOTE;
use crate::client::{Entries, Respond};
use crate::handler::entry::BoxFuture;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// The line that declines to answer.
const DECLINE: &str = "!";
const HOW: &str = "  (! alone declines to answer, Ctrl-D closes the question)";

const OR_DECLINE: &str = ", or --decline";

/// Who answers what is asked, and with what.
pub(super) struct Asked {
    answers: Mutex<Answers>,
    /// Somebody is there.
    person: bool,
    status: Arc<Status>,
}

impl Asked {
    pub(super) fn new(answers: Answers, status: Arc<Status>) -> Self {
        Asked { answers: Mutex::new(answers), person: io::stdin().is_terminal(), status }
    }

    /// What the command line can be asked.
    pub(super) fn capabilities(&self) -> Value {
        let answers = self.person || self.answers.lock().unwrap_or_else(PoisonError::into_inner).given();
        if answers { json!({ "elicitation": { "form": {}, "url": {} } }) } else { json!({}) }
    }

    /// What was answered and never asked for, in words.
    pub(super) fn unused(&self) -> Option<String> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).unused()
    }

    fn answer(&self, params: &str) -> io::Result<Value> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        self.status.clear();
        let mut stdin = io::stdin().lock();
        let person: Option<&mut dyn BufRead> = if self.person { Some(&mut stdin) } else { None };
        ask(params, &mut answers, person, &mut io::stderr())
    }
}

/// As the server's client.
pub(super) struct Terminal(pub(super) Arc<Asked>);

impl Respond for Terminal {
    fn respond<'a>(&'a self, method: &'a str, params: &'a RawValue) -> BoxFuture<'a, Result<Value, Value>> {
        Box::pin(async move {
            if method != "elicitation/create" {
                return Err(json!({ "code": -32601, "message": format!("the command line does not answer {method}") }));
            }
            let (params, asked) = (params.get().to_owned(), self.0.clone());
            let answer = tokio::task::spawn_blocking(move || asked.answer(&params));
            let failed = |why: String| json!({ "code": -32603, "message": why });
            answer.await.map_err(|e| failed(e.to_string()))?.map_err(|e| failed(e.to_string()))
        })
    }
}

/// Asks one question of the command line, and then of the person, if one is there; gives the result of
/// `elicitation/create`.
fn ask(
    params: &str,
    answers: &mut Answers,
    mut person: Option<&mut dyn BufRead>,
    output: &mut impl Write,
) -> io::Result<Value> {
    let order = field_order(params);
    let params: &Value = &serde_json::from_str(params)?;
    let text = |key: &str| params.get(key).and_then(Value::as_str);
    let question = visible(text("message").unwrap_or_default());
    let schema = params.get("requestedSchema");
    let fields = schema.and_then(|schema| schema.get("properties")).and_then(Value::as_object);
    let Some(fields) = fields.filter(|fields| text("url").is_none() && !fields.is_empty()) else {
        let page = text("url").map(|url| format!("\n  {}", visible(url))).unwrap_or_default();
        if let Some(yes) = answers.confirmation(&question).map_err(io::Error::other)? {
            answers.answered(&question, schema);
            return Ok(json!({ "action": if yes { "accept" } else { "decline" } }));
        }
        if answers.declines() {
            return Ok(json!({ "action": "decline" }));
        }
        let Some(input) = person else {
            let add = format!("{YES}, --answer no{OR_DECLINE}");
            return Err(unanswered(&format!("{question}{page}"), &add, answers.varied(&question, schema)));
        };
        writeln!(output, "{question}{page}")?;
        return confirm(if page.is_empty() { "Go on?" } else { "Will you go there?" }, input, output);
    };
    let required = schema.and_then(|schema| schema.get("required")).and_then(Value::as_array);
    let is_required = |name: &str, field: &Value| {
        required.is_some_and(|names| names.iter().any(|required| required == name)) && field.get("default").is_none()
    };
    let default = |name: &String, field: &Value| Some((name.clone(), field.get("default")?.clone()));
    let none_is_required = !fields.iter().any(|(name, field)| is_required(name, field));
    if none_is_required && answers.nothing(&order) {
        let content: Map<_, _> = fields.iter().filter_map(|(name, field)| default(name, field)).collect();
        return Ok(json!({ "action": "accept", "content": content }));
    }
    let (mut content, mut open) = (Map::new(), Vec::new());
    let alone = (fields.len() == 1).then_some(&*question);
    for (name, field) in order.iter().filter_map(|name| fields.get_key_value(name)) {
        match answers.field(name, field, alone).map_err(io::Error::other)? {
            Some(value) => drop(content.insert(name.clone(), value)),
            None => open.push((name, field)),
        }
    }
    if content.is_empty() && answers.declines() {
        return Ok(json!({ "action": "decline" }));
    }
    if !content.is_empty() {
        answers.answered(&question, schema);
    }
    if person.is_none() {
        // One that declines what nothing answers does not decline what is answered in part.
        let or_decline = if answers.will_decline() { "" } else { OR_DECLINE };
        let mut missing: Vec<_> = open.iter().copied().filter(|(name, field)| is_required(name, field)).collect();
        let mut or_nothing = String::new();
        // What nobody answers is not accepted, also where it could be.
        if none_is_required && content.is_empty() {
            missing.extend(open.first());
            or_nothing = format!(", {NOTHING} to leave all out");
        }
        // What no form can ask for is found when the answer is read: then the same is asked again.
        if let Some((asked, why)) = question.split_once(NOTE).filter(|_| !missing.is_empty()) {
            return Err(io::Error::other(format!("the answer to {asked:?} does not fit: {why}")));
        }
        let add = to_write(missing.iter().map(|(name, field)| (name.as_str(), *field)), alone.is_some());
        let names: Vec<&str> = open.iter().map(|(name, _)| name.as_str()).collect();
        match (missing.is_empty(), answers.stray(&order, &names)) {
            (true, Some((stray, true))) => {
                return Err(io::Error::other(format!("not all answers fit the question {question:?}: {stray}")));
            }
            (true, _) => {}
            (false, None) => {
                let add = format!("{add}{or_nothing}{or_decline}");
                return Err(unanswered(&question, &add, answers.varied(&question, schema)));
            }
            (false, Some((stray, _))) => {
                let why =
                    format!("nothing answers the question {question:?}: {stray} Add {add}{or_nothing}{or_decline}");
                return Err(io::Error::other(why));
            }
        }
    } else if !open.is_empty() {
        writeln!(output, "{question}\n{HOW}")?;
    }
    for (name, field) in open {
        let entered = match &mut person {
            Some(input) => match enter(
                if alone.is_some() && name == VALUE { "" } else { name },
                field,
                is_required(name, field),
                *input,
                output,
            )? {
                Typed::Value(entered) => entered,
                Typed::Declined => return Ok(json!({ "action": "decline" })),
                Typed::End => return Ok(json!({ "action": "cancel" })),
            },
            None => None,
        };
        content.extend(entered.map(|value| (name.clone(), value)).or_else(|| default(name, field)));
    }
    Ok(json!({ "action": "accept", "content": content }))
}

/// Nobody is there, and nothing on the command line answers.
fn unanswered(question: &str, options: &str, varied: Option<&str>) -> io::Error {
    let why = varied.map_or_else(
        || format!("; add {options}"),
        |last| {
            format!(
                ". Before it, {last:?} was answered: if that is the same question, its text varies from run to run, and it \
                 is never answered; give it a name of its own with `.key(\"…\")`. If it is another one, add {options}"
            )
        },
    );
    io::Error::other(format!("nothing answers the question {question:?}{why}"))
}

/// What became of a field that the person was asked for.
enum Typed {
    /// `None` for an empty line.
    Value(Option<Value>),
    Declined,
    End,
}

/// Asks the person for one field until what is typed fits. The name of a form's only value is empty.
fn enter(
    name: &str,
    field: &Value,
    is_required: bool,
    input: &mut dyn BufRead,
    output: &mut impl Write,
) -> io::Result<Typed> {
    let (choices, _) = choices(field);
    for (at, (value, title)) in choices.iter().enumerate() {
        let value = if value.eq_ignore_ascii_case(title) { String::new() } else { format!(" ({value})") };
        writeln!(output, "  {:>3}  {}", at + 1, visible(&format!("{title}{value}")))?;
    }
    loop {
        write!(output, "  {}", label(name, field, is_required))?;
        output.flush()?;
        let Some(line) = read_line(input)? else {
            writeln!(output)?;
            return Ok(Typed::End);
        };
        if line == DECLINE {
            return Ok(Typed::Declined);
        }
        let line = by_number(&line, &choices);
        let fits = |value: &Value| match field.as_object().and_then(|field| problem(field, value)) {
            Some(why) => Err(why),
            None => Ok(()),
        };
        match entered(&line, field).and_then(|value| value.as_ref().map_or(Ok(()), fits).map(|()| value)) {
            Ok(None) if is_required => writeln!(output, "  (this one is required; Ctrl-D closes the question)")?,
            Ok(value) => return Ok(Typed::Value(value)),
            Err(why) => writeln!(output, "  ({why})")?,
        }
    }
}

/// What was typed, with the choices in place of their numbers; one that is called as a number is meant itself.
fn by_number(line: &str, choices: &[Choice]) -> String {
    if choices.is_empty() {
        return line.to_owned();
    }
    let chosen = |part: &str| {
        let part = part.trim();
        let named = choices.iter().any(|(value, title)| value == part || title == part);
        let at = part.parse::<usize>().ok().filter(|_| !named).and_then(|number| number.checked_sub(1));
        at.and_then(|at| choices.get(at)).map_or(part, |(value, _)| value).to_owned()
    };
    line.split(',').map(chosen).collect::<Vec<_>>().join(",")
}

/// The names of a form's fields, in the order in which the server wrote them.
fn field_order(params: &str) -> Vec<String> {
    #[derive(Deserialize)]
    struct Params {
        #[serde(rename = "requestedSchema")]
        schema: Schema,
    }
    #[derive(Deserialize)]
    struct Schema {
        properties: Entries,
    }
    let params = serde_json::from_str::<Params>(params);
    params.map(|params| params.schema.properties.0.into_iter().map(|(name, _)| name).collect()).unwrap_or_default()
}

fn confirm(question: &str, input: &mut dyn BufRead, output: &mut impl Write) -> io::Result<Value> {
    loop {
        write!(output, "  {question} (y/n; Ctrl-D closes the question) ")?;
        output.flush()?;
        let action = match read_line(input)?.as_deref().map(str::to_lowercase).as_deref() {
            None => "cancel",
            Some("y" | "yes") => "accept",
            Some("n" | "no") => "decline",
            Some(_) => continue,
        };
        return Ok(json!({ "action": action }));
    }
}

fn read_line(input: &mut dyn BufRead) -> io::Result<Option<String>> {
    let mut line = String::new();
    Ok((input.read_line(&mut line)? > 0).then(|| line.trim().to_owned()))
}

/// What is asked for, with its choices and what an empty line means.
fn label(name: &str, field: &Value, is_required: bool) -> String {
    let text = |key: &str| field.get(key).and_then(Value::as_str);
    let name = text("title").unwrap_or(name);
    let sentence = |text: &str| text.trim_end().trim_end_matches('.').to_owned();
    let mut notes: Vec<String> = text("description").map(sentence).into_iter().collect();
    match choices(field) {
        (choices, _) if choices.is_empty() => {}
        (_, false) => notes.push("a number or a name".into()),
        (_, true) => notes.push("numbers or names, several with commas".into()),
    }
    if text("type") == Some("boolean") {
        notes.push("y/n".into());
    }
    match field.get("default") {
        Some(Value::String(default)) => notes.push(format!("default {default}")),
        Some(default) => notes.push(format!("default {default}")),
        None if !is_required => notes.push("optional".into()),
        None => {}
    }
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
    // The question is what it is called.
    let end = match (name.is_empty(), notes.is_empty()) {
        (false, _) => ":",
        (true, true) => ">",
        (true, false) => " >",
    };
    visible(format!("{name}{notes}{end} ").trim_start()).into_owned()
}

/// A choice's value, and its title.
type Choice = (String, String);

/// The choices of a field, and whether it takes several.
fn choices(field: &Value) -> (Vec<Choice>, bool) {
    let several = field.get("items").is_some();
    let of = field.get("items").unwrap_or(field);
    let plain = |value: &Value| value.as_str().map(|value| (value.to_owned(), value.to_owned()));
    let titled =
        |choice: &Value| Some((choice.get("const")?.as_str()?.to_owned(), choice.get("title")?.as_str()?.to_owned()));
    let list = |key: &str| of.get(key).and_then(Value::as_array);
    let choices = match (list("enum"), list("oneOf").or_else(|| list("anyOf"))) {
        (Some(values), _) => values.iter().filter_map(plain).collect(),
        (None, Some(members)) => members.iter().filter_map(titled).collect(),
        (None, None) => Vec::new(),
    };
    (choices, several)
}

/// The value of what was typed; `None` for nothing.
pub(super) fn entered(line: &str, field: &Value) -> Result<Option<Value>, String> {
    if line.is_empty() {
        return Ok(None);
    }
    let (choices, several) = choices(field);
    let choose = |text: &str| {
        let named =
            choices.iter().find(|(value, title)| value.eq_ignore_ascii_case(text) || title.eq_ignore_ascii_case(text));
        let shown = |(value, title): &Choice| {
            if value.eq_ignore_ascii_case(title) { value.clone() } else { format!("{value} ({title})") }
        };
        let known = || choices.iter().map(shown).collect::<Vec<_>>().join(", ");
        named.map(|(value, _)| Value::from(value.as_str())).ok_or_else(|| format!("{text:?} is none of {}", known()))
    };
    Ok(Some(match field.get("type").and_then(Value::as_str) {
        _ if several => line.split(',').map(|part| choose(part.trim())).collect::<Result<Value, _>>()?,
        Some("string") if !choices.is_empty() => choose(line)?,
        Some("integer") => line.parse::<i64>().map_err(|_| "a whole number, please")?.into(),
        Some("number") => {
            let number = line.parse::<f64>().ok().filter(|number| number.is_finite());
            number.ok_or("a number, please")?.into()
        }
        Some("boolean") => match line.to_lowercase().as_str() {
            "y" | "yes" | "true" => true.into(),
            "n" | "no" | "false" => false.into(),
            _ => return Err("y or n, please".into()),
        },
        _ => line.into(),
    }))
}

#[cfg(test)]
mod tests;
