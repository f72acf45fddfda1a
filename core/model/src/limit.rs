//! Every bound of the platform, in one place, each with its reason.

// Numbers and addresses.

/// The shortest telephone number that can be dialled (some islands have five digits and a code).
pub const NUMBER_DIGITS_MIN: usize = 7;
/// E.164: fifteen digits with the country code.
pub const NUMBER_DIGITS_MAX: usize = 15;
/// A SIP URI in the API may have 255 characters before its headers.
pub const SIP_URI_BYTES_MAX: usize = 255;
/// The header part of a SIP URI in the API may have 1,024 characters.
pub const SIP_URI_HEADERS_BYTES_MAX: usize = 1_024;

// Calls.

/// How long a call placed through the API rings when nothing else is asked (seconds).
pub const RING_SECS_DEFAULT: u32 = 60;
/// How long a call may ring at most (seconds).
pub const RING_SECS_MAX: u32 = 600;
/// A call lasts four hours when nothing else is asked (seconds).
pub const CALL_SECS_DEFAULT: u32 = 14_400;
/// A call lasts a day at most (seconds).
pub const CALL_SECS_MAX: u32 = 86_400;
/// Keys that `SendDigits` may hold.
pub const SEND_DIGITS_MAX: usize = 32;
/// Characters of `CallReason` (the contract's number); they travel in a SIP header.
pub const CALL_REASON_CHARS_MAX: usize = 50;
/// How long a `CallToken` can be used (seconds): as long as a call lasts by default; what it
/// vouches for is a call that is being forwarded now.
pub const CALL_TOKEN_SECS: u64 = 14_400;
/// Answering machine detection gives up after so long when nothing else is asked (seconds).
pub const DETECTION_SECS_DEFAULT: u32 = 30;
/// It gives up after this at the least (seconds, the contract's number).
pub const DETECTION_SECS_MIN: u32 = 3;
/// It gives up after this at the most (seconds); the contract says 59 here and 60 there, and a
/// client that sends the larger one is not to be refused.
pub const DETECTION_SECS_MAX: u32 = 60;
/// Speech shorter than this is a person's when nothing else is asked (milliseconds).
pub const DETECTION_SPEECH_MS_DEFAULT: u32 = 2_400;
/// Least speech that can be asked for as the border (milliseconds, the contract's number).
pub const DETECTION_SPEECH_MS_MIN: u32 = 1_000;
/// Most speech that can be asked for as the border (milliseconds, the contract's number).
pub const DETECTION_SPEECH_MS_MAX: u32 = 6_000;
/// Speech is over after so much silence when nothing else is asked (milliseconds).
pub const DETECTION_SPEECH_END_MS_DEFAULT: u32 = 1_200;
/// Least silence that can be asked for as the end of speech (milliseconds, the contract's number).
pub const DETECTION_SPEECH_END_MS_MIN: u32 = 500;
/// Most silence that can be asked for as the end of speech (milliseconds, the contract's number).
pub const DETECTION_SPEECH_END_MS_MAX: u32 = 5_000;
/// Silence at the beginning that ends detection when nothing else is asked (milliseconds).
pub const DETECTION_SILENCE_MS_DEFAULT: u32 = 5_000;
/// Least silence at the beginning that can be asked for (milliseconds, the contract's number).
pub const DETECTION_SILENCE_MS_MIN: u32 = 2_000;
/// Most silence at the beginning that can be asked for (milliseconds, the contract's number).
pub const DETECTION_SILENCE_MS_MAX: u32 = 10_000;
/// So much later than it was to give up, a detector that says nothing is no longer waited for
/// (milliseconds): the verdict is `unknown` then, whatever has become of the sound engine.
pub const DETECTION_SLACK_MS: u64 = 1_000;
/// A verification call may be put off so long (seconds, the contract's number).
pub const VERIFICATION_DELAY_SECS_MAX: u32 = 60;
/// Digits of a verification code (the contract's number).
pub const VERIFICATION_CODE_DIGITS: usize = 6;
/// Times a wrong verification code may be typed: three of a million chances.
pub const VERIFICATION_TRIES: u8 = 3;
/// RFC 3261 §8.1.1.6; numbers that dial each other stop after so many rounds.
pub const MAX_FORWARDS: u8 = 70;
/// Our own numbers may dial our own numbers so many times in a row: deeper is a loop, and each
/// round costs two calls.
pub const OWN_HOPS_MAX: u8 = 8;
/// Live calls of one process: beyond it new ones are refused with 503 rather than all done badly.
pub const CALLS_MAX: usize = 20_000;
/// Calls of one account that may wait for their turn: more than a day's worth at one a second.
/// Whoever asks for more is told to come back (20429).
pub const QUEUE_CALLS_PER_ACCOUNT_MAX: usize = 100_000;
/// All that waits together, in bytes of memory: room for 300,000 ordinary calls, or for 40,000
/// whose documents are of the greatest length.
pub const QUEUE_BYTES_MAX: usize = 256 * 1_024 * 1_024;
/// So much may a call leave before its even spacing (milliseconds): what a busy control loop is
/// late, and little enough for a carrier that counts calls by the second.
pub const QUEUE_SLACK_MS: u64 = 100;
/// When there are as many live calls as there may be, waiting ones try again after so long
/// (milliseconds).
pub const QUEUE_RETRY_MS: u64 = 100;
/// `<Dial>` rings at most ten nouns at once (the contract's number).
pub const DIAL_NOUNS_MAX: usize = 10;
/// One after another, `<Dial>` rings so many: the contract names no number, and more would ring for
/// an hour and a half at the default of thirty seconds each.
pub const DIAL_NOUNS_SEQUENTIAL_MAX: usize = 200;
/// Characters of `callerId`: the longest name that SIP addresses are used with, and twice a URI.
pub const CALLER_ID_CHARS_MAX: usize = 128;
/// A SIP address from which nothing at all is heard is given up after so long where another one
/// can be tried (seconds): five repetitions of the INVITE, a small part of a caller's patience.
pub const SIP_UNHEARD_SECS: u32 = 6;

