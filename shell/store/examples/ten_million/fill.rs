//! Calls of a year, as they come to a busy server.

use model::*;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

/// The calls of a year, up to the last midnight: young enough for every account to keep them.
pub const YEAR: u64 = 365 * 86_400 * 1_000_000;
/// The first microsecond of it.
pub static BEGIN: LazyLock<u64> = LazyLock::new(|| {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let days = since_1970.map_or(0, |time| time.as_secs() / 86_400);
    days * 86_400 * 1_000_000 - YEAR
});
const ACCOUNTS: u128 = 4;
/// Calls as they come: several accounts, few numbers that call or are called often and many that
/// seldom do, nine of ten completed, eight of a hundred dialled by another; most of those by one
/// and the same, so that the list of its children is deep, too.
pub struct Fill {
    chance: Chance,
    calls: u64,
    made: u64,
    first: Option<CallSid>,
    parent: Option<CallSid>,
}

impl Fill {
    /// So many.
    pub fn new(calls: u64) -> Fill {
        Fill {
            chance: Chance::new(1),
            calls,
            made: 0,
            first: None,
            parent: None,
        }
    }

    fn party(&mut self) -> Address {
        // Three of ten are with one number; of the others the n-th is about 1/n as frequent.
        let n = if self.chance.below(10) < 3 {
            0
        } else {
            let spread = self.chance.below(1 << 20) as f64 / (1 << 20) as f64;
            (200_000_f64.powf(spread)) as u64
        };
        Address::Number(format!("+1415{:07}", 5_550_000 + n))
    }
}

impl Iterator for Fill {
    type Item = CallRow;

    fn next(&mut self) -> Option<CallRow> {
        if self.made == self.calls {
            return None;
        }
        let n = self.made;
        self.made += 1;
        let at = Time(*BEGIN + n * (YEAR / self.calls));
        let chance = &mut self.chance;
        let sid = CallSid::draw(chance);
        // Three of four belong to one account.
        let account = chance.below(16);
        let account = AccountSid(if account < 12 {
            0
        } else {
            u128::from(account) % ACCOUNTS
        });
        let status = match chance.below(1_000) {
            0..=899 => CallStatus::Completed,
            900..=949 => CallStatus::NoAnswer,
            950..=979 => CallStatus::Busy,
            980..=998 => CallStatus::Failed,
            _ => CallStatus::Canceled,
        };
        let child = chance.below(100) < 8;
        let direction = match (child, chance.below(2)) {
            (true, _) => Direction::OutboundDial,
            (_, 0) => Direction::OutboundApi,
            _ => Direction::Inbound,
        };
        let (waited, rang) = (chance.below(2_000_000), chance.below(30_000_000));
        let talked = chance.below(600_000_000);
        let answered = status == CallStatus::Completed;
        let start = at + Span(waited);
        let end = start + Span(rang + if answered { talked } else { 0 });
        let (to, from) = (self.party(), self.party());
        let most = self.chance.below(10) > 0;
        let parent = if most { self.first } else { self.parent }.filter(|_| child);
        self.first = self.first.or(Some(sid));
        self.parent = Some(sid);
        Some(CallRow {
            parent,
            number: Some(NumberSid(account.0 + 7)),
            to,
            from,
            status,
            date_updated: end,
            start_time: (status != CallStatus::Canceled).then_some(start),
            answer_time: answered.then_some(start + Span(rang)),
            end_time: Some(end),
            duration_secs: Some(if answered {
                (talked / 1_000_000) as u32
            } else {
                0
            }),
            sip_response_code: Some(200),
            sip_call_id: Some(format!("{:020x}@10.0.0.1", sid.0 as u64)),
            ..CallRow::new(sid, account, direction, at)
        })
    }
}

/// Calls that wait in the queue, made after all the others.
pub fn later(seed: usize) -> impl Iterator<Item = CallRow> {
    let unique = u64::from(std::process::id());
    let mut fill = Fill::new(1_000_000);
    fill.chance = Chance::new(seed as u64 + 1_000 * unique);
    let begin = *BEGIN + YEAR + Duration::from_secs(86_400).as_micros() as u64;
    (0_u64..).zip(fill).map(move |(n, row)| CallRow {
        status: CallStatus::Queued,
        date_created: Time(begin + n * 333 + unique),
        date_updated: Time(begin + n * 333 + unique),
        start_time: None,
        answer_time: None,
        end_time: None,
        duration_secs: None,
        parent: None,
        direction: Direction::OutboundApi,
        ..row
    })
}
