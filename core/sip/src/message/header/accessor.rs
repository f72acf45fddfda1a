//! Reading typed headers from a message: each is parsed when it is asked for.

use super::{
    Authentication, CSeq, Contacts, Event, MediaType, NameAddr, RAck, Reason, ReferTo, Replaces,
    RetryAfter, SessionExpires, SubscriptionState, Via, seconds,
};
use crate::message::scan::{number, trim};
use crate::message::{HeaderError, HeaderName, Headers, Method};

impl Headers {
    /// The topmost Via.
    pub fn via_top(&self) -> Result<Via, HeaderError> {
        self.first(HeaderName::Via)
    }

    /// All Via headers, topmost first.
    pub fn vias(&self) -> Result<Vec<Via>, HeaderError> {
        self.all(HeaderName::Via)
    }

    /// From.
    pub fn from_(&self) -> Result<NameAddr, HeaderError> {
        self.one(HeaderName::From)
    }

    /// To.
    pub fn to(&self) -> Result<NameAddr, HeaderError> {
        self.one(HeaderName::To)
    }

    /// Call-ID.
    pub fn call_id(&self) -> Result<&str, HeaderError> {
        let name = HeaderName::CallId;
        let mut values = self.values(name);
        let value = trim(values.next().ok_or(HeaderError::Missing(name))?);
        if values.next().is_some() {
            return Err(HeaderError::Repeated(name));
        }
        if value.is_empty() || value.contains([' ', '\t', ',', ';']) {
            return Err(HeaderError::Malformed(name, "one word"));
        }
        Ok(value)
    }

    /// CSeq.
    pub fn cseq(&self) -> Result<CSeq, HeaderError> {
        self.one(HeaderName::CSeq)
    }

    /// All Contact headers.
    pub fn contacts(&self) -> Result<Contacts, HeaderError> {
        Contacts::of(self)
    }

    /// The first Contact: the remote target of a dialog.
    pub fn contact(&self) -> Result<NameAddr, HeaderError> {
        self.first(HeaderName::Contact)
    }

    /// The Route set, first hop first.
    pub fn routes(&self) -> Result<Vec<NameAddr>, HeaderError> {
        self.all(HeaderName::Route)
    }

    /// Record-Route as written, topmost first.
    pub fn record_routes(&self) -> Result<Vec<NameAddr>, HeaderError> {
        self.all(HeaderName::RecordRoute)
    }

    /// Max-Forwards; `None` if absent or out of range, which counts as absent
    /// (RFC 4475 §3.1.2.4).
    pub fn max_forwards(&self) -> Option<u8> {
        number(self.value(HeaderName::MaxForwards)?)
    }

    /// Expires in seconds; what is no number counts as an hour (RFC 4475 §3.1.2.4).
    pub fn expires_s(&self) -> Option<u32> {
        self.value(HeaderName::Expires)
            .map(|text| seconds(text).unwrap_or(3600))
    }

    /// Min-Expires in seconds.
    pub fn min_expires_s(&self) -> Option<u32> {
        seconds(self.value(HeaderName::MinExpires)?)
    }

    /// Session-Expires.
    pub fn session_expires(&self) -> Result<Option<SessionExpires>, HeaderError> {
        self.optional(HeaderName::SessionExpires)
    }

    /// Min-SE in seconds (RFC 4028 §5).
    pub fn min_se_s(&self) -> Option<u32> {
        seconds(self.value(HeaderName::MinSe)?.split(';').next()?)
    }

    /// RSeq (RFC 3262 §7.1).
    pub fn rseq(&self) -> Option<u32> {
        number(self.value(HeaderName::RSeq)?)
    }

    /// RAck.
    pub fn rack(&self) -> Result<RAck, HeaderError> {
        self.one(HeaderName::RAck)
    }

    /// Refer-To.
    pub fn refer_to(&self) -> Result<ReferTo, HeaderError> {
        self.one(HeaderName::ReferTo)
    }

    /// Referred-By (RFC 3892).
    pub fn referred_by(&self) -> Result<Option<NameAddr>, HeaderError> {
        self.optional(HeaderName::ReferredBy)
    }

    /// Replaces.
    pub fn replaces(&self) -> Result<Option<Replaces>, HeaderError> {
        self.optional(HeaderName::Replaces)
    }

    /// Event.
    pub fn event(&self) -> Result<Option<Event>, HeaderError> {
        self.optional(HeaderName::Event)
    }

    /// Subscription-State.
    pub fn subscription_state(&self) -> Result<Option<SubscriptionState>, HeaderError> {
        self.optional(HeaderName::SubscriptionState)
    }

    /// Content-Type.
    pub fn content_type(&self) -> Result<Option<MediaType>, HeaderError> {
        self.optional(HeaderName::ContentType)
    }

    /// Every Reason that can be read.
    pub fn reasons(&self) -> impl Iterator<Item = Reason> {
        self.elements(HeaderName::Reason)
            .filter_map(|element| element.parse().ok())
    }

    /// Retry-After.
    pub fn retry_after(&self) -> Option<RetryAfter> {
        self.value(HeaderName::RetryAfter)?.parse().ok()
    }

    /// Whether Supported or Require names this option tag, in any case.
    pub fn supports(&self, tag: &str) -> bool {
        self.names(HeaderName::Supported, tag) || self.requires(tag)
    }

    /// Whether Require names this option tag.
    pub fn requires(&self, tag: &str) -> bool {
        self.names(HeaderName::Require, tag)
    }

    /// Whether Allow names this method; `None` if there is no Allow.
    pub fn allows(&self, method: &Method) -> Option<bool> {
        self.has(HeaderName::Allow).then(|| {
            self.elements(HeaderName::Allow)
                .any(|one| one == method.as_str())
        })
    }

    /// Whether a comma-separated header has this word, in any case.
    pub fn names(&self, name: HeaderName, word: &str) -> bool {
        self.elements(name)
            .any(|element| element.eq_ignore_ascii_case(word))
    }

    /// The challenges or credentials under one of the four authentication headers; those that
    /// cannot be read are left out.
    pub fn authentications(&self, name: HeaderName) -> Vec<Authentication> {
        self.values(name)
            .filter_map(|value| Authentication::list(value).ok())
            .flatten()
            .collect()
    }

    /// P-Asserted-Identity, else nothing: only to be believed from a trusted hop (RFC 3325).
    pub fn asserted_identity(&self) -> Option<NameAddr> {
        self.first(HeaderName::PAssertedIdentity).ok()
    }
}
