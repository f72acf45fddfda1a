//! From what was heard to a verdict. Where the caller set a tunable, its documented rule decides;
//! where not, the rules below do.

use super::room::Room;
use super::rules::Rules;
use super::tone::{News, Tone};
use super::{Heard, Settings};
use crate::sound::FRAME_MS;
use crate::sound::country::Country;
use crate::sound::tone::Step;
use model::AnsweredBy;

/// Frames by which speech is weighed later than it is heard, so that a tone that is just
/// beginning isn't taken for speech.
const DELAY: usize = 4;

/// Speech that is shorter than this, all in all, was a click or a cough.
const LEAST_SPEECH_MS: u32 = 60;

/// What speaks before a beep says more than this.
const BEEP_SPEECH_MS: u32 = 300;

/// A tone of this length that little speech came before is no answer to speech.
const TONE_ALONE_MS: u32 = 160;

/// Pitch and length of a beep.
const BEEP_HZ: std::ops::RangeInclusive<f32> = 330.0..=2_800.0;
const BEEP_MS: std::ops::RangeInclusive<u32> = 120..=2_500;

/// The network's own tones are as long as their country has them, and of its pitch.
const NETWORK_HZ: f32 = 3.0;
const NETWORK_MS: u32 = 12;
/// Two sines that are no farther apart are heard as one that beats; where it begins and ends is
/// less sure.
const CLOSE_HZ: u16 = 60;
const CLOSE_MS: u32 = 40;

/// CNG (ITU-T T.30 §4.2): 1100 Hz ± 38, half a second, and again three seconds later.
const CALLING_HZ: std::ops::RangeInclusive<f32> = 1_055.0..=1_145.0;
const CALLING_MS: std::ops::RangeInclusive<u32> = 360..=660;
const CALLING_AGAIN_MS: std::ops::RangeInclusive<u32> = 2_500..=4_500;
/// CED (ITU-T T.30 §4.1): 2100 Hz ± 15 for 2.6 to 4 s. No beep lasts so long.
const ANSWER_HZ: std::ops::RangeInclusive<f32> = 2_075.0..=2_125.0;
const ANSWER_MS: u32 = 1_000;
const ANSWER_BEHIND_SPEECH_MS: u32 = 1_800;

/// Weighs frame by frame.
pub(super) struct Judge {
    settings: Settings,
    at_ms: u32,
    /// The latest frames: whether somebody speaks in them.
    recent: [bool; DELAY],
    /// The end of the latest frame that was neither speech nor silence.
    toned_ms: u32,
    /// How long a tone has lasted (milliseconds).
    tone_ms: u32,
    rules: Rules,
    room: Room,
    /// Speech so far: from its first frame to its latest, pauses included.
    began_ms: Option<u32>,
    ended_ms: u32,
    /// The longest of those pauses.
    longest_pause_ms: u32,
    /// By how much a person is likelier than a machine, and whether anything tells.
    person: f32,
    is_talk: bool,
    /// What was taken for speech until this frame was none.
    anew: bool,
    /// Frames of speech among them.
    spoken_ms: u32,
    machine: bool,
    /// When the latest CNG was over.
    called_ms: Option<u32>,
    /// Bursts behind speech that are like the network's own tones; a pair is two.
    network_tones: u32,
}

impl Judge {
    /// One that has weighed nothing.
    pub(super) fn new(settings: Settings, rules: Rules) -> Self {
        Judge {
            settings,
            at_ms: 0,
            recent: [false; DELAY],
            toned_ms: 0,
            tone_ms: 0,
            rules,
            room: Room::default(),
            began_ms: None,
            ended_ms: 0,
            longest_pause_ms: 0,
            person: 0.0,
            is_talk: false,
            anew: false,
            spoken_ms: 0,
            machine: false,
            called_ms: None,
            network_tones: 0,
        }
    }

