//! The client's roots: the folders that it works in.

use super::{Asks, Kind, NoAnswer, Question, Unanswered};
use crate::Context;
use crate::handler::entry::BoxFuture;
use crate::protocol::Root;
use serde_json::{Value, json};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

impl Context {
    /// Asks the client for its roots, the folders that it works in.
    ///
    /// Before 2026-07-28, they are asked for once a session, and again after the client said that they changed.
    ///
    /// ```
    /// use lmcp::{Context, Error, tool};
    ///
    /// /// Counts the lines of a file.
    /// #[tool(read_only)]
    /// async fn lines(ctx: &Context, path: String) -> Result<usize, Error> {
    ///     if !ctx.roots().await?.contains(&path) {
    ///         return Err(Error::msg(format!("{path} is outside of the folders that you work in")));
    ///     }
    ///     Ok(std::fs::read_to_string(path)?.lines().count())
    /// }
    /// ```
    ///
    /// Spec: client/roots.
    pub fn roots(&self) -> ListRoots<'_> {
        ListRoots { context: self, key: None, running: None }
    }

    /// The roots, if they are known without asking: `None` until [`roots`](Self::roots) was answered in this session or,
    /// in 2026-07-28, in this call.
    pub fn known_roots(&self) -> Option<Roots> {
        match self.asks() {
            Asks::Requests(line) => line.requests.known_roots().0,
            _ => self.learnt_roots().get().cloned(),
        }
    }
}

/// A question for the client's roots; a future of them. Made by [`Context::roots`].
///
/// ```
/// use lmcp::{Context, Roots, Unanswered};
///
/// async fn ask(ctx: &Context) -> Result<Roots, Unanswered> {
///     match ctx.known_roots() {
///         Some(roots) => Ok(roots),
///         None => ctx.roots().key("folders").await,
///     }
/// }
/// ```
#[must_use = "a question is asked when it is awaited"]
pub struct ListRoots<'a> {
    context: &'a Context,
    key: Option<String>,
    running: Option<BoxFuture<'a, Result<Roots, Unanswered>>>,
}

impl<'a> ListRoots<'a> {
    /// Names the question.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    fn start(&mut self) -> BoxFuture<'a, Result<Roots, Unanswered>> {
        let context = self.context;
        if let Some(roots) = context.known_roots() {
            return Box::pin(std::future::ready(Ok(roots)));
        }
        let changes = if let Asks::Requests(line) = context.asks() { line.requests.known_roots().1 } else { 0 };
        let question = Question { kind: Kind::Roots, key: self.key.take(), params: json!({}), fields: Vec::new() };
        let answer = context.ask_one(question, |answer| {
            Roots::read(answer).ok_or_else(|| NoAnswer::Malformed("it has no list of `roots` with a `uri` each".into()))
        });
        Box::pin(async move {
            let roots = answer.await?;
            match context.asks() {
                Asks::Requests(line) => {
                    line.requests.learn_roots(&roots, changes, context.server().0.limits.client_bytes);
                }
                _ => drop(context.learnt_roots().set(roots.clone())),
            }
            Ok(roots)
        })
    }
}

super::asked_when_polled!([] ListRoots<'a> => Roots);

impl std::fmt::Debug for ListRoots<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ListRoots").finish_non_exhaustive()
    }
}

/// The client's roots. Cheap to clone.
///
/// ```
/// use lmcp::{Context, Unanswered, testing::Client, tool};
/// use serde_json::json;
///
/// /// Where the client works.
/// #[tool]
/// async fn folders(ctx: &Context) -> Result<String, Unanswered> {
///     let roots = ctx.roots().await?;
///     if roots.is_empty() {
///         return Ok("nowhere".into());
///     }
///     Ok(roots.iter().map(|root| root.uri.trim_start_matches("file://")).collect::<Vec<_>>().join(", "))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> lmcp::Result<()> {
/// let client = Client::connect(lmcp::Server::empty().tool(folders)).await?;
/// client.set_roots(["file:///work/shop", "file:///work/site"]).await;
/// assert_eq!(client.call("folders", json!({})).await.text(), "/work/shop, /work/site");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Roots(Arc<[Root]>);

impl Roots {
    fn read(mut answer: Value) -> Option<Self> {
        let roots = answer.get_mut("roots").map(Value::take)?;
        serde_json::from_value::<Vec<Root>>(roots).ok().map(|roots| Roots(roots.into()))
    }

    /// All of them, in the client's order.
    pub fn iter(&self) -> impl Iterator<Item = &Root> {
        self.0.iter()
    }

    /// About how many bytes they take as JSON.
    pub(super) fn size(&self) -> usize {
        serde_json::to_string(&*self.0).map_or(0, |json| json.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a path, or a `file:` URI, is one of the roots or inside of one.
    ///
    /// Paths are compared part by part, so `/home/adam` is not inside of `/home/ada`; `..` goes up. Links are not
    /// followed: where they may lead out, give what [`std::fs::canonicalize`] makes of the path. A relative path is in
    /// no root.
    ///
    /// ```
    /// # async fn f(ctx: &lmcp::Context) -> Result<(), lmcp::Unanswered> {
    /// let roots = ctx.roots().await?;
    /// if roots.contains("/home/ada/notes.txt") {
    ///     // …
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn contains(&self, path: impl AsRef<Path>) -> bool {
        let path = path.as_ref();
        let path = path.to_str().and_then(file_path).map_or_else(|| plain(path), |path| plain(&path));
        let Some(path) = path else { return false };
        let folders = self.0.iter().filter_map(|root| plain(&file_path(&root.uri)?));
        folders.into_iter().any(|folder| path.starts_with(folder))
    }
}

impl<'a> IntoIterator for &'a Roots {
    type Item = &'a Root;
    type IntoIter = std::slice::Iter<'a, Root>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// The path that a `file:` URI names.
fn file_path(uri: &str) -> Option<PathBuf> {
    let rest = uri.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("file://")).and(uri.get(7..))?;
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    let path = percent_encoding::percent_decode_str(path).decode_utf8().ok()?;
    // `/C:/notes` is `C:/notes` where there are drives.
    let path = if cfg!(windows) { path.strip_prefix('/').unwrap_or(&path) } else { &path };
    Some(PathBuf::from(path))
}

/// An absolute path without `.` and `..`.
fn plain(path: &Path) -> Option<PathBuf> {
    if !path.has_root() {
        return None;
    }
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::Roots;
    use serde_json::json;

    #[test]
    fn paths_are_compared_part_by_part() {
        let roots =
            json!({ "roots": [{ "uri": "file:///home/ada" }, { "uri": "file:///with%20space/", "name": "s" }] });
        let roots = Roots::read(roots).expect("roots");
        for inside in [
            "/home/ada",
            "/home/ada/",
            "/home/ada/notes/7.txt",
            "file:///home/ada/notes",
            "/with space/x",
            "file:///with%20space/x",
            "/home/./ada/x",
            "/home/bob/../ada/x",
            "FILE:///home/ada",
        ] {
            assert!(roots.contains(inside), "{inside}");
        }
        for outside in
            ["/home", "/home/adam", "/home/ada/../bob", "file:///home/ada/%2e%2e/bob", "home/ada", "", "/", "file://"]
        {
            assert!(!roots.contains(outside), "{outside}");
        }
        assert!(!Roots::read(json!({ "roots": [] })).expect("roots").contains("/"));
        assert_eq!(Roots::read(json!({ "roots": [{ "name": "no uri" }] })), None);
        assert_eq!(Roots::read(json!({})), None);
    }
}