// Documents.

/// A document may have 64 kB (11750).
pub const DOCUMENT_BYTES_MAX: usize = 64 * 1_024;
/// `Twiml=` may have 4,000 characters (32018).
pub const TWIML_PARAMETER_CHARS_MAX: usize = 4_000;
/// Documents one call may ask for within `DOCUMENT_WINDOW_SECS`: a document that redirects to
/// itself must not become a flood against the customer's own server.
pub const DOCUMENTS_PER_WINDOW_MAX: usize = 100;
/// The window of the bound above (seconds).
pub const DOCUMENT_WINDOW_SECS: u64 = 10;
/// HTTP redirects followed for one document (11215).
pub const REDIRECTS_MAX: usize = 10;
/// Times a prompt may be repeated; `loop="0"` means this.
pub const PLAY_LOOPS_MAX: u32 = 1_000;
/// How long `<Refer>` waits for the far end to say how its new call went: a proxy on its way may
/// let it ring for three minutes (RFC 3261 §16.6), and the last report may have to be repeated
/// for half a minute more (seconds).
pub const REFER_SECS_MAX: u64 = 240;

// The customer's application.

/// Connecting takes at most five seconds (milliseconds).
pub const WEBHOOK_CONNECT_MS: u64 = 5_000;
/// Everything together takes at most fifteen seconds (milliseconds).
pub const WEBHOOK_TOTAL_MS: u64 = 15_000;
/// The asker's own deadline: past the client's, so that only a lost answer meets it (milliseconds).
pub const FETCH_DEADLINE_MS: u64 = 20_000;

// Sound.

/// A recording lasts four hours at most (seconds): 230 MB of dual sound.
pub const RECORDING_SECS_MAX: u32 = 14_400;
/// A recording under this length counts as absent (milliseconds).
pub const RECORDING_MS_MIN: u32 = 100;
/// A sound file to be played may have 40 MB: forty minutes of WAV at 8 kHz.
pub const PLAY_BYTES_MAX: usize = 40 * 1_024 * 1_024;
/// Ports taken by others that are passed over for one leg: as far as a neighbour's open legs in a
/// row may reach. Each costs a call of the system, in a thread that has sound to send.
pub const MEDIA_PORT_TRIES_MAX: usize = 32;
/// No packet for so long on an answered leg that should send: the far end is gone (seconds).
pub const MEDIA_LOST_SECS: u64 = 60;
/// Prompts that may wait on one leg.
pub const PLAY_QUEUE_MAX: usize = 200;

// SIP.