    /// Adds the next frame; tells the verdict when it is known.
    pub(super) fn weigh(
        &mut self,
        speaks: bool,
        level: Option<f32>,
        person: Option<f32>,
        news: News,
    ) -> (Heard, Option<AnsweredBy>) {
        self.at_ms += FRAME_MS;
        self.person = person.unwrap_or(self.neutral());
        self.is_talk = person.is_some();
        self.anew = false;
        let heard = match news {
            News::Lasts(tone) => Heard::Tone(tone.hz),
            News::Drones(hz) | News::Plays(hz, _) => Heard::Tone(hz),
            // As it ends, too.
            News::Stopped(tone) if tone.length_ms >= TONE_ALONE_MS => Heard::Silence,
            _ if speaks => Heard::Speech,
            _ => Heard::Silence,
        };
        if !matches!(news, News::None | News::Over(_)) {
            self.toned_ms = self.at_ms;
        }
        if let Heard::Tone(_) = heard {
            self.tone_ms += FRAME_MS;
            if let News::Lasts(tone) = news {
                self.tone_ms = self.tone_ms.max(tone.length_ms);
            }
            // A tone's beginning and its end can sound like a voice; a voice says more. Music is
            // known late.
            let alone = self.tone_ms >= TONE_ALONE_MS && self.spoken_ms < BEEP_SPEECH_MS;
            if alone || matches!(news, News::Plays(_, true)) {
                self.began_ms = None;
                self.longest_pause_ms = 0;
                self.anew = true;
                self.spoken_ms = 0;
            }
            // A person who picks up plays no music behind the first words.
            self.machine |= matches!(news, News::Plays(_, false)) && self.has_speech();
            self.recent = [false; DELAY];
        }
        if !matches!(heard, Heard::Tone(_)) {
            self.tone_ms = 0;
        }
        let due = self.recent[0];
        self.recent.copy_within(1.., 0);
        self.recent[DELAY - 1] = heard == Heard::Speech;
        if due {
            self.speech();
        }
        self.listen_behind(heard, level);
        let verdict = self.tone(news).or_else(|| self.verdict());
        // Unconfirmed: time is over and a machine is known, its message isn't. Clients know
        // `unknown` as the word for a time-out; `machine_start` they don't expect here.
        let late = self.at_ms >= self.settings.timeout_ms();
        let verdict = verdict.or_else(|| late.then_some(AnsweredBy::Unknown));
        (heard, verdict)
    }

    /// A frame of speech, as many frames ago as there is delay.
    fn speech(&mut self) {
        let end = self.at_ms - FRAME_MS * DELAY as u32;
        if self.began_ms.is_none() {
            self.began_ms = Some(end - FRAME_MS);
        } else {
            let pause_ms = end - FRAME_MS - self.ended_ms;
            self.longest_pause_ms = self.longest_pause_ms.max(pause_ms);
        }
        self.ended_ms = end;
        self.spoken_ms += FRAME_MS;
    }

    /// The noise where nobody speaks; a frame that didn't come has none.
    fn listen_behind(&mut self, heard: Heard, level: Option<f32>) {
        match (heard, level) {
            (Heard::Speech, _) => self.room.speech(),
            (Heard::Silence, Some(level)) => {
                let since = self.has_speech().then(|| self.at_ms - self.ended_ms);
                self.room.quiet(level, since);
            }
            _ => self.room.other(),
        }
    }

    /// Whether this frame showed that what was taken for speech was none.
    pub(super) fn is_anew(&self) -> bool {
        self.anew
    }

    fn has_speech(&self) -> bool {
        self.spoken_ms >= LEAST_SPEECH_MS
    }

    fn tone(&mut self, news: News) -> Option<AnsweredBy> {
        match news {
            News::Lasts(tone) if self.is_fax_answer(tone) => Some(AnsweredBy::Fax),
            News::Over(tone) if self.is_fax_call(tone) => Some(AnsweredBy::Fax),
            News::Over(tone) if self.is_beep(tone) => Some(if self.settings.to_the_end {
                AnsweredBy::MachineEndBeep
            } else {
                AnsweredBy::MachineStart
            }),
            // Music behind words is no silence, and no more of the message either.
            News::Plays(_, false) if self.machine && self.settings.to_the_end => {
                let ends_ms = self
                    .settings
                    .speech_end_ms
                    .unwrap_or(self.rules.beep_comes_ms);
                (self.at_ms - self.ended_ms >= ends_ms).then_some(AnsweredBy::MachineEndOther)
            }
            News::Over(tone) if self.spoken_ms >= BEEP_SPEECH_MS && is_network(tone) => {
                // Who spoke was the network's own announcement, or has hung up.
                self.machine = true;
                // No beep is a pair of just this kind; one sine may be, so it has to come again.
                let is_pair = tone.other_hz.is_some() || tone.beats;
                self.network_tones += if is_pair { 2 } else { 1 };
                (self.network_tones >= 2).then_some(AnsweredBy::MachineEndOther)
            }
            _ => None,
        }
    }

