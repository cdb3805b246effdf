//! Sorting, compiled once: std's own sort is some 8 KB of code for each type that is sorted.

use std::cmp::Ordering;

/// The items in the order of their keys; those of equal keys stay in the order they were in.
pub(crate) fn sorted_by_key<T, K: Ord>(items: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let order = order(items.len(), &|a, b| items.get(a).map(&key).cmp(&items.get(b).map(&key)));
    let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| items.get_mut(at)?.take()).collect()
}

fn order(len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    order.sort_by(|a, b| compare(*a, *b));
    order
}

#[cfg(test)]
mod tests {
    use super::sorted_by_key;

    #[test]
    fn equal_ones_stay_in_their_order() {
        let words: Vec<&str> =
            "the quick brown fox jumps over the lazy dog and then some more of it".split(' ').collect();
        let mut expected = words.clone();
        expected.sort_by_key(|word| word.len());
        assert_eq!(sorted_by_key(words, |word| word.len()), expected);
        assert!(sorted_by_key(Vec::<u8>::new(), |number| *number).is_empty());
    }
}
