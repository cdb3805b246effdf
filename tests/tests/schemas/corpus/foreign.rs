//! Types of other crates, as their schemas look: dates, durations, identifiers.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

macro_rules! foreign {
    ($($name:ident = $schema:tt;)*) => { $(
        #[derive(Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
        struct $name(String);
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn schema_id() -> Cow<'static, str> {
                concat!("foreign::", stringify!($name)).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )* };
}

foreign! {
    DateTime = { "type": "string", "format": "date-time" };
    Date = { "type": "string", "format": "date" };
    NaiveTime = { "type": "string", "format": "partial-time" };
    Uuid = { "type": "string", "format": "uuid" };
    Span = { "type": "string", "format": "duration", "title": "Span" };
    Decimal = { "type": "string", "pattern": r"^-?\d+(\.\d+)?([eE]\d+)?$" };
    Bytes = { "type": "string", "contentEncoding": "base64" };
    Url = { "type": "string", "format": "uri" };
}

/// A type of a crate that knows nothing of schemas.
#[derive(Serialize, Deserialize)]
struct Zone(String);

/// An appointment.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Event {
    /// Stays the same.
    id: Uuid,
    start: DateTime,
    end: Option<DateTime>,
    days: Vec<Date>,
    repeats: Option<Span>,
    at: Option<NaiveTime>,
    #[schemars(with = "String")]
    zone: Zone,
    price: Option<Decimal>,
    attachments: BTreeMap<String, Bytes>,
    link: Option<Url>,
    by_day: BTreeMap<Date, u8>,
}

corpus! {
    date_time: DateTime = ["2026-07-28T12:00:00Z", "1970-01-01T00:00:00+01:00", "2026-12-31T23:59:59.999Z"];
    date: Date = ["2026-07-28", "1970-01-01", "2000-02-29"];
    naive_time: NaiveTime = ["12:00:00", "00:00:00", "23:59:59.5"];
    uuid: Uuid = ["00000000-0000-0000-0000-000000000000", "67e55044-10b1-426f-9247-bb680e5fe0c8"];
    opt_uuid: Option<Uuid> = [null, "67e55044-10b1-426f-9247-bb680e5fe0c8"];
    span: Span = ["PT1H", "P1D", "P1Y2M3DT4H5M6S"];
    decimal: Decimal = ["0", "-1.5", "1e9"];
    bytes: Bytes = ["", "YQ=="];
    url: Url = ["https://example.com/", "urn:isbn:0451450523"];
    event(args): Event = [
        {
            "id": "67e55044-10b1-426f-9247-bb680e5fe0c8", "start": "2026-07-28T12:00:00Z", "days": [], "zone": "UTC",
            "attachments": {}, "by_day": {},
        },
        {
            "id": "67e55044-10b1-426f-9247-bb680e5fe0c8", "start": "2026-07-28T12:00:00Z", "end": null,
            "days": ["2026-07-28"], "repeats": null, "at": null, "zone": "UTC", "price": null, "attachments": {"a": ""},
            "link": null, "by_day": {"2026-07-28": 1},
        },
        {
            "id": "67e55044-10b1-426f-9247-bb680e5fe0c8", "start": "2026-07-28T12:00:00Z",
            "end": "2026-07-28T13:00:00Z", "days": [], "repeats": "P7D", "at": "12:00:00", "zone": "", "price": "1.5",
            "attachments": {}, "link": "https://example.com/", "by_day": {},
        },
    ];
}
