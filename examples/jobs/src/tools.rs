//! What clients call and read.

use crate::table::{Job, Jobs, State as Stands, Status};
use crate::work::Kind;
use lmcp::{Context, State, resource, tool};
use schemars::JsonSchema;
use serde::Serialize;
use std::time::Duration;

/// Start a job in the background. It goes on whatever happens to this call.
#[tool(title = "Start a job", read_only = false, destructive = false, idempotent = false, open_world = false)]
async fn start(
    ctx: &Context,
    State(jobs): State<Jobs>,
    /// What to do.
    job: Kind,
    /// How long a countdown takes.
    #[arg(default = 10)]
    seconds: u32,
    /// Whether to wait for its end, as `wait` does.
    #[arg(default)]
    wait: bool,
) -> Result<Status, String> {
    let job = jobs.start(job, seconds, ctx.server())?;
    if wait {
        follow(ctx, &job).await;
    }
    Ok(job.taken())
}

/// Wait for a job, and get its result. To cancel this call does not end the job.
#[tool(title = "Wait for a job", read_only, destructive = false, idempotent, open_world = false)]
async fn wait(
    ctx: &Context,
    State(jobs): State<Jobs>,
    /// The job's number.
    id: u32,
    /// How many seconds to wait at most; then it is told how far the job is.
    #[arg(default = 50)]
    at_most: u32,
) -> Result<Status, String> {
    let job = jobs.find(id)?;
    // Whoever waits for longer than its client does gets nothing: so there is an answer before that.
    let _in_time = tokio::time::timeout(Duration::from_secs(at_most.into()), follow(ctx, &job)).await;
    Ok(job.taken())
}

/// Reports how far the job is until it is over.
async fn follow(ctx: &Context, job: &Job) {
    let mut changes = job.watch();
    loop {
        let Status { state, done, total, .. } = changes.borrow_and_update().clone();
        if state.is_over() {
            return;
        }
        if let (Stands::Running, Some(total)) = (state, total) {
            ctx.progress(done).of(total).message(job.tail().lines().last().unwrap_or_default()).await;
        }
        if changes.changed().await.is_err() {
            return;
        }
    }
}

/// What is known of the jobs.
#[derive(Debug, Serialize, JsonSchema)]
struct Overview {
    jobs: Vec<Status>,
}

/// List the jobs that run, wait, or have ended.
#[tool(title = "Status of jobs", read_only, destructive = false, idempotent, open_world = false)]
fn status(
    State(jobs): State<Jobs>,
    /// The number of one job; all, if it is left out.
    id: Option<u32>,
) -> Result<Overview, String> {
    let jobs = match id {
        Some(id) => vec![jobs.find(id)?],
        None => jobs.all(),
    };
    // A result is got with `wait`: so it is known that somebody has it.
    Ok(Overview { jobs: jobs.iter().map(|job| job.status().without_result()).collect() })
}

/// Cancel a job. What it has done so far is lost.
#[tool(title = "Cancel a job", read_only = false, destructive, idempotent, open_world = false)]
async fn cancel(
    State(jobs): State<Jobs>,
    /// The job's number.
    id: u32,
) -> Result<Status, String> {
    let job = jobs.find(id)?;
    job.cancel();
    job.over().await;
    Ok(job.taken())
}

/// The last lines of a job's log.
#[resource("jobs://<id>/log", title = "Log of a job")]
fn log(#[arg(complete = ids)] id: u32, State(jobs): State<Jobs>) -> Option<String> {
    Some(jobs.find(id).ok()?.tail())
}

fn ids(typed: &str, State(jobs): State<Jobs>) -> Vec<String> {
    let ids = jobs.all().into_iter().map(|job| job.status().id.to_string());
    ids.filter(|id| id.starts_with(typed)).collect()
}
