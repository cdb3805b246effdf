//! The server that rmcp is measured with, at its best: one value that all requests share, plain JSON where it offers that
//! (2026-07-28), sessions and event streams where it recommends those (before).

use rmcp::handler::server::router::tool::{ToolRoute, ToolRouter};
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{Implementation, ServerCapabilities, ServerConfig, SubscriptionFilter};
use rmcp::service::SubscriptionContext;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ErrorData, ServerHandler, tool, tool_handler, tool_router};
use std::sync::Arc;

#[derive(serde::Deserialize, schemars::JsonSchema)]
pub struct Echo {
    text: String,
}

pub struct Server {
    tool_router: ToolRouter<Self>,
}

#[tool_router]
impl Server {
    /// Gives back what it is given.
    #[tool]
    fn echo(&self, Parameters(Echo { text }): Parameters<Echo>) -> String {
        text
    }
}

#[tool_handler(router = self.tool_router)]
impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().enable_tool_list_changed().build())
            .with_server_info(Implementation::new("bench", "1"))
    }
    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(requested.supported_by(&self.get_info().capabilities))
    }
    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        context.cancelled().await;
        Ok(())
    }
}

impl Server {
    pub fn with_tools(most: usize) -> Self {
        let mut tool_router = Self::tool_router();
        for n in 1..most {
            let mut tool = Self::echo_tool_attr();
            tool.name = format!("echo_{n:04}").into();
            tool.description = Some(format!("Gives back what it is given, number {n}.").into());
            tool_router.add_route(ToolRoute::new(tool, Self::echo));
        }
        Server { tool_router }
    }
}

pub type Service = StreamableHttpService<Arc<Server>, LocalSessionManager>;

pub fn service(sessions: bool, tools: usize) -> Service {
    let server = Arc::new(Server::with_tools(tools));
    let config = StreamableHttpServerConfig::default().with_legacy_session_mode(sessions).with_json_response(!sessions);
    StreamableHttpService::new(move || Ok(server.clone()), Default::default(), config)
}
