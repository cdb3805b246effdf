//! A schema, compiled: what is asked of a value, node by node, with references as numbers of nodes.
//!
//! It is made of what schemars says, before anything is simplified for clients, so it knows more than they are told:
//! which variant a tag stands for, what a small integer can hold.

mod compile;

use super::format::Format;
use super::tree::{Number, Tree};
use regex_lite::Regex;
use serde_json::{Map, Value};

type Object = Map<String, Value>;

/// A compiled schema.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(super) nodes: Vec<Node>,
    pub(super) root: Id,
}

/// The place of a node.
pub(crate) type Id = usize;

/// What one schema asks of a value.
#[derive(Debug, Default)]
pub(crate) struct Node {
    pub(super) kinds: Kinds,
    pub(super) choices: Option<Vec<Tree<'static>>>,
    pub(super) low: Option<Bound>,
    pub(super) high: Option<Bound>,
    pub(super) multiple_of: Option<Number>,
    pub(super) length: Range,
    pub(super) pattern: Option<(String, Regex)>,
    pub(super) format: Option<Format>,
    pub(super) prefix: Vec<Id>,
    pub(super) items: Option<Id>,
    /// No items behind those of `prefix`.
    pub(super) closed: bool,
    pub(super) count: Range,
    pub(super) unique: bool,
    pub(super) properties: Vec<(String, Id)>,
    /// Further names of properties, which no schema tells.
    pub(super) aliases: Vec<(String, String)>,
    /// Names that serde knows and the schema does not: whose they are is not known.
    pub(super) free: Vec<String>,
    pub(super) required: Vec<String>,
    pub(super) patterns: Vec<(Regex, Id)>,
    pub(super) rest: Rest,
    pub(super) entries: Range,
    pub(super) any_of: Vec<Id>,
    pub(super) all_of: Vec<Id>,
    pub(super) not: Option<Id>,
    /// What its value may not be told of.
    pub(super) secret: bool,
    /// For examples: what the schema itself gives.
    pub(super) sample: Option<Tree<'static>>,
    /// What it is where nothing is given.
    pub(super) default: Option<Tree<'static>>,
    /// `null` stands for no value, and is none of these rules' business.
    pub(super) optional: bool,
    /// Which of its own rules nobody else checks.
    pub(super) enforced: Enforced,
    /// Whether it, or something below it, is enforced.
    pub(super) enforces: bool,
}

/// Which of a node's rules serde leaves to us.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Enforced {
    pub(super) kinds: bool,
    pub(super) choices: bool,
    pub(super) bounds: bool,
    pub(super) format: bool,
    pub(super) count: bool,
    pub(super) required: bool,
    pub(super) rest: bool,
    pub(super) not: bool,
    /// Lengths, patterns, multiples, uniqueness: no type checks these by itself.
    pub(super) others: bool,
}

impl Enforced {
    pub(super) fn any(self) -> bool {
        let Enforced { kinds, choices, bounds, format, count, required, rest, not, others } = self;
        kinds || choices || bounds || format || count || required || rest || not || others
    }
}

/// The types of JSON Schema, as a set; all of them when it is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kinds(u8);

impl Kinds {
    pub(super) const NULL: Kinds = Kinds(1);
    pub(super) const BOOLEAN: Kinds = Kinds(2);
    pub(super) const INTEGER: Kinds = Kinds(4);
    /// An integer is a number.
    pub(super) const NUMBER: Kinds = Kinds(8);
    pub(super) const STRING: Kinds = Kinds(16);
    pub(super) const ARRAY: Kinds = Kinds(32);
    pub(super) const OBJECT: Kinds = Kinds(64);

