//! Forms: from a type to the few schemas that clients can show, as each revision spells them, and from what the user
//! entered back to the type.
//!
//! Spec: client/elicitation, "Requested Schema".

use crate::protocol::ProtocolVersion;
use crate::registry::nearest::nearest;
use crate::schema::WIDE;
use crate::schema::portable::drop_null;
use crate::schema::rules::natural;
use crate::schema::source::form_generator;
use crate::sorted::sorted_by_key;
use crate::type_name::type_name;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

type Object = Map<String, Value>;

/// What a user can be asked for: see [`Context::elicit`](crate::Context::elicit).
///
/// ```
/// use lmcp::{Context, Unanswered};
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Seat {
///     row: u8,
///     by_the_window: Option<bool>,
/// }
///
/// async fn ask(ctx: &Context) -> Result<(Seat, bool), Unanswered> {
///     let seat = ctx.elicit::<Seat>("Which seat?").await?; // a struct is a form with fields
///     let meal = ctx.elicit::<bool>("With a meal?").await?; // a value is a form with one
///     Ok((seat, meal))
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "a user cannot be asked for `{Self}`",
    label = "no form",
    note = "what a form asks for derives both: `#[derive(serde::Deserialize, schemars::JsonSchema)]`",
    note = "a type of another crate has `JsonSchema` by a feature of schemars 1: `schemars = {{ version = \"1\", features = [\"uuid1\"] }}`, or `chrono04`, `url2`, `jiff02`; what schemars 0.8 derives is another trait"
)]
pub trait Answer: DeserializeOwned + JsonSchema + 'static {}
impl<T: DeserializeOwned + JsonSchema + 'static> Answer for T {}

/// A form, spelled as the newest revision does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Form {
    fields: Vec<(String, Object)>,
    required: Vec<String>,
    shape: Shape,
}

/// What the type is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// An object of the fields.
    Fields,
    /// The only field's value.
    Value,
    /// Nothing.
    Unit,
}

/// The name of the field of a form that asks for one value.
const VALUE: &str = "value";

impl Form {
    /// The form that asks for a `T`, or why there is none.
    pub(crate) fn of<T: Answer>() -> Result<Self, String> {
        let mut generator = form_generator();
        let schema = generator.subschema_for::<T>().to_value();
        Self::from_schema(schema, declared::<T>()).map_err(|why| format!("the form of `{}`: {why}", short_name::<T>()))
    }

    fn from_schema(schema: Value, order: &[&str]) -> Result<Self, String> {
        let Value::Object(mut schema) = schema else { return Err("its schema says nothing".into()) };
        if schema.get("type").is_some_and(|kind| kind == "null") {
            return Ok(Form { fields: Vec::new(), required: Vec::new(), shape: Shape::Unit });
        }
        if schema.get("type").is_some_and(|kind| kind == "object") {
            let required = match schema.remove("required") {
                Some(Value::Array(names)) => {
                    names.into_iter().filter_map(|name| Some(name.as_str()?.to_owned())).collect()
                }
                _ => Vec::new(),
            };
            let Some(Value::Object(properties)) = schema.remove("properties") else {
                return Err("it has no fields of its own; forms hold named fields, and no maps".into());
            };
            let (mut fields, mut wrong) = (Vec::new(), Vec::new());
            for (name, schema) in properties {
                match field(schema) {
                    Ok((field, _)) => fields.push((name, field)),
                    Err(why) => wrong.push(format!("`{name}` is {why}")),
                }
            }
            if !wrong.is_empty() {
                return Err(format!("{}; forms hold texts, numbers, booleans and choices", wrong.join(", ")));
            }
            let place = |name: &str| order.iter().position(|known| *known == name).unwrap_or(order.len());
            let fields = sorted_by_key(fields, |(name, _)| place(name));
            return Ok(Form { fields, required, shape: Shape::Fields });
        }
        match field(Value::Object(schema)) {
            Ok((field, nullable)) => Ok(Form {
                fields: vec![(VALUE.into(), field)],
                required: if nullable { Vec::new() } else { vec![VALUE.into()] },
                shape: Shape::Value,
            }),
            Err(why) => Err(format!("it is {why}; forms hold texts, numbers, booleans and choices")),
        }
    }

