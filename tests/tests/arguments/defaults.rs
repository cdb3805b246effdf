//! Defaults that would be refused if they were sent keep a server from starting.

use lmcp::{Args, Server, prompt, tool};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Rating {
    #[serde(default = "nine")]
    #[schemars(range(min = 1, max = 5))]
    stars: u8,
    #[serde(default = "nine")]
    #[schemars(range(min = 1, max = 10))]
    points: u8,
    /// Of a type of its own, whose default is right.
    #[serde(default)]
    page: Page,
}

fn nine() -> u8 {
    9
}

#[derive(Default, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
struct Page(#[schemars(range(max = 100))] u32);

#[tool]
fn whole(Args(rating): Args<Rating>) -> u32 {
    sum(rating)
}

#[tool]
fn nested(ratings: Vec<Rating>) -> u32 {
    ratings.into_iter().map(sum).sum()
}

#[tool]
fn single(#[arg(default = Page(1000))] page: Page, #[arg(default = Page(100))] other: Page) -> u32 {
    page.0 + other.0
}

#[prompt]
fn turns(#[arg(default = Page(101))] page: Page) -> String {
    page.0.to_string()
}

#[tool(unenforced)]
fn lenient(#[arg(default = Page(101))] page: Page) -> u32 {
    page.0
}

fn sum(rating: Rating) -> u32 {
    u32::from(rating.stars) + u32::from(rating.points) + rating.page.0
}

#[test]
fn a_default_keeps_the_rules_of_its_field() {
    let server = Server::empty().tool(whole).tool(nested).tool(single).prompt(turns);
    let text = server.build().expect_err("it must not start").to_string();
    for (function, argument, why) in [
        ("tool `whole`", "stars", "expected an integer from 1 to 5, got 9"),
        ("tool `nested`", "ratings[].stars", "expected an integer from 1 to 5, got 9"),
        ("tool `single`", "page", "expected an integer from 0 to 100, got 1000"),
        ("prompt `turns`", "page", "expected an integer from 0 to 100, got 101"),
    ] {
        let line = format!(
            "{function}: the default of `{argument}` would be refused if a client sent it: {why}; change the default or the rule"
        );
        let found = text.lines().find(|found| found.ends_with(&line));
        assert!(found.is_some_and(|found| found.starts_with("  tests/tests/arguments/defaults.rs:")), "{line}: {text}");
    }
    assert_eq!(text.lines().count(), 5, "{text}");
    // Where the function says that it checks by itself, nothing is refused.
    assert!(Server::empty().tool(lenient).build().is_ok());
}
