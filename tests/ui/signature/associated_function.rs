use lmcp::{prompt, resource, tool};

pub struct Server;

// The compiler leaves out what an attribute generates, says so at the attribute, and nothing else.
impl Server {
    #[tool]
    //~^ error: struct is not supported in `trait`s or `impl`s
    //~^ token: #[tool]
    //~^ help: this error originates in the macro `::lmcp::__private::move_the_function_out_of_the_impl`
    fn add(a: i64, b: i64) -> i64 {
        a + b
    }

    #[resource("notes://<id>")]
    //~^ error: struct is not supported in `trait`s or `impl`s
    //~^ help: move_the_function_out_of_the_impl
    async fn note(id: String) -> String {
        id
    }

    #[prompt]
    //~^ error: struct is not supported in `trait`s or `impl`s
    //~^ help: move_the_function_out_of_the_impl
    fn greet(name: String) -> String {
        name
    }
}
