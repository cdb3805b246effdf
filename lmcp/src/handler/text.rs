//! Values from strings: prompt arguments and template segments are strings on the wire, whatever their type.
//!
//! A `String` takes its text as it is; numbers, booleans and unit variants are parsed; anything with structure is
//! read as JSON.

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess,
    VariantAccess, Visitor,
};
use std::borrow::Cow;

type Error = serde::de::value::Error;

/// Reads one value from its text.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    T::deserialize(Plain(text)).map_err(|e| in_words(&e.to_string()))
}

/// Reads a struct from named texts.
pub(crate) fn parse_all<T: DeserializeOwned>(pairs: &[(Cow<'_, str>, Cow<'_, str>)]) -> Result<T, String> {
    T::deserialize(All(pairs)).map_err(|e| in_words(&e.to_string()))
}

struct Plain<'a>(&'a str);

impl<'a> Plain<'a> {
    fn number<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Error> {
        let text = self.0.trim();
        if let Ok(n) = text.parse::<u64>() {
            visitor.visit_u64(n)
        } else if let Ok(n) = text.parse::<i64>() {
            visitor.visit_i64(n)
        } else if let Some(n) = text.parse::<f64>().ok().filter(|n| n.is_finite()) {
            visitor.visit_f64(n)
        } else {
            visitor.visit_str(self.0)
        }
    }

    fn wide<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Error> {
        let text = self.0.trim();
        if let Ok(n) = text.parse::<u128>() {
            visitor.visit_u128(n)
        } else if let Ok(n) = text.parse::<i128>() {
            visitor.visit_i128(n)
        } else {
            visitor.visit_str(self.0)
        }
    }

    fn boolean<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.trim() {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => visitor.visit_str(self.0),
        }
    }

    fn json<V: Visitor<'a>>(
        self,
        visitor: V,
        read: impl FnOnce(&mut serde_json::Deserializer<serde_json::de::StrRead<'a>>, V) -> serde_json::Result<V::Value>,
    ) -> Result<V::Value, Error> {
        let mut json = serde_json::Deserializer::from_str(self.0);
        let value = read(&mut json, visitor).and_then(|value| json.end().map(|()| value));
        value.map_err(|e| {
            let what = e.to_string();
            Error::custom(format_args!(
                "not the JSON that is expected here: {}",
                what.split(" at line ").next().unwrap_or_default()
            ))
        })
    }
}

macro_rules! forward {
    ($($method:ident => $to:ident),* $(,)?) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> { self.$to(visitor) }
    )* };
}

impl<'de> Deserializer<'de> for Plain<'de> {
    type Error = Error;
    forward! {
        deserialize_i8 => number, deserialize_i16 => number, deserialize_i32 => number, deserialize_i64 => number,
        deserialize_u8 => number, deserialize_u16 => number, deserialize_u32 => number, deserialize_u64 => number,
        deserialize_f32 => number, deserialize_f64 => number,
        deserialize_i128 => wide, deserialize_u128 => wide, deserialize_bool => boolean,
    }
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(self.0)
    }
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }
    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_empty() { visitor.visit_unit() } else { visitor.visit_str(self.0) }
    }
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.json(visitor, |json, visitor| json.deserialize_seq(visitor))
    }
    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.json(visitor, |json, visitor| json.deserialize_tuple(len, visitor))
    }
    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.json(visitor, |json, visitor| json.deserialize_tuple_struct(name, len, visitor))
    }
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.json(visitor, |json, visitor| json.deserialize_map(visitor))
    }
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.json(visitor, |json, visitor| json.deserialize_struct(name, fields, visitor))
    }
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if self.0.trim_start().starts_with('{') {
            return self.json(visitor, |json, visitor| json.deserialize_enum(name, variants, visitor));
        }
        visitor.visit_enum(Unit(self.0))
    }
    serde::forward_to_deserialize_any! { char str string bytes byte_buf unit_struct identifier ignored_any }
}

/// A unit variant by its name.
struct Unit<'a>(&'a str);

