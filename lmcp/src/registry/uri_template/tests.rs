//! The grammar and its messages, matching and refusal by table; overlap against brute force; laws as properties.

use proptest::prelude::*;

use super::*;

/// What a URI is to a template: the reference that the index is held against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Match<'u> {
    /// It matches; the decoded values stand in the order of [`UriTemplate::names`].
    Captured(Vec<Cow<'u, str>>),
    /// It has the template's shape, but a value must not reach the function.
    Refused(Refusal),
    /// It has another shape.
    Differs,
}

impl UriTemplate {
    /// Whether `name` is the capture that takes the rest of the URI.
    pub(crate) fn is_rest(&self, name: &str) -> bool {
        matches!(self.segments.last(), Some(Segment::Rest(rest)) if **rest == *name)
    }

    /// Matches one URI.
    pub(crate) fn match_uri<'u>(&self, uri: &'u str) -> Match<'u> {
        match split_scheme(uri) {
            Some((scheme, body)) if scheme.eq_ignore_ascii_case(&self.scheme) && self.has_shape_of(body) => {
                self.capture(body).map_or_else(Match::Refused, Match::Captured)
            }
            _ => Match::Differs,
        }
    }

    /// Whether what follows `scheme://` has this template's shape.
    fn has_shape_of(&self, body: &str) -> bool {
        let mut tail = Some(body);
        for segment in &self.segments {
            let Some(text) = tail else { return false };
            let (raw, after) = split_segment(text);
            let fits = match segment {
                Segment::Literal(literal) => decode(raw).is_ok_and(|decoded| *decoded == **literal),
                Segment::One(_) => !raw.is_empty(),
                Segment::Rest(_) => return !text.is_empty(),
            };
            if !fits {
                return false;
            }
            tail = after;
        }
        tail.is_none()
    }
}

fn template(text: &str) -> UriTemplate {
    UriTemplate::parse(text).expect(text)
}

fn captured<'u>(values: &[&'u str]) -> Match<'u> {
    Match::Captured(values.iter().map(|&value| value.into()).collect())
}

#[test]
fn a_template_tells_its_names_and_spellings() {
    for (text, names, rest, rfc6570) in [
        ("notes://about", &[][..], None, "notes://about"),
        ("notes://", &[], None, "notes://"),
        ("users://<id>/profile", &["id"], None, "users://{id}/profile"),
        ("files://<path..>", &["path"], Some("path"), "files://{+path}"),
        ("file:///<path..>", &["path"], Some("path"), "file:///{+path}"),
        ("Git+ssh://<a>/x/<_b2>/<c..>", &["a", "_b2", "c"], Some("c"), "Git+ssh://{a}/x/{_b2}/{+c}"),
        ("search://items?sort=a&to=1/2", &[], None, "search://items?sort=a&to=1/2"),
        ("n://über/a%20b/<id>/", &["id"], None, "n://über/a%20b/{id}/"),
    ] {
        let template = template(text);
        assert_eq!(template.names().collect::<Vec<_>>(), names, "{text}");
        assert_eq!(template.names().find(|name| template.is_rest(name)), rest, "{text}");
        assert_eq!(template.is_fixed(), names.is_empty(), "{text}");
        assert_eq!(template.as_rfc6570(), rfc6570);
        assert_eq!(template.to_string(), text);
    }
    assert!(!template("a://path/<id..>").is_rest("path"));
}

