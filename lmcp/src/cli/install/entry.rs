//! What stands in a client's configuration about one server: the keys it should have, and what that means for an entry
//! that is there already. What people added to it by hand stays.

/// The value of a key, as far as entries need values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Text(String),
    Flag(bool),
    Number(u32),
    /// A list without anything in it.
    Empty,
    /// Anything else that was found, as it is written.
    Other(String),
}

impl Item {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Item::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Texts in a list.
    pub(super) fn list(texts: &[String]) -> Self {
        let items: Vec<String> = texts.iter().map(|text| Item::Text(text.clone()).to_json()).collect();
        if items.is_empty() { Item::Empty } else { Item::Other(format!("[{}]", items.join(", "))) }
    }

    /// Whether it says the same, however it is spaced.
    fn is_same(&self, other: &Self) -> bool {
        let json = |item: &Item| serde_json::from_str::<serde_json::Value>(&item.to_json()).ok();
        self == other || json(self).is_some_and(|mine| json(other) == Some(mine))
    }

    /// As JSON, which TOML and YAML read too.
    pub(super) fn to_json(&self) -> String {
        match self {
            // DEL stands for itself in JSON, and must not in TOML.
            Item::Text(text) => serde_json::Value::from(text.as_str()).to_string().replace('\u{7f}', "\\u007f"),
            Item::Flag(flag) => flag.to_string(),
            Item::Number(number) => number.to_string(),
            Item::Empty => "[]".to_owned(),
            Item::Other(raw) => raw.clone(),
        }
    }
}

/// A key of an entry and its value.
pub(super) type Pair = (String, Item);

/// An entry as it should be.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// What makes it this server: these keys have these values.
    pub(super) set: Vec<Pair>,
    /// What the client wants to see besides: keys that get a value if they have none.
    pub(super) fill: Vec<Pair>,
    /// What belongs to the other way to reach a server, and would contradict.
    pub(super) drop: Vec<&'static str>,
}

/// How to come from what was found to what should be.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) set: Vec<Pair>,
    pub(super) drop: Vec<String>,
}

impl Plan {
    pub(super) fn is_empty(&self) -> bool {
        self.set.is_empty() && self.drop.is_empty()
    }
}

/// Keys that say where a server is, over all clients.
const TARGETS: [&str; 6] = ["command", "cmd", "url", "serverUrl", "httpUrl", "uri"];

/// Where an entry points to: its command or its URL.
pub(super) fn target(found: &[Pair]) -> Option<&str> {
    TARGETS.iter().find_map(|key| value(found, key)?.text())
}

fn value<'a>(pairs: &'a [Pair], key: &str) -> Option<&'a Item> {
    pairs.iter().find(|(name, _)| name == key).map(|(_, item)| item)
}

impl Entry {
    /// All keys of an entry that is not there yet.
    pub(super) fn whole(&self) -> Plan {
        Plan { set: self.set.iter().chain(&self.fill).cloned().collect(), drop: Vec::new() }
    }

    /// What has to change in the entry that was found.
    ///
    /// Arguments belong to their command: they stay when it only moved, under the same file name, and go with any
    /// other one.
    pub(super) fn over(&self, found: &[Pair]) -> Plan {
        let mut plan = Plan::default();
        for (key, item) in &self.set {
            if !value(found, key).is_some_and(|found| found.is_same(item)) {
                plan.set.push((key.clone(), item.clone()));
            }
        }
        let other = self.drop.iter().any(|key| value(found, key).is_some());
        plan.drop.extend(self.drop.iter().filter(|key| value(found, key).is_some()).map(|key| (*key).to_owned()));
        if other && value(&self.set, "type").is_none() && value(found, "type").is_some() {
            plan.drop.push("type".to_owned());
        }
        let stranger = self.command().zip(command(found)).is_some_and(|(new, old)| file_name(new) != file_name(old));
        let in_fill = value(&self.fill, "args").is_some();
        let said = value(&self.set, "args").is_some();
        match value(found, "args").filter(|_| !said) {
            Some(args) if stranger && in_fill && *args != Item::Empty => plan.set.push(("args".into(), Item::Empty)),
            Some(_) if stranger && !in_fill => plan.drop.push("args".into()),
            _ => {}
        }
        for (key, item) in &self.fill {
            if value(found, key).is_none() {
                plan.set.push((key.clone(), item.clone()));
            }
        }
        plan
    }

