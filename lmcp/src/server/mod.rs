//! stub
#[derive(Clone)] pub struct ServerHandle;
