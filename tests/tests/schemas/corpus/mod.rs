//! The types, each as a tool's argument and result, with values of it as JSON.

use lmcp::Server;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A type, and the tool that takes a value of it and gives it back.
pub(crate) struct Case {
    /// What its golden file is called: the tool's name, with `.args` behind it if the type is all of the arguments.
    pub(crate) name: String,
    /// The tool's name.
    pub(crate) tool: &'static str,
    /// The type is all of the arguments, and not the one argument `value`.
    pub(crate) whole: bool,
    /// Puts the tool into a server.
    pub(crate) add: fn(Server) -> Server,
    /// What serde alone does with a value: reads it into the type, and writes that.
    pub(crate) echo: fn(&Value) -> Result<Value, String>,
    given: fn() -> Value,
    raw: fn(Direction) -> Value,
    type_name: fn() -> String,
}

/// Where a schema stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// In front of the tool: what serde reads.
    Input,
    /// Behind the tool: what serde writes.
    Output,
}

impl Case {
    fn of<T: Serialize + DeserializeOwned + JsonSchema>(
        tool: &'static str,
        whole: bool,
        add: fn(Server) -> Server,
        given: fn() -> Value,
    ) -> Case {
        Case {
            name: if whole { format!("{tool}.args") } else { tool.to_owned() },
            tool,
            whole,
            add,
            echo: echo::<T>,
            given,
            raw: raw::<T>,
            type_name: || T::schema_name().into_owned(),
        }
    }

    /// The values, as a client would send them.
    pub(crate) fn given(&self) -> Vec<Value> {
        match (self.given)() {
            Value::Array(values) => values,
            other => panic!("{}: a list of values, not {other}", self.name),
        }
    }

    /// The arguments of a call that sends this value.
    pub(crate) fn arguments(&self, value: &Value) -> Value {
        if self.whole { value.clone() } else { json!({ "value": value }) }
    }

    /// The schema as schemars makes it, with its references.
    pub(crate) fn raw(&self, direction: Direction) -> Value {
        (self.raw)(direction)
    }

    /// The names of the Rust types in it, as schemars spells them.
    pub(crate) fn type_names(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::from([(self.type_name)()]);
        for direction in [Direction::Input, Direction::Output] {
            let schema = self.raw(direction);
            names.extend(schema.get("$defs").and_then(Value::as_object).into_iter().flatten().map(|(k, _)| k.clone()));
        }
        names
    }
}

fn echo<T: Serialize + DeserializeOwned>(value: &Value) -> Result<Value, String> {
    // Through text, as on the wire.
    let text = value.to_string();
    let value: T = serde_json::from_str(&text).map_err(|e| format!("serde does not read {text}: {e}"))?;
    let text = serde_json::to_string(&value).map_err(|e| format!("serde does not write it: {e}"))?;
    serde_json::from_str(&text).map_err(|e| format!("serde wrote no JSON: {e}"))
}

fn raw<T: JsonSchema>(direction: Direction) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.meta_schema = None);
    let settings = match direction {
        Direction::Input => settings.for_deserialize(),
        Direction::Output => settings.for_serialize(),
    };
    let mut generator = settings.into_generator();
    let mut schema = generator.subschema_for::<T>().to_value();
    let definitions = generator.take_definitions(true);
    if let (Value::Object(object), false) = (&mut schema, definitions.is_empty()) {
        object.insert("$defs".into(), definitions.into());
    }
    schema
}

/// `name: Type = [values];` for each type; `name(args): Type = …` offers it as all of the arguments too. With
/// `unenforced;` in front, what a schema says beyond our own rules does not keep the server from starting.
macro_rules! corpus {
    (unenforced; $($rest:tt)*) => {
        corpus!(@ (unenforced) $($rest)*);
    };
    (@ $keys:tt $($(#[doc = $about:literal])* $name:ident $(($args:ident))?: $type:ty = $values:tt;)*) => {
        /// The cases of this file.
        pub(crate) fn cases() -> Vec<$crate::corpus::Case> {
            let mut cases = Vec::new();
            $( $name::cases(&mut cases); )*
            cases
        }
        $(
            corpus!(@case $keys [$(#[doc = $about])*] $name $($args)?: $type = $values);
        )*
    };
    (@case $keys:tt [$(#[doc = $about:literal])*] $name:ident $($args:ident)?: $type:ty = $values:tt) => {
            mod $name {
                #[allow(unused_imports, reason = "a type of the prelude needs none")]
                use super::*;

                fn given() -> serde_json::Value {
                    serde_json::json!($values)
                }

                $(#[doc = $about])*
                #[doc = ""]
                #[doc = "Gives the value back."]
                #[lmcp::tool $keys]
                fn $name(value: $type) -> lmcp::Json<$type> {
                    lmcp::Json(value)
                }

                pub(super) fn cases(cases: &mut Vec<$crate::corpus::Case>) {
                    cases.push($crate::corpus::Case::of::<$type>(
                        stringify!($name),
                        false,
                        |server| server.tool($name),
                        given,
                    ));
                    $( $args::cases(cases); )?
                }

                $(
                    mod $args {
                        use super::*;

                        #[doc = "Gives the arguments back."]
                        #[lmcp::tool $keys]
                        fn $name(lmcp::Args(value): lmcp::Args<$type>) -> lmcp::Json<$type> {
                            lmcp::Json(value)
                        }

                        pub(super) fn cases(cases: &mut Vec<$crate::corpus::Case>) {
                            cases.push($crate::corpus::Case::of::<$type>(
                                stringify!($name),
                                true,
                                |server| server.tool($name),
                                given,
                            ));
                        }
                    }
                )?
            }
    };
    ($($rest:tt)*) => {
        corpus!(@ () $($rest)*);
    };
}

mod collections;
mod contracts;
mod enums;
mod foreign;
mod handwritten;
mod options;
mod plain;
mod recursive;
mod shapes;
mod shared;
mod standard;
mod tagged;
mod validated;

/// The whole corpus.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(plain::cases());
    cases.extend(options::cases());
    cases.extend(enums::cases());
    cases.extend(tagged::cases());
    cases.extend(collections::cases());
    cases.extend(recursive::cases());
    cases.extend(shared::cases());
    cases.extend(shapes::cases());
    cases.extend(standard::cases());
    cases.extend(validated::cases());
    cases.extend(foreign::cases());
    cases.extend(handwritten::cases());
    cases.extend(contracts::cases());
    cases
}

#[test]
fn the_corpus_is_large_and_its_names_differ() {
    let cases = cases();
    assert!(cases.len() >= 70, "{} cases", cases.len());
    let names: BTreeSet<_> = cases.iter().map(|case| &case.name).collect();
    assert_eq!(names.len(), cases.len());
    for case in &cases {
        assert!(case.given().len() >= 2, "{} has only {} values", case.name, case.given().len());
    }
}
