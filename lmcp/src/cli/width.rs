//! How many columns of a terminal a text takes, and texts cut and broken by columns.

use std::borrow::Cow;

/// What takes two columns: East Asian scripts, and pictures that are shown as such by themselves. After Unicode's
/// `EastAsianWidth.txt`, where W and F are; unassigned characters between two ranges count to both.
#[rustfmt::skip]
const WIDE: [(u32, u32); 80] = [
    (0x1100, 0x115f), (0x231a, 0x231b), (0x2329, 0x232a), (0x23e9, 0x23ec), (0x23f0, 0x23f0), (0x23f3, 0x23f3),
    (0x25fd, 0x25fe), (0x2614, 0x2615), (0x2648, 0x2653), (0x267f, 0x267f), (0x2693, 0x2693), (0x26a1, 0x26a1),
    (0x26aa, 0x26ab), (0x26bd, 0x26be), (0x26c4, 0x26c5), (0x26ce, 0x26ce), (0x26d4, 0x26d4), (0x26ea, 0x26ea),
    (0x26f2, 0x26f3), (0x26f5, 0x26f5), (0x26fa, 0x26fa), (0x26fd, 0x26fd), (0x2705, 0x2705), (0x270a, 0x270b),
    (0x2728, 0x2728), (0x274c, 0x274c), (0x274e, 0x274e), (0x2753, 0x2755), (0x2757, 0x2757), (0x2795, 0x2797),
    (0x27b0, 0x27b0), (0x27bf, 0x27bf), (0x2b1b, 0x2b1c), (0x2b50, 0x2b50), (0x2b55, 0x2b55), (0x2e80, 0x303e),
    (0x3041, 0x3247), (0x3250, 0x4dbf), (0x4e00, 0xa4c6), (0xa960, 0xa97c), (0xac00, 0xd7a3), (0xf900, 0xfad9),
    (0xfe10, 0xfe6b), (0xff01, 0xff60), (0xffe0, 0xffe6), (0x16fe0, 0x1b2fb), (0x1f004, 0x1f004), (0x1f0cf, 0x1f0cf),
    (0x1f18e, 0x1f18e), (0x1f191, 0x1f19a), (0x1f200, 0x1f320), (0x1f32d, 0x1f335), (0x1f337, 0x1f37c), (0x1f37e, 0x1f393),
    (0x1f3a0, 0x1f3ca), (0x1f3cf, 0x1f3d3), (0x1f3e0, 0x1f3f0), (0x1f3f4, 0x1f3f4), (0x1f3f8, 0x1f43e), (0x1f440, 0x1f440),
    (0x1f442, 0x1f4fc), (0x1f4ff, 0x1f53d), (0x1f54b, 0x1f54e), (0x1f550, 0x1f567), (0x1f57a, 0x1f57a), (0x1f595, 0x1f596),
    (0x1f5a4, 0x1f5a4), (0x1f5fb, 0x1f64f), (0x1f680, 0x1f6c5), (0x1f6cc, 0x1f6cc), (0x1f6d0, 0x1f6d2), (0x1f6d5, 0x1f6df),
    (0x1f6eb, 0x1f6ec), (0x1f6f4, 0x1f6fc), (0x1f7e0, 0x1f7f0), (0x1f90c, 0x1f93a), (0x1f93c, 0x1f945), (0x1f947, 0x1f9ff),
    (0x1fa70, 0x1faff), (0x20000, 0x3fffd),
];

/// What stands upon or within its neighbour: marks of the scripts that terminals show, joiners, selectors, and what
/// nobody sees.
#[rustfmt::skip]
const NOTHING: [(u32, u32); 82] = [
    (0x0300, 0x036f), (0x0483, 0x0489), (0x0591, 0x05bd), (0x05bf, 0x05bf), (0x05c1, 0x05c2), (0x05c4, 0x05c5),
    (0x05c7, 0x05c7), (0x0610, 0x061a), (0x061c, 0x061c), (0x064b, 0x065f), (0x0670, 0x0670), (0x06d6, 0x06dc),
    (0x06df, 0x06e4), (0x06e7, 0x06e8), (0x06ea, 0x06ed), (0x093a, 0x093a), (0x093c, 0x093c), (0x0941, 0x0948),
    (0x094d, 0x094d), (0x0951, 0x0957), (0x0962, 0x0963), (0x0981, 0x0981), (0x09bc, 0x09bc), (0x09c1, 0x09c4),
    (0x09cd, 0x09cd), (0x09e2, 0x09e3), (0x09fe, 0x0a02), (0x0a3c, 0x0a3c), (0x0a41, 0x0a51), (0x0a70, 0x0a71),
    (0x0a75, 0x0a75), (0x0a81, 0x0a82), (0x0abc, 0x0abc), (0x0ac1, 0x0ac8), (0x0acd, 0x0acd), (0x0ae2, 0x0ae3),
    (0x0afa, 0x0b01), (0x0b3c, 0x0b3c), (0x0b3f, 0x0b3f), (0x0b41, 0x0b44), (0x0b4d, 0x0b56), (0x0b62, 0x0b63),
    (0x0b82, 0x0b82), (0x0bc0, 0x0bc0), (0x0bcd, 0x0bcd), (0x0c00, 0x0c00), (0x0c04, 0x0c04), (0x0c3c, 0x0c3c),
    (0x0c3e, 0x0c40), (0x0c46, 0x0c56), (0x0c62, 0x0c63), (0x0c81, 0x0c81), (0x0cbc, 0x0cbc), (0x0cbf, 0x0cbf),
    (0x0cc6, 0x0cc6), (0x0ccc, 0x0ccd), (0x0ce2, 0x0ce3), (0x0d00, 0x0d01), (0x0d3b, 0x0d3c), (0x0d41, 0x0d44),
    (0x0d4d, 0x0d4d), (0x0d62, 0x0d63), (0x0e31, 0x0e31), (0x0e34, 0x0e3a), (0x0e47, 0x0e4e), (0x0eb1, 0x0eb1),
    (0x0eb4, 0x0ebc), (0x0ec8, 0x0ecd), (0x1160, 0x11ff), (0x1ab0, 0x1aff), (0x1dc0, 0x1dff), (0x200b, 0x200f),
    (0x202a, 0x202e), (0x2060, 0x206f), (0x20d0, 0x20f0), (0x302a, 0x302d), (0x3099, 0x309a), (0xfb1e, 0xfb1e),
    (0xfe00, 0xfe0f), (0xfe20, 0xfe2f), (0xfeff, 0xfeff), (0xe0000, 0xe0fff),
];

