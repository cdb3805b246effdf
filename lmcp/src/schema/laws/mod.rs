//! The laws of schemas: what clients are told is never narrower than what is checked, and neither larger nor longer in the
//! making than it was to be; what is repaired was wrong, and is right then.

mod dice;
mod made;
mod pass;
mod repair;
mod values;

pub use pass::{schema, schema_made};
#[cfg(test)]
pub(crate) use repair::arguments;
pub use repair::repair;
