//! Which keys `#[tool]`, `#[resource]`, `#[prompt]` and `#[arg]` have, and what their values mean.

use crate::args::{self, Entry, Given, Item, literal, once};
use crate::errors::Errors;
use crate::guard;
use crate::model::{Arg, Attr, Common, Default, Icon, Kind, Resource, Tool};
use crate::nearest::{listed, nearest};
use crate::template;
use proc_macro2::TokenStream;
use std::collections::HashSet;
use syn::{Attribute, Expr, Lit, LitStr, Meta};

const COMMON: [&str; 13] = [
    "name",
    "title",
    "description",
    "icon",
    "meta",
    "tags",
    "scopes",
    "timeout",
    "concurrency",
    "rate",
    "blocking",
    "elicits",
    "crate",
];
const TOOL: [&str; 8] =
    ["read_only", "destructive", "idempotent", "open_world", "alias", "schema", "strict", "unenforced"];
const RESOURCE: [&str; 2] = ["mime", "size"];
const ARG: [&str; 6] = ["default", "description", "alias", "complete", "header", "secret"];

/// What schemars calls rules, and what else people call them.
const RULES: [&str; 12] = [
    "range",
    "length",
    "min",
    "max",
    "minimum",
    "maximum",
    "pattern",
    "regex",
    "email",
    "url",
    "format",
    "multiple_of",
];

/// Those of them that mean something there; the others are known all the same, and told why they are not for it.
fn arg_keys(attr: Attr) -> &'static [&'static str] {
    match attr {
        Attr::Tool => &["default", "description", "alias", "header", "secret"],
        Attr::Prompt => &["default", "description", "alias", "complete", "secret"],
        Attr::Resource => &["description", "complete", "secret"],
    }
}

/// How an argument gets rules.
pub(crate) const AS_STRUCT: &str = "take the arguments as one struct, `Args<T>`, or this parameter as a struct, and \
                                    write it on the field";

/// The names of `lmcp::Profile`.
const PROFILES: [&str; 4] = ["portable", "openai-strict", "gemini", "raw"];

/// Keys that may be given more than once.
const REPEATABLE: [&str; 5] = ["icon", "tags", "scopes", "alias", "elicits"];

/// Reads the arguments of `#[tool]`, `#[resource]` or `#[prompt]`; `None` where what is missing has been reported.
pub(crate) fn read(attr: Attr, tokens: TokenStream, errors: &mut Errors) -> (Common, Option<Kind>) {
    let own: &[&str] = match attr {
        Attr::Tool => &TOOL,
        Attr::Resource => &RESOURCE,
        Attr::Prompt => &[],
    };
    let keys: Vec<&str> = own.iter().chain(&COMMON).copied().collect();
    let (first, mut entries) = args::parse(tokens, (attr == Attr::Resource).then_some(&keys), errors);
    // `uri = "..."` is a mistake that has an answer of its own.
    let uri_as_key = entries.iter().position(|entry| attr == Attr::Resource && entry.name() == "uri");
    let uri_as_key = uri_as_key.map(|index| entries.remove(index));
    let mut common = Common::default();
    let mut tool = Tool::default();
    let (mut mime, mut size) = (None, None);
    for entry in known(entries, &keys, &keys, &format!("#[{}]", attr.name()), errors) {
        match &*entry.name() {
            "read_only" => once(&mut tool.read_only, entry.flag(errors)),
            "destructive" => once(&mut tool.destructive, entry.flag(errors)),
            "idempotent" => once(&mut tool.idempotent, entry.flag(errors)),
            "open_world" => once(&mut tool.open_world, entry.flag(errors)),
            "alias" => tool.aliases.extend(entry.texts(errors)),
            "schema" => once(&mut tool.schema, read_profile(&entry, errors)),
            "strict" => tool.strict = entry.flag(errors) == Some(true),
            "unenforced" => tool.unenforced = entry.flag(errors) == Some(true),
            "mime" => once(&mut mime, entry.text(errors)),
            "size" => once(&mut size, entry.number(0, errors)),
            _ => read_common(&mut common, &entry, errors),
        }
    }
    let kind = match attr {
        Attr::Tool => Some(Kind::Tool(tool)),
        Attr::Prompt => Some(Kind::Prompt),
        Attr::Resource => read_uri(first, uri_as_key, errors).map(|uri| {
            let template = template::parse(&uri.value()).map_err(|mistakes| {
                for (wrong, write) in mistakes {
                    errors.add(&uri, wrong, write);
                }
            });
            Kind::Resource(Resource { uri, template: template.ok(), mime, size })
        }),
    };
    (common, kind)
}

