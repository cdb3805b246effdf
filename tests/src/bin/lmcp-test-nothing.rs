//! A program that forgot its functions.

fn main() {
    lmcp::serve!()
}