/// A SIP message may have 64 kB, the most a datagram can carry.
pub const SIP_MESSAGE_BYTES_MAX: usize = 65_535;
/// Headers in one SIP message.
pub const SIP_HEADERS_MAX: usize = 256;
/// Start line and headers of one SIP message: a long recorded path with tokens stays below half.
pub const SIP_HEAD_BYTES_MAX: usize = 32 * 1_024;
/// Parameters of one SIP URI or header: nobody sends more than about ten.
pub const SIP_PARAMS_MAX: usize = 64;
/// Parts of one SIP body: an offer, a picture of the caller, a location, and room to spare.
pub const SIP_BODY_PARTS_MAX: usize = 16;
/// Nonces whose use counts are remembered: at a nonce's life of minutes, a registration storm.
pub const SIP_NONCES_MAX: usize = 65_536;
/// Registered phones of one process.
pub const BINDINGS_MAX: usize = 10_000;
/// Contacts of one registered user (the contract's number).
pub const CONTACTS_PER_USER_MAX: usize = 10;

// Sound.

/// Longest RTP packet that is looked at (RFC 3551 §4.2 asks receivers for 200 ms).
pub const PACKET_TIME_MAX_MS: u32 = 200;
/// Sound one stream may hold unplayed: ten minutes, more than any model speaks in one turn.
pub const PLAY_STREAM_SAMPLES_MAX: usize = 8_000 * 600;
/// Marks one stream may hold unreached; a peer that sends one per packet gets eighty seconds.
pub const PLAY_MARKS_MAX: usize = 4_000;
/// Keys in one string to play; `SEND_DIGITS_MAX` bounds what the API takes, this what `<Play>`
/// does.
pub const PLAY_DIGITS_MAX: usize = 1_000;
/// Samples one sound file may decode to: an hour and a half, as `PLAY_BYTES_MAX` of mu-law is; a
/// small MP3 file could otherwise unfold into a gigabyte.
pub const SOUND_FILE_SAMPLES_MAX: usize = 8_000 * 5_400;
/// Highest sample rate of a sound file; studio sound ends here.
pub const SOUND_FILE_RATE_MAX_HZ: u32 = 192_000;
/// Lowest sample rate of a sound file; below it a small file would unfold into hours of sound.
pub const SOUND_FILE_RATE_MIN_HZ: u32 = 4_000;
/// Channels of a sound file; surround sound ends here, and a header's lie costs nothing.
pub const SOUND_FILE_CHANNELS_MAX: u16 = 8;

// Call control's patience.

/// The engine opens a leg within a tick; past this it has lost the question (milliseconds).
pub const MEDIA_DEADLINE_MS: u64 = 5_000;
/// The store answers a look-up in microseconds; past this a caller would hear nothing
/// (milliseconds).
pub const LOOKUP_DEADLINE_MS: u64 = 5_000;
/// Finishing a recording's file takes a moment, trimming a long one more (milliseconds).
pub const RECORDED_DEADLINE_MS: u64 = 10_000;
/// Of an answered document so much is kept for `Calls/{sid}/Events` (bytes).
pub const WEB_EVENT_BODY_BYTES_MAX: usize = 4_096;
/// Of the parameters sent so much is kept there (bytes): a long spoken result and room for the
/// rest.
pub const WEB_EVENT_PARAMETERS_BYTES_MAX: usize = 16 * 1_024;
/// Of a header's value so much is kept there (bytes).
pub const HEADER_KEPT_BYTES_MAX: usize = 256;
/// Requests one call leaves in the journal: an hour of a document every ten seconds; a call that
/// redirects for days says no more with the rest.
pub const WEB_EVENTS_PER_CALL_MAX: usize = 500;
/// Requests on the wire that one call leaves in the journal, retries and redirects each: twice
/// what it leaves as questions.
pub const WEBHOOKS_PER_CALL_MAX: usize = 1_000;
/// Requests on the wire that one account leaves in the journal, the oldest go first: at some
/// 3 kB each, 150 MB of disk and half an hour of a busy account.
pub const WEBHOOKS_PER_ACCOUNT_MAX: usize = 50_000;
/// The oldest of them are taken away so many at once: a place in the table is found as fast for
/// one as for a page of them.
pub const WEBHOOKS_TRIMMED_AT_ONCE: usize = 64;
/// Days that they are kept at most: who looks for a fault looks within weeks, and what callers
/// said and typed shall not lie there for a year.
pub const WEBHOOK_DAYS: u64 = 30;
/// Of the body of a request or an answer so much is kept there (bytes): a form of some hundred
/// parameters, a document of as many verbs.
pub const WEBHOOK_BODY_BYTES_MAX: usize = 16 * 1_024;
/// Of the headers of a request or an answer so much is kept there (bytes).
pub const WEBHOOK_HEADERS_BYTES_MAX: usize = 4_096;
/// Requests that are sent again by hand to one host at once: they stand behind nobody's call.
pub const REPLAYS_PER_HOST_MAX: usize = 4;
/// Notifications one call may leave: a page of a thousand faults says no more than its first.
pub const NOTIFICATIONS_PER_CALL_MAX: usize = 500;
/// Keys one `<Gather>` keeps when it names no number of its own.
pub const GATHER_DIGITS_MAX: usize = 10_000;

