//! The smallest world that call control can live in: it answers what it is set up to answer, and
//! keeps everything that was asked of it.

use crate::command::{EndAs, Source};
use crate::effect::Question;
use crate::*;
use model::media::{MediaCommand, MediaEvent, PlayEnd, PlayId, RecordEnd};
use model::signal::{Invite, Offered, Origin, SignalCommand, SignalEvent};
use model::*;
use std::collections::{BTreeMap, BTreeSet};

/// A number of ours whose account may take no calls.
pub const SUSPENDED: &str = "+12025550198";

pub struct World {
    pub control: CallControl,
    pub now: Time,
    /// Pages by address.
    pub pages: BTreeMap<String, String>,
    /// Numbers that are ours, and their voice_url.
    pub numbers: BTreeMap<String, Option<String>>,
    /// Which application handles calls to our numbers, whether it is known or not.
    pub application: Option<ApplicationSid>,
    /// Applications that are known.
    pub applications: Vec<Application>,
    /// Callers' names are looked up.
    pub caller_id_lookup: bool,
    /// Sound opens by itself.
    pub opens: bool,
    /// Prompts end by themselves.
    pub plays: bool,
    /// Recordings are finished by themselves, with this length.
    pub records: Option<u32>,
    /// The ladder: one short line per thing.
    pub ladder: Vec<String>,
    pub rows: BTreeMap<CallSid, CallRow>,
    pub recordings: BTreeMap<RecordingSid, RecordingRow>,
    pub notices: Vec<NotificationRow>,
    pub events: Vec<WebEventRow>,
    pub caller_ids: Vec<OutgoingCallerId>,
    pub callbacks: Vec<Callback>,
    pub replies: Vec<Result<Box<CallRow>, Refusal>>,
    /// Recordings that the API was shown, and whether each was begun by its request.
    pub shown: Vec<(RecordingRow, bool)>,
    pub fetches: Vec<(FetchId, WebRequest)>,
    pub invites: BTreeMap<LegId, Invite>,
    pub gone: Vec<CallSid>,
    /// What the store holds of calls that wait.
    pub waiting: BTreeMap<u64, WaitingCall>,
    /// The rate of the account.
    pub calls_per_second: u32,
    pub playing: Vec<(LegId, PlayId)>,
    closed: BTreeSet<LegId>,
    offered: u64,
}

pub const ACCOUNT: AccountSid = AccountSid(0xac);

pub fn new_call(to: &str) -> NewCall {
    NewCall {
        account: ACCOUNT,
        number: None,
        application: None,
        to: Address::parse(to),
        from: Address::parse("+12025550190"),
        caller_id: None,
        source: Source::Url {
            url: "http://app/voice?x=1".into(),
            method: Method::Post,
        },
        fallback: None,
        status_callback: Some(StatusCallback {
            url: "http://app/status".into(),
            method: Method::Post,
            events: model::callback::CallEvents::parse("initiated ringing answered completed")
                .unwrap(),
        }),
        send_digits: None,
        ring_secs: 60,
        time_limit_secs: 3_600,
        record: None,
        credentials: None,
        reason: None,
        detection: None,
        delay_secs: 0,
    }
}

pub fn offer(to: &str, from: &str, origin: Origin) -> Box<Offered> {
    Box::new(Offered {
        to: Address::parse(to),
        from: Address::parse(from),
        caller_name: None,
        forwarded_from: None,
        sdp: Some("offer".into()),
        sip_call_id: "call-id".into(),
        source: "192.0.2.7:5060".into(),
        origin,
        headers: vec![("X-Tenant".into(), "7".into())],
        max_forwards: 70,
    })
}

impl World {
    pub fn new() -> World {
        World {
            control: CallControl::new(Config::default(), Chance::new(1)),
            now: Time::from_secs(1_700_000_000),
            pages: BTreeMap::new(),
            numbers: BTreeMap::new(),
            application: None,
            applications: Vec::new(),
            caller_id_lookup: false,
            opens: true,
            plays: true,
            records: Some(3_000),
            ladder: Vec::new(),
            rows: BTreeMap::new(),
            recordings: BTreeMap::new(),
            notices: Vec::new(),
            events: Vec::new(),
            caller_ids: Vec::new(),
            callbacks: Vec::new(),
            replies: Vec::new(),
            shown: Vec::new(),
            fetches: Vec::new(),
            invites: BTreeMap::new(),
            gone: Vec::new(),
            waiting: BTreeMap::new(),
            calls_per_second: limit::CALLS_PER_SECOND_MAX,
            playing: Vec::new(),
            closed: BTreeSet::new(),
            offered: 0,
        }
    }

