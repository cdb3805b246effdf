//! What a server offers: collected, checked, frozen, looked up.
//!
//! [`collect`] gathers what the attributes submitted and what was registered by hand; [`check`] refuses what would
//! fail later, all of it at once; [`catalog`] is the frozen result, whose lookups and lists cost the same however
//! much there is; [`switch`] swaps one frozen catalog for the next when something is enabled, disabled or added.

pub(crate) mod catalog;
pub(crate) mod check;
pub(crate) mod collect;
pub(crate) mod item;
pub(crate) mod library;
pub(crate) mod list;
pub(crate) mod nearest;
pub(crate) mod switch;
pub(crate) mod takes;
pub(crate) mod template_index;
pub(crate) mod uri_template;
pub(crate) mod view;

pub(crate) use catalog::Catalog;
pub(crate) use item::{Prompt, Resource, Template, Tool};
pub(crate) use switch::Registry;