    fn of(schema: &Object) -> Self {
        let one = |name: &str| match name {
            "null" => Kinds::NULL,
            "boolean" => Kinds::BOOLEAN,
            "integer" => Kinds::INTEGER,
            "number" => Kinds::NUMBER,
            "string" => Kinds::STRING,
            "array" => Kinds::ARRAY,
            "object" => Kinds::OBJECT,
            _ => Kinds(0),
        };
        match schema.get("type") {
            Some(Value::String(name)) => one(name),
            Some(Value::Array(names)) => {
                Kinds(names.iter().filter_map(Value::as_str).fold(0, |all, name| all | one(name).0))
            }
            _ => Kinds(0),
        }
    }

    pub(super) fn is_any(self) -> bool {
        self.0 == 0
    }

    pub(super) fn has(self, other: Kinds) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn without(self, other: Kinds) -> Kinds {
        Kinds(self.0 & !other.0)
    }

    pub(super) fn allow(self, value: &Tree<'_>) -> bool {
        self.is_any()
            || match value {
                Tree::Null => self.has(Kinds::NULL),
                Tree::Bool(_) => self.has(Kinds::BOOLEAN),
                Tree::Number(text) => {
                    self.has(Kinds::NUMBER) || self.has(Kinds::INTEGER) && Number::of(text).is_integer()
                }
                Tree::Text(_) => self.has(Kinds::STRING),
                Tree::List(_) => self.has(Kinds::ARRAY),
                Tree::Object(_) => self.has(Kinds::OBJECT),
                Tree::Deep(json) => self.has(match json.as_bytes().first() {
                    Some(b'{') => Kinds::OBJECT,
                    Some(b'[') => Kinds::ARRAY,
                    _ => Kinds::STRING,
                }),
            }
    }
}

/// A bound of a number.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub(super) number: Number,
    /// As it is told.
    pub(super) text: String,
    pub(super) exclusive: bool,
}

/// How many there may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Range {
    pub(super) least: Option<u64>,
    pub(super) most: Option<u64>,
}

impl Range {
    fn of(schema: &Object, least: &str, most: &str) -> Self {
        // `2.0` is a length, too.
        let number = |key: &str| schema.get(key)?.as_f64().filter(|n| *n >= 0.0).map(|n| n as u64);
        Range { least: number(least), most: number(most) }
    }

    pub(super) fn is_given(self) -> bool {
        self.least.is_some() || self.most.is_some()
    }

    pub(super) fn has(self, amount: usize) -> bool {
        let amount = amount as u64;
        self.least.is_none_or(|least| amount >= least) && self.most.is_none_or(|most| amount <= most)
    }
}

/// What other properties an object may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Rest {
    #[default]
    Any,
    None,
    Of(Id),
}

impl Rules {
    /// Compiles a schema whose references lead into its `$defs`; the error says which part cannot be.
    pub(crate) fn compile(schema: &Value) -> Result<Self, String> {
        compile::compile(schema)
    }

    pub(super) fn node(&self, id: Id) -> &Node {
        // Every id was given out by the compiler.
        &self.nodes[id]
    }

    /// The node behind what is nothing but a reference.
    pub(super) fn resolved(&self, id: Id) -> &Node {
        let mut node = self.node(id);
        // A reference to itself is one that leads nowhere.
        for _ in 0..16 {
            match node.all_of.as_slice() {
                [only] if node.kinds.is_any() && node.choices.is_none() && node.any_of.is_empty() => {
                    node = self.node(*only);
                }
                _ => break,
            }
        }
        node
    }

    /// Further names that an argument answers to.
    pub(crate) fn alias(&mut self, alias: &str, name: &str) {
        if let Some(root) = self.nodes.get_mut(self.root) {
            root.aliases.push((alias.to_owned(), name.to_owned()));
        }
    }

    /// Names that serde takes though the schema does not tell them.
    pub(crate) fn free(&mut self, names: impl Iterator<Item = &'static str>) {
        if let Some(root) = self.nodes.get_mut(self.root) {
            let unknown = |name: &&str| root.properties.iter().all(|(known, _)| known != name);
            root.free = names.filter(unknown).map(str::to_owned).collect();
        }
    }

