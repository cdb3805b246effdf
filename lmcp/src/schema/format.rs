//! The formats of strings that are checked: those of JSON Schema 2020-12 that have a grammar of their own.
//!
//! Spec: JSON Schema Validation 2020-12, section 7.3.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A format of strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    DateTime,
    Date,
    Time,
    Duration,
    Email,
    Hostname,
    Ip,
    Ipv4,
    Ipv6,
    Uri,
    UriReference,
    Uuid,
    JsonPointer,
    Regex,
}

/// The names that JSON Schema 2020-12 knows; any other says nothing to a client.
pub(crate) const KNOWN: [&str; 19] = [
    "date-time",
    "date",
    "time",
    "duration",
    "email",
    "idn-email",
    "hostname",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "iri",
    "iri-reference",
    "uuid",
    "uri-template",
    "json-pointer",
    "relative-json-pointer",
    "regex",
];

impl Format {
    /// The format of this name, if it is checked.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "date-time" => Format::DateTime,
            "date" => Format::Date,
            "time" => Format::Time,
            "duration" => Format::Duration,
            "email" | "idn-email" => Format::Email,
            "hostname" => Format::Hostname,
            "ip" => Format::Ip,
            "ipv4" => Format::Ipv4,
            "ipv6" => Format::Ipv6,
            "uri" | "iri" => Format::Uri,
            "uri-reference" | "iri-reference" => Format::UriReference,
            "uuid" => Format::Uuid,
            "json-pointer" => Format::JsonPointer,
            "regex" => Format::Regex,
            _ => return None,
        })
    }

    /// What is expected, in words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Format::DateTime => "a date and time as in 2026-01-31T12:00:00Z",
            Format::Date => "a date as in 2026-01-31",
            Format::Time => "a time as in 12:00:00Z",
            Format::Duration => "a duration as in PT1H30M",
            Format::Email => "an email address",
            Format::Hostname => "a host name",
            Format::Ip => "an IP address",
            Format::Ipv4 => "an IPv4 address",
            Format::Ipv6 => "an IPv6 address",
            Format::Uri => "a URI as in https://example.com/a",
            Format::UriReference => "a URI or a relative one",
            Format::Uuid => "a UUID",
            Format::JsonPointer => "a JSON pointer as in /a/0",
            Format::Regex => "a regular expression",
        }
    }

    /// A text of this format.
    pub(super) fn example(self) -> &'static str {
        match self {
            Format::DateTime => "2026-01-31T12:00:00Z",
            Format::Date => "2026-01-31",
            Format::Time => "12:00:00Z",
            Format::Duration => "PT1H30M",
            Format::Email => "ada@example.com",
            Format::Hostname => "example.com",
            Format::Ip | Format::Ipv4 => "192.0.2.1",
            Format::Ipv6 => "2001:db8::1",
            Format::Uri | Format::UriReference => "https://example.com/a",
            Format::Uuid => "67e55044-10b1-426f-9247-bb680e5fe0c8",
            Format::JsonPointer => "/a/0",
            Format::Regex => "^a+$",
        }
    }

    pub(super) fn fits(self, text: &str) -> bool {
        match self {
            Format::DateTime => date_time(text),
            Format::Date => date(text),
            Format::Time => time(text),
            Format::Duration => duration(text),
            Format::Email => email(text),
            Format::Hostname => hostname(text),
            Format::Ip => text.parse::<std::net::IpAddr>().is_ok(),
            Format::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            Format::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
            Format::Uri => uri(text),
            Format::UriReference => uri_characters(text),
            Format::Uuid => uuid(text),
            Format::JsonPointer => json_pointer(text),
            Format::Regex => regex_lite::Regex::new(text).is_ok(),
        }
    }
}

/// A number of exactly so many digits, inside a range.
fn digits(text: &str, count: usize, low: u32, high: u32) -> Option<u32> {
    let fits = text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|n| fits && (low..=high).contains(n))
}

fn date(text: &str) -> bool {
    let read = || {
        let mut parts = text.splitn(3, '-');
        let year = digits(parts.next()?, 4, 0, 9999)?;
        let month = digits(parts.next()?, 2, 1, 12)?;
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let last = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        digits(parts.next()?, 2, 1, last)
    };
    read().is_some()
}

/// RFC 3339: a zone is part of it.
fn time(text: &str) -> bool {
    let read = || {
        let hour = digits(text.get(0..2)?, 2, 0, 23)?;
        let minute = digits(text.get(3..5)?, 2, 0, 59)?;
        let second = digits(text.get(6..8)?, 2, 0, 60)?;
        let colons = text.get(2..3)? == ":" && text.get(5..6)? == ":";
        let mut zone = text.get(8..)?;
        if let Some(fraction) = zone.strip_prefix('.') {
            let length = fraction.bytes().take_while(u8::is_ascii_digit).count();
            zone = fraction.get(length..).filter(|_| length > 0)?;
        }
        // A leap second is the last of a day in UTC; which one that is elsewhere is not looked into.
        let _ = (hour, minute, second);
        let zoned = match zone {
            "Z" | "z" => true,
            _ => {
                zone.starts_with(['+', '-'])
                    && digits(zone.get(1..3)?, 2, 0, 23).is_some()
                    && zone.get(3..4)? == ":"
                    && digits(zone.get(4..)?, 2, 0, 59).is_some()
            }
        };
        Some(colons && zoned)
    };
    read() == Some(true)
}

