//! A root: a folder that a client works in.

use serde::{Deserialize, Serialize};

/// One of the client's roots.
///
/// ```
/// use lmcp::{Context, Unanswered, tool};
///
/// /// The first folder's name.
/// #[tool]
/// async fn folder(ctx: &Context) -> Result<Option<String>, Unanswered> {
///     Ok(ctx.roots().await?.iter().next().map(|root| root.name.clone().unwrap_or_else(|| root.uri.clone())))
/// }
/// ```
///
/// Spec: client/roots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Root {
    /// Where it is, as a `file:` URI.
    pub uri: String,
    /// Its name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}