    fn is_fax_answer(&self, tone: Tone) -> bool {
        let least = if self.has_speech() {
            ANSWER_BEHIND_SPEECH_MS
        } else {
            ANSWER_MS
        };
        tone.other_hz.is_none() && ANSWER_HZ.contains(&tone.hz) && tone.length_ms >= least
    }

    /// Behind speech one CNG may be a beep; two, as far apart as they must be, aren't.
    fn is_fax_call(&mut self, tone: Tone) -> bool {
        let is_call = tone.other_hz.is_none()
            && CALLING_HZ.contains(&tone.hz)
            && CALLING_MS.contains(&tone.length_ms);
        if !is_call {
            return false;
        }
        let again = self
            .called_ms
            .is_some_and(|at| CALLING_AGAIN_MS.contains(&(self.at_ms - at)));
        self.called_ms = Some(self.at_ms);
        again || !self.has_speech()
    }

    /// A machine beeps when it has spoken.
    fn is_beep(&self, tone: Tone) -> bool {
        self.spoken_ms >= BEEP_SPEECH_MS
            && BEEP_HZ.contains(&tone.other_hz.map_or(tone.hz, |other| tone.hz.min(other)))
            && BEEP_MS.contains(&tone.length_ms)
            && !is_network(tone)
    }

    fn verdict(&mut self) -> Option<AnsweredBy> {
        let Some(began_ms) = self.began_ms.filter(|_| self.has_speech()) else {
            // Speech that is on its way through the delay isn't silence.
            let silent = self.at_ms >= self.settings.silence_ms() && !self.recent.contains(&true);
            return silent.then_some(AnsweredBy::Unknown);
        };
        let length_ms = self.ended_ms - began_ms;
        self.machine |= self.talks_like_a_machine(length_ms, self.at_ms - began_ms);
        // While a tone may be a beep, or a voice is on its way through the delay, all is open.
        let is_open = self.recent.contains(&true) || self.toned_ms == self.at_ms;
        let since = |ended_ms: u32| if is_open { 0 } else { self.at_ms - ended_ms };
        let silence_ms = since(self.ended_ms);
        let quiet_ms = since(self.ended_ms.max(self.toned_ms));
        match (self.machine, self.settings.to_the_end) {
            (true, false) => Some(AnsweredBy::MachineStart),
            (true, true) => {
                let ends_ms = self
                    .settings
                    .speech_end_ms
                    .unwrap_or(self.rules.beep_comes_ms);
                (quiet_ms >= ends_ms).then_some(AnsweredBy::MachineEndSilence)
            }
            (false, _) => {
                let waits = silence_ms >= self.waits_ms(length_ms);
                let sure = self.talks_like_a_person(self.at_ms - began_ms);
                (waits || sure).then_some(AnsweredBy::Human)
            }
        }
    }

    /// The two numbers of an utterance are one rule: who sets one of them has the other as
    /// documented.
    fn is_documented(&self) -> bool {
        self.settings.speech_ms.is_some() || self.settings.speech_end_ms.is_some()
    }

    /// Whether words that began so long ago are a person's, though they go on.
    fn talks_like_a_person(&self, since_ms: u32) -> bool {
        // As much more for whom the end of a message matters as behind the words.
        let person = self.person - (self.neutral() - self.rules.neutral);
        let is_sure = self.is_talk && self.rules.is_sure(since_ms, person);
        is_sure && !self.is_documented()
    }

    /// Whether words of this length, so long after they began, are a machine's.
    fn talks_like_a_machine(&self, length_ms: u32, since_ms: u32) -> bool {
        if self.is_documented() {
            return length_ms >= self.settings.speech_ms();
        }
        let rules = &self.rules;
        length_ms >= rules.person_most_ms
            || length_ms >= rules.person_ms && self.person < rules.like_person
            || since_ms >= rules.machine_ms
                && self.spoken_ms >= rules.machine_spoken_ms
                && self.person < rules.like_machine
    }

    fn neutral(&self) -> f32 {
        if self.settings.to_the_end {
            self.rules.neutral_to_the_end
        } else {
            self.rules.neutral
        }
    }