// Asking and telling the customer's application.

/// Requests under way to one host at once, for documents and for sound each: an application that
/// hangs holds so many connections, and the next ones wait within their own deadline.
pub const WEBHOOKS_PER_HOST_MAX: usize = 512;
/// Connections kept open to one host between requests.
pub const WEBHOOK_IDLE_PER_HOST_MAX: usize = 64;
/// Hosts with a forbidden address of which the operator has been warned, about 40 kB. Beyond it all
/// are forgotten and warned of once more: one line of the log in a thousand.
pub const FORBIDDEN_HOSTS_MAX: usize = 1_024;
/// How long an unused connection is kept (milliseconds): less than the 5 s after which common
/// application servers close it, so that a request seldom meets a closing one.
pub const WEBHOOK_IDLE_MS: u64 = 4_000;
/// Documents that are kept for the next call that asks for the same address, in bytes together:
/// room for four thousand ordinary menus.
pub const DOCUMENT_CACHE_BYTES_MAX: usize = 16 * 1_024 * 1_024;
/// Applications of which it is remembered how they ask for user name and password, at a quarter of
/// a kilobyte; one that is forgotten asks again.
pub const AUTHORIZATIONS_MAX: usize = 4_096;
/// Cookies kept for one call.
pub const COOKIES_PER_CALL_MAX: usize = 50;
/// Name and value of one cookie (RFC 6265 §6.1).
pub const COOKIE_BYTES_MAX: usize = 4_096;

// Callbacks.

/// Callbacks under way at once: each costs a task and a connection, some 30 kB. A host has at most
/// as many as are left free, so that a thousand hosts that hang leave the next one its place.
pub const CALLBACKS_AT_ONCE_MAX: usize = 1_024;
/// Callbacks under way at once to one host: an application that answers in 100 ms takes 2,500 a
/// second; one that hangs costs a quarter of the places for fifteen seconds, then one.
pub const CALLBACKS_PER_HOST_MAX: usize = 256;
/// Callbacks under way at once to all hosts that are held together: the dead ones, however many,
/// leave the others seven eighths of the places.
pub const CALLBACKS_TO_HELD_HOSTS_MAX: usize = 128;
/// Callbacks under way at once to one held host, of those that have been put off for as long as
/// may be: at ten seconds for each, half a million in four days.
pub const CALLBACKS_PER_HELD_HOST_MAX: usize = 16;
/// Failures in a row (no connection, or no answer in time) that hold a host: one may be chance,
/// and each more is a callback that nobody heard.
pub const CALLBACK_FAILURES_MAX: u32 = 3;
/// Callbacks at once to a host that has just come back; each that arrives makes room for one more.
pub const CALLBACK_RAMP: usize = 8;
/// First hold of a host that fails (milliseconds): an application that restarts misses little.
pub const CALLBACK_HOLD_MS_MIN: u64 = 1_000;
/// Longest hold (milliseconds): so late does a host that has come back hear of it, at most, and so
/// seldom does a dead one cost a callback.
pub const CALLBACK_HOLD_MS_MAX: u64 = 60_000;
/// A callback to a held host is attempted when it is so old (seconds): as long as a call lasts by
/// default. A host that is gone for good must not fill the disk.
pub const CALLBACK_PUT_OFF_SECS_MAX: u64 = 14_400;
/// Callbacks that wait in memory, some 2 kB each; the others wait as rows of the store. A host has
/// at most half of what is left free.
pub const CALLBACKS_IN_MEMORY_MAX: usize = 16_384;
/// Callbacks of one host that wait in memory: four rounds of what may be under way to it.
pub const CALLBACKS_IN_LINE_MAX: usize = 1_024;
/// Hosts whose lines lie in memory, some 300 bytes each without what waits; rows of further hosts
/// wait in the store until a line is done.
pub const CALLBACK_HOSTS_MAX: usize = 16_384;
/// Rows read from the store at once: a millisecond, and a round of what may be under way.
pub const CALLBACK_PAGE_ROWS_MAX: usize = 256;
/// After a read that failed, the store is asked again in so long (milliseconds).
pub const CALLBACK_REREAD_MS: u64 = 1_000;
/// Callbacks that were attempted and can't be marked so, because the disk is full; none is begun
/// beyond it, for a crash would repeat them all.
pub const CALLBACKS_UNRECORDED_MAX: usize = 16_384;
/// Callbacks under way have so long to end when the program stops (milliseconds); what isn't known
/// to have arrived is attempted at the next start.
pub const CALLBACKS_STOP_MS: u64 = 2_000;

