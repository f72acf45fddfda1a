//! `/OutgoingCallerIds`: numbers of others that an account may show.
//!
//! A number gets here by a call that asks for consent, and by nothing else.

use crate::fault::Fault;
use crate::page::Paging;
use crate::resource::Resource;
use crate::{Ask, Reply, Rest, address, check, path};
use call::Command;
use call::command::{NewCall, Source};
use model::address::e164;
use model::new_call::Verification;
use model::{Address, ErrorCode, NumberSid, OutgoingCallerId, limit};
use store::{CallerIdFilter, Key, Write};

const FILTERS: [&str; 2] = ["PhoneNumber", "FriendlyName"];

/// Who calls when an account without a number asks for consent: what telephones show for a caller
/// who withholds theirs, "anonymous" on the keypad.
const ANONYMOUS: &str = "+266696687";

pub const ROUTES: &[Resource] = &[
    Resource::list("/Accounts/AC/OutgoingCallerIds")
        .get(|rest, ask| Box::pin(list(rest, ask)))
        .post(|rest, ask| Box::pin(validate(rest, ask))),
    Resource::one("/Accounts/AC/OutgoingCallerIds/PN")
        .get(|rest, ask| Box::pin(fetch(rest, ask)))
        .post(|rest, ask| Box::pin(update(rest, ask)))
        .delete(|rest, ask| Box::pin(delete(rest, ask))),
];

/// `POST /OutgoingCallerIds`: rings the number and asks for the code in the answer.
async fn validate(rest: &Rest, ask: &Ask) -> Reply {
    let call = request(rest, ask)?;
    let Source::Verification(verification) = call.source.clone() else {
        return Err(Fault::of(ErrorCode::INTERNAL));
    };
    let owner = &ask.account;
    let answer = rest
        .parts()
        .desk
        .ask(|ask| Command::Create {
            ask,
            call: Box::new(call),
            calls_per_second: owner.calls_per_second,
        })
        .await;
    let row = answer.ok_or_else(|| Fault::of(ErrorCode::UNAVAILABLE))??;
    let caller_id = verification.caller_id;
    let shown = api::ValidationRequest {
        account_sid: caller_id.account.to_string(),
        call_sid: row.sid.to_string(),
        friendly_name: caller_id.friendly_name,
        phone_number: caller_id.phone_number,
        validation_code: verification.code,
    };
    // Nothing has been made yet but a call: the contract answers 200.
    ask.found("ValidationRequest", &shown)
}

fn request(rest: &Rest, ask: &Ask) -> Result<NewCall, Fault> {
    let (form, account, now) = (&ask.form, ask.account.sid, rest.now());
    let number = form.given("PhoneNumber").and_then(|text| e164(text.trim()));
    let number = number.ok_or_else(|| Fault::of(ErrorCode::CALLER_ID_NUMBER))?;
    let directory = &rest.parts().directory;
    if directory
        .number(&number)
        .is_some_and(|row| row.account == account)
    {
        return Err(Fault::of(ErrorCode::CALLER_ID_OWNED));
    }
    if directory.caller_id(account, &number).is_some() {
        return Err(Fault::of(ErrorCode::CALLER_ID_VERIFIED));
    }
    let callback = check::url(form, "StatusCallback", ErrorCode::CALLER_ID_CALLBACK)?;
    let method = check::method(form, "StatusCallbackMethod", ErrorCode::NUMBER_METHOD)?;
    let mut ours = directory.numbers().into_iter();
    let from = ours.find(|row| row.account == account);
    let (owned, from) = from.map_or((None, ANONYMOUS.to_owned()), |row| {
        (Some(row.sid), row.phone_number)
    });
    let friendly_name = match name(ask)? {
        Some(name) => name,
        None => address::formatted(&Address::Number(number.clone())),
    };
    let caller_id = OutgoingCallerId {
        sid: rest.draw(NumberSid::draw),
        account,
        phone_number: number.clone(),
        friendly_name,
        date_created: now,
        date_updated: now,
    };
    let verification = Verification {
        caller_id,
        code: code(rest),
        callback: callback.map(|url| (url, method)),
    };
    Ok(NewCall {
        account,
        number: owned,
        application: None,
        to: Address::Number(number),
        from: Address::Number(from),
        caller_id: None,
        source: Source::Verification(Box::new(verification)),
        fallback: None,
        status_callback: None,
        send_digits: check::keys(form, "Extension")?,
        ring_secs: limit::RING_SECS_DEFAULT,
        time_limit_secs: limit::CALL_SECS_DEFAULT,
        record: None,
        credentials: None,
        reason: None,
        detection: None,
        delay_secs: delay(ask)?,
    })
}

