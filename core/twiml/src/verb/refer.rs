//! `<Refer>`: sends the caller elsewhere by SIP REFER.

use crate::value::Method;
use crate::warning::Code;

element! {
    /// Where a Refer sends the caller.
    pub struct ReferSip = "Sip" of uri: String;
    -> content {
        /// The SIP address; headers may follow a question mark.
        uri: String,
    }
}

element! {
    /// Asks the caller's SIP side to call elsewhere.
    pub struct Refer = "Refer";
    /// What is requested when the far side has answered; absent means the next verb.
    action: Option<String> = None, "action", Code::Schema;
    /// How the action is requested.
    method: Method = Method::Post, "method", Code::Schema;
    -> content {
        /// Where to.
        sip: Option<ReferSip> => sip(ReferSip),
    }
}
