//! What holds for all arguments, whatever they are.

use crate::client::{Answer, Client};
use crate::fixture::{
    Address, Booking, Closed, Colour, Command, Event, Expression, Filter, Key, Link, OneOrMany, Person, Price, Shape,
    Sum, Toggle,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde::Serialize;
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

/// Runs one law against one connection.
fn law<S: Strategy>(cases: u32, strategy: S, check: impl Fn(&mut Talk, S::Value) -> Result<(), TestCaseError>) {
    let talk = std::cell::RefCell::new(Talk::open());
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let ran = TestRunner::new(config).run(&strategy, |value| check(&mut talk.borrow_mut(), value));
    if let Err(e) = ran {
        panic!("{e}");
    }
}

struct Talk {
    runtime: Runtime,
    client: Client,
}

impl Talk {
    fn open() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let client = runtime.block_on(Client::open());
        Talk { runtime, client }
    }

    fn tool(&mut self, name: &str, arguments: &str) -> Answer {
        self.runtime.block_on(self.client.tool(name, arguments))
    }

    /// What was sent is what the function got.
    fn same(&mut self, tool: &str, name: &str, value: &impl Serialize) -> Result<(), TestCaseError> {
        let json = serde_json::to_string(value).expect("it can be written");
        let answer = self.tool(tool, &format!("{{\"{name}\":{json}}}"));
        prop_assert_eq!(answer, Answer::Got(json));
        Ok(())
    }
}

fn text() -> impl Strategy<Value = String> {
    // What looks like something else is more of a trial than what does not.
    prop_oneof![
        "\\PC{0,12}",
        any::<String>(),
        Just("3".to_owned()),
        Just("true".to_owned()),
        Just("null".to_owned()),
        Just("[1]".to_owned()),
        Just("{\"a\":1}".to_owned()),
        Just("1.0".to_owned()),
        Just("RED".to_owned()),
        Just(String::new()),
    ]
}

fn colour() -> impl Strategy<Value = Colour> {
    prop_oneof![Just(Colour::Red), Just(Colour::Green), Just(Colour::LightBlue), Just(Colour::DarkBlue)]
}

/// Quarters, and numbers of as many digits as there are.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![any::<i32>().prop_map(|n| f64::from(n) / 4.0), any::<f64>()]
}

fn shape() -> impl Strategy<Value = Shape> {
    prop_oneof![
        number().prop_map(|radius| Shape::Circle { radius }),
        (any::<u32>(), any::<u32>(), any::<Option<bool>>()).prop_map(|(width, height, rounded)| Shape::Rectangle {
            width,
            height,
            rounded
        }),
        Just(Shape::Dot),
    ]
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        Just(Command::Stop),
        Just(Command::Pause),
        any::<u32>().prop_map(Command::Wait),
        any::<(i32, i32)>().prop_map(|(x, y)| Command::Move { x, y }),
        prop::collection::vec(text(), 0..3).prop_map(Command::Say),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    let price = (number(), prop::option::of(number())).prop_map(|(least, most)| Price { least, most });
    let colours = prop::collection::vec(colour(), 0..3);
    (prop::collection::vec(text(), 0..4), prop::option::of(price), prop::option::of(colours), any::<bool>())
        .prop_map(|(tags, price, colours, in_stock)| Filter { tags, price, colours, in_stock })
}

fn person() -> impl Strategy<Value = Person> {
    let alone = (text(), any::<Option<u8>>()).prop_map(|(name, age)| Person { name, age, children: Vec::new() });
    alone.prop_recursive(4, 20, 3, |inner| {
        (text(), any::<Option<u8>>(), prop::collection::vec(inner, 0..3)).prop_map(|(name, age, children)| Person {
            name,
            age,
            children,
        })
    })
}

fn sum() -> impl Strategy<Value = Sum> {
    any::<i64>().prop_map(|n| Sum::Number { n }).prop_recursive(5, 24, 2, |inner| {
        (inner.clone(), inner, any::<bool>()).prop_map(|(a, b, plus)| {
            let (a, b) = (Box::new(a), Box::new(b));
            if plus { Sum::Plus { a, b } } else { Sum::Minus { a, b } }
        })
    })
}

