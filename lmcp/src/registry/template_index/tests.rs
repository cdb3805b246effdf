//! Lookups and collisions by table, their cost by counting, and the index against a linear search.

use proptest::prelude::*;

use super::super::uri_template::tests::Match;
use super::*;

fn entries(texts: &[impl AsRef<str>]) -> Vec<(UriTemplate, usize)> {
    let parse = |text: &str| UriTemplate::parse(text).expect(text);
    texts.iter().enumerate().map(|(place, text)| (parse(text.as_ref()), place)).collect()
}

fn index(texts: &[impl AsRef<str>]) -> TemplateIndex<usize> {
    TemplateIndex::build(entries(texts)).expect("no two of them collide")
}

#[test]
fn the_most_specific_template_answers() {
    let texts = [
        "a://<path..>",
        "a://img/<name>",
        "a://img/logo",
        "a://img/<name>/raw",
        "a://img/<deep..>",
        "a://<one>/<two..>",
        "b://<x>/list/<y>",
        "b://<id>",
        "b://<id>/",
        "b://",
        "c://x/<y>/1",
        "c://<x>/y/2",
        "D://%61%2F",
    ];
    let index = index(&texts);
    for (uri, expected) in [
        ("a://x", Some((0, &["x"][..]))),
        ("A://img/x", Some((1, &["x"]))),
        ("a://img/logo", Some((2, &[]))),
        ("a://%69mg/log%6F", Some((2, &[]))),
        ("a://img/x/raw", Some((3, &["x"]))),
        ("a://img/logo/raw", Some((3, &["logo"]))),
        ("a://img/x/y/z", Some((4, &["x/y/z"]))),
        ("a://other/x/y", Some((5, &["other", "x/y"]))),
        ("a://img/", Some((0, &["img/"]))),
        ("b://7", Some((7, &["7"]))),
        ("b://7/", Some((8, &["7"]))),
        ("b://", Some((9, &[]))),
        ("b:///", None),
        ("b://7/list/9", Some((6, &["7", "9"]))),
        ("b://7/list", None),
        ("b://7/8", None),
        ("c://x/y/1", Some((10, &["y"]))),
        ("c://x/y/2", Some((11, &["x"]))),
        ("c://x/y/3", None),
        ("d://a%2f", Some((12, &[]))),
        ("d://a/", None),
        ("e://a", None),
        ("a", None),
        ("", None),
    ] {
        let expected = expected.map(|(place, values)| (place, values.to_vec()));
        let found = match index.lookup(uri) {
            Lookup::Found(Found { value, captures }) => Some((*value, captures)),
            Lookup::Refused(refusal) => panic!("{uri}: {refusal}"),
            Lookup::NotFound => None,
        };
        let found = found.as_ref().map(|(place, values)| (*place, values.iter().map(|value| &**value).collect()));
        assert_eq!(found, expected, "{uri}");
    }
}

#[test]
fn a_refusal_does_not_fall_through() {
    let index = index(&["a://<id>/raw", "a://<path..>", "a://k/../<id>", "b://<id>", "c://x/<id>", "c://<path..>"]);
    // `<path..>` alone would take this, as `x//etc`.
    assert_eq!(index.lookup("c://x/%2Fetc"), Lookup::Refused(Refusal::Absolute));
    // `<path..>` would refuse these two as well, and with the second for another reason.
    assert_eq!(index.lookup("a://../raw"), Lookup::Refused(Refusal::Parent));
    assert_eq!(index.lookup("a://%2e%2e%00/raw"), Lookup::Refused(Refusal::Nul));
    // `<id>` is the narrower, `<path..>` the stricter.
    assert!(matches!(index.lookup("a://b%5Cc/raw"), Lookup::Found(Found { value: 0, .. })));
    assert_eq!(index.lookup("a://b%5Cc/raw2"), Lookup::Refused(Refusal::Backslash));
    // What `<path..>` refuses, a more specific template may still take.
    assert!(matches!(index.lookup("a://k/../7"), Lookup::Found(Found { value: 2, .. })));
    assert_eq!(index.lookup("b://.."), Lookup::Refused(Refusal::Parent));
    assert_eq!(index.lookup("b://../x"), Lookup::NotFound);
}

#[test]
fn all_colliding_pairs_are_named() {
    let texts = ["a://<x>", "a://b", "a://<y>", "a://<x>/b", "A://c/<y>", "a://<z>", "a://<z..>", "a://%62", "b://<z>"];
    let collisions = TemplateIndex::build(entries(&texts)).expect_err("they collide");
    assert_eq!(collisions.pairs, [(0, 2), (0, 5), (1, 7), (2, 5), (3, 4)]);
    assert_eq!(collisions.entries.len(), texts.len());
}

#[test]
fn an_empty_index_finds_nothing() {
    assert_eq!(index(&[""; 0]).lookup("a://b"), Lookup::NotFound);
}

#[test]
fn templates_with_nothing_in_common_are_not_compared() {
    let spread = |place| format!("s{}://item{place}/<id>", place % 7);
    let entries = entries(&(0..1000).map(spread).collect::<Vec<_>>());
    let index = TemplateIndex::build(entries).expect("no two of them collide");
    for (template, place) in &index.entries {
        let root = index.trie(template.scheme()).expect("its scheme is there");
        assert_eq!(root.overlapping(template.segments()), [*place]);
    }
}

