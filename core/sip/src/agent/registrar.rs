//! Phones register at us (RFC 3261 §10.3), each showing who it is by digest. A binding is reached
//! by the way its REGISTER came: NAT and closed ports are the rule, not the exception.

use std::collections::BTreeMap;

use super::digest::{Shown, challenge, check};
use crate::Binding;
use crate::message::header::{Contacts, NameAddr};
use crate::message::{Code, HeaderName, Request, Response, Uri};
use crate::output::Output;
use crate::stack::Stack;
use crate::transaction::timer::{Armed, Owner, Timer};
use crate::transport::Flow;
use model::{Span, Time, limit};

/// The bindings of all phones.
#[derive(Debug, Default)]
pub(crate) struct Registrar {
    users: BTreeMap<String, Vec<Bound>>,
    count: usize,
    armed: Armed<1>,
}

#[derive(Debug, Clone, PartialEq)]
struct Bound {
    contact: NameAddr,
    flow: Flow,
    expires_at: Time,
    updated_at: Time,
    call_id: String,
    number: u32,
}

impl Registrar {
    /// The contacts of a user, freshest first.
    pub(crate) fn bindings(&self, user: &str) -> Vec<Binding> {
        let mut bound: Vec<&Bound> = self.users.get(user).into_iter().flatten().collect();
        bound.sort_by_key(|one| std::cmp::Reverse((one.contact.q_thousandths(), one.updated_at)));
        bound
            .into_iter()
            .map(|one| Binding {
                contact: one.contact.uri.clone(),
                flow: one.flow,
                expires_at: one.expires_at,
            })
            .collect()
    }

    /// Answers a REGISTER.
    pub(crate) fn hear(&mut self, stack: &mut Stack, key: u64, request: &Request, flow: Flow) {
        let user = match check(stack, request, HeaderName::Authorization) {
            Shown::User(user) => user,
            Shown::Impostor => return stack.refuse(key, request, Code::FORBIDDEN),
            Shown::Nobody { stale } => {
                let mut response = stack.response(request, Code::UNAUTHORIZED);
                challenge(stack, &mut response, stale);
                return stack.respond(key, &response);
            }
        };
        // A user registers its own address and nobody else's.
        let to = request.headers.to().ok();
        let address = to.as_ref().and_then(|to| to.uri.user());
        if address.as_deref() != Some(user.as_str()) {
            return stack.refuse(key, request, Code::FORBIDDEN);
        }
        let had = self.users.contains_key(&user);
        let result = self.update(stack, &user, request, flow);
        let mut response = stack.response(request, result.err().unwrap_or(Code::OK));
        match result {
            Err(Code::INTERVAL_TOO_BRIEF) => {
                let min_s = stack.config.expires_min_s;
                response.headers.push(HeaderName::MinExpires, min_s);
            }
            Err(_) => {}
            Ok(changed) => {
                self.list(&mut response, &user, stack.now);
                let user = user.clone();
                if changed && self.users.contains_key(&user) {
                    stack.wire.out.push_back(Output::Registered { user });
                } else if had && !self.users.contains_key(&user) {
                    stack.wire.out.push_back(Output::Unregistered { user });
                }
            }
        }
        stack.respond(key, &response);
        self.wake_for(stack, &user);
    }

