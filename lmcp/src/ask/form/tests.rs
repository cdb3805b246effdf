use super::Form;
use crate::protocol::ProtocolVersion;
use serde_json::{Value, json};

fn schema<T: super::Answer>(version: ProtocolVersion) -> Value {
    Form::of::<T>().expect("a form").schema(version)
}

fn modern<T: super::Answer>() -> Value {
    schema::<T>(ProtocolVersion::LATEST)
}

#[derive(Debug, PartialEq, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Plain {
    Red,
    Green,
}

#[derive(Debug, PartialEq, serde::Deserialize, schemars::JsonSchema)]
enum Titled {
    #[serde(rename = "s")]
    #[schemars(title = "Small one")]
    Small,
    /// A large one.
    #[serde(rename = "l")]
    Large,
    #[serde(rename = "x")]
    Other,
}

fn three() -> u8 {
    3
}

#[derive(Debug, PartialEq, serde::Deserialize, schemars::JsonSchema)]
struct Everything {
    /// Your name.
    #[schemars(title = "Name", length(min = 1, max = 5))]
    name: String,
    #[schemars(email)]
    email: Option<String>,
    #[schemars(range(min = 1, max = 14))]
    #[serde(default = "three")]
    days: u8,
    score: Option<f64>,
    #[serde(default)]
    sure: bool,
    plain: Option<Plain>,
    titled: Titled,
    #[schemars(length(min = 1, max = 2))]
    several: Option<Vec<Plain>>,
    #[serde(default)]
    more: Vec<Titled>,
}

#[test]
fn a_form_in_full() {
    let titles = json!([
        { "const": "x", "title": "x" }, { "const": "s", "title": "Small one" }, { "const": "l", "title": "A large one" },
    ]);
    let expected = json!({
        "type": "object",
        "properties": {
            "name": { "type": "string", "title": "Name", "description": "Your name.", "minLength": 1, "maxLength": 5 },
            "email": { "type": "string", "format": "email" },
            "days": { "type": "integer", "minimum": 1, "maximum": 14, "default": 3 },
            "score": { "type": "number" },
            "sure": { "type": "boolean", "default": false },
            "plain": { "type": "string", "enum": ["red", "green"] },
            "titled": { "type": "string", "oneOf": titles },
            "several": { "type": "array", "minItems": 1, "maxItems": 2, "items": { "type": "string", "enum": ["red", "green"] } },
            "more": { "type": "array", "items": { "anyOf": titles } },
        },
        "required": ["name", "titled"],
    });
    assert_eq!(modern::<Everything>(), expected);
    assert_eq!(schema::<Everything>(ProtocolVersion::V2025_11_25), expected);
}

#[test]
fn a_form_as_the_first_revision_knows_it() {
    let expected = json!({
        "type": "object",
        "properties": {
            "name": { "type": "string", "title": "Name", "description": "Your name.", "minLength": 1, "maxLength": 5 },
            "email": { "type": "string", "format": "email" },
            "days": { "type": "integer", "minimum": 1, "maximum": 14 },
            "score": { "type": "number" },
            "sure": { "type": "boolean", "default": false },
            "plain": { "type": "string", "enum": ["red", "green"] },
            "titled": { "type": "string", "enum": ["x", "s", "l"], "enumNames": ["x", "Small one", "A large one"] },
            "several": { "type": "string", "description": "(Any of these, separated by commas: red, green)" },
            "more": { "type": "string", "description": "(Any of these, separated by commas: x, Small one, A large one)" },
        },
        "required": ["name", "titled"],
    });
    assert_eq!(schema::<Everything>(ProtocolVersion::V2025_06_18), expected);
}

#[test]
fn one_value_is_a_form_of_one_field() {
    let one = |field: Value| json!({ "type": "object", "properties": { "value": field }, "required": ["value"] });
    assert_eq!(modern::<String>(), one(json!({ "type": "string" })));
    assert_eq!(modern::<bool>(), one(json!({ "type": "boolean" })));
    assert_eq!(modern::<u8>(), one(json!({ "type": "integer", "minimum": 0, "maximum": 255 })));
    assert_eq!(modern::<Plain>(), one(json!({ "type": "string", "enum": ["red", "green"] })));
    let several = json!({ "type": "array", "items": { "type": "string", "enum": ["red", "green"] } });
    assert_eq!(modern::<Vec<Plain>>(), one(several));
    assert_eq!(
        modern::<Option<String>>(),
        json!({ "type": "object", "properties": { "value": { "type": "string" } } })
    );
    assert_eq!(modern::<()>(), json!({ "type": "object", "properties": {} }));
    let read = |content: Value| Form::of::<Plain>().expect("a form").read::<Plain>(&content);
    assert_eq!(read(json!({ "value": "green" })), Ok(Plain::Green));
    assert_eq!(Form::of::<()>().expect("a form").read::<()>(&Value::Null), Ok(()));
    assert_eq!(Form::of::<Option<u8>>().expect("a form").read::<Option<u8>>(&json!({})), Ok(None));
    assert_eq!(Form::of::<bool>().expect("a form").read::<bool>(&json!({ "value": true })), Ok(true));
}