    /// The names of its fields, in the order in which they were declared.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name.as_str())
    }

    /// `requestedSchema`, as this revision spells it.
    pub(crate) fn schema(&self, version: ProtocolVersion) -> Value {
        let properties: Object = self
            .fields
            .iter()
            .map(|(name, field)| {
                let field = if version.has_full_forms() { field.clone() } else { plain(field) };
                (name.clone(), Value::Object(field))
            })
            .collect();
        let mut schema = json!({ "type": "object", "properties": properties });
        if !self.required.is_empty() {
            schema["required"] = json!(self.required);
        }
        schema
    }

    /// The value that the user entered, or everything that is wrong with it.
    pub(crate) fn read<T: Answer>(&self, content: &Value) -> Result<T, String> {
        let empty = Object::new();
        let content = match content {
            Value::Object(content) => content,
            Value::Null => &empty,
            _ => return Err("its `content` is no object".into()),
        };
        let mut taken = Object::new();
        let mut problems = Vec::new();
        for (name, field) in &self.fields {
            match content.get(name).filter(|value| !value.is_null()) {
                Some(value) => {
                    let value = settle(field, value);
                    problems.extend(problem(field, &value).map(|problem| format!("{name}: {problem}")));
                    taken.insert(name.clone(), value);
                }
                None if self.required.contains(name) => {
                    let others =
                        content.keys().map(String::as_str).filter(|came| self.names().all(|known| known != *came));
                    let meant = nearest(name, others).map(|came| format!("; is {came:?} meant?")).unwrap_or_default();
                    problems.push(format!("{name}: required, missing{meant}"));
                }
                None => {}
            }
        }
        if !problems.is_empty() {
            return Err(problems.join("; "));
        }
        let value = match self.shape {
            Shape::Fields => Value::Object(taken),
            Shape::Value => taken.remove(VALUE).unwrap_or_default(),
            Shape::Unit => Value::Null,
        };
        // What the type says besides, and no form can: a pattern, for one.
        let broken = crate::schema::broken::<T>(&value);
        if !broken.is_empty() {
            return Err(broken.join("; "));
        }
        serde_json::from_value(value).map_err(|e| crate::handler::call::reason(&e))
    }
}

/// The fields of a struct in the order in which they were declared, as serde tells it; nothing of any other type.
pub(crate) fn declared<T: DeserializeOwned>() -> &'static [&'static str] {
    struct Fields<'a>(&'a mut &'static [&'static str]);
    impl<'de> serde::Deserializer<'de> for Fields<'_> {
        type Error = serde::de::value::Error;
        fn deserialize_any<V: serde::de::Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
            Err(serde::de::Error::custom("no struct"))
        }
        fn deserialize_struct<V: serde::de::Visitor<'de>>(
            self,
            _: &'static str,
            fields: &'static [&'static str],
            visitor: V,
        ) -> Result<V::Value, Self::Error> {
            *self.0 = fields;
            self.deserialize_any(visitor)
        }
        fn deserialize_newtype_struct<V: serde::de::Visitor<'de>>(
            self,
            _: &'static str,
            visitor: V,
        ) -> Result<V::Value, Self::Error> {
            visitor.visit_newtype_struct(self)
        }
        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
            seq tuple tuple_struct map enum identifier ignored_any
        }
    }
    let mut fields: &'static [&'static str] = &[];
    let _no_value = T::deserialize(Fields(&mut fields));
    fields
}

/// A type's name without its path.
fn short_name<T>() -> String {
    let name = type_name::<T>();
    if name.contains('<') { name } else { name.rsplit("::").next().unwrap_or(&name).to_owned() }
}

/// One field, and whether it may be empty; or what it is instead.
fn field(schema: Value) -> Result<(Object, bool), &'static str> {
    let Value::Object(mut schema) = schema else { return Err("anything at all") };
    let nullable = drop_null(&mut schema);
    let mut field = Object::new();
    for key in ["title", "description"] {
        if let Some(text) = schema.remove(key) {
            field.insert(key.into(), text);
        }
    }
    if let Some(default) = schema.remove("default").filter(|default| !default.is_null()) {
        field.insert("default".into(), default);
    }
    if let Some(choices) = Choices::of(&schema) {
        choices.write(&mut field, "oneOf");
        if let Some(names) = schema.remove("enumNames") {
            field.insert("enumNames".into(), names);
        }
        return Ok((field, nullable));
    }
    let kept: &[&str] = match schema.get("type").and_then(Value::as_str) {
        Some("string") => &["minLength", "maxLength"],
        Some("number" | "integer") => &["minimum", "maximum"],
        Some("boolean") => &[],
        Some("array") => {
            let items = schema.get("items").and_then(Value::as_object).and_then(Choices::of);
            let Some(items) = items else { return Err("a list of something else than choices") };
            field.insert("items".into(), Value::Object(items.into_items()));
            &["minItems", "maxItems"]
        }
        Some("object") => return Err("an object"),
        Some(_) => return Err("of a kind of its own"),
        None if schema.contains_key("$ref") => return Err("a type that holds itself"),
        None => return Err("of several types"),
    };
    let formats = ["email", "uri", "date", "date-time"];
    if let Some(format) = schema.get("format").filter(|format| formats.iter().any(|known| *format == known)) {
        field.insert("format".into(), format.clone());
    }
    if let (Some("integer"), Some(low)) =
        (schema.get("type").and_then(Value::as_str), schema.get("format").and_then(Value::as_str).and_then(bounds))
    {
        for (key, bound) in [("minimum", low.0), ("maximum", low.1)] {
            if !schema.contains_key(key) {
                schema.insert(key.into(), bound.into());
            }
        }
    }
    for key in ["type"].iter().chain(kept) {
        if let Some(value) = schema.remove(*key) {
            field.insert((*key).into(), value);
        }
    }
    Ok((field, nullable))
}

