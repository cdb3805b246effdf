//! `requestState`: what a call's next run needs to know of the runs before. It travels with the client, so that no server
//! keeps anything, and any replica with the same secret can finish the call.
//!
//! The client can read it. It cannot change it, nor use it for another call, as another caller, or much later.

use crate::jsonrpc::{ErrorObject, Incoming, Message, Raw, decode};
use crate::protocol::params::Given;
use crate::seal::{Secret, digest, now};
use crate::sorted::sorted_by_key;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

const PURPOSE: &str = "requestState";

/// What is sealed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    /// How often the client was asked.
    pub(crate) round: u32,
    /// The keys of the questions of the last round.
    pub(crate) asked: Vec<String>,
    /// The answers of the rounds before.
    pub(crate) answers: BTreeMap<String, Value>,
    /// What `once` recorded.
    pub(crate) recorded: BTreeMap<String, Value>,
    /// When it expires, in seconds since 1970.
    expires: u64,
    /// What it is for.
    binding: String,
}

impl State {
    /// Seals it for the caller of `message`.
    pub(crate) fn seal(mut self, secret: &Secret, life: Duration, message: &Bytes, principal: Option<&str>) -> String {
        self.expires = now().saturating_add(life.as_secs());
        self.binding = binding(message, principal);
        let mut payload = Vec::new();
        crate::jsonrpc::encode::write_json(&mut payload, &self);
        secret.seal(PURPOSE, &payload)
    }

    /// Opens what the caller of `message` brought along.
    pub(crate) fn open(
        sealed: &str,
        secret: &Secret,
        message: &Bytes,
        principal: Option<&str>,
    ) -> Result<Self, ErrorObject> {
        let payload = secret.open(PURPOSE, sealed);
        let state: Option<State> = payload.and_then(|payload| decode::read(&payload));
        let Some(state) = state else {
            return Err(ErrorObject::invalid_params(
                "`params.requestState` was not given by this server, or was changed on the way",
            ));
        };
        if state.binding != binding(message, principal) {
            return Err(ErrorObject::invalid_params(
                "`params.requestState` belongs to another request or another caller; call again without it",
            ));
        }
        if state.expires < now() {
            return Err(ErrorObject::invalid_params("`params.requestState` has expired; call again without it"));
        }
        Ok(state)
    }
}

/// What a state is bound to: the caller, the method, the name or URI, and the arguments.
fn binding(message: &Bytes, principal: Option<&str>) -> String {
    let mut params = Given::default();
    let message = decode(message, usize::MAX, &mut params);
    let (Incoming::One(Ok(Message::Request { method, .. })), Ok(target)) = (message, params.params()) else {
        // Only requests that were read get here.
        return String::new();
    };
    // What has no value of ours, such as `1e999`, stands for itself.
    let arguments = match target.arguments.map(Raw::get) {
        None | Some("null") => "{}".to_owned(),
        Some(raw) => serde_json::from_str(raw).map_or_else(|_| raw.to_owned(), |arguments| canonical(&arguments)),
    };
    digest(&[
        principal.map_or("", |_| "principal").as_bytes(),
        principal.unwrap_or_default().as_bytes(),
        method.as_bytes(),
        target.name.or(target.uri).and_then(Raw::text).unwrap_or_default().as_bytes(),
        arguments.as_bytes(),
    ])
}

/// JSON in one spelling: keys sorted, whole numbers without a fraction.
pub(crate) fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write_canonical(value, &mut out);
    out
}

fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(object) => {
            let sorted = sorted_by_key(object.iter().collect(), |(key, _)| *key);
            out.push('{');
            for (at, (key, value)) in sorted.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(key.clone()).to_string());
                out.push(':');
                write_canonical(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_canonical(item, out);
            }
            out.push(']');
        }
        Value::Number(number) if number.is_f64() => match number.as_f64() {
            Some(whole) if whole.fract() == 0.0 && whole.abs() < 9_007_199_254_740_992.0 => {
                out.push_str(&(whole as i64).to_string());
            }
            _ => out.push_str(&number.to_string()),
        },
        other => out.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::{State, binding, canonical};
    use crate::seal::Secret;
    use bytes::Bytes;
    use serde_json::{Value, json};
    use std::time::Duration;

    fn request(params: Value) -> Bytes {
        json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params }).to_string().into()
    }

    #[test]
    fn the_same_arguments_in_another_spelling_are_the_same() {
        assert_eq!(
            canonical(&json!({"b": [1.0, {"d": 1, "c": "é"}], "a": 2.5})),
            r#"{"a":2.5,"b":[1,{"c":"é","d":1}]}"#
        );
        let same = [
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"f","arguments":{"a":1,"b":2}}}"#,
            r#"{"params":{"inputResponses":{"x":1},"arguments":{"b":2.0,"a":1},"name":"\u0066"},"id":"9","method":"tools/call","jsonrpc":"2.0"}"#,
        ];
        let [one, other] = same.map(|text| binding(&Bytes::from(text), None));
        assert_eq!(one, other);
        let empty = binding(&request(json!({ "name": "f" })), None);
        for none in [json!({ "name": "f", "arguments": {} }), json!({ "name": "f", "arguments": null })] {
            assert_eq!(binding(&request(none), None), empty);
        }
    }

    #[test]
    fn a_state_is_for_one_call_of_one_caller() {
        let secret = Secret::random().expect("random bytes");
        let state = State { round: 3, ..State::default() };
        let message = request(json!({ "name": "f", "arguments": { "a": 1 } }));
        let minute = Duration::from_secs(60);
        let sealed = state.clone().seal(&secret, minute, &message, Some("ada"));
        assert_eq!(State::open(&sealed, &secret, &message, Some("ada")).expect("sealed here").round, 3);
        let others = [
            (request(json!({ "name": "g", "arguments": { "a": 1 } })), Some("ada")),
            (request(json!({ "name": "f", "arguments": { "a": 2 } })), Some("ada")),
            (request(json!({ "uri": "f://g" })), Some("ada")),
            (message.clone(), Some("bob")),
            (message.clone(), Some("")),
            (message.clone(), None),
        ];
        for (message, principal) in others {
            let error = State::open(&sealed, &secret, &message, principal).expect_err("refused");
            assert_eq!(error.code, -32602);
            assert!(error.message.contains("another request or another caller"), "{}", error.message);
        }
        let read = Bytes::from(String::from_utf8_lossy(&message).replace("tools/call", "prompts/get"));
        assert!(State::open(&sealed, &secret, &read, Some("ada")).is_err());
        let changed = format!("{sealed}-TAMPERED");
        assert!(
            State::open(&changed, &secret, &message, Some("ada")).expect_err("refused").message.contains("changed")
        );
    }

    #[test]
    fn arguments_that_are_no_value_of_ours_bind_too() {
        let message = |name: &str, number: &str| {
            let text =
                r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"NAME","arguments":{"a":NUMBER}}}"#;
            Bytes::from(text.replace("NAME", name).replace("NUMBER", number))
        };
        let one = binding(&message("f", "1e999"), None);
        assert_eq!(one, binding(&message("f", "1e999"), None));
        for other in [message("g", "1e999"), message("f", "2e999"), request(json!({}))] {
            assert_ne!(one, binding(&other, None));
        }
    }

    /// A clock that is set back or forth is one that was wrong: what expired comes back when it was right after all.
    #[test]
    fn the_clock_steps() {
        use crate::seal::clock::step;
        let secret = Secret::random().expect("random bytes");
        let message = request(json!({ "name": "f" }));
        let hour = Duration::from_secs(3600);
        let opens = |sealed: &str| State::open(sealed, &secret, &message, None).map(|state| state.round);
        let sealed = State { round: 2, ..State::default() }.seal(&secret, hour, &message, None);
        for (seconds, good) in
            [(-7200, true), (3590, true), (3700, false), (i64::MAX, false), (i64::MIN, true), (0, true)]
        {
            step(seconds);
            assert_eq!(opens(&sealed).is_ok(), good, "{seconds} s");
            // What is sealed now is good now, whatever the clock says.
            assert!(opens(&State::default().seal(&secret, hour, &message, None)).is_ok(), "{seconds} s");
        }
    }

    #[test]
    fn numbers_of_many_digits_come_back_to_the_last_one() {
        let secret = Secret::random().expect("random bytes");
        let message = request(json!({ "name": "f" }));
        let mut state = State::default();
        for number in [129e99, 0.1 + 0.2, f64::MIN_POSITIVE, 1e23] {
            state.recorded.insert(number.to_string(), number.into());
        }
        let sealed = state.clone().seal(&secret, Duration::from_secs(60), &message, None);
        assert_eq!(State::open(&sealed, &secret, &message, None).expect("sealed here").recorded, state.recorded);
    }

    #[test]
    fn a_state_expires() {
        let secret = Secret::random().expect("random bytes");
        let message = request(json!({ "name": "f" }));
        let mut state = State { binding: binding(&message, None), ..State::default() };
        state.expires = super::now() - 1;
        let sealed = secret.seal(super::PURPOSE, serde_json::to_string(&state).expect("JSON").as_bytes());
        assert!(State::open(&sealed, &secret, &message, None).expect_err("refused").message.contains("expired"));
    }
}
