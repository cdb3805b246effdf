//! What `calc check` finds, in a test.

use crate::lint::{self, Finding, Offer, Target};
use crate::registry::check::Mistakes;
use crate::registry::collect::{self, Selection};
use crate::registry::item::Schemas;
use crate::server::Server;
use serde_json::Value;
use std::fmt::Write as _;

/// Checks every annotated function of the program for what clients and models' APIs refuse, as `calc check` does.
///
/// It gives the advice: missing titles, hints and descriptions. No state is needed, since nothing runs; what would keep
/// the server from starting is told by [`client!`](super::client!).
///
/// ```standalone_crate
/// /// Adds two integers.
/// #[lmcp::tool(title = "Add", read_only, destructive = false, open_world = false)]
/// fn add(
///     /// The first one.
///     a: i64,
///     b: i64,
/// ) -> i64 {
///     a + b
/// }
///
/// // In a `#[test]`:
/// let advice = lmcp::testing::check();
/// assert_eq!(advice.len(), 1);
/// assert_eq!((advice[0].rule, advice[0].path.as_deref()), ("argument-description", Some("input.b")));
/// ```
///
/// ```standalone_crate,should_panic
/// #[lmcp::tool(name = "add.integers")] // Claude and OpenAI refuse the dot
/// fn add(a: i64, b: i64) -> i64 { a + b }
///
/// lmcp::testing::check();
/// ```
///
/// # Panics
///
/// With all findings, when one of them is an error; and when there is nothing to check.
#[doc = include_str!("../docs/check.md")]
#[track_caller]
pub fn check() -> Vec<Finding> {
    let mut mistakes = Mistakes::default();
    let selection = Selection { collected: true, named: Vec::new() };
    let items = collect::collect(&selection, Schemas::default(), &mut mistakes);
    if let Err(error) = mistakes.into_result() {
        panic!("{error}");
    }
    if items.is_empty() {
        panic!(
            "there is nothing to check: no function with `#[tool]`, `#[resource]` or `#[prompt]` is in this program; a \
             test in `tests/` needs `use my_lib as _;`"
        );
    }
    passed(lint::lint(&Offer::of_items(&items), Target::default()))
}

/// Checks one server, with its name and instructions, by what one target takes.
///
/// ```
/// use lmcp::{Server, testing::{Target, check_server}};
///
/// /// Adds two integers.
/// #[lmcp::tool(title = "Add", read_only, destructive = false, open_world = false)]
/// fn add(
///     /// The first one.
///     a: i64,
///     /// The second one.
///     b: i64,
/// ) -> i64 {
///     a + b
/// }
///
/// for target in [Target::Clients, Target::OpenAiStrict, Target::Anthropic] {
///     assert_eq!(check_server(Server::empty().tool(add), target), []);
/// }
/// ```
///
/// # Panics
///
/// With all findings, when one of them is an error; and when the server does not start.
#[track_caller]
pub fn check_server(server: Server, target: Target) -> Vec<Finding> {
    match server.build() {
        Ok(server) => passed(lint::lint(&Offer::of(&server), target)),
        Err(error) => panic!("{error}"),
    }
}

/// What is wrong with a schema of arguments, by what one target takes of JSON Schema. It panics for nothing.
///
/// ```
/// use lmcp::testing::{Target, check_schema};
/// use serde_json::json;
///
/// let schema = json!({
///     "type": "object",
///     "properties": { "unit": { "type": ["string", "null"], "enum": ["metre", "foot", null] } },
///     "required": ["unit"],
///     "additionalProperties": false,
/// });
/// assert_eq!(check_schema(&schema, Target::OpenAiStrict), []);
/// let findings = check_schema(&schema, Target::Clients);
/// assert_eq!((findings[0].rule, findings[0].path.as_deref()), ("null", Some("input.unit")));
/// assert!(findings[0].is_error());
/// ```
pub fn check_schema(schema: &Value, target: Target) -> Vec<Finding> {
    lint::input(schema, target)
}

/// Gives advice back; panics over errors.
#[track_caller]
fn passed(findings: Vec<Finding>) -> Vec<Finding> {
    let errors = findings.iter().filter(|finding| finding.is_error()).count();
    if errors == 0 {
        return findings;
    }
    let mut text = format!("{errors} error{}, {} advice:", if errors == 1 { "" } else { "s" }, findings.len() - errors);
    for finding in findings.iter().filter(|f| f.is_error()).chain(findings.iter().filter(|f| !f.is_error())) {
        let _infallible = write!(text, "\n  {finding}");
    }
    panic!("{text}");
}
