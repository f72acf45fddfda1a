//! Dialogs from requests and responses, and the requests they make.

use super::{Dialog, hop_of};
use crate::message::{Code, HeaderName, Method, Request, Response, Uri};
use crate::transport::{Flow, Transport};

fn flow(remote: &str) -> Flow {
    let local = "198.51.100.1:5060".parse().unwrap();
    Flow::datagrams(Transport::Udp, local, remote.parse().unwrap())
}

fn invite(routes: &[&str], contact: &str) -> Request {
    let mut request = Request::new(Method::Invite, "sip:us@198.51.100.1".parse().unwrap());
    let headers = &mut request.headers;
    for route in routes {
        headers.push(HeaderName::RecordRoute, route);
    }
    headers.push(HeaderName::From, "<sip:a@x.example>;tag=theirs");
    headers.push(HeaderName::To, "<sip:us@198.51.100.1>");
    headers.push(HeaderName::CallId, "one");
    headers.push(HeaderName::CSeq, "7 INVITE");
    headers.push(HeaderName::Contact, contact);
    request
}

fn called(routes: &[&str], contact: &str, remote: &str) -> Dialog {
    let request = invite(routes, contact);
    Dialog::of_request(&request, "<sip:us@198.51.100.1>;tag=ours", flow(remote)).unwrap()
}

fn routes_of(request: &Request) -> Vec<String> {
    let routes = request.headers.values(HeaderName::Route);
    routes.map(str::to_owned).collect()
}

#[test]
fn the_called_side_keeps_the_order_and_the_caller_turns_it() {
    let routes = [
        "<sip:p1.example;lr>, <sip:p2.example;lr>",
        "<sip:p3.example;lr>",
    ];
    let mut dialog = called(&routes, "<sip:a@192.0.2.5>", "192.0.2.1:5060");
    let bye = dialog.request(Method::Bye);
    assert_eq!(bye.uri.to_string(), "sip:a@192.0.2.5");
    assert_eq!(
        routes_of(&bye),
        [
            "<sip:p1.example;lr>",
            "<sip:p2.example;lr>",
            "<sip:p3.example;lr>"
        ]
    );
    assert_eq!(bye.headers.value(HeaderName::CSeq), Some("1 BYE"));
    assert_eq!(bye.headers.to().unwrap().tag(), Some("theirs"));
    assert_eq!(bye.headers.from_().unwrap().tag(), Some("ours"));

    let mut response = Response::to(&invite(&routes, "<sip:b@192.0.2.6>"), Code::OK);
    response.set_to_tag("far");
    let request = invite(&routes, "<sip:b@192.0.2.6>");
    response
        .headers
        .copy(&request.headers, HeaderName::RecordRoute);
    response
        .headers
        .push(HeaderName::Contact, "<sip:b@192.0.2.6>");
    let mut dialog = Dialog::of_response(&response, flow("192.0.2.1:5060")).unwrap();
    assert_eq!(dialog.ack(7).headers.value(HeaderName::CSeq), Some("7 ACK"));
    let bye = dialog.request(Method::Bye);
    assert_eq!(
        routes_of(&bye),
        [
            "<sip:p3.example;lr>",
            "<sip:p2.example;lr>",
            "<sip:p1.example;lr>"
        ]
    );
    assert_eq!(bye.headers.value(HeaderName::CSeq), Some("8 BYE"));
}

#[test]
fn a_strict_router_is_asked_by_its_own_name() {
    let routes = ["<sip:strict.example>, <sip:loose.example;lr>"];
    let mut dialog = called(&routes, "<sip:a@192.0.2.5>", "192.0.2.1:5060");
    let bye = dialog.request(Method::Bye);
    assert_eq!(bye.uri.to_string(), "sip:strict.example");
    assert_eq!(
        routes_of(&bye),
        ["<sip:loose.example;lr>", "<sip:a@192.0.2.5>"]
    );
}

#[test]
fn requests_go_to_the_route_else_the_target_else_back() {
    let hop = |routes: &[&str], contact: &str, remote: &str| {
        let dialog = called(routes, contact, remote);
        dialog
            .hop()
            .map(|hop| format!("{:?} {}", hop.transport, hop.address))
    };
    let cases = [
        (vec![], "<sip:a@192.0.2.5:5070>", Some("Udp 192.0.2.5:5070")),
        (
            vec!["<sip:192.0.2.8;lr>"],
            "<sip:a@192.0.2.5>",
            Some("Udp 192.0.2.8:5060"),
        ),
        (
            vec![],
            "<sip:a@192.0.2.5;transport=tcp>",
            Some("Tcp 192.0.2.5:5060"),
        ),
        (vec![], "<sips:a@192.0.2.5>", Some("Tls 192.0.2.5:5061")),
        (vec![], "<sip:a@phone.example>", None),
        // A private address named from outside is behind a NAT.
        (vec![], "<sip:a@192.168.1.5>", None),
        (vec![], "<sip:a@10.1.2.3:5062>", None),
    ];
    for (routes, contact, expected) in cases {
        let found = hop(&routes, contact, "203.0.113.1:5060");
        assert_eq!(found.as_deref(), expected, "{contact}");
    }
    assert!(hop(&[], "<sip:a@192.168.1.5>", "192.168.1.1:5060").is_some());
    let mut pinned = called(&[], "<sip:a@192.0.2.5>", "203.0.113.1:5060");
    pinned.pinned = true;
    assert_eq!(pinned.hop(), None);
}

#[test]
fn sequence_numbers_only_go_up() {
    let mut dialog = called(&[], "<sip:a@192.0.2.5>", "192.0.2.1:5060");
    assert!(!dialog.accepts(7));
    assert!(!dialog.accepts(1));
    assert!(dialog.accepts(9), "gaps are allowed");
    assert!(!dialog.accepts(8));
}

#[test]
fn a_target_refresh_moves_the_far_end() {
    let mut dialog = called(&[], "<sip:a@192.0.2.5>", "192.0.2.1:5060");
    dialog.refresh(&invite(&[], "<sip:a@192.0.2.99>").headers);
    assert_eq!(
        dialog.request(Method::Bye).uri.to_string(),
        "sip:a@192.0.2.99"
    );
    dialog.refresh(&Request::new(Method::Update, dialog.target.clone()).headers);
    assert_eq!(dialog.target.to_string(), "sip:a@192.0.2.99");
}

#[test]
fn a_hop_needs_an_address_and_a_known_transport() {
    let hop = |text: &str| hop_of(Uri::parse(text).unwrap().as_sip().unwrap());
    assert!(hop("sip:a@x.example").is_none());
    assert!(hop("sip:a@192.0.2.1;transport=sctp").is_none());
    let six = hop("sip:a@[2001:db8::1]").unwrap();
    assert_eq!(six.address, "[2001:db8::1]:5060".parse().unwrap());
    let other = hop("sip:a@x.example;maddr=192.0.2.3").unwrap();
    assert_eq!(other.address, "192.0.2.3:5060".parse().unwrap());
}