#[test]
fn a_long_uri_is_split_no_further_than_the_templates_go() {
    let index = index(&["a://<x>/b/<y>", "a://b"]);
    let uri = "a/".repeat(100_000);
    assert_eq!(index.split(&uri).len(), 4);
    assert_eq!(index.lookup(&format!("a://{uri}")), Lookup::NotFound);
    // Too long to be a literal, so it is not decoded for one.
    assert!(index.split(&"%61".repeat(100_000))[0].literal.is_none());
    assert_eq!(index.split("%62")[0].literal.as_deref(), Some("b"));
}

/// Literals and captures mixed at every level: the most branches that there can be.
#[test]
fn branches_at_every_level_are_all_reached() {
    const DEPTH: usize = 10;
    let choices = |bits: usize| {
        let segments = (0..DEPTH).map(|level| if bits >> level & 1 == 0 { "a".into() } else { format!("<x{level}>") });
        format!("s://{}/end{bits}", segments.collect::<Vec<_>>().join("/"))
    };
    let index = index(&(0..1 << DEPTH).map(choices).collect::<Vec<_>>());
    let uri = |end: &str| format!("s://{}/{end}", ["a"; DEPTH].join("/"));
    assert_eq!(index.lookup(&uri("none")), Lookup::NotFound);
    let last = uri("end1023");
    let Lookup::Found(found) = index.lookup(&last) else { panic!("it is there") };
    assert_eq!((*found.value, found.captures.len()), (1023, DEPTH));
}

fn template() -> impl Strategy<Value = String> {
    let segment = prop::sample::select(vec!["a", "%61", "b", "..", "", "<>", "<>"]);
    let scheme = prop::sample::select(vec!["s", "s", "s", "S", "t"]);
    (scheme, prop::collection::vec(segment, 0..4), any::<bool>()).prop_map(|(scheme, mut segments, rest)| {
        if rest || segments.is_empty() {
            segments.push("<..>");
        }
        let name = |(place, segment): (usize, &str)| segment.replace('<', &format!("<x{place}"));
        format!("{scheme}://{}", segments.into_iter().enumerate().map(name).collect::<Vec<_>>().join("/"))
    })
}

fn uri() -> impl Strategy<Value = String> {
    let segment = prop::sample::select(vec!["a", "%61", "b", "..", "", "fresh", "%2e%2E", "b%5c", "%", "%00", "%2F"]);
    let scheme = prop::sample::select(vec!["s", "s", "s", "S", "t", "u"]);
    (scheme, prop::collection::vec(segment, 1..6))
        .prop_map(|(scheme, segments)| format!("{scheme}://{}", segments.join("/")))
}

fn collide(one: &UriTemplate, two: &UriTemplate) -> bool {
    one.relation(two) == Relation::Collides
}

fn without_collisions(entries: Vec<(UriTemplate, usize)>) -> Vec<(UriTemplate, usize)> {
    let mut kept: Vec<(UriTemplate, usize)> = Vec::new();
    for (template, place) in entries {
        if !kept.iter().any(|(earlier, _)| collide(earlier, &template)) {
            kept.push((template, place));
        }
    }
    kept
}

/// The definition: among all that the URI has the shape of, the one that is more specific than each other.
fn linear_search<'i, 'u>(entries: &'i [(UriTemplate, usize)], uri: &'u str) -> Lookup<'i, 'u, usize> {
    let matching: Vec<_> = entries.iter().filter(|(template, _)| template.match_uri(uri) != Match::Differs).collect();
    let inside_all = |(one, place): &&&(UriTemplate, usize)| {
        let mut others = matching.iter().filter(|(_, other)| place != other);
        others.all(|(other, _)| one.relation(other) == Relation::MoreSpecific)
    };
    match matching.iter().find(inside_all).map(|(template, value)| (template.match_uri(uri), value)) {
        Some((Match::Captured(captures), value)) => Lookup::Found(Found { value, captures }),
        Some((Match::Refused(refusal), _)) => Lookup::Refused(refusal),
        Some((Match::Differs, _)) => unreachable!("it was among the matching"),
        None => {
            assert!(matching.is_empty(), "{uri} has no most specific template");
            Lookup::NotFound
        }
    }
}

proptest! {
    #[test]
    fn the_index_agrees_with_linear_search(
        texts in prop::collection::vec(template(), 0..24),
        uris in prop::collection::vec(uri(), 1..32),
    ) {
        let all = entries(&texts);
        let mut pairs = Vec::new();
        for (one, place) in &all {
            let later = all.iter().skip(place + 1).filter(|(two, _)| collide(one, two));
            pairs.extend(later.map(|(_, later)| (*place, *later)));
        }
        match TemplateIndex::build(all.clone()) {
            Ok(_) => prop_assert!(pairs.is_empty(), "missed {:?}", pairs),
            Err(collisions) => prop_assert_eq!(collisions.pairs, pairs),
        }

        let kept = without_collisions(all);
        let index = TemplateIndex::build(kept.clone()).expect("what collides was left out");
        for uri in &uris {
            prop_assert_eq!(index.lookup(uri), linear_search(&kept, uri), "{} in {:?}", uri, texts);
        }
    }

    #[test]
    fn no_uri_makes_a_lookup_panic(
        texts in prop::collection::vec(template(), 0..8),
        uri in any::<String>(),
        body in "[ab/%2efF\\\\<>.é\u{0}]{0,24}",
    ) {
        let kept = without_collisions(entries(&texts));
        let index = TemplateIndex::build(kept).expect("what collides was left out");
        for uri in [&uri, &body, &format!("s://{uri}"), &format!("s://{body}")] {
            index.lookup(uri);
        }
    }
}
