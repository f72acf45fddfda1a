//! Calls that come in.

use super::world::*;
use crate::command::EndAs;
use crate::*;
use model::media::MediaEvent;
use model::signal::{Origin, Route, SignalEvent};
use model::*;

const US: &str = "+12025550190";
const ALICE: &str = "+12025550101";
const OUT: LegId = LegId(1);

fn trunk() -> Origin {
    Origin::Trunk("carrier".into())
}

fn world(body: &str) -> World {
    World::new()
        .number(US, Some("http://app/in"))
        .page("http://app/in", body)
}

fn only(world: &World) -> &CallRow {
    assert_eq!(world.rows.len(), 1);
    world.rows.values().next().unwrap()
}

#[test]
fn a_caller_is_asked_for_answered_and_hung_up() {
    let mut world = world("<Say>welcome</Say>");
    world.offer(offer(US, ALICE, trunk()));
    world.assert_ladder(&[
        "save ringing",
        "in0 open",
        "in0 ring",
        "fetch http://app/in",
        "in0 answer",
        "save in-progress",
        "in0 say welcome",
        "in0 release",
        "in0 close",
        "save completed",
        "tell completed",
        "gone",
    ]);
    let asked = world.asked("http://app/in");
    assert_eq!(asked["CallStatus"], "ringing");
    assert_eq!(asked["Direction"], "inbound");
    assert_eq!(asked["From"], ALICE);
    assert_eq!(asked["SipHeader_X-Tenant"], "7");
    assert_eq!(asked["SipSourceIp"], "192.0.2.7");
    assert!(!asked.contains_key("SipDomain"));
    let told = world.told(only(&world).sid);
    assert_eq!(told, ["completed 0"]);
    assert_eq!(value(&world.callbacks[0], "SipResponseCode"), None);
    world.assert_over();
}

#[test]
fn the_first_verb_decides_whether_a_caller_is_answered() {
    for (body, answered, status) in [
        ("<Say>hi</Say>", true, CallStatus::Completed),
        ("<Hangup/>", true, CallStatus::Completed),
        ("", true, CallStatus::Completed),
        ("<Gather timeout=\"1\"/>", true, CallStatus::Completed),
        ("<Enqueue>support</Enqueue>", true, CallStatus::Completed),
        ("<Reject/>", false, CallStatus::NoAnswer),
        ("<Reject reason=\"busy\"/>", false, CallStatus::Busy),
        ("<Pause length=\"2\"/>", false, CallStatus::NoAnswer),
        (
            "<Pause length=\"2\"/><Reject reason=\"busy\"/>",
            false,
            CallStatus::Busy,
        ),
        (
            "<Pause length=\"2\"/><Say>hi</Say>",
            true,
            CallStatus::Completed,
        ),
        ("<Redirect>/reject</Redirect>", false, CallStatus::Busy),
    ] {
        let mut world = world(body).page("http://app/reject", "<Reject reason=\"busy\"/>");
        world.offer(offer(US, ALICE, trunk()));
        world.pass(2_000);
        assert_eq!(world.saw("in0 answer"), answered, "{body}");
        assert_eq!(only(&world).status, status, "{body}");
        assert_eq!(only(&world).answer_time.is_some(), answered, "{body}");
        world.assert_over();
    }
}

#[test]
fn rejections_have_their_responses() {
    for (body, line) in [
        ("<Reject/>", "in0 refuse 603"),
        ("<Reject reason=\"busy\"/>", "in0 refuse 486"),
    ] {
        let mut world = world(body);
        world.offer(offer(US, ALICE, trunk()));
        assert!(world.saw(line), "{body}");
        assert!(!world.saw("in0 release"));
        world.assert_over();
    }
}

#[test]
fn a_suspended_account_is_not_there_and_is_told_of_nothing() {
    let mut world = World::new();
    world.offer(offer(SUSPENDED, ALICE, trunk()));
    world.assert_ladder(&["in0 refuse 480"]);
    assert!(world.rows.is_empty());
    world.assert_over();
}

#[test]
fn the_answer_waits_for_the_sound() {
    let mut world = world("<Say>hi</Say>");
    world.opens = false;
    let leg = world.offer(offer(US, ALICE, trunk()));
    assert!(!world.saw("in0 answer") && !world.saw("in0 say hi"));
    world.media(leg, MediaEvent::Opened { sdp: "ours".into() });
    assert!(world.saw("in0 answer") && world.saw("in0 say hi"));
    world.assert_over();
}

#[test]
fn a_late_offer_is_completed_by_the_acknowledgement() {
    let mut world = world("<Pause length=\"1\"/><Gather timeout=\"9\"/>");
    let mut offered = offer(US, ALICE, trunk());
    offered.sdp = None;
    let leg = world.offer(offered);
    world.pass(1_000);
    world.signal(
        leg,
        SignalEvent::Acknowledged {
            sdp: Some("theirs".into()),
        },
    );
    assert!(world.saw("in0 answer") && world.saw("in0 connect"));
}

