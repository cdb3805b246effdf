//@ extern: renamed = lmcp
//! `crate = path` when lmcp is known under another name.

#![deny(warnings)]

mod inside {
    pub(crate) use renamed as again;
}

#[renamed::tool(crate = renamed)]
fn tool(a: u8, #[arg(default = "x")] b: String) -> String {
    format!("{a}{b}")
}

#[renamed::resource("r://<id>", crate = ::renamed)]
fn resource(id: String) -> String {
    id
}

#[renamed::prompt(crate = crate::inside::again)]
fn prompt(#[arg(complete = complete)] text: String) -> String {
    text
}

fn complete(_prefix: &str) -> Vec<String> {
    Vec::new()
}

pub fn outer() {
    #[renamed::tool(crate = inside::again)]
    fn inner() {}
}