#[test]
fn a_mistake_says_what_is_wrong_and_what_to_write() {
    for (text, problem) in [
        ("", "there is no scheme; begin with one, as in `notes://about`"),
        ("notes/<id>", "there is no scheme; begin with one, as in `notes://about`"),
        ("notes:<id>", "there is no scheme; begin with one, as in `notes://about`"),
        ("://a", "there is no scheme; begin with one, as in `notes://about`"),
        ("7up://a", "`7up` is not a scheme; write a letter, then letters, digits, `+`, `-` or `.`"),
        ("my_app://a", "`my_app` is not a scheme; write a letter, then letters, digits, `+`, `-` or `.`"),
        ("<s>://a", "`<s>` is not a scheme; write a letter, then letters, digits, `+`, `-` or `.`"),
        ("a://b c", "' ' cannot stand in a URI; write `%20`"),
        ("a://b\u{3000}", "'\\u{3000}' cannot stand in a URI; write `%E3%80%80`"),
        ("a://b\n", "'\\n' cannot stand in a URI; write `%0A`"),
        ("a://b\\c", "'\\\\' cannot stand in a URI; write `%5C`"),
        ("a://{id}", "`{` captures nothing here; write `<id>` for a segment, `<path..>` for the rest"),
        ("a://id}", "`}` captures nothing here; write `<id>` for a segment, `<path..>` for the rest"),
        ("a://b?q=<q>", "a query cannot capture; move the `<...>` before the `?` or `#`, as a segment"),
        ("a://b?q/<q>", "a query cannot capture; move the `<...>` before the `?` or `#`, as a segment"),
        ("a://b#<q>", "a query cannot capture; move the `<...>` before the `?` or `#`, as a segment"),
        (
            "a://user-<id>",
            "`user-<id>` mixes a capture with more; a capture is a whole segment, write `<name>` between slashes",
        ),
        (
            "a://<id>.json",
            "`<id>.json` mixes a capture with more; a capture is a whole segment, write `<name>` between slashes",
        ),
        (
            "a://<a><b>",
            "`<a><b>` mixes a capture with more; a capture is a whole segment, write `<name>` between slashes",
        ),
        (
            "a://<<id>",
            "`<<id>` mixes a capture with more; a capture is a whole segment, write `<name>` between slashes",
        ),
        ("a://<id", "the `<` in `<id` is not closed; write `<name>`, or `%3C` for the character"),
        ("a://<id/b>", "the `<` in `<id` is not closed; write `<name>`, or `%3C` for the character"),
        ("a://id>", "the `>` in `id>` closes nothing; write `<name>`, or `%3E` for the character"),
        ("a://>id<", "the `>` in `>id<` closes nothing; write `<name>`, or `%3E` for the character"),
        ("a://<>", "`<>` has no name; write one, as in `<id>`"),
        ("a://<..>", "`<..>` has no name; write one, as in `<path..>`"),
        ("a://<1st>", "`1st` is not an identifier; write letters, digits and `_`, not beginning with a digit"),
        ("a://<user-id>", "`user-id` is not an identifier; write letters, digits and `_`, not beginning with a digit"),
        ("a://<_>", "`_` is not an identifier; write letters, digits and `_`, not beginning with a digit"),
        ("a://<path...>", "`path.` is not an identifier; write letters, digits and `_`, not beginning with a digit"),
        ("a://<über>", "`über` is not an identifier; write letters, digits and `_`, not beginning with a digit"),
        ("a://<id>/b/<id>", "two segments are called `id`; give each a name of its own"),
        ("a://<id>/<id..>", "two segments are called `id`; give each a name of its own"),
        ("a://<path..>/b", "`<path..>` takes the rest of the URI, but more follows; write it last"),
        ("a://<path..>/", "`<path..>` takes the rest of the URI, but more follows; write it last"),
        ("a://100%", "`100%` has a `%` without two hex digits; write `%25` for a percent sign"),
        ("a://%4g", "`%4g` has a `%` without two hex digits; write `%25` for a percent sign"),
        ("a://%ff", "`%ff` does not decode to UTF-8; write the text's UTF-8 bytes"),
    ] {
        let error = UriTemplate::parse(text).expect_err(text).to_string();
        assert_eq!(error, format!("resource template `{}`: {problem}", text.escape_debug()));
    }
    let long = format!("a:/{}", "/b".repeat(MAX_SEGMENTS + 1));
    let error = UriTemplate::parse(&long).expect_err("one segment too many").to_string();
    assert!(error.ends_with(": there are too many segments; write at most 128"), "{error}");
    template(&format!("a:/{}", "/b".repeat(MAX_SEGMENTS)));
}

