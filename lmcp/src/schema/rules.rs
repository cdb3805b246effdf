//! A schema, compiled: what is asked of a value, node by node, with references as numbers of nodes.
//!
//! It is made of what schemars says, before anything is simplified for clients, so it knows more than they are told:
//! which variant a tag stands for, what a small integer can hold.

use super::format::Format;
use super::reference::target;
use super::tree::{Number, Tree};
use regex_lite::Regex;
use serde_json::{Map, Value};
use std::collections::HashMap;

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
        let mut compiler = Compiler { root: schema, nodes: Vec::new(), definitions: HashMap::new() };
        let root = compiler.node(schema, false)?;
        Ok(Rules { nodes: compiler.nodes, root })
    }

    pub(super) fn node(&self, id: Id) -> &Node {
        // Every id was given out by the compiler.
        &self.nodes[id]
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

struct Compiler<'s> {
    root: &'s Value,
    nodes: Vec<Node>,
    definitions: HashMap<String, Id>,
}

impl Compiler<'_> {
    /// Compiles a schema into a node of its own.
    fn node(&mut self, schema: &Value, optional: bool) -> Result<Id, String> {
        let id = self.nodes.len();
        self.nodes.push(Node::default());
        let mut node = match schema {
            Value::Object(object) => self.read(object)?,
            // Nothing fits `false`.
            Value::Bool(false) => Node { choices: Some(Vec::new()), ..Node::default() },
            _ => Node::default(),
        };
        node.optional = optional;
        if let Some(place) = self.nodes.get_mut(id) {
            *place = node;
        }
        Ok(id)
    }

    fn reference(&mut self, reference: &str) -> Result<Id, String> {
        if let Some(id) = self.definitions.get(reference) {
            return Ok(*id);
        }
        if !reference.starts_with('#') {
            return Err(format!("it refers to {reference:?}, outside of itself, which nobody fetches"));
        }
        let target = target(self.root, reference)
            .ok_or_else(|| format!("it refers to {reference:?}, which is not there"))?
            .clone();
        // Its own references come back here.
        let id = self.nodes.len();
        self.definitions.insert(reference.to_owned(), id);
        self.node(&target, false)
    }

    fn read(&mut self, schema: &Object) -> Result<Node, String> {
        let mut node = Node { kinds: Kinds::of(schema), ..Node::default() };
        node.sample = sample(schema);
        node.secret = schema.get("writeOnly") == Some(&Value::Bool(true))
            || schema.get("format").is_some_and(|format| format == "password");
        node.choices = match (schema.get("const"), schema.get("enum")) {
            (Some(only), _) => Some(vec![Tree::from_value(only)]),
            (None, Some(Value::Array(values))) => Some(values.iter().map(Tree::from_value).collect()),
            _ => None,
        };
        (node.low, node.high) = bounds(schema);
        node.multiple_of = schema.get("multipleOf").filter(|n| n.is_number()).map(|n| Number::of(&n.to_string()));
        node.length = Range::of(schema, "minLength", "maxLength");
        if let Some(Value::String(pattern)) = schema.get("pattern") {
            node.pattern = regex(pattern)?.map(|regex| (pattern.clone(), regex));
        }
        node.format = schema.get("format").and_then(Value::as_str).and_then(Format::of);
        self.read_array(schema, &mut node)?;
        self.read_object(schema, &mut node)?;
        if let Some(Value::String(reference)) = schema.get("$ref") {
            let target = self.reference(reference)?;
            node.all_of.push(target);
        }
        for (key, list) in [("anyOf", false), ("oneOf", false), ("allOf", true)] {
            if let Some(Value::Array(members)) = schema.get(key) {
                let members = members.iter().map(|member| self.node(member, false)).collect::<Result<Vec<_>, _>>()?;
                if list {
                    node.all_of.extend(members);
                } else if node.any_of.is_empty() {
                    node.any_of = members;
                } else {
                    // Both at once: one of these and one of those.
                    self.nodes.push(Node { any_of: members, ..Node::default() });
                    node.all_of.push(self.nodes.len() - 1);
                }
            }
        }
        self.join_choices(&mut node);
        if let Some(not) = schema.get("not") {
            node.not = Some(self.node(not, false)?);
        }
        Ok(node)
    }

    /// Alternatives that are nothing but constants are one list of choices.
    fn join_choices(&self, node: &mut Node) {
        let constants = |id: &Id| {
            let member = self.nodes.get(*id)?;
            let alone = member.any_of.is_empty()
                && member.all_of.is_empty()
                && member.not.is_none()
                && member.pattern.is_none()
                && !member.length.is_given()
                && !member.count.is_given()
                && !member.entries.is_given()
                && member.items.is_none()
                && member.prefix.is_empty()
                && member.properties.is_empty()
                && member.required.is_empty()
                && member.patterns.is_empty()
                && member.rest == Rest::Any;
            member.choices.as_ref().filter(|choices| alone && !choices.is_empty())
        };
        let joined: Option<Vec<_>> = node.any_of.iter().map(constants).collect();
        if let (Some(lists), None) = (joined.filter(|lists| !lists.is_empty()), &node.choices) {
            let members = || node.any_of.iter().filter_map(|id| self.nodes.get(*id));
            // One that names no type has those of its values.
            let any = members().any(|member| member.kinds.is_any());
            let kinds = if any { 0 } else { members().fold(0, |all, member| all | member.kinds.0) };
            node.choices = Some(lists.into_iter().flatten().cloned().collect());
            node.kinds = if node.kinds.is_any() { Kinds(kinds) } else { node.kinds };
            node.sample =
                node.sample.take().or_else(|| node.choices.as_ref().and_then(|choices| choices.first().cloned()));
            node.any_of.clear();
        }
    }

    fn read_array(&mut self, schema: &Object, node: &mut Node) -> Result<(), String> {
        if let Some(Value::Array(prefix)) = schema.get("prefixItems") {
            node.prefix = prefix.iter().map(|item| self.node(item, false)).collect::<Result<_, _>>()?;
        }
        match schema.get("items") {
            Some(Value::Bool(false)) => node.closed = true,
            Some(items @ (Value::Object(_) | Value::Bool(true))) => node.items = Some(self.node(items, false)?),
            _ => {}
        }
        node.count = Range::of(schema, "minItems", "maxItems");
        node.unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
        Ok(())
    }

    fn read_object(&mut self, schema: &Object, node: &mut Node) -> Result<(), String> {
        if let Some(Value::Array(names)) = schema.get("required") {
            node.required = names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect();
        }
        if let Some(Value::Object(properties)) = schema.get("properties") {
            // `null` means absent, so what may be `null` may be absent; but not the name of a variant.
            if !super::portable::is_variant(schema) {
                node.required.retain(|name| !properties.get(name).is_some_and(allows_null));
            }
            for (name, property) in properties {
                let optional = !node.required.contains(name);
                node.properties.push((name.clone(), self.node(property, optional)?));
            }
        }
        if let Some(Value::Object(patterns)) = schema.get("patternProperties") {
            for (pattern, property) in patterns {
                if let Some(regex) = regex(pattern)? {
                    node.patterns.push((regex, self.node(property, false)?));
                }
            }
        }
        node.rest = match schema.get("additionalProperties") {
            Some(Value::Bool(false)) => Rest::None,
            Some(rest @ Value::Object(_)) => Rest::Of(self.node(rest, false)?),
            _ => Rest::Any,
        };
        node.entries = Range::of(schema, "minProperties", "maxProperties");
        Ok(())
    }
}