    /// A world whose calls cost something.
    pub fn rated(rates: Vec<Rate>) -> World {
        let config = Config {
            rates,
            ..Config::default()
        };
        World {
            control: CallControl::new(config, Chance::new(1)),
            ..World::new()
        }
    }

    pub fn page(mut self, url: &str, body: &str) -> World {
        self.pages
            .insert(url.into(), format!("<Response>{body}</Response>"));
        self
    }

    pub fn number(mut self, number: &str, url: Option<&str>) -> World {
        self.numbers.insert(number.into(), url.map(str::to_owned));
        self
    }

    pub fn happen(&mut self, event: Event) {
        let mut out = Vec::new();
        self.control.handle(self.now, event, &mut out);
        self.carry(out);
    }

    /// Lets time pass, waking call control on the way.
    pub fn pass(&mut self, millis: u64) {
        let end = self.now + Span::from_millis(millis);
        while let Some(at) = self.control.next_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            let mut out = Vec::new();
            self.control.handle_timeout(self.now, &mut out);
            self.carry(out);
        }
        self.now = end;
    }

    pub fn create(&mut self, call: NewCall) -> CallSid {
        self.happen(Event::Command(Command::Create {
            ask: AskId(1),
            call: Box::new(call),
            calls_per_second: self.calls_per_second,
        }));
        self.replies.last().unwrap().as_ref().unwrap().sid
    }

    pub fn update(&mut self, call: CallSid, source: Option<&str>, status: Option<EndAs>) {
        let source = source.map(|text| match text.starts_with("http") {
            true => Source::Url {
                url: text.into(),
                method: Method::Post,
            },
            false => Source::Twiml(text.into()),
        });
        let update = Update {
            source,
            fallback: None,
            status_callback: None,
            status,
            time_limit_secs: None,
        };
        let account = ACCOUNT;
        let ask = AskId(2);
        self.happen(Event::Command(Command::Update {
            ask,
            account,
            call,
            update,
        }));
    }

    pub fn offer(&mut self, offered: Box<Offered>) -> LegId {
        let leg = LegId(LegId::FIRST_OFFERED.0 + self.offered);
        self.offered += 1;
        self.signal(leg, SignalEvent::Offered(offered));
        leg
    }

    pub fn signal(&mut self, leg: LegId, event: SignalEvent) {
        self.happen(Event::Signal { leg, event });
    }

    pub fn media(&mut self, leg: LegId, event: MediaEvent) {
        self.happen(Event::Media { leg, event });
    }

    pub fn ring(&mut self, leg: LegId) {
        self.signal(
            leg,
            SignalEvent::Progress {
                code: 180,
                sdp: None,
            },
        );
    }

    pub fn answer(&mut self, leg: LegId) {
        let sdp = Some("answer".into());
        let headers = vec![("X-Desk".into(), "4".into())];
        let sip_call_id = format!("id-{leg}");
        self.signal(
            leg,
            SignalEvent::Answered {
                sdp,
                headers,
                sip_call_id,
            },
        );
    }

    pub fn fail(&mut self, leg: LegId, code: u16) {
        let (reason, headers) = (String::new(), Vec::new());
        let sip_call_id = format!("id-{leg}");
        self.signal(
            leg,
            SignalEvent::Failed {
                code,
                reason,
                headers,
                sip_call_id,
                error: None,
            },
        );
    }

    pub fn hang_up(&mut self, leg: LegId) {
        self.signal(leg, SignalEvent::Released { canceled: false });
    }

    pub fn press(&mut self, leg: LegId, keys: &str) {
        for digit in keys.chars() {
            self.media(
                leg,
                MediaEvent::Digit {
                    digit,
                    duration_ms: 100,
                },
            );
        }
    }

    pub fn played(&mut self, leg: LegId, play: PlayId) {
        self.playing.retain(|(_, waiting)| *waiting != play);
        self.media(
            leg,
            MediaEvent::Played {
                play,
                end: PlayEnd::Finished,
            },
        );
    }

    pub fn status(&self, call: CallSid) -> CallStatus {
        self.rows[&call].status
    }

    pub fn child(&self, n: usize) -> &CallRow {
        let mut rows: Vec<_> = self
            .rows
            .values()
            .filter(|row| row.parent.is_some())
            .collect();
        rows.sort_by_key(|row| row.to.to_string());
        rows[n]
    }

    pub fn codes(&self) -> Vec<u32> {
        self.notices.iter().map(|notice| notice.code).collect()
    }

    /// The parameters of the last request to this address.
    pub fn asked(&self, url: &str) -> BTreeMap<String, String> {
        let of = |(_, request): &&(FetchId, WebRequest)| request.url == url;
        let (_, request) = self.fetches.iter().rev().find(of).expect("it was asked");
        request.parameters.iter().cloned().collect()
    }

    pub fn was_asked(&self, url: &str) -> bool {
        self.fetches.iter().any(|(_, request)| request.url == url)
    }

    /// `CallStatus SequenceNumber` of every status callback of a call.
    pub fn told(&self, call: CallSid) -> Vec<String> {
        let of = |callback: &&Callback| {
            callback.call == call && value(callback, "CallbackSource").is_some()
        };
        let line = |callback: &Callback| {
            let part = |name| value(callback, name).unwrap_or_default();
            format!("{} {}", part("CallStatus"), part("SequenceNumber"))
        };
        self.callbacks.iter().filter(of).map(line).collect()
    }

    /// Nothing is left of anything.
    pub fn assert_over(&self) {
        assert!(self.control.is_empty(), "{:?}", self.control);
        assert_eq!(self.gone.len(), self.rows.len(), "every call is gone");
        assert!(self.rows.values().all(|row| row.status.is_final()));
    }

    pub fn assert_ladder(&self, expected: &[&str]) {
        assert_eq!(self.ladder, expected, "{:#?}", self.ladder);
    }

    pub fn saw(&self, line: &str) -> bool {
        self.ladder.iter().any(|seen| seen == line)
    }

    pub fn carry(&mut self, out: Vec<Effect>) {
        let mut next = Vec::new();
        for effect in out {
            self.carry_one(effect, &mut next);
        }
        for event in next {
            self.happen(event);
        }
    }

    fn carry_one(&mut self, effect: Effect, next: &mut Vec<Event>) {
        match effect {
            Effect::Save(Row::Call(row)) => {
                let before = self.rows.get(&row.sid).map(|row| row.status);
                if before != Some(row.status) {
                    self.ladder.push(format!("save {}", row.status));
                }
                assert!(
                    before.is_none_or(|it| !it.is_final()),
                    "a final row is written once"
                );
                self.rows.insert(row.sid, *row);
            }
            Effect::Save(Row::Recording(row)) => {
                self.ladder
                    .push(format!("recording {}", row.status.as_str()));
                self.recordings.insert(row.sid, *row);
            }
            Effect::Save(Row::Notification(row)) => {
                self.ladder.push(format!("notice {}", row.code));
                self.notices.push(*row);
            }
            Effect::Save(Row::CallerId(row)) => self.caller_ids.push(*row),
            Effect::Save(Row::WebEvent(row)) => self.events.push(*row),
            Effect::Save(Row::Waiting(row)) => {
                self.waiting.insert(row.place, *row);
            }
            Effect::Save(Row::Left(place)) => {
                assert!(self.waiting.remove(&place).is_some(), "a call leaves once");
            }
            Effect::Reply { result, .. } => {
                self.ladder.push(format!("reply {}", result.is_ok()));
                match result {
                    Ok(Granted::Call(row)) => self.replies.push(Ok(row)),
                    Ok(Granted::Recording { row, begun }) => self.shown.push((*row, begun)),
                    Err(refusal) => self.replies.push(Err(refusal)),
                }
            }
            Effect::Notify(callback) => {
                let status = value(&callback, "CallStatus")
                    .or(value(&callback, "RecordingStatus"))
                    .unwrap_or_default();
                self.ladder.push(format!("tell {status}"));
                self.callbacks.push(callback);
            }
            Effect::Fetch { fetch, request } => self.fetch(fetch, request, next),
            Effect::Lookup { lookup, question } => {
                let found = self.found(question);
                next.push(Event::Found { lookup, found });
            }
            Effect::Signal { leg, command } => {
                self.ladder.push(format!("{leg} {}", word(&command)));
                if let SignalCommand::Invite(invite) = command {
                    self.invites.insert(leg, *invite);
                }
            }
            Effect::Media { leg, command } => self.sound(leg, command, next),
            Effect::Gone(call) => {
                self.ladder.push("gone".into());
                self.gone.push(call);
            }
        }
    }

    fn fetch(&mut self, fetch: FetchId, request: WebRequest, next: &mut Vec<Event>) {
        self.ladder.push(format!("fetch {}", request.url));
        let bare = request.url.split('?').next().unwrap_or_default();
        let page = self.pages.get(&request.url).or(self.pages.get(bare));
        match page.map(String::as_str) {
            Some("<Response>slow</Response>") => {}
            Some(body) => next.push(Event::Fetched {
                fetch,
                reply: WebReply::Answered {
                    status: 200,
                    content_type: Some("text/xml".into()),
                    body: body.into(),
                    url: request.url.clone(),
                },
            }),
            None => next.push(Event::Fetched {
                fetch,
                reply: WebReply::Failed {
                    code: ErrorCode::HTTP_FAILURE,
                    status: Some(404),
                    text: "not found".into(),
                },
            }),
        }
        self.fetches.push((fetch, request));
    }

    fn found(&self, question: Question) -> Found {
        match question {
            Question::Number(number) if number == SUSPENDED => Found::Suspended,
            Question::Number(number) => {
                let known = self.numbers.get(&number);
                Found::Number(known.map(|url| {
                    Box::new(Number {
                        application: self.application,
                        caller_id_lookup: self.caller_id_lookup,
                        ..owned(&number, url.clone())
                    })
                }))
            }
            Question::CallerId(_, number) => Found::CallerId(
                self.numbers.contains_key(&number)
                    || self.caller_ids.iter().any(|row| row.phone_number == number),
            ),
            Question::Application(_, sid) => {
                let found = self.applications.iter().find(|row| row.sid == sid);
                Found::Application(found.cloned().map(Box::new))
            }
            Question::Account => Found::Account(Some(Account::new(ACCOUNT, "", "", Time(0)))),
        }
    }

    fn sound(&mut self, leg: LegId, command: MediaCommand, next: &mut Vec<Event>) {
        self.ladder.push(format!("{leg} {}", sound_word(&command)));
        assert!(!self.closed.contains(&leg), "{leg} is closed: {command:?}");
        match &command {
            MediaCommand::Close => assert!(self.closed.insert(leg)),
            MediaCommand::Join { peer } | MediaCommand::Listen { peer } => {
                assert!(!self.closed.contains(peer), "{peer} is closed: {command:?}");
            }
            _ => {}
        }
        match command {
            MediaCommand::Open(_) if self.opens => {
                let event = MediaEvent::Opened {
                    sdp: format!("sdp-{leg}"),
                };
                next.push(Event::Media { leg, event });
            }
            MediaCommand::Renegotiate { .. } if self.opens => {
                let event = MediaEvent::Renegotiated {
                    sdp: "again".into(),
                };
                next.push(Event::Media { leg, event });
            }
            MediaCommand::Play {
                play,
                prompt: model::media::Prompt::Tone(model::media::Tone::Ringback(_)),
                ..
            } => {
                self.playing.push((leg, play));
            }
            MediaCommand::Play { play, .. } if self.plays => {
                let event = MediaEvent::Played {
                    play,
                    end: PlayEnd::Finished,
                };
                next.push(Event::Media { leg, event });
            }
            MediaCommand::Play { play, .. } => self.playing.push((leg, play)),
            MediaCommand::StopPlay { play }
                if self.playing.iter().any(|(_, waiting)| *waiting == play) =>
            {
                self.playing.retain(|(_, waiting)| *waiting != play);
                let event = MediaEvent::Played {
                    play,
                    end: PlayEnd::Stopped,
                };
                next.push(Event::Media { leg, event });
            }
            MediaCommand::StopRecord { recording } => {
                self.finish(leg, recording, next);
            }
            MediaCommand::Close => {
                self.playing.retain(|(of, _)| *of != leg);
                let call = self.control.sid_of(leg);
                let open = |row: &&RecordingRow| {
                    use model::recording::RecordingStatus::{InProgress, Paused};
                    Some(row.call) == call && matches!(row.status, InProgress | Paused)
                };
                let open: Vec<_> = self
                    .recordings
                    .values()
                    .filter(open)
                    .map(|row| row.sid)
                    .collect();
                for recording in open {
                    self.finish(leg, recording, next);
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self, leg: LegId, recording: RecordingSid, next: &mut Vec<Event>) {
        let end = RecordEnd::Stopped;
        if let Some(length_ms) = self.records {
            let event = MediaEvent::RecordEnded { recording, end };
            next.push(Event::Media { leg, event });
            let event = MediaEvent::Recorded {
                recording,
                length_ms,
                heard: length_ms > 0,
                end,
            };
            next.push(Event::Media { leg, event });
        }
    }
}

pub fn value(callback: &Callback, name: &str) -> Option<String> {
    let found = callback.parameters.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.clone())
}

fn owned(number: &str, url: Option<String>) -> Number {
    Number {
        sid: NumberSid(7),
        account: ACCOUNT,
        phone_number: number.into(),
        friendly_name: number.into(),
        application: None,
        caller_id_lookup: false,
        voice_url: url,
        voice_method: Method::Post,
        voice_fallback_url: Some("http://app/fallback".into()),
        voice_fallback_method: Method::Get,
        status_callback: Some("http://app/number-status".into()),
        status_callback_method: Method::Post,
        date_created: Time(0),
        date_updated: Time(0),
    }
}

fn word(command: &SignalCommand) -> String {
    match command {
        SignalCommand::Invite(invite) => format!("invite {}", invite.to),
        SignalCommand::Ring { sdp } => {
            if sdp.is_some() {
                "ring aloud".into()
            } else {
                "ring".into()
            }
        }
        SignalCommand::Answer { .. } => "answer".into(),
        SignalCommand::Refuse { code, .. } => format!("refuse {code}"),
        SignalCommand::Release => "release".into(),
        SignalCommand::Offer { .. } => "offer".into(),
        SignalCommand::Reply { sdp } => format!("reply {}", sdp.is_some()),
        SignalCommand::Refer { to } => format!("refer {to}"),
        SignalCommand::AnswerRefer { code } => format!("answer refer {code}"),
        SignalCommand::Report { code } => format!("report {code}"),
    }
}

fn sound_word(command: &MediaCommand) -> String {
    use model::media::{Prompt, SpeechPart};
    match command {
        MediaCommand::Open(_) => "open".into(),
        MediaCommand::Connect { .. } => "connect".into(),
        MediaCommand::Renegotiate { .. } => "renegotiate".into(),
        MediaCommand::Play { prompt, .. } => match prompt {
            Prompt::Speech(speech) => match speech.parts.first() {
                Some(SpeechPart::Text { text, .. }) => format!("say {text}"),
                _ => "say".into(),
            },
            Prompt::File { url, .. } => format!("play {url}"),
            Prompt::Tone(tone) => format!("tone {tone:?}"),
            Prompt::Digits(digits) => format!("keys {digits}"),
            Prompt::Silence { length_ms } => format!("silence {length_ms}"),
        },
        MediaCommand::StopPlay { .. } => "hush".into(),
        MediaCommand::Join { peer } => format!("join {peer}"),
        MediaCommand::Listen { peer } => format!("listen {peer}"),
        MediaCommand::Echo => "echo".into(),
        MediaCommand::Part => "part".into(),
        MediaCommand::Record { .. } => "record".into(),
        MediaCommand::PauseRecord { behavior, .. } => format!("pause record {}", behavior.as_str()),
        MediaCommand::ResumeRecord { .. } => "resume record".into(),
        MediaCommand::StopRecord { .. } => "stop record".into(),
        MediaCommand::Detect(_) => "detect".into(),
        MediaCommand::Close => "close".into(),
    }
}