#[test]
fn a_caller_who_gives_up_first_is_no_answer() {
    let mut world = world("<Pause length=\"9\"/><Say>hi</Say>");
    let leg = world.offer(offer(US, ALICE, trunk()));
    world.signal(leg, SignalEvent::Released { canceled: true });
    assert_eq!(only(&world).status, CallStatus::NoAnswer);
    assert_eq!(only(&world).duration_secs, Some(0));
    assert_eq!(world.told(only(&world).sid), ["no-answer 0"]);
    world.assert_over();
}

#[test]
fn a_caller_who_gives_up_while_the_page_is_asked_still_leaves_its_event() {
    let mut world = world("slow");
    let leg = world.offer(offer(US, ALICE, trunk()));
    world.signal(leg, SignalEvent::Released { canceled: true });
    assert_eq!(only(&world).status, CallStatus::NoAnswer);
    world.pass(limit::FETCH_DEADLINE_MS);
    assert_eq!(world.events.len(), 1);
    assert!(!world.saw("in0 answer"));
    world.assert_over();
}

#[test]
fn strangers_and_numbers_without_an_application_are_refused() {
    let mut world = World::new();
    world.offer(offer("+12025550999", ALICE, trunk()));
    assert_eq!(world.ladder, ["in0 refuse 404"]);
    world.assert_over();

    let mut world = World::new().number(US, None);
    world.offer(offer(US, ALICE, trunk()));
    assert_eq!(only(&world).status, CallStatus::Failed);
    assert!(world.saw("in0 refuse 404"));
    assert!(world.notices.is_empty());
    world.assert_over();
}

#[test]
fn a_refused_offer_of_sound_is_refused_as_it_says() {
    let mut world = world("<Say>hi</Say>");
    world.opens = false;
    let leg = world.offer(offer(US, ALICE, trunk()));
    world.media(
        leg,
        MediaEvent::Refused {
            code: 488,
            text: "no codec in common".into(),
        },
    );
    assert!(world.saw("in0 refuse 488"));
    assert_eq!(only(&world).status, CallStatus::Failed);
    assert_eq!(world.codes(), [ErrorCode::SESSION_DESCRIPTION.0]);
    world.assert_over();
}

#[test]
fn the_numbers_fallback_is_asked_its_own_way() {
    let mut world = World::new()
        .number(US, Some("http://app/missing"))
        .page("http://app/fallback", "<Say>sorry</Say>");
    world.offer(offer(US, ALICE, trunk()));
    let (_, request) = world.fetches.last().unwrap();
    assert_eq!(
        (request.url.as_str(), request.method),
        ("http://app/fallback", Method::Get)
    );
    assert_eq!(
        world.asked("http://app/fallback")["ErrorUrl"],
        "http://app/missing"
    );
    assert_eq!(world.asked("http://app/fallback")["CallStatus"], "ringing");
    assert!(world.saw("in0 say sorry"));
    world.assert_over();
}

#[test]
fn the_api_can_end_a_call_that_still_rings() {
    let mut world = world("<Pause length=\"9\"/><Say>hi</Say>");
    world.offer(offer(US, ALICE, trunk()));
    let sid = only(&world).sid;
    world.update(sid, Some("http://app/in"), None);
    assert_eq!(
        world.replies[0].as_ref().unwrap_err().code,
        ErrorCode::CALL_STATE
    );
    world.update(sid, None, Some(EndAs::Completed));
    assert_eq!(only(&world).status, CallStatus::Canceled);
    assert!(world.saw("in0 release"));
    world.assert_over();
}

#[test]
fn a_phone_dials_out_and_hears_what_the_other_end_says() {
    let phone = || Origin::Phone("bob".into());
    let mut world = World::new();
    let leg = world.offer(offer("+12025550102", "sip:bob@here", phone()));
    let invite = &world.invites[&OUT];
    assert_eq!((invite.route, invite.max_forwards), (Route::Carrier, 69));
    assert_eq!(invite.from.to_string(), "sip:bob@here");
    assert!(!world.saw("in0 ring"));
    world.ring(OUT);
    assert!(world.saw("in0 ring"));
    world.answer(OUT);
    assert!(world.saw("in0 answer") && world.saw("in0 join out1"));
    world.hang_up(leg);
    assert!(world.saw("out1 release"));
    world.assert_over();

    for (code, line) in [
        (486, "in0 refuse 486"),
        (404, "in0 refuse 404"),
        (480, "in0 refuse 480"),
    ] {
        let mut world = World::new();
        world.offer(offer("sip:carol@there", "sip:bob@here", phone()));
        assert_eq!(world.invites[&OUT].route, Route::Sip);
        world.fail(OUT, code);
        assert!(world.saw(line), "{code}");
        world.assert_over();
    }
}

