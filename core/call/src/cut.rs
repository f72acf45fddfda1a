//! Calls that were alive when the process died: they end as failed, and that is told.

use crate::callback;
use crate::effect::{Effect, Row};
use crate::parameters::Visit;
use crate::turn::Turn;
use model::{CallRow, CallStatus};

/// Ends a call of which only the row is left.
pub(crate) fn end(mut row: CallRow, turn: &mut Turn<'_>) {
    if row.status.is_final() {
        return;
    }
    row.status = CallStatus::Failed;
    row.end_time = Some(turn.now);
    row.duration_secs = Some(CallRow::duration_between(row.answer_time, turn.now));
    row.date_updated = turn.now;
    turn.save(Row::Call(Box::new(row.clone())));
    let mut visit = Visit::default();
    visit.locate(&row);
    callback::progress(&row, CallStatus::Failed, &visit, None, turn);
    turn.out.push(Effect::Gone(row.sid));
}