fn read_common(common: &mut Common, entry: &Entry, errors: &mut Errors) {
    match &*entry.name() {
        "name" => once(&mut common.name, entry.text(errors)),
        "title" => once(&mut common.title, entry.text(errors)),
        "description" => once(&mut common.description, entry.text(errors)),
        "icon" => common.icons.extend(read_icon(entry, errors)),
        "meta" => once(&mut common.meta, entry.expr(errors)),
        "tags" => common.tags.extend(entry.texts(errors)),
        "scopes" => guard::read_scopes(&mut common.scopes, entry, errors),
        "rate" => once(&mut common.rate, guard::read_rate(entry, errors)),
        "timeout" => {
            let millis = read_timeout(entry, errors);
            once(&mut common.timeout, millis.map(|millis| (entry.key.clone(), millis)));
        }
        "concurrency" => {
            let number = entry.number(1, errors).and_then(|number| usize::try_from(number).ok());
            once(&mut common.concurrency, number);
        }
        "blocking" => {
            let on = entry.flag(errors) == Some(true);
            once(&mut common.blocking, on.then(|| entry.key.clone()));
        }
        "elicits" => common.forms.extend(entry.types(errors)),
        "crate" => once(&mut common.root, entry.path("the lmcp crate", errors)),
        _ => {}
    }
}

/// Leaves out entries with unknown keys, and all but the first of keys that may be given once. Of all `keys`, those that are
/// `for_this` are told to who looks for one.
fn known(entries: Vec<Entry>, keys: &[&str], for_this: &[&str], attribute: &str, errors: &mut Errors) -> Vec<Entry> {
    let mut seen = HashSet::new();
    let mut known = Vec::new();
    for entry in entries {
        let name = entry.name();
        if attribute == "#[arg]" && RULES.contains(&&*name) {
            errors.add(
                &entry.key,
                format!("`#[arg]` has no key `{name}`: rules stand on the fields of a struct, as `#[schemars(...)]`"),
                AS_STRUCT,
            );
        } else if attribute == "#[arg]" && matches!(&*name, "name" | "rename") {
            errors.add(
                &entry.key,
                format!("`#[arg]` has no key `{name}`: an argument is called as its parameter is"),
                "call the parameter so, `r#type` for `type`; or take the arguments as one struct, `Args<T>`, and write \
                 `#[serde(rename = \"...\")]` on the field",
            );
        } else if !keys.contains(&&*name) {
            let near = nearest(&name, for_this.iter().copied());
            let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
            errors.add(
                &entry.key,
                format!("`{attribute}` has no key `{name}`"),
                format!("{near}the keys are {}", listed(for_this)),
            );
        } else if !REPEATABLE.contains(&&*name) && !seen.insert(name.clone()) {
            errors.add(&entry.key, format!("`{name}` is given twice"), "leave one of them out");
        } else {
            known.push(entry);
        }
    }
    known
}

fn read_uri(first: Option<Expr>, as_key: Option<Entry>, errors: &mut Errors) -> Option<LitStr> {
    let write = "write `#[resource(\"users://<id>/profile\")]`: `<id>` is a parameter of the function";
    if let Some(entry) = as_key {
        errors.add(&entry.key, "the URI of `#[resource]` comes first, without a key", write);
        return None;
    }
    let Some(expr) = first else {
        errors.add_at(args::attribute_span(), "`#[resource]` needs a URI", write);
        return None;
    };
    match args::literal(&expr) {
        Some(Lit::Str(uri)) => Some(uri.clone()),
        _ => {
            errors.add(&expr, "the URI of `#[resource]` is a string literal", write);
            None
        }
    }
}

fn read_icon(entry: &Entry, errors: &mut Errors) -> Option<Icon> {
    const WRITE: &str = "write `icon(\"https://example.com/icon.png\", mime = \"image/png\", size = \"48x48\")`";
    let items = match &entry.given {
        Given::List(items) => items.as_slice(),
        _ => &[],
    };
    let Some(Item::Value(src)) = items.first() else {
        errors.add(&entry.key, "`icon` needs the picture's URI", WRITE);
        return None;
    };
    let src = args::text(&entry.key, src, errors);
    if let Some(src) = &src
        && !["https:", "data:"].iter().any(|scheme| src.value().starts_with(scheme))
    {
        errors.add(src, "an icon's URI begins with `https:` or `data:`, or clients do not load it", WRITE);
    }
    let mut icon = Icon { src: src?, mime: None, sizes: Vec::new(), theme: None };
    for item in &items[1..] {
        match item {
            Item::Named(key, value) if key == "mime" => once(&mut icon.mime, args::text(key, value, errors)),
            Item::Named(key, value) if key == "size" => {
                let size = args::text(key, value, errors);
                if let Some(size) = &size
                    && !is_icon_size(&size.value())
                {
                    errors.add(size, format!("{:?} is no size of an icon", size.value()), "write \"48x48\" or \"any\"");
                }
                icon.sizes.extend(size);
            }
            Item::Named(key, value) if key == "theme" => {
                let theme = args::text(key, value, errors);
                if let Some(theme) = &theme
                    && !["light", "dark"].contains(&&*theme.value())
                {
                    errors.add(theme, format!("{:?} is no theme", theme.value()), "write \"light\" or \"dark\"");
                }
                once(&mut icon.theme, theme);
            }
            Item::Named(key, _) => {
                errors.add(key, format!("`icon` has no key `{key}`"), "the keys are `mime`, `size` and `theme`");
            }
            Item::Value(value) => errors.add(value, "`icon` has one URI", "write a second `icon(...)` for another"),
            Item::Type(ty) => errors.add(ty, "`icon` has texts", WRITE),
        }
    }
    Some(icon)
}

