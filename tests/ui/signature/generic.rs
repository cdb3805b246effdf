use lmcp::tool;

#[tool]
fn echo<T: Clone, const N: usize>(value: [T; N]) -> [T; N] {
    //~^ error: a tool cannot be generic: nobody says what `T` is when it is called
    //~^ token: T: Clone
    //~^ help: write a type instead of `T`, and one function for each type
    //~^ error: a tool cannot be generic: nobody says what `N` is when it is called
    //~^ token: const N: usize
    value
}
