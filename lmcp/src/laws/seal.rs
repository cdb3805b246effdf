//! The laws of what clients carry: only what was sealed opens, as what it was, for what it was sealed for. A cursor is
//! no secret, but a name and nothing else.

use crate::ask::state::State;
use crate::outcome::{cursor, read_cursor};
use crate::seal::Secret;
use bytes::Bytes;
use serde_json::Value;
use std::time::Duration;

/// Up to a line break, what is sealed; then how its seal is changed: a text to try, by itself and as places and bytes.
pub fn seal(bytes: &[u8]) {
    let cut = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (payload, change) = (&bytes[..cut], bytes.get(cut + 1..).unwrap_or_default());
    let secret = Secret::shared(b"a secret of the laws").expect("long enough");
    let other = Secret::shared(b"a secret of somebody").expect("long enough");
    let sealed = secret.seal("law", payload);
    assert_eq!(secret.open("law", &sealed).as_deref(), Some(payload));
    assert_eq!(secret.seal("law", payload), sealed);
    assert_eq!((secret.open("Law", &sealed), other.open("law", &sealed)), (None, None));
    for tried in changed(&sealed, change) {
        if tried != sealed {
            assert_eq!(secret.open("law", &tried), None, "{sealed} as {tried}");
        }
    }
    state(&secret, payload, change);
    let name = String::from_utf8_lossy(payload);
    assert_eq!(read_cursor(&cursor(&name)).as_deref(), Some(&*name));
    if let Some(name) = read_cursor(&String::from_utf8_lossy(change)) {
        assert_eq!(cursor(&name).as_bytes(), change);
    }
}

/// The seal with some of its bytes changed, cut, repeated; and the change as a seal of its own.
fn changed(sealed: &str, change: &[u8]) -> Vec<String> {
    let mut mutated = sealed.as_bytes().to_vec();
    for pair in change.chunks_exact(2).take(64) {
        let at = usize::from(pair[0]) % mutated.len();
        mutated[at] = pair[1];
    }
    let cut = change.first().map_or(0, |byte| usize::from(*byte) % sealed.len());
    let text = String::from_utf8_lossy(change);
    let (payload, mac) = sealed.split_once('.').expect("two parts");
    vec![
        String::from_utf8_lossy(&mutated).into_owned(),
        sealed[..cut].to_owned(),
        sealed[cut..].to_owned(),
        format!("{sealed}{text}"),
        format!("{text}{sealed}"),
        format!("{payload}.{text}"),
        format!("{text}.{mac}"),
        text.into_owned(),
    ]
}

/// A state is for one call of one caller, and comes back as it was.
fn state(secret: &Secret, payload: &[u8], change: &[u8]) {
    let answer = serde_json::from_slice(payload).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(payload)));
    let mut state = State::default();
    state.round = u32::try_from(payload.len()).unwrap_or_default();
    state.asked.push(String::from_utf8_lossy(payload).into_owned());
    state.answers.insert("asked".to_owned(), answer.clone());
    state.recorded.insert(String::from_utf8_lossy(payload).into_owned(), answer);
    let message = |arguments: &[u8]| {
        let arguments = serde_json::from_slice::<Value>(arguments).unwrap_or_default();
        let params = serde_json::json!({ "name": "f", "arguments": { "a": arguments } });
        let request = serde_json::json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
        (arguments, Bytes::from(request.to_string()))
    };
    let ((mine, right), (theirs, wrong)) = (message(payload), message(change));
    let hour = Duration::from_secs(3600);
    let sealed = state.clone().seal(secret, hour, &right, Some("ada"));
    let opened = State::open(&sealed, secret, &right, Some("ada")).expect("it was sealed for this");
    let told = |state: &State| (state.round, state.asked.clone(), state.answers.clone(), state.recorded.clone());
    assert_eq!(told(&opened), told(&state));
    for principal in [None, Some(""), Some("bob")] {
        assert!(State::open(&sealed, secret, &right, principal).is_err());
    }
    // `1` and `1.0` are the same arguments.
    let same = |one: &Value, other: &Value| crate::ask::state::canonical(one) == crate::ask::state::canonical(other);
    assert_eq!(State::open(&sealed, secret, &wrong, Some("ada")).is_ok(), same(&mine, &theirs));
    for tried in changed(&sealed, change) {
        if tried != sealed {
            assert!(State::open(&tried, secret, &right, Some("ada")).is_err(), "{sealed} as {tried}");
        }
    }
}
