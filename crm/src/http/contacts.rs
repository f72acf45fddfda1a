//! Contacts, and the people of the organization.

use super::Refusal;
use super::asked::{id, maybe_text, number, rows, said, text, word};
use super::body::Asked;
use super::session::SignedIn;
use crate::limit;
use crate::store::{Contact, ContactPage, ContactWrite};
use axum::Json;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

/// Which contacts are wanted.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    search: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
}

/// `GET /api/contacts`.
pub async fn list(
    signed_in: SignedIn,
    Query(wanted): Query<Wanted>,
) -> Result<Json<ContactPage>, Refusal> {
    let rows = rows(wanted.limit.as_deref())?;
    let cursor = word(wanted.cursor.as_deref(), "cursor", |text| text.parse().ok())?;
    let search = wanted.search.as_deref().unwrap_or_default();
    let search = text(search, "What is searched for", limit::SEARCH_CHARS)?;
    let search = Some(search.as_str()).filter(|search| !search.is_empty());
    let page = signed_in.tenant.contacts(search, rows, cursor).await?;
    Ok(Json(page))
}

/// What is known of a contact.
#[derive(Debug, Deserialize)]
pub struct Given {
    name: Option<String>,
    phone: Option<String>,
    #[serde(default, deserialize_with = "said")]
    company: Option<Option<String>>,
    #[serde(default, deserialize_with = "said")]
    email: Option<Option<String>>,
}

/// `POST /api/contacts`.
pub async fn make(
    signed_in: SignedIn,
    Asked(given): Asked<Given>,
) -> Result<(StatusCode, Json<Contact>), Refusal> {
    let write = write(&given, None)?;
    let contact = signed_in.tenant.add_contact(&write).await?;
    Ok((StatusCode::CREATED, Json(contact)))
}

/// `GET /api/contacts/ID`.
pub async fn one(
    signed_in: SignedIn,
    Path(contact): Path<String>,
) -> Result<Json<Contact>, Refusal> {
    let contact = signed_in.tenant.contact(id(&contact)?).await?;
    Ok(Json(contact.ok_or_else(none)?))
}

/// `PATCH /api/contacts/ID`: what isn't said stays, what is null is taken away.
pub async fn change(
    signed_in: SignedIn,
    Path(contact): Path<String>,
    Asked(given): Asked<Given>,
) -> Result<Json<Contact>, Refusal> {
    let contact = id(&contact)?;
    let known = signed_in.tenant.contact(contact).await?;
    let write = write(&given, Some(known.ok_or_else(none)?))?;
    let contact = signed_in.tenant.set_contact(contact, &write).await?;
    Ok(Json(contact.ok_or_else(none)?))
}

/// `GET /api/users`.
pub async fn users(signed_in: SignedIn) -> Result<Json<Value>, Refusal> {
    let people = signed_in.tenant.people().await?;
    Ok(Json(json!({"users": people})))
}

fn write(given: &Given, known: Option<Contact>) -> Result<ContactWrite, Refusal> {
    let name = match (&given.name, &known) {
        (Some(name), _) => text(name, "The name", limit::NAME_CHARS)?,
        (None, Some(known)) => known.name.clone(),
        (None, None) => String::new(),
    };
    if name.is_empty() {
        return Err(Refusal::bad("name-required", "A name is wanted."));
    }
    let phone = match (&given.phone, &known) {
        (None, Some(known)) => known.phone.clone(),
        (phone, _) => number(phone.as_deref().unwrap_or_default())?,
    };
    let (company, email) = known.map_or((None, None), |known| (known.company, known.email));
    let said = |said: &Option<Option<String>>, known: Option<String>, name: &str| match said {
        None => Ok(known),
        Some(said) => maybe_text(said.as_deref(), name),
    };
    Ok(ContactWrite {
        name,
        phone,
        company: said(&given.company, company, "The company")?,
        email: said(&given.email, email, "The address")?,
    })
}

fn none() -> Refusal {
    Refusal::new(
        StatusCode::NOT_FOUND,
        "contact-not-found",
        "Contact not found",
    )
}
