//! The last steps of a leg: our BYE until its answer, and theirs if both hung up at once.

use super::digest::Tried;
use super::{Line, State};
use crate::dialog::Dialog;
use crate::message::{Code, HeaderName, Method, Request, Response};
use crate::stack::Stack;

/// A leg that has sent its BYE.
#[derive(Debug)]
pub(crate) struct Ending {
    dialog: Dialog,
    client: u64,
    bye: Request,
    tried: Tried,
}

impl Ending {
    /// Sends the BYE.
    pub(crate) fn begin(line: &Line, stack: &mut Stack, mut dialog: Dialog) -> Ending {
        let bye = dialog.request(Method::Bye);
        let mut ending = Ending {
            dialog,
            client: 0,
            bye,
            tried: Tried::default(),
        };
        ending.send(line, stack);
        ending
    }

    fn send(&mut self, line: &Line, stack: &mut Stack) {
        let mut bye = self.bye.clone();
        let way = stack.way(&self.dialog);
        self.client = stack.request(line.user(), &mut bye, way);
    }

    /// Takes in the response to the BYE; whatever it is, the dialog is over (RFC 3261 §15.1.1).
    pub(crate) fn hear(
        &mut self,
        line: &Line,
        stack: &mut Stack,
        client: u64,
        response: &Response,
    ) -> Option<State> {
        if client != self.client {
            self.acknowledge_late(line, stack, client, response);
            return None;
        }
        if response.code.is_provisional() {
            return None;
        }
        if matches!(
            response.code,
            Code::UNAUTHORIZED | Code::PROXY_AUTHENTICATION_REQUIRED
        ) {
            let credentials = line.credentials.as_ref();
            let bye = &mut self.bye;
            if self.tried.answer(stack, bye, response, credentials) {
                self.dialog.local_seq += 1;
                let number = self.dialog.local_seq;
                bye.headers
                    .set(HeaderName::CSeq, format_args!("{number} BYE"));
                self.send(line, stack);
                return None;
            }
        }
        Some(State::Ended)
    }

    /// A 2xx to our re-INVITE that crossed our BYE wants its ACK all the same.
    fn acknowledge_late(&self, line: &Line, stack: &mut Stack, client: u64, response: &Response) {
        if let Ok(cseq) = response.headers.cseq()
            && cseq.method == Method::Invite
            && response.code.is_success()
        {
            stack.acknowledge_answer(Some(line.id), &self.dialog, client, cseq.number);
        }
    }

    /// The BYE got no answer.
    pub(crate) fn fail(&mut self, client: u64) -> Option<State> {
        (client == self.client).then_some(State::Ended)
    }

    /// Takes in a request that crossed our BYE.
    pub(crate) fn request(
        &mut self,
        stack: &mut Stack,
        key: u64,
        request: &Request,
    ) -> Option<State> {
        let code = match request.method {
            Method::Bye => Code::OK,
            _ => Code::CALL_DOES_NOT_EXIST,
        };
        stack.refuse(key, request, code);
        None
    }
}
