//! Every bound of this program, with its reason.

use std::time::Duration;

/// Connections at once: a browser holds one for its stream of events and a few for the rest, so
/// this serves some two hundred people. A file descriptor and some 30 KB each.
pub const CONNECTIONS: usize = 1_024;

/// What comes before a request's body: its headers have to be there by then, or a client could
/// hold a connection by saying nothing.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a request's body may take. The largest that is taken is a few kilobytes.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(15);

/// A body of JSON: a contact or notes, many times over.
pub const BODY_BYTES: usize = 64 << 10;

/// A webhook's form: what one call can tell, with room for its owner's own parameters.
pub const WEBHOOK_BYTES: usize = 64 << 10;

/// What is read and thrown away of a body after its request was refused, so that the refusal is
/// read by a client that sends all before it reads anything: a file dropped on the wrong field.
/// Whoever sends more is cut off.
pub const LEFTOVER_BYTES: usize = 16 << 20;

/// How long a client may take none of what is sent to it: longer than a phone is between two cells.
pub const STUCK: Duration = Duration::from_secs(30);

/// How long running requests may go on after the program was told to end.
pub const DRAIN: Duration = Duration::from_secs(5);

/// How long a token opens the door: a working day. Who leaves earlier loses access at the next
/// request all the same, for membership is looked up each time.
pub const TOKEN_LIFE: Duration = Duration::from_secs(12 * 60 * 60);

/// A token as we write it has some 250 bytes; more isn't looked at.
pub const TOKEN_BYTES: usize = 1_024;

/// The platform's auth token is 32 digits; other platforms may have longer ones.
pub const AUTH_TOKEN_BYTES: usize = 128;

/// A password as people and their programs write it; hashing is slow by intent.
pub const PASSWORD_BYTES: usize = 256;

/// An e-mail address (RFC 5321 §4.5.3.1: 64 for the name, 255 for the host).
pub const EMAIL_BYTES: usize = 320;

/// Attempts to sign in with one e-mail address from one place at once; then one more each
/// [`SIGN_IN_EVERY`].
pub const SIGN_IN_BURST: u32 = 10;

/// Attempts with one e-mail address from everywhere at once; then one more each
/// [`SIGN_IN_EVERY`]: a thousand machines guess no faster than one.
pub const SIGN_IN_EMAIL_BURST: u32 = 100;

/// Attempts from one place at once, with whatever e-mail addresses: an office in the morning after
/// a change of passwords. Who gets in doesn't count.
pub const SIGN_IN_ORIGIN_BURST: u32 = 100;

/// Then one more each so often: 8,640 a day, so that nobody tries one password on everybody.
pub const SIGN_IN_ORIGIN_EVERY: Duration = Duration::from_secs(10);

/// Whoever has signed in from a place within this time is known there: longer than a holiday.
pub const SIGN_IN_KNOWN: Duration = Duration::from_secs(45 * 24 * 60 * 60);

/// A guess every half minute is 2,880 a day: no dictionary.
pub const SIGN_IN_EVERY: Duration = Duration::from_secs(30);

/// Passwords that are hashed at once: each takes a core for some 30 ms and 19 MB.
pub const HASHING: usize = 2;

/// Those that wait for their turn to be hashed; whoever comes then is told to come again.
pub const HASHING_QUEUE: usize = 32;

/// Calls that a user may ask for at once; then one more each [`CALL_EVERY`].
pub const CALL_BURST: u32 = 10;

/// A call each six seconds is more than anybody talks; a program that clicks is stopped.
pub const CALL_EVERY: Duration = Duration::from_secs(6);

/// Users, or addresses, whose recent requests are counted. Whoever did nothing for long enough is
/// forgotten; beyond that, strangers wait.
pub const COUNTED: usize = 10_000;

/// An `Idempotency-Key`: a UUID, or what other programs make of it.
pub const IDEMPOTENCY_KEY_BYTES: usize = 128;

