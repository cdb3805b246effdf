use lmcp::tool;

#[tool(tags = ["billing", "invoices"])]
//~^ error: several texts of `tags` stand in parentheses
//~^ token: ["billing", "invoices"]
//~^ help: write `tags("...", "...")`
fn bill() {}

#[tool(scopes = &["a:b"])]
//~^ error: several texts of `scopes` stand in parentheses
fn read() {}
