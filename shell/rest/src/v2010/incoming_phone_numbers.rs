//! `/IncomingPhoneNumbers`: the numbers an account owns and what a call to them runs.

use super::rehearsal;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Paging;
use crate::resource::Resource;
use crate::{Ask, Reply, Rest, address, check, path};
use model::address::e164;
use model::{AccountSid, ApplicationSid, ErrorCode, Method, Number, NumberSid, limit};
use store::{Key, NumberFilter, Write};

const FILTERS: [&str; 4] = ["Beta", "FriendlyName", "PhoneNumber", "Origin"];

/// Within an area code, 555-0110 to 555-0199 are given out: 555-01xx is set aside for fiction,
/// and 0100 to 0109 are the virtual phones.
const FICTION: std::ops::Range<u32> = 110..200;

pub const ROUTES: &[Resource] = &[
    Resource::list("/Accounts/AC/IncomingPhoneNumbers")
        .get(|rest, ask| Box::pin(list(rest, ask)))
        .post(|rest, ask| Box::pin(create(rest, ask)))
        .rehearse(|rest, ask| Box::pin(rehearsal::number(rest, ask))),
    Resource::one("/Accounts/AC/IncomingPhoneNumbers/PN")
        .get(|rest, ask| Box::pin(fetch(rest, ask)))
        .post(|rest, ask| Box::pin(update(rest, ask)))
        .delete(|rest, ask| Box::pin(delete(rest, ask))),
];

/// `POST /IncomingPhoneNumbers`.
async fn create(rest: &Rest, ask: &Ask) -> Reply {
    let phone_number = match (ask.form.given("PhoneNumber"), ask.form.given("AreaCode")) {
        (Some(number), _) => free(rest, number)?,
        (None, Some(area)) => pick(rest, area.trim())?,
        (None, None) => return Err(Fault::parameter("PhoneNumber or AreaCode is required")),
    };
    let number = fresh(rest, ask, phone_number)?;
    save(rest, &number).await?;
    ask.created("IncomingPhoneNumber", &show(&number))
}

/// A number that is to be an account's, as the form wants it.
pub fn fresh(rest: &Rest, ask: &Ask, phone_number: String) -> Result<Number, Fault> {
    let now = rest.now();
    let mut number = Number {
        sid: rest.draw(NumberSid::draw),
        account: ask.account.sid,
        friendly_name: address::national(&phone_number).unwrap_or_else(|| phone_number.clone()),
        phone_number,
        application: None,
        caller_id_lookup: false,
        voice_url: None,
        voice_method: Method::Post,
        voice_fallback_url: None,
        voice_fallback_method: Method::Post,
        status_callback: None,
        status_callback_method: Method::Post,
        date_created: now,
        date_updated: now,
    };
    change(rest, &mut number, &ask.form)?;
    Ok(number)
}

/// `GET /IncomingPhoneNumbers`.
async fn list(rest: &Rest, ask: &Ask) -> Reply {
    let paging = Paging::read(ask, NumberSid::PREFIX, &FILTERS)?;
    let filter = NumberFilter {
        phone_number: ask.query.given("PhoneNumber").map(str::to_owned),
        friendly_name: ask.query.given("FriendlyName").map(str::to_owned),
    };
    let (account, page) = (ask.account.sid, paging.ask());
    let found = rest
        .read(move |store| store.numbers(account, &filter, &page))
        .await?;
    let place = |row: &Number| {
        Some(Key {
            date: row.date_created,
            sid: row.sid.0,
        })
    };
    let names = ("incoming_phone_numbers", "IncomingPhoneNumber");
    ask.page(&paging.envelope(names, &found, place, show))
}

/// `GET /IncomingPhoneNumbers/{sid}`.
async fn fetch(rest: &Rest, ask: &Ask) -> Reply {
    ask.found("IncomingPhoneNumber", &show(&row(rest, ask).await?))
}

/// `POST /IncomingPhoneNumbers/{sid}`.
async fn update(rest: &Rest, ask: &Ask) -> Reply {
    let mut number = row(rest, ask).await?;
    change(rest, &mut number, &ask.form)?;
    hand_on(rest, ask, &mut number)?;
    number.date_updated = rest.now();
    save(rest, &number).await?;
    ask.found("IncomingPhoneNumber", &show(&number))
}

/// `DELETE /IncomingPhoneNumbers/{sid}`.
async fn delete(rest: &Rest, ask: &Ask) -> Reply {
    let sid = row(rest, ask).await?.sid;
    rest.write(vec![Write::DeleteNumber(sid)]).await?;
    ask.gone()
}

async fn row(rest: &Rest, ask: &Ask) -> Result<Number, Fault> {
    let (account, sid) = (ask.account.sid, ask.path.sid()?);
    let found = rest.find(|store| store.number(account, sid))?;
    found.ok_or_else(|| Fault::not_found(ask.path.whole()))
}

/// `AccountSid`: hands a number on within a family, which is the parent's to do.
fn hand_on(rest: &Rest, ask: &Ask, number: &mut Number) -> Result<(), Fault> {
    let Some(to) = ask.form.given("AccountSid") else {
        return Ok(());
    };
    let to: AccountSid = to
        .trim()
        .parse()
        .map_err(|_| Fault::of(ErrorCode::ACCOUNT_OF_NUMBER))?;
    if to == number.account {
        return Ok(());
    }
    let parent = &ask.asker.account;
    if parent.owner.is_some() {
        return Err(Fault::of(ErrorCode::NOT_THE_PARENT));
    }
    let found = rest.parts().directory.account(to);
    let related = found.filter(|to| to.sid == parent.sid || to.owner == Some(parent.sid));
    let related = related.ok_or_else(|| Fault::of(ErrorCode::ACCOUNT_NOT_RELATED))?;
    number.account = related.sid;
    // The application stays with the account that has it.
    number.application = None;
    Ok(())
}

