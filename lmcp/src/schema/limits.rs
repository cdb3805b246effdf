//! How large a schema may be: one written by hand may be anything.

use serde_json::Value;

/// How deep schemas may be nested.
const DEPTH: usize = 64;
/// How many bytes a schema may have.
const BYTES: usize = 256 * 1024;

/// Whether a schema is of a size that can be worked with; the error says what is too much.
pub(crate) fn check(schema: &Value) -> Result<(), String> {
    fn depth(value: &Value) -> usize {
        match value {
            Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
            Value::Object(entries) => 1 + entries.values().map(depth).max().unwrap_or(0),
            _ => 0,
        }
    }
    // A schema in a schema is two levels of JSON: a keyword and what it holds.
    let deep = depth(schema) / 2;
    if deep > DEPTH {
        return Err(format!("its schema is nested {deep} deep; at most {DEPTH} is taken"));
    }
    let size = schema.to_string().len();
    if size > BYTES {
        return Err(format!("its schema has {size} bytes; at most {BYTES} are taken"));
    }
    super::circle::check(schema)
}

#[cfg(test)]
mod tests {
    use super::check;
    use serde_json::json;

    #[test]
    fn deep_and_large_schemas_are_refused() {
        let mut deep = json!({});
        for _ in 0..65 {
            deep = json!({ "items": { "properties": { "a": deep } } });
        }
        assert!(check(&deep).is_err_and(|why| why.contains("deep")));
        assert!(check(&json!({ "enum": vec!["a"; 100_000] })).is_err_and(|why| why.contains("bytes")));
        assert_eq!(check(&json!({ "type": "object" })), Ok(()));
    }
}
