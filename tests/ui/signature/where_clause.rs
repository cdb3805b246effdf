use lmcp::tool;

#[tool]
fn echo<'a, T>(value: Vec<T>) -> Vec<T>
//~^ error: a tool cannot be generic: nobody says what `T` is when it is called
//~^ token: T
where
    T: Into<String>,
    'static: 'a,
{
    value
}
