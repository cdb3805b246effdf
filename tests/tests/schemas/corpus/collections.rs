//! Lists, sets, maps, tuples and arrays.

use super::enums::Level;
use super::shapes::Point;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};

/// Tuples and arrays as fields.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Positions {
    /// From here.
    from: (f64, f64),
    /// To there.
    to: Option<(f64, f64)>,
    path: Vec<(f64, f64)>,
    corners: [Point; 2],
    named: BTreeMap<String, (u8, String)>,
}

corpus! {
    list_numbers: Vec<u8> = [[], [0], [1, 2, 255], [7, 7]];
    list_texts: Vec<String> = [[], [""], ["a", "b"], ["null"]];
    list_points: Vec<Point> = [[], [{"x": 0, "y": 0}], [{"x": 1, "y": 2}, {"x": 3, "y": 4}], [{"x": -1, "y": -1}]];
    list_anything: Vec<Value> = [[], [null], [1, "a", {}], [[]]];
    list_lists: Vec<Vec<Vec<u8>>> = [[], [[]], [[[]]], [[[1], []], []]];
    list_maps: Vec<BTreeMap<String, u8>> = [[], [{}], [{"a": 1}, {"b": 2}], [{"": 0}]];
    list_units: Vec<()> = [[], [null], [null, null]];
    deque: VecDeque<u8> = [[], [0], [1, 2], [255]];
    linked: LinkedList<String> = [[], [""], ["a", "b"], ["c"]];
    heap: BinaryHeap<u8> = [[], [0], [2, 1], [255]];
    slice: Box<[u8]> = [[], [0], [1, 2], [255]];
    set_tree: BTreeSet<String> = [[], ["a"], ["a", "b"], [""]];
    set_hash: HashSet<u8> = [[], [0], [255], [1]];
    set_levels: BTreeSet<Level> = [[], ["Low"], ["Low", "High"], ["Middle"]];
    map_texts: BTreeMap<String, String> = [{}, {"": ""}, {"a": "b"}, {"$ref": "x", "type": "y"}];
    map_hash: HashMap<String, u8> = [{}, {"a": 0}, {"a": 1, "b": 2}, {"null": 255}];
    map_levels: BTreeMap<Level, u8> = [{}, {"Low": 0}, {"Low": 1, "High": 2}, {"Middle": 255}];
    map_signed: BTreeMap<i32, String> = [{}, {"0": ""}, {"-1": "a", "7": "b"}, {"2147483647": "c"}];
    map_unsigned: BTreeMap<u64, u8> = [{}, {"0": 0}, {"1": 1, "18446744073709551615": 2}, {"7": 255}];
    map_small: HashMap<u8, Point> = [{}, {"0": {"x": 0, "y": 0}}, {"255": {"x": 1, "y": 2}}, {"7": {"x": 7, "y": 8}}];
    map_points: BTreeMap<String, Point> = [{}, {"a": {"x": 0, "y": 0}}, {"": {"x": 1, "y": 2}}, {"b": {"x": 3, "y": 4}}];
    map_lists: BTreeMap<String, Vec<Point>> = [{}, {"a": []}, {"a": [{"x": 0, "y": 0}]}, {"b": []}];
    map_maps: BTreeMap<String, BTreeMap<Level, HashMap<String, u8>>> = [
        {}, {"a": {}}, {"a": {"Low": {}}}, {"a": {"Low": {"b": 1}}, "c": {}},
    ];
    map_anything: BTreeMap<String, Value> = [{}, {"a": null}, {"a": 1, "b": []}, {"c": {"d": null}}];
    tuple_one: (u8,) = [[0], [1], [128], [255]];
    tuple_two: (u8, String) = [[0, ""], [1, "a"], [255, "b"], [7, "7"]];
    tuple_three: (bool, f64, Level) = [[true, 0.5, "Low"], [false, -1.0, "High"], [true, 1e9, "Middle"], [false, 0.0, "Low"]];
    tuple_nested: ((u8, u8), (String, (bool, Point))) = [
        [[0, 1], ["a", [true, {"x": 0, "y": 0}]]], [[255, 255], ["", [false, {"x": 1, "y": 2}]]],
    ];
    tuple_lists: Vec<(String, Option<u8>)> = [[], [["a", null]], [["a", 1], ["b", null]], [["", 0]]];
    array_three: [u8; 3] = [[0, 0, 0], [1, 2, 3], [255, 255, 255], [7, 8, 9]];
    array_points: [Point; 1] = [[{"x": 0, "y": 0}], [{"x": 1, "y": 2}], [{"x": 3, "y": 4}], [{"x": 5, "y": 6}]];
    array_arrays: [[f64; 2]; 2] = [[[0.0, 0.0], [0.0, 0.0]], [[1.0, 2.0], [3.0, 4.0]], [[0.5, 0.5], [0.5, 0.5]]];
    array_none: [u8; 0] = [[], []];
    tuple_fields(args): Positions = [
        {"from": [0.0, 0.5], "path": [], "corners": [{"x": 0, "y": 0}, {"x": 1, "y": 1}], "named": {}},
        {
            "from": [1.0, 2.0], "to": null, "path": [[0.0, 0.0]], "corners": [{"x": 0, "y": 0}, {"x": 1, "y": 1}],
            "named": {"a": [1, "b"]},
        },
        {
            "from": [1.0, 2.0], "to": [3.0, 4.0], "path": [[0.0, 0.0], [1.0, 1.0]],
            "corners": [{"x": 7, "y": 7}, {"x": 8, "y": 8}], "named": {"": [0, ""]},
        },
    ];
}