#[test]
fn a_match_gives_the_decoded_values() {
    for (text, uri, expected) in [
        ("notes://about", "notes://about", Some(&[][..])),
        ("notes://about", "NOTES://about", Some(&[])),
        ("Notes://about", "notes://about", Some(&[])),
        ("notes://about", "notes://About", None),
        ("notes://about", "notes://%61bout", Some(&[])),
        ("notes://about", "notes:about", None),
        ("notes://about", "notes://", None),
        ("notes://about", "notes://about/", None),
        ("notes://about", "notes:///about", None),
        ("notes://about", "notes://about?x", None),
        ("notes://about", "note://about", None),
        ("notes://about", "notes://about%", None),
        ("notes://about", "notes://about%ff", None),
        ("notes://about/", "notes://about/", Some(&[])),
        ("notes://about/", "notes://about", None),
        ("notes://", "notes://", Some(&[])),
        ("notes://", "notes:///", None),
        ("n://a%2Fb/ü", "n://a%2fb/%C3%BC", Some(&[])),
        ("n://a%2Fb/ü", "n://a/b/ü", None),
        ("n://%252e", "n://%252E", None),
        ("n://q?a=1", "n://q?a=1", Some(&[])),
        ("n://q?a=1", "n://q", None),
        ("users://<id>/profile", "users://7/profile", Some(&["7"])),
        ("users://<id>/profile", "users://%C3%A9%20/profile", Some(&["é "])),
        ("users://<id>/profile", "users:///profile", None),
        ("users://<id>/profile", "users://7/8/profile", None),
        ("users://<id>/profile", "users://7", None),
        ("users://<id>/profile", "users://7/profile/", None),
        ("users://<id>", "users://7/", None),
        ("users://<id>/", "users://7/", Some(&["7"])),
        ("users://<id>", "users://a%2Fb", Some(&["a/b"])),
        ("users://<id>", "users://a%5Cb", Some(&["a\\b"])),
        ("users://<id>", "users://ab:1", Some(&["ab:1"])),
        ("users://<id>", "users://7?x=1#y", Some(&["7?x=1#y"])),
        ("users://<id>", "users://a+b", Some(&["a+b"])),
        ("users://<id>", "users://.", Some(&["."])),
        ("users://<id>", "users://...", Some(&["..."])),
        ("users://<id>", "users://a..b", Some(&["a..b"])),
        ("users://<id>", "users://%252e%252e", Some(&["%2e%2e"])),
        ("files://<path..>", "files://a", Some(&["a"])),
        ("files://<path..>", "files://a/b//c", Some(&["a/b//c"])),
        ("files://<path..>", "files://a/", Some(&["a/"])),
        ("files://<path..>", "files://a%2Fb/c%20d?e", Some(&["a/b/c d?e"])),
        ("files://<path..>", "files://a/C:/b", Some(&["a/C:/b"])),
        ("files://<path..>", "files://%252e%252e/a", Some(&["%2e%2e/a"])),
        ("files://<path..>", "files://..a/b../...", Some(&["..a/b../..."])),
        ("files://<path..>", "files://", None),
        ("files://<path..>", "files:", None),
        ("files://<path..>", "", None),
        ("file:///<path..>", "file:///etc/hosts", Some(&["etc/hosts"])),
        ("file:///<path..>", "file://etc/hosts", None),
        ("file:///<path..>", "file:///", None),
        ("a://<x>/b/<y>/<z..>", "a://1/b/2/3/4", Some(&["1", "2", "3/4"])),
        ("a://<x>/b/<y>/<z..>", "a://1/b/2", None),
        ("a://<x>/b/<y>/<z..>", "a://1/b/2/", None),
    ] {
        let expected = expected.map_or(Match::Differs, captured);
        assert_eq!(template(text).match_uri(uri), expected, "{text} on {uri}");
    }
}

#[test]
fn a_value_that_leads_elsewhere_is_refused() {
    use Refusal::*;
    const ONE: &str = "a://<id>/end";
    const REST: &str = "a://x/<path..>";
    for (text, uri, refusal) in [
        (REST, "a://x/..", Parent),
        (REST, "a://x/../b", Parent),
        (REST, "a://x/b/..", Parent),
        (REST, "a://x/b/../", Parent),
        (REST, "a://x/b/../c", Parent),
        (REST, "a://x/%2e%2e/b", Parent),
        (REST, "a://x/%2E./b", Parent),
        (REST, "a://x/.%2e", Parent),
        (REST, "a://x/..%2fb", Parent),
        (REST, "a://x/b%2F..%2Fc", Parent),
        (REST, "a://x/..\\b", Parent),
        (REST, "a://x/b%5c..", Parent),
        (REST, "a://x//", Absolute),
        (REST, "a://x//etc", Absolute),
        (REST, "a://x/%2Fetc", Absolute),
        (REST, "a://x/%5Cetc", Absolute),
        (REST, "a://x/C:", Absolute),
        (REST, "a://x/c:/b", Absolute),
        (REST, "a://x/C%3A%5Cb", Absolute),
        (REST, "a://x/c:b", Absolute),
        (REST, "a://x/b\\c", Backslash),
        (REST, "a://x/b%5Cc", Backslash),
        (REST, "a://x/b%00", Nul),
        (REST, "a://x/b\0c", Nul),
        (REST, "a://x/100%", BadEscape),
        (REST, "a://x/%4", BadEscape),
        (REST, "a://x/%zz/b", BadEscape),
        (REST, "a://x/%+1", BadEscape),
        (REST, "a://x/%é", BadEscape),
        (REST, "a://x/%FF", NotUtf8),
        (REST, "a://x/%ED%A0%80", NotUtf8),
        (REST, "a://x/%C3/%A9", NotUtf8),
        (ONE, "a://../end", Parent),
        (ONE, "a://%2e%2E/end", Parent),
        (ONE, "a://..%2Fb/end", Parent),
        (ONE, "a://b%2F../end", Parent),
        (ONE, "a://b%5C../end", Parent),
        (ONE, "a://%2Fetc/end", Absolute),
        (ONE, "a://%5C%5Chost/end", Absolute),
        (ONE, "a://C:%2Fb/end", Absolute),
        (ONE, "a://C:%5Cb/end", Absolute),
        (ONE, "a://%00/end", Nul),
        (ONE, "a://7%00.png/end", Nul),
        (ONE, "a://%/end", BadEscape),
        (ONE, "a://%80/end", NotUtf8),
    ] {
        assert_eq!(template(text).match_uri(uri), Match::Refused(refusal), "{text} on {uri}");
    }
}

