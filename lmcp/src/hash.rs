//! Hashing of names and ids, for maps that are looked into on each call.
//!
//! Fast, and no match for somebody who chooses keys that collide: only for maps whose keys are the program's own, or that
//! are small whatever comes.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map whose keys are the program's own, or which is kept small.
pub(crate) type QuickMap<K, V> = HashMap<K, V, BuildHasherDefault<QuickHasher>>;

/// Eight bytes at a time: one multiplication each, whose halves are folded so that every bit counts everywhere.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct QuickHasher(u64);

impl QuickHasher {
    fn add(&mut self, word: u64) {
        // The fractions of pi and of the square root of two: odd, and half of their bits set.
        const START: u64 = 0x243f_6a88_85a3_08d3;
        const FACTOR: u64 = 0x6a09_e667_f3bc_c909;
        let product = u128::from(self.0 ^ word ^ START) * u128::from(FACTOR);
        self.0 = (product >> 64) as u64 ^ product as u64;
    }
}

impl Hasher for QuickHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.add(u64::from_le_bytes(*word));
        }
        let last = rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        // A text is not hashed as one that goes on with zeros.
        self.add(last | (bytes.len() as u64) << 56);
    }

    /// What ends a `str`; its length is in there already.
    fn write_u8(&mut self, _end: u8) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::QuickHasher;
    use std::collections::{BTreeSet, HashSet};
    use std::hash::{BuildHasher as _, BuildHasherDefault};

    #[test]
    fn names_that_are_alike_are_spread() {
        let hashed = |text: &str| BuildHasherDefault::<QuickHasher>::default().hash_one(text);
        let mut texts: Vec<String> = (0..4096).flat_map(|n| [format!("{n}"), format!("get_the_item_{n}")]).collect();
        texts.extend((0..40).flat_map(|n| ["\0".repeat(n), "a".repeat(n)]));
        let texts: BTreeSet<String> = texts.into_iter().collect();
        let hashes: Vec<u64> = texts.iter().map(|text| hashed(text)).collect();
        assert_eq!(hashes.iter().collect::<HashSet<_>>().len(), texts.len());
        // A table looks at the lowest bits for a place, and at the highest for a match in it.
        for bits in [|hash: u64| hash & 0xff, |hash: u64| hash >> 56] {
            let mut counts = [0; 256];
            hashes.iter().for_each(|hash| counts[bits(*hash) as usize] += 1);
            let even = texts.len() / 256;
            assert!(counts.iter().all(|count| *count > even / 4 && *count < even * 3), "{counts:?}");
        }
    }
}