fn within(ranges: &[(u32, u32)], c: char) -> bool {
    let at = ranges.partition_point(|(_, last)| *last < u32::from(c));
    ranges.get(at).is_some_and(|(first, _)| *first <= u32::from(c))
}

const JOINER: char = '\u{200d}';
/// Asks for the picture of a character that is a letter by itself.
const PICTURE: char = '\u{fe0f}';

/// The text's characters, each with the columns that it adds to what stands before it.
fn measured(text: &str) -> impl Iterator<Item = (char, usize)> {
    let mut before = ('\0', 0);
    text.chars().map(move |c| {
        let columns = match c {
            // A narrow one becomes a picture.
            PICTURE => usize::from(before.1 == 1 && !before.0.is_ascii()),
            // The second half of a picture, and the colour of its skin.
            _ if before.0 == JOINER && within(&WIDE, c) => 0,
            '\u{1f3fb}'..='\u{1f3ff}' if before.1 == 2 => 0,
            _ if u32::from(c) < 0x300 => 1,
            _ if within(&NOTHING, c) => 0,
            _ if within(&WIDE, c) => 2,
            _ => 1,
        };
        before = (c, columns);
        (c, columns)
    })
}

/// How many columns a line takes. Control characters are counted as if they were visible.
pub(super) fn columns(line: &str) -> usize {
    if line.is_ascii() { line.len() } else { measured(line).map(|(_, columns)| columns).sum() }
}

/// A line cut to this many columns, with `…` for what is missing.
pub(super) fn cut(line: &str, limit: usize) -> Cow<'_, str> {
    if columns(line) <= limit {
        return line.into();
    }
    format!("{}…", head(line, limit.saturating_sub(1)).trim_end()).into()
}

/// As much of a line as takes no more than this many columns.
fn head(line: &str, limit: usize) -> &str {
    let (mut end, mut used) = (0, 0);
    for (c, columns) in measured(line) {
        used += columns;
        if used > limit {
            break;
        }
        end += c.len_utf8();
    }
    line.get(..end).unwrap_or(line)
}

/// A text broken into lines of at most this many columns: where a space is, or within a wide script, which has none.
/// Longer only is a word that is longer, as an address.
pub(super) fn wrap(text: &str, limit: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let indent: String = paragraph.chars().take_while(|c| *c == ' ').collect();
        let mut line = indent.clone();
        for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
            let blank = line.trim().is_empty();
            if !blank && columns(&line) + 1 + columns(word) > limit {
                lines.push(std::mem::replace(&mut line, indent.clone()));
            } else if !blank {
                line.push(' ');
            }
            line.push_str(word);
            while columns(&line) > limit && line.chars().any(|c| within(&WIDE, c)) {
                let first = head(&line, limit).to_owned();
                let rest = line.get(first.len()..).unwrap_or_default();
                // A limit that is smaller than the indent and a character.
                if first.trim().is_empty() || rest.is_empty() {
                    break;
                }
                line = format!("{indent}{rest}");
                lines.push(first);
            }
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_those_of_a_terminal() {
        for (text, expected) in [
            ("plain", 5),
            ("漢字", 4),
            ("한글", 4),
            ("ｆｕｌｌ", 8),
            ("e\u{301}", 1),
            ("สวัสดี", 4),
            ("שָׁלוֹם", 4),
            ("हिन्दी", 5),
            ("✅", 2),
            ("⚠", 1),
            ("⚠\u{fe0f}", 2),
            ("1\u{fe0f}\u{20e3}", 1),
            ("🚀", 2),
            ("👍🏽", 2),
            ("👩\u{200d}👩\u{200d}👧", 2),
            ("🇪🇺", 2),
            ("a\u{200b}b", 2),
            ("…", 1),
        ] {
            assert_eq!(columns(text), expected, "{text}");
        }
        for ranges in [&WIDE[..], &NOTHING[..]] {
            assert!(ranges.iter().all(|(first, last)| first <= last));
            assert!(ranges.windows(2).all(|pair| pair[0].1 < pair[1].0), "they are in order");
        }
    }

    #[test]
    fn lines_are_cut_and_wrapped_by_columns() {
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("longer text", 8), "longer…");
        assert_eq!(cut("漢字漢字", 6), "漢字…");
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("- a list\n\n  kept as it is", 80), ["- a list", "", "  kept as it is"]);
        assert_eq!(wrap("unbreakable it is", 3), ["unbreakable", "it", "is"]);
        assert_eq!(wrap("漢字漢字漢字 a", 5), ["漢字", "漢字", "漢字", "a"]);
        assert_eq!(wrap("漢字", 1), ["漢字"], "no room at all");
    }
}
