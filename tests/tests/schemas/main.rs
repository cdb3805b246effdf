//! Schemas of many types: the golden files, JSON Schema's own rules, the laws of portability, and what serde makes of
//! the values.
//!
//! `corpus/` has the types, `harness.rs` serves them, `walk.rs` finds its way in a schema; each of the others holds
//! tests. A test goes on to the end of the corpus, and then says everything that it found.
//!
//! A new type is a line in a `corpus!` of the file it belongs to, with values; its golden file is written by
//! `LMCP_BLESS=1 cargo test -p lmcp-tests --test schemas golden`.

mod corpus;
mod golden;
mod harness;
mod laws;
mod nulls;
mod random;
mod subsets;
mod values;
mod walk;
