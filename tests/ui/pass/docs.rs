//! Doc comments in all forms.

#![deny(warnings)]

use lmcp::{State, tool};

/** A block.

 * not a star
*/
#[tool]
fn block() {}

#[doc = concat!("Put", " ", "together.")]
#[tool]
fn expression() {}

/// Line.
#[doc = include_str!("docs.rs")]
#[doc = concat!("a", "b")]
/// Line.
#[doc(hidden)]
#[doc(alias = "mixture")]
#[tool]
pub fn mixed(#[doc = concat!("a", "b")] a: u8) -> u8 {
    a
}

/// Described.
///
/// # Arguments
///
/// Lengths are in metres.
///
/// * `a` - the first,
///   on two lines
/// * `b`: the second
/// - c: the third
/// - d - the fourth
/// * `r#type` — the fifth
/// * `db` - what is filled in may be described too
///
/// ```text
/// # Arguments
/// * `x` - inside an example
/// ```
///
/// # Errors
///
/// * `x` - in another section
#[tool]
fn sections(a: u8, b: u8, c: u8, d: u8, r#type: u8, State(db): State<u8>) -> u8 {
    a + b + c + d + r#type + db
}