// Speech and sound files.

/// Characters spoken for one `<Say>`: eight times the 4,096 it may be written with, since a digit
/// that is spelled is a word.
pub const SPEECH_CHARS_MAX: usize = 32_768;
/// Speech programs running at once: they are short, and share the cores with the sound threads.
pub const SPEECH_PROGRAMS_MAX: usize = 4;
/// Sentences that may wait for a speech program; beyond it `<Say>` fails rather than lags.
pub const SPEECH_WAITING_MAX: usize = 2_000;
/// Seconds a speech program may take for one sentence.
pub const SPEECH_SENTENCE_SECS_MAX: u64 = 10;
/// Samples of spoken sentences kept for the next call that says the same: an hour, 58 MB.
pub const SPEECH_CACHE_SAMPLES_MAX: usize = 8_000 * 3_600;
/// Samples of sound files kept for the next `<Play>`: two hours, 115 MB.
pub const SOUND_CACHE_SAMPLES_MAX: usize = 8_000 * 7_200;
/// Addresses of sound files of which is kept how long the file is fresh: as many prompts as the
/// largest application has, at half a kilobyte. Beyond it they are forgotten together, and each is
/// asked for again.
pub const SOUND_ADDRESSES_MAX: usize = 10_000;
/// Sound files being fetched at once: as many as a host may be asked for; a long one that comes
/// slowly keeps its place for as long as it is heard.
pub const SOUND_FETCHES_MAX: usize = 1_024;
/// Pieces of sound files being decoded at once: they share the cores with the sound threads.
pub const SOUND_DECODINGS_MAX: usize = 4;
/// Seconds a sound file may take to arrive: as long as the longest one lasts
/// (`SOUND_FILE_SAMPLES_MAX`), for one that comes more slowly than that is not heard anyway.
pub const PLAY_FETCH_SECS_MAX: u64 = 5_400;
/// MP3 programs running at once.
pub const MP3_PROGRAMS_MAX: usize = 2;
/// Seconds one MP3 may take: a four-hour recording needs under thirty.
pub const MP3_SECS_MAX: u64 = 120;

// Sockets.

/// SIP connections open at once: a connection costs a task and two buffers.
pub const SIP_STREAMS_MAX: usize = 4_096;
/// SIP connections from one address.
pub const SIP_STREAMS_PER_SOURCE_MAX: usize = 64;
/// A fresh SIP connection must bring a whole first message in this time (seconds).
pub const SIP_FIRST_MESSAGE_SECS: u64 = 15;
/// A SIP connection that brings nothing for so long is closed (seconds); keep-alives (RFC 5626)
/// come every two minutes.
pub const SIP_IDLE_SECS: u64 = 600;
/// Datagrams a second from one address; a carrier at 1,000 calls a second sends fewer.
pub const SIP_DATAGRAMS_PER_SOURCE_SECOND: u32 = 20_000;
/// Bytes that may wait to be written to one SIP connection before it counts as dead.
pub const SIP_STREAM_BACKLOG_MAX: usize = 256;
/// What the kernel may hold for one SIP socket: a burst of 3,000 messages.
pub const SIP_SOCKET_BUFFER_BYTES: usize = 4 * 1_024 * 1_024;

// Sound threads.