/// Two may ask for one number at the same moment: the store takes only one of them.
async fn save(rest: &Rest, number: &Number) -> Result<(), Fault> {
    rest.write(vec![Write::Number(Box::new(number.clone()))])
        .await
        .map_err(|fault| {
            let taken = rest.parts().directory.number(&number.phone_number);
            match taken.filter(|taken| taken.sid != number.sid) {
                Some(_) => Fault::of(ErrorCode::NUMBER_TAKEN),
                None => fault,
            }
        })
}

fn free(rest: &Rest, text: &str) -> Result<String, Fault> {
    let number = e164(text.trim()).ok_or_else(|| Fault::of(ErrorCode::NUMBER_INVALID))?;
    match rest.parts().directory.number(&number) {
        Some(_) => Err(Fault::of(ErrorCode::NUMBER_TAKEN)),
        None => Ok(number),
    }
}

fn pick(rest: &Rest, area: &str) -> Result<String, Fault> {
    let digits = area.len() == 3 && area.bytes().all(|b| b.is_ascii_digit());
    if !digits || area.starts_with(['0', '1']) {
        return Err(Fault::of(ErrorCode::AREA_CODE));
    }
    FICTION
        .map(|line| format!("+1{area}555{line:04}"))
        .find(|number| rest.parts().directory.number(number).is_none())
        .ok_or_else(|| Fault::of(ErrorCode::AREA_CODE_EMPTY))
}

/// Takes over what the form names. An empty address clears one; what isn't named stays.
fn change(rest: &Rest, number: &mut Number, form: &Form) -> Result<(), Fault> {
    if form.value("VoiceApplicationSid").is_some() {
        number.application = application(rest, number.account, form)?;
    }
    if form.given("VoiceCallerIdLookup").is_some() {
        number.caller_id_lookup = check::flag(form, "VoiceCallerIdLookup")?;
    }
    if let Some(name) = form.given("FriendlyName") {
        if name.chars().count() > limit::FRIENDLY_NAME_CHARS_MAX {
            return Err(Fault::parameter(
                "FriendlyName must be 64 characters or less",
            ));
        }
        number.friendly_name = name.to_owned();
    }
    for (name, place) in [
        ("VoiceUrl", &mut number.voice_url),
        ("VoiceFallbackUrl", &mut number.voice_fallback_url),
        ("StatusCallback", &mut number.status_callback),
    ] {
        if form.value(name).is_some() {
            *place = check::url(form, name, ErrorCode::NUMBER_URL)?;
        }
    }
    for (name, place) in [
        ("VoiceMethod", &mut number.voice_method),
        ("VoiceFallbackMethod", &mut number.voice_fallback_method),
        ("StatusCallbackMethod", &mut number.status_callback_method),
    ] {
        if let Some(method) = check::method_of(form, name, ErrorCode::NUMBER_METHOD)? {
            *place = method;
        }
    }
    if number.voice_fallback_url.is_some() && number.voice_url.is_none() {
        let message = "Cannot set VoiceFallbackUrl without setting Url";
        return Err(Fault::new(ErrorCode::FALLBACK_WITHOUT_URL, message));
    }
    Ok(())
}

/// An application that calls are left to; none, if the parameter is empty.
fn application(
    rest: &Rest,
    account: AccountSid,
    form: &Form,
) -> Result<Option<ApplicationSid>, Fault> {
    let Some(text) = form.given("VoiceApplicationSid") else {
        return Ok(None);
    };
    let foreign = || Fault::of(ErrorCode::APPLICATION_FOREIGN);
    let sid = text.trim().parse().map_err(|_| foreign())?;
    let found = rest.parts().directory.application(account, sid);
    found.map(|row| Some(row.sid)).ok_or_else(foreign)
}

pub fn show(row: &Number) -> api::IncomingPhoneNumber {
    let post = || "POST".to_owned();
    api::IncomingPhoneNumber {
        account_sid: row.account.to_string(),
        address_sid: None,
        address_requirements: "none".to_owned(),
        api_version: api::API_VERSION.to_owned(),
        beta: false,
        capabilities: api::Capabilities {
            mms: false,
            sms: false,
            voice: true,
            fax: false,
        },
        date_created: row.date_created.rfc2822(),
        date_updated: row.date_updated.rfc2822(),
        friendly_name: row.friendly_name.clone(),
        identity_sid: None,
        phone_number: row.phone_number.clone(),
        origin: "hosted".to_owned(),
        sid: row.sid.to_string(),
        sms_application_sid: String::new(),
        sms_fallback_method: post(),
        sms_fallback_url: String::new(),
        sms_method: post(),
        sms_url: String::new(),
        status_callback: row.status_callback.clone().unwrap_or_default(),
        status_callback_method: row.status_callback_method.as_str().to_owned(),
        trunk_sid: None,
        uri: format!(
            "{}/IncomingPhoneNumbers/{}.json",
            path::account(row.account),
            row.sid
        ),
        voice_receive_mode: "voice".to_owned(),
        voice_application_sid: row.application.map(|sid| sid.to_string()),
        voice_caller_id_lookup: row.caller_id_lookup,
        voice_fallback_method: row.voice_fallback_method.as_str().to_owned(),
        voice_fallback_url: row.voice_fallback_url.clone(),
        voice_method: row.voice_method.as_str().to_owned(),
        voice_url: row.voice_url.clone(),
        emergency_status: "Inactive".to_owned(),
        emergency_address_sid: None,
        emergency_address_status: "unregistered".to_owned(),
        bundle_sid: None,
        status: "in-use".to_owned(),
        kind: "local".to_owned(),
    }
}
