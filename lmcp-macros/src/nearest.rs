//! The known name nearest to one that is unknown, and a list of names in words.

/// The candidate most like `name`, if one is close enough to be a likely slip, or begins as it does.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = folded(name);
    let limit = (wanted.len() / 3).max(1);
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let other = folded(candidate);
            let distance = distance(&wanted, &other);
            let is_far = distance > limit;
            // A slip is likelier than a word that was left out or added.
            (!is_far || begins(&wanted, &other)).then_some(((is_far, distance), candidate))
        })
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, candidate)| candidate)
}

/// One is the beginning of the other, and long enough to mean the same: `desc` and `description`, `mimeType` and `mime`.
fn begins(a: &[char], b: &[char]) -> bool {
    a.len().min(b.len()) >= 4 && (a.starts_with(b) || b.starts_with(a))
}

/// `a`, `b` and `c`.
pub(crate) fn listed<S: AsRef<str>>(names: &[S]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => quoted.concat(),
    }
}

/// Lower case without separators: `read-only` and `readOnly` are the same slip.
fn folded(name: &str) -> Vec<char> {
    name.chars().filter(|c| !matches!(c, '_' | '-' | '.')).flat_map(char::to_lowercase).collect()
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
    use super::{listed, nearest};

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let keys = ["name", "title", "read_only", "open_world"];
        assert_eq!(nearest("titel", keys), Some("title"));
        assert_eq!(nearest("titl", keys), Some("title"));
        assert_eq!(nearest("readonly", keys), Some("read_only"));
        assert_eq!(nearest("openWorld", keys), Some("open_world"));
        assert_eq!(nearest("scopes", keys), None);
    }

    #[test]
    fn a_name_that_begins_as_another_one_is_found_after_slips() {
        let keys = ["mime", "name", "tags", "description", "descriptor", "uri"];
        assert_eq!(nearest("mimetype", keys), Some("mime"));
        assert_eq!(nearest("mime_type", keys), Some("mime"));
        assert_eq!(nearest("MimeType", keys), Some("mime"));
        assert_eq!(nearest("desc", ["description"]), Some("description"));
        assert_eq!(nearest("des", ["description"]), None);
        assert_eq!(nearest("urimatcher", keys), None);
        assert_eq!(nearest("nickname", keys), None);
        // A slip away from one name, and the beginning of another.
        assert_eq!(nearest("tims", ["timshel", "time"]), Some("time"));
    }

    #[test]
    fn names_are_listed_in_words() {
        assert_eq!(listed(&["a"]), "`a`");
        assert_eq!(listed(&["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
