//! What a `#[prompt]` function may return.

use super::call::Rejection;
use super::returns::{Output, Probe};
use crate::Result;
use crate::protocol::{Audio, Content, Embedded, Image, Message, PromptResult, ResourceLink, TextContent};
use std::borrow::Cow;
use std::sync::Arc;

/// What a `#[prompt]` function may return, inside `Result` too.
///
/// A string or a content block is one message by the user.
///
/// ```
/// use lmcp::{IntoPromptResult, Message, PromptResult, prompt};
///
/// struct Dialogue(Vec<&'static str>);
///
/// impl IntoPromptResult for Dialogue {
///     fn into_prompt_result(self) -> lmcp::Result<PromptResult> {
///         let turn = |(n, text): (usize, &str)| if n % 2 == 0 { Message::user(text) } else { Message::assistant(text) };
///         Ok(PromptResult::new(self.0.into_iter().enumerate().map(turn)))
///     }
/// }
///
/// /// Begins a dialogue.
/// #[prompt]
/// fn begin() -> Dialogue {
///     Dialogue(vec!["Hello?", "Hello! What is it?"])
/// }
/// # assert_eq!(begin().into_prompt_result().unwrap().messages.len(), 2);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned from a prompt",
    label = "not a prompt's messages",
    note = "return `String`, `Message`, `Vec<Message>`, `PromptResult`, or a `Result` of these"
)]
pub trait IntoPromptResult: Sized {
    /// The messages.
    ///
    /// # Errors
    ///
    /// The error becomes the prompt's outcome, as if the function had returned it.
    fn into_prompt_result(self) -> Result<PromptResult>;
}

macro_rules! prompt {
    ($([$($generics:tt)*] $t:ty => |$value:ident| $result:expr),* $(,)?) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> IntoPromptResult for $t {
            fn into_prompt_result(self) -> Result<PromptResult> { let $value = self; Ok($result) }
        }
    )* };
}
prompt!(
    [] PromptResult => |result| result,
    [] Message => |message| PromptResult::new([message]),
    [] Vec<Message> => |messages| PromptResult::new(messages),
    [const N: usize] [Message; N] => |messages| PromptResult::new(messages),
    [] String => |text| PromptResult::new([Message::user(text)]),
    [] &'static str => |text| PromptResult::new([Message::user(text)]),
    [] Cow<'static, str> => |text| PromptResult::new([Message::user(text.into_owned())]),
    [] Box<str> => |text| PromptResult::new([Message::user(String::from(text))]),
    [] Arc<str> => |text| PromptResult::new([Message::user(&*text)]),
    [] Content => |block| PromptResult::new([Message::user(block)]),
    [] TextContent => |block| PromptResult::new([Message::user(block)]),
    [] Image => |block| PromptResult::new([Message::user(block)]),
    [] Audio => |block| PromptResult::new([Message::user(block)]),
    [] Embedded => |block| PromptResult::new([Message::user(block)]),
    [] ResourceLink => |block| PromptResult::new([Message::user(block)]),
);

/// How this type becomes messages. The only place where a prompt's return type is bounded.
pub fn prompt_output<T: IntoPromptResult>(_: &Probe<T>) -> Output<T, PromptResult> {
    Output { schema: |_| None, has_schema: false, mime: None, into: T::into_prompt_result }
}

impl<T> Output<T, PromptResult> {
    /// The outcome of a prompt that gave `value`: `None` has no messages.
    ///
    /// # Errors
    ///
    /// What the conversion says.
    pub fn finish(&self, value: Option<T>) -> Result<PromptResult, Rejection> {
        match value {
            Some(value) => (self.into)(value).map_err(Rejection::Error),
            None => Ok(PromptResult::default()),
        }
    }
}
