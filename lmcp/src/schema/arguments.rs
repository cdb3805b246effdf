//! What becomes of a call's arguments around the handler: checked as far as its types do not, repaired when they do not
//! fit, explained when nothing helps.

use super::check::{Finding, Mode, check};
use super::example::{self, spaced};
use super::probe::{Accepts, probe, takes};
use super::repair::{repair, unquote};
use super::rules::Rules;
use super::tree::Tree;
use crate::handler::call::Problems;
use crate::handler::parameter::{ParamSpec, REQUIRED, Role};
use serde_json::Value;
use std::borrow::Cow;
use std::sync::OnceLock;

/// How many steps a type may take for a value: more than for any that does not try alternatives inside of alternatives.
const STEPS: u64 = 2_000_000;

/// The arguments of one tool, prompt or template.
#[derive(Debug)]
pub(crate) struct Arguments {
    /// Compiled at start where something is enforced, else when a call is refused for the first time.
    rules: OnceLock<Rules>,
    enforces: bool,
    /// The types may take very long for a small value.
    multiplies: bool,
    repairs: bool,
    closes: bool,
    /// Some of their values come as JSON in a string.
    unquotes: bool,
    /// Where the arguments stand in a URI, which is what an example shows.
    uri_template: Option<String>,
    #[cfg(feature = "jsonschema")]
    full: Option<super::full::Full>,
}

/// What is to be made of them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Handling {
    /// Nothing is repaired.
    pub(crate) strict: bool,
    /// Only what the types check by themselves is checked.
    pub(crate) unenforced: bool,
    /// A struct of all arguments takes its fields and nothing else.
    pub(crate) closes: bool,
    /// What has no schema of its own comes as JSON in a string, as the profile of the schema says.
    pub(crate) quotes: bool,
}

/// Named texts: a prompt's arguments, a template's segments.
pub(crate) type Texts<'a> = [(Cow<'a, str>, Cow<'a, str>)];
type OwnTexts = Vec<(Cow<'static, str>, Cow<'static, str>)>;

impl Arguments {
    /// The arguments of a function; the error says which part of its schema cannot be understood.
    pub(crate) fn new(params: &[ParamSpec], handling: Handling) -> Result<Self, String> {
        let mut arguments = Arguments {
            rules: OnceLock::new(),
            enforces: false,
            multiplies: false,
            repairs: !handling.strict,
            closes: handling.closes,
            unquotes: false,
            uri_template: None,
            #[cfg(feature = "jsonschema")]
            full: None,
        };
        let schema = super::source::input(params, handling.closes)?;
        super::limits::check(&schema)?;
        if handling.quotes {
            let rules = rules(params, &schema)?;
            arguments.unquotes = super::repair::has_open(&rules);
        }
        if handling.unenforced {
            return Ok(arguments);
        }
        if let Some(keyword) = super::beyond::beyond(&schema) {
            #[cfg(not(feature = "jsonschema"))]
            return Err(format!(
                "its schema says `{keyword}`, which takes a full validator; give lmcp the feature `jsonschema`, or leave it \
                 to the function with `#[tool(unenforced)]`"
            ));
            #[cfg(feature = "jsonschema")]
            {
                tracing::debug!(keyword, "a full validator checks these arguments");
                arguments.full = Some(super::full::Full::compile(&schema)?);
            }
        }
        if super::source::is_plain(&schema) {
            return Ok(arguments);
        }
        let mut rules = rules(params, &schema)?;
        for param in params {
            let Some(accepts) = param.accepts else { continue };
            let id = match param.role {
                Role::Arguments => Some(rules.root),
                _ => rules.node(rules.root).property(param.name),
            };
            if let Some(id) = id {
                probe(&mut rules, id, accepts as Accepts);
            }
        }
        rules.spread();
        arguments.enforces = rules.enforces();
        arguments.multiplies = rules.multiplies();
        if arguments.enforces {
            super::defaults::check_all(&rules)?;
        }
        if arguments.enforces() {
            arguments.rules = OnceLock::from(rules);
        }
        Ok(arguments)
    }

