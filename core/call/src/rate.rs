//! What a call costs, by the operator's table. Without a table nothing is rated.

use model::{AccountSid, CallRow, Currency, Direction, Price};

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// For this account alone; for every one if there is none.
    pub account: Option<AccountSid>,
    /// For calls to numbers that begin so; empty is every address.
    pub prefix: String,
    /// For calls that come in (true) or go out (false); both if there is none.
    pub inbound: Option<bool>,
    /// Hundred-thousandths of the unit for one minute.
    pub per_minute: i64,
    /// Whether a minute that has begun costs as much as a whole one.
    pub whole_minutes: bool,
    /// What it is paid in.
    pub currency: Currency,
}

/// What a call that has ended costs: nothing is owed for one that was never answered. The line
/// with the longest prefix counts; among those, the one for the account alone.
pub(crate) fn price(rates: &[Rate], row: &CallRow) -> Option<Price> {
    row.answer_time?;
    let secs = i64::from(row.duration_secs?);
    let to = row.to.to_string();
    let inbound = row.direction == Direction::Inbound;
    let rate = rates
        .iter()
        .filter(|rate| rate.account.is_none_or(|account| account == row.account))
        .filter(|rate| rate.inbound.is_none_or(|wanted| wanted == inbound))
        .filter(|rate| to.starts_with(&rate.prefix))
        .max_by_key(|rate| {
            (
                rate.prefix.len(),
                rate.account.is_some(),
                rate.inbound.is_some(),
            )
        })?;
    let amount = if rate.whole_minutes {
        rate.per_minute.saturating_mul((secs + 59) / 60)
    } else {
        // Rounded up: the smallest unit is a thousandth of a cent.
        rate.per_minute.saturating_mul(secs).saturating_add(59) / 60
    };
    Some(Price {
        amount: -amount,
        currency: rate.currency,
    })
}
