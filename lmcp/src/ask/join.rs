//! [`Context::ask`]: several questions in one round.

use super::elicit::{Elicit, ElicitUrl, UrlVisit};
use super::roots::{ListRoots, Roots};
use super::sample::{Sample, Sampled};
use super::unanswered::Unanswered;
use crate::Context;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context as Task, Poll};

/// Questions that [`Context::ask`] takes: a tuple of up to six, an array or a `Vec`.
///
/// ```
/// use lmcp::{Context, Server, Unanswered, testing::Client, tool};
/// use serde_json::json;
///
/// /// Plans a trip.
/// #[tool]
/// async fn plan(ctx: &Context) -> Result<String, Unanswered> {
///     let city = ctx.elicit::<String>("Where to?");
///     let days = ctx.elicit::<u8>("For how many days?");
///     let (city, days) = ctx.ask((city, days)).await?; // both go out at once
///     Ok(format!("{days} days in {city}"))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> lmcp::Result<()> {
/// let client = Client::connect(Server::empty().tool(plan)).await?;
/// client.answer("Where to?", "Rome");
/// client.answer("For how many days?", 3);
/// assert_eq!(client.call("plan", json!({})).await.text(), "3 days in Rome");
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be asked",
    label = "no questions",
    note = "write `ctx.ask((ctx.elicit::<String>(\"…\"), ctx.roots()))`: a tuple of up to six questions, an array or a `Vec`, without `.await`"
)]
pub trait Questions: sealed::Sealed {
    /// The answers, in the same order.
    type Answers;
    #[doc(hidden)]
    fn all(self) -> impl Future<Output = Result<Self::Answers, Unanswered>> + Send;
}

mod sealed {
    use super::Unanswered;

    pub trait Sealed {}

    /// One question, which is a future of its answer.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is no question",
        label = "no question",
        note = "questions are made by `ctx.elicit`, `elicit_url`, `sample` and `roots`; leave `.await` out: `ask` waits for them all"
    )]
    pub trait Question: Future<Output = Result<Self::Answer, Unanswered>> + Unpin + Send {
        type Answer: Send;
    }
}
use sealed::Question;

impl<'a, T: Send + 'a> Question for Elicit<'a, T> {
    type Answer = T;
}
impl<'a> Question for ElicitUrl<'a> {
    type Answer = UrlVisit<'a>;
}
impl Question for Sample<'_> {
    type Answer = Sampled;
}
impl Question for ListRoots<'_> {
    type Answer = Roots;
}

/// A question and, once it is there, its answer.
struct Slot<Q: Question>(Q, Option<Q::Answer>);

impl<Q: Question> Slot<Q> {
    /// Whether it is answered; the error if it never will be.
    fn poll(&mut self, task: &mut Task<'_>) -> Result<bool, Unanswered> {
        if self.1.is_none()
            && let Poll::Ready(answer) = Pin::new(&mut self.0).poll(task)
        {
            self.1 = Some(answer?);
        }
        Ok(self.1.is_some())
    }
}

macro_rules! tuples {
    ($($($name:ident $slot:ident),+;)+) => { $(
        impl<$($name),+> sealed::Sealed for ($($name,)+) {}
        impl<$($name: Question),+> Questions for ($($name,)+) {
            type Answers = ($($name::Answer,)+);
            async fn all(self) -> Result<Self::Answers, Unanswered> {
                let ($($slot,)+) = self;
                $(let mut $slot = Slot($slot, None);)+
                poll_fn(|task| {
                    // Each is asked, also behind one that has no answer yet.
                    let done = [$($slot.poll(task)),+];
                    let mut all = true;
                    for done in done {
                        match done {
                            Ok(done) => all &= done,
                            Err(e) => return Poll::Ready(Err(e)),
                        }
                    }
                    if all { Poll::Ready(Ok(())) } else { Poll::Pending }
                })
                .await?;
                match ($($slot.1,)+) {
                    ($(Some($slot),)+) => Ok(($($slot,)+)),
                    _ => Err(Unanswered::Ended),
                }
            }
        }
    )+ };
}
tuples! {
    A a;
    A a, B b;
    A a, B b, C c;
    A a, B b, C c, D d;
    A a, B b, C c, D d, E e;
    A a, B b, C c, D d, E e, F f;
}

impl<Q> sealed::Sealed for Vec<Q> {}
impl<Q: Question> Questions for Vec<Q>
where
    Q::Answer: Unpin,
{
    type Answers = Vec<Q::Answer>;
    async fn all(self) -> Result<Vec<Q::Answer>, Unanswered> {
        let mut slots: Vec<_> = self.into_iter().map(|question| Slot(question, None)).collect();
        poll_fn(|task| {
            let done: Vec<_> = slots.iter_mut().map(|slot| slot.poll(task)).collect();
            match done.into_iter().collect::<Result<Vec<_>, _>>() {
                Ok(done) if done.iter().all(|done| *done) => Poll::Ready(Ok(())),
                Ok(_) => Poll::Pending,
                Err(e) => Poll::Ready(Err(e)),
            }
        })
        .await?;
        Ok(slots.into_iter().filter_map(|slot| slot.1).collect())
    }
}

impl<Q, const N: usize> sealed::Sealed for [Q; N] {}
impl<Q: Question, const N: usize> Questions for [Q; N]
where
    Q::Answer: Unpin,
{
    type Answers = [Q::Answer; N];
    async fn all(self) -> Result<[Q::Answer; N], Unanswered> {
        let answers = Vec::from(self).all().await?;
        answers.try_into().map_err(|_| Unanswered::Ended)
    }
}

impl Context {
    /// Asks several questions at once, so that the user sees them together: in 2026-07-28 they are one round.
    ///
    /// ```
    /// use lmcp::{Context, Unanswered, tool};
    ///
    /// /// Greets the user in the style of their choice.
    /// #[tool]
    /// async fn greet(ctx: &Context) -> Result<String, Unanswered> {
    ///     let name = ctx.elicit::<String>("What is your name?");
    ///     let style = ctx.sample("Name one style of greeting, in one word.");
    ///     let (name, style) = ctx.ask((name, style)).await?;
    ///     Ok(format!("{name} is greeted in the style {:?}", style.text()))
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// The first question that has no answer; the others are taken back. To go on with the answers there are, join the
    /// questions yourself: each of them is a future.
    pub async fn ask<Q: Questions>(&self, questions: Q) -> Result<Q::Answers, Unanswered> {
        questions.all().await
    }
}