    /// The arguments are segments of this URI.
    pub(crate) fn in_uri(&mut self, template: &str) {
        self.uri_template = Some(template.to_owned());
    }

    /// Whether something is to be checked before the function's types have seen it.
    pub(crate) fn enforces(&self) -> bool {
        #[cfg(feature = "jsonschema")]
        if self.full.is_some() {
            return true;
        }
        self.enforces || self.multiplies || self.unquotes
    }

    pub(super) fn rules(&self, params: &[ParamSpec]) -> Option<&Rules> {
        if self.rules.get().is_none() {
            // What cannot be compiled was refused when the server was built, or is not to be enforced.
            let rules = super::source::input(params, self.closes).and_then(|schema| rules(params, &schema)).ok()?;
            let _another_was_faster = self.rules.set(rules);
        }
        self.rules.get()
    }

    /// What can be typed as an example: the arguments that are required, each as JSON.
    #[cfg(feature = "cli")]
    pub(crate) fn readable(&self, params: &[ParamSpec]) -> Vec<(String, String)> {
        let Some(rules) = self.rules(params) else { return Vec::new() };
        let right = |example: &Tree<'static>| taken(params, example);
        let made = example::readable(rules, "", 0).filter(right).or_else(|| example::call(rules, &[]).filter(right));
        match made {
            Some(Tree::Object(entries)) => {
                entries.into_iter().map(|(name, value)| (name.into_owned(), value.to_json())).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Everything that our own rules and the full validator find.
    fn broken(&self, rules: &Rules, value: &Tree<'_>, mode: Mode) -> Vec<Finding> {
        let mut found = check(rules, value, mode);
        if self.multiplies && found.is_empty() && super::cost::steps(rules, value) > STEPS {
            found
                .push(Finding { path: String::new(), message: "nested too deep to be read; send less at once".into() });
        }
        #[cfg(feature = "jsonschema")]
        if let (Some(full), true) = (&self.full, found.is_empty()) {
            return full.check(value);
        }
        found
    }

    /// Checks what the types will not: the arguments to go on with, if they had to be repaired for it.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them.
    pub(crate) fn admit(&self, params: &[ParamSpec], json: Option<&str>) -> Result<Option<String>, Problems> {
        let (Some(rules), Some(tree)) = (self.rules(params), Tree::parse(json.unwrap_or("{}"))) else {
            return Ok(None);
        };
        let mut tree = tree;
        let unquoted = self.unquotes && unquote(rules, rules.root, &mut tree);
        let came = unquoted.then(|| tree.to_json());
        match self.admitted(rules, tree) {
            Ok(repaired) => Ok(repaired.map(|tree| tree.to_json()).or(came)),
            Err(tree) => Err(self.explain(params, &tree, Problems::new())),
        }
    }

    /// Arguments that did not fit, repaired.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them, when nothing can be repaired.
    pub(crate) fn repaired(
        &self,
        params: &[ParamSpec],
        json: Option<&str>,
        problems: Problems,
    ) -> Result<String, Problems> {
        let (Some(rules), Some(tree)) = (self.rules(params), Tree::parse(json.unwrap_or("{}"))) else {
            return Err(problems);
        };
        match self.mended(rules, tree, false) {
            Ok(tree) => Ok(tree.to_json()),
            Err(tree) => Err(self.explain(params, &tree, problems)),
        }
    }

    /// Everything that is wrong with arguments which stay as they are.
    pub(crate) fn refused(&self, params: &[ParamSpec], json: Option<&str>, problems: Problems) -> Problems {
        match Tree::parse(json.unwrap_or("{}")) {
            Some(tree) => self.explain(params, &tree, problems),
            None => problems,
        }
    }

    /// [`admit`](Self::admit) for texts.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them.
    pub(crate) fn admit_texts(&self, params: &[ParamSpec], texts: &Texts<'_>) -> Result<Option<OwnTexts>, Problems> {
        let Some(rules) = self.rules(params) else { return Ok(None) };
        match self.admitted(rules, as_tree(rules, texts)) {
            Ok(repaired) => Ok(repaired.map(|tree| as_texts(&tree))),
            Err(tree) => Err(self.explain_texts(params, &tree, Problems::new())),
        }
    }

    /// [`repaired`](Self::repaired) for texts.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them, when nothing can be repaired.
    pub(crate) fn repaired_texts(
        &self,
        params: &[ParamSpec],
        texts: &Texts<'_>,
        problems: Problems,
    ) -> Result<OwnTexts, Problems> {
        let Some(rules) = self.rules(params) else { return Err(problems) };
        let tree = as_tree(rules, texts);
        // What a text is read as may be a repair of its own: `True`, or `3.0` for an integer.
        let read = self.repairs && as_texts(&tree).iter().zip(texts).any(|(read, came)| read.1 != came.1);
        match self.mended(rules, tree, read) {
            Ok(tree) => Ok(as_texts(&tree)),
            Err(tree) => Err(self.explain_texts(params, &tree, problems)),
        }
    }

    /// Everything that is wrong with texts which stay as they are.
    pub(crate) fn refused_texts(&self, params: &[ParamSpec], texts: &Texts<'_>, problems: Problems) -> Problems {
        match self.rules(params) {
            Some(rules) => self.explain_texts(params, &as_tree(rules, texts), problems),
            None => problems,
        }
    }

    /// A value that keeps what is enforced, or does after a repair.
    fn admitted<'t>(&self, rules: &Rules, tree: Tree<'t>) -> Result<Option<Tree<'t>>, Tree<'t>> {
        if self.broken(rules, &tree, Mode::Enforced).is_empty() {
            Ok(None)
        } else {
            self.mended(rules, tree, false).map(Some)
        }
    }

    /// A value that was changed, and now keeps what is enforced; or what became of it.
    fn mended<'t>(&self, rules: &Rules, mut tree: Tree<'t>, read: bool) -> Result<Tree<'t>, Tree<'t>> {
        let changed = if self.repairs { repair(rules, &mut tree) } else { Vec::new() };
        if changed.is_empty() && !read || self.enforces() && !self.broken(rules, &tree, Mode::Enforced).is_empty() {
            return Err(tree);
        }
        // What was repaired, and not what it was.
        tracing::debug!(arguments = changed.join(", "), "arguments repaired");
        Ok(tree)
    }

    fn explain_texts(&self, params: &[ParamSpec], tree: &Tree<'_>, problems: Problems) -> Problems {
        let (mut problems, example) = self.told(params, tree, problems);
        problems.example = example.map(|example| {
            // On the wire they are strings, whatever they are to the function.
            let texts = as_texts(&example);
            match &self.uri_template {
                Some(template) => texts.iter().fold(template.clone(), |uri, (name, text)| {
                    uri.replace(&format!("{{{name}}}"), text).replace(&format!("{{+{name}}}"), text)
                }),
                None => spaced(&Tree::Object(texts.into_iter().map(|(name, text)| (name, Tree::Text(text))).collect())),
            }
        });
        problems
    }

    fn explain(&self, params: &[ParamSpec], tree: &Tree<'_>, problems: Problems) -> Problems {
        let (mut problems, example) = self.told(params, tree, problems);
        problems.example = example.map(|example| spaced(&example));
        problems
    }

    /// What the schema says of the arguments, and what serde said that it does not; and what would have been right.
    fn told(&self, params: &[ParamSpec], tree: &Tree<'_>, mut problems: Problems) -> (Problems, Option<Tree<'static>>) {
        let Some(rules) = self.rules(params) else { return (problems, None) };
        let found = self.broken(rules, tree, Mode::Full);
        for problem in &mut problems.list {
            let id = match problem.path.as_str() {
                "" => Some(rules.root),
                name => rules.node(rules.root).property(name),
            };
            let came: Vec<&Tree<'_>> = match tree {
                Tree::Object(entries) if !problem.path.is_empty() => {
                    let name = |entry: &str| rules.node(rules.root).canonical(entry) == problem.path;
                    entries.iter().filter(|(entry, _)| name(entry)).map(|(_, value)| value).collect()
                }
                whole => vec![whole],
            };
            if let Some(id) = id
                && came.iter().any(|value| super::secret::holds_secret(rules, id, value))
            {
                // What serde says, or a type of the user's, tells what came.
                problem.message = "does not fit".to_owned();
            }
        }
        let first = |path: &str| path.split(['.', '[']).next().unwrap_or_default().to_owned();
        let mut named: Vec<String> = found.iter().map(|finding| first(&finding.path)).collect();
        let whole = params.iter().any(|param| param.role == Role::Arguments);
        problems.list.retain(|problem| {
            // serde says less of what the schema found. Of arguments as a whole it does not even say where.
            let told = named.contains(&first(&problem.path)) || whole && !found.is_empty();
            // What is missing and what is unknown the schema has told, with names that are near.
            let named =
                params.iter().any(|param| param.name == problem.path || param.aliases.contains(&&*problem.path));
            let other = problem.path.is_empty() || named && problem.message != REQUIRED;
            !told && (other || found.is_empty())
        });
        named.extend(problems.list.iter().map(|problem| first(&problem.path)));
        let mut all = Problems { error: problems.error.take(), ..Problems::default() };
        for Finding { path, message } in found {
            all.add(path, message);
        }
        all.list.append(&mut problems.list);
        let named: Vec<&str> = named.iter().map(String::as_str).collect();
        // A type may refuse what its schema allows.
        let right = |example: &Tree<'static>| taken(params, example);
        let example = example::call(rules, &named).filter(right).or_else(|| example::call(rules, &[]).filter(right));
        (all, example)
    }
}