/// Commands and pieces of sound that may wait for one sound thread: eight per leg of a full one.
pub const MEDIA_INBOX_MAX: usize = 16_384;
/// Packets taken from one leg's socket in one phase; twenty milliseconds bring one or two, and a
/// flood must not hold up the other legs.
pub const MEDIA_PACKETS_PER_PHASE_MAX: usize = 8;
/// Phases a late sound thread makes up for; what is older is skipped, as nobody wants old sound.
pub const MEDIA_CATCH_UP_PHASES_MAX: u32 = 40;
/// Frames in the ring from one sound thread to another: 80 ms for a thousand legs joined across.
pub const MEDIA_RELAY_FRAMES_MAX: usize = 4_096;
/// Pieces of recordings that may wait for the disk, each a second of sound: 64 MB at most.
pub const RECORDING_PIECES_MAX: usize = 2_048;

// The store.

/// Batches that may wait for the disk: a minute of the busiest hour. Beyond it writes are refused
/// by value rather than memory filled.
pub const STORE_BATCHES_MAX: usize = 100_000;
/// Batches in one transaction: at some point a longer one only makes the first asker wait.
pub const STORE_GROUP_MAX: usize = 4_096;
/// Rows taken away in one commit when calls are too old: each lies in a dozen indexes, and whoever
/// waits for the next commit shall wait a few milliseconds at most.
pub const PURGE_ROWS_MAX: u32 = 32;
/// A pause between two such commits (milliseconds): some three hundred rows a second, twenty-five
/// million a day.
pub const PURGE_PAUSE_MS: u64 = 100;
/// How often old calls are looked for (seconds): kept for months, an hour is no difference.
pub const PURGE_EVERY_SECS: u64 = 3_600;
/// Rows read at once at start, where a list has no pages.
pub const STORE_ROWS_MAX: usize = 100_000;

// The API.

/// Rows of a page when nothing else is asked.
pub const PAGE_SIZE_DEFAULT: u32 = 50;
/// Rows of a page at most (20007).
pub const PAGE_SIZE_MAX: u32 = 1_000;
/// Numbers whose written form is remembered: an account's busy ones fit, at 100 bytes each. Beyond
/// it they are forgotten together, and asked of the numbering plans again.
pub const NUMBERS_REMEMBERED_MAX: usize = 10_000;
/// A request body may have 64 kB: a `Twiml` of 4,000 characters, each of four bytes and
/// percent-encoded, is the longest honest one.
pub const API_BODY_BYTES_MAX: usize = 64 * 1_024;
/// A client has so long to send its request line and headers (milliseconds).
pub const API_HEADER_MS: u64 = 10_000;
/// A client has so long to send its body (milliseconds).
pub const API_BODY_MS: u64 = 10_000;
/// When a request is answered before all of its body is there, so much more is read and thrown
/// away before the connection is closed, for as long as a body may take: most clients read nothing
/// before all is sent, and a reset would take the answer from them. A sound or an archive that was
/// sent here by mistake is smaller; whoever sends more is cut off.
pub const API_REST_BYTES_MAX: usize = 16 * 1_024 * 1_024;
/// Headers of one request may have so many bytes in all.
pub const API_HEADERS_BYTES_MAX: usize = 32 * 1_024;
/// Call control has so long to answer the API (milliseconds); it needs one, unless the disk hangs.
pub const ASK_DEADLINE_MS: u64 = 10_000;
/// What a customer may call a number or an account.
pub const FRIENDLY_NAME_CHARS_MAX: usize = 64;
/// User name and password for a SIP address, each.
pub const SIP_AUTH_CHARS_MAX: usize = 255;
/// A deleted recording is remembered for forty days (the contract's number).
pub const DELETED_RECORDING_DAYS: u64 = 40;

// Accounts.

/// Calls a second that leave through the API when an account says nothing else (the contract's
/// number).
pub const CALLS_PER_SECOND_DEFAULT: u32 = 1;
/// Calls a second that an account can be given at most: more than one machine sets up. `dev` has
/// it, because nobody's carrier is to be spared there and a test must not wait.
pub const CALLS_PER_SECOND_MAX: u32 = 1_000;
/// Days that calls are kept when an account says nothing else: thirteen months.
pub const RETENTION_DAYS_DEFAULT: u32 = 396;
/// Requests of one account that run at the same time when it says nothing else: a quarter of
/// `HTTP_CONNECTIONS_MAX`, so that one account alone can't keep the others out.
pub const REQUESTS_AT_ONCE_DEFAULT: u32 = 1_024;