#[test]
fn one_letter_and_a_colon_is_a_name_where_there_are_no_drives() {
    let expected = if cfg!(windows) { Match::Refused(Refusal::Absolute) } else { captured(&["a:1"]) };
    assert_eq!(template("users://<id>").match_uri("users://a:1"), expected);
}

#[test]
fn shape_comes_before_values() {
    assert_eq!(template("a://<id>/end").match_uri("a://../other"), Match::Differs);
    assert_eq!(template("a://..").match_uri("a://%2e%2e"), captured(&[]));
}

#[test]
fn only_what_is_encoded_is_copied() {
    let Match::Captured(values) = template("a://<x>/<y>/<z..>").match_uri("a://p/q%20r/s/é") else {
        panic!("it matches");
    };
    let borrowed: Vec<_> = values.iter().map(|value| matches!(value, Cow::Borrowed(_))).collect();
    assert_eq!(borrowed, [true, false, true]);
}

#[test]
fn relations_that_users_meet() {
    use Relation::*;
    for (one, two, relation) in [
        ("a://<id>", "b://<id>", Disjoint),
        ("a://<id>", "A://<name>", Collides),
        ("a://b", "a://b", Collides),
        ("a://b", "a://%62", Collides),
        ("a://b", "a://b/", Disjoint),
        ("a://b", "a://<id>", MoreSpecific),
        ("files://img/<name>", "files://<path..>", MoreSpecific),
        ("files://<path..>", "files://img/<rest..>", LessSpecific),
        ("a://<x>/b", "a://c/<y>", Collides),
        ("a://<x>/b", "a://c/<y..>", Collides),
        ("a://<x>", "a://<x>/<y..>", Disjoint),
        ("a://<x>/<y>", "a://<x>/<y..>", MoreSpecific),
        ("a://<x>/", "a://<y..>", MoreSpecific),
        ("a://", "a://<x>", Disjoint),
        ("a://", "a://<x..>", Disjoint),
        ("a:///", "a://<x..>", MoreSpecific),
        ("a://b/", "a://b/<x..>", Disjoint),
    ] {
        assert_eq!(template(one).relation(&template(two)), relation, "{one} to {two}");
    }
}

/// Every template of up to three segments against every other, by all the URIs of up to five segments. The segments of
/// the URIs are those of the templates and one that no template names; five is two more than any template names, so
/// that each way for a rest to go on, one segment more or several, is among them.
#[test]
fn relation_agrees_with_brute_force() {
    let extend = |shorter: &[String], segments: &[&str]| -> Vec<String> {
        shorter.iter().flat_map(|head| segments.iter().map(move |segment| format!("{head}/{segment}"))).collect()
    };
    let (mut templates, mut heads) = (Vec::new(), vec!["s:/".to_owned()]);
    for name in ["x", "y", "z"] {
        let one = format!("<{name}>");
        templates.extend(extend(&heads, &[&format!("<{name}..>")]));
        heads = extend(&heads, &["a", "b", "", &one]);
        templates.extend_from_slice(&heads);
    }
    let templates: Vec<_> = templates.iter().map(|text| template(text)).collect();
    let (mut uris, mut heads) = (Vec::new(), vec!["s:/".to_owned()]);
    for _ in 0..5 {
        heads = extend(&heads, &["a", "b", "", "fresh"]);
        uris.extend_from_slice(&heads);
    }
    assert_eq!((templates.len(), uris.len()), (105, 1364));

    let matched: Vec<Vec<bool>> = templates
        .iter()
        .map(|template| uris.iter().map(|uri| template.match_uri(uri) != Match::Differs).collect())
        .collect();
    let mut seen = Vec::new();
    for (one, by_one) in templates.iter().zip(&matched) {
        for (two, by_two) in templates.iter().zip(&matched) {
            let some = |one: bool, two: bool| by_one.iter().zip(by_two).any(|(&a, &b)| a == one && b == two);
            let expected = match (some(true, true), some(true, false), some(false, true)) {
                (false, _, _) => Relation::Disjoint,
                (true, false, true) => Relation::MoreSpecific,
                (true, true, false) => Relation::LessSpecific,
                (true, _, _) => Relation::Collides,
            };
            assert_eq!(one.relation(two), expected, "{one} to {two}");
            seen.push(expected);
        }
    }
    for relation in [Relation::Disjoint, Relation::MoreSpecific, Relation::LessSpecific, Relation::Collides] {
        assert!(seen.contains(&relation), "{relation:?} was never put to the test");
    }
}