#[test]
fn numbers_that_dial_each_other_come_to_an_end() {
    let mut world = world("<Dial>+12025550190</Dial>");
    let mut offered = offer(US, ALICE, Origin::Own);
    offered.max_forwards = 63;
    world.offer(offered);
    assert_eq!(world.invites[&OUT].route, Route::Own);
    assert_eq!(world.invites[&OUT].max_forwards, 62);
    let asked = world.asked("http://app/in");
    assert!(!asked.contains_key("SipCallId") && !asked.contains_key("SipHeader_X-Tenant"));
    let mut again = offer(US, ALICE, Origin::Own);
    again.max_forwards = 61;
    world.offer(again);
    assert_eq!(
        world.ladder.last().map(String::as_str),
        Some("in1 refuse 483")
    );
}

#[test]
fn a_store_that_does_not_answer_turns_the_caller_away() {
    let mut control = CallControl::new(Config::default(), Chance::new(1));
    let mut out = Vec::new();
    let offered = offer(US, ALICE, trunk());
    let leg = LegId::FIRST_OFFERED;
    let event = Event::Signal {
        leg,
        event: SignalEvent::Offered(offered),
    };
    control.handle(Time(0), event, &mut out);
    let due = control.next_timeout().expect("a deadline");
    out.clear();
    control.handle_timeout(due, &mut out);
    let command = model::signal::SignalCommand::Refuse {
        code: 503,
        headers: Vec::new(),
    };
    assert_eq!(out, [Effect::Signal { leg, command }]);
    assert!(control.is_empty());
}

/// An application whose addresses differ from those of the number.
fn application(sid: u128) -> Application {
    Application {
        sid: ApplicationSid(sid),
        account: ACCOUNT,
        friendly_name: "menu".into(),
        voice_url: Some("http://app/application".into()),
        voice_method: Method::Get,
        voice_fallback_url: None,
        voice_fallback_method: Method::Post,
        status_callback: Some("http://app/application-status".into()),
        status_callback_method: Method::Get,
        caller_id_lookup: false,
        messages: MessageHooks::default(),
        date_created: Time(0),
        date_updated: Time(0),
    }
}

#[test]
fn an_application_goes_before_the_numbers_own_addresses() {
    let mut world = world("<Reject/>").page("http://app/application", "<Say>menu</Say>");
    world.application = Some(ApplicationSid(5));
    world.applications = vec![application(5)];
    world.offer(offer(US, ALICE, trunk()));
    assert!(world.saw("in0 say menu"));
    let asked = world.asked("http://app/application");
    assert_eq!(asked["ApplicationSid"], ApplicationSid(5).to_string());
    assert_eq!(world.fetches[0].1.method, Method::Get);
    let told = &world.callbacks[0];
    assert_eq!(told.url, "http://app/application-status");
    assert_eq!(told.method, Method::Get);
    let sid = value(told, "ApplicationSid");
    assert_eq!(sid, Some(ApplicationSid(5).to_string()));
    assert_eq!(world.told(only(&world).sid), ["completed 0"]);
    world.assert_over();
}

#[test]
fn an_application_that_is_gone_leaves_the_number_to_its_own_addresses() {
    let mut world = world("<Say>hi</Say>");
    world.application = Some(ApplicationSid(5));
    world.offer(offer(US, ALICE, trunk()));
    assert!(world.saw("in0 say hi"));
    assert!(!world.asked("http://app/in").contains_key("ApplicationSid"));
    world.assert_over();
}

#[test]
fn a_callers_name_is_told_only_where_it_is_looked_up() {
    for (lookup, name) in [(true, Some("Ann".to_owned())), (false, None)] {
        let mut world = world("<Say>hi</Say>");
        world.caller_id_lookup = lookup;
        let mut offered = offer(US, ALICE, trunk());
        offered.caller_name = Some("Ann".into());
        world.offer(offered);
        assert_eq!(only(&world).caller_name, name);
        assert_eq!(
            world.asked("http://app/in").get("CallerName").cloned(),
            name
        );
        world.assert_over();
    }
}

#[test]
fn an_inbound_call_carries_a_token_for_its_caller() {
    let mut world = world("<Say>hi</Say>");
    world.offer(offer(US, ALICE, trunk()));
    let token = world.asked("http://app/in")["CallToken"].clone();
    let vouched = token::caller(TokenKey([0; 32]), ACCOUNT, &token, world.now);
    assert_eq!(vouched.as_deref(), Some(ALICE));
    // A caller who is no number, and a call of our own, have nobody to vouch for.
    for (from, origin) in [("sip:bob@example.com", trunk()), (ALICE, Origin::Own)] {
        let mut world = self::world("<Say>hi</Say>");
        world.offer(offer(US, from, origin));
        assert!(!world.asked("http://app/in").contains_key("CallToken"));
    }
}
