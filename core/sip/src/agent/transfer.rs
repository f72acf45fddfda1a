//! Transfers: the REFER we send and the far end's reports of what came of it, and the REFER a far
//! end sends and our reports to it (RFC 3515).
//!
//! The subscription that a REFER makes is a guest in the call's dialog. It ends with the last
//! report, and at the latest with the call: what is reported after a BYE finds no dialog, and the
//! 481 it gets is the end of the subscription on the far side, too (RFC 6665 §4.1.3).

use super::digest::Tried;
use super::talk::Talk;
use super::{Line, within};
use crate::message::escape::{decode, encode_header};
use crate::message::header::{NameAddr, ReferTo, SubscriptionState, Substate};
use crate::message::{Code, HeaderName, Malformed, Method, Request, Response, Uri};
use crate::stack::Stack;
use model::limit;
use model::signal::SignalEvent;

/// What goes on between the two ends of an answered call about transfers.
#[derive(Debug, Default)]
pub(crate) struct Transfer {
    /// A REFER of ours that waits for the ACK of our answer: until then the far end may not know
    /// that there is a dialog.
    waiting: Option<String>,
    ours: Option<Box<Ours>>,
    theirs: Option<Box<Theirs>>,
    /// Reports of an earlier REFER of ours may still come, and nobody waits for them.
    stale: bool,
    /// The far end has sent a REFER before: from now on reports name theirs by its number.
    told_apart: bool,
}

/// A REFER of ours, until its last report.
#[derive(Debug)]
struct Ours {
    request: Request,
    /// Its CSeq: the name of its subscription (RFC 3515 §2.4.6).
    number: u32,
    /// Its transaction, until it has its final response.
    client: Option<u64>,
    tried: Tried,
    /// The last report has been told.
    over: bool,
    /// The far end has ended the subscription.
    ended: bool,
}

/// A REFER of the far end's.
#[derive(Debug)]
enum Theirs {
    /// Call control has been told.
    Asked { key: u64, request: Request },
    /// It was accepted, and the far end hears how it goes.
    Reporting {
        /// The value of Event.
        event: String,
        /// The last report's transaction.
        client: u64,
    },
}

/// For how long we promise reports: far longer than an application may take for its document.
const REPORTS_EXPIRE_S: u32 = 120;
const _: () = assert!(REPORTS_EXPIRE_S as u64 * 1_000 > 2 * limit::FETCH_DEADLINE_MS);
/// The media type of a report.
const SIPFRAG: &str = "message/sipfrag;version=2.0";
/// The package of a REFER's subscription.
const REFER: &str = "refer";

impl Talk {
    /// Asks the far end to call elsewhere.
    pub(super) fn refer(&mut self, line: &mut Line, stack: &mut Stack, to: String) {
        if self.unacked.is_some() {
            self.transfer.waiting = Some(to);
            return;
        }
        let Ok(target) = target(&to) else {
            let code = Code::ADDRESS_INCOMPLETE.number();
            return stack.tell(line.id, SignalEvent::ReferAnswered { code });
        };
        if let Some(before) = self.transfer.ours.take() {
            self.transfer.stale |= !before.over;
        }
        let mut request = self.dialog.request(Method::Refer);
        let headers = &mut request.headers;
        headers.push(HeaderName::ReferTo, NameAddr::new(target));
        // RFC 3892 §3: many far ends let nobody refer whom they can't name.
        if let Ok(us) = self.dialog.local.parse::<NameAddr>() {
            headers.push(HeaderName::ReferredBy, NameAddr::new(us.uri));
        }
        let client = self.send(line, stack, &request);
        self.transfer.ours = Some(Box::new(Ours {
            request,
            number: self.dialog.local_seq,
            client: Some(client),
            tried: Tried::default(),
            over: false,
            ended: false,
        }));
    }

    /// Sends the REFER that has waited for the ACK.
    pub(super) fn refer_now(&mut self, line: &mut Line, stack: &mut Stack) {
        if let Some(to) = self.transfer.waiting.take() {
            self.refer(line, stack, to);
        }
    }

