use lmcp::tool;

#[tool(icon)]
//~^ error: `icon` needs the picture's URI
//~^ token: icon
//~^ help: write `icon("https://example.com/icon.png"
fn none() {}

#[tool(icon("http://example.com/icon.png"))]
//~^ error: an icon's URI begins with `https:` or `data:`, or clients do not load it
//~^ token: "http://example.com/icon.png"
fn http() {}

#[tool(icon("https://example.com/icon.png", size = "big", theme = "blue", type = "image/png"))]
//~^ error: "big" is no size of an icon
//~^ token: "big"
//~^ help: write "48x48" or "any"
//~^ error: "blue" is no theme
//~^ token: "blue"
//~^ error: `icon` has no key `type`
//~^ token: type
//~^ help: the keys are `mime`, `size` and `theme`
fn wrong() {}
