//! `serve!`, `server!`, `package!`: what has to be a macro, because it names the user's own package.

/// Serves every annotated function of the program, as the process's arguments say. The whole of `main`:
///
/// ```no_run
/// /// Adds two integers.
/// #[lmcp::tool]
/// fn add(a: i64, b: i64) -> i64 {
///     a + b
/// }
///
/// fn main() {
///     lmcp::serve!()
/// }
/// ```
///
/// Each `key = value` inside calls the method of that name on the [`Server`](crate::Server): `name`, `title`,
/// `instructions`, `state` and the others. A `state` may be a `Result`; its error ends the program.
///
/// ```no_run
/// # struct Db; impl Db { fn open(_: &str) -> std::io::Result<std::sync::Arc<str>> { Ok("".into()) } }
/// fn main() {
///     lmcp::serve!(
///         name = "weather",
///         instructions = "Ask for forecasts by city.",
///         state = Db::open("weather.db"),
///     )
/// }
/// ```
///
/// It returns when serving ends, and exits with a code that is not 0 on an error. Inside a running async runtime it
/// says to use [`Server::run`](crate::Server::run) instead. `main` itself returns nothing.
#[cfg(feature = "cli")]
#[macro_export]
macro_rules! serve {
    ($($key:ident = $value:expr),* $(,)?) => {
        $crate::__serve!([$crate::server!()] $($key = $value,)*)
    };
    ($($other:tt)+) => {
        ::core::compile_error!("settings of `serve!` are written `key = value`, as in `lmcp::serve!(name = \"calc\")`")
    };
}

/// `serve!`, one setting after the other behind the server that is made of those before.
#[cfg(feature = "cli")]
#[doc(hidden)]
#[macro_export]
macro_rules! __serve {
    ([$server:expr]) => { $server.main() };
    ([$server:expr] http = $($rest:tt)*) => { $crate::__serve!(@transport) };
    ([$server:expr] stdio = $($rest:tt)*) => { $crate::__serve!(@transport) };
    ([$server:expr] transport = $($rest:tt)*) => { $crate::__serve!(@transport) };
    ([$server:expr] host = $($rest:tt)*) => { $crate::__serve!(@transport) };
    ([$server:expr] port = $($rest:tt)*) => { $crate::__serve!(@transport) };
    ([$server:expr] address = $($rest:tt)*) => { $crate::__serve!(@transport) };
    ([$server:expr] $key:ident = $value:expr, $($rest:tt)*) => {
        $crate::__serve!([$server.$key($crate::__serve!(@value $key $value))] $($rest)*)
    };
    (@transport) => {
        ::core::compile_error!(
            "whoever starts the program says how `serve!` serves: alone it is standard input and output, and with \
             `--http 127.0.0.1:8080` it is HTTP. To say it in code, write `lmcp::server!().http(\"127.0.0.1:8080\").await` in \
             an async `main`"
        )
    };
    (@value state $value:expr) => {{
        #[allow(unused_imports, reason = "a `Result` is unwrapped by an inherent method")]
        use $crate::__private::Infallible as _;
        let aside = $crate::__private::aside();
        let value = $value;
        ::core::mem::drop(aside);
        (&mut $crate::__private::Fallible::new(value, ::core::stringify!($value))).ok_or_exit()
    }};
    (@value $key:ident $value:expr) => { $value };
}

/// Begins a [`Server`](crate::Server) named after your package, with every annotated function of the program in it.
///
/// ```no_run
/// #[tokio::main]
/// async fn main() -> lmcp::Result<()> {
///     lmcp::server!().instructions("Ask for forecasts by city.").stdio().await
/// }
/// # #[lmcp::tool] fn unused() {}
/// ```
#[macro_export]
macro_rules! server {
    () => {
        $crate::Server::new($crate::package!())
    };
    ($($setting:tt)+) => {
        ::core::compile_error!(
            "`server!` takes no settings: call the method of that name behind it, as in \
             `lmcp::server!().state(value)`"
        )
    };
}

/// The name, version, description and addresses of the package in which it stands.
///
/// ```
/// let server = lmcp::Server::new(lmcp::package!()); // what `server!()` does
/// # assert_eq!(lmcp::package!().name, "lmcp");
/// ```
#[macro_export]
macro_rules! package {
    () => {
        $crate::Package {
            name: ::core::env!("CARGO_PKG_NAME"),
            version: ::core::env!("CARGO_PKG_VERSION"),
            description: ::core::env!("CARGO_PKG_DESCRIPTION"),
            repository: ::core::env!("CARGO_PKG_REPOSITORY"),
            homepage: ::core::env!("CARGO_PKG_HOMEPAGE"),
            directory: if ::core::cfg!(debug_assertions) { ::core::env!("CARGO_MANIFEST_DIR") } else { "" },
        }
    };
}