    /// Takes in a response to a REFER or to a report of ours; false if it is to neither.
    pub(super) fn hear_transfer(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        client: u64,
        response: &Response,
    ) -> bool {
        let code = response.code;
        match self.transfer.ours.take() {
            Some(ours) if ours.client == Some(client) => {
                if code.is_provisional() {
                    self.transfer.ours = Some(ours);
                } else {
                    self.hear_refer_answer(line, stack, ours, response);
                }
                return true;
            }
            other => self.transfer.ours = other,
        }
        if !self.is_report(client) {
            return false;
        }
        if code == Code::CALL_DOES_NOT_EXIST {
            // RFC 6665 §4.2.2: nobody there wants to know any more.
            self.transfer.theirs = None;
        }
        true
    }

    fn hear_refer_answer(
        &mut self,
        line: &mut Line,
        stack: &mut Stack,
        mut ours: Box<Ours>,
        response: &Response,
    ) {
        let code = response.code;
        let challenged = matches!(
            code,
            Code::UNAUTHORIZED | Code::PROXY_AUTHENTICATION_REQUIRED
        );
        if challenged {
            let credentials = line.credentials.clone();
            let Ours { request, tried, .. } = &mut *ours;
            if tried.answer(stack, request, response, credentials.as_ref()) {
                self.dialog.local_seq += 1;
                let number = self.dialog.local_seq;
                let cseq = format_args!("{number} REFER");
                request.headers.set(HeaderName::CSeq, cseq);
                ours.number = number;
                ours.client = Some(self.send(line, stack, &ours.request));
                self.transfer.ours = Some(ours);
                return;
            }
        }
        if code.is_success() && !ours.ended {
            ours.client = None;
            self.transfer.ours = Some(ours);
        }
        let code = code.number();
        stack.tell(line.id, SignalEvent::ReferAnswered { code });
    }

    /// A REFER or a report of ours got no answer, or could not leave; false if it was neither.
    /// The call itself lives on: only what was asked has failed (RFC 5057 §5.3).
    pub(super) fn fail_transfer(
        &mut self,
        line: &Line,
        stack: &mut Stack,
        client: u64,
        code: Code,
    ) -> bool {
        let ours = &mut self.transfer.ours;
        if ours.take_if(|ours| ours.client == Some(client)).is_some() {
            let code = code.number();
            stack.tell(line.id, SignalEvent::ReferAnswered { code });
            return true;
        }
        let report = self.is_report(client);
        if report {
            self.transfer.theirs = None;
        }
        report
    }

    fn is_report(&self, client: u64) -> bool {
        matches!(self.transfer.theirs.as_deref(),
            Some(Theirs::Reporting { client: last, .. }) if *last == client)
    }

    /// Takes in a report of the far end's.
    pub(super) fn hear_notify(
        &mut self,
        line: &Line,
        stack: &mut Stack,
        key: u64,
        request: &Request,
    ) {
        let event = request.headers.event().ok().flatten();
        let Some(event) = event.filter(|event| event.package.eq_ignore_ascii_case(REFER)) else {
            return answer_notify(stack, key, request);
        };
        // Who sends only one REFER need not name it (RFC 3515 §2.4.6): a report without a name is
        // of the first that still reports.
        let stale = self.transfer.stale;
        let meant = |ours: &&mut Box<Ours>| match event.id() {
            Some(id) => id.parse() == Ok(ours.number),
            None => !stale,
        };
        let Some(ours) = self.transfer.ours.as_mut().filter(meant) else {
            // Refused as unknown, the far end ends it (RFC 6665 §4.2.2).
            self.transfer.stale = false;
            return stack.refuse(key, request, Code::CALL_DOES_NOT_EXIST);
        };
        let state = request.headers.subscription_state().ok().flatten();
        let ended = state.is_some_and(|state| state.state == Substate::Terminated);
        let code = status_of(&request.body);
        let last = ended || code.is_some_and(|code| code >= 200);
        let news = !ours.over && (last || code.is_some());
        ours.over |= last;
        ours.ended |= ended;
        // A report may overtake the 202: then that is still to be waited for.
        if ended && ours.client.is_none() {
            self.transfer.ours = None;
        }
        stack.refuse(key, request, Code::OK);
        if news {
            stack.tell(line.id, SignalEvent::ReferReported { code, last });
        }
    }

