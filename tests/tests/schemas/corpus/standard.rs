//! The standard library's types, as serde writes them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::cmp::Reverse;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::{Bound, Range, RangeInclusive};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

/// What a machine is told.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Connection {
    /// Where it listens.
    address: SocketAddr,
    timeout: Option<Duration>,
    log: Option<PathBuf>,
    ports: Range<u16>,
    last: Result<u8, String>,
    since: Option<SystemTime>,
    allowed: Vec<IpAddr>,
}

corpus! {
    duration: Duration = [
        {"secs": 0, "nanos": 0}, {"secs": 1, "nanos": 999999999}, {"secs": u64::MAX, "nanos": 0},
    ];
    system_time: SystemTime = [
        {"secs_since_epoch": 0, "nanos_since_epoch": 0}, {"secs_since_epoch": 1700000000, "nanos_since_epoch": 1},
    ];
    path: PathBuf = ["", "a/b", "/", "\u{e9}"];
    ip: IpAddr = ["127.0.0.1", "::1", "0.0.0.0", "2001:db8::1"];
    ip_v4: Ipv4Addr = ["127.0.0.1", "0.0.0.0", "255.255.255.255", "10.0.0.1"];
    ip_v6: Ipv6Addr = ["::1", "::", "2001:db8::1", "ff02::1"];
    socket: SocketAddr = ["127.0.0.1:80", "[::1]:0", "0.0.0.0:65535", "10.0.0.1:1"];
    range: Range<u8> = [{"start": 0, "end": 0}, {"start": 1, "end": 2}, {"start": 255, "end": 0}];
    range_inclusive: RangeInclusive<i64> = [{"start": 0, "end": 0}, {"start": -1, "end": 2}, {"start": i64::MIN, "end": i64::MAX}];
    range_options: Range<Option<u8>> = [{"start": null, "end": null}, {"start": 1, "end": null}, {"start": 0, "end": 9}];
    result: Result<u8, String> = [{"Ok": 0}, {"Err": ""}, {"Ok": 255}, {"Err": "a"}];
    result_unit: Result<(), String> = [{"Ok": null}, {"Err": ""}, {"Err": "a"}];
    bound: Bound<i32> = ["Unbounded", {"Included": 0}, {"Excluded": -1}, {"Included": 2147483647}];
    bound_pair: (Bound<u8>, Bound<u8>) = [["Unbounded", "Unbounded"], [{"Included": 0}, {"Excluded": 1}]];
    cell: Cell<u8> = [0, 1, 128, 255];
    reverse: Reverse<u8> = [0, 1, 128, 255];
    mutex: Mutex<Vec<u8>> = [[], [0], [1, 2], [255]];
    connection(args): Connection = [
        {"address": "127.0.0.1:80", "ports": {"start": 0, "end": 1}, "last": {"Ok": 0}, "allowed": []},
        {
            "address": "[::1]:80", "timeout": null, "log": null, "ports": {"start": 0, "end": 1}, "last": {"Err": "a"},
            "since": null, "allowed": ["::1", "127.0.0.1"],
        },
        {
            "address": "[::1]:80", "timeout": {"secs": 1, "nanos": 0}, "log": "a", "ports": {"start": 0, "end": 65535},
            "last": {"Ok": 1}, "since": {"secs_since_epoch": 0, "nanos_since_epoch": 0}, "allowed": [],
        },
    ];
}
