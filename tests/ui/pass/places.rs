//! Attributes work wherever a function may stand, and a function may be as private as it likes.

#![deny(warnings)]

use lmcp::{prompt, resource, tool};

macro_rules! doubling {
    ($name:ident, $ty:ty, $doc:literal, $default:expr) => {
        #[doc = $doc]
        #[tool]
        fn $name(#[arg(default = $default)] value: $ty) -> $ty {
            value + value
        }
    };
}
doubling!(double_u8, u8, "Doubles.", 1);
doubling!(double_f64, f64, "Doubles.", 0.5);

macro_rules! named {
    ($($(#[$meta:meta])* $vis:vis fn $name:ident($uri:literal, $text:expr);)*) => { $(
        $(#[$meta])*
        #[resource($uri, name = $text)]
        $vis fn $name() -> &'static str { $text }
    )* };
}
named! {
    /// One.
    fn one("one://", "one");
    /// Two.
    pub(crate) fn two("two", "two");
}

macro_rules! whole {
    ($item:item) => {
        $item
    };
}
whole! {
    #[prompt]
    fn inside_an_item(text: String) -> String { text }
}

pub fn outer<T: Copy>(value: T) -> (T, u8) {
    struct Local(u8);
    #[tool]
    fn inner(a: u8) -> u8 {
        Local(a).0
    }
    {
        #[tool]
        fn innermost(a: u8) -> u8 {
            inner(a)
        }
        (value, innermost(1))
    }
}

mod private {
    mod deep {
        #[lmcp::tool]
        fn buried() {}
        #[lmcp::tool]
        pub(super) fn near() {}
    }
    #[lmcp::resource("private://<id>")]
    fn resource(id: u8) -> u8 {
        id
    }
}

#[cfg(any())]
#[tool]
fn removed_above(a: Nothing) -> Nothing {
    a
}

#[tool]
#[cfg(any())]
fn removed_below(a: Nothing) -> Nothing {
    a
}

#[tool]
#[cfg_attr(all(), cfg(any()))]
fn removed_in_two_steps(a: Nothing) -> Nothing {
    a
}

#[tool]
#[cfg(not(any()))]
fn kept_below() {}

#[cfg_attr(all(), tool(name = "conditional"))]
fn conditional(#[allow(unused_variables)] a: u8) {}

#[deprecated]
#[tool]
fn deprecated_above() {}

#[tool]
#[deprecated = "use another"]
fn deprecated_below() {}

mod old {
    #![allow(deprecated)]
    #[deprecated]
    #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
    pub struct Old;
}

#[tool]
#[allow(deprecated)]
fn takes_the_old(old: old::Old) -> old::Old {
    old
}

#[tool]
#[expect(deprecated)]
fn expects_the_old(old: old::Old) -> old::Old {
    old
}

#[tool]
#[inline]
#[must_use]
pub fn with_other_attributes() -> u8 {
    1
}

#[tool]
const fn constant(a: u8) -> u8 {
    a
}

#[tool]
#[resource("both://<id>")]
#[prompt(name = "all-three")]
fn both(
    #[arg(description = "which")]
    id: String,
) -> String {
    id
}
