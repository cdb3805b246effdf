use lmcp::tool;

#[tool]
fn echo<'a>(value: u8) -> u8
where
    'static: 'a,
    //~^ error: a tool has no use for a `where` clause
    //~^ help: leave it out
{
    value
}
