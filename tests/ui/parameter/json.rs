use lmcp::{Json, tool};

#[derive(serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
struct Order {
    product: String,
}

#[tool]
fn order(Json(order): Json<Order>) -> String {
    //~^ error: `Json<Order>` cannot be a parameter of a tool, a resource or a prompt
    //~^ help: `Json<T>` is for results: take `T`, or `Args<T>` for all arguments at once
    //~^ error: `Json<Order>` cannot be a parameter of a tool, a resource or a prompt
    order.product
}
