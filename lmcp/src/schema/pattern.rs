//! A text that a pattern matches, for examples: the shortest way through it.
//!
//! What it does not understand it takes literally; whoever asks checks the result against the pattern.

use std::iter::Peekable;
use std::str::Chars;

/// How many letters a text has at most.
const LETTERS: usize = 256;
/// How deep groups may be nested.
const DEPTH: usize = 32;

/// A text that the pattern may match, with everything that may be repeated without end once more for each `extra`.
pub(super) fn sample(pattern: &str, extra: usize) -> Option<String> {
    let mut reader = Reader { left: pattern.chars().peekable(), extra };
    let text = reader.alternatives(0)?;
    (reader.left.next().is_none() && text.len() <= LETTERS).then_some(text)
}

struct Reader<'p> {
    left: Peekable<Chars<'p>>,
    extra: usize,
}

impl Reader<'_> {
    /// The first of them.
    fn alternatives(&mut self, depth: usize) -> Option<String> {
        let first = self.sequence(depth)?;
        while self.left.next_if_eq(&'|').is_some() {
            self.sequence(depth)?;
        }
        Some(first)
    }

    fn sequence(&mut self, depth: usize) -> Option<String> {
        if depth > DEPTH {
            return None;
        }
        let mut text = String::new();
        while let Some(c) = self.left.next_if(|c| !matches!(c, '|' | ')')) {
            let atom = match c {
                '^' | '$' => String::new(),
                '(' => self.group(depth)?,
                '[' => self.class()?.to_string(),
                '.' => "a".into(),
                '\\' => escaped(self.left.next()?).map(String::from).unwrap_or_default(),
                c => c.into(),
            };
            let times = self.times();
            if text.len() + atom.len() * times > LETTERS {
                return None;
            }
            text.push_str(&atom.repeat(times));
        }
        Some(text)
    }

    fn group(&mut self, depth: usize) -> Option<String> {
        if self.left.next_if_eq(&'?').is_some() {
            // `(?:…)`, `(?P<name>…)`, `(?<name>…)`.
            self.left.find(|c| matches!(c, ':' | '>'))?;
        }
        let text = self.alternatives(depth + 1)?;
        self.left.next_if_eq(&')')?;
        Some(text)
    }

    /// One character of a class.
    fn class(&mut self) -> Option<char> {
        let not = self.left.next_if_eq(&'^').is_some();
        let mut ranges: Vec<(char, char)> = Vec::new();
        loop {
            let low = match self.left.next()? {
                ']' if !ranges.is_empty() => break,
                '\\' => match self.left.next()? {
                    'd' => return self.rest_of_class(not, '1'),
                    'w' => return self.rest_of_class(not, 'a'),
                    c => escaped(c)?,
                },
                c => c,
            };
            let mut ahead = self.left.clone();
            let high = match (ahead.next(), ahead.next()) {
                (Some('-'), Some(high)) if high != ']' => {
                    self.left = ahead;
                    if high == '\\' { escaped(self.left.next()?)? } else { high }
                }
                _ => low,
            };
            ranges.push((low, high));
        }
        let has = |c: char| ranges.iter().any(|(low, high)| (*low..=*high).contains(&c));
        match not {
            false => ranges.first().map(|(low, _)| *low),
            true => ['a', 'A', '1', '-', '_', ' '].into_iter().find(|c| !has(*c)),
        }
    }

    fn rest_of_class(&mut self, not: bool, found: char) -> Option<char> {
        while match self.left.next()? {
            ']' => false,
            '\\' => self.left.next().is_some(),
            _ => true,
        } {}
        Some(if not { '-' } else { found })
    }

    /// How often what stands before is there.
    fn times(&mut self) -> usize {
        let times = match self.left.peek() {
            Some('*') => self.extra,
            Some('+') => 1 + self.extra,
            Some('?') => 0,
            Some('{') => {
                let mut ahead = self.left.clone();
                let inside: String = ahead.by_ref().skip(1).take_while(|c| *c != '}').collect();
                let (least, most) = inside.split_once(',').unwrap_or((&inside, &inside));
                let Ok(least) = least.parse::<usize>() else { return 1 };
                self.left = ahead;
                let most = most.parse().unwrap_or(least.saturating_add(self.extra));
                // A lazy one is repeated as often.
                let _lazy = self.left.next_if_eq(&'?');
                return least.saturating_add(self.extra).min(most).min(LETTERS + 1);
            }
            _ => return 1,
        };
        self.left.next();
        let _lazy = self.left.next_if_eq(&'?');
        times
    }
}

/// The character that an escape stands for; none for what is between characters.
fn escaped(c: char) -> Option<char> {
    Some(match c {
        'd' => '1',
        'w' | 'D' | 'S' => 'a',
        'W' => '-',
        's' => ' ',
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' | 'B' | 'A' | 'z' | 'Z' => return None,
        c => c,
    })
}

#[cfg(test)]
mod tests {
    use super::sample;
    use regex_lite::Regex;

    #[test]
    fn samples_match() {
        for pattern in [
            r"^[A-Z]{2}-\d+$",
            r"^(foo|bar)[_-]?x*$",
            r"^\d{4}-(0[1-9]|1[0-2])-[0-3]\d$",
            r"^v?\d+\.\d+(?:\.\d+)?$",
            r"^[^a-z@]+@[a-z0-9.]+\.[a-z]{2,}?$",
            r"^[\w.+-]+$",
            r"^\+[1-9]\d{1,14}$",
            r"^sk_(?P<kind>live|test)_[A-Za-z0-9]{24}$",
            r"a\b c",
            "",
        ] {
            let regex = Regex::new(pattern).expect(pattern);
            let text = sample(pattern, 0).expect(pattern);
            assert!(regex.is_match(&text), "{pattern}: {text:?}");
            let text = sample(pattern, 3).expect(pattern);
            assert!(regex.is_match(&text), "{pattern}: {text:?}");
        }
    }

    #[test]
    fn it_has_an_end() {
        assert_eq!(sample("((a{99}){99}){99}", 0), None);
        assert_eq!(sample(&"(".repeat(100_000), 0), None);
        for odd in ["[", "(", "a{", "\\", "[^", "(?", "a)b", "[a-", "x{9999999999999999999999}"] {
            let _whatever = sample(odd, 1);
        }
    }
}
