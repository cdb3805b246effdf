//! Questions, answered by what was typed before and by people.

use super::{Answers, ask};
use crate::cli::answers::Reply;
use serde_json::{Value, json};

fn asked(params: Value, typed: &str) -> (Value, String) {
    asked_as_written(&params.to_string(), typed)
}

fn asked_as_written(params: &str, typed: &str) -> (Value, String) {
    let mut output = Vec::new();
    let mut input = typed.as_bytes();
    let answer = ask(params, &mut Answers::default(), Some(&mut input), &mut output).expect("in memory");
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
    let (answer, shown) = asked(params.clone(), "\nx\n700\n7\n3\nred\n\n\ns, L\ny\n");
    let content = json!({ "age": 7, "color": "r", "days": 3, "sizes": ["s", "l"], "sure": true });
    assert_eq!(answer, json!({ "action": "accept", "content": content }));
    for part in [
        "Who?\n  (! alone declines to answer, Ctrl-D closes the question)\n  age (In years): ",
        "required; Ctrl-D",
        "a whole number, please",
        "(expected an integer up to 120)",
        "(\"3\" is none of r (Red), g (Green))",
        "    1  Red (r)\n    2  Green (g)\n  color (a number or a name): ",
        "days (default 3): ",
        "name (optional): ",
        "    3  l\n  sizes (numbers or names, several with commas; optional): ",
        "sure (y/n): ",
    ] {
        assert!(shown.contains(part), "{part:?} in {shown}");
    }
    let (answer, _) = asked(params.clone(), "7\n2\n\n\n3, 1\ny\n");
    assert_eq!((&answer["content"]["color"], &answer["content"]["sizes"]), (&json!("g"), &json!(["l", "s"])));
    assert_eq!(asked(params.clone(), "7\n!\n").0, json!({ "action": "decline" }));
    assert_eq!(asked(params, "7\n").0, json!({ "action": "cancel" }), "the input ends");
}

