//! The judge: what must hold after every step of a world, and once it has come to rest.

use crate::departure::Departures;
use crate::sound::Side;
use crate::world::{BEGIN, World};
use model::{AnsweredBy, CallSid, CallStatus, Callback, Direction, Span, limit};
use std::collections::BTreeMap;

/// What is wrong, in one sentence.
pub type Complaint = String;

/// A world may take so many steps; more is a loop that nothing bounds.
const STEPS_MAX: u64 = 400_000;
/// So many steps may share one moment of time.
const STEPS_AT_ONCE_MAX: u64 = 20_000;
/// By then everything has long ended: a call lasts a day at most, its messages a minute more.
const REST: Span = Span::from_secs(limit::CALL_SECS_MAX as u64 + 600);

/// What has been told of a call so far.
#[derive(Debug, Clone, Copy, Default)]
struct Told {
    number: Option<u32>,
    life: u8,
    ends: u32,
}

/// Watches one world.
#[derive(Debug, Clone, Default)]
pub struct Judge {
    callbacks: usize,
    saves: usize,
    verdicts: usize,
    told: BTreeMap<CallSid, Told>,
    departures: Departures,
    finals: BTreeMap<CallSid, CallStatus>,
    /// Who picked up, and how often their own address was told.
    answered: BTreeMap<CallSid, (AnsweredBy, u32)>,
    steps: u64,
    at: u64,
    at_once: u64,
}

impl Judge {
    /// After every step.
    pub fn step(&mut self, world: &World) -> Result<(), Complaint> {
        self.progress(world)?;
        self.departures.step(world)?;
        self.rows(world)?;
        self.verdicts(world)?;
        self.callbacks(world)?;
        self.live(world)
    }

    fn progress(&mut self, world: &World) -> Result<(), Complaint> {
        self.steps += 1;
        self.at_once = if self.at == world.now.0 {
            self.at_once + 1
        } else {
            0
        };
        self.at = world.now.0;
        if self.steps > STEPS_MAX {
            return Err(format!("the world takes more than {STEPS_MAX} steps"));
        }
        if self.at_once > STEPS_AT_ONCE_MAX {
            return Err(format!("time stands still for {STEPS_AT_ONCE_MAX} steps"));
        }
        if world.now > BEGIN + REST {
            return Err("the world never comes to rest".to_owned());
        }
        Ok(())
    }

    /// A call that has ended stays ended the way it did.
    fn rows(&mut self, world: &World) -> Result<(), Complaint> {
        for (sid, status) in &world.seen.saves[self.saves..] {
            match self.finals.get(sid) {
                Some(ended) if ended != status => {
                    return Err(format!("{sid} was {ended} and is {status} now"));
                }
                Some(_) => {}
                None if status.is_final() => {
                    self.finals.insert(*sid, *status);
                }
                None => {}
            }
        }
        self.saves = world.seen.saves.len();
        Ok(())
    }

    /// Who picked up is found out only where that was asked, and once.
    fn verdicts(&mut self, world: &World) -> Result<(), Complaint> {
        for (sid, verdict) in &world.seen.verdicts[self.verdicts..] {
            if !world.seen.detections.contains_key(sid) {
                return Err(format!("{sid} has a verdict nobody asked for"));
            }
            let (before, _) = self.answered.entry(*sid).or_insert((*verdict, 0));
            if before != verdict {
                return Err(format!("{sid} was {before} and is {verdict} now"));
            }
        }
        self.verdicts = world.seen.verdicts.len();
        Ok(())
    }

    /// The address that waits for a verdict alone is told once, what the row says.
    fn verdict_told(&mut self, callback: &Callback, verdict: &str) -> Result<(), Complaint> {
        let answered = self.answered.get_mut(&callback.call);
        match answered {
            Some((answered_by, told)) if answered_by.as_str() == verdict && *told == 0 => {
                *told += 1;
                Ok(())
            }
            other => Err(format!(
                "{} tells {verdict}, after {other:?}",
                callback.call
            )),
        }
    }

