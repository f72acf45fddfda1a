//! What call control and the sound engine say to each other about one leg.
//!
//! The H.248 of this house. Sound is 8 kHz mono inside; a leg has one ear and one mouth.

use crate::amd::Settings;
use crate::recording::{PauseBehavior, RecordingTrack};
use crate::voice::VoiceWish;
use crate::{AccountSid, AnsweredBy, ErrorCode, LegId, RecordingSid};

/// Names one prompt on one leg; numbered by call control, never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlayId(pub u64);

/// Something a leg can hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prompt {
    /// Spoken text.
    Speech(Speech),
    /// A sound file at an HTTP(S) address.
    File {
        /// Absolute address.
        url: String,
        /// Whose call plays it: their token signs the request.
        account: AccountSid,
    },
    /// A tone that goes on until stopped, or has its own end.
    Tone(Tone),
    /// Keys to be sent to the far end: `0-9 A-D # *`, `w` half a second, `W` a second.
    Digits(String),
    /// Silence.
    Silence {
        /// How long.
        length_ms: u32,
    },
}

/// Text to speak, and how. No word of it is an engine's own: who speaks, in which language and
/// in which way is said so that any engine can come as near to it as it is able to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Speech {
    /// Who speaks.
    pub voice: VoiceWish,
    /// The language, as in `pt-BR`.
    pub language: String,
    /// What to speak, in order.
    pub parts: Vec<SpeechPart>,
}

/// A piece of speech.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpeechPart {
    /// Words, in the speech's language or their own.
    Text {
        /// The words. What is spelled or read out in a special way is in words already.
        text: String,
        /// Their own language, if another.
        language: Option<String>,
        /// How they are spoken.
        prosody: Prosody,
    },
    /// A pause.
    Break {
        /// How long.
        length_ms: u32,
    },
    /// A tone in place of words that must not be heard.
    Bleep {
        /// How long.
        length_ms: u32,
    },
}

impl SpeechPart {
    /// Words as the voice speaks them by itself, in the speech's language.
    pub fn text(text: impl Into<String>) -> SpeechPart {
        SpeechPart::Text {
            text: text.into(),
            language: None,
            prosody: Prosody::default(),
        }
    }
}

/// How words are spoken, beside the voice's own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prosody {
    /// Speed in hundredths of the voice's own.
    pub rate_percent: u16,
    /// Pitch in hundredths of the voice's own.
    pub pitch_percent: u16,
    /// Decibels louder; `Prosody::SILENT_DB` and below isn't heard.
    pub gain_db: i16,
}

impl Prosody {
    /// The gain of what isn't heard at all.
    pub const SILENT_DB: i16 = -60;
}

impl Default for Prosody {
    fn default() -> Self {
        Prosody {
            rate_percent: 100,
            pitch_percent: 100,
            gain_db: 0,
        }
    }
}

/// Tones the engine can make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tone {
    /// Ringback of a country (`us`, `br`, …), until stopped.
    Ringback(String),
    /// The short beep that asks a caller to speak.
    RecordBeep,
}

/// What a recording keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordSpec {
    /// True: what the leg says and what it hears on two channels. False: mixed into one.
    pub dual: bool,
    /// Which sound.
    pub track: RecordingTrack,
    /// Leave silence at both ends out.
    pub trim: bool,
    /// Ends it; `limit::RECORDING_SECS_MAX` at most.
    pub length_ms_max: u32,
    /// Ends it after so much silence from the far end; `None`: silence doesn't end it.
    pub silence_ms: Option<u32>,
}

impl RecordSpec {
    /// Whether silence alone is worth keeping: a recording of a call is true to the call, while a
    /// message that nobody spoke, or from which silence is to be cut, is none.
    pub fn keeps_silence(&self) -> bool {
        !self.trim && self.silence_ms.is_none()
    }
}

/// How a leg's first session description comes about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// We make the offer.
    Offer,
    /// We answer this offer.
    Answer {
        /// The far end's offer.
        sdp: String,
    },
}

