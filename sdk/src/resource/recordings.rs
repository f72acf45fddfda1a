//! `/Recordings`: what was recorded, and its sound.

use crate::ClientOf;
use crate::mode::Mode;
use crate::operation::resource;
use crate::path::Path;
use crate::request::{Request, Target};
use crate::retry::Verb;
use crate::value::When;
use api::Recording;
use std::fmt;

resource! {
    /// What was recorded in all calls.
    Recordings {
        /// Lists them, newest first.
        list[]() => ListRecordings = "ListRecording" LIST -> Recording {
            /// Only those that began on this day.
            date_created "DateCreated": When;
            /// Only those that began before.
            date_created_before "DateCreated<": When;
            /// Only those that began then or later.
            date_created_after "DateCreated>": When;
            /// Only those of this call.
            call_sid "CallSid": String;
            /// Only those of this conference.
            conference_sid "ConferenceSid": String;
            /// Whether those that were deleted lately are among them.
            include_soft_deleted "IncludeSoftDeleted": bool;
        }

        /// Fetches one: what is known of it.
        fetch[sid]() => FetchRecording = "FetchRecording" GET -> Recording {
            /// Whether it is also found if it was deleted lately.
            include_soft_deleted "IncludeSoftDeleted": bool;
        }

        /// Deletes one, and its sound.
        delete[sid]() => DeleteRecording = "DeleteRecording" DELETE -> () {}
    }
}

impl<M: Mode> Recordings<M> {
    /// Fetches the sound of one: WAV, unless another form is named.
    pub fn media(&self, sid: impl AsRef<str>) -> FetchMedia<M> {
        FetchMedia {
            client: self.client.clone(),
            path: self.path.below(sid.as_ref()),
            form: SoundForm::Wav,
            channels: None,
            range: None,
        }
    }
}

/// A form of sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SoundForm {
    /// As it was recorded.
    #[default]
    Wav,
    /// Smaller.
    Mp3,
}

/// The sound of a recording: [`Recordings::media`].
#[must_use = "an operation does nothing until it is sent"]
pub struct FetchMedia<M: Mode> {
    client: ClientOf<M>,
    path: Path,
    form: SoundForm,
    channels: Option<u32>,
    range: Option<String>,
}

impl<M: Mode> FetchMedia<M> {
    /// In which form it comes.
    pub fn form(mut self, form: SoundForm) -> Self {
        self.form = form;
        self
    }

    /// 1 mixes two channels into one; 2 is had only of what was recorded in two.
    ///
    /// Parameter `RequestedChannels`.
    pub fn requested_channels(mut self, channels: u32) -> Self {
        self.channels = Some(channels);
        self
    }

    /// Only a part of it, as the header `Range` says it (RFC 9110 §14.2): `bytes=0-1023`. Whether
    /// a part came, or all of it nevertheless, says [`content_range`](crate::Media::content_range).
    pub fn range(mut self, range: impl Into<String>) -> Self {
        self.range = Some(range.into());
        self
    }

    /// Sends it. The sound is still to come then.
    pub fn send(self) -> M::Answer<M::Media> {
        let (suffix, accept) = match self.form {
            SoundForm::Wav => (".wav", "audio/x-wav, audio/*;q=0.9, */*;q=0.1"),
            SoundForm::Mp3 => (".mp3", "audio/mpeg, audio/*;q=0.9, */*;q=0.1"),
        };
        let mut request = Request::new(Verb::Get, Path::root());
        request.target = Target::Sound(self.path, suffix);
        request.accept = accept;
        request.range = self.range;
        if let Some(channels) = self.channels {
            request.put("RequestedChannels", channels);
        }
        self.client.media(request)
    }
}

impl<M: Mode> fmt::Debug for FetchMedia<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FetchMedia").field(&self.path.whole).finish()
    }
}
