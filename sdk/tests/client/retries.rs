//! When a request is made once more, and what the error says when it isn't.

use crate::{client, config};
use loopback::{Reply, Server, nobody};
use ringback::{Call, Client, Error, Phase, Retries};
use std::time::Duration;

const CALL: &str = r#"{"sid":"CA1","status":"queued"}"#;

fn fine() -> Reply {
    Reply::json(200, CALL)
}

async fn place(client: &Client) -> Result<Call, Error> {
    client
        .calls()
        .create("+1", "+2")
        .twiml("<Response/>")
        .send()
        .await
}

async fn fetch(client: &Client) -> Result<Call, Error> {
    client.calls().fetch("CA1").send().await
}

async fn delete(client: &Client) -> Result<(), Error> {
    client.calls().delete("CA1").send().await
}

#[tokio::test]
async fn asking_is_repeated_whatever_went_wrong() {
    for wrong in [
        Reply::error(500, 20500, "Oh."),
        Reply::error(503, 20503, "Later."),
        Reply::error(429, 20429, "Too much.").with("Retry-After", "0"),
        Reply::Close,
        Reply::BreakOff,
    ] {
        let server = Server::script(vec![wrong.clone(), wrong.clone(), fine()]);
        fetch(&client(&server))
            .await
            .unwrap_or_else(|error| panic!("{wrong:?}: {error}"));
        assert_eq!(server.asked().len(), 3, "{wrong:?}");
    }
}

#[tokio::test]
async fn a_call_is_placed_again_only_after_too_many_requests() {
    let much = Reply::error(429, 20429, "Too much.");
    let server = Server::script(vec![much.clone(), much, fine()]);
    place(&client(&server)).await.unwrap();
    assert_eq!(server.asked().len(), 3);

    for wrong in [
        Reply::error(500, 20500, "Oh."),
        Reply::error(503, 20503, "Later."),
        Reply::Close,
        Reply::BreakOff,
    ] {
        let server = Server::script(vec![wrong.clone(), fine()]);
        let error = place(&client(&server)).await.unwrap_err();
        assert!(error.maybe_done(), "{wrong:?}: {error}");
        assert!(error.to_string().contains("may have been done"), "{error}");
        assert_eq!(server.asked().len(), 1, "{wrong:?}");
    }
}

#[tokio::test]
async fn a_connection_that_never_opens_is_tried_again_and_nothing_was_done() {
    let client = Client::with(config(nobody())).unwrap();
    for error in [
        place(&client).await.unwrap_err(),
        fetch(&client).await.unwrap_err(),
        delete(&client).await.unwrap_err(),
    ] {
        assert_eq!(error.phase(), Some(Phase::Connect), "{error:?}");
        assert!(!error.maybe_done() && !error.is_timeout());
        let Error::Transport(error) = error else {
            panic!()
        };
        assert_eq!(error.tries, 4);
    }
    let config = config("http://no-such-host.invalid");
    let error = place(&Client::with(config).unwrap()).await.unwrap_err();
    assert_eq!(error.phase(), Some(Phase::Resolve), "{error:?}");
    assert!(!error.maybe_done());
}

#[tokio::test]
async fn phases_and_times_are_told() {
    for (reply, phase) in [
        (Reply::Close, Phase::Exchange),
        (Reply::BreakOff, Phase::Body),
    ] {
        let server = Server::script(vec![reply]);
        let error = fetch(&client(&server)).await.unwrap_err();
        assert_eq!(error.phase(), Some(phase), "{error:?}");
        assert!(!error.maybe_done() && !error.is_timeout());
        assert_eq!(server.asked().len(), 4);
    }
    let server = Server::script(vec![Reply::Silence]);
    let brief = config(server.url()).try_timeout(Duration::from_millis(200));
    let client = Client::with(brief.clone()).unwrap();
    let error = place(&client).await.unwrap_err();
    assert!(error.is_timeout() && error.maybe_done(), "{error:?}");
    assert_eq!(
        (error.phase(), server.asked().len()),
        (Some(Phase::Exchange), 1)
    );

    let error = fetch(&client).await.unwrap_err();
    assert!(error.is_timeout() && !error.maybe_done());
    assert_eq!(server.asked().len(), 5);

    // The whole is bounded, too: there is no time for a second try.
    let whole = brief.timeout(Duration::from_millis(200));
    let error = fetch(&Client::with(whole).unwrap()).await.unwrap_err();
    let Error::Transport(error) = error else {
        panic!()
    };
    assert_eq!((error.tries, error.timeout), (1, true));
}

#[tokio::test]
async fn a_time_that_was_told_is_waited_for_or_told_on() {
    let date = "Fri, 31 Dec 9999 23:59:59 GMT";
    for (told, least) in [("3600", 3_600), (date, 3_600)] {
        let reply = Reply::error(429, 20429, "Too much.").with("Retry-After", told);
        let server = Server::script(vec![reply]);
        // It lies beyond the time that the whole may take: there is no use in waiting.
        let error = place(&client(&server)).await.unwrap_err();
        let Error::Api(error) = error else { panic!() };
        let after = error.retry_after.unwrap();
        assert!(after >= Duration::from_secs(least), "{after:?}");
        assert_eq!((error.tries, server.asked().len()), (1, 1));
    }
    let reply = Reply::error(429, 20429, "Too much.").with("Retry-After", "1");
    let server = Server::script(vec![reply, fine()]);
    let began = std::time::Instant::now();
    place(&client(&server)).await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_deletion_that_was_done_and_not_answered_is_done() {
    let gone = Reply::error(404, 20404, "Not found.");
    let server = Server::script(vec![Reply::Close, gone.clone()]);
    delete(&client(&server)).await.unwrap();
    assert_eq!(server.asked().len(), 2);
    // The same answer to the first try means that it was never there.
    let server = Server::script(vec![gone]);
    assert!(delete(&client(&server)).await.unwrap_err().is_not_found());
    // One that failed for good may have been done by an earlier try.
    let denied = Reply::error(403, 20006, "No.");
    let server = Server::script(vec![Reply::Close, denied]);
    let error = delete(&client(&server)).await.unwrap_err();
    assert!(error.maybe_done() && error.code() == Some(20006), "{error}");
}

#[tokio::test]
async fn who_wants_no_retries_has_none_and_a_redirect_is_not_followed_by_a_change() {
    let server = Server::script(vec![Reply::error(503, 20503, "Later.")]);
    let config = config(server.url()).retries(Retries::none());
    let error = fetch(&Client::with(config).unwrap()).await.unwrap_err();
    assert_eq!((error.status(), server.asked().len()), (Some(503), 1));

    let moved = Reply::Answer(307, vec![("location", server.url())], Vec::new());
    let moving = Server::script(vec![moved]);
    let error = place(&client(&moving)).await.unwrap_err();
    assert_eq!((error.status(), error.maybe_done()), (Some(307), false));
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_connection_that_went_stale_is_no_reason_to_give_up() {
    // The server closes each connection after its answer, and doesn't say so.
    let server = Server::start(|asked, before| {
        if before > 0 && asked.connection == 0 {
            Reply::Close
        } else {
            fine()
        }
    });
    let client = client(&server);
    fetch(&client).await.unwrap();
    fetch(&client).await.unwrap();
}
