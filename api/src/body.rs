//! How a client reads an answer: what is null or missing has its field's default, and a field
//! that is not known is passed over, so that an API that grows breaks nobody.

use serde::de::{DeserializeOwned, Error};
use serde_json::Value;

/// What an answer is about.
pub trait Body: DeserializeOwned {
    /// The field without which an answer is not one of these.
    const KEY: &'static str;

    /// Reads it from the bytes of an answer.
    fn read(bytes: &[u8]) -> serde_json::Result<Self> {
        Self::of(serde_json::from_slice(bytes)?)
    }

    /// Reads it from a value.
    fn of(mut value: Value) -> serde_json::Result<Self> {
        if value.get(Self::KEY).is_none_or(Value::is_null) {
            let complaint = format!("there is no `{}` in it", Self::KEY);
            return Err(serde_json::Error::custom(complaint));
        }
        drop_nulls(&mut value);
        serde_json::from_value(value)
    }
}

/// An answer without a body.
impl Body for () {
    const KEY: &'static str = "";

    fn read(_: &[u8]) -> serde_json::Result<()> {
        Ok(())
    }
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(values) => values.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

macro_rules! body {
    ($($name:ident by $key:literal,)+) => {
        $(impl Body for crate::$name {
            const KEY: &'static str = $key;
        })+
    };
}

body! {
    Account by "sid",
    Application by "sid",
    AuthToken by "auth_token",
    Call by "sid",
    CallEvent by "request",
    CallRecording by "sid",
    IncomingPhoneNumber by "sid",
    Key by "sid",
    NewKey by "secret",
    Notification by "sid",
    NotificationInstance by "sid",
    OutgoingCallerId by "sid",
    Recording by "sid",
    SecondaryAuthToken by "secondary_auth_token",
    ValidationRequest by "validation_code",
    Version by "name",
    Webhook by "sid",
    WebhookInstance by "sid",
}

#[cfg(test)]
mod tests {
    use super::Body;
    use crate::Call;

    #[test]
    fn what_is_null_missing_or_new_breaks_nothing_but_the_key_must_be_there() {
        let call = Call::read(br#"{"sid":"CA1","to":null,"status":"parked","mood":{"a":null}}"#);
        let call = call.unwrap();
        assert_eq!((call.sid.as_str(), call.to.as_str()), ("CA1", ""));
        assert_eq!(call.status(), crate::CallStatus::Other("parked".into()));
        for bad in ["{}", r#"{"sid":null}"#, "[]", "<html>", ""] {
            assert!(Call::read(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