impl<'de, 'a> EnumAccess<'de> for Unit<'a> {
    type Error = Error;
    type Variant = OnlyUnit;
    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, OnlyUnit), Error> {
        let name: StrDeserializer<'a, Error> = self.0.into_deserializer();
        Ok((seed.deserialize(name)?, OnlyUnit))
    }
}

struct OnlyUnit;

impl<'de> VariantAccess<'de> for OnlyUnit {
    type Error = Error;
    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Error> {
        Err(Error::custom("this variant holds a value: write it as JSON"))
    }
    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("this variant holds values: write it as JSON"))
    }
    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, Error> {
        Err(Error::custom("this variant holds fields: write it as JSON"))
    }
}

/// Named texts as the fields of a struct.
struct All<'a>(&'a [(Cow<'a, str>, Cow<'a, str>)]);

impl<'de> Deserializer<'de> for All<'de> {
    type Error = Error;
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(Fields { left: self.0, value: None })
    }
    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Fields<'a> {
    left: &'a [(Cow<'a, str>, Cow<'a, str>)],
    value: Option<(&'a str, &'a str)>,
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Error;
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(((name, value), left)) = self.left.split_first() else { return Ok(None) };
        self.left = left;
        self.value = Some((name, value));
        let name: StrDeserializer<'_, Error> = (**name).into_deserializer();
        seed.deserialize(name).map(Some)
    }
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let (name, text) = self.value.take().unwrap_or_default();
        seed.deserialize(Plain(text)).map_err(|e| Error::custom(format_args!("{name}: {e}")))
    }
}

/// serde's "invalid type: A, expected B" and its like, the way a person would say it.
pub(crate) fn in_words(text: &str) -> String {
    // What only a program knows by its name.
    for (said, words) in [
        ("data did not match any variant of untagged enum ", "fits none of the forms that are taken here"),
        ("unexpected end of hex escape", "holds half of a character; write the character itself"),
        ("lone leading surrogate in hex escape", "holds half of a character; write the character itself"),
        ("number out of range", "a number out of range"),
        ("recursion limit exceeded", "nested too deep"),
    ] {
        if let Some(at) = text.find(said) {
            return format!("{}{words}", &text[..at]);
        }
    }
    for prefix in ["invalid type: ", "invalid value: "] {
        if let Some(at) = text.find(prefix)
            && let Some((got, expected)) = text[at + prefix.len()..].split_once(", expected ")
        {
            return format!("{}expected {}, got {}", &text[..at], expectation(expected), shown(got));
        }
    }
    if let Some(at) = text.find("unknown variant `")
        && let Some((got, expected)) = text[at + "unknown variant `".len()..].split_once("`, expected ")
    {
        let expected = expected.trim_start_matches("one of ").replace('`', "");
        return format!(
            "{}expected {}{expected}, got {:?}",
            &text[..at],
            if expected.contains(',') { "one of " } else { "" },
            shown(got)
        );
    }
    text.to_owned()
}

fn expectation(name: &str) -> Cow<'_, str> {
    Cow::Borrowed(match name {
        "i8" => "an integer from -128 to 127",
        "i16" => "an integer from -32768 to 32767",
        "u8" => "an integer from 0 to 255",
        "u16" => "an integer from 0 to 65535",
        "i32" | "i64" | "i128" | "isize" => "an integer",
        "u32" | "u64" | "u128" | "usize" => "an integer that is not negative",
        "f32" | "f64" => "a number",
        "a sequence" => "an array",
        "a map" => "an object",
        _ => match name.strip_prefix("struct ") {
            Some(_) => "an object",
            None => name,
        },
    })
}

/// What came, shortened.
fn shown(got: &str) -> String {
    let got = match got {
        "sequence" => "an array",
        "map" => "an object",
        "unit value" => "null",
        _ => got
            .trim_start_matches("string ")
            .trim_start_matches("integer ")
            .trim_start_matches("floating point ")
            .trim_start_matches("boolean ")
            .trim_matches('`'),
    };
    match got.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &got[..end]),
        None => got.to_owned(),
    }
}
