//! hyper and serde: parses and answers for real. `floor-serde ADDRESS`

fn main() {
    let address = std::env::args().nth(1).expect("an address");
    floor_http::serve(&address, floor_http::typed::respond);
}
