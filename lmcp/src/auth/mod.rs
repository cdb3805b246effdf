#![doc = include_str!("../docs/auth.md")]
// A transport hands in what a request's head says and gets a principal or a refusal. Sessions, sealed states and
// handlers know the principal alone. In the order of that way: `gate` asks each check of credentials, which are `bearer`,
// `custom` and `jwt`; `access` is what follows from it for lists and calls; `challenge` and `metadata` tell clients what is
// wanted; `environment` is for programs that say nothing themselves.

pub(crate) mod access;
#[cfg(feature = "http")]
mod bearer;
#[cfg(feature = "http")]
pub(crate) mod challenge;
#[cfg(feature = "http")]
mod credentials;
#[cfg(feature = "http")]
mod custom;
#[cfg(feature = "http")]
pub(crate) mod environment;
#[cfg(feature = "http")]
mod gate;
#[cfg(feature = "oauth")]
pub(crate) mod jwt;
#[cfg(feature = "oauth")]
pub(crate) mod metadata;
mod principal;

#[cfg(feature = "http")]
pub use bearer::Bearer;
#[cfg(feature = "http")]
pub use credentials::{Credentials, Refused};
#[cfg(feature = "http")]
pub use gate::Auth;
#[cfg(feature = "oauth")]
pub use jwt::{Algorithm, Jwt};
pub use principal::Principal;
