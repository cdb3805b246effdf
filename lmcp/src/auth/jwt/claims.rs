//! Whether a token whose signature is right is good for this server now, and who has it. RFC 7519 section 4.1, RFC 9068.

use super::Jwt;
use crate::auth::{Principal, Refused};
use serde_json::{Map, Value};
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970 by the wall clock, which is what issuers write.
pub(super) fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// The principal of claims that are good at this time.
pub(super) fn check(jwt: &Jwt, claims: Map<String, Value>, now: f64) -> Result<Principal, Refused> {
    check_audience(jwt, claims.get("aud"))?;
    check_times(&claims, now, jwt.leeway.as_secs_f64())?;
    let Some(subject) = text(&claims, "sub").filter(|subject| !subject.is_empty()) else {
        return Err(Refused::invalid("the token does not say whose it is: it has no `sub`"));
    };
    // Subjects of two issuers that are called the same are not the same.
    let identity = format!("jwt:{}", crate::seal::digest(&[jwt.issuer.as_bytes(), subject.as_bytes()]));
    let mut principal = Principal::new(subject).identified(identity);
    for scope in scopes(&claims) {
        principal = principal.scope(scope);
    }
    if !jwt.required.iter().all(|scope| principal.has_scope(scope)) {
        return Err(Refused::insufficient_scope(&jwt.required));
    }
    Ok(principal.with_claims(claims))
}

fn check_audience(jwt: &Jwt, got: Option<&Value>) -> Result<(), Refused> {
    let is_wanted = |one: &Value| one.as_str().is_some_and(|one| jwt.audience.iter().any(|wanted| same(wanted, one)));
    let fits = match got {
        Some(Value::Array(several)) => several.iter().any(is_wanted),
        Some(one) => is_wanted(one),
        None => false,
    };
    if fits {
        return Ok(());
    }
    let got = got.unwrap_or(&Value::Null);
    tracing::warn!(
        target: "lmcp::auth", issuer = jwt.issuer, expected = ?jwt.audience, %got,
        "a token was refused: it is for another audience"
    );
    Err(Refused::invalid("the token is for another audience"))
}

/// Scheme and host of a URL are the same in any case, and so is a root with or without its slash; nothing else is.
fn same(wanted: &str, got: &str) -> bool {
    wanted == got
        || match (super::url::Url::parse(wanted), super::url::Url::parse(got)) {
            (Ok(wanted), Ok(got)) => {
                wanted.origin().eq_ignore_ascii_case(&got.origin()) && wanted.target() == got.target()
            }
            _ => false,
        }
}

fn check_times(claims: &Map<String, Value>, now: f64, leeway: f64) -> Result<(), Refused> {
    let time = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => match value.as_f64().filter(|time| time.is_finite()) {
            Some(time) => Ok(Some(time)),
            None => Err(Refused::invalid("a time of the token's is no number")),
        },
    };
    match time("exp")? {
        None => return Err(Refused::invalid("the token does not say when it expires")),
        Some(exp) if exp + leeway <= now => return Err(Refused::invalid("the token has expired")),
        Some(_) => {}
    }
    for name in ["nbf", "iat"] {
        if time(name)?.is_some_and(|time| time - leeway > now) {
            return Err(Refused::invalid("the token is not valid yet"));
        }
    }
    Ok(())
}

/// What it may do: `scope` is a list with spaces (RFC 9068), `scp` the same or an array (Okta, Entra ID).
fn scopes(claims: &Map<String, Value>) -> Vec<String> {
    let mut scopes = Vec::new();
    for value in [claims.get("scope"), claims.get("scp")].into_iter().flatten() {
        let lists = match value {
            Value::Array(lists) => lists.as_slice(),
            one => std::slice::from_ref(one),
        };
        let words = lists.iter().filter_map(Value::as_str).flat_map(str::split_ascii_whitespace);
        scopes.extend(words.map(str::to_owned));
    }
    scopes
}

