//! Request ids, kept as the JSON they came as, so that any id is echoed exactly.

use serde_json::value::RawValue;

/// A request's id: a JSON string or integer, in one canonical spelling.
///
/// Integers of any size keep their digits; strings are spelled without needless escapes, so that the two
/// spellings of one id are equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Id(std::sync::Arc<str>);

/// The longest id, in bytes of JSON: it is kept as long as its request runs, which a message need not be.
const LONGEST: usize = 1024;

impl Id {
    /// Whether it is longer than any that is worked with.
    pub(crate) fn is_too_long(&self) -> bool {
        self.0.len() > LONGEST
    }

    /// Reads an id; `None` when it is neither a string nor an integer.
    pub(crate) fn read(raw: &RawValue) -> Option<Id> {
        let text = raw.get();
        match text.as_bytes().first()? {
            b'"' if text.contains('\\') => {
                let plain: String = serde_json::from_str(text).ok()?;
                Some(Id(serde_json::to_string(&plain).ok()?.into()))
            }
            b'"' => Some(Id(text.into())),
            b'-' | b'0'..=b'9' if !text.contains(['.', 'e', 'E']) => Some(Id(text.into())),
            _ => None,
        }
    }

    /// The id as JSON.
    pub(crate) fn as_json(&self) -> &str {
        &self.0
    }
}

impl serde::Serialize for Id {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        serde_json::from_str::<&RawValue>(&self.0).map_err(serde::ser::Error::custom)?.serialize(s)
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
