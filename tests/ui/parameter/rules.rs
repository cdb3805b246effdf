use lmcp::{prompt, resource, tool};

#[tool]
fn rate(#[schemars(range(min = 1, max = 5))] stars: u8) -> u8 {
    //~^ error: `#[schemars(...)]` stands on the fields of a struct, not on a parameter
    //~^ token: #[schemars(range(min = 1, max = 5))]
    //~^ help: take the arguments as one struct, `Args<T>`, or this parameter as a struct, and write it on the field
    stars
}

#[prompt]
#[tool]
fn greet(#[validate(length(min = 1))] #[garde(ascii)] name: String) -> String {
    //~^ error: `#[validate(...)]` stands on the fields of a struct
    //~^ token: #[validate(length(min = 1))]
    //~^ error: `#[garde(...)]` stands on the fields of a struct
    //~^ token: #[garde(ascii)]
    name
}

#[tool]
fn count(#[serde(default)] number: u8) -> u8 {
    //~^ error: `#[serde(...)]` stands on the fields of a struct
    //~^ token: #[serde(default)]
    //~^ help: `#[arg(...)]` has `default` and `alias`; for all else, take the arguments as one struct
    number
}

#[resource("notes://<id>")]
fn note(#[schemars(range(min = 1))] id: u32) -> String {
    //~^ error: `#[schemars(...)]` stands on the fields of a struct
    //~^ token: #[schemars(range(min = 1))]
    //~^ help: take a type that allows no more, or check it in the function
    id.to_string()
}
