//! What a tool gives, and its schema: `null`s left out, and an object around what is none.

use super::check::fits;
use super::rules::{Id, Kinds, Node, Rest, Rules};
use super::tree::Tree;
use super::{Profile, source, union};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Value, json};

/// The structured output of a tool.
#[derive(Debug)]
pub(crate) struct Output {
    /// Of the value as the function gives it, without its `null`s.
    schema: Value,
    wrap: Wrap,
    /// The function gives an `Option`.
    nullable: bool,
    /// Where `null`s are left out.
    trims: Option<Rules>,
}

/// Whether the value is the `result` of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrap {
    /// It is an object.
    Never,
    /// Before 2026-07-28, where structured content is an object.
    Earlier,
    /// Its schema has alternatives at the root, or it may be nothing at all.
    Always,
}

impl Output {
    /// The output of a function; the error says what is wrong with its schema.
    pub(crate) fn new(
        schema: fn(&mut SchemaGenerator) -> Option<Schema>,
        nullable: bool,
        profile: Profile,
    ) -> Result<Option<Self>, String> {
        let Some(source) = source::output(schema) else { return Ok(None) };
        super::limits::check(&source)?;
        let trims = if profile != Profile::Raw && source.to_string().contains("null") {
            Some(Rules::compile(&source)?).filter(trims)
        } else {
            None
        };
        let schema = profile.output(source);
        let wrap = if profile == Profile::Raw && !nullable {
            if schema.get("type").is_some_and(|kind| kind == "object") { Wrap::Never } else { Wrap::Earlier }
        } else if nullable || ["anyOf", "oneOf", "allOf", "$ref"].iter().any(|key| schema.get(*key).is_some()) {
            Wrap::Always
        } else if union::is_plain_root(&schema) {
            Wrap::Never
        } else {
            Wrap::Earlier
        };
        Ok(Some(Output { schema, wrap, nullable, trims }))
    }

    /// The schema of the value itself.
    #[cfg(feature = "cli")]
    pub(crate) fn value(&self) -> &Value {
        &self.schema
    }

    /// Whether the value is wrapped, where structured content may or may not be any value.
    pub(crate) fn wraps(&self, any_value: bool) -> bool {
        match self.wrap {
            Wrap::Never => false,
            Wrap::Earlier => !any_value,
            Wrap::Always => true,
        }
    }

    /// Whether the object around the value is empty when there is none.
    pub(crate) fn is_nullable(&self) -> bool {
        self.nullable
    }

    /// The schema as it is listed.
    pub(crate) fn listed(&self, any_value: bool) -> Value {
        if !self.wraps(any_value) {
            return self.schema.clone();
        }
        let mut inner = self.schema.clone();
        let definitions = inner.as_object_mut().and_then(|object| object.remove("$defs"));
        let mut outer = json!({ "type": "object", "properties": { "result": inner } });
        if let Value::Object(object) = &mut outer {
            if !self.nullable {
                object.insert("required".into(), json!(["result"]));
            }
            if let Some(definitions) = definitions {
                object.insert("$defs".into(), definitions);
            }
        }
        outer
    }

    /// The value without the `null`s that its schema does not know; `None` if there are none.
    pub(crate) fn trimmed(&self, json: &str) -> Option<String> {
        let rules = self.trims.as_ref().filter(|_| json.contains("null"))?;
        let mut tree = Tree::parse(json)?;
        trim(rules, rules.root, &mut tree, 0).then(|| tree.to_json())
    }
}

/// Whether there is a place where something is left out.
fn trims(rules: &Rules) -> bool {
    rules.nodes.iter().any(|node| !is_variant(node) && node.properties.iter().any(|(_, id)| leaves_out(rules, *id)))
}

/// A variant that its only key names.
fn is_variant(node: &Node) -> bool {
    node.properties.len() == 1 && node.required.len() == 1 && node.rest == Rest::None
}

/// Whether a property's `null` is an `Option` that is empty: its schema names `null` beside something else.
fn leaves_out(rules: &Rules, id: Id) -> bool {
    let node = rules.resolved(id);
    let is_null = |id: &Id| rules.resolved(*id).kinds == Kinds::NULL;
    let chosen = node.choices.as_ref().is_some_and(|choices| choices.len() > 1 && choices.contains(&Tree::Null));
    chosen
        || node.kinds.has(Kinds::NULL) && node.kinds != Kinds::NULL
        || node.any_of.iter().any(|id| is_null(id) || leaves_out(rules, *id)) && !node.any_of.iter().all(is_null)
}

fn trim(rules: &Rules, id: Id, value: &mut Tree<'_>, depth: usize) -> bool {
    if depth > 256 {
        return false;
    }
    let node: &Node = rules.node(id);
    // Which of several it is, the value itself tells, as long as it is whole.
    let chosen = node.any_of.iter().find(|id| fits(rules, **id, value));
    let mut changed = false;
    match value {
        Tree::List(items) => {
            for (at, item) in items.iter_mut().enumerate() {
                if let Some(id) = node.item(at) {
                    changed |= trim(rules, id, item, depth + 1);
                }
            }
        }
        Tree::Object(entries) => {
            let before = entries.len();
            entries.retain(|(name, value)| {
                !(*value == Tree::Null
                    && !is_variant(node)
                    && node.property(name).is_some_and(|id| leaves_out(rules, id)))
            });
            changed |= entries.len() < before;
            for (name, value) in entries {
                let inner = node.property(name).or(if let Rest::Of(id) = node.rest { Some(id) } else { None });
                if let Some(id) = inner.or_else(|| node.entry(name).flatten()) {
                    changed |= trim(rules, id, value, depth + 1);
                }
            }
        }
        _ => return false,
    }
    for id in &node.all_of {
        changed |= trim(rules, *id, value, depth + 1);
    }
    if let Some(id) = chosen {
        changed |= trim(rules, *id, value, depth + 1);
    }
    changed
}