/// Whether the types of the parameters take a value.
fn taken(params: &[ParamSpec], arguments: &Tree<'_>) -> bool {
    let accepts = |accepts: Accepts, value: &Tree<'_>| takes(accepts, &value.to_json());
    params.iter().all(|param| match (param.role, param.accepts) {
        (Role::Arguments, Some(whole)) => accepts(whole, arguments),
        (Role::Argument, Some(one)) => arguments.get(param.name).is_none_or(|value| accepts(one, value)),
        _ => true,
    })
}

/// The rules of a function's arguments, with what only its parameters tell.
fn rules(params: &[ParamSpec], schema: &Value) -> Result<Rules, String> {
    let mut rules = Rules::compile(schema)?;
    for param in params {
        for alias in param.aliases {
            rules.alias(alias, param.name);
        }
        if param.secret {
            rules.hide(param.name);
        }
        if param.role == Role::Arguments {
            rules.free((param.fields)().iter().copied());
            if let Some(accepts) = param.accepts {
                super::probe::other_names(&mut rules, accepts);
            }
        }
    }
    Ok(rules)
}

/// Named texts as the values that they are to the function.
fn as_tree<'t>(rules: &Rules, texts: &'t Texts<'_>) -> Tree<'t> {
    Tree::Object(
        texts
            .iter()
            .map(|(name, text)| {
                let text = Tree::Text(Cow::Borrowed(text.as_ref()));
                (Cow::Borrowed(name.as_ref()), super::repair::from_text(rules, name, text))
            })
            .collect(),
    )
}

fn as_texts(tree: &Tree<'_>) -> OwnTexts {
    let Tree::Object(entries) = tree else { return Vec::new() };
    let text = |value: &Tree<'_>| match value {
        Tree::Text(text) => text.to_string(),
        other => other.to_json(),
    };
    entries.iter().map(|(name, value)| (Cow::Owned(name.to_string()), Cow::Owned(text(value)))).collect()
}
