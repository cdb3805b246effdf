use lmcp::tool;

#[tool]
fn deploy(#[arg(header = "The Region")] region: String) -> String {
    //~^ error: "The Region" cannot be part of a header's name
    //~^ token: "The Region"
    //~^ help: write letters, digits and `-`
    region
}

fn main() {}
