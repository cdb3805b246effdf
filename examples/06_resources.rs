//! Resources: one URI, a segment, the rest of a path. `cargo run --example 06_resources -- read planets://mars`

use lmcp::{ResourceContents, resource};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::{fs, io};

#[derive(Clone, Copy, Serialize)]
struct Planet {
    name: &'static str,
    moons: &'static [&'static str],
}

const PLANETS: [Planet; 3] = [
    Planet { name: "venus", moons: &[] },
    Planet { name: "earth", moons: &["moon"] },
    Planet { name: "mars", moons: &["phobos", "deimos"] },
];

/// What this server knows of.
#[resource("planets://about", name = "about")]
fn about() -> &'static str {
    "Venus, earth and mars, with their moons."
}

/// A planet as JSON.
#[resource("planets://<name>")] // `planets://about` is still the text above: fixed URIs win
fn planet(#[arg(complete = names)] name: String) -> Option<Planet> {
    PLANETS.into_iter().find(|planet| planet.name == name) // `None` is "resource not found"
}

fn names(typed: &str) -> Vec<&'static str> {
    PLANETS.iter().map(|planet| planet.name).filter(|name| name.starts_with(typed)).collect()
}

/// A moon, counted from the planet outwards.
#[resource("planets://<name>/moons/<number>")]
fn moon(name: String, number: usize) -> Option<ResourceContents> {
    let moon = planet(name)?.moons.get(number.checked_sub(1)?)?;
    Some(ResourceContents::text(format!("# {moon}")).mime("text/markdown"))
}

/// A file of this tutorial.
#[resource("tutorial://<path..>", mime = "text/x-rust")] // `..` and absolute paths never get here
fn file(path: PathBuf) -> io::Result<String> {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
}

fn main() {
    lmcp::serve!()
}