    fn command(&self) -> Option<&str> {
        command(&self.set)
    }
}

fn command(pairs: &[Pair]) -> Option<&str> {
    value(pairs, "command").or_else(|| value(pairs, "cmd"))?.text()
}

/// The file's name, whichever way slashes point, without `.exe`.
fn file_name(command: &str) -> &str {
    let name = command.rsplit(['/', '\\']).next().unwrap_or(command);
    name.strip_suffix(".exe").unwrap_or(name)
}

/// The server's name as every client takes it: letters, digits, `-` and `_`.
pub(in crate::cli) fn safe(name: &str) -> String {
    let safe: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' }).collect();
    let safe = safe.trim_matches('-');
    if safe.is_empty() { "server".to_owned() } else { safe.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(key: &str, value: &str) -> Pair {
        (key.to_owned(), Item::Text(value.to_owned()))
    }

    fn calc() -> Entry {
        Entry { set: vec![text("command", "/new/calc")], fill: Vec::new(), drop: vec!["url"] }
    }

    #[test]
    fn what_is_right_stays() {
        let env = ("env".to_owned(), Item::Other("{\"A\": \"1\"}".to_owned()));
        assert!(calc().over(&[text("command", "/new/calc"), env, text("type", "stdio")]).is_empty());
    }

    #[test]
    fn arguments_stay_with_a_command_that_moved() {
        let args = ("args".to_owned(), Item::Other("[\"-v\"]".to_owned()));
        let moved = calc().over(&[text("command", "C:\\old\\calc.exe"), args.clone()]);
        assert_eq!(moved, Plan { set: vec![text("command", "/new/calc")], drop: Vec::new() });
        let other = calc().over(&[text("command", "npx"), args.clone()]);
        assert_eq!(other.drop, ["args"]);
        let mut filling = calc();
        filling.fill.push(("args".to_owned(), Item::Empty));
        let other = filling.over(&[text("command", "npx"), args]);
        assert_eq!(other.set, [text("command", "/new/calc"), ("args".to_owned(), Item::Empty)]);
        assert!(other.drop.is_empty());
    }

    #[test]
    fn arguments_of_the_program_itself_are_as_it_says() {
        let args = |raw: &str| ("args".to_owned(), Item::Other(raw.to_owned()));
        let list = Item::list(&["--db".to_owned(), "/a \"b\"".to_owned()]);
        assert_eq!(list, Item::Other(r#"["--db", "/a \"b\""]"#.to_owned()));
        let mut entry = calc();
        entry.set.push(("args".to_owned(), list.clone()));
        assert!(entry.over(&[text("command", "/new/calc"), args("[\n  \"--db\",\n  \"/a \\\"b\\\"\"\n]")]).is_empty());
        let other = Plan { set: vec![("args".to_owned(), list)], drop: Vec::new() };
        assert_eq!(entry.over(&[text("command", "/new/calc"), args("[\"--db\", \"/c\"]")]), other);
        let stranger = entry.over(&[text("command", "npx"), args("[\"-y\"]")]);
        assert_eq!((stranger.set.len(), stranger.drop.len()), (2, 0));
    }

    #[test]
    fn the_other_transport_goes() {
        let plan = calc().over(&[text("type", "http"), text("url", "http://old"), text("note", "mine")]);
        assert_eq!(plan, Plan { set: vec![text("command", "/new/calc")], drop: vec!["url".into(), "type".into()] });
        assert_eq!(target(&[text("type", "http"), text("url", "http://old")]), Some("http://old"));
    }

    #[test]
    fn names_are_made_safe() {
        assert_eq!(safe("calc"), "calc");
        assert_eq!(safe("My calc (β)"), "My-calc");
        assert_eq!(safe("β"), "server");
    }
}