fn date_time(text: &str) -> bool {
    let at = text.char_indices().nth(10);
    at.is_some_and(|(at, mark)| {
        matches!(mark, 'T' | 't' | ' ') && text.get(..at).is_some_and(date) && text.get(at + 1..).is_some_and(time)
    })
}

/// ISO 8601, as RFC 3339's appendix A writes it.
fn duration(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('P') else { return false };
    let (days, times) = match rest.split_once('T') {
        Some((days, times)) if !times.is_empty() => (days, times),
        Some(_) => return false,
        None => (rest, ""),
    };
    // Units come in order, each at most once.
    let units = |part: &str, units: &str, fraction: bool| {
        let mut left = units;
        let mut number = String::new();
        for c in part.chars() {
            if c.is_ascii_digit() || fraction && c == '.' {
                number.push(c);
                continue;
            }
            let (Some(at), false) = (left.find(c), number.is_empty()) else { return false };
            left = left.get(at + c.len_utf8()..).unwrap_or_default();
            number.clear();
        }
        number.is_empty()
    };
    if let Some(weeks) = rest.strip_suffix('W') {
        return !weeks.is_empty() && weeks.bytes().all(|b| b.is_ascii_digit());
    }
    !rest.is_empty() && units(days, "YMD", false) && units(times, "HMS", true)
}

fn email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    let plain = !local.is_empty()
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.chars().all(|c| c.is_alphanumeric() || !c.is_ascii() || "!#$%&'*+/=?^_`{|}~.-".contains(c));
    let literal = domain.strip_prefix('[').and_then(|d| d.strip_suffix(']'));
    let literal = literal.is_some_and(|d| {
        d.parse::<Ipv4Addr>().is_ok() || d.strip_prefix("IPv6:").is_some_and(|d| d.parse::<Ipv6Addr>().is_ok())
    });
    local.len() <= 64
        && (quoted || plain)
        && (literal || hostname(domain) || !domain.is_ascii() && !domain.contains(' '))
}

fn hostname(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

fn uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    named && !rest.is_empty() && uri_characters(rest)
}

/// No spaces and no brackets that a URI does not have; `%` is an escape.
fn uri_characters(text: &str) -> bool {
    let bytes = text.as_bytes();
    !text.chars().any(|c| {
        c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '\\' | '^' | '`' | '{' | '|' | '}')
    }) && bytes.iter().enumerate().all(|(at, byte)| {
        let hex = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
        *byte != b'%' || hex(at + 1) && hex(at + 2)
    })
}

fn uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn json_pointer(text: &str) -> bool {
    let escapes = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    (text.is_empty() || text.starts_with('/')) && escapes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_take_what_they_should() {
        let table: [(&str, &[&str], &[&str]); 13] = [
            (
                "date-time",
                &["2026-01-31T12:00:00Z", "2024-02-29t23:59:60.5+01:00", "2026-01-31 12:00:00Z"],
                &[
                    "2026-01-31",
                    "2026-01-31T12:00:00",
                    "2026-02-30T12:00:00Z",
                    "2026-01-31T24:00:00Z",
                    "ä026-01-31T12:00:00Z",
                ],
            ),
            ("date", &["2024-02-29", "0000-12-31"], &["2026-02-29", "2026-13-01", "26-01-01", "2026-1-1", ""]),
            (
                "time",
                &["12:00:00Z", "12:00:00.25-05:30"],
                &["12:00Z", "12:00:00", "12:00:00.Z", "25:00:00Z", "12:00:00+1:00"],
            ),
            (
                "duration",
                &["PT1H30M", "P1Y2M3DT4H5M6.5S", "P3W", "P1D"],
                &["P", "PT", "1H", "P1S", "PT1H1H", "P1", "PT-1S"],
            ),
            (
                "email",
                &["ada@example.com", "a.b+c@x.org", "\"a b\"@example.com", "a@[192.0.2.1]", "jörg@例え.jp"],
                &["ada", "@example.com", "ada@", ".a@x.org", "a..b@x.org", "a b@x.org", "a@-x.org", "a@b c.ä"],
            ),
            ("hostname", &["localhost", "a-b.example.com"], &["", "-a", "a_b", "a..b"]),
            ("ipv4", &["192.0.2.1"], &["192.0.2", "192.0.2.256", "::1"]),
            ("ipv6", &["::1", "2001:db8::1"], &["192.0.2.1", ":::"]),
            (
                "uri",
                &["https://example.com/a?b=%20", "mailto:a@b.c", "urn:x"],
                &["example.com", "/a", "https://a b", "http:", "1a:b", "a:%2"],
            ),
            ("uri-reference", &["/a/b", "../c", ""], &["a b", "%zz"]),
            (
                "uuid",
                &["67e55044-10b1-426f-9247-bb680e5fe0c8"],
                &["67e5504410b1426f9247bb680e5fe0c8", "g7e55044-10b1-426f-9247-bb680e5fe0c8"],
            ),
            ("json-pointer", &["", "/a/~0~1"], &["a", "/~2"]),
            ("regex", &["^a+$"], &["("]),
        ];
        for (name, right, wrong) in table {
            let format = Format::of(name).expect(name);
            assert!(format.fits(format.example()), "{name}");
            right.iter().for_each(|text| assert!(format.fits(text), "{name}: {text}"));
            wrong.iter().for_each(|text| assert!(!format.fits(text), "{name}: {text}"));
        }
    }
}
