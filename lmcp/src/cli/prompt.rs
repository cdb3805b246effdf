//! What a tool asks while it is run from the command line: on a terminal, the person there answers.
//!
//! Each field of a form is a line. An empty line takes the default, or leaves an optional field empty; the end of the
//! input closes the question.

use crate::ask::form::problem;
use crate::client::{Entries, Respond};
use crate::handler::entry::BoxFuture;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::Arc;

/// What the command line can be asked, and who answers.
pub(super) fn answers() -> (Value, Arc<dyn Respond>) {
    let capabilities =
        if io::stdin().is_terminal() { json!({ "elicitation": { "form": {}, "url": {} } }) } else { json!({}) };
    (capabilities, Arc::new(Terminal))
}

struct Terminal;

impl Respond for Terminal {
    fn respond<'a>(&'a self, method: &'a str, params: &'a RawValue) -> BoxFuture<'a, Result<Value, Value>> {
        Box::pin(async move {
            if method != "elicitation/create" {
                return Err(json!({ "code": -32601, "message": format!("the command line does not answer {method}") }));
            }
            let params = params.get().to_owned();
            let answer = tokio::task::spawn_blocking(move || ask(&params, &mut io::stdin().lock(), &mut io::stderr()));
            let failed = |why: String| json!({ "code": -32603, "message": why });
            answer.await.map_err(|e| failed(e.to_string()))?.map_err(|e| failed(e.to_string()))
        })
    }
}

