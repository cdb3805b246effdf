//! Who calls: [`Principal`] is what a check of credentials came to, [`bearer`] the check.
//!
//! A transport hands in what a request's head says and gets a principal or a refusal. Sessions, sealed states and
//! handlers know the principal alone.

#[cfg(feature = "http")]
pub(crate) mod bearer;
pub(crate) mod principal;

#[cfg(feature = "http")]
pub use bearer::Auth;
pub use principal::Principal;