fn expression() -> impl Strategy<Value = Expression> {
    any::<u8>().prop_map(|leaf| Expression::Leaf { leaf }).prop_recursive(8, 12, 1, |inner| {
        (inner, any::<bool>(), any::<bool>()).prop_map(|(left, value, and)| {
            let left = Box::new(left);
            if and { Expression::And { left, and: value } } else { Expression::Or { left, or: value } }
        })
    })
}

#[test]
fn right_arguments_arrive_as_they_were_sent() {
    law(
        48,
        (any::<i64>(), any::<u8>(), number(), text(), any::<char>(), colour()),
        |talk, (n, small, x, t, c, colour)| {
            talk.same("integer", "n", &n)?;
            talk.same("small", "n", &small)?;
            talk.same("real", "x", &x)?;
            talk.same("word", "text", &t)?;
            talk.same("letter", "c", &c)?;
            talk.same("paint", "colour", &colour)
        },
    );
    law(48, (any::<u64>(), text(), any::<u8>(), any::<bool>(), any::<i64>()), |talk, (id, name, level, on, one)| {
        talk.same("find", "by", &Key::Id(id))?;
        talk.same("find", "by", &Key::Name(name))?;
        talk.same("toggle", "to", &Toggle::Level(level))?;
        talk.same("toggle", "to", &Toggle::On(on))?;
        talk.same("one_or_many", "x", &OneOrMany::One(one))?;
        talk.same("one_or_many", "x", &OneOrMany::Many(vec![one, 1]))
    });
    law(
        48,
        (prop::collection::vec(command(), 0..4), sum(), expression(), person()),
        |talk, (commands, sum, e, root)| {
            talk.same("run", "commands", &commands)?;
            talk.same("calculate", "sum", &sum)?;
            talk.same("expression", "e", &e)?;
            talk.same("family", "root", &root)
        },
    );
    law(48, (any::<(i32, i32)>(), text()), |talk, ((x, y), name)| {
        talk.same("emit", "event", &Event::Opened)?;
        talk.same("emit", "event", &Event::Moved { x, y })?;
        talk.same("emit", "event", &Event::Renamed(name))
    });
}

/// Beside one argument that has to be repaired, all others stay as they are.
#[test]
fn a_repair_leaves_the_rest_alone() {
    law(64, (filter(), any::<u8>()), |talk, (filter, limit)| {
        let json = serde_json::to_string(&filter).expect("it can be written");
        let answer = talk.tool("search", &format!("{{\"filter\":{json},\"limit\":\"{limit}\"}}"));
        prop_assert_eq!(answer, Answer::Got(format!("[{json},{limit}]")));
        Ok(())
    });
    law(64, (shape(), any::<u8>()), |talk, (shape, copies)| {
        let json = serde_json::to_string(&shape).expect("it can be written");
        let answer = talk.tool("draw", &format!("{{\"shape\":{json},\"copies\":\"{copies}\"}}"));
        prop_assert_eq!(answer, Answer::Got(format!("[{json},{copies}]")));
        Ok(())
    });
    law(64, (text(), text(), text(), any::<u8>(), any::<bool>()), |talk, (name, street, zip, nights, breakfast)| {
        let booking = Booking { name, nights, address: Address { street, zip }, breakfast };
        let right = serde_json::to_string(&booking).expect("it can be written");
        let mut sent: Value = serde_json::to_value(&booking).expect("it can be written");
        sent["nights"] = nights.to_string().into();
        prop_assert_eq!(talk.tool("book", &right), Answer::Got(right.clone()));
        prop_assert_eq!(talk.tool("book", &sent.to_string()), Answer::Got(right));
        Ok(())
    });
    law(64, (text(), any::<u32>(), prop::option::of(shape())), |talk, (city, count, shape)| {
        let closed = Closed { city, count: Some(count), shape };
        let right = serde_json::to_string(&closed).expect("it can be written");
        let mut sent: Value = serde_json::from_str(&right).expect("JSON");
        sent["count"] = count.to_string().into();
        prop_assert_eq!(talk.tool("closed", &right), Answer::Got(right.clone()));
        prop_assert_eq!(talk.tool("closed", &sent.to_string()), Answer::Got(right));
        Ok(())
    });
    law(64, any::<i64>(), |talk, n| {
        let link = Link { n, next: Some(Box::new(Link { n, next: None })) };
        let json = serde_json::to_string(&link).expect("it can be written");
        let sent = json.replacen(&n.to_string(), &format!("\"{n}\""), 1);
        prop_assert_eq!(talk.tool("chain", &format!("{{\"first\":{sent}}}")), Answer::Got(json));
        Ok(())
    });
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        number().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key(), inner), 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// Names of the fixture, mostly.
fn key() -> impl Strategy<Value = String> {
    const NAMES: [&str; 40] = [
        "n", "x", "on", "text", "c", "u", "i", "city", "days", "d", "count", "names", "colour", "price", "least",
        "most", "shape", "kind", "radius", "width", "commands", "wait", "move", "event", "type", "data", "by", "to",
        "filter", "tags", "numbers", "grid", "scores", "by_id", "root", "name", "children", "e", "left", "op",
    ];
    prop_oneof![4 => prop::sample::select(NAMES.to_vec()).prop_map(str::to_owned), 1 => text()]
}

