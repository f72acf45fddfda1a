//! What comes too late: answers to an INVITE whose leg is over, or has given it up and gone on to
//! another address. Nobody hears of them, but the far end must not ring or stand connected for
//! ever (RFC 3261 §9.1, §13.2.2.4).

use crate::dialog::Dialog;
use crate::message::{Method, Response};
use crate::stack::Stack;
use crate::transaction::User;
use crate::transport::Flow;

impl Stack {
    /// Gives an INVITE up that has no final response: its transaction lives on by itself, and
    /// what it hears comes to `hear_late`.
    pub(crate) fn give_up(&mut self, client: u64) {
        let (transactions, mut turn) = self.split();
        transactions.give_up(&mut turn, client);
    }

    /// Takes in a response nobody waits for. Only one to an INVITE asks for something: who rings
    /// is cancelled, who answers is acknowledged and hung up on. (A refusal is acknowledged by
    /// its transaction.)
    pub(crate) fn hear_late(&mut self, client: u64, response: &Response, flow: Flow) {
        let cseq = response.headers.cseq();
        if !cseq.is_ok_and(|cseq| cseq.method == Method::Invite) {
            return;
        }
        if response.code.is_success() {
            self.decline_answer(client, response, flow);
        } else if response.code.is_provisional() {
            let (transactions, mut turn) = self.split();
            transactions.cancel(&mut turn, client);
        }
    }

    /// ACK and BYE for an answer nobody wants: another fork's, a late one, or one that crossed
    /// our CANCEL.
    pub(crate) fn decline_answer(&mut self, client: u64, response: &Response, flow: Flow) {
        let Some(mut dialog) = Dialog::of_response(response, flow) else {
            return;
        };
        self.acknowledge_answer(None, &dialog, client, dialog.local_seq);
        let mut bye = dialog.request(Method::Bye);
        let flow = self.way(&dialog);
        self.request(User::Nobody, &mut bye, flow);
    }
}