/// Subaccounts of one account (21480): each lies in memory, and a page lists a thousand.
pub const SUBACCOUNTS_MAX: usize = 1_000;
/// API keys of one account: each lies in memory, and a page lists a thousand.
pub const KEYS_PER_ACCOUNT_MAX: usize = 1_000;
/// Different wrong secrets for one name from one address within `GUESS_WINDOW_SECS`; after them
/// nothing is compared until the window ends. A person who mistypes needs three.
pub const GUESSES_PER_NAME_MAX: u32 = 10;
/// Different wrong credentials from one address within `GUESS_WINDOW_SECS`, whatever their names:
/// several misconfigured programs behind one address stay below it.
pub const GUESSES_PER_ADDRESS_MAX: u32 = 100;
/// The window of the two bounds above (seconds): 14,400 guesses a day are none at 128 bits.
pub const GUESS_WINDOW_SECS: u64 = 60;
/// Names and addresses whose wrong credentials are counted, each; about 5 MB. What comes beyond
/// within one window is spread over so many addresses that counting them would slow nobody.
pub const GUESSERS_MAX: usize = 65_536;

// SIP endpoint.

/// Live SIP transactions: 10,000 calls/s of answer and BYE held 32 s each; beyond it requests are
/// dropped as a full socket would, at about 0.7 kB each.
pub const SIP_TRANSACTIONS_MAX: usize = 640_000;
/// INVITEs that were given up unanswered and are kept for a far end that rings or answers late, at
/// about 2 kB each: as many as calls may live. Beyond it the oldest is forgotten, as a transaction
/// is at Timer B (RFC 3261 §17.1.1.2).
pub const SIP_LATE_INVITES_MAX: usize = 20_000;
/// Open SIP connections: one per phone behind TCP, TLS or WebSocket, and some spare.
pub const SIP_CONNECTIONS_MAX: usize = 20_000;
/// Messages that may wait for one connection to open: what a burst of calls to one trunk makes.
pub const SIP_CONNECTION_QUEUE_MAX: usize = 1_000;
/// Early dialogs of one INVITE: forks ring at more places than that only by mistake.
pub const SIP_FORKS_MAX: usize = 16;
/// Keeps-alives and registrations of ours: trunks of one installation.
pub const SIP_TRUNKS_MAX: usize = 1_000;
/// A session description may have 16 kB; a browser's with everything in it has eight.
pub const SDP_BYTES_MAX: usize = 16 * 1_024;
/// Lines of one session description.
pub const SDP_LINES_MAX: usize = 500;
/// Media of one session description: a conference of screens has a handful.
pub const SDP_MEDIA_MAX: usize = 16;
/// Recordings of one leg at the same time: `<Record>` or `<Dial record>`, `Record=true`, one begun
/// by API, one to spare.
pub const RECORDINGS_PER_LEG_MAX: usize = 4;
/// Legs in one room: two hundred and fifty, the contract's largest conference.
pub const ROOM_LEGS_MAX: usize = 250;

// The control loop and the listener.

/// Inputs that may wait for the control loop: a second of the heaviest load; datagrams beyond it
/// are dropped, as a full socket would drop them.
pub const SHARD_INBOX_MAX: usize = 32_768;
/// Inputs handled before the collected writes are handed on: bounds how long a reply waits.
pub const SHARD_BATCH_MAX: usize = 512;
/// Open connections to the API: what a thousand pooling clients hold.
pub const HTTP_CONNECTIONS_MAX: usize = 4_096;
/// The files of the certificate are looked at so often (seconds): two calls to the system, and a
/// new one is in use long before the old one ends.
pub const CERTIFICATE_LOOK_SECS: u64 = 10;
/// A pause after a failed accept (milliseconds), so that a lack of file descriptors is no spin.
pub const ACCEPT_PAUSE_MS: u64 = 20;
/// Open requests have so long to end when the program stops (milliseconds).
pub const STOP_MS: u64 = 2_000;

// Streams of events.

