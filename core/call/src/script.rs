//! Runs a document: one verb at a time, then the next document.

use crate::command::Source;
use crate::effect::Row;
use crate::leg::Leg;
use crate::notice::{self, Fault};
use crate::parameters::Visit;
use crate::recording::Recordings;
use crate::relative;
use crate::turn::Turn;
use crate::verb::{self, Goto, Heard, Running, Step};
use crate::verification::Verifying;
use crate::webhook::{self, Asking};
use model::media::PlayId;
use model::new_call::Verification;
use model::{
    CallRow, CallStatus, ErrorCode, FetchId, Method, Span, Time, WebReply, WebhookKind, limit,
};
use std::collections::VecDeque;
use twiml::verb::Say;
use twiml::{Document, Verb};

/// A call as its script sees it.
pub(crate) struct Line<'a> {
    /// The call's record.
    pub row: &'a CallRow,
    /// Its connection.
    pub leg: &'a mut Leg,
    /// Its recordings.
    pub recordings: &'a mut Recordings,
    /// How it came in.
    pub visit: &'a Visit,
}

/// Which verbs may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All of them; after the last one the call is hung up.
    Call,
    /// Those a dialled party may hear before it is joined; after the last one it is joined.
    Whisper,
}

/// What a script begins with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Start {
    /// A document that the customer gives.
    Source(Source),
    /// A document of our own.
    Document(Document),
    /// Nothing: the script is over at once.
    Nothing,
}

/// What the call must do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing.
    Going,
    /// The document has come to its end.
    Finished,
    /// End the call.
    HangUp,
    /// Refuse the caller with this response.
    Refuse(u16),
}

#[derive(Debug, Clone, PartialEq)]
enum State {
    Idle,
    /// Sends keys before it starts.
    Keys(PlayId, Box<Start>),
    Asking(Box<Asking>),
    /// The next verb wants the call to be answered.
    Answering,
    Running(Box<Running>),
}

/// What the customer is taken to have said who has not answered in time, and has not failed
/// either.
pub(crate) fn overdue() -> WebReply {
    WebReply::Failed {
        code: ErrorCode::TOTAL_TIMEOUT,
        status: None,
        text: ErrorCode::TOTAL_TIMEOUT.text().to_owned(),
    }
}

/// What a call does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Script {
    /// Asked when a document fails.
    pub fallback: Option<(String, Method)>,
    scope: Scope,
    state: State,
    /// A document that is asked for by the way: what it does goes on until it is there.
    aside: Option<Box<Asking>>,
    /// The verb after the one that is heard now, if it is to be heard too: its sound is queued
    /// behind, so that no gap is heard between them and it is fetched or spoken meanwhile.
    ahead: Option<Box<Running>>,
    verbs: VecDeque<Verb>,
    page: Option<String>,
    asked: VecDeque<Time>,
    /// How the last dialled call ended: what a caller who is still unanswered is told.
    dialled: Option<CallStatus>,
    /// What the first document that is asked for is told besides.
    first: Vec<(String, String)>,
    /// The consent that is asked for, if that is what the call is for.
    verifying: Option<Box<Verifying>>,
}

impl Script {
    /// A script that has not begun.
    pub fn new(scope: Scope, fallback: Option<(String, Method)>) -> Script {
        Script {
            fallback,
            scope,
            state: State::Idle,
            aside: None,
            ahead: None,
            verbs: VecDeque::new(),
            page: None,
            asked: VecDeque::new(),
            dialled: None,
            first: Vec::new(),
            verifying: None,
        }
    }

    /// Which verbs may run.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// True if it waits for nothing.
    pub fn is_idle(&self) -> bool {
        self.state == State::Idle && self.aside.is_none()
    }

    /// True while a `<Dial>` runs.
    pub fn dials(&self) -> bool {
        matches!(&self.state, State::Running(running) if matches!(**running, Running::Dial(_)))
    }