    /// Callbacks of a call rise in number, never go back in life, and end once.
    fn callbacks(&mut self, world: &World) -> Result<(), Complaint> {
        for (_, callback) in &world.seen.callbacks[self.callbacks..] {
            let value = |name: &str| {
                let found = callback.parameters.iter().find(|(key, _)| key == name);
                found.map(|(_, value)| value.as_str())
            };
            if let (Some(verdict), None) = (value("AnsweredBy"), value("CallbackSource")) {
                self.verdict_told(callback, verdict)?;
                continue;
            }
            let Some(number) = value("SequenceNumber").and_then(|n| n.parse::<u32>().ok()) else {
                continue;
            };
            let status = value("CallStatus").and_then(CallStatus::parse);
            let status = status.ok_or_else(|| format!("{} has no CallStatus", callback.call))?;
            let told = self.told.entry(callback.call).or_default();
            let life = if status.is_final() {
                CallStatus::Completed
            } else {
                status
            } as u8;
            if told.number.is_some_and(|before| before >= number) {
                return Err(format!("{} goes back to callback {number}", callback.call));
            }
            if told.ends > 0 || told.life > life {
                return Err(format!("{} goes back to {status}", callback.call));
            }
            let stored = world.shelf.calls.get(&callback.call).map(|row| row.status);
            if status.is_final() && stored != Some(status) {
                return Err(format!(
                    "{} tells {status}, its row {stored:?}",
                    callback.call
                ));
            }
            *told = Told {
                number: Some(number),
                life,
                ends: told.ends + u32::from(status.is_final()),
            };
        }
        self.callbacks = world.seen.callbacks.len();
        Ok(())
    }

    /// What lives has its row as it is, and its sound; what doesn't has none.
    fn live(&self, world: &World) -> Result<(), Complaint> {
        let calls = world.switch().calls();
        let mut live = 0;
        for (sid, _, status) in calls.live() {
            live += 1;
            let Some(row) = world.shelf.calls.get(&sid) else {
                // A dialled call that still learns its way: nobody has been told of it.
                if status == CallStatus::Queued {
                    continue;
                }
                return Err(format!("{sid} is {status} and has no row"));
            };
            let right = match status {
                CallStatus::Queued | CallStatus::Initiated => {
                    matches!(row.status, CallStatus::Queued | CallStatus::Ringing)
                }
                other => row.status == other,
            };
            if !right {
                return Err(format!(
                    "{sid} is {status}, and its row says {}",
                    row.status
                ));
            }
        }
        if live > limit::CALLS_MAX {
            return Err(format!("{live} calls live"));
        }
        for leg in world.sound.legs(Side::Switch) {
            if calls.sid_of(leg).is_none() {
                return Err(format!("the sound of {leg} outlives its call"));
            }
        }
        world.sound.within_bounds()
    }

    /// Once nothing will ever happen again.
    pub fn rest(&self, world: &World) -> Result<(), Complaint> {
        let switch = world.switch();
        if !switch.calls().is_empty() {
            return Err("call control still remembers something".to_owned());
        }
        for (name, sip) in [
            ("the platform", switch.sip()),
            ("the phones", world.phones.sip()),
        ] {
            if sip.legs() + sip.transactions() > 0 || sip.next_timeout().is_some() {
                let (legs, transactions) = (sip.legs(), sip.transactions());
                return Err(format!(
                    "{name} keep {legs} legs, {transactions} transactions"
                ));
            }
        }
        if world.phones.legs() > 0 {
            return Err(format!(
                "{} phones are still in a call",
                world.phones.legs()
            ));
        }
        for side in [Side::Switch, Side::Phones] {
            if let Some(leg) = world.sound.legs(side).first() {
                return Err(format!("the sound of {leg} ({side:?}) is still open"));
            }
        }
        if let Some(owed) = world
            .tap
            .as_ref()
            .and_then(|tap| tap.owed(|user| world.phones.is_dead(user)))
        {
            return Err(owed);
        }
        world.sound.judge()?;
        self.shelf(world)
    }