    /// The argument's value is told to nobody.
    pub(crate) fn hide(&mut self, name: &str) {
        let id = self.nodes.get(self.root).and_then(|root| root.property(name));
        if let Some(node) = id.and_then(|id| self.nodes.get_mut(id)) {
            node.secret = true;
        }
    }
}

impl Node {
    /// What is asked of the item at this place.
    pub(super) fn item(&self, at: usize) -> Option<Id> {
        self.prefix.get(at).copied().or(self.items)
    }

    /// The property of this name, under whatever name it came.
    pub(super) fn property(&self, name: &str) -> Option<Id> {
        let name = self.canonical(name);
        self.properties.iter().find(|(known, _)| known == name).map(|(_, id)| *id)
    }

    pub(super) fn canonical<'n>(&'n self, name: &'n str) -> &'n str {
        self.aliases.iter().find(|(alias, _)| alias == name).map_or(name, |(_, name)| name)
    }

    /// What is asked of the value of this key, if the object may have it.
    pub(super) fn entry(&self, name: &str) -> Option<Option<Id>> {
        if let Some(id) = self.property(name) {
            return Some(Some(id));
        }
        if let Some((_, id)) = self.patterns.iter().find(|(pattern, _)| pattern.is_match(name)) {
            return Some(Some(*id));
        }
        match self.rest {
            _ if self.free.iter().any(|free| free == name) => Some(None),
            Rest::Any => Some(None),
            Rest::Of(id) => Some(Some(id)),
            Rest::None => None,
        }
    }
}

/// What an integer of this format can hold.
pub(crate) fn natural(format: &str) -> Option<(i128, i128)> {
    Some(match format {
        "int8" => (i8::MIN.into(), i8::MAX.into()),
        "int16" => (i16::MIN.into(), i16::MAX.into()),
        "int32" => (i32::MIN.into(), i32::MAX.into()),
        "int" | "int64" => (i64::MIN.into(), i64::MAX.into()),
        "uint8" => (0, u8::MAX.into()),
        "uint16" => (0, u16::MAX.into()),
        "uint32" => (0, u32::MAX.into()),
        "uint" | "uint64" => (0, u64::MAX.into()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::Rules;
    use crate::schema::check::{Mode, check};
    use crate::schema::tree::Tree;
    use serde_json::json;

    #[test]
    fn a_constant_null_is_a_null() {
        let of = |members: serde_json::Value| {
            let schema = json!({ "type": "object", "properties": { "a": { "anyOf": members } }, "required": ["a"] });
            let rules = Rules::compile(&schema).expect("a schema");
            check(&rules, &Tree::from_value(&json!({})), Mode::Full).len()
        };
        assert_eq!(of(json!([{ "type": "null" }, { "type": "string" }])), 0);
        assert_eq!(of(json!([{ "const": null }, { "type": "string" }])), 0);
        assert_eq!(of(json!([{ "const": null }, { "type": "null" }])), 1);
    }

    #[test]
    fn constants_that_more_is_asked_of_are_asked_for_it() {
        let schema = json!({ "anyOf": [{ "enum": ["a", "bbb"], "maxLength": 2 }, { "const": "c", "type": "string" }] });
        let rules = Rules::compile(&schema).expect("a schema");
        let found = |value| check(&rules, &Tree::from_value(&json!(value)), Mode::Full).len();
        assert_eq!(["a", "bbb", "c"].map(found), [0, 1, 0]);
    }

    #[test]
    fn constants_of_no_type_beside_texts_are_choices_too() {
        let schema = json!({ "anyOf": [{ "type": "string", "const": "a" }, { "enum": [true, 3] }] });
        let rules = Rules::compile(&schema).expect("a schema");
        let found = |value| check(&rules, &Tree::from_value(&value), Mode::Full).len();
        assert_eq!([json!("a"), json!(true), json!(3), json!("b"), json!(false)].map(found), [0, 0, 0, 1, 1]);
    }
}
