//! What keeps a server from starting: everything at once, each with its place.

use lmcp::{Args, Server, State, prompt, resource, tool};

#[tool(name = "twin")]
fn first() {}
#[tool(name = "twin")]
fn second() {}
#[tool]
fn stateful(State(_): State<Vec<u16>>) {}
#[derive(serde::Deserialize, schemars::JsonSchema)]
struct NoObject(#[expect(dead_code)] u8);
#[tool]
fn no_object(Args(_): Args<NoObject>) {}
#[resource("clash://<a>/b")]
fn clash(a: String) -> String {
    a
}
#[resource("clash://c/<d>")]
fn clash_too(d: String) -> String {
    d
}
#[resource("same://uri")]
fn same() {}
#[resource("same://uri")]
fn same_too() {}
fn nine() -> u8 {
    9
}
#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Rated {
    #[schemars(range(max = 3))]
    #[serde(default = "nine")]
    stars: u8,
}
#[tool(name = "rated")]
fn rate(Args(rated): Args<Rated>) -> u8 {
    rated.stars
}
#[tool(name = "rated")]
fn rate_too() {}
fn plain() {}
type Alias = String;
#[resource("segments://<id>")]
fn segments(id: Alias, other: Alias) -> String {
    id + &other
}
type Pair = Whole;
#[tool]
fn patterned(Pair { a }: Pair) -> u8 {
    a
}
#[prompt]
fn whole_and_single(AllOf { 0: _ }: AllOf, single: Whole) -> String {
    format!("{}", single.a)
}
type AllOf = Args<Whole>;
#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Whole {
    a: u8,
}

fn problems(server: Server) -> Vec<String> {
    let error = server.build().expect_err("it must not start");
    assert!(error.is_setup());
    let text = error.to_string();
    let mut lines = text.lines().map(str::trim);
    let head = lines.next().unwrap_or_default().to_owned();
    let found: Vec<String> = lines.map(str::to_owned).collect();
    assert!(head.contains(&format!("{} mistake", found.len())), "{text}");
    for line in &found {
        assert!(line.starts_with("tests/tests/server/mistakes.rs:"), "no place: {line}");
    }
    let message = |line: String| line.split_once(": ").map(|(_, message)| message.to_owned()).unwrap_or_default();
    found.into_iter().map(message).collect()
}

#[test]
fn all_are_reported_at_once_with_their_places() {
    let found = problems(
        Server::empty()
            .state(1_u64)
            .tool(first)
            .tool(second)
            .tool(stateful)
            .tool(no_object)
            .resource(clash)
            .resource(clash_too)
            .resource(same)
            .resource(same_too)
            .tool(plain),
    );
    let has = |what: &str| assert!(found.iter().any(|line| line.contains(what)), "{what}\nin {found:#?}");
    has("tool `twin`: the tool at tests/tests/server/mistakes.rs:");
    has("tool `stateful` takes `State<Vec<u16>>`, but the server has no such state, only `u64`; add `.state(value)`");
    has("tool `no_object`: the schema of its `Args<T>` is of type \"integer\"; `T` must be a struct with named fields");
    has(
        "resource `clash_too`: some URI matches both `clash://c/<d>` and `clash://<a>/b` at tests/tests/server/mistakes.rs:",
    );
    has("resource `same://uri`: the resource at tests/tests/server/mistakes.rs:");
    assert!(found.iter().any(|line| line.contains("is no tool")), "{found:#?}");
    assert_eq!(found.len(), 6, "{found:#?}");
}

#[test]
fn roles_that_only_types_tell() {
    let found = problems(Server::empty().resource(segments).tool(patterned).prompt(whole_and_single));
    let has = |what: &str| assert!(found.iter().any(|line| line.contains(what)), "{what}\nin {found:#?}");
    has("resource `segments`: `other` is an argument, but its URI has no segment `<other>`");
    has("tool `patterned`: an argument is taken apart by a pattern; give it a name");
    has("prompt `whole_and_single`: `Args<T>` takes all arguments, so `single` cannot stand beside it");
    assert_eq!(found.len(), 3, "{found:#?}");
}

#[test]
fn forms_that_clients_cannot_show() {
    #[derive(serde::Deserialize, schemars::JsonSchema)]
    #[allow(dead_code, reason = "only its schema is looked at")]
    struct Nested {
        name: String,
        address: Vec<String>,
    }
    #[tool(elicits(bool, Nested))]
    fn asks() {}
    #[lmcp::prompt(elicits(Vec<u8>))]
    fn asks_too() -> &'static str {
        ""
    }
    let error = Server::empty().tool(asks).prompt(asks_too).build().expect_err("it must not start");
    let text = error.to_string();
    assert!(
        text.contains(
            "tool `asks`: the form of `Nested`: `address` is a list of something else than choices; forms hold \
             texts, numbers, booleans and choices"
        ),
        "{text}"
    );
    assert!(text.contains("prompt `asks_too`: the form of `Vec<u8>`: it is a list"), "{text}");
    assert!(error.is_setup());
}

#[test]
fn a_secret_that_is_none() {
    let [found] = &problems(Server::empty().secret("short"))[..] else { panic!("one mistake") };
    assert!(found.starts_with("the secret has 5 bytes; give it at least 16"), "{found}");
}

#[test]
fn two_states_of_one_type() {
    let [found] = &problems(Server::empty().state(1_u8).state(2_u8))[..] else { panic!("one mistake") };
    assert!(found.starts_with("two states of type `u8`"), "{found}");
}

#[test]
fn what_cannot_be_made_ready_is_there_to_be_disabled() {
    let found = problems(Server::empty().tool(no_object).tool(patterned).disable("no_object").disable("patterned"));
    assert_eq!(found.len(), 2, "{found:#?}");
}

#[test]
fn what_is_added_later_has_a_place_too() {
    let server = Server::empty().build().expect("it starts");
    let (line, error) = (line!(), server.handle().add_tool(plain).expect_err("it is no tool").to_string());
    assert!(error.contains(&format!("tests/tests/server/mistakes.rs:{line}: ")), "{error}");
}

#[tokio::test]
async fn a_macro_of_tests_has_places_too() {
    let (line, client) = (line!(), async { lmcp::testing::client!(endpoint = "mcp").await });
    let panic = tokio::spawn(client).await.expect_err("it must not start").into_panic();
    let said = panic.downcast::<String>().expect("a text");
    assert!(said.contains(&format!("  tests/tests/server/mistakes.rs:{line}: the endpoint \"mcp\"")), "{said}");
}

#[test]
fn what_has_a_mistake_of_its_own_has_its_name_all_the_same() {
    let found = problems(Server::empty().tool(rate).tool(rate_too));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().any(|why| why.contains("the default of `stars` would be refused")), "{found:?}");
    assert!(found.iter().any(|why| why.contains("has this name too; give one of them another")), "{found:?}");
}
