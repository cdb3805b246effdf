//! Guides: how to think about each part, with recipes that run.
//!
//! The three attributes have pages of reference: [`#[tool]`](macro@tool), [`#[resource]`](macro@resource),
//! [`#[prompt]`](macro@prompt). These guides are what stands beside them. They are here for the documentation only, and
//! compile in no program.
//!
//! | guide | what it is about |
//! |---|---|
//! | [`tools`] | what a model calls |
//! | [`resources`] | what a client reads |
//! | [`prompts`] | what a person picks |
//! | [`context`] | progress, log messages, cancellation, who calls, asking |
//! | [`state`] | what calls share, from opening it to closing it |
//! | [`errors`] | three readers, and what each of them gets |
//! | [`testing`] | functions as functions, the server as a client sees it |
//! | [`http`] | serving, curl, clients, mounting, refusals |
//! | [`auth`] | tokens, authorization servers, checks of your own |
//! | [`deployment`] | containers, systemd, nginx, replicas, limits, logs |
//! | [`eras`] | what differs between the protocol's revisions |
//! | [`from_rmcp`] | coming from the official Rust SDK |
//! | [`from_fastmcp`] | coming from Python |

// For what the pages link to.
#[allow(unused_imports)]
use crate::*;

macro_rules! pages {
    ($($page:ident $file:literal)*) => {
        $(
            #[doc = include_str!($file)]
            pub mod $page {}
        )*
    };
}

pages! {
    tools "docs/guide/tools.md"
    resources "docs/guide/resources.md"
    prompts "docs/guide/prompts.md"
    context "docs/guide/context.md"
    state "docs/guide/state.md"
    errors "docs/guide/errors.md"
    testing "docs/guide/testing.md"
    http "docs/guide/http.md"
    deployment "docs/guide/deployment.md"
    eras "docs/guide/eras.md"
    from_rmcp "docs/guide/from_rmcp.md"
    from_fastmcp "docs/guide/from_fastmcp.md"
}