#[test]
fn fields_come_as_they_were_written() {
    let params = r#"{"message":"?","requestedSchema":{"properties":{"z":{"type":"string"},"a":{"type":"string"}}}}"#;
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

/// With answers on the command line, `!` for `--decline`, and what somebody types, if they are there.
fn ask_of(params: &Value, words: &[&str], typed: Option<&str>) -> (Result<Value, String>, String) {
    let reply = |word: &&str| if *word == "!" { Reply::Decline } else { Reply::Answer((*word).to_owned()) };
    let mut answers = Answers::read(&words.iter().map(reply).collect::<Vec<_>>()).expect("they are read");
    let (mut output, mut input) = (Vec::new(), typed.unwrap_or_default().as_bytes());
    let input: Option<&mut dyn std::io::BufRead> = if typed.is_some() { Some(&mut input) } else { None };
    let answer = ask(&params.to_string(), &mut answers, input, &mut output).map_err(|e| e.to_string());
    (answer, String::from_utf8(output).expect("text"))
}

#[test]
fn a_form_whose_fields_may_all_be_left_out_is_accepted_when_it_is_answered() {
    let properties = json!({ "page": { "type": "integer", "default": 3 }, "size": { "type": "integer" } });
    let form = json!({ "message": "Which?", "requestedSchema": { "properties": properties, "required": ["page"] } });
    let of = |words: &[&str]| ask_of(&form, words, None).0;
    let accepted = |content: Value| Ok(json!({ "action": "accept", "content": content }));
    assert_eq!(of(&["{}"]), accepted(json!({ "page": 3 })));
    assert_eq!(of(&["size=1"]), accepted(json!({ "page": 3, "size": 1 })));
    assert_eq!(ask_of(&form, &["{}"], Some("")), (accepted(json!({ "page": 3 })), String::new()), "nobody is asked");
    let add = "--answer page=3, --answer '{}' to leave all out, or --decline";
    let nothing = Err(format!("nothing answers the question \"Which?\"; add {add}"));
    assert_eq!((of(&[]), of(&["no"])), (nothing.clone(), nothing));
    let stray = "it has no field \"pge\", did you mean \"page\"? Its fields: page, size.";
    assert_eq!(of(&["pge=1"]), Err(format!("nothing answers the question \"Which?\": {stray} Add {add}")));
    assert_eq!(of(&["size=1", "pge=1"]), Err(format!("not all answers fit the question \"Which?\": {stray}")));
    // What is like none, or like one that is answered, may be for another question.
    let whole = accepted(json!({ "page": 1, "size": 1 }));
    assert_eq!((of(&["size=1", "page=1", "pge=2"]), of(&["size=1", "guests=2", "page=1"])), (whole.clone(), whole));
    assert_eq!(of(&["!", "pge=1"]), Ok(json!({ "action": "decline" })));
    let one = json!({ "message": "Why?", "requestedSchema": { "properties": { "value": { "type": "string" } } } });
    assert_eq!(ask_of(&one, &["{}"], None).0, accepted(json!({})));
    assert_eq!(ask_of(&one, &["so"], None).0, accepted(json!({ "value": "so" })));
}

#[test]
fn a_question_with_one_value_is_its_label() {
    let of = |field: Value, typed: &str| {
        let schema = json!({ "properties": { "value": field }, "required": ["value"] });
        asked(json!({ "message": "What?", "requestedSchema": schema }), typed).1
    };
    let how = "What?\n  (! alone declines to answer, Ctrl-D closes the question)\n";
    assert_eq!(of(json!({ "type": "string" }), "Ana\n"), format!("{how}  > "));
    assert_eq!(of(json!({ "type": "boolean" }), "y\n"), format!("{how}  (y/n) > "));
    assert_eq!(of(json!({ "type": "string", "title": "Name" }), "Ana\n"), format!("{how}  Name: "));
}

#[test]
fn what_the_command_line_answers_is_not_asked() {
    let properties =
        json!({ "name": { "type": "string" }, "age": { "type": "integer" }, "fan": { "type": "boolean" } });
    let form =
        json!({ "message": "Who?", "requestedSchema": { "properties": properties, "required": ["age", "name"] } });
    let page = json!({ "mode": "url", "message": "Pay.", "url": "https://e.org" });
    let accepted = |content: Value| Ok(json!({ "action": "accept", "content": content }));
    let whole = ask_of(&form, &["name=Ada", "age=7"], None);
    assert_eq!(whole, (accepted(json!({ "name": "Ada", "age": 7 })), String::new()));
    let partly = ask_of(&form, &["name=Ada", "fan=y"], Some("7\n"));
    assert_eq!(partly.0, accepted(json!({ "name": "Ada", "age": 7, "fan": true })));
    assert_eq!(partly.1, "Who?\n  (! alone declines to answer, Ctrl-D closes the question)\n  age: ");
    let why = "nothing answers the question \"Who?\": it has no field \"nme\", did you mean \"name\"? \
               Its fields: age, fan, name. Add \
               --answer age=1 --answer name=NAME, or --decline";
    assert_eq!(ask_of(&form, &["nme=Ada"], None).0, Err(why.into()));
    let why = "nothing answers the question \"Who?\": it has no field \"whatever\". Its fields: age, fan, name. Add \
               --answer age=1, or --decline";
    assert_eq!(ask_of(&form, &["name=Ada", "whatever=1"], None).0, Err(why.into()));
    let why = "nothing answers the question \"Who?\"; add --answer age=1, or --decline";
    assert_eq!(ask_of(&form, &["name=Ada"], None).0, Err(why.into()));
    assert_eq!(
        ask_of(&form, &["age=x"], None).0,
        Err("the answer to \"age\" does not fit: a whole number, please".into())
    );
    assert_eq!(ask_of(&page, &["yes"], None).0, Ok(json!({ "action": "accept" })));
    assert_eq!(ask_of(&page, &["no"], None).0, Ok(json!({ "action": "decline" })));
    let why = "nothing answers the question \"Pay.\\n  https://e.org\"; add --answer yes, --answer no, or --decline";
    assert_eq!(ask_of(&page, &[], None).0, Err(why.into()));
    let declined = || Ok(json!({ "action": "decline" }));
    assert_eq!(ask_of(&page, &["name=Ada", "!"], None).0, declined());
    assert_eq!(ask_of(&page, &["!", "yes"], None).0, declined());
    assert_eq!(ask_of(&form, &["yes", "!"], Some("7\n")).0, declined());
    let why = "nothing answers the question \"Who?\"; add --answer age=1";
    assert_eq!(ask_of(&form, &["name=Ada", "!"], None).0, Err(why.into()));
}

#[test]
fn what_does_not_fit_when_it_is_read_is_told_as_any_other_answer() {
    let schema = json!({ "type": "object", "properties": { "bags": { "type": "integer" } }, "required": ["bags"] });
    let message = "How much?\n\nThe last answer does not fit: email: expected an email address, got \"x\"";
    let params = json!({ "message": message, "requestedSchema": schema }).to_string();
    let mut unanswered = Answers::default();
    let why = ask(&params, &mut unanswered, None, &mut Vec::new()).expect_err("nobody is there").to_string();
    assert_eq!(why, "the answer to \"How much?\" does not fit: email: expected an email address, got \"x\"");
    // Another answer may be there.
    let mut again = Answers::read(&[Reply::Answer("bags=2".into())]).expect("an answer");
    let accepted = ask(&params, &mut again, None, &mut Vec::new()).expect("it is answered");
    assert_eq!(accepted["content"], json!({ "bags": 2 }));
}
