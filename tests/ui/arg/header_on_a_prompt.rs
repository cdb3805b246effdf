use lmcp::prompt;

#[prompt]
fn ask(#[arg(header = "Region")] region: String) -> String {
    //~^ error: only the arguments of a tool are repeated in a header
    //~^ token: "Region"
    //~^ help: leave `header` out
    region
}

fn main() {}
