//! From a schema to its rules.

use super::{Bound, Id, Kinds, Node, Object, Range, Rest, Rules, natural};
use crate::schema::format::Format;
use crate::schema::portable;
use crate::schema::reference::target;
use crate::schema::tree::{Number, Tree};
use regex_lite::Regex;
use serde_json::Value;
use std::collections::HashMap;

/// Compiles a schema whose references lead into its `$defs`; the error says which part cannot be.
pub(super) fn compile(schema: &Value) -> Result<Rules, String> {
    let mut compiler = Compiler { root: schema, nodes: Vec::new(), definitions: HashMap::new() };
    let root = compiler.node(schema, false)?;
    Ok(Rules { nodes: compiler.nodes, root })
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
        node.default = schema.get("default").filter(|default| !default.is_null()).map(Tree::from_value);
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
            if !portable::is_variant(schema) {
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
