use lmcp::tool;
use std::rc::Rc;

#[tool]
async fn wait(number: u8) -> u8 {
    //~^ error: future cannot be sent between threads safely
    //~^ token: wait
    //~^ help: has type `Rc<u8>` which is not `Send`
    let shared = Rc::new(number);
    std::future::ready(()).await;
    *shared
}