    /// Adds, refreshes or removes bindings; all or none (RFC 3261 §10.3, step 7). Tells whether
    /// any was added or refreshed.
    fn update(
        &mut self,
        stack: &Stack,
        user: &str,
        request: &Request,
        flow: Flow,
    ) -> Result<bool, Code> {
        let headers = &request.headers;
        let (Ok(call_id), Ok(cseq)) = (headers.call_id(), headers.cseq()) else {
            return Err(Code::BAD_REQUEST);
        };
        let contacts = headers.contacts().map_err(|_| Code::BAD_REQUEST)?;
        let mut all = self.users.get(user).cloned().unwrap_or_default();
        let mut added = false;
        match contacts {
            Contacts::Any if headers.expires_s() == Some(0) => {
                let old = |one: &Bound| one.call_id == call_id && one.number >= cseq.number;
                if all.iter().any(old) {
                    return Err(Code::SERVER_INTERNAL_ERROR);
                }
                all.clear();
            }
            Contacts::Any => return Err(Code::BAD_REQUEST),
            Contacts::List(list) => {
                for contact in list {
                    let asked = contact.expires_s().or(headers.expires_s());
                    let wanted = asked.unwrap_or(stack.config.expires_max_s);
                    if wanted > 0 && wanted < stack.config.expires_min_s {
                        return Err(Code::INTERVAL_TOO_BRIEF);
                    }
                    let granted = wanted.min(stack.config.expires_max_s);
                    let same = |one: &Bound| same_contact(&one.contact, &contact);
                    if let Some(at) = all.iter().position(same) {
                        let old = &all[at];
                        if old.call_id == call_id && old.number >= cseq.number {
                            return Err(Code::SERVER_INTERNAL_ERROR);
                        }
                        all.remove(at);
                    }
                    if granted > 0 {
                        added = true;
                        all.push(Bound {
                            contact,
                            flow,
                            expires_at: stack.now + Span::from_secs(u64::from(granted)),
                            updated_at: stack.now,
                            call_id: call_id.to_owned(),
                            number: cseq.number,
                        });
                    }
                }
            }
        }
        let before = self.users.get(user).map_or(0, Vec::len);
        let too_many = all.len() > limit::CONTACTS_PER_USER_MAX
            || self.count - before + all.len() > limit::BINDINGS_MAX;
        if too_many {
            return Err(Code::SERVICE_UNAVAILABLE);
        }
        self.count = self.count - before + all.len();
        if all.is_empty() {
            self.users.remove(user);
        } else {
            self.users.insert(user.to_owned(), all);
        }
        Ok(added)
    }

    fn list(&self, response: &mut Response, user: &str, now: Time) {
        for one in self.users.get(user).into_iter().flatten() {
            let left_s = one.expires_at.since(now).secs();
            let mut contact = one.contact.clone();
            contact.params.set("expires", &left_s.to_string());
            response.headers.push(HeaderName::Contact, contact);
        }
    }

    /// A connection is gone, and with it the bindings that were reached by it (RFC 5626 §5.3).
    pub(crate) fn closed(&mut self, stack: &mut Stack, connection: u64) {
        self.retain(stack, |one| one.flow.connection != connection);
    }

    /// Removes the bindings that have run out.
    pub(crate) fn fire(&mut self, stack: &mut Stack) {
        stack
            .timers
            .stop(&mut self.armed, Owner::Registrar, Timer::Due);
        let now = stack.now;
        self.retain(stack, |one| one.expires_at > now);
    }

    fn retain(&mut self, stack: &mut Stack, keep: impl Fn(&Bound) -> bool) {
        let mut gone = Vec::new();
        for (user, bound) in &mut self.users {
            bound.retain(&keep);
            if bound.is_empty() {
                gone.push(user.clone());
            }
        }
        for user in gone {
            self.users.remove(&user);
            stack.wire.out.push_back(Output::Unregistered { user });
        }
        self.count = self.users.values().map(Vec::len).sum();
        self.rearm(stack);
    }

    /// Wakes for this user's first end, if that comes before the next waking.
    fn wake_for(&mut self, stack: &mut Stack, user: &str) {
        let own = self.users.get(user).into_iter().flatten();
        if let Some(at) = own.map(|one| one.expires_at).min()
            && self.armed.at(Timer::Due).is_none_or(|due| at < due)
        {
            let owner = Owner::Registrar;
            stack.timers.set(&mut self.armed, owner, Timer::Due, at);
        }
    }

    /// Wakes at the first end of a binding, as it stands now: one that is refreshed meanwhile
    /// makes the next waking idle, which costs less than keeping all ends in order.
    fn rearm(&mut self, stack: &mut Stack) {
        let all = self.users.values().flatten();
        let first = all.map(|one| one.expires_at).min();
        let owner = Owner::Registrar;
        stack.timers.stop(&mut self.armed, owner, Timer::Due);
        if let Some(at) = first {
            stack.timers.set(&mut self.armed, owner, Timer::Due, at);
        }
    }

    /// The Request-URI and the way to a user's best contact.
    pub(crate) fn reach(&self, user: &str) -> Option<(Uri, Flow)> {
        let best = self.bindings(user).into_iter().next()?;
        Some((best.contact, best.flow))
    }
}

/// Whether a contact replaces another: the same instance (RFC 5626 §6), else the same URI.
fn same_contact(old: &NameAddr, new: &NameAddr) -> bool {
    let instance = |one: &NameAddr| {
        let name = one.params.value("+sip.instance").map(str::to_owned);
        name.map(|name| (name, one.params.value("reg-id").map(str::to_owned)))
    };
    match (instance(old), instance(new)) {
        (Some(old), Some(new)) => old == new,
        _ => old.uri.matches(&new.uri),
    }
}
