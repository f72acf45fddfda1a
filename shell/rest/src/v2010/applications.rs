//! `/Applications`: named sets of webhook addresses, for numbers and calls to share.

use crate::fault::Fault;
use crate::form::Form;
use crate::page::Paging;
use crate::resource::Resource;
use crate::{Ask, Reply, Rest, check, path};
use model::{Application, ApplicationSid, ErrorCode, MessageHooks, Method, limit};
use store::{Key, Write};

const FILTERS: [&str; 1] = ["FriendlyName"];

pub const ROUTES: &[Resource] = &[
    Resource::list("/Accounts/AC/Applications")
        .get(|rest, ask| Box::pin(list(rest, ask)))
        .post(|rest, ask| Box::pin(create(rest, ask))),
    Resource::one("/Accounts/AC/Applications/AP")
        .get(|rest, ask| Box::pin(fetch(rest, ask)))
        .post(|rest, ask| Box::pin(update(rest, ask)))
        .delete(|rest, ask| Box::pin(delete(rest, ask))),
];

/// `POST /Applications`.
async fn create(rest: &Rest, ask: &Ask) -> Reply {
    let (now, sid) = (rest.now(), rest.draw(ApplicationSid::draw));
    let mut row = Application {
        sid,
        account: ask.account.sid,
        // The contract requires no name and gives no default: a client that lists applications
        // must still be able to tell them apart.
        friendly_name: sid.to_string(),
        voice_url: None,
        voice_method: Method::Post,
        voice_fallback_url: None,
        voice_fallback_method: Method::Post,
        status_callback: None,
        status_callback_method: Method::Post,
        caller_id_lookup: false,
        messages: MessageHooks::default(),
        date_created: now,
        date_updated: now,
    };
    change(&mut row, &ask.form)?;
    save(rest, &row).await?;
    ask.created("Application", &show(&row))
}

/// `GET /Applications`.
async fn list(rest: &Rest, ask: &Ask) -> Reply {
    let paging = Paging::read(ask, ApplicationSid::PREFIX, &FILTERS)?;
    let name = ask.query.given("FriendlyName").map(str::to_owned);
    let (account, page) = (ask.account.sid, paging.ask());
    let found = rest
        .read(move |store| store.applications(account, name.as_deref(), &page))
        .await?;
    let place = |row: &Application| {
        Some(Key {
            date: row.date_created,
            sid: row.sid.0,
        })
    };
    let names = ("applications", "Application");
    ask.page(&paging.envelope(names, &found, place, show))
}

/// `GET /Applications/{sid}`.
async fn fetch(rest: &Rest, ask: &Ask) -> Reply {
    ask.found("Application", &show(&row(rest, ask)?))
}

/// `POST /Applications/{sid}`.
async fn update(rest: &Rest, ask: &Ask) -> Reply {
    let mut row = row(rest, ask)?;
    change(&mut row, &ask.form)?;
    row.date_updated = rest.now();
    save(rest, &row).await?;
    ask.found("Application", &show(&row))
}

/// `DELETE /Applications/{sid}`.
async fn delete(rest: &Rest, ask: &Ask) -> Reply {
    let sid = row(rest, ask)?.sid;
    rest.write(vec![Write::DeleteApplication(sid)]).await?;
    ask.gone()
}

fn row(rest: &Rest, ask: &Ask) -> Result<Application, Fault> {
    let (account, sid) = (ask.account.sid, ask.path.sid()?);
    let found = rest.find(|store| store.application(account, sid))?;
    found.ok_or_else(|| Fault::not_found(ask.path.whole()))
}

async fn save(rest: &Rest, row: &Application) -> Result<(), Fault> {
    rest.write(vec![Write::Application(Box::new(row.clone()))])
        .await
}

/// Takes over what the form names. An empty address clears one; what isn't named stays.
fn change(row: &mut Application, form: &Form) -> Result<(), Fault> {
    if let Some(name) = form.given("FriendlyName") {
        if name.chars().count() > limit::FRIENDLY_NAME_CHARS_MAX {
            return Err(Fault::parameter(
                "FriendlyName must be 64 characters or less",
            ));
        }
        name.clone_into(&mut row.friendly_name);
    }
    let messages = &mut row.messages;
    for (name, place) in [
        ("VoiceUrl", &mut row.voice_url),
        ("VoiceFallbackUrl", &mut row.voice_fallback_url),
        ("StatusCallback", &mut row.status_callback),
        ("SmsUrl", &mut messages.url),
        ("SmsFallbackUrl", &mut messages.fallback_url),
        ("SmsStatusCallback", &mut messages.sms_status_callback),
        ("MessageStatusCallback", &mut messages.status_callback),
    ] {
        if form.value(name).is_some() {
            *place = check::url(form, name, ErrorCode::NUMBER_URL)?;
        }
    }
    for (name, place) in [
        ("VoiceMethod", &mut row.voice_method),
        ("VoiceFallbackMethod", &mut row.voice_fallback_method),
        ("StatusCallbackMethod", &mut row.status_callback_method),
        ("SmsMethod", &mut messages.method),
        ("SmsFallbackMethod", &mut messages.fallback_method),
    ] {
        if let Some(method) = check::method_of(form, name, ErrorCode::NUMBER_METHOD)? {
            *place = method;
        }
    }
    for (name, place) in [
        ("VoiceCallerIdLookup", &mut row.caller_id_lookup),
        (
            "PublicApplicationConnectEnabled",
            &mut messages.public_connect,
        ),
    ] {
        if form.given(name).is_some() {
            *place = check::flag(form, name)?;
        }
    }
    if row.voice_fallback_url.is_some() && row.voice_url.is_none() {
        let message = "Cannot set VoiceFallbackUrl without setting Url";
        return Err(Fault::new(ErrorCode::FALLBACK_WITHOUT_URL, message));
    }
    Ok(())
}

fn show(row: &Application) -> api::Application {
    let messages = &row.messages;
    api::Application {
        account_sid: row.account.to_string(),
        api_version: api::API_VERSION.to_owned(),
        date_created: row.date_created.rfc2822(),
        date_updated: row.date_updated.rfc2822(),
        friendly_name: row.friendly_name.clone(),
        message_status_callback: messages.status_callback.clone(),
        sid: row.sid.to_string(),
        sms_fallback_method: messages.fallback_method.as_str().to_owned(),
        sms_fallback_url: messages.fallback_url.clone(),
        sms_method: messages.method.as_str().to_owned(),
        sms_status_callback: messages.sms_status_callback.clone(),
        sms_url: messages.url.clone(),
        status_callback: row.status_callback.clone(),
        status_callback_method: row.status_callback_method.as_str().to_owned(),
        uri: format!(
            "{}/Applications/{}.json",
            path::account(row.account),
            row.sid
        ),
        voice_caller_id_lookup: row.caller_id_lookup,
        voice_fallback_method: row.voice_fallback_method.as_str().to_owned(),
        voice_fallback_url: row.voice_fallback_url.clone(),
        voice_method: row.voice_method.as_str().to_owned(),
        voice_url: row.voice_url.clone(),
        public_application_connect_enabled: messages.public_connect,
    }
}
