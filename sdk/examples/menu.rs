//! A small application: a menu for callers, a voice mailbox, and a log of how calls end.
//!
//! ```sh
//! TWILIO_AUTH_TOKEN=… cargo run -p ringback --features axum --example menu -- https://my.example
//! ```
//!
//! The argument is the address at which the platform reaches this application. Without it, the
//! application is reached directly, on port 3000, or the one that `PORT` holds.

use axum::routing::post;
use axum::{Router, http::StatusCode};
use ringback::axum::{Signed, Twiml};
use ringback::signature::Validator;
use ringback::twiml::{Dial, Gather, Record, Response};
use ringback::webhook::{
    CallStatusEvent, DialResult, DialStatus, GatherResult, RecordResult, VoiceRequest,
};
use std::error::Error;

async fn voice(Signed { parameters, .. }: Signed<VoiceRequest>) -> Twiml {
    let greeting = match parameters.places.from.city {
        Some(city) => format!("Hello, {city}."),
        None => "Hello.".to_owned(),
    };
    let choice = Gather::new()
        .num_digits(1)
        .action("/choice")
        .say("For sales, press 1. To leave a message, press 2.");
    let again = "We didn't hear a key. Goodbye.";
    Twiml(Response::new().say(greeting).gather(choice).say(again))
}

async fn choice(Signed { parameters, .. }: Signed<GatherResult>) -> Twiml {
    let response = Response::new();
    Twiml(match parameters.digits.as_deref() {
        Some("1") => response.dial(Dial::from("+12025550101").timeout(20).action("/dialled")),
        Some("2") => response
            .say("Speak after the tone.")
            .record(Record::new().max_length(60).action("/message")),
        _ => response.redirect("/voice"),
    })
}

async fn dialled(Signed { parameters, .. }: Signed<DialResult>) -> Twiml {
    Twiml(match parameters.dial_call_status {
        DialStatus::Completed => Response::new().hangup(()),
        _ => Response::new().say("Nobody is free. Please call again."),
    })
}

async fn message(Signed { parameters, .. }: Signed<RecordResult>) -> Twiml {
    println!("a message: {}", parameters.recording_url);
    Twiml(Response::new().say("Thank you."))
}

async fn ended(Signed { parameters, .. }: Signed<CallStatusEvent>) -> StatusCode {
    let seconds = parameters.call_duration.unwrap_or(0);
    println!("{} ended after {seconds} s", parameters.call.call_sid);
    StatusCode::NO_CONTENT
}

/// The application, for whoever is proved to be asking.
fn app(validator: Validator) -> Router {
    Router::new()
        .route("/voice", post(voice))
        .route("/choice", post(choice))
        .route("/dialled", post(dialled))
        .route("/message", post(message))
        .route("/ended", post(ended))
        .with_state(validator)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let token = std::env::var("TWILIO_AUTH_TOKEN")?;
    let validator = match std::env::args().nth(1) {
        Some(address) => Validator::new(token).public_url(&address)?,
        None => Validator::new(token),
    };
    let port = std::env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app(validator)).await?;
    Ok(())
}
