//! `POST /Calls/{sid}.json`: change a live call. One that has ended is answered from its row.

use super::call_create::{fallback, source, time_limit};
use super::calls;
use crate::fault::Fault;
use crate::form::Form;
use crate::{Ask, Reply, Rest, check};
use call::Command;
use call::command::{EndAs, Update};
use model::callback::CallEvents;
use model::{CallRow, ErrorCode, StatusCallback};

/// `POST /Calls/{sid}.json`.
pub async fn update(rest: &Rest, ask: &Ask) -> Reply {
    let row = calls::row(rest, ask).await?;
    let call = row.sid;
    let update = read(&ask.form)?;
    if row.status.is_final() {
        return ended(ask, &row, &update);
    }
    let account = ask.account.sid;
    let command = |ask| Command::Update {
        ask,
        account,
        call,
        update: update.clone(),
    };
    let answer = rest.parts().desk.ask(command).await;
    match answer.ok_or_else(|| Fault::of(ErrorCode::UNAVAILABLE))? {
        Ok(row) => ask.found("Call", &calls::show(&row)),
        // It ended between our reading and call control's.
        Err(refusal) if refusal.code == ErrorCode::NOT_FOUND => {
            ended(ask, &calls::row(rest, ask).await?, &update)
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// An ended call can't be redirected; that it should end is already so.
fn ended(ask: &Ask, row: &CallRow, update: &Update) -> Reply {
    if update.source.is_some() {
        return Err(Fault::of(ErrorCode::CALL_STATE));
    }
    ask.found("Call", &calls::show(row))
}

fn read(form: &Form) -> Result<Update, Fault> {
    let status = check::word(form, "Status", |text| match text {
        "completed" => Some(EndAs::Completed),
        "canceled" => Some(EndAs::Canceled),
        _ => None,
    })?;
    let method = check::method(form, "StatusCallbackMethod", ErrorCode::METHOD_INVALID)?;
    let callback = check::url(form, "StatusCallback", ErrorCode::URL_INVALID)?;
    Ok(Update {
        source: source(form)?,
        fallback: fallback(form)?,
        status_callback: callback.map(|url| StatusCallback {
            url,
            method,
            events: CallEvents::COMPLETED,
        }),
        status,
        time_limit_secs: time_limit(form)?,
    })
}