/// What an integer of up to 32 bits can hold.
fn bounds(format: &str) -> Option<(i64, i64)> {
    let (low, high) = natural(format)?;
    Some((low.try_into().ok()?, high.try_into().ok().filter(|high| *high <= i64::from(u32::MAX))?))
}

/// A few texts to choose from, each with the title that a person sees.
struct Choices(Vec<(String, Option<String>)>);

impl Choices {
    fn of(schema: &Object) -> Option<Self> {
        if let Some(Value::Array(members)) = schema.get("oneOf").or_else(|| schema.get("anyOf")) {
            let members = members.iter().map(|member| member.as_object().and_then(Choices::of));
            return Some(Choices(
                members.collect::<Option<Vec<_>>>()?.into_iter().flat_map(|choices| choices.0).collect(),
            ));
        }
        if let Some(Value::Array(values)) = schema.get("enum") {
            let plain = |value: &Value| Some((value.as_str()?.to_owned(), None));
            return values.iter().map(plain).collect::<Option<Vec<_>>>().map(Choices);
        }
        let value = schema.get("const")?.as_str()?.to_owned();
        let text = |key: &str| Some(schema.get(key)?.as_str()?.trim().trim_end_matches('.').to_owned());
        Some(Choices(vec![(value, text("title").or_else(|| text("description")))]))
    }

    fn are_titled(&self) -> bool {
        self.0.iter().any(|(_, title)| title.is_some())
    }

    fn titled(&self) -> Value {
        let choice = |(value, title): &(String, Option<String>)| json!({ "const": value, "title": title.as_ref().unwrap_or(value) });
        self.0.iter().map(choice).collect()
    }

    fn values(&self) -> Value {
        self.0.iter().map(|(value, _)| value.as_str()).collect()
    }

    fn write(&self, field: &mut Object, union: &str) {
        field.insert("type".into(), "string".into());
        if self.are_titled() {
            field.insert(union.into(), self.titled());
        } else {
            field.insert("enum".into(), self.values());
        }
    }

    fn into_items(self) -> Object {
        let mut items = Object::new();
        if self.are_titled() {
            items.insert("anyOf".into(), self.titled());
        } else {
            items.insert("type".into(), "string".into());
            items.insert("enum".into(), self.values());
        }
        items
    }
}

/// The choices of a field, several or one, by value and title.
fn choices(field: &Object) -> Option<Vec<(String, Option<String>)>> {
    let of = field.get("items").and_then(Value::as_object).unwrap_or(field);
    Choices::of(of).map(|choices| choices.0)
}

/// A field as 2025-06-18 knows it: defaults of booleans only, titles beside the values, one choice only.
fn plain(field: &Object) -> Object {
    let mut plain = field.clone();
    let is = |kind: &str| field.get("type").is_some_and(|t| t == kind);
    if !is("boolean") {
        plain.remove("default");
    }
    let Some(choices) = choices(field) else { return plain };
    if is("array") {
        for key in ["items", "minItems", "maxItems"] {
            plain.remove(key);
        }
        plain.insert("type".into(), "string".into());
        let names = choices.iter().map(|(value, title)| title.as_ref().unwrap_or(value).as_str()).collect::<Vec<_>>();
        let before =
            field.get("description").and_then(Value::as_str).map(|text| format!("{text} ")).unwrap_or_default();
        let mark = separator(&choices);
        let kind = if mark == ',' { "commas" } else { "semicolons" };
        let note = format!("{before}(Any of these, separated by {kind}: {})", names.join(&format!("{mark} ")));
        plain.insert("description".into(), note.into());
    } else if plain.remove("oneOf").is_some() {
        plain.insert("enum".into(), choices.iter().map(|(value, _)| value.as_str()).collect());
        let names = choices.iter().map(|(value, title)| title.as_ref().unwrap_or(value).as_str());
        plain.insert("enumNames".into(), names.collect());
    }
    plain
}

