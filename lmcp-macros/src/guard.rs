//! `scopes(...)` and `rate`: who may call, and how often.

use crate::args::Entry;
use crate::errors::Errors;
use crate::model::{Period, Rate};
use syn::LitStr;

/// Adds the scopes of `scopes("files:read", "files:write")`.
pub(crate) fn read_scopes(scopes: &mut Vec<LitStr>, entry: &Entry, errors: &mut Errors) {
    for scope in entry.texts(errors) {
        let value = scope.value();
        if let Some(wrong) = value.chars().find(|c| !is_scope_char(*c)) {
            let shown = if wrong == ' ' { "a space".to_owned() } else { format!("{wrong:?}") };
            let write = if value.contains(' ') {
                "write each scope as a text of its own: `scopes(\"files:read\", \"files:write\")`"
            } else {
                "write visible ASCII characters except `\"` and `\\`, as in `scopes(\"files:read\")`"
            };
            errors.add(&scope, format!("a scope cannot hold {shown}"), write);
        } else if scopes.iter().any(|known| known.value() == value) {
            errors.add(&scope, format!("the scope {value:?} is given twice"), "leave one of them out");
        } else {
            scopes.push(scope);
        }
    }
}

/// What a scope-token of RFC 6749 (section 3.3) is made of.
fn is_scope_char(c: char) -> bool {
    c.is_ascii_graphic() && !matches!(c, '"' | '\\')
}

/// `"10/s"`, `"100/m"`, `"1000/h"`, each with `" burst 20"` behind it or not.
pub(crate) fn read_rate(entry: &Entry, errors: &mut Errors) -> Option<Rate> {
    let text = entry.text(errors)?;
    let value = text.value();
    let rate = parse_rate(&value);
    if rate.is_none() {
        errors.add(
            &text,
            format!("{value:?} is no rate of calls"),
            "write a number from 1 to 1000000, then `/s`, `/m` or `/h`: \"10/s\", or \"10/s burst 20\" for 20 at once",
        );
    }
    rate
}

fn parse_rate(text: &str) -> Option<Rate> {
    let (rate, burst) = match text.split_once(" burst ") {
        Some((rate, burst)) => (rate, Some(number(burst)?)),
        None => (text, None),
    };
    let (calls, per) = rate.split_once('/')?;
    let per = match per {
        "s" => Period::Second,
        "m" => Period::Minute,
        "h" => Period::Hour,
        _ => return None,
    };
    Some(Rate { calls: number(calls)?, per, burst })
}

fn number(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| digits && (1..=1_000_000).contains(number))
}

#[cfg(test)]
mod tests {
    use super::parse_rate;
    use crate::model::Period;

    #[test]
    fn rates_have_one_grammar() {
        let rate = |text: &str| parse_rate(text).map(|rate| (rate.calls, rate.per, rate.burst));
        assert_eq!(rate("10/s"), Some((10, Period::Second, None)));
        assert_eq!(rate("100/m burst 5"), Some((100, Period::Minute, Some(5))));
        assert_eq!(rate("1000000/h"), Some((1_000_000, Period::Hour, None)));
        for wrong in [
            "",
            "10",
            "/s",
            "10/",
            "0/s",
            "-1/s",
            "+1/s",
            "1.5/s",
            "10/d",
            "10/sec",
            "10 /s",
            "10/s ",
            "10/s burst",
            "10/s burst 0",
            "10/s  burst 2",
            "10/sburst 2",
            "1000001/s",
            "99999999999/s",
        ] {
            assert!(rate(wrong).is_none(), "{wrong:?}");
        }
    }
}
