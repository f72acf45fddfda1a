//! Who is called, who calls, and whether the caller may be shown.

use crate::auth::Right;
use crate::fault::Fault;
use crate::form::Form;
use crate::{Ask, Rest};
use call::token;
use model::{AccountSid, Address, ErrorCode, NumberSid, limit};

/// The two ends of a new call.
pub struct Ends {
    pub to: Address,
    pub from: Address,
    /// What the far end sees, if not `from`.
    pub caller_id: Option<String>,
    /// What the account has of the number it shows: it owns it, or has verified it.
    pub number: Option<NumberSid>,
}

/// Checks both ends.
pub fn read(rest: &Rest, ask: &Ask, to: &str, from: &str) -> Result<Ends, Fault> {
    let form = &ask.form;
    let to = callee(to)?;
    let from = caller(from, &to)?;
    let account = ask.account.sid;
    let vouched = vouched(rest, account, form)?;
    // What test credentials may show is theirs to say, see `rehearsal`.
    let strict = rest.parts().strict && ask.asker.right != Right::Test;
    let may_show = |from: &Address| match may_show(rest, account, from, vouched.as_deref()) {
        Err(_) if !strict => Ok(None),
        shown => shown,
    };
    let number = may_show(&from)?;
    let caller_id = form.given("CallerId").map(str::trim);
    if let Some(text) = caller_id {
        let shown = caller(text, &to)?;
        may_show(&shown)?;
    }
    Ok(Ends {
        to,
        from,
        caller_id: caller_id.map(str::to_owned),
        number,
    })
}

fn callee(text: &str) -> Result<Address, Fault> {
    let address = Address::parse(text);
    let well = match &address {
        Address::Number(_) => true,
        Address::Client(name) => !name.is_empty() && !name.starts_with('?'),
        Address::Sip(uri) => sip(uri)?,
        Address::Sim(sim) => !sim.is_empty(),
        Address::Name(_) => false,
    };
    let message = || format!("The phone number you are attempting to call, {text}, is not valid.");
    if well {
        Ok(address)
    } else {
        Err(Fault::new(ErrorCode::TO_INVALID, message()))
    }
}

/// Whether a SIP address can be called; a fault if its headers can't be sent.
fn sip(uri: &str) -> Result<bool, Fault> {
    let (uri, headers) = uri.split_once('?').unwrap_or((uri, ""));
    if headers.chars().count() > limit::SIP_URI_HEADERS_BYTES_MAX {
        return Err(Fault::of(ErrorCode::SIP_HEADERS));
    }
    for (name, value) in form_urlencoded::parse(headers.as_bytes()) {
        let token = |c: char| c.is_ascii_alphanumeric() || "-.!%*_+`'~".contains(c);
        if !name.chars().all(token) {
            return Err(Fault::of(ErrorCode::SIP_HEADER_NAME));
        }
        if value.contains(char::is_control) {
            return Err(Fault::of(ErrorCode::SIP_HEADER_VALUE));
        }
    }
    let host = uri
        .split_once(':')
        .is_some_and(|(_, rest)| !rest.is_empty());
    let plain = !uri.contains(|c: char| c.is_whitespace() || c.is_control());
    Ok(uri.len() <= limit::SIP_URI_BYTES_MAX && host && plain)
}

/// Phones and SIP hosts may be shown a name; the telephone network wants a number.
fn caller(text: &str, to: &Address) -> Result<Address, Fault> {
    let address = Address::parse(text);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '_' | '.');
    let well = match &address {
        Address::Number(_) => true,
        Address::Client(name) => !name.is_empty() && to.number().is_none(),
        Address::Sip(_) => matches!(to, Address::Sip(_) | Address::Client(_)),
        Address::Name(name) => matches!(to, Address::Sip(_)) && name.chars().all(plain),
        Address::Sim(_) => false,
    };
    let message =
        || format!("The source phone number provided, {text}, is not a valid phone number.");
    if well {
        Ok(address)
    } else {
        Err(Fault::new(ErrorCode::FROM_INVALID, message()))
    }
}

/// The number that a `CallToken` lets this account show. The reference names no code for a token
/// that is no good; a client that sends one is told of its parameter rather than of its `From`.
fn vouched(rest: &Rest, account: AccountSid, form: &Form) -> Result<Option<String>, Fault> {
    let Some(text) = form.given("CallToken") else {
        return Ok(None);
    };
    let vouched = token::caller(rest.parts().token_key, account, text, rest.now());
    vouched
        .map(Some)
        .ok_or_else(|| Fault::parameter("CallToken is not valid or has expired"))
}

/// Whether the account may show this caller, and what it has of the number.
fn may_show(
    rest: &Rest,
    account: AccountSid,
    from: &Address,
    vouched: Option<&str>,
) -> Result<Option<NumberSid>, Fault> {
    let Some(number) = from.number() else {
        return Ok(None);
    };
    let directory = &rest.parts().directory;
    let owned = directory
        .number(number)
        .filter(|row| row.account == account);
    let owned = owned.map(|row| row.sid);
    let known = owned.or_else(|| directory.caller_id(account, number).map(|row| row.sid));
    if known.is_some() || vouched == Some(number) {
        return Ok(known);
    }
    Err(Fault::new(
        ErrorCode::FROM_UNVERIFIED,
        format!(
            "The source phone number provided, {from}, is not yet verified for your account. \
             You may only make calls from phone numbers that you've verified or purchased \
             from Twilio."
        ),
    ))
}
