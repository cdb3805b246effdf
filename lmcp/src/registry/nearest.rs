//! The nearest known name to one that is unknown.

/// The candidate most like `name`, if one is close enough to be a likely slip.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Compiled once, for all the ways in which there are candidates.
    among(name, &mut candidates.into_iter())
}

fn among<'a>(name: &str, candidates: &mut dyn Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = folded(name);
    candidates
        .filter_map(|candidate| {
            let other = folded(candidate);
            // One slip in three letters: in one or two any name is as near as the right one.
            let limit = wanted.len().max(other.len()) / 3;
            // A distance is at least the difference in length: skip what cannot be near.
            if other.len().abs_diff(wanted.len()) > limit {
                return None;
            }
            Some((distance(&wanted, &other), candidate)).filter(|(distance, _)| *distance <= limit)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Lower case without separators, at most 64 characters: `User_Name` and `userName` are the same slip.
fn folded(name: &str) -> Vec<char> {
    name.chars().filter(|c| !matches!(c, '_' | '-' | ' ' | '.')).flat_map(char::to_lowercase).take(64).collect()
}

/// Edits (insert, delete, replace, swap neighbours) between two names.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut best = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = last;
        last = row;
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let names = ["city", "days", "units", "user_name"];
        assert_eq!(nearest("citty", names), Some("city"));
        assert_eq!(nearest("dyas", names), Some("days"));
        assert_eq!(nearest("userName", names), Some("user_name"));
        assert_eq!(nearest("temperature", names), None);
        assert_eq!(nearest("", names), None);
        assert_eq!(nearest("c", ["a", "b"]), None);
        assert_eq!(nearest("ad", ["add", "b"]), Some("add"));
        assert_eq!(nearest("A", ["a", "b"]), Some("a"));
    }
}