/// The opaque key in a webhook's address. Ours are shorter; longer ones aren't looked up.
pub const WEBHOOK_KEY_BYTES: usize = 64;

/// How long a call's key opens the door to its webhooks. A call lasts a day at most, and what a
/// platform still tells of it then comes within hours, or is asked for by `compare`; the rest is
/// for whoever sends one again by hand.
pub const CALL_KEY_LIFE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How often keys that are older are thrown away.
pub const CALL_KEYS_SWEPT: Duration = Duration::from_secs(60 * 60);

/// How long a phone rings, the agent's and the contact's: before most mailboxes answer.
pub const RING: Duration = Duration::from_secs(30);

/// How long opening a connection to the platform may take.
pub const PLATFORM_CONNECT: Duration = Duration::from_secs(3);

/// How long one request to the platform may take; somebody looks at a spinning button.
pub const PLATFORM_TRY: Duration = Duration::from_secs(10);

/// How long a request to the platform may take with all its tries.
pub const PLATFORM_WHOLE: Duration = Duration::from_secs(20);

/// Clients of the platform that are kept, each with its connections: one for each organization
/// that called lately.
pub const PLATFORM_CLIENTS: usize = 256;

/// Recordings that are passed on at once. Each holds a few pieces of 16 KB, whatever its length.
pub const RECORDINGS: usize = 64;

/// Changed logs that a browser is told when it comes back; whoever missed more fetches anew what
/// it shows, which is less.
pub const EVENTS_MISSED: u32 = 500;

/// Changed logs that are read at once for those who listen, 2 KB each.
pub const EVENTS_READ: u32 = 200;

/// Changes that wait for one slow reader. Whoever is further behind is cut off, and gets what it
/// missed when it comes back.
pub const EVENTS_WAITING: usize = 256;

/// Organizations with listeners at once; there are no more connections.
pub const EVENT_CHANNELS: usize = 1_024;

/// Browsers that listen at once to one organization.
pub const LISTENERS: usize = 256;

/// How often it is looked at whether whoever listens still belongs to the organization: an answer
/// of any other kind is looked at each time.
pub const MEMBER_CHECKED: Duration = Duration::from_secs(15);

/// A comment on a quiet stream of events, so that proxies keep it open.
pub const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Rows of one page of a list.
pub const PAGE_ROWS: u32 = 200;

/// Rows of a page if nothing is said.
pub const PAGE_ROWS_USUAL: u32 = 50;

/// Notes on a call: ten pages.
pub const NOTES_CHARS: usize = 20_000;

/// A name, a company.
pub const NAME_CHARS: usize = 200;

/// What is searched for.
pub const SEARCH_CHARS: usize = 100;

/// An address of a platform.
pub const URL_BYTES: usize = 500;

/// A call whose asking has had no answer is looked for at the platform once it is as old: by then
/// the request is over, with all its tries.
pub const ASKED_AFTER: Duration = Duration::from_secs(30);

/// A call that isn't found at the platform by then was never placed.
pub const NEVER_PLACED: Duration = Duration::from_secs(120);

/// A log that hasn't moved for as long is compared with the platform: longer than a phone rings, so
/// a call that goes its way is never asked about. A talk is asked about once in as long.
pub const QUIET: Duration = Duration::from_secs(45);

/// Logs that are compared in one round: at the platform, three requests each.
pub const COMPARED: u32 = 200;

/// Logs that are compared at once.
pub const COMPARED_AT_ONCE: usize = 8;

/// How long a recording is looked for whose callback didn't come.
pub const RECORDING_AWAITED: Duration = Duration::from_secs(60 * 60);

/// How long the demo waits for the platform to answer.
pub const PLATFORM_START: Duration = Duration::from_secs(30);

/// How long the demo waits for the platform to end.
pub const PLATFORM_END: Duration = Duration::from_secs(10);
