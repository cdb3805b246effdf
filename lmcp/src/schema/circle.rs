//! References that lead back to themselves with no step into a value in between: whoever follows them goes on for ever.

use super::reference::target;
use serde_json::Value;
use std::collections::HashSet;

/// Whether each reference of a schema leads somewhere in the end; the error names one that does not.
pub(crate) fn check(schema: &Value) -> Result<(), String> {
    let mut followed = Followed { root: schema, ended: HashSet::new(), open: Vec::new() };
    let mut pending = vec![schema];
    while let Some(value) = pending.pop() {
        match value {
            Value::Array(items) => pending.extend(items),
            Value::Object(entries) => {
                followed.follow(value)?;
                pending.extend(entries.values());
            }
            _ => {}
        }
    }
    Ok(())
}

struct Followed<'s> {
    root: &'s Value,
    /// Those that were seen to lead somewhere.
    ended: HashSet<&'s str>,
    /// Those that are being followed.
    open: Vec<&'s str>,
}

impl<'s> Followed<'s> {
    /// Follows what a schema asks of the same value.
    fn follow(&mut self, schema: &'s Value) -> Result<(), String> {
        for key in ["allOf", "anyOf", "oneOf"] {
            schema.get(key).and_then(Value::as_array).into_iter().flatten().try_for_each(|part| self.follow(part))?;
        }
        for key in ["not", "if", "then", "else"] {
            schema.get(key).map_or(Ok(()), |part| self.follow(part))?;
        }
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { return Ok(()) };
        if self.open.contains(&reference) {
            return Err(format!(
                "its {reference:?} is said to be {reference:?} again, so that no value can be held against it; say what \
                 it is, or refer to it from a property or an item only"
            ));
        }
        if self.ended.contains(reference) {
            return Ok(());
        }
        if let Some(next) = target(self.root, reference) {
            self.open.push(reference);
            self.follow(next)?;
            self.open.pop();
        }
        self.ended.insert(reference);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use serde_json::json;

    #[test]
    fn a_circle_is_refused_and_a_type_that_holds_itself_is_not() {
        for circle in [
            json!({ "$ref": "#" }),
            json!({ "$ref": "#/$defs/A", "$defs": { "A": { "$ref": "#/$defs/A" } } }),
            json!({ "items": { "$ref": "#/$defs/A" }, "$defs": {
                "A": { "anyOf": [{ "type": "null" }, { "$ref": "#/$defs/B" }] },
                "B": { "not": { "$ref": "#/$defs/A" } },
            } }),
        ] {
            assert!(check(&circle).is_err_and(|why| why.contains("again, so that")), "{circle}");
        }
        for held in [
            json!({ "properties": { "next": { "$ref": "#" } } }),
            json!({ "$ref": "#/$defs/A", "$defs": { "A": { "anyOf": [
                { "items": { "$ref": "#/$defs/A" } }, { "additionalProperties": { "$ref": "#/$defs/A" } },
            ] } } }),
            json!({ "allOf": [{ "$ref": "#/$defs/A" }, { "$ref": "#/$defs/A" }], "$defs": { "A": { "$ref": "#/$defs/Z" } } }),
        ] {
            assert_eq!(check(&held), Ok(()));
        }
    }
}