    /// Takes in a REFER of the far end's.
    pub(super) fn hear_refer(
        &mut self,
        line: &Line,
        stack: &mut Stack,
        key: u64,
        request: Request,
    ) {
        let refer_to = match request.headers.refer_to() {
            Ok(refer_to) => refer_to,
            Err(_) => return stack.refuse(key, &request, Code::BAD_REQUEST),
        };
        if let Uri::Other(_) = refer_to.address.uri {
            return stack.refuse(key, &request, Code::UNSUPPORTED_URI_SCHEME);
        }
        if !refer_to.method().eq_ignore_ascii_case("INVITE") {
            return stack.refuse(key, &request, Code::DECLINE);
        }
        if self.transfer.theirs.is_some() {
            // One at a time; it may try again (RFC 3261 §21.5.1).
            return within::retry_later(stack, key, &request);
        }
        let to = refer_to.address.uri.to_string();
        let replaces = replaces(&refer_to);
        self.transfer.theirs = Some(Box::new(Theirs::Asked { key, request }));
        stack.tell(line.id, SignalEvent::Referred { to, replaces });
    }

    /// Answers the far end's REFER; once accepted, the first report follows at once
    /// (RFC 3515 §2.4.4).
    pub(super) fn answer_refer(&mut self, line: &mut Line, stack: &mut Stack, code: u16) {
        let theirs = &mut self.transfer.theirs;
        let asked = theirs.take_if(|theirs| matches!(**theirs, Theirs::Asked { .. }));
        let Some(Theirs::Asked { key, request }) = asked.map(|theirs| *theirs) else {
            return;
        };
        let code = Code::new(code).filter(|code| code.is_final());
        let code = code.unwrap_or(Code::DECLINE);
        if !code.is_success() {
            return stack.refuse(key, &request, code);
        }
        let mut response = stack.response(&request, code);
        let flow = stack.transactions.flow_of(key).unwrap_or(self.dialog.flow);
        stack.present(&mut response.headers, &flow);
        stack.respond(key, &response);
        let number = request.headers.cseq().map_or(0, |cseq| cseq.number);
        let event = match std::mem::replace(&mut self.transfer.told_apart, true) {
            true => format!("{REFER};id={number}"),
            false => REFER.to_owned(),
        };
        let reporting = Theirs::Reporting { event, client: 0 };
        self.transfer.theirs = Some(Box::new(reporting));
        self.report(line, stack, Code::TRYING.number());
    }

    /// Tells the far end how its REFER goes.
    pub(super) fn report(&mut self, line: &mut Line, stack: &mut Stack, code: u16) {
        let (Some(theirs), Some(code)) = (self.transfer.theirs.take(), Code::new(code)) else {
            return;
        };
        let Theirs::Reporting { event, .. } = *theirs else {
            self.transfer.theirs = Some(theirs);
            return;
        };
        let state = match code.is_final() {
            true => SubscriptionState::terminated("noresource"),
            false => SubscriptionState::active(REPORTS_EXPIRE_S),
        };
        let mut request = self.dialog.request(Method::Notify);
        request.headers.push(HeaderName::Event, &event);
        request.headers.push(HeaderName::SubscriptionState, state);
        let phrase = code.phrase();
        request.set_body(SIPFRAG, format!("SIP/2.0 {code} {phrase}\r\n"));
        let client = self.send(line, stack, &request);
        if !code.is_final() {
            let reporting = Theirs::Reporting { event, client };
            self.transfer.theirs = Some(Box::new(reporting));
        }
    }

    /// The call ends, from our side: what the far end has asked for is over with it.
    pub(super) fn end_transfer(&mut self, line: &mut Line, stack: &mut Stack) {
        self.answer_refer(line, stack, Code::REQUEST_TERMINATED.number());
        self.report(line, stack, Code::SERVICE_UNAVAILABLE.number());
        self.transfer = Transfer::default();
    }

    /// The call ends, from the far end's side: nobody is there to be told anything.
    pub(super) fn drop_transfer(&mut self, line: &mut Line, stack: &mut Stack) {
        self.answer_refer(line, stack, Code::REQUEST_TERMINATED.number());
        self.transfer = Transfer::default();
    }
}