const TOOLS: [&str; 39] = [
    "integer",
    "small",
    "real",
    "flag",
    "word",
    "letter",
    "wide",
    "forecast",
    "maybe",
    "paint",
    "review",
    "draw",
    "run",
    "emit",
    "find",
    "toggle",
    "one_or_many",
    "search",
    "lists",
    "maps",
    "point",
    "label",
    "family",
    "chain",
    "expression",
    "calculate",
    "book",
    "closed",
    "open",
    "limits",
    "query",
    "even",
    "login",
    "connect",
    "careful",
    "anything",
    "nothing",
    "stamps",
    "judge",
];

#[test]
fn whatever_comes_is_answered_once_and_shortly() {
    let arguments = prop::collection::vec((key(), any_json()), 0..6);
    law(1500, (prop::sample::select(TOOLS.to_vec()), arguments), |talk, (tool, entries)| {
        let arguments: Map<String, Value> = entries.into_iter().collect();
        let json = Value::Object(arguments).to_string();
        if let Answer::Refused(text) = talk.tool(tool, &json) {
            prop_assert!(text.len() < 8 * 1024, "{}", text);
            prop_assert!(!text.contains("panic") && !text.contains(" at line "), "{}", text);
            if let Some(call) = crate::tables::example(&format!("{tool} "), &text) {
                let arguments = call.split_once(' ').map_or("{}", |(_, arguments)| arguments);
                prop_assert!(matches!(talk.tool(tool, arguments), Answer::Got(_)), "{}", call);
            }
        }
        Ok(())
    });
}

/// A value with the secret somewhere in it.
fn secretive() -> impl Strategy<Value = Value> {
    const SECRET: &str = "hunter2-hunter2";
    Just(json!(SECRET)).prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| json!([inner])),
            inner.clone().prop_map(|inner| json!({ "a": inner })),
            inner.prop_map(|inner| json!(inner.to_string())),
        ]
    })
}

#[test]
fn secrets_are_told_to_nobody() {
    law(400, (secretive(), any_json(), any_json()), |talk, (secret, other, another)| {
        for (tool, arguments) in [
            ("login", json!({ "user": other, "password": secret, "pin": secret })),
            ("login", json!({ "user": "a", "password": secret, "pin": another })),
            ("login", json!({ "usr": "a", "pasword": secret, "pni": another })),
            ("connect", json!({ "to": { "host": other, "token": secret, "code": another }, "port": 1 })),
            ("connect", json!({ "to": { "host": "h", "token": secret }, "port": another })),
            ("connect", json!({ "to": { "host": "h", "token": "tk-1", "code": secret }, "port": 1 })),
            ("connect", json!({ "too": { "host": "h", "token": secret }, "port": 1 })),
        ] {
            let answer = talk.tool(tool, &arguments.to_string());
            prop_assert!(!answer.text().contains("hunter2"), "{}: {}", arguments, answer.text());
        }
        Ok(())
    });
}

