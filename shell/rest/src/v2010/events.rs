//! `/Calls/{sid}/Events`: what was asked of the customer's application, and what it answered.

use super::calls;
use crate::page::Paging;
use crate::resource::Resource;
use crate::{Ask, Reply, Rest};
use model::WebEventRow;
use serde_json::Value;

pub const ROUTES: &[Resource] =
    &[Resource::list("/Accounts/AC/Calls/CA/Events").get(|rest, ask| Box::pin(list(rest, ask)))];

/// `GET /Calls/{sid}/Events`, oldest first.
async fn list(rest: &Rest, ask: &Ask) -> Reply {
    let call = calls::row(rest, ask).await?.sid;
    let paging = Paging::read(ask, "", &[])?;
    let (account, page) = (ask.account.sid, paging.ask());
    let found = rest
        .read(move |store| store.web_events(account, call, &page))
        .await?;
    ask.page(&paging.envelope(("events", "Event"), &found, |_| None, show))
}

fn show(row: &WebEventRow) -> api::CallEvent {
    let parameters = row.parameters.iter();
    let parameters = parameters.map(|(name, value)| (snake(name), Value::from(value.as_str())));
    api::CallEvent {
        request: api::EventRequest {
            method: row.method.as_str().to_owned(),
            url: row.url.clone(),
            parameters: parameters.collect(),
        },
        response: api::EventResponse {
            response_code: row.response_code,
            request_duration: row.duration_ms,
            content_type: row.content_type.clone(),
            response_body: row.response_body.clone(),
            date_created: row.date.rfc2822(),
        },
    }
}

/// `call_sid` for `CallSid`.
fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    let mut after_small = false;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && after_small {
            snake.push('_');
        }
        after_small = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::snake;

    #[test]
    fn names_get_underscores_between_words() {
        assert_eq!(snake("CallSid"), "call_sid");
        assert_eq!(snake("FromCity"), "from_city");
        assert_eq!(
            snake("MachineDetectionTimeout"),
            "machine_detection_timeout"
        );
        assert_eq!(snake("to"), "to");
    }
}
