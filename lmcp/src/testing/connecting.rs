//! `client!` and [`Connecting`]: what is still to be said of a test's client before it connects.

use super::{Client, TIME_LIMIT, everything};
use crate::Result;
use crate::auth::Principal;
use crate::handler::entry::BoxFuture;
use crate::protocol::ProtocolVersion;
use crate::server::{ReadyServer, Server};
use std::panic::Location;
use std::time::Duration;

/// Connects a [`Client`](crate::testing::Client) to a server with every annotated function of the program, in the latest
/// revision.
///
/// It takes what [`serve!`](crate::serve!) takes: `client!(state = db)`, also of a `Result`, whose error panics. Await what
/// it gives, a [`Connecting`](crate::testing::Connecting), after saying who the client is, if it is to be somebody. It
/// panics when the server does not start.
///
/// ```standalone_crate
/// use lmcp::{State, tool};
/// use std::sync::Arc;
///
/// fn open(path: &str) -> std::io::Result<Arc<str>> { Ok(path.into()) }
///
/// /// Where everything is.
/// #[tool]
/// fn place(State(path): State<Arc<str>>) -> String { path.to_string() }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let client = lmcp::testing::client!(name = "shop", state = open("shop.db")).await;
/// assert_eq!(client.call("place", serde_json::json!({})).await.text(), "shop.db");
/// # }
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __testing_client {
    ($($key:ident = $value:expr),* $(,)?) => {
        $crate::testing::Connecting::new($crate::server!()$(.$key($crate::testing::client!(@value $key $value)))*)
    };
    (@value state $value:expr) => {{
        #[allow(unused_imports, reason = "a `Result` is unwrapped by an inherent method")]
        use $crate::__private::Infallible as _;
        (&mut $crate::__private::Fallible::new($value, ::core::stringify!($value))).ok_or_panic()
    }};
    (@value $key:ident $value:expr) => { $value };
}

/// A client of a test that is about to connect: await it. What [`client!`](super::client!) gives.
///
/// ```standalone_crate
/// use lmcp::{Context, Principal, tool};
/// use serde_json::json;
///
/// /// Says who calls.
/// #[tool]
/// fn whoami(ctx: &Context) -> String {
///     ctx.principal().map_or("nobody in particular", |principal| principal.subject()).to_owned()
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let ana = lmcp::testing::client!().principal(Principal::new("ana").scope("files:read")).await;
/// assert_eq!(ana.call("whoami", json!({})).await.text(), "ana");
/// # }
/// ```
///
/// # Panics
///
/// When it is awaited, with what is wrong with the server.
#[derive(Debug)]
#[must_use = "await it to connect"]
pub struct Connecting {
    server: Result<ReadyServer>,
    caller: &'static Location<'static>,
    limit: Duration,
    version: ProtocolVersion,
    principal: Option<Principal>,
}

impl Connecting {
    /// A client of this server, in the latest revision, which is nobody in particular.
    #[track_caller]
    pub fn new(server: Server) -> Self {
        Self::of(server.build())
    }

    /// The same for a server that was built before: several clients share it.
    ///
    /// ```standalone_crate
    /// # use lmcp::{Context, Principal, tool};
    /// # use serde_json::json;
    /// # /// Says who calls.
    /// # #[tool]
    /// # fn whoami(ctx: &Context) -> String {
    /// #     ctx.principal().map_or("nobody in particular", |principal| principal.subject()).to_owned()
    /// # }
    /// use lmcp::testing::Connecting;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> lmcp::Result<()> {
    /// let server = lmcp::server!().build()?;
    /// for name in ["ana", "bo"] {
    ///     let client = Connecting::to(&server).principal(Principal::new(name)).await;
    ///     assert_eq!(client.call("whoami", json!({})).await.text(), name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn to(server: &ReadyServer) -> Self {
        Self::of(Ok(server.clone()))
    }

    #[track_caller]
    fn of(server: Result<ReadyServer>) -> Self {
        Connecting {
            server,
            caller: Location::caller(),
            limit: TIME_LIMIT,
            version: ProtocolVersion::LATEST,
            principal: None,
        }
    }

    /// Makes the client somebody, as its credentials would over HTTP: what handlers get from
    /// [`Context::principal`](crate::Context::principal).
    pub fn principal(mut self, principal: Principal) -> Self {
        self.principal = Some(principal);
        self
    }

    /// How long it waits for an answer; see [`Client::time_limit`].
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Makes it speak this revision; the latest by default.
    pub fn version(mut self, version: ProtocolVersion) -> Self {
        self.version = version;
        self
    }
}

impl IntoFuture for Connecting {
    type Output = Client;
    type IntoFuture = BoxFuture<'static, Client>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Connecting { server, caller, limit, version, principal } = self;
            let connected = async { Client::open(&server?, version, principal, everything()).await };
            match connected.await {
                Ok(client) => client.time_limit(limit),
                Err(error) => panic!("{error}\nthe client of {caller}"),
            }
        })
    }
}
