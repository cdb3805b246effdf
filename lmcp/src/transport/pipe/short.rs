//! Short functions of one pipe, run by whoever reads, while somebody watches.

use super::Pipe;
use super::flights::By;
use crate::handler::Context;
use crate::jsonrpc::Id;
use crate::prepared::Prepared;
use crate::registry::takes::LONG;
use std::time::Instant;

impl Pipe {
    /// Whether whoever reads may run it: it is short, and if that is wrong for once, somebody sees it.
    pub(super) fn may_run(&self, prepared: &Prepared<'_>) -> bool {
        prepared.takes().is_short() && self.0.watch.may_begin()
    }

    /// Runs it right here, and sends its answer.
    pub(super) fn run_short(&self, id: &Id, prepared: Prepared<'_>, context: &Context) {
        let takes = prepared.takes().clone();
        let run = self.0.watch.begin();
        // To look at the clock takes as long as some functions do.
        let began = run.is_sample().then(Instant::now);
        let answer = prepared.run();
        context.mark_answered();
        // What a function returns at once may take its time to be written.
        let bytes = self.encoded(id, &answer, context.protocol_version());
        let by = if self.0.watch.end(run) { By::Reader } else { By::Another };
        match (began, by) {
            (_, By::Another) => takes.note(LONG),
            (Some(began), By::Reader) => takes.note(began.elapsed()),
            (None, By::Reader) => {}
        }
        self.land_bytes(id, context.cancellation(), bytes, by);
    }
}