    /// The silence that ends a person's words of this length.
    fn waits_ms(&self, length_ms: u32) -> u32 {
        if self.is_documented() {
            return self.settings.speech_end_ms();
        }
        let mut waits_ms = self.rules.waits_ms(length_ms);
        if self.longest_pause_ms >= self.rules.parted_ms {
            waits_ms = waits_ms.max(self.rules.waits_parted_ms);
        }
        if self.room.is_recorded() {
            waits_ms = waits_ms.max(self.rules.waits_recorded_ms);
        }
        self.rules.hurried_ms(waits_ms, self.person, self.neutral())
    }
}

/// Whether pitch and length are those of one burst of ringing, busy or congestion somewhere.
fn is_network(tone: Tone) -> bool {
    let near = |hz: f32, step_hz: u16| (hz - f32::from(step_hz)).abs() <= NETWORK_HZ;
    let is_step = |step: &Step| {
        let [low, high] = step.hz;
        let (pitch, within_ms) = match tone.other_hz {
            // Of two that are too close to be told apart a pitch between them is heard.
            None if tone.beats => {
                let range = f32::from(low) - NETWORK_HZ..=f32::from(high) + NETWORK_HZ;
                (high <= low + CLOSE_HZ && range.contains(&tone.hz), CLOSE_MS)
            }
            None => (high == 0 && near(tone.hz, low), NETWORK_MS),
            Some(other) => {
                let pitch = near(tone.hz.min(other), low) && near(tone.hz.max(other), high);
                (pitch, NETWORK_MS)
            }
        };
        pitch && tone.length_ms.abs_diff(step.length_ms.into()) <= within_ms
    };
    Country::all()
        .flat_map(|country| [country.ringback(), country.busy(), country.congestion()])
        .flatten()
        .any(is_step)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found when somebody speaks and pauses for these times in turn (milliseconds), and
    /// the talk is so like a person's.
    fn found(turns: &[u32], person: f32) -> (AnsweredBy, u32) {
        let mut judge = Judge::new(Settings::default(), Rules::default());
        for (n, &ms) in turns.iter().enumerate() {
            for _ in 0..ms / FRAME_MS {
                let speaks = n.is_multiple_of(2);
                let (_, verdict) = judge.weigh(speaks, Some(-60.0), Some(person), News::None);
                if let Some(verdict) = verdict {
                    return (verdict, judge.at_ms);
                }
            }
        }
        panic!("nothing was found");
    }

    #[test]
    fn who_asks_twice_is_no_machine_however_like_one() {
        let (verdict, at_ms) = found(&[540, 820, 400, 4_000], -9.0);
        assert_eq!(verdict, AnsweredBy::Human, "at {at_ms}");
        let rules = Rules::default();
        assert_eq!(
            at_ms,
            (540 + 820 + 400 + rules.waits_most_ms).next_multiple_of(FRAME_MS)
        );
    }

    #[test]
    fn a_machine_is_known_by_its_talk_before_it_is_by_its_length() {
        let rules = Rules::default();
        let talk = [5_000, 4_000];
        let late = FRAME_MS * DELAY as u32;
        let like_neither = found(&talk, rules.neutral);
        assert_eq!(
            like_neither,
            (AnsweredBy::MachineStart, rules.person_most_ms + late)
        );
        let rather = found(&talk, rules.like_person - 0.1);
        assert_eq!(
            rather,
            (
                AnsweredBy::MachineStart,
                rules.person_ms.next_multiple_of(FRAME_MS) + late
            )
        );
        let surely = found(&talk, rules.like_machine - 0.1);
        assert_eq!(surely, (AnsweredBy::MachineStart, rules.machine_ms));
    }

    #[test]
    fn a_person_who_is_surely_one_may_still_talk() {
        let rules = Rules::default();
        let (verdict, at_ms) = found(&[5_000, 4_000], rules.sure_person + 0.1);
        assert_eq!(verdict, AnsweredBy::Human);
        assert_eq!(at_ms, rules.sure_ms.next_multiple_of(FRAME_MS));
    }

    #[test]
    fn a_person_who_is_like_one_need_not_wait() {
        let rules = Rules::default();
        let (verdict, at_ms) = found(&[2_000, 4_000], 9.0);
        assert_eq!(verdict, AnsweredBy::Human);
        assert_eq!(
            at_ms,
            (2_000 + rules.waits_least_ms).next_multiple_of(FRAME_MS)
        );
    }
}