    /// True if this document is asked for by the way.
    pub fn asks_aside(&self, fetch: FetchId) -> bool {
        let aside = self.aside.as_ref();
        aside.is_some_and(|asking| asking.fetch == fetch)
    }

    /// The document that is waited for. Never are there two: what asks by the way waits itself.
    pub fn awaits(&self) -> Option<FetchId> {
        match (&self.aside, &self.state) {
            (Some(asking), _) | (None, State::Asking(asking)) => Some(asking.fetch),
            _ => None,
        }
    }

    /// How the last dialled call ended.
    pub fn dialled(&self) -> Option<CallStatus> {
        self.dialled
    }

    /// Has the first document that is asked for told this, too.
    pub fn tell_first(&mut self, parameters: Vec<(String, String)>) {
        self.first = parameters;
    }

    /// Makes it ask for consent.
    pub fn verify(&mut self, verification: Verification) {
        self.verifying = Some(Box::new(Verifying::new(verification)));
    }

    /// The consent that is asked for.
    pub fn verifying(&self) -> Option<&Verifying> {
        self.verifying.as_deref()
    }

    /// Begins; keys are sent first.
    pub fn begin(
        &mut self,
        keys: Option<String>,
        start: Start,
        line: &mut Line<'_>,
        turn: &mut Turn<'_>,
    ) -> Outcome {
        match keys.filter(|keys| !keys.is_empty()) {
            Some(keys) => {
                let play = line.leg.play(model::media::Prompt::Digits(keys), 1, turn);
                self.state = State::Keys(play, Box::new(start));
                Outcome::Going
            }
            None => self.start(start, line, turn),
        }
    }

    fn start(&mut self, start: Start, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Outcome {
        self.state = State::Idle;
        self.ahead = None;
        self.verbs.clear();
        self.page = None;
        match start {
            Start::Nothing => Outcome::Finished,
            Start::Document(document) => self.open(document, line, turn),
            Start::Source(Source::Twiml(text)) => {
                match webhook::read_inline(&text, line.row, turn) {
                    Ok(document) => self.open(document, line, turn),
                    Err(fault) => self.fail(&fault, None, line, turn),
                }
            }
            Start::Source(Source::Url { url, method }) => {
                let mut goto = Goto::to(Some(url), method);
                goto.parameters = std::mem::take(&mut self.first);
                self.go(goto, line, turn)
            }
            Start::Source(Source::Verification(_)) => {
                let question = self
                    .verifying
                    .as_ref()
                    .map(|verifying| verifying.question());
                self.open(question.unwrap_or_default(), line, turn)
            }
        }
    }

    /// Drops what it does and begins anew, with all verbs allowed.
    pub fn redirect(
        &mut self,
        source: Source,
        line: &mut Line<'_>,
        turn: &mut Turn<'_>,
    ) -> Outcome {
        self.drop_aside(line, turn);
        self.drop_ahead(line, turn);
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Running(mut running) => running.machine().stop(line, turn),
            State::Asking(asking) => {
                turn.desk.fetches.answer(asking.fetch.0);
                turn.stop(line.row.sid, crate::timer::Timer::Fetch);
            }
            State::Keys(play, _) => {
                line.leg
                    .sound(model::media::MediaCommand::StopPlay { play }, turn);
            }
            State::Idle | State::Answering => {}
        }
        self.scope = Scope::Call;
        if let Some(verifying) = &mut self.verifying {
            verifying.give_up();
        }
        self.start(Start::Source(source), line, turn)
    }

