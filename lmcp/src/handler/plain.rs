//! A long string of JSON that is just what it says: given to serde as it stands, without a look at each of its bytes.

use crate::jsonrpc::Raw;
use serde::de::value::{BorrowedStrDeserializer, Error};
use serde::de::{DeserializeOwned, Deserializer, Visitor};
use std::borrow::Cow;

/// From here on a string is worth looking for escapes first.
const LONG: usize = 128;

/// Reads a value from JSON.
pub(crate) fn read<T: DeserializeOwned>(raw: Raw<'_>) -> serde_json::Result<T> {
    if raw.get().len() >= LONG
        && let Some(Cow::Borrowed(text)) = raw.text()
        && let Ok(value) = T::deserialize(Plain(text))
    {
        return Ok(value);
    }
    // Why it does not fit, serde_json says best.
    serde_json::from_str(raw.get())
}

/// Gives a string to serde as serde_json would.
struct Plain<'a>(&'a str);

impl<'de> Deserializer<'de> for Plain<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_str(self.0)
    }
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        BorrowedStrDeserializer::new(self.0).deserialize_enum(name, variants, visitor)
    }
    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_bytes(self.0.as_bytes())
    }
    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_bytes(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string unit unit_struct seq tuple tuple_struct map
        struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::{LONG, Plain};
    use serde::Deserialize;
    use serde_json::value::RawValue;
    use serde_json::{Value, json};
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Name(String);

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(transparent)]
    struct Clear {
        text: Box<str>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(untagged)]
    enum Either {
        Number(u64),
        Text(String),
        List(Vec<String>),
    }

    #[derive(Debug, Deserialize, PartialEq)]
    enum Choice {
        Aa,
        Bb(u8),
    }

    #[track_caller]
    fn agrees<T: serde::de::DeserializeOwned + std::fmt::Debug>(text: &str) {
        let ours = T::deserialize(Plain(text)).ok();
        let serdes = serde_json::from_value::<T>(json!(text)).ok();
        let json = json!(text).to_string();
        let from_text = serde_json::from_str::<T>(&json).ok();
        assert_eq!(format!("{ours:?}"), format!("{from_text:?}"), "{text}");
        assert_eq!(format!("{ours:?}"), format!("{serdes:?}"), "{text}");
    }

    #[test]
    fn a_plain_string_is_read_as_serde_json_reads_it() {
        for text in ["", "a", "7", "true", "null", "Aa", "Bb", "ä🦀", &"long ".repeat(LONG)] {
            agrees::<String>(text);
            agrees::<Option<String>>(text);
            agrees::<Option<Option<Name>>>(text);
            agrees::<Clear>(text);
            agrees::<Either>(text);
            agrees::<Option<Either>>(text);
            agrees::<Choice>(text);
            agrees::<Value>(text);
            agrees::<PathBuf>(text);
            agrees::<char>(text);
            agrees::<u64>(text);
            agrees::<f64>(text);
            agrees::<bool>(text);
            agrees::<()>(text);
            agrees::<Vec<u8>>(text);
            agrees::<BTreeMap<String, String>>(text);
        }
    }

    #[test]
    fn what_has_an_understanding_with_serde_json_is_left_to_it() {
        // `RawValue` takes no newtype, and what does not take the text is read by serde_json.
        assert!(Box::<RawValue>::deserialize(Plain("a")).is_err());
        let json = json!("a".repeat(LONG)).to_string();
        let raw: crate::jsonrpc::Raw<'_> = serde_json::from_str(&json).expect("JSON");
        assert_eq!(super::read::<Box<RawValue>>(raw).expect("raw").get(), json);
        assert_eq!(super::read::<u64>(raw).expect_err("a number").to_string(), {
            serde_json::from_str::<u64>(&json).expect_err("a number").to_string()
        });
    }
}
