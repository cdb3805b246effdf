//! Writes 1,000 functions of each kind, which no macro can name.

use std::fmt::Write as _;

const MOST: usize = 1000;

fn main() {
    let mut code = String::new();
    let (mut tools, mut templates) = (String::new(), String::new());
    let put = |text: std::fmt::Arguments<'_>, to: &mut String| to.write_fmt(text).expect("memory");
    for n in 1..MOST {
        let name = format!("echo_{n:04}");
        put(
            format_args!(
                "/// Gives back what it is given, number {n}.\n#[lmcp::tool]\nfn {name}(text: String) -> String {{ text }}\n"
            ),
            &mut code,
        );
        put(format_args!("if most > {n} {{ server = server.tool({name}); }}\n"), &mut tools);
    }
    for n in 0..MOST {
        let name = format!("note_{n:04}");
        put(
            format_args!(
                "/// A note of shelf {n}.\n#[lmcp::resource(\"notes://shelf-{n:04}/<id>\")]\nfn {name}(id: u32) -> String {{ format!(\"note {{id}}\") }}\n"
            ),
            &mut code,
        );
        put(format_args!("if most > {n} {{ server = server.resource({name}); }}\n"), &mut templates);
    }
    for (name, body) in [("tools", tools), ("templates", templates)] {
        put(
            format_args!("fn {name}(mut server: lmcp::Server, most: usize) -> lmcp::Server {{\n{body}server\n}}\n"),
            &mut code,
        );
    }
    let path = std::path::Path::new(&std::env::var_os("OUT_DIR").expect("cargo sets it")).join("many.rs");
    std::fs::write(path, code).expect("the folder can be written to");
    println!("cargo::rerun-if-changed=build.rs");
}