#[test]
fn an_answer_becomes_the_type() {
    let form = Form::of::<Everything>().expect("a form");
    let content = json!({
        "name": "Ada", "days": 7.0, "titled": "large one", "several": "green, red", "more": ["s"], "email": null,
        "nobody asked": 1,
    });
    // A title may come in another case, as people type it.
    let content = {
        let mut c = content;
        c["titled"] = "A LARGE ONE".into();
        c
    };
    let read = form.read::<Everything>(&content).expect("it fits");
    let expected = Everything {
        name: "Ada".into(),
        email: None,
        days: 7,
        score: None,
        sure: false,
        plain: None,
        titled: Titled::Large,
        several: Some(vec![Plain::Green, Plain::Red]),
        more: vec![Titled::Small],
    };
    assert_eq!(read, expected);
}

#[test]
fn everything_wrong_with_an_answer_is_told() {
    let form = Form::of::<Everything>().expect("a form");
    let why = form
        .read::<Everything>(&json!({ "name": "Countess", "days": 15, "titled": "m", "sure": "yes", "several": [] }));
    assert_eq!(
        why.expect_err("it does not fit").split("; ").collect::<std::collections::BTreeSet<_>>(),
        [
            "name: expected a number of characters from 1 to 5",
            "days: expected an integer from 1 to 14",
            "titled: expected one of x, s, l",
            "sure: expected true or false",
            "several: expected a number of choices from 1 to 2",
        ]
        .into()
    );
    assert_eq!(
        form.read::<Everything>(&json!({ "name": "Ada" })).expect_err("it does not fit"),
        "titled: required, missing"
    );
    // A test's answer is written by hand.
    assert_eq!(
        form.read::<Everything>(&json!({ "name": "Ada", "titeld": "x" })).expect_err("it does not fit"),
        "titled: required, missing; is \"titeld\" meant?"
    );
    assert!(form.read::<Everything>(&json!(7)).is_err());
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[allow(dead_code, reason = "only its schema is looked at")]
struct Inner {
    a: u8,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[allow(dead_code, reason = "only its schema is looked at")]
struct Nested {
    inner: Inner,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[allow(dead_code, reason = "only its schema is looked at")]
struct Lists {
    lines: Vec<String>,
}

#[test]
fn a_title_with_a_comma() {
    #[derive(Debug, PartialEq, serde::Deserialize, schemars::JsonSchema)]
    enum Topping {
        /// Cheese, lots of it
        Cheese,
        /// Olives
        Olives,
    }
    let form = Form::of::<Vec<Topping>>().expect("a form");
    let schema = form.schema(ProtocolVersion::V2025_06_18);
    let note = "(Any of these, separated by semicolons: Cheese, lots of it; Olives)";
    assert_eq!(schema["properties"]["value"]["description"], note);
    let read = form.read::<Vec<Topping>>(&json!({ "value": "cheese, lots of it; Olives" }));
    assert_eq!(read, Ok(vec![Topping::Cheese, Topping::Olives]));
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[allow(dead_code, reason = "only its schema is looked at")]
struct Trip {
    cities: Vec<String>,
    hotel: Nested,
    days: (u8, u8),
}

#[test]
fn what_no_form_can_hold() {
    let why = |form: Result<Form, String>| form.expect_err("it does not fit");
    assert_eq!(
        why(Form::of::<Nested>()),
        "the form of `Nested`: `inner` is an object; forms hold texts, numbers, booleans and choices"
    );
    let all = why(Form::of::<Trip>());
    assert!(
        all.contains("`cities` is a list") && all.contains("`hotel` is an object") && all.contains("`days` is "),
        "{all}"
    );
    assert!(why(Form::of::<Lists>()).contains("`lines` is a list of something else than choices"));
    assert!(why(Form::of::<std::collections::HashMap<String, u8>>()).contains("no maps"));
    assert!(why(Form::of::<Vec<u8>>()).contains("it is a list"));
    assert!(why(Form::of::<Value>()).contains("its schema says nothing"));
}

#[test]
fn fields_come_in_the_order_in_which_they_were_declared() {
    let form = Form::of::<Everything>().expect("a form");
    let names: Vec<&str> = form.names().collect();
    assert_eq!(names, ["name", "email", "days", "score", "sure", "plain", "titled", "several", "more"]);
    let params = json!({ "message": "?", "requestedSchema": form.schema(ProtocolVersion::LATEST) });
    let fields = names.iter().map(|name| name.to_string()).collect();
    let question = crate::ask::Question { kind: crate::ask::Kind::Form, key: None, params: params.clone(), fields };
    let text = serde_json::to_string(&question).expect("JSON");
    assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), params);
    assert!(text.contains(r#""requestedSchema":{"type":"object","properties":{"name":{"#), "{text}");
    assert!(text.find("\"score\"") < text.find("\"sure\""), "{text}");
}

#[test]
fn what_no_form_can_say_is_checked_all_the_same() {
    #[derive(Debug, PartialEq, serde::Deserialize, schemars::JsonSchema)]
    struct Contact {
        #[schemars(email)]
        email: String,
        #[schemars(regex(pattern = r"^\+[0-9]+$"))]
        phone: Option<String>,
    }
    let form = Form::of::<Contact>().expect("a form");
    let read = |content: Value| form.read::<Contact>(&content);
    assert!(read(json!({ "email": "ada@example.com", "phone": "+1" })).is_ok());
    assert_eq!(read(json!({ "email": "ada" })), Err("email: expected an email address, got \"ada\"".into()));
    let wrong = read(json!({ "email": "ada@example.com", "phone": "1" }));
    assert_eq!(wrong, Err(r#"phone: expected a string that matches ^\+[0-9]+$, got "1""#.into()));
}
