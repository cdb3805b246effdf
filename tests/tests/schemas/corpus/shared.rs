//! Types that are used many times, and types that go deep.

use super::enums::Documented;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where somebody lives.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Address {
    /// The street, with the number of the house.
    street: String,
    /// The city, in the language that is spoken there.
    city: String,
    /// The code that the post wants.
    postal_code: Option<String>,
    /// The country, in two letters.
    #[schemars(length(equal = 2))]
    country: String,
    /// How warm it is there.
    climate: Documented,
}

/// So many addresses that one definition for all of them is much smaller.
#[derive(Serialize, Deserialize, JsonSchema)]
struct AddressBook {
    home: Address,
    work: Address,
    /// Where the bill goes.
    billing: Address,
    shipping: Option<Address>,
    previous: Vec<Address>,
    holiday: Option<Address>,
    parents: (Address, Address),
    school: Option<Box<Address>>,
    doctor: Option<Address>,
    office: Option<Address>,
}

/// Used once, and so written where it is used.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Person {
    /// The name by which everybody knows them.
    name: String,
    age: Option<u8>,
    address: Address,
}

// Each is three of the next: 243 leaves if all is written out.
macro_rules! thrice {
    ($($name:ident = 3 * $part:ident;)*) => { $(
        #[derive(Serialize, Deserialize, JsonSchema)]
        struct $name {
            #[serde(default)]
            a: Option<Box<$part>>,
            #[serde(default)]
            b: Option<Box<$part>>,
            #[serde(default)]
            c: Vec<$part>,
        }
    )* };
}
thrice! {
    Blow0 = 3 * Blow1;
    Blow1 = 3 * Blow2;
    Blow2 = 3 * Blow3;
    Blow3 = 3 * Blow4;
    Blow4 = 3 * Leaf;
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Leaf {
    n: Option<u8>,
}

// Each is one of the next: deep, and no larger when all is written out.
macro_rules! once {
    ($($name:ident = $part:ident;)*) => { $(
        #[derive(Serialize, Deserialize, JsonSchema)]
        struct $name {
            /// One further down.
            down: $part,
            note: Option<String>,
        }
    )* };
}
once! {
    Deep0 = Deep1;
    Deep1 = Deep2;
    Deep2 = Deep3;
    Deep3 = Deep4;
    Deep4 = Deep5;
    Deep5 = Deep6;
    Deep6 = Leaf;
}

/// A definition used many times, inside a recursive one.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Family {
    address: Address,
    second: Option<Address>,
    third: Option<Address>,
    fourth: Option<Address>,
    fifth: Option<Address>,
    children: Vec<Family>,
}

/// Two hundred fields would be too many; thirty are not.
#[derive(Serialize, Deserialize, JsonSchema, Default)]
#[serde(default)]
#[rustfmt::skip]
struct Wide {
    a0: u8, a1: u8, a2: u8, a3: u8, a4: u8, a5: u8, a6: u8, a7: u8, a8: u8, a9: u8,
    b0: bool, b1: bool, b2: bool, b3: bool, b4: bool, b5: bool, b6: bool, b7: bool, b8: bool, b9: bool,
    c0: String, c1: String, c2: String, c3: String, c4: String, c5: String, c6: String, c7: String, c8: String, c9: String,
}

corpus! {
    shared_many(args): AddressBook = [
        {
            "home": {"street": "", "city": "", "country": "de", "climate": "Cold"},
            "work": {"street": "", "city": "", "country": "fr", "climate": "Cold", "postal_code": null},
            "billing": {"street": "", "city": "", "country": "it", "climate": "Hot", "postal_code": "1"},
            "previous": [],
            "parents": [
                {"street": "", "city": "", "country": "it", "climate": "Hot"},
                {"street": "", "city": "", "country": "it", "climate": "Hot"},
            ],
        },
        {
            "home": {"street": "", "city": "", "country": "de", "climate": "Cold"},
            "work": {"street": "", "city": "", "country": "fr", "climate": "Cold"},
            "billing": {"street": "", "city": "", "country": "it", "climate": "Hot"},
            "shipping": null,
            "school": {"street": "", "city": "", "country": "it", "climate": "Warm", "postal_code": null},
            "previous": [{"street": "", "city": "", "country": "it", "climate": "Hot"}],
            "parents": [
                {"street": "", "city": "", "country": "it", "climate": "Hot"},
                {"street": "", "city": "", "country": "it", "climate": "Hot", "postal_code": null},
            ],
        },
    ];
    shared_once(args): Person = [
        {"name": "", "address": {"street": "", "city": "", "country": "de", "climate": "Cold"}},
        {"name": "a", "age": null, "address": {"street": "", "city": "", "country": "de", "climate": "Cold"}},
        {"name": "a", "age": 9, "address": {"street": "", "city": "", "country": "de", "climate": "Cold", "postal_code": null}},
    ];
    shared_list: Vec<Person> = [
        [], [{"name": "", "address": {"street": "", "city": "", "country": "de", "climate": "Cold"}}],
    ];
    blow_up(args): Blow0 = [
        {}, {"a": null, "b": {}, "c": [{}]}, {"a": {"a": {"a": {"a": {"a": {"n": null}, "c": [{"n": 1}, {}]}}}}},
        {"c": [{"c": [{"c": [{"c": [{"c": [{}]}]}]}]}]},
    ];
    deep(args): Deep0 = [
        {"down": {"down": {"down": {"down": {"down": {"down": {"down": {}}}}}}}},
        {"down": {"down": {"down": {"down": {"down": {"down": {"down": {"n": null}, "note": null}}}}}}, "note": "a"},
        {"down": {"down": {"down": {"down": {"down": {"down": {"down": {"n": 1}}}, "note": "b"}}}}, "note": null},
    ];
    rec_shared(args): Family = [
        {"address": {"street": "", "city": "", "country": "de", "climate": "Cold"}, "children": []},
        {
            "address": {"street": "", "city": "", "country": "de", "climate": "Cold"}, "second": null,
            "fifth": {"street": "", "city": "", "country": "de", "climate": "Cold", "postal_code": null},
            "children": [{"address": {"street": "", "city": "", "country": "de", "climate": "Cold"}, "children": []}],
        },
    ];
    wide(args): Wide = [{}, {"a0": 1}, {"b9": true, "c9": "a"}, {"a9": 255, "c0": ""}];
}