/// What serde takes as it came is what the function gets, of any JSON.
#[test]
fn what_serde_takes_is_not_repaired() {
    fn one<T: serde::de::DeserializeOwned + Serialize>(
        talk: &mut Talk,
        tool: &str,
        name: &str,
        json: &str,
    ) -> Result<(), TestCaseError> {
        let answer = talk.tool(tool, &format!("{{\"{name}\":{json}}}"));
        if let Ok(value) = serde_json::from_str::<T>(json) {
            let right = serde_json::to_string(&value).expect("it can be written");
            prop_assert_eq!(answer, Answer::Got(right), "{} {}", tool, json);
        }
        Ok(())
    }
    law(1500, any_json(), |talk, value| {
        let json = value.to_string();
        one::<i64>(talk, "integer", "n", &json)?;
        one::<f64>(talk, "real", "x", &json)?;
        one::<bool>(talk, "flag", "on", &json)?;
        one::<String>(talk, "word", "text", &json)?;
        one::<Value>(talk, "anything", "value", &json)?;
        one::<Key>(talk, "find", "by", &json)?;
        one::<Toggle>(talk, "toggle", "to", &json)?;
        one::<OneOrMany>(talk, "one_or_many", "x", &json)?;
        one::<Event>(talk, "emit", "event", &json)?;
        one::<Vec<Command>>(talk, "run", "commands", &json)?;
        one::<Person>(talk, "family", "root", &json)?;
        one::<Expression>(talk, "expression", "e", &json)
    });
}

/// The same, with whatever is no text in quotes, here and there.
fn in_quotes(value: &Value, dice: &mut impl Iterator<Item = bool>) -> Value {
    let inner = match value {
        Value::Array(items) => Value::Array(items.iter().map(|item| in_quotes(item, dice)).collect()),
        Value::Object(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (key.clone(), in_quotes(value, dice))).collect())
        }
        other => other.clone(),
    };
    match inner {
        Value::String(_) | Value::Null => inner,
        other if dice.next() == Some(true) => Value::String(other.to_string()),
        other => other,
    }
}

#[test]
fn quotes_in_quotes_arrive_however_many_there_are() {
    let number = json!({ "op": "number", "n": 0 });
    let mut meant = number.clone();
    for _ in 0..7 {
        meant = json!({ "op": "minus", "a": meant, "b": number });
    }
    let mut talk = Talk::open();
    let right = talk.tool("calculate", &json!({ "sum": meant }).to_string());
    assert!(matches!(right, Answer::Got(_)), "{right:?}");
    let sent = json!({ "sum": in_quotes(&meant, &mut std::iter::repeat(true)) }).to_string();
    assert_eq!(talk.tool("calculate", &sent), right);
}

#[test]
fn what_is_in_quotes_arrives_as_it_was_meant() {
    let dice = || prop::collection::vec(any::<bool>(), 64);
    let quoted = |value: &Value, dice: Vec<bool>| in_quotes(value, &mut dice.into_iter());
    fn value(of: &impl Serialize) -> Value {
        serde_json::to_value(of).expect("it can be written")
    }
    let grid = prop::collection::vec(prop::collection::vec(any::<u8>(), 1..4), 1..4);
    law(200, (sum(), person(), shape(), grid, dice()), |talk, (sum, person, shape, grid, dice)| {
        for (tool, name, meant) in
            [("calculate", "sum", value(&sum)), ("family", "root", value(&person)), ("draw", "shape", value(&shape))]
        {
            let right = talk.tool(tool, &json!({ name: meant }).to_string());
            prop_assert!(matches!(right, Answer::Got(_)), "{:?}", right);
            let sent = json!({ name: quoted(&meant, dice.clone()) }).to_string();
            prop_assert_eq!(talk.tool(tool, &sent), right, "{} {}", tool, sent);
        }
        let sent = json!({ "numbers": quoted(&json!([1, 2]), dice.clone()), "grid": quoted(&json!(grid), dice) });
        let right = Answer::Got(format!("[[1,2],null,{}]", json!(grid)));
        prop_assert_eq!(talk.tool("lists", &sent.to_string()), right, "{}", sent);
        Ok(())
    });
}