/// Whether a schema names `null` beside something else.
fn allows_null(schema: &Value) -> bool {
    let is_null = |schema: &Value| {
        schema.get("type").is_some_and(|kind| kind == "null") || schema.get("const").is_some_and(Value::is_null)
    };
    let list = |key: &str| schema.get(key).and_then(Value::as_array);
    let members = list("anyOf").or_else(|| list("oneOf"));
    list("type").is_some_and(|kinds| kinds.len() > 1 && kinds.iter().any(|kind| kind == "null"))
        || list("enum").is_some_and(|values| values.len() > 1 && values.contains(&Value::Null))
        || members.is_some_and(|members| members.iter().any(is_null) && !members.iter().all(is_null))
}

/// A pattern of ECMA 262, as far as it is one of ours.
fn regex(pattern: &str) -> Result<Option<Regex>, String> {
    match Regex::new(pattern) {
        Ok(regex) => Ok(Some(regex)),
        // The full validator's patterns know more.
        Err(_) if cfg!(feature = "jsonschema") => Ok(None),
        Err(e) => Err(format!(
            "its pattern {pattern:?} is not understood ({e}); write it without look-around, back references and \
             Unicode classes, or give lmcp the feature `jsonschema`"
        )),
    }
}

/// What a schema gives as an example of its values.
fn sample(schema: &Object) -> Option<Tree<'static>> {
    let first = |key: &str| schema.get(key)?.as_array()?.first();
    let given = schema.get("default").filter(|default| !default.is_null());
    given
        .or_else(|| first("examples"))
        .or_else(|| schema.get("example"))
        .or_else(|| schema.get("const"))
        .or_else(|| schema.get("enum")?.as_array()?.iter().find(|value| !value.is_null()))
        .map(Tree::from_value)
}

/// The bounds that a schema gives, or else those of the Rust type that its format names.
fn bounds(schema: &Object) -> (Option<Bound>, Option<Bound>) {
    let given = |key: &str, exclusive: bool| {
        let text = schema.get(key).filter(|n| n.is_number())?.to_string();
        Some(Bound { number: Number::of(&text), text, exclusive })
    };
    let natural = schema.get("format").and_then(Value::as_str).and_then(natural);
    let natural = |at: fn(&(i128, i128)) -> i128| {
        let number = at(natural.as_ref()?);
        Some(Bound { number: Number::Integer(number), text: number.to_string(), exclusive: false })
    };
    (
        given("exclusiveMinimum", true).or_else(|| given("minimum", false)).or_else(|| natural(|b| b.0)),
        given("exclusiveMaximum", true).or_else(|| given("maximum", false)).or_else(|| natural(|b| b.1)),
    )
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