/// What call control asks of the engine about one leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaCommand {
    /// Take a port and make a description; wants `Opened` or `Refused`.
    Open(Opening),
    /// The far end's answer to our offer, early or final. May come again with a change.
    Connect {
        /// Its answer.
        sdp: String,
    },
    /// The far end's new offer, or `None` to make one ourselves; wants `Renegotiated` or `Refused`.
    Renegotiate {
        /// Its offer.
        sdp: Option<String>,
    },
    /// Play this to the leg, after what is already queued for it.
    Play {
        /// Its name; `Played` carries it back.
        play: PlayId,
        /// What.
        prompt: Prompt,
        /// How often; 1 or more, bounded by `limit::PLAY_LOOPS_MAX`.
        loops: u32,
    },
    /// Stop this prompt if it plays or waits. `Played` with `Stopped` follows if it was there.
    StopPlay {
        /// Which.
        play: PlayId,
    },
    /// The two legs hear each other from now on. Ends whatever either of them was joined to.
    Join {
        /// The other leg.
        peer: LegId,
    },
    /// This leg hears the other, and isn't heard: early sound of a leg that still rings.
    Listen {
        /// The other leg.
        peer: LegId,
    },
    /// This leg hears itself, and is heard by nobody else. Ends whatever it was joined to.
    Echo,
    /// The leg hears and is heard by nobody, not even by itself.
    Part,
    /// Keep the leg's sound.
    Record {
        /// Its name.
        recording: RecordingSid,
        /// What and how long.
        spec: RecordSpec,
    },
    /// Take no sound for a recording until `ResumeRecord`. Again with another behaviour, that one
    /// counts from then on.
    PauseRecord {
        /// Which.
        recording: RecordingSid,
        /// What becomes of the time until then.
        behavior: PauseBehavior,
    },
    /// Take sound again.
    ResumeRecord {
        /// Which.
        recording: RecordingSid,
    },
    /// End a recording; `Recorded` follows when its file can be played.
    StopRecord {
        /// Which.
        recording: RecordingSid,
    },
    /// Find out who picked up, by what the leg says from now on. One `Detected` follows, unless
    /// the leg is closed before.
    Detect(Settings),
    /// Give the port back. Recordings end; prompts stop without a word. The last command of a leg.
    Close,
}

/// Why a prompt is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlayEnd {
    /// It was played to its end.
    Finished,
    /// It was stopped.
    Stopped,
    /// It couldn't be had: the fault's number and one sentence.
    Failed {
        /// 13420, 11200, 13520, …
        code: ErrorCode,
        /// What was wrong.
        text: String,
    },
}

/// Why a recording is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordEnd {
    /// `StopRecord` or `Close`.
    Stopped,
    /// The far end was silent for as long as the recording allows.
    Silence,
    /// It reached its greatest length.
    LengthMax,
    /// The sound could not be kept (disk full, …).
    Failed,
}

/// What the engine tells call control about one leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaEvent {
    /// The leg has a port; here is our description.
    Opened {
        /// Offer or answer, as was asked.
        sdp: String,
    },
    /// Our side of a renegotiation.
    Renegotiated {
        /// Our answer, or our offer if none was given.
        sdp: String,
    },
    /// The description can't be used: no codec in common, no port left, or it can't be read.
    Refused {
        /// The SIP response that says so: 488 or 503.
        code: u16,
        /// One sentence.
        text: String,
    },
    /// The far end pressed a key (RFC 4733 or in the sound).
    Digit {
        /// `0-9 A-D # *`.
        digit: char,
        /// How long it was held.
        duration_ms: u32,
    },
    /// A prompt is over.
    Played {
        /// Which.
        play: PlayId,
        /// Why.
        end: PlayEnd,
    },
    /// A recording no longer takes sound; its file is being finished.
    RecordEnded {
        /// Which.
        recording: RecordingSid,
        /// Why.
        end: RecordEnd,
    },
    /// A recording's file can be played, or there is none because nothing was heard.
    Recorded {
        /// Which.
        recording: RecordingSid,
        /// Milliseconds that were kept.
        length_ms: u32,
        /// False: not worth keeping, being too short or nothing but silence.
        heard: bool,
        /// Why it ended.
        end: RecordEnd,
    },
    /// It is known who picked up, or that it won't be.
    Detected {
        /// Who.
        answered_by: AnsweredBy,
    },
    /// No packet came for `limit::MEDIA_LOST_SECS`: the far end is gone. Told again after as long,
    /// since the first time a leg may not have been answered yet.
    Lost,
}