/// Asks one question; gives the result of `elicitation/create`.
fn ask(params: &str, input: &mut impl BufRead, output: &mut impl Write) -> io::Result<Value> {
    let order = field_order(params);
    let params: &Value = &serde_json::from_str(params)?;
    let text = |key: &str| params.get(key).and_then(Value::as_str);
    writeln!(output, "{}", text("message").unwrap_or_default())?;
    if let Some(url) = text("url") {
        writeln!(output, "  {url}")?;
        return confirm("Will you go there?", input, output);
    }
    let schema = params.get("requestedSchema");
    let Some(fields) = schema.and_then(|schema| schema.get("properties")).and_then(Value::as_object) else {
        return confirm("Go on?", input, output);
    };
    if fields.is_empty() {
        return confirm("Go on?", input, output);
    }
    let required = schema.and_then(|schema| schema.get("required")).and_then(Value::as_array);
    let mut content = Map::new();
    for (name, field) in order.iter().filter_map(|name| fields.get_key_value(name)) {
        let is_required = required.is_some_and(|names| names.iter().any(|required| required == name));
        loop {
            write!(output, "  {}", label(name, field, is_required))?;
            output.flush()?;
            let Some(line) = read_line(input)? else {
                writeln!(output)?;
                return Ok(json!({ "action": "cancel" }));
            };
            let fits = |value: &Value| match field.as_object().and_then(|field| problem(field, value)) {
                Some(why) => Err(why),
                None => Ok(()),
            };
            match entered(&line, field).and_then(|value| value.as_ref().map_or(Ok(()), fits).map(|()| value)) {
                Ok(Some(value)) => drop(content.insert(name.clone(), value)),
                Ok(None) if is_required && field.get("default").is_none() => {
                    writeln!(output, "  (this one is required; Ctrl-D closes the question)")?;
                    continue;
                }
                Ok(None) => content.extend(field.get("default").map(|default| (name.clone(), default.clone()))),
                Err(why) => {
                    writeln!(output, "  ({why})")?;
                    continue;
                }
            }
            break;
        }
    }
    Ok(json!({ "action": "accept", "content": content }))
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

fn confirm(question: &str, input: &mut impl BufRead, output: &mut impl Write) -> io::Result<Value> {
    loop {
        write!(output, "  {question} (y/n) ")?;
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

fn read_line(input: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = String::new();
    Ok((input.read_line(&mut line)? > 0).then(|| line.trim().to_owned()))
}

/// What is asked for, with its choices and what an empty line means.
fn label(name: &str, field: &Value, is_required: bool) -> String {
    let text = |key: &str| field.get(key).and_then(Value::as_str);
    // A form that asks for one value has no name for it worth showing.
    let name = text("title").unwrap_or(if name == "value" { "" } else { name });
    let mut notes: Vec<String> = text("description").map(str::to_owned).into_iter().collect();
    let (choices, several) = choices(field);
    if !choices.is_empty() {
        // Either may be typed; a comma would stand for two of them.
        let shown = |(value, title): &(String, String)| if title.contains(',') { value.clone() } else { title.clone() };
        let choices: Vec<String> = choices.iter().map(shown).collect();
        notes.push(format!("{}{}", choices.join(", "), if several { "; several with commas" } else { "" }));
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
    format!("{name}{notes}: ").trim_start().to_owned()
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
fn entered(line: &str, field: &Value) -> Result<Option<Value>, String> {
    if line.is_empty() {
        return Ok(None);
    }
    let (choices, several) = choices(field);
    let choose = |text: &str| {
        let named =
            choices.iter().find(|(value, title)| value.eq_ignore_ascii_case(text) || title.eq_ignore_ascii_case(text));
        named.map(|(value, _)| Value::from(value.as_str())).ok_or_else(|| format!("{text:?} is none of the choices"))
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
mod tests {
    use super::ask;
    use serde_json::{Value, json};

    fn asked(params: Value, typed: &str) -> (Value, String) {
        asked_as_written(&params.to_string(), typed)
    }

    fn asked_as_written(params: &str, typed: &str) -> (Value, String) {
        let mut output = Vec::new();
        let answer = ask(params, &mut typed.as_bytes(), &mut output).expect("in memory");
        (answer, String::from_utf8(output).expect("text"))
    }

    #[test]
    fn a_form_is_filled_in_line_by_line() {
        let schema = json!({
            "type": "object",
            "properties": {
                "age": { "type": "integer", "description": "In years.", "maximum": 120 },
                "color": { "type": "string", "oneOf": [{ "const": "r", "title": "Red" }, { "const": "g", "title": "Green" }] },
                "days": { "type": "integer", "default": 3 },
                "name": { "type": "string" },
                "sizes": { "type": "array", "items": { "type": "string", "enum": ["s", "m", "l"] } },
                "sure": { "type": "boolean" },
            },
            "required": ["age", "color", "sure"],
        });
        let params = json!({ "message": "Who?", "requestedSchema": schema });
        let (answer, shown) = asked(params.clone(), "\nx\n700\n7\nred\n\n\ns, L\ny\n");
        let content = json!({ "age": 7, "color": "r", "days": 3, "sizes": ["s", "l"], "sure": true });
        assert_eq!(answer, json!({ "action": "accept", "content": content }));
        for part in [
            "Who?\n  age (In years.): ",
            "required; Ctrl-D",
            "a whole number, please",
            "(expected an integer up to 120)",
            "color (Red, Green): ",
            "days (default 3): ",
            "name (optional): ",
            "sizes (s, m, l; several with commas; optional): ",
            "sure (y/n): ",
        ] {
            assert!(shown.contains(part), "{part:?} in {shown}");
        }
        assert_eq!(asked(params, "7\n").0, json!({ "action": "cancel" }), "the input ends");
    }

    #[test]
    fn fields_come_as_they_were_written() {
        let params =
            r#"{"message":"?","requestedSchema":{"properties":{"z":{"type":"string"},"a":{"type":"string"}}}}"#;
        assert_eq!(asked_as_written(params, "1\n2\n").0["content"], json!({ "z": "1", "a": "2" }));
    }

    #[test]
    fn what_has_no_fields_is_confirmed() {
        let empty = json!({ "message": "Go?", "requestedSchema": { "type": "object", "properties": {} } });
        assert_eq!(asked(empty.clone(), "hm\nY\n").0, json!({ "action": "accept" }));
        assert_eq!(asked(empty.clone(), "n\n").0, json!({ "action": "decline" }));
        assert_eq!(asked(empty, "").0, json!({ "action": "cancel" }));
        let (answer, shown) = asked(json!({ "mode": "url", "message": "Pay.", "url": "https://e.org" }), "y\n");
        assert_eq!(answer["action"], "accept");
        assert!(shown.contains("https://e.org"));
    }
}
