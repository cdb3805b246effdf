//! The laws of URI templates: no text makes one panic, what is expanded is matched back, and two collide exactly when
//! some URI matches both and neither is inside the other.
//!
//! What a template matches is said here a second time, as plainly as can be, for the index to be held against.

use crate::registry::template_index::{Lookup, TemplateIndex};
use crate::registry::uri_template::{Relation, UriTemplate};
use std::borrow::Cow;

/// So many lines are looked at, each against each other.
const LINES: usize = 10;

/// Texts by line, each of which may be a template, and a URI.
pub fn template(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let lines: Vec<&str> = text.split('\n').take(LINES).collect();
    let mut templates = Vec::new();
    for line in &lines {
        match UriTemplate::parse(line) {
            Ok(template) => templates.push(Known::of(line, template)),
            Err(error) => assert!(error.to_string().contains("; "), "{error}"),
        }
    }
    let mut pairs = Vec::new();
    for (place, one) in templates.iter().enumerate() {
        for (after, other) in templates.iter().enumerate().skip(place + 1) {
            if related(one, other, &lines) == Relation::Collides {
                pairs.push((place, after));
            }
        }
        matched(one, &lines);
    }
    let entries: Vec<_> = templates.iter().enumerate().map(|(place, known)| (known.template.clone(), place)).collect();
    match TemplateIndex::build(entries) {
        Err(collisions) => assert_eq!(collisions.pairs, pairs),
        Ok(index) => {
            assert!(pairs.is_empty(), "{pairs:?} were missed");
            lines.iter().for_each(|uri| looked_up(&index, &templates, uri));
        }
    }
}

/// A template, and its segments read in another way.
struct Known {
    template: UriTemplate,
    scheme: String,
    segments: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Literal(String),
    One,
    Rest,
}

impl Known {
    fn of(text: &str, template: UriTemplate) -> Self {
        assert_eq!(template.to_string(), text);
        let (scheme, body) = text.split_once("://").expect("a template has a scheme");
        let piece = |raw: &str| match raw.strip_prefix('<') {
            Some(name) if name.ends_with("..>") => Piece::Rest,
            Some(_) => Piece::One,
            None => Piece::Literal(decoded(raw).expect("a literal is a text")),
        };
        let segments: Vec<Piece> = body.split('/').map(piece).collect();
        let captures = segments.iter().filter(|piece| !matches!(piece, Piece::Literal(_))).count();
        assert_eq!((template.names().count(), template.is_fixed()), (captures, captures == 0));
        let spelled = template.as_rfc6570();
        assert_eq!(spelled.matches('{').count(), captures, "{spelled}");
        assert_eq!(spelled.contains("{+"), segments.contains(&Piece::Rest), "{spelled}");
        Known { template, scheme: scheme.to_ascii_lowercase(), segments }
    }

    /// What the captures hold, still encoded, if a URI has the template's shape.
    fn raw<'u>(&self, uri: &'u str) -> Option<Vec<Cow<'u, str>>> {
        let (scheme, body) = uri.split_once("://")?;
        if scheme.to_ascii_lowercase() != self.scheme {
            return None;
        }
        let segments: Vec<&str> = body.split('/').collect();
        let mut captures = Vec::new();
        for (at, piece) in self.segments.iter().enumerate() {
            let raw = *segments.get(at)?;
            match piece {
                Piece::Literal(literal) if decoded(raw).as_ref() != Some(literal) => return None,
                Piece::Literal(_) => {}
                Piece::One if raw.is_empty() => return None,
                Piece::One => captures.push(raw.into()),
                Piece::Rest => {
                    let rest = segments.get(at..)?.join("/");
                    return if rest.is_empty() { None } else { Some([captures, vec![rest.into()]].concat()) };
                }
            }
        }
        (segments.len() == self.segments.len()).then_some(captures)
    }

    /// URIs that only the captures of this template allow: who matches all of them matches all that this one does.
    fn samples(&self) -> Vec<String> {
        let rests = ["~fresh~", "~fresh~/", "/", "~fresh~/~fresh~/~fresh~"];
        let deep = format!("{}~fresh~", "~fresh~/".repeat(200));
        let written = |rest: &str| {
            let segments = self.segments.iter().map(|piece| match piece {
                Piece::Literal(text) => encoded(text, false),
                Piece::One => "~fresh~".to_owned(),
                Piece::Rest => rest.to_owned(),
            });
            format!("{}://{}", self.scheme, segments.collect::<Vec<_>>().join("/"))
        };
        rests.into_iter().chain([&*deep]).map(written).collect()
    }

    /// A URI that both match.
    fn witness(&self, other: &Self) -> Option<String> {
        let text = |piece: &Piece| match piece {
            Piece::Literal(text) => encoded(text, false),
            _ => "both".to_owned(),
        };
        let mut segments = Vec::new();
        let (mut mine, mut theirs) = (&*self.segments, &*other.segments);
        while !(mine.is_empty() && theirs.is_empty()) {
            match (mine, theirs) {
                ([Piece::Rest], tail @ [_, ..]) | (tail @ [_, ..], [Piece::Rest]) => {
                    let rest = tail.iter().map(text).collect::<Vec<_>>();
                    if rest.join("/").is_empty() {
                        return None;
                    }
                    segments.extend(rest);
                    break;
                }
                ([one, mine_on @ ..], [two, theirs_on @ ..]) => {
                    let both = if matches!(one, Piece::Literal(_)) { one } else { two };
                    let empty = Piece::Literal(String::new());
                    let fits = one == two || [one, two].contains(&&Piece::One) && *both != empty;
                    if !fits {
                        return None;
                    }
                    segments.push(text(both));
                    (mine, theirs) = (mine_on, theirs_on);
                }
                _ => return None,
            }
        }
        (self.scheme == other.scheme).then(|| format!("{}://{}", self.scheme, segments.join("/")))
    }

    fn is_inside(&self, other: &Self) -> bool {
        self.samples().iter().all(|uri| other.raw(uri).is_some())
    }
}

