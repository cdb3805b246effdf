use lmcp::{Audio, Image, tool};

pub struct Out;

#[tool]
fn picture_and_value() -> Option<(Image, Out)> {
    //~^ error: `Out` cannot stand beside a block in a tool's result
    //~^ token: (Image, Out)
    //~^ help: beside `Image`, `Audio` and other blocks stand `String`
    //~^ help: or return `Vec<Content>`
    None
}

#[tool]
fn three() -> (Image, String, Audio) {
    //~^ error: `lmcp::Image` is a block of a tool's result, which cannot be inside of this type
    //~^ token: Image
    //~^ help: several blocks are a `Vec<Content>`
    //~^ error: `lmcp::Audio` is a block of a tool's result, which cannot be inside of this type
    //~^ token: Audio
    todo!()
}

#[tool]
fn list_of_pairs() -> Result<Vec<(String, Image)>, String> {
    //~^ error: `lmcp::Image` is a block of a tool's result
    //~^ token: Image
    Ok(Vec::new())
}
