//! Types that contain themselves.

use super::shapes::Point;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// A tree.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Tree {
    /// What it is called.
    name: String,
    /// What is below it.
    children: Vec<Tree>,
}

/// A chain.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Chain {
    value: u8,
    next: Option<Box<Chain>>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Folder {
    name: String,
    entries: Vec<Entry>,
    owner: Option<Owner>,
}
#[derive(Serialize, Deserialize, JsonSchema)]
struct Entry {
    size: u64,
    folder: Option<Box<Folder>>,
}
/// Nobody's part of the circle.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Owner {
    name: String,
    home: Option<Point>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Trie {
    end: bool,
    next: BTreeMap<String, Trie>,
}

/// Arithmetic.
#[derive(Serialize, Deserialize, JsonSchema)]
enum Expression {
    Number(f64),
    /// The sum of two.
    Add(Box<Expression>, Box<Expression>),
    Negate(Box<Expression>),
    Call {
        name: String,
        arguments: Vec<Expression>,
    },
    Nothing,
}

/// A filter.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "op", rename_all = "snake_case")]
enum Filter {
    All { of: Vec<Filter> },
    Not { filter: Box<Filter> },
    Equals { field: String, value: Option<String> },
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum AnyJson {
    Nothing,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<AnyJson>),
    Map(BTreeMap<String, AnyJson>),
}

/// A node of anything.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Node<T> {
    value: T,
    left: Option<Box<Node<T>>>,
    right: Option<Box<Node<T>>>,
}

/// A recursive type further inside, twice.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Query {
    filter: Filter,
    /// Used when the first one finds nothing.
    fallback: Option<Filter>,
    roots: Vec<Tree>,
    limit: Option<u8>,
}

/// Two types of one name, both recursive.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Namesakes {
    here: Chain,
    there: elsewhere::Chain,
    more: Option<elsewhere::Chain>,
}

mod elsewhere {
    use super::{Deserialize, JsonSchema, Serialize};

    /// A chain of texts.
    #[derive(Serialize, Deserialize, JsonSchema)]
    pub(super) struct Chain {
        text: String,
        rest: Option<Box<Chain>>,
    }
}

/// A name that a reference has to escape.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "tree/of~many %things")]
struct Escaped {
    below: Vec<Escaped>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Forest(Vec<Tree>);

corpus! {
    rec_tree(args): Tree = [
        {"name": "", "children": []}, {"name": "a", "children": [{"name": "b", "children": []}]},
        {"name": "a", "children": [{"name": "b", "children": [{"name": "c", "children": []}]}, {"name": "d", "children": []}]},
    ];
    rec_chain(args): Chain = [
        {"value": 1}, {"value": 1, "next": null}, {"value": 1, "next": {"value": 2}},
        {"value": 1, "next": {"value": 2, "next": {"value": 3, "next": null}}},
    ];
    rec_opt_chain: Option<Chain> = [null, {"value": 0}, {"value": 1, "next": {"value": 2, "next": null}}];
    rec_mutual(args): Folder = [
        {"name": "", "entries": []}, {"name": "a", "entries": [{"size": 0}], "owner": null},
        {"name": "a", "entries": [{"size": 1, "folder": null}], "owner": {"name": "o", "home": null}},
        {
            "name": "a", "owner": {"name": "o", "home": {"x": 1, "y": 2}},
            "entries": [{"size": 1, "folder": {"name": "b", "entries": [{"size": 2}]}}],
        },
    ];
    rec_trie(args): Trie = [
        {"end": true, "next": {}}, {"end": false, "next": {"a": {"end": true, "next": {}}}},
        {"end": false, "next": {"a": {"end": true, "next": {"b": {"end": true, "next": {}}}}}},
    ];
    rec_expression: Expression = [
        "Nothing", {"Number": 1.5}, {"Add": [{"Number": 1.0}, {"Negate": "Nothing"}]},
        {"Call": {"name": "f", "arguments": []}}, {"Call": {"name": "f", "arguments": ["Nothing", {"Number": 0.5}]}},
    ];
    rec_filter(args): Filter = [
        {"op": "all", "of": []}, {"op": "not", "filter": {"op": "equals", "field": "a", "value": null}},
        {"op": "equals", "field": "a"}, {"op": "all", "of": [{"op": "equals", "field": "a", "value": "b"}]},
    ];
    rec_json: AnyJson = [null, true, 1.5, "a", [null, [1.5]], {"a": {"b": [null, {}]}, "c": null}];
    rec_generic(args): Node<u8> = [
        {"value": 0}, {"value": 1, "left": null, "right": {"value": 2}},
        {"value": 1, "left": {"value": 2, "left": {"value": 3}}, "right": {"value": 4, "right": null}},
    ];
    rec_generic_text: HashMap<String, Node<String>> = [{}, {"a": {"value": ""}}, {"a": {"value": "", "left": {"value": "b"}}}];
    rec_inside(args): Query = [
        {"filter": {"op": "all", "of": []}, "roots": []},
        {"filter": {"op": "equals", "field": "a", "value": null}, "fallback": null, "roots": [], "limit": null},
        {
            "filter": {"op": "all", "of": [{"op": "not", "filter": {"op": "all", "of": []}}]},
            "fallback": {"op": "all", "of": []}, "roots": [{"name": "", "children": []}], "limit": 9,
        },
    ];
    rec_namesakes(args): Namesakes = [
        {"here": {"value": 0}, "there": {"text": ""}},
        {"here": {"value": 1, "next": null}, "there": {"text": "a", "rest": null}, "more": null},
        {
            "here": {"value": 1, "next": {"value": 2}}, "there": {"text": "a", "rest": {"text": "b"}},
            "more": {"text": "c", "rest": {"text": "d", "rest": null}},
        },
    ];
    rec_escaped(args): Escaped = [{"below": []}, {"below": [{"below": []}]}, {"below": [{"below": [{"below": []}]}]}];
    rec_list: Forest = [[], [{"name": "", "children": []}], [{"name": "", "children": [{"name": "", "children": []}]}]];
}