/// How two templates lie to each other, once that was seen to be right.
fn related(one: &Known, other: &Known, uris: &[&str]) -> Relation {
    let relation = one.template.relation(&other.template);
    let names = || format!("{} to {}", one.template, other.template);
    let witness = one.witness(other);
    let expected = match (&witness, one.is_inside(other), other.is_inside(one)) {
        (None, _, _) => Relation::Disjoint,
        (Some(_), true, false) => Relation::MoreSpecific,
        (Some(_), false, true) => Relation::LessSpecific,
        (Some(_), _, _) => Relation::Collides,
    };
    assert_eq!(relation, expected, "{}", names());
    let reverse = match relation {
        Relation::MoreSpecific => Relation::LessSpecific,
        Relation::LessSpecific => Relation::MoreSpecific,
        same => same,
    };
    assert_eq!(other.template.relation(&one.template), reverse, "{}", names());
    for uri in witness.as_deref().iter().chain(uris) {
        let (by_one, by_other) = (one.raw(uri).is_some(), other.raw(uri).is_some());
        let is_possible = match relation {
            Relation::Disjoint => !(by_one && by_other),
            Relation::MoreSpecific => by_other || !by_one,
            Relation::LessSpecific => by_one || !by_other,
            Relation::Collides => true,
        };
        assert!(is_possible, "{}: {relation:?}, and {uri} is matched: {by_one}, {by_other}", names());
    }
    if let Some(uri) = witness {
        assert!(one.raw(&uri).is_some() && other.raw(&uri).is_some(), "{} both match {uri}", names());
    }
    relation
}

/// One template by itself: what it captures is what stands there, and is matched again when it is expanded.
fn matched(one: &Known, uris: &[&str]) {
    let Ok(index) = TemplateIndex::build(vec![(one.template.clone(), ())]) else {
        panic!("{} collides with itself", one.template);
    };
    let samples = one.samples();
    for uri in uris.iter().copied().chain(samples.iter().map(String::as_str)) {
        let raw = one.raw(uri);
        let values = match index.lookup(uri) {
            Lookup::NotFound => {
                assert_eq!(raw, None, "{} on {uri}", one.template);
                continue;
            }
            Lookup::Refused(refusal) => {
                assert!(raw.is_some() && !refusal.to_string().is_empty(), "{} on {uri}", one.template);
                continue;
            }
            Lookup::Found(found) => found.captures,
        };
        let expected: Vec<String> =
            raw.expect("it was found").iter().map(|raw| decoded(raw).expect("it was taken")).collect();
        assert_eq!(values, expected, "{} on {uri}", one.template);
        for value in &values {
            let leads_away = value.contains('\0')
                || value.starts_with(['/', '\\'])
                || value.split(['/', '\\']).any(|component| component == "..");
            assert!(!leads_away, "{} on {uri} gave {value:?}", one.template);
        }
        let mut left = values.iter();
        let segments = one.segments.iter().map(|piece| match piece {
            Piece::Literal(text) => encoded(text, false),
            Piece::One => encoded(left.next().expect("a value each"), false),
            Piece::Rest => encoded(left.next().expect("a value each"), true),
        });
        let again = format!("{}://{}", one.scheme, segments.collect::<Vec<_>>().join("/"));
        match index.lookup(&again) {
            Lookup::Found(found) => assert_eq!(found.captures, values, "{uri} expanded to {again}"),
            other => panic!("{uri} expanded to {again}, which is {other:?}"),
        }
    }
}

/// Among several templates, that one answers which is inside each other that matches.
fn looked_up(index: &TemplateIndex<usize>, templates: &[Known], uri: &str) {
    let matching: Vec<usize> = (0..templates.len()).filter(|at| templates[*at].raw(uri).is_some()).collect();
    let most_specific = matching.iter().copied().find(|one| {
        let mut others = matching.iter().filter(|other| *other != one);
        others.all(|other| templates[*one].template.relation(&templates[*other].template) == Relation::MoreSpecific)
    });
    match index.lookup(uri) {
        Lookup::NotFound => assert!(matching.is_empty(), "{uri}"),
        Lookup::Refused(_) => assert!(most_specific.is_some(), "{uri}"),
        Lookup::Found(found) => assert_eq!(Some(*found.value), most_specific, "{uri}"),
    }
}

/// The text that `raw` spells, if it is one.
fn decoded(raw: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut left = raw.as_bytes();
    while let [first, tail @ ..] = left {
        left = tail;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let [high, low, tail @ ..] = tail else { return None };
        let digit = |byte: &u8| char::from(*byte).to_digit(16);
        bytes.push(u8::try_from(digit(high)? * 16 + digit(low)?).ok()?);
        left = tail;
    }
    String::from_utf8(bytes).ok()
}

/// As a client expands `{name}`, or `{+name}`.
fn encoded(text: &str, keeps_slash: bool) -> String {
    let spell = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        b'/' if keeps_slash => "/".to_owned(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(spell).collect()
}