/// Strings that are nearly templates or URIs, so that parsing gets past the first character.
fn nearly() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a", "b", "://", "/", "<", ">", "<x>", "<y>", "<z..>", "..", "%", "%2e", "%2F", "%5c", "%00", "%ff", "%C3%A9",
        "é", "C:", "\\", "\0", "?", "#", " ", "{", "}", ":", "A",
    ]);
    let pieces = prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat());
    prop_oneof![any::<String>(), pieces.clone(), pieces.prop_map(|body| format!("a://{body}"))]
}

/// Values with much in them that has to be encoded or refused.
fn value() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a", "b", "..", ".", "/", "\\", "%", "%2e", "C:", "\0", "é", "💡", "?", "#", " ", "<x>",
    ]);
    let pieces = prop::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat());
    prop_oneof![pieces, "\\PC{1,8}", any::<char>().prop_map(String::from)]
}

/// Encodes what has to be and, where `more` says so, what does not.
fn encode(value: &str, keep_slash: bool, more: &[bool]) -> String {
    let mut more = more.iter().copied().cycle();
    let encoded = value.chars().map(|c| {
        let must = c == '%' || (c == '/' && !keep_slash);
        if must || more.next().unwrap_or(true) {
            c.to_string().bytes().map(|byte| format!("%{byte:02x}")).collect()
        } else {
            c.to_string()
        }
    });
    encoded.collect()
}

/// The rule for values, said another way than the code says it.
fn must_refuse(value: &str, rest: bool) -> bool {
    let slashed = value.replace('\\', "/");
    let mut start = slashed.chars();
    let drive = start.next().is_some_and(|c| c.is_ascii_alphabetic()) && start.next() == Some(':');
    let drive = drive && (rest || cfg!(windows) || start.next() == Some('/'));
    let parent = format!("/{slashed}/").contains("/../");
    drive || parent || slashed.starts_with('/') || value.contains('\0') || (rest && slashed != value)
}

proptest! {
    #[test]
    fn no_string_makes_anything_panic(text in nearly(), uri in nearly(), other in nearly()) {
        match UriTemplate::parse(&text) {
            Ok(template) => {
                prop_assert_eq!(template.to_string(), &*text);
                prop_assert_eq!(template.as_rfc6570().matches('{').count(), template.names().count());
                if let Match::Captured(values) = template.match_uri(&uri) {
                    prop_assert_eq!(values.len(), template.names().count());
                }
                template.match_uri(&text);
                if let Ok(other) = UriTemplate::parse(&other) {
                    template.relation(&other);
                }
            }
            Err(error) => prop_assert!(error.to_string().contains("; "), "{}", error),
        }
    }

    #[test]
    fn what_is_expanded_is_matched_back(
        shape in prop::collection::vec((any::<bool>(), value()), 0..5),
        rest in prop::option::of(value()),
        more in prop::collection::vec(any::<bool>(), 1..8),
    ) {
        let (mut text, mut uri) = ("s:/".to_owned(), "S:/".to_owned());
        let mut values = Vec::new();
        let mut refused = false;
        for (place, (capture, value)) in shape.iter().enumerate() {
            if *capture {
                text += &format!("/<x{place}>");
                refused |= must_refuse(value, false);
                values.push(&**value);
            } else {
                text += &format!("/{}", encode(value, false, &[true]));
            }
            uri += &format!("/{}", encode(value, false, &more));
        }
        if let Some(value) = &rest {
            text += "/<rest..>";
            uri += &format!("/{}", encode(value, true, &more));
            refused |= must_refuse(value, true);
            values.push(value);
        }
        if shape.is_empty() && rest.is_none() {
            text += "/";
            uri += "/";
        }
        let found = template(&text).match_uri(&uri);
        if refused {
            prop_assert!(matches!(found, Match::Refused(_)), "{} on {:?}: {:?}", text, uri, found);
        } else {
            prop_assert_eq!(found, captured(&values), "{} on {:?}", text, uri);
        }
    }
}
