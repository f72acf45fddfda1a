//! What test credentials get: everything is checked, a few numbers stand for what can go wrong,
//! and nothing happens. No call is placed, no number bought, no row kept, nobody called back.

use super::{call_create, calls, incoming_phone_numbers};
use crate::fault::Fault;
use crate::{Ask, Reply, Rest};
use model::address::e164;
use model::new_call::NewCall;
use model::{CallRow, CallSid, Direction, ErrorCode};

/// The number that test credentials own, and can buy.
const GOOD: &str = "+15005550006";

/// `POST /Calls`: a call that stays queued for ever, and is found nowhere.
pub async fn call(rest: &Rest, ask: &Ask) -> Reply {
    let call = call_create::read(rest, ask, &mut Vec::new())?;
    match call.from.to_string().as_str() {
        GOOD => {}
        "+15005550001" => return Err(Fault::of(ErrorCode::FROM_INVALID)),
        _ => return Err(Fault::of(ErrorCode::FROM_UNVERIFIED)),
    }
    let fault = match call.to.to_string().as_str() {
        "+15005550001" => ErrorCode::TO_NOT_A_NUMBER,
        "+15005550002" => ErrorCode::TO_UNREACHABLE,
        "+15005550003" => ErrorCode::TO_NOT_PERMITTED,
        "+15005550004" => ErrorCode::TO_BLOCKED,
        _ => return ask.created("Call", &calls::show(&row(rest, ask, call))),
    };
    Err(Fault::of(fault))
}

fn row(rest: &Rest, ask: &Ask, call: NewCall) -> CallRow {
    let now = rest.now();
    // The one that was asked for: clients compare it with what they sent.
    let account = ask.path.account().unwrap_or(ask.account.sid);
    CallRow {
        to: call.to,
        from: call.from,
        status_callback: call.status_callback,
        ..CallRow::new(
            rest.draw(CallSid::draw),
            account,
            Direction::OutboundApi,
            now,
        )
    }
}

/// `POST /IncomingPhoneNumbers`. Numbers and area codes beside the ones that stand for something
/// get the answer a client must be ready for anyway: not a number, nothing found.
pub async fn number(rest: &Rest, ask: &Ask) -> Reply {
    let phone_number = match (ask.form.given("PhoneNumber"), ask.form.given("AreaCode")) {
        (Some(number), _) => match e164(number.trim()).as_deref() {
            Some(GOOD) => GOOD,
            Some("+15005550000") => return Err(Fault::of(ErrorCode::NUMBER_TAKEN)),
            _ => return Err(Fault::of(ErrorCode::NUMBER_INVALID)),
        },
        (None, Some("500")) => GOOD,
        (None, Some(_)) => return Err(Fault::of(ErrorCode::AREA_CODE_EMPTY)),
        (None, None) => return Err(Fault::parameter("PhoneNumber or AreaCode is required")),
    };
    let mut number = incoming_phone_numbers::fresh(rest, ask, phone_number.to_owned())?;
    number.account = ask.path.account().unwrap_or(number.account);
    ask.created(
        "IncomingPhoneNumber",
        &incoming_phone_numbers::show(&number),
    )
}