/// What stands between several choices in one text: a comma, unless some choice has one.
fn separator(choices: &[(String, Option<String>)]) -> char {
    let has_comma = |text: &str| text.contains(',');
    let some = choices.iter().any(|(value, title)| has_comma(value) || title.as_deref().is_some_and(has_comma));
    if some { ';' } else { ',' }
}

/// A value as the field means it: `30.0` is an integer, `red, green` are two choices, a title stands for its choice.
fn settle(field: &Object, value: &Value) -> Value {
    let is = |kind: &str| field.get("type").is_some_and(|t| t == kind);
    if is("integer")
        && let Some(number) = value.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < 9_007_199_254_740_992.0)
        && !(value.is_i64() || value.is_u64())
    {
        return json!(number as i64);
    }
    let Some(choices) = choices(field) else { return value.clone() };
    let meant = |text: &str| {
        let named =
            choices.iter().find(|(_, title)| title.as_deref().is_some_and(|title| title.eq_ignore_ascii_case(text)));
        let known = choices.iter().any(|(value, _)| value == text);
        if known { text.to_owned() } else { named.map_or_else(|| text.to_owned(), |(value, _)| value.clone()) }
    };
    match value {
        Value::String(text) if is("array") => {
            text.split(separator(&choices)).map(str::trim).filter(|part| !part.is_empty()).map(meant).collect()
        }
        Value::String(text) => meant(text).into(),
        _ => value.clone(),
    }
}

/// What is wrong with a value, if something is.
pub(crate) fn problem(field: &Object, value: &Value) -> Option<String> {
    let allowed = choices(field);
    let one_of = |choices: &[(String, Option<String>)]| {
        format!("expected one of {}", choices.iter().map(|(value, _)| value.as_str()).collect::<Vec<_>>().join(", "))
    };
    let knows = |choices: &[(String, Option<String>)], value: &Value| choices.iter().any(|(known, _)| value == known);
    let bound = |key: &str| field.get(key).and_then(Value::as_f64);
    let outside = |amount: f64, low: &str, high: &str| {
        bound(low).is_some_and(|low| amount < low) || bound(high).is_some_and(|high| amount > high)
    };
    let between = |what: &str, low: Option<&Value>, high: Option<&Value>| match (low, high) {
        (Some(low), Some(high)) => format!("expected {what} from {low} to {high}"),
        (Some(low), None) if low.as_f64() == Some(0.0) => format!("expected {what} that is not negative"),
        (Some(low), None) => format!("expected {what} from {low} on"),
        (None, Some(high)) => format!("expected {what} up to {high}"),
        (None, None) => format!("expected {what}"),
    };
    let range = |what: &str, low: &str, high: &str| between(what, field.get(low), field.get(high));
    // As with arguments: bounds of a machine's integers are not told, unless they are what is overstepped.
    let numbers = |what: &str, amount: Option<f64>| {
        let told = |key: &str, beyond: fn(&f64, &f64) -> bool| {
            let is_told = |bound: f64| bound.abs() < WIDE || amount.is_some_and(|amount| beyond(&amount, &bound));
            field.get(key).filter(|bound| bound.as_f64().is_some_and(is_told))
        };
        between(what, told("minimum", f64::lt), told("maximum", f64::gt))
    };
    match (field.get("type").and_then(Value::as_str)?, value) {
        ("array", Value::Array(values)) => match &allowed {
            Some(choices) if !values.iter().all(|value| knows(choices, value)) => Some(one_of(choices)),
            _ if outside(values.len() as f64, "minItems", "maxItems") => {
                Some(range("a number of choices", "minItems", "maxItems"))
            }
            _ => None,
        },
        ("string", Value::String(text)) => match &allowed {
            Some(choices) if !knows(choices, value) => Some(one_of(choices)),
            Some(_) => None,
            None if outside(text.chars().count() as f64, "minLength", "maxLength") => {
                Some(range("a number of characters", "minLength", "maxLength"))
            }
            None => None,
        },
        ("integer", Value::Number(number)) if !number.is_f64() => {
            number.as_f64().filter(|n| outside(*n, "minimum", "maximum")).map(|n| numbers("an integer", Some(n)))
        }
        ("number", Value::Number(number)) => {
            number.as_f64().filter(|n| outside(*n, "minimum", "maximum")).map(|n| numbers("a number", Some(n)))
        }
        ("boolean", Value::Bool(_)) => None,
        ("array", _) => Some("expected a list".into()),
        ("string", _) => Some("expected a text".into()),
        ("integer", _) => Some(numbers("an integer", None)),
        ("number", _) => Some(numbers("a number", None)),
        _ => Some("expected true or false".into()),
    }
}

#[cfg(test)]
#[path = "form/tests.rs"]
mod tests;