    fn shelf(&self, world: &World) -> Result<(), Complaint> {
        if let Some(waiting) = world.shelf.waiting.values().next() {
            return Err(format!("{} waits for ever", waiting.sid));
        }
        for (ask, reply) in &world.seen.replies {
            if let Ok(granted) = reply
                && !world.shelf.calls.contains_key(&granted.call())
            {
                return Err(format!(
                    "{ask:?} was told of {}, which isn't stored",
                    granted.call()
                ));
            }
        }
        for (sid, row) in &world.shelf.calls {
            if !row.status.is_final() || row.end_time.is_none() || row.duration_secs.is_none() {
                return Err(format!("{sid} never ended: {}", row.status));
            }
            if row.status == CallStatus::Canceled
                && row.direction == Direction::OutboundApi
                && row.start_time.is_none()
                && self.told.contains_key(sid)
            {
                return Err(format!("{sid} never left the queue and was told of"));
            }
            if !world.seen.gone.contains(sid) {
                return Err(format!("{sid} ended and was never let go"));
            }
            let wanted = row
                .status_callback
                .as_ref()
                .is_some_and(|told| told.events.completed);
            let ends = self.told.get(sid).map_or(0, |told| told.ends);
            let unheard = row.status == CallStatus::Canceled && row.start_time.is_none();
            if wanted && ends != 1 && !unheard {
                return Err(format!(
                    "the end of {sid} ({}) was told {ends} times",
                    row.status
                ));
            }
        }
        for (sid, until) in &world.seen.detections {
            let row = world.shelf.calls.get(sid);
            let outlived = row.filter(|row| row.answered_by.is_none());
            if outlived.is_some_and(|row| row.end_time.is_some_and(|end| end > *until)) {
                return Err(format!("{sid} waited in vain for who picked up"));
            }
        }
        for (sid, row) in &world.shelf.recordings {
            if !matches!(row.status.as_str(), "completed" | "absent") {
                return Err(format!(
                    "recording {sid} ended badly: {}",
                    row.status.as_str()
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Wire;
    use crate::scenario::{Scenario, split};
    use model::{CallbackId, Method};

    fn world() -> World {
        let story = include_str!("../scenarios/say/outbound.call");
        let scenario = Scenario::parse(split(story).0).unwrap();
        crate::play::judge(&scenario).unwrap();
        World::new(1, Wire::default())
    }

    fn tell(world: &mut World, number: u32, status: &str) {
        let parameters = [
            ("SequenceNumber", number.to_string()),
            ("CallStatus", status.into()),
        ];
        let callback = model::Callback {
            id: CallbackId(1),
            account: world.shelf.account.sid,
            call: CallSid(7),
            method: Method::Post,
            url: String::new(),
            parameters: parameters
                .map(|(name, value)| (name.to_owned(), value))
                .into(),
            made: world.now,
        };
        world.seen.callbacks.push((world.now, callback));
    }

    #[test]
    fn complains_of_callbacks_that_go_back_or_contradict_the_row() {
        let complaint = |told: &[(u32, &str)]| {
            let mut world = world();
            for (number, status) in told {
                tell(&mut world, *number, status);
            }
            Judge::default().step(&world).err()
        };
        assert_eq!(
            complaint(&[(0, "initiated"), (1, "ringing"), (2, "in-progress")]),
            None
        );
        assert!(complaint(&[(1, "ringing"), (1, "in-progress")]).is_some());
        assert!(complaint(&[(0, "in-progress"), (1, "ringing")]).is_some());
        assert!(complaint(&[(3, "completed")]).is_some_and(|text| text.contains("its row None")));
    }

    #[test]
    fn complains_of_verdicts_that_change_or_come_unasked_or_are_told_twice() {
        use AnsweredBy::{Human, Unknown};
        let complaint = |asked: bool, verdicts: &[AnsweredBy], told: &[&str]| {
            let mut world = world();
            let sid = CallSid(7);
            if asked {
                world.seen.detections.insert(sid, world.now);
            }
            let verdicts = verdicts.iter().map(|verdict| (sid, *verdict));
            world.seen.verdicts.extend(verdicts);
            for verdict in told {
                tell(&mut world, 0, "");
                let (_, callback) = world.seen.callbacks.last_mut().expect("told");
                callback.parameters = vec![("AnsweredBy".to_owned(), (*verdict).to_owned())];
            }
            Judge::default().step(&world).err()
        };
        assert_eq!(complaint(true, &[Human, Human], &["human"]), None);
        assert!(complaint(false, &[Human], &[]).is_some());
        assert!(complaint(true, &[Human, Unknown], &[]).is_some());
        assert!(complaint(true, &[Human], &["human", "human"]).is_some());
        assert!(complaint(true, &[Human], &["unknown"]).is_some());
        assert!(complaint(true, &[], &["unknown"]).is_some());
    }

    #[test]
    fn complains_of_an_end_that_changes_and_of_time_that_stands_still() {
        let mut world = world();
        world.seen.saves.push((CallSid(7), CallStatus::Busy));
        world.seen.saves.push((CallSid(7), CallStatus::Completed));
        assert!(Judge::default().step(&world).is_err());
        world.seen.saves.clear();
        let mut judge = Judge::default();
        let still = (0..=STEPS_AT_ONCE_MAX + 1).find_map(|_| judge.step(&world).err());
        assert!(still.is_some_and(|text| text.starts_with("time stands still")));
    }
}