/// Streams of one account that are open at the same time: a console and a tool or two for each of
/// a score of people.
pub const STREAMS_PER_ACCOUNT_MAX: usize = 64;
/// Streams of all accounts: a quarter of `HTTP_CONNECTIONS_MAX`, each holds a connection.
pub const STREAMS_MAX: usize = 1_024;
/// Events that wait for a slow reader of a stream; one that is further behind is dropped. Ten
/// seconds of three calls a second.
pub const STREAM_QUEUE_MAX: usize = 1_024;
/// A reader that takes nothing at all for so long (milliseconds) is cut off.
pub const STREAM_STALL_MS: u64 = 30_000;
/// A stream that has nothing to tell says so this often (milliseconds): below the minute after
/// which proxies close what is silent. Credentials are looked at again as often.
pub const STREAM_BEAT_MS: u64 = 15_000;
/// Latest events of an account that `Last-Event-ID` finds again; about 250 kB.
pub const STREAM_HISTORY_MAX: usize = 1_000;
/// Events of one live call, and those it dialled, that a stream of it begins with; twice the rungs
/// that are kept of an ended call.
pub const STREAM_CALL_EVENTS_MAX: usize = 1_000;
/// Ended calls whose events stay in memory for `STREAM_ENDED_MS`, all accounts together; about
/// 8 MB. After that the kept ladder is told.
pub const STREAM_ENDED_CALLS_MAX: usize = 1_000;
/// How long an ended call's events stay in memory (milliseconds): a reader whose connection broke
/// is back by then.
pub const STREAM_ENDED_MS: u64 = 60_000;
/// An account that has no call and no reader is forgotten after so long (milliseconds), with its
/// history.
pub const STREAM_IDLE_MS: u64 = 300_000;
/// Batches of news that may wait between the control loop and the streams; what is beyond is lost
/// to the streams, which tell of a gap: the loop waits for nobody.
pub const STREAM_INBOX_MAX: usize = 4_096;
/// News that may wait until the rows they tell of are durable; beyond it they are told of before.
pub const STREAM_HELD_MAX: usize = 65_536;
/// Calls of which a line was heard before their row, and lines of each; they wait for it.
pub const STREAM_STRANGERS_MAX: usize = 1_024;

// The proxy of `dev --intercept`.

/// Open connections to the proxy, tunnels among them: a browser with a hundred tabs holds fewer.
pub const INTERCEPT_CONNECTIONS_MAX: usize = 1_024;
/// The head of a request to the proxy (bytes). What passes it goes on to servers that take 8 to
/// 64 kB.
pub const INTERCEPT_HEADERS_BYTES_MAX: usize = 64 * 1_024;
/// A client has so long to send the head of a request, and then to end its handshake
/// (milliseconds). It sits on the same machine.
pub const INTERCEPT_HEADER_MS: u64 = 30_000;
/// Looking a host up and connecting to it may take so long (milliseconds): its client gives up
/// after thirty seconds, and shall hear why before.
pub const INTERCEPT_CONNECT_MS: u64 = 15_000;
/// When one end of a tunnel has finished, the other may be silent for so long (milliseconds); a
/// tunnel that both ends keep open may be silent for ever.
pub const INTERCEPT_HALF_OPEN_MS: u64 = 60_000;
/// Bytes on their way through a tunnel, each way: what a socket takes at once.
pub const INTERCEPT_BUFFER_BYTES: usize = 16 * 1_024;
/// Certificates that are kept for the next connection: the names of all regions with an edge
/// each, four times over.
pub const INTERCEPT_LEAVES_MAX: usize = 64;
/// Days that a certificate of the proxy is valid. It lies in memory only.
pub const INTERCEPT_LEAF_DAYS: u64 = 30;
/// A certificate with fewer days left is made anew.
pub const INTERCEPT_LEAF_RENEW_DAYS: u64 = 7;
/// Days that the local authority is valid: whoever has told a machine to trust it wants to do so
/// once; whoever has forgotten it is rid of it in two years.
pub const INTERCEPT_AUTHORITY_DAYS: u64 = 730;
/// An authority with fewer days left is replaced at the next start.
pub const INTERCEPT_AUTHORITY_RENEW_DAYS: u64 = 60;
/// Key and certificate of the authority have a few hundred bytes each; a file with more is none
/// of ours.
pub const INTERCEPT_FILE_BYTES_MAX: u64 = 64 * 1_024;
/// The machine's own list of authorities (bytes): a fifth of a megabyte, and some spare.
pub const INTERCEPT_BUNDLE_BYTES_MAX: u64 = 8 * 1_024 * 1_024;
