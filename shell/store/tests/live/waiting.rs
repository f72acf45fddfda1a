//! A call that waits for its turn.

use model::*;

/// What this call is to be, once its turn has come.
pub fn waiting(place: u64, row: &CallRow) -> WaitingCall {
    let call = NewCall {
        account: row.account,
        number: row.number,
        application: None,
        to: row.to.clone(),
        from: row.from.clone(),
        caller_id: None,
        source: model::new_call::Source::Twiml("<Response/>".into()),
        fallback: None,
        status_callback: row.status_callback.clone(),
        send_digits: None,
        ring_secs: 60,
        time_limit_secs: 14_400,
        record: None,
        credentials: Some(model::signal::Credentials {
            username: "bob".into(),
            password: "tell-none".into(),
        }),
        reason: None,
        detection: None,
        delay_secs: 0,
    };
    WaitingCall {
        place,
        sid: row.sid,
        call,
    }
}
