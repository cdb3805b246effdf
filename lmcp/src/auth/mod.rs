//! Who calls: [`Principal`] is what a check of credentials came to, [`bearer`] the check.
//!
//! A transport hands in what a request's head says and gets a principal or a refusal. Sessions, sealed states and
//! handlers know the principal alone. [`access`] is what follows from it for lists and calls, [`challenge`] what a caller
//! is told who lacks something.

pub(crate) mod access;
#[cfg(feature = "http")]
pub(crate) mod bearer;
#[cfg(feature = "http")]
pub(crate) mod challenge;
pub(crate) mod principal;

#[cfg(feature = "http")]
pub use bearer::Auth;
pub use principal::Principal;
