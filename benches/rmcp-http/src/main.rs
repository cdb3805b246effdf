//! rmcp's Streamable HTTP. `rmcp-http ADDRESS (modern | legacy) TOOLS`

fn main() {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().expect("an address");
    let sessions = arguments.next().is_some_and(|era| era == "legacy");
    let tools = arguments.next().map_or(1, |text| text.parse().expect("a number"));
    let service = rmcp_http::service(sessions, tools);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await.expect("the address is free");
        loop {
            let (stream, _) = listener.accept().await.expect("a connection");
            // Without it an event stream takes 40 ms a message.
            stream.set_nodelay(true).expect("TCP_NODELAY");
            let service = hyper_util::service::TowerToHyperService::new(service.clone());
            tokio::spawn(async move {
                // A client that is gone is no error here.
                let _gone = hyper::server::conn::http1::Builder::new()
                    .serve_connection(hyper_util::rt::TokioIo::new(stream), service)
                    .await;
            });
        }
    })
}