/// One of the profiles, by name.
fn read_profile(entry: &Entry, errors: &mut Errors) -> Option<LitStr> {
    let name = entry.text(errors)?;
    let value = name.value();
    if !PROFILES.contains(&value.as_str()) {
        let near = nearest(&value, PROFILES).map(|near| format!("did you mean \"{near}\"? ")).unwrap_or_default();
        errors.add(
            &name,
            format!("{value:?} is no profile of schemas"),
            format!("{near}the profiles are {}", listed(&PROFILES)),
        );
        return None;
    }
    Some(name)
}

fn is_icon_size(size: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    size == "any" || size.split_once('x').is_some_and(|(width, height)| number(width) && number(height))
}

/// `"500ms"`, `"30s"`, `"5m"`, `"1h"`, in milliseconds.
fn read_timeout(entry: &Entry, errors: &mut Errors) -> Option<u64> {
    if let Given::Value(expr) = &entry.given
        && let Some(Lit::Int(number)) = literal(expr)
    {
        let seconds = format!("write `timeout = \"{}s\"` for seconds", number.base10_digits());
        errors.add(expr, "`timeout` has a unit, in a string literal", seconds);
        return None;
    }
    let text = entry.text(errors)?;
    let value = text.value();
    let digits = value.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = value.split_at(digits);
    let unit = match unit {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    let millis = number.parse::<u64>().ok().zip(unit).and_then(|(number, unit)| number.checked_mul(unit));
    if millis.is_none_or(|millis| millis == 0) {
        errors.add(
            &text,
            format!("{value:?} is no time to wait for a call"),
            "write a number and a unit: \"500ms\", \"30s\", \"5m\" or \"1h\"",
        );
        return None;
    }
    millis
}

/// Reads one parameter's `#[arg(...)]`.
pub(crate) fn read_arg(attr: Attr, attribute: Attribute, arg: &mut Arg, errors: &mut Errors) {
    let write = "write `#[arg(default = 3)]`, for example";
    let tokens = match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) => {
            errors.add(&attribute, "`#[arg]` says nothing", write);
            return;
        }
        Meta::NameValue(_) => {
            errors.add(&attribute, "`#[arg]` has its keys in parentheses", write);
            return;
        }
    };
    if tokens.is_empty() {
        errors.add(&attribute, "`#[arg]` says nothing", write);
    }
    if arg.attribute.is_some() {
        errors.add(&attribute, "`#[arg]` is given twice for one parameter", "write one with all keys");
    }
    arg.attribute = Some(attribute);
    let (_, entries) = args::parse(tokens, None, errors);
    for entry in known(entries, &ARG, arg_keys(attr), "#[arg]", errors) {
        match &*entry.name() {
            "default" => {
                let default = match &entry.given {
                    Given::Nothing => Some(Default::OfType),
                    Given::Value(expr) => Some(match args::literal(expr) {
                        Some(Lit::Str(text)) => Default::Text(text.clone()),
                        _ => Default::Expr(expr.clone()),
                    }),
                    Given::List(_) => {
                        errors.add(&entry.key, "`default` needs a value", "write `default = expression`");
                        None
                    }
                };
                once(&mut arg.default, default.map(|default| (entry.key.clone(), default)));
            }
            "description" => once(&mut arg.description, entry.text(errors)),
            "alias" => arg.aliases.extend(entry.texts(errors)),
            "complete" if attr == Attr::Tool => errors.add(
                &entry.key,
                "the arguments of a tool cannot be completed: the protocol does it for prompts and resources",
                "leave `complete` out; an enum tells the model what can be chosen",
            ),
            "complete" => {
                let path = entry.path("a function", errors);
                once(&mut arg.complete, path.map(|path| (entry.key.clone(), path)));
            }
            "header" => once(&mut arg.header, entry.text(errors)),
            "secret" => arg.secret = entry.flag(errors) == Some(true),
            _ => {}
        }
    }
}
