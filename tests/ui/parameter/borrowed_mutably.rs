use lmcp::tool;

#[tool]
fn add(total: &mut i64, amount: i64) -> i64 {
    //~^ error: a parameter cannot borrow: `&mut i64`
    //~^ token: &mut i64
    //~^ help: write `i64`, and `mut` before the name to change it
    *total += amount;
    *total
}
