//! The bounds of an outbox, as one value: the platform's, or a test's smaller ones.

use model::{Span, limit};

/// How much may be under way, wait in memory, and be put off. Each stands with its reason in
/// [`model::limit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Attempts under way at once.
    pub at_once: usize,
    /// Attempts under way at once to one host.
    pub per_host: usize,
    /// Attempts under way at once to all hosts that are held.
    pub to_held: usize,
    /// Attempts under way at once to one host that is held.
    pub per_held_host: usize,
    /// Failures in a row that hold a host.
    pub failures: u32,
    /// Attempts at once to a host that has just come back.
    pub ramp: usize,
    /// Callbacks that wait in memory.
    pub in_memory: usize,
    /// Callbacks of one host that wait in memory.
    pub in_line: usize,
    /// Hosts known at once.
    pub hosts: usize,
    /// Rows read at once.
    pub page: usize,
    /// Attempts that are over and not yet marked so in the store.
    pub unrecorded: usize,
    /// The first hold.
    pub hold_min: Span,
    /// The longest hold.
    pub hold_max: Span,
    /// A first attempt is put off so long at most, from the making of its callback.
    pub put_off: Span,
    /// A read that failed is tried again after so long.
    pub reread: Span,
}

impl Bounds {
    /// Those of the platform.
    pub const PLATFORM: Bounds = Bounds {
        at_once: limit::CALLBACKS_AT_ONCE_MAX,
        per_host: limit::CALLBACKS_PER_HOST_MAX,
        to_held: limit::CALLBACKS_TO_HELD_HOSTS_MAX,
        per_held_host: limit::CALLBACKS_PER_HELD_HOST_MAX,
        failures: limit::CALLBACK_FAILURES_MAX,
        ramp: limit::CALLBACK_RAMP,
        in_memory: limit::CALLBACKS_IN_MEMORY_MAX,
        in_line: limit::CALLBACKS_IN_LINE_MAX,
        hosts: limit::CALLBACK_HOSTS_MAX,
        page: limit::CALLBACK_PAGE_ROWS_MAX,
        unrecorded: limit::CALLBACKS_UNRECORDED_MAX,
        hold_min: Span::from_millis(limit::CALLBACK_HOLD_MS_MIN),
        hold_max: Span::from_millis(limit::CALLBACK_HOLD_MS_MAX),
        put_off: Span::from_secs(limit::CALLBACK_PUT_OFF_SECS_MAX),
        reread: Span::from_millis(limit::CALLBACK_REREAD_MS),
    };
}