    /// Something happened on the call.
    pub fn hear(&mut self, heard: Heard, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Outcome {
        match &mut self.state {
            State::Running(running) => {
                let step = running.machine().hear(heard, line, turn);
                self.follow(step, line, turn)
            }
            State::Keys(play, start) if heard.is_end_of(*play) => {
                let start = std::mem::replace(&mut **start, Start::Nothing);
                self.start(start, line, turn)
            }
            State::Answering if heard == Heard::Answered => {
                self.state = State::Idle;
                self.advance(line, turn)
            }
            _ => Outcome::Going,
        }
    }

    /// The call's leg is over. What is still owed to the customer is asked, its answer ignored.
    /// Unconfirmed: that a Dial's action is among it; an application learns only there how the
    /// dialled call ended.
    pub fn line_ended(&mut self, line: &mut Line<'_>, turn: &mut Turn<'_>) {
        self.verbs.clear();
        self.drop_aside(line, turn);
        self.ahead = None;
        match &mut self.state {
            State::Asking(_) => {}
            State::Running(running) => {
                let step = running.machine().hear(Heard::Ended, line, turn);
                self.follow(step, line, turn);
            }
            _ => self.state = State::Idle,
        }
    }

    /// The customer answered, or didn't.
    pub fn fetched(
        &mut self,
        fetch: FetchId,
        reply: WebReply,
        line: &mut Line<'_>,
        turn: &mut Turn<'_>,
    ) -> Outcome {
        if let Some(asking) = self.aside.take_if(|asking| asking.fetch == fetch) {
            return self.fetched_aside(&asking, reply, line, turn);
        }
        let State::Asking(asking) = &self.state else {
            return Outcome::Going;
        };
        if asking.fetch != fetch {
            return Outcome::Going;
        }
        let asking = asking.clone();
        self.state = State::Idle;
        let page = webhook::read(&asking, reply, line.row, turn);
        match page {
            _ if line.leg.is_ended() => Outcome::Going,
            Ok(page) => {
                self.page = Some(page.url);
                self.open(page.document, line, turn)
            }
            Err(fault) => self.fail(&fault, Some(&asking), line, turn),
        }
    }

    /// Asks for a document by the way: what is done goes on until it is there.
    pub fn ask(&mut self, goto: Goto, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Outcome {
        self.drop_aside(line, turn);
        let Some(url) = goto.url.filter(|_| self.may_ask(turn.now)) else {
            return self.sent_on(false, line, turn);
        };
        let facts = (line.row, line.leg.status(), line.visit);
        let place = (url, goto.method);
        let asking = webhook::ask(WebhookKind::Refer, place, goto.parameters, facts, turn);
        self.aside = Some(Box::new(asking));
        Outcome::Going
    }

    fn fetched_aside(
        &mut self,
        asking: &Asking,
        reply: WebReply,
        line: &mut Line<'_>,
        turn: &mut Turn<'_>,
    ) -> Outcome {
        match webhook::read(asking, reply, line.row, turn) {
            Ok(page) => {
                self.sent_on(true, line, turn);
                self.state = State::Idle;
                self.scope = Scope::Call;
                self.page = Some(page.url);
                self.open(page.document, line, turn)
            }
            // Unlike a document that comes next, nobody hangs on it: no fallback is asked.
            Err(fault) => {
                notice::error(line.row, &fault, asking.place(), turn);
                self.sent_on(false, line, turn)
            }
        }
    }

    /// The verb that runs learns what came of the document that was asked for by the way.
    fn sent_on(&mut self, sent: bool, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Outcome {
        match &mut self.state {
            State::Running(running) => {
                let step = running.machine().hear(Heard::SentOn(sent), line, turn);
                self.follow(step, line, turn)
            }
            _ => Outcome::Going,
        }
    }

    /// Gives back the sound that waits; before what is heard, behind which it would begin.
    fn drop_ahead(&mut self, line: &mut Line<'_>, turn: &mut Turn<'_>) {
        if let Some(mut ahead) = self.ahead.take() {
            ahead.machine().stop(line, turn);
        }
    }

    fn drop_aside(&mut self, line: &Line<'_>, turn: &mut Turn<'_>) {
        if let Some(asking) = self.aside.take() {
            turn.desk.fetches.answer(asking.fetch.0);
            turn.stop(line.row.sid, crate::timer::Timer::Fetch);
        }
    }

    fn open(&mut self, document: Document, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Outcome {
        self.drop_ahead(line, turn);
        self.verbs = document.verbs.into();
        if self.verbs.is_empty() && self.scope == Scope::Call {
            // Nothing to do is answered and hung up, as `<Hangup/>` is.
            self.verbs
                .push_back(Verb::Hangup(twiml::verb::Hangup::default()));
        }
        self.advance(line, turn)
    }

    /// Runs verbs until one waits.
    fn advance(&mut self, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Outcome {
        if let Some(ahead) = self.ahead.take() {
            self.state = State::Running(ahead);
            self.look_ahead(line, turn);
            return Outcome::Going;
        }
        loop {
            // On a call that is over nothing is run any more.
            let next = self.verbs.pop_front().filter(|_| !line.leg.is_ended());
            let Some(verb) = next else {
                self.state = State::Idle;
                return Outcome::Finished;
            };
            if line.leg.is_waiting() {
                // Unconfirmed: what a Reject behind another verb does. As long as nobody has
                // answered the caller, it refuses them; after that it hangs up.
                if let Verb::Reject(reject) = &verb {
                    return Outcome::Refuse(verb::reject::response(reject));
                }
                if verb::answers(&verb) {
                    // The verb runs once the answer has been noticed and told, even if the
                    // leg is answered by now: an answer that is skipped was never told.
                    line.leg.answer(turn);
                    self.verbs.push_front(verb);
                    self.state = State::Answering;
                    return Outcome::Going;
                }
            }
            let page = self.page.as_deref();
            let (running, step) = verb::begin(verb, (page, self.scope), line, turn);
            self.state = running.map_or(State::Idle, |it| State::Running(Box::new(it)));
            match step {
                Step::Next => self.leave(),
                Step::Wait => {
                    self.look_ahead(line, turn);
                    return Outcome::Going;
                }
                other => return self.follow(other, line, turn),
            }
        }
    }

    /// Queues the sound of the verb after the one that is being heard.
    fn look_ahead(&mut self, line: &mut Line<'_>, turn: &mut Turn<'_>) {
        let State::Running(running) = &self.state else {
            return;
        };
        if !matches!(**running, Running::Say(_) | Running::Play(_)) {
            return;
        }
        let page = self.page.as_deref();
        // One that has something to complain of waits for its turn to do so.
        let heard = match self.verbs.front() {
            Some(Verb::Say(say)) => {
                let (prompt, faults) = verb::say::prompt(say, &turn.desk.config.voices);
                prompt.is_some() && faults.is_empty()
            }
            Some(Verb::Play(play)) => verb::play::prompt(play, page, line.row.account).is_ok(),
            _ => false,
        };
        if let Some(verb) = self.verbs.pop_front_if(|_| heard) {
            let (running, _) = verb::begin(verb, (page, self.scope), line, turn);
            self.ahead = running.map(Box::new);
        }
    }

    fn follow(&mut self, step: Step, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Outcome {
        match step {
            Step::Wait => Outcome::Going,
            Step::Next => {
                self.leave();
                self.advance(line, turn)
            }
            Step::Go(goto) => {
                self.leave();
                self.go(goto, line, turn)
            }
            Step::Ask(goto) => self.ask(goto, line, turn),
            Step::Fail(fault) => {
                self.leave();
                self.fail(&fault, None, line, turn)
            }
            Step::HangUp => {
                self.leave();
                Outcome::HangUp
            }
        }
    }

    fn leave(&mut self) {
        if let State::Running(running) = &self.state
            && let Running::Dial(dial) = &**running
        {
            self.dialled = dial.status();
        }
        self.state = State::Idle;
    }

    fn go(&mut self, goto: Goto, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Outcome {
        if let Some(verifying) = self.verifying.as_mut().filter(|it| it.is_asking()) {
            let keys = goto.parameters.iter().find(|(name, _)| name == "Digits");
            let document = verifying.typed(keys.map_or("", |(_, keys)| keys));
            if verifying.agreed {
                let mut row = verifying.verification.caller_id.clone();
                (row.date_created, row.date_updated) = (turn.now, turn.now);
                turn.save(Row::CallerId(Box::new(row)));
            }
            return self.open(document, line, turn);
        }
        let page = self.page.as_deref();
        let url = goto
            .url
            .as_deref()
            .map(str::trim)
            .filter(|url| !url.is_empty());
        let target = match url {
            Some(url) => relative::resolve(page, url),
            None => page.map(str::to_owned),
        };
        let Some(target) = target else {
            // Unconfirmed: whether the fallback is asked here. It is, as for any document that
            // can't be had.
            let code = if page.is_none() {
                goto.inline_code
            } else {
                ErrorCode::URL_FORMAT
            };
            let text = match url {
                Some(url) => format!("'{url}' leads nowhere from here"),
                None => "the document came without an address that could be asked again".to_owned(),
            };
            return self.fail(&Fault::new(code, text), None, line, turn);
        };
        if !self.may_ask(turn.now) {
            let text = "this call asks for documents faster than any caller could follow";
            return self.fail(
                &Fault::new(ErrorCode::DOCUMENT_FAULT, text),
                None,
                line,
                turn,
            );
        }
        let facts = (line.row, line.leg.status(), line.visit);
        let kind = goto.kind_where(self.scope == Scope::Whisper);
        let place = (target, goto.method);
        let asking = webhook::ask(kind, place, goto.parameters, facts, turn);
        self.state = State::Asking(Box::new(asking));
        Outcome::Going
    }

    fn may_ask(&mut self, now: Time) -> bool {
        let window = Span::from_secs(limit::DOCUMENT_WINDOW_SECS);
        while self
            .asked
            .front()
            .is_some_and(|at| now.since(*at) >= window)
        {
            self.asked.pop_front();
        }
        let may = self.asked.len() < limit::DOCUMENTS_PER_WINDOW_MAX;
        if may {
            self.asked.push_back(now);
        }
        may
    }

    /// A document can't be had or can't be read: the fallback is asked, or the caller is told.
    fn fail(
        &mut self,
        fault: &Fault,
        asking: Option<&Asking>,
        line: &mut Line<'_>,
        turn: &mut Turn<'_>,
    ) -> Outcome {
        notice::error(line.row, fault, asking.and_then(Asking::place), turn);
        self.state = State::Idle;
        self.verbs.clear();
        if line.leg.is_ended() {
            return Outcome::Going;
        }
        if self.scope == Scope::Whisper {
            // The two people want to talk; a whisper that can't be had is no reason to part them.
            return Outcome::Finished;
        }
        let may_fall_back = asking.is_none_or(|asking| !asking.fallback) && self.may_ask(turn.now);
        let Some((url, method)) = self.fallback.clone().filter(|_| may_fall_back) else {
            let apology = Say::text(&turn.desk.config.apology);
            let hang_up = twiml::verb::Hangup::default();
            return self.open(
                Document::of(vec![Verb::Say(apology), Verb::Hangup(hang_up)]),
                line,
                turn,
            );
        };
        let failed = asking.map_or("", Asking::url).to_owned();
        let extra = vec![
            ("ErrorCode".to_owned(), fault.code.to_string()),
            ("ErrorUrl".to_owned(), failed),
        ];
        let facts = (line.row, line.leg.status(), line.visit);
        let place = (url, method);
        let mut asking = webhook::ask(WebhookKind::Fallback, place, extra, facts, turn);
        asking.fallback = true;
        self.state = State::Asking(Box::new(asking));
        Outcome::Going
    }
}