fn text(claims: &Map<String, Value>, name: &str) -> Option<String> {
    claims.get(name)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{check, same};
    use crate::auth::jwt::Jwt;
    use crate::auth::{Principal, Refused};
    use serde_json::{Value, json};

    const NOW: f64 = 1_000_000.0;

    fn checked(change: Value) -> Result<Principal, Refused> {
        let jwt = Jwt::new("https://id".into(), Some("https://a/mcp".into())).require_scopes(["x"]);
        let mut claims = json!({ "sub": "ana", "aud": "https://a/mcp", "exp": NOW + 1.0, "scope": "x y" });
        for (key, value) in change.as_object().expect("an object") {
            claims[key] = value.clone();
            if value.is_null() {
                claims.as_object_mut().expect("an object").remove(key);
            }
        }
        check(&jwt, claims.as_object().expect("an object").clone(), NOW)
    }

    #[test]
    fn what_is_good() {
        for change in [
            json!({}),
            json!({ "aud": ["b", "https://a/mcp"] }),
            json!({ "aud": "HTTPS://A/mcp" }),
            json!({ "exp": NOW - 59.0, "nbf": NOW + 60.0, "iat": NOW + 60.0 }),
            json!({ "exp": 1e300 }),
            json!({ "scope": null, "scp": "x" }),
            json!({ "scope": null, "scp": ["y", "x"] }),
            json!({ "scope": "y", "scp": ["x"] }),
        ] {
            let principal = checked(change.clone()).unwrap_or_else(|refused| panic!("{change}: {refused:?}"));
            assert!(principal.subject() == "ana" && principal.has_scope("x"), "{principal:?}");
            assert_eq!(principal.claims()["sub"], "ana");
        }
    }

    #[test]
    fn what_is_not() {
        for (change, why) in [
            (json!({ "aud": null }), "another audience"),
            (json!({ "aud": "https://a/mcp/" }), "another audience"),
            (json!({ "aud": "https://a/MCP" }), "another audience"),
            (json!({ "aud": ["b", 7, []] }), "another audience"),
            (json!({ "exp": null }), "when it expires"),
            (json!({ "exp": "soon" }), "no number"),
            (json!({ "exp": NOW - 60.0 }), "expired"),
            (json!({ "nbf": NOW + 61.0 }), "not valid yet"),
            (json!({ "iat": NOW + 61.0 }), "not valid yet"),
            (json!({ "sub": null }), "whose it is"),
            (json!({ "sub": "" }), "whose it is"),
            (json!({ "sub": 7 }), "whose it is"),
        ] {
            match checked(change.clone()) {
                Err(Refused::Invalid(reason)) => assert!(reason.contains(why), "{change}: {reason}"),
                other => panic!("{change}: {other:?}"),
            }
        }
        for change in [json!({ "scope": "y" }), json!({ "scope": null }), json!({ "scope": ["xy"] })] {
            assert!(matches!(checked(change), Err(Refused::InsufficientScope(scopes)) if scopes == ["x"]));
        }
    }

    /// A token is judged by what the clock says now: one that was refused while it was wrong is good when it is right again.
    #[test]
    fn the_clock_steps() {
        let jwt = Jwt::new("https://id".into(), Some("a".into()));
        let claims = json!({ "sub": "ana", "aud": "a", "nbf": NOW, "exp": NOW + 3600.0 });
        let claims = claims.as_object().expect("an object");
        let steps = [(0.0, true), (-3600.0, false), (-60.0, true), (3659.0, true), (3660.0, false), (1e12, false)];
        for (step, good) in steps.into_iter().chain([(-NOW, false), (0.0, true)]) {
            assert_eq!(check(&jwt, claims.clone(), NOW + step).is_ok(), good, "{step} s");
        }
    }

    #[test]
    fn audiences_that_are_the_same() {
        for (a, b) in [("x", "x"), ("https://a", "https://a/"), ("https://A:1/b", "HTTPS://a:1/b")] {
            assert!(same(a, b), "{a} {b}");
        }
        for (a, b) in [("x", "X"), ("https://a", "http://a"), ("https://a/b?c", "https://a/b"), ("api://A", "api://a")]
        {
            assert!(!same(a, b), "{a} {b}");
        }
    }
}
