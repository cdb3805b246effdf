use lmcp::{State, tool};

pub struct Server {
    total: i64,
}

impl Server {
    #[tool]
    fn add(&self, amount: i64) -> i64 {
        //~^ error: a tool is a free function: it has no `self`
        //~^ token: &self
        //~^ help: move it out of the `impl`, and take the value as a parameter, as `State<T>`
        self.total + amount
    }

    #[tool]
    async fn consume(self: Box<Self>) -> i64 {
        //~^ error: a tool is a free function: it has no `self`
        //~^ token: self: Box<Self>
        self.total
    }

    #[tool]
    fn new(total: State<i64>) -> Self {
        //~^ error: a tool is a free function: it has no `Self`
        //~^ token: Self
        //~^ help: move it out of the `impl`
        Server { total: total.0 }
    }
}
