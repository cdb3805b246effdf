//! What a server offers, page by page.

use super::{Client, items};
use serde_json::{Value, json};
use std::panic::Location;

impl Client {
    /// All tools, page by page.
    ///
    /// # Panics
    ///
    /// When the server refuses to list them.
    #[track_caller]
    pub fn tools(&self) -> impl Future<Output = Vec<Value>> {
        self.list("tools/list", "tools")
    }

    /// All fixed resources.
    ///
    /// # Panics
    ///
    /// When the server refuses to list them.
    #[track_caller]
    pub fn resources(&self) -> impl Future<Output = Vec<Value>> {
        self.list("resources/list", "resources")
    }

    /// All resource templates.
    ///
    /// # Panics
    ///
    /// When the server refuses to list them.
    #[track_caller]
    pub fn resource_templates(&self) -> impl Future<Output = Vec<Value>> {
        self.list("resources/templates/list", "resourceTemplates")
    }

    /// All prompts.
    ///
    /// # Panics
    ///
    /// When the server refuses to list them.
    #[track_caller]
    pub fn prompts(&self) -> impl Future<Output = Vec<Value>> {
        self.list("prompts/list", "prompts")
    }

    #[track_caller]
    fn list(&self, method: &'static str, key: &'static str) -> impl Future<Output = Vec<Value>> {
        let caller = Location::caller();
        async move {
            let mut all = Vec::new();
            let mut params = json!({});
            loop {
                let page = match self.asked(method, params, caller).await {
                    Ok(page) => page,
                    Err(error) => self.fail_at(caller, &format!("{method} was refused: {error}")),
                };
                all.extend(items(&page, key));
                match page.get("nextCursor") {
                    Some(cursor) => params = json!({ "cursor": cursor }),
                    None => return all,
                }
            }
        }
    }
}
