//! Being told of changes, in every revision.

use super::{Client, RpcError, items, wire};
use crate::client::Pending;
use crate::first::first;
use crate::protocol::meta::SUBSCRIPTION_ID;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::panic::Location;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The streams that are open since 2026-07-28: one for each URI, and one without for the lists.
#[derive(Default)]
pub(super) struct Streams(Mutex<HashMap<Option<String>, Pending>>);

impl Streams {
    fn lock(&self) -> MutexGuard<'_, HashMap<Option<String>, Pending>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Client {
    /// Subscribes to a resource: from now on [`notification("notifications/resources/updated")`](Self::notification) gives
    /// its changes, until [`unsubscribe`](Self::unsubscribe) or the last clone of the client is dropped.
    ///
    /// Before 2026-07-28 that is `resources/subscribe`; since then a `subscriptions/listen` that the client keeps open.
    ///
    /// ```standalone_crate
    /// use lmcp::{Context, ProtocolVersion, resource, testing::Connecting, tool};
    /// use serde_json::json;
    ///
    /// /// A note.
    /// #[resource("notes://<id>")]
    /// fn note(id: u32) -> String { format!("note {id}") }
    ///
    /// /// Writes a note.
    /// #[tool]
    /// fn write(ctx: &Context, id: u32) {
    ///     ctx.server().resource_updated(format!("notes://{id}"));
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = lmcp::server!().build()?;
    /// for version in ProtocolVersion::ALL {
    ///     let client = Connecting::to(&server).version(version).await;
    ///     client.subscribe("notes://7").await?;
    ///     let _written = client.call("write", json!({"id": 7})).await;
    ///     assert_eq!(client.notification("notifications/resources/updated").await["uri"], "notes://7");
    ///     client.unsubscribe("notes://7").await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The JSON-RPC error; since 2026-07-28 one with the code 0 when the server does not agree to tell of this URI.
    #[track_caller]
    pub fn subscribe(&self, uri: &str) -> impl Future<Output = Result<(), RpcError>> {
        let caller = Location::caller();
        async move {
            if !self.protocol_version().is_modern() {
                return self.asked("resources/subscribe", json!({ "uri": uri }), caller).await.map(drop);
            }
            let key = Some(uri.to_owned());
            if self.streams.lock().contains_key(&key) {
                return Ok(());
            }
            let (stream, agreed) = self.open_stream(json!({ "resourceSubscriptions": [uri] }), caller).await?;
            if !items(&agreed, "resourceSubscriptions").iter().any(|agreed| agreed == uri) {
                let message = format!("the server does not agree to tell of changes of {uri:?}");
                return Err(RpcError::new(json!({ "code": 0, "message": message }), wire::shown(&self.connection)));
            }
            self.streams.lock().insert(key, stream);
            Ok(())
        }
    }

    /// Ends what [`subscribe`](Self::subscribe) began.
    ///
    /// # Errors
    ///
    /// The JSON-RPC error.
    #[track_caller]
    pub fn unsubscribe(&self, uri: &str) -> impl Future<Output = Result<(), RpcError>> {
        let caller = Location::caller();
        async move {
            if self.protocol_version().is_modern() {
                // Its end tells the server; whatever is asked for next, the server reads later.
                let stream = self.streams.lock().remove(&Some(uri.to_owned()));
                drop(stream);
                return Ok(());
            }
            self.asked("resources/unsubscribe", json!({ "uri": uri }), caller).await.map(drop)
        }
    }

    /// Asks to be told when the lists of tools, resources and prompts change, until the last clone of the client is
    /// dropped. Before 2026-07-28 every client is told, and nothing is sent.
    ///
    /// ```
    /// use lmcp::{Context, Server, testing::Client, tool};
    /// use serde_json::json;
    ///
    /// /// Takes itself away.
    /// #[tool]
    /// fn once(ctx: &Context) {
    ///     ctx.server().disable("once");
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = Client::connect(Server::empty().tool(once)).await?;
    /// client.listen().await?;
    /// let _called = client.call("once", json!({})).await;
    /// client.notification("notifications/tools/list_changed").await;
    /// assert!(client.tools().await.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The JSON-RPC error.
    #[track_caller]
    pub fn listen(&self) -> impl Future<Output = Result<(), RpcError>> {
        let caller = Location::caller();
        async move {
            if !self.protocol_version().is_modern() || self.streams.lock().contains_key(&None) {
                return Ok(());
            }
            let lists = json!({ "toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": true });
            let (stream, _agreed) = self.open_stream(lists, caller).await?;
            self.streams.lock().insert(None, stream);
            Ok(())
        }
    }

    /// A stream of changes, once the server has said what it agrees to.
    async fn open_stream(
        &self,
        wanted: Value,
        caller: &'static Location<'static>,
    ) -> Result<(Pending, Value), RpcError> {
        let mut stream = self.connection.start("subscriptions/listen", json!({ "notifications": wanted }));
        let id = stream.id();
        let agreed = async {
            let mine = |message: &Value| {
                message["method"] == "notifications/subscriptions/acknowledged"
                    && message["params"]["_meta"][SUBSCRIPTION_ID] == id
            };
            match self.connection.take_notification(mine).await {
                Some(mut message) => Ok(message["params"]["notifications"].take()),
                // Then the request has an error too.
                None => std::future::pending().await,
            }
        };
        let refused = async {
            let ended = || json!({ "code": 0, "message": "the server ended the stream before it began" });
            Err(stream.answer().await.err().unwrap_or_else(ended))
        };
        let agreed = self.within(caller, "answer to subscriptions/listen", first(agreed, refused)).await?;
        Ok((stream, agreed))
    }
}