fn delay(ask: &Ask) -> Result<u32, Fault> {
    let Some(text) = ask.form.given("CallDelay").map(str::trim) else {
        return Ok(0);
    };
    let secs = text.parse().ok();
    secs.filter(|secs| *secs <= limit::VERIFICATION_DELAY_SECS_MAX)
        .ok_or_else(|| Fault::of(ErrorCode::CALL_DELAY))
}

fn code(rest: &Rest) -> String {
    let digits = limit::VERIFICATION_CODE_DIGITS;
    let drawn = rest.draw(|chance| chance.next_u128()) % 10_u128.pow(digits as u32);
    format!("{drawn:0digits$}")
}

/// `GET /OutgoingCallerIds`.
async fn list(rest: &Rest, ask: &Ask) -> Reply {
    let paging = Paging::read(ask, NumberSid::PREFIX, &FILTERS)?;
    let filter = CallerIdFilter {
        phone_number: ask.query.given("PhoneNumber").map(str::to_owned),
        friendly_name: ask.query.given("FriendlyName").map(str::to_owned),
    };
    let (account, page) = (ask.account.sid, paging.ask());
    let found = rest
        .read(move |store| store.caller_ids(account, &filter, &page))
        .await?;
    let place = |row: &OutgoingCallerId| {
        Some(Key {
            date: row.date_created,
            sid: row.sid.0,
        })
    };
    let names = ("outgoing_caller_ids", "OutgoingCallerId");
    ask.page(&paging.envelope(names, &found, place, show))
}

/// `GET /OutgoingCallerIds/{sid}`.
async fn fetch(rest: &Rest, ask: &Ask) -> Reply {
    ask.found("OutgoingCallerId", &show(&row(rest, ask)?))
}

/// `POST /OutgoingCallerIds/{sid}`: another name.
async fn update(rest: &Rest, ask: &Ask) -> Reply {
    let mut row = row(rest, ask)?;
    if let Some(name) = name(ask)? {
        row.friendly_name = name;
    }
    row.date_updated = rest.now();
    rest.write(vec![Write::CallerId(Box::new(row.clone()))])
        .await?;
    ask.found("OutgoingCallerId", &show(&row))
}

/// `DELETE /OutgoingCallerIds/{sid}`: the number can no longer be shown.
async fn delete(rest: &Rest, ask: &Ask) -> Reply {
    let sid = row(rest, ask)?.sid;
    rest.write(vec![Write::DeleteCallerId(sid)]).await?;
    ask.gone()
}

fn row(rest: &Rest, ask: &Ask) -> Result<OutgoingCallerId, Fault> {
    let (account, sid) = (ask.account.sid, ask.path.sid()?);
    let found = rest.find(|store| store.caller_id(account, sid))?;
    found.ok_or_else(|| Fault::not_found(ask.path.whole()))
}

fn name(ask: &Ask) -> Result<Option<String>, Fault> {
    let name = ask.form.given("FriendlyName");
    if name.is_some_and(|name| name.chars().count() > limit::FRIENDLY_NAME_CHARS_MAX) {
        return Err(Fault::parameter(
            "FriendlyName must be 64 characters or less",
        ));
    }
    Ok(name.map(str::to_owned))
}

fn show(row: &OutgoingCallerId) -> api::OutgoingCallerId {
    api::OutgoingCallerId {
        sid: row.sid.to_string(),
        date_created: row.date_created.rfc2822(),
        date_updated: row.date_updated.rfc2822(),
        friendly_name: row.friendly_name.clone(),
        account_sid: row.account.to_string(),
        phone_number: row.phone_number.clone(),
        uri: format!(
            "{}/OutgoingCallerIds/{}.json",
            path::account(row.account),
            row.sid
        ),
    }
}