/// A REFER outside of an answered call: there is nobody who could be sent elsewhere.
pub(crate) fn answer_refer(stack: &mut Stack, key: u64, request: &Request) {
    let code = match request.headers.refer_to() {
        Ok(_) => Code::DECLINE,
        Err(_) => Code::BAD_REQUEST,
    };
    stack.refuse(key, request, code);
}

/// A far end reports on a subscription that does not exist.
pub(crate) fn answer_notify(stack: &mut Stack, key: u64, request: &Request) {
    let refer = |package: &str| package.eq_ignore_ascii_case(REFER);
    match request.headers.event() {
        Ok(Some(event)) if refer(&event.package) => {
            stack.refuse(key, request, Code::CALL_DOES_NOT_EXIST);
        }
        _ => {
            // RFC 6665 §4.2.1.1: what is taken instead.
            let mut response = stack.response(request, Code::BAD_EVENT);
            response.headers.push(HeaderName::AllowEvents, REFER);
            stack.respond(key, &response);
        }
    }
}

/// A URI as it may stand in Refer-To: what customers write behind the question mark is escaped
/// anew, so that it can't be read as anything else (RFC 3261 §19.1.1).
fn target(text: &str) -> Result<Uri, Malformed> {
    let (address, headers) = text.split_once('?').unwrap_or((text, ""));
    let mut uri = Uri::parse(address.trim())?;
    let sip = uri.as_sip_mut().ok_or(Malformed("a SIP URI"))?;
    let pairs = headers.split('&').filter(|pair| !pair.is_empty());
    let escaped = |text: &str| encode_header(&decode(text));
    let pairs = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        format!("{}={}", escaped(name), escaped(value))
    });
    sip.headers = pairs.collect::<Vec<_>>().join("&");
    Ok(uri)
}

/// Whether the new call shall replace one, even one that is named in a way we can't read.
fn replaces(refer_to: &ReferTo) -> bool {
    let headers = refer_to.address.uri.as_sip().map_or("", |sip| &sip.headers);
    let mut names = headers.split(['&', '?']).map(|one| one.split('=').next());
    names.any(|name| name.is_some_and(|name| decode(name).eq_ignore_ascii_case("Replaces")))
}

/// The status in a report: its first line is that of a response (RFC 3515 §2.4.5).
fn status_of(body: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(body.get(..body.len().min(64))?)
        .map_or_else(|_| String::new(), str::to_owned);
    let (version, rest) = text.trim_start().split_once(' ')?;
    let code = rest.trim_start().get(..3)?.parse().ok()?;
    let known = version.eq_ignore_ascii_case("SIP/2.0") && Code::new(code).is_some();
    known.then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_a_target_are_escaped_anew() {
        for (written, sent) in [
            ("sip:bob@x.example", "sip:bob@x.example"),
            (
                "sip:bob@x.example;transport=tcp?X-a=b%20c",
                "sip:bob@x.example;transport=tcp?X-a=b%20c",
            ),
            (
                "sip:x.example?X-a=\"b\" <c>&&X-d",
                "sip:x.example?X-a=%22b%22%20%3Cc%3E&X-d=",
            ),
            (
                "sip:x.example?Replaces=a%40b%3Bto-tag%3D1",
                "sip:x.example?Replaces=a%40b%3Bto-tag%3D1",
            ),
            (
                "sip:x.example?X=é\r\nVia: y",
                "sip:x.example?X=%C3%A9%0D%0AVia:%20y",
            ),
        ] {
            assert_eq!(target(written).unwrap().to_string(), sent);
        }
        for wrong in ["tel:+12025550101", "bob", "sip:", "sip:a b@x", "sip:<x>"] {
            assert!(target(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_report_is_read_by_its_first_line() {
        assert_eq!(status_of(b"SIP/2.0 200 OK\r\n"), Some(200));
        assert_eq!(status_of(b"\r\nsip/2.0  486 Busy Here"), Some(486));
        assert_eq!(status_of(b"SIP/2.0 180"), Some(180));
        for wrong in [
            "",
            "SIP/2.0",
            "SIP/2.0 99 x",
            "HTTP/1.1 200 OK",
            "SIP/2.0 2\u{e9}0",
        ] {
            assert_eq!(status_of(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
