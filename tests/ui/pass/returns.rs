//! Every return type that the documentation names.

#![deny(warnings)]

use lmcp::{
    Audio, Content, Embedded, Image, IntoToolResult, Json, Message, PromptResult, ResourceContents, ResourceLink, Text,
    ToolResult, prompt, resource, tool,
};
use std::borrow::Cow;
use std::sync::Arc;

#[derive(Debug, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Forecast {
    celsius: f64,
}
#[derive(serde::Serialize)]
pub struct OnlySerialize(u8);
#[derive(Debug)]
pub struct Failure;
impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("failure")
    }
}
impl std::error::Error for Failure {}
pub struct Html(String);
impl IntoToolResult for Html {
    fn into_tool_result(self) -> lmcp::Result<ToolResult> {
        Ok(ToolResult::text(self.0))
    }
}
type Alias = anyhow::Result<Forecast>;
type Txt = String;

macro_rules! tools {
    ($($name:ident: $ty:ty,)*) => { $( #[tool] fn $name() -> $ty { unreachable!() } )* };
}
tools! {
    unit: (), string: String, text: &'static str, cow: Cow<'static, str>, boxed: Box<str>, arc: Arc<str>,
    integer: i64, wide: u128, float: f32, boolean: bool, character: char, alias: Alias, alias_text: Txt,
    structured: Forecast, list: Vec<Forecast>, strings: Vec<String>, tuple: (u8, String), value: serde_json::Value,
    map: std::collections::HashMap<String, u8>, image: Image, audio: Audio, link: ResourceLink, embedded: Embedded,
    content: Content, contents: Vec<Content>, content_array: [Content; 2], full: ToolResult, json: Json<u8>,
    json_own: Json<Vec<Forecast>>,
    as_text: Text<u8>, html: Html, option: Option<Forecast>, option_unit: Option<()>, option_text: Option<String>,
    result_option: Result<Option<Forecast>, Failure>, anyhow: anyhow::Result<Vec<Content>>,
    std_error: Result<Forecast, Failure>, io: std::io::Result<()>, string_error: Result<String, String>,
    str_error: Result<u8, &'static str>, own: lmcp::Result<ToolResult>, own_error: Result<(), lmcp::Error>,
    box_error: Result<Image, Box<dyn std::error::Error + Send + Sync>>,
    local_box_error: Result<bool, Box<dyn std::error::Error>>,
    fmt: std::fmt::Result, image_text: (Image, String), text_image: (String, Image), str_audio: (&'static str, Audio),
    content_str: (Content, &'static str), images: (Image, Image), text_images: anyhow::Result<(String, Vec<Image>)>,
    images_text: Option<(Vec<Image>, String)>, link_content: (ResourceLink, Content), texts: (String, String),
    lists: Vec<Option<(u8, [Forecast; 2])>>,
}

#[tool]
async fn async_local_box() -> Result<u8, Box<dyn std::error::Error>> {
    Err("no".into())
}

macro_rules! resources {
    ($($uri:literal $name:ident: $ty:ty,)*) => { $( #[resource($uri)] fn $name() -> $ty { unreachable!() } )* };
}
resources! {
    "a://1" r_string: String, "a://2" r_str: &'static str, "a://3" r_bytes: Vec<u8>, "a://4" r_json: Forecast,
    "a://5" r_only: OnlySerialize, "a://6" r_option: Option<OnlySerialize>, "a://7" r_contents: ResourceContents,
    "a://8" r_several: Vec<ResourceContents>, "a://9" r_result: Result<Option<Vec<u8>>, Failure>,
    "a://10" r_io: std::io::Result<Vec<u8>>, "a://11" r_value: serde_json::Value, "a://12" r_static: &'static [u8],
    "a://13" r_array: &'static [u8; 2], "a://14" r_anyhow: anyhow::Result<Json<u8>>, "a://15" r_text: Text<u8>,
    "a://16" r_unit: (), "a://19" r_json_own: Json<Vec<OnlySerialize>>, "a://17" r_list: Vec<Forecast>, "a://18" r_cow: Cow<'static, str>,
}

macro_rules! prompts {
    ($($name:ident: $ty:ty,)*) => { $( #[prompt] fn $name() -> $ty { unreachable!() } )* };
}
prompts! {
    p_string: String, p_str: &'static str, p_message: Message, p_messages: Vec<Message>, p_array: [Message; 2],
    p_full: PromptResult, p_image: Image, p_result: anyhow::Result<Vec<Message>>, p_option: Option<String>,
    p_own: lmcp::Result<PromptResult>, p_link: ResourceLink, p_error: Result<Message, Failure>,
}
