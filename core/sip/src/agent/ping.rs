//! OPTIONS: is the trunk alive?

use crate::config::Watch;
use crate::message::header::NameAddr;
use crate::message::{Code, HeaderName, Method, Request, Response, Uri};
use crate::output::Output;
use crate::stack::Stack;
use crate::transaction::User;
use crate::transaction::timer::{Armed, Owner, Timer};
use crate::transport::Flow;
use model::Span;

/// One watched trunk.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) id: u64,
    pub(crate) watch: Watch,
    client: Option<u64>,
    /// What was told last.
    up: Option<bool>,
    armed: Armed<1>,
}

impl Watched {
    /// A trunk that has not been asked yet.
    pub(crate) fn new(id: u64, watch: Watch) -> Watched {
        Watched {
            id,
            watch,
            client: None,
            up: None,
            armed: Armed::default(),
        }
    }

    /// Asks by this way.
    pub(crate) fn send_by(&mut self, stack: &mut Stack, flow: Flow) {
        let mut request = Request::new(Method::Options, self.watch.target.clone());
        let own = NameAddr::new(stack.contact(&flow));
        let tag = format!("{:016x}", stack.chance.next_u64());
        let call_id = stack.call_id();
        let headers = &mut request.headers;
        headers.push(HeaderName::MaxForwards, model::limit::MAX_FORWARDS);
        headers.push(HeaderName::From, own.clone().with_tag(&tag));
        headers.push(HeaderName::To, NameAddr::new(self.watch.target.clone()));
        headers.push(HeaderName::CallId, call_id);
        headers.push(HeaderName::CSeq, "1 OPTIONS");
        headers.push(HeaderName::Contact, own);
        headers.push(HeaderName::Accept, super::SDP);
        let user = User::Watch(self.id);
        self.client = Some(stack.request(user, &mut request, flow));
    }

    /// Takes in a response: any but 408 and 503 shows that somebody is there.
    pub(crate) fn hear(&mut self, stack: &mut Stack, client: u64, response: &Response) {
        if Some(client) != self.client || response.code.is_provisional() {
            return;
        }
        let dead = matches!(
            response.code,
            Code::REQUEST_TIMEOUT | Code::SERVICE_UNAVAILABLE
        );
        let reason = format!("{} {}", response.code, response.phrase());
        self.settle(stack, !dead, &reason);
    }

    /// The request got no answer, or could not leave.
    pub(crate) fn fail(&mut self, stack: &mut Stack, client: u64, code: Code) {
        if Some(client) == self.client {
            self.settle(stack, false, code.phrase());
        }
    }

    /// Nowhere to send to.
    pub(crate) fn lost(&mut self, stack: &mut Stack, reason: &str) {
        self.settle(stack, false, reason);
    }

    fn settle(&mut self, stack: &mut Stack, up: bool, reason: &str) {
        self.client = None;
        if self.up != Some(up) {
            self.up = Some(up);
            let name = self.watch.name.clone();
            stack.wire.out.push_back(match up {
                true => Output::TrunkUp { name },
                false => Output::TrunkDown {
                    name,
                    reason: reason.to_owned(),
                },
            });
        }
        let interval = Span::from_secs(u64::from(self.watch.interval_s.max(5)));
        let owner = Owner::Watch(self.id);
        stack.arm(&mut self.armed, owner, Timer::Due, interval);
    }

    /// Stops its timer.
    pub(crate) fn stop(&mut self, stack: &mut Stack) {
        let owner = Owner::Watch(self.id);
        stack.timers.stop_all(&mut self.armed, owner);
    }

    /// The URI that is asked.
    pub(crate) fn target(&self) -> &Uri {
        &self.watch.target
    }
}
