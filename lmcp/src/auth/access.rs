//! [`Access`]: how far a caller gets, which his principal tells, or where he comes from.

use super::Principal;
use std::hash::{Hash, Hasher};
#[cfg(feature = "http")]
use std::net::{IpAddr, Ipv6Addr};

/// Who calls, and from where.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    pub(crate) principal: Option<Principal>,
    pub(crate) place: Place,
}

/// Where a call comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A pipe, which has one client. Each has a number of its own.
    Pipe(u64),
    /// Another program at this address.
    #[cfg(feature = "http")]
    Address(IpAddr),
    /// Another program, of which no address is known: it came over a Unix socket, or through somebody else's server.
    #[cfg(feature = "http")]
    Elsewhere,
}

impl Access {
    /// Whether it may see and use what asks for these scopes.
    ///
    /// Whoever has the other end of a pipe started the process, or stands where the program put it: as long as it is
    /// nobody in particular, everything is open to it.
    pub(crate) fn has(&self, scopes: &[&str]) -> bool {
        match (&self.principal, self.place) {
            (Some(principal), _) => scopes.iter().all(|scope| principal.has_scope(scope)),
            (None, Place::Pipe(_)) => true,
            #[cfg(feature = "http")]
            (None, Place::Address(_) | Place::Elsewhere) => scopes.is_empty(),
        }
    }
}

/// Equal for calls whose rate is counted together: those of one principal, whatever connections it has, and where nobody
/// says who he is, those from one place.
impl Hash for Access {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match (&self.principal, self.place) {
            (Some(principal), _) => (0_u8, principal.identity()).hash(state),
            (None, Place::Pipe(number)) => (1_u8, number).hash(state),
            #[cfg(feature = "http")]
            (None, Place::Address(address)) => (2_u8, neighbourhood(address)).hash(state),
            #[cfg(feature = "http")]
            (None, Place::Elsewhere) => 3_u8.hash(state),
        }
    }
}

/// What one machine can have many addresses of: of IPv6 it is given a whole /64.
#[cfg(feature = "http")]
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address => address,
    }
}

#[cfg(all(test, feature = "http"))]
mod tests {
    use super::{Access, Place};
    use crate::Principal;
    use std::hash::{BuildHasher, RandomState};

    #[test]
    fn a_pipe_sees_everything_unless_it_is_somebody() {
        let anybody = Access { principal: None, place: Place::Pipe(1) };
        assert!(anybody.has(&["a", "b"]) && anybody.has(&[]));
        let ana = Access { principal: Some(Principal::new("ana").scope("a")), place: Place::Pipe(1) };
        assert!(ana.has(&["a"]) && ana.has(&[]) && !ana.has(&["a", "b"]) && !ana.has(&["A"]));
        let nobody = Access { principal: None, place: Place::Elsewhere };
        assert!(nobody.has(&[]) && !nobody.has(&["a"]));
    }

    #[test]
    fn callers_are_told_apart_by_name_and_else_by_place() {
        let hasher = RandomState::new();
        let at = |address: &str| Place::Address(address.parse().expect("an address"));
        let of = |name: Option<&str>, place| hasher.hash_one(Access { principal: name.map(Principal::new), place });
        assert_eq!(of(Some("ana"), at("10.0.0.1")), of(Some("ana"), Place::Pipe(7)));
        assert_ne!(of(Some("ana"), at("10.0.0.1")), of(Some("ben"), at("10.0.0.1")));
        assert_ne!(of(None, at("10.0.0.1")), of(None, at("10.0.0.2")));
        assert_eq!(of(None, at("10.0.0.1")), of(None, at("::ffff:10.0.0.1")));
        assert_eq!(of(None, at("2001:db8::1")), of(None, at("2001:db8::ffff:1")));
        assert_ne!(of(None, at("2001:db8::1")), of(None, at("2001:db8:0:1::1")));
        assert_ne!(of(None, Place::Pipe(1)), of(None, Place::Pipe(2)));
    }
}
