//! Request ids, kept as the JSON they came as, so that any id is echoed exactly.

use super::Raw;
use serde_json::value::RawValue;
use std::sync::Arc;

/// A request's id: a JSON string or integer, in one canonical spelling.
///
/// Integers of any size keep their digits; strings are spelled without needless escapes, so that the two
/// spellings of one id are equal.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Id(Spelling);

/// Most ids are short, and need no memory of their own.
#[derive(Clone, PartialEq, Eq)]
enum Spelling {
    Short { length: u8, bytes: [u8; SHORT] },
    Long(Arc<str>),
}

const SHORT: usize = 22;

/// The longest id, in bytes of JSON: it is kept as long as its request runs, which a message need not be.
const LONGEST: usize = 1024;

impl Id {
    /// Whether it is longer than any that is worked with.
    pub(crate) fn is_too_long(&self) -> bool {
        self.as_bytes().len() > LONGEST
    }

    /// Reads an id; `None` when it is neither a string nor an integer.
    pub(crate) fn read(raw: Raw<'_>) -> Option<Id> {
        let text = raw.get();
        match text.as_bytes().first()? {
            b'"' if text.contains('\\') => Some(Id::of(&serde_json::to_string(&*raw.text()?).ok()?)),
            b'"' => Some(Id::of(text)),
            b'-' | b'0'..=b'9' if !text.contains(['.', 'e', 'E']) => Some(Id::of(text)),
            _ => None,
        }
    }

    fn of(text: &str) -> Id {
        let mut bytes = [0; SHORT];
        Id(match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(text.as_bytes());
                Spelling::Short { length, bytes }
            }
            _ => Spelling::Long(text.into()),
        })
    }

    /// The id as JSON.
    pub(crate) fn as_json(&self) -> &str {
        match &self.0 {
            // What was put in is a text.
            Spelling::Short { .. } => std::str::from_utf8(self.as_bytes()).unwrap_or("null"),
            Spelling::Long(text) => text,
        }
    }

    /// The bytes of the id's JSON.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Spelling::Short { length, bytes } => bytes.get(..usize::from(*length)).unwrap_or_default(),
            Spelling::Long(text) => text.as_bytes(),
        }
    }
}

/// In one piece, which is what a hasher is fast with.
impl std::hash::Hash for Id {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        state.write(self.as_bytes());
    }
}

impl serde::Serialize for Id {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        serde_json::from_str::<&RawValue>(self.as_json()).map_err(serde::ser::Error::custom)?.serialize(s)
    }
}

impl std::fmt::Debug for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_json())
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_json())
    }
}

#[cfg(test)]
mod tests {
    use super::{Id, SHORT};
    use crate::jsonrpc::Raw;

    #[test]
    fn ids_are_echoed_as_they_came_short_or_long() {
        for length in (1..SHORT + 3).chain([300]) {
            for json in ["7".repeat(length), format!("-{}", "7".repeat(length)), format!("\"{}\"", "a".repeat(length))]
            {
                let raw: Raw<'_> = serde_json::from_str(&json).expect("JSON");
                let id = Id::read(raw).expect("an id");
                assert_eq!(id.as_json(), json);
                assert_eq!(serde_json::to_string(&id).expect("JSON"), json);
                assert_eq!((id.to_string(), format!("{id:?}")), (json.clone(), json.clone()));
                assert!(id == Id::read(raw).expect("an id") && id != Id::of("0"));
            }
        }
        for (came, kept) in [(r#""\u0061""#, r#""a""#), (r#""\u0000""#, r#""\u0000""#), (r#""ä\/""#, r#""ä/""#)] {
            assert_eq!(Id::read(serde_json::from_str(came).expect("JSON")).expect("an id").as_json(), kept);
        }
        for none in ["1.0", "1e3", "null", "true", "[]", "{}"] {
            assert!(Id::read(serde_json::from_str(none).expect("JSON")).is_none(), "{none}");
        }
    }
}
