use lmcp::{Context, tool};

/// Does it.
///
/// # Arguments
///
/// * `nobody` - not there
//~^ error: `# Arguments` describes `nobody`, which is no parameter
#[tool(nam = "x", timeout = "never", blocking, alias("do it"))]
//~^ error: `#[tool]` has no key `nam`
//~^ token: nam
//~^ error: "never" is no time to wait for a call
//~^ token: "never"
//~^ error: `blocking` is for functions that wait without `await`, and this one is `async`
//~^ token: blocking
//~^ error: "do it" is no name of a tool
async fn do_it<T>(
    //~^ error: a tool cannot be generic
    //~^ token: T
    ctx: &mut Context,
    //~^ error: the context is shared, not mutable
    text: &str,
    //~^ error: a parameter cannot borrow: `&str`
    #[arg(default = 1)] days: Option<u8>,
    //~^ error: an `Option` is `None` when it is left out
    #[arg(compleet = x)] value: T,
    //~^ error: `#[arg]` has no key `compleet`
) -> impl Clone + use<T> {
    //~^ error: a tool cannot return `impl Trait`
    let _ = (ctx, text, days, value);
}
