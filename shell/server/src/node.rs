//! Starts everything in order, joins it, and stops it in order.

use crate::callbacks::{Callbacks, Means};
use crate::carry::{Carrier, Pending, Wire};
use crate::clock::Clock;
use crate::http::{self, Site};
use crate::interception::Interception;
use crate::media_thread::{MediaConfig, MediaSink, MediaThreads};
use crate::metrics::Metrics;
use crate::mp3::Mp3;
use crate::phone_network::{self, PhoneNetwork, PhoneSink};
use crate::plan::Plan;
use crate::retention::Retention;
use crate::shard::{Shard, ShardHandle, ShardInbox};
use crate::sip_socket::{SipIn, SipSockets};
use crate::sound_files::SoundFiles;
use crate::speech::Speakers;
use crate::start::{self, StartError};
use crate::terminal::Terminal;
use crate::wants::Wants;
use crate::webhook::{Trust, WebClient};
use call::Event;
use intercept::Door;
use model::media::{MediaEvent, PlayId, Prompt};
use model::{Account, Chance, LegId, Number, RecordingRow, WebhookReplay, WebhookRow, limit};
use rest::live::{Live, Pace};
use rest::{Desk, Encoder, Parts, Replayer, Rest};
use sip::Flow;
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use store::{Directory, Sounds, Sqlite, Store, Writer};
use switch::{Input, Switch};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::watch;

/// A running Ringback.
pub struct Node {
    /// Where the API listens.
    pub http: SocketAddr,
    /// Where SIP listens.
    pub sip: Vec<SocketAddr>,
    /// The account and its token.
    pub account: Account,
    /// What it owns.
    pub numbers: Vec<Number>,
    /// One sentence on the voices.
    pub voices: String,
    /// How apps come to trust the proxy, if there is one.
    pub trust: Option<intercept::Trust>,
    stop: watch::Sender<bool>,
    live: Live,
    shard: ShardHandle,
    shard_thread: JoinHandle<()>,
    http_task: tokio::task::JoinHandle<()>,
    interception: Option<Interception>,
    media: MediaThreads,
    phones: Phones,
    sockets: SipSockets,
    callbacks: Callbacks,
    writer: Writer,
}

impl Node {
    /// Starts everything; when it returns, calls can be placed. Must be called within the runtime.
    pub async fn start(mut plan: Plan) -> Result<Node, StartError> {
        let (clock, metrics, runtime) = (Clock::start(), Metrics::new(), Handle::current());
        let mut chance = Chance::from_bytes(start::random()?);
        // What may be taken by another program is taken first: nothing has to be undone then.
        let (listener, http) = listen(plan.http).await?;
        let door = Interception::open(&plan).await?;
        let (shard, inbox) = ShardHandle::channel(metrics.clone());
        let sockets = open_sockets(&plan, &shard, &metrics).await?;

        let Ground {
            store,
            sounds,
            account,
            directory,
            writer,
            cut: recordings,
        } = Ground::lay(&plan, clock, &mut chance)?;

        let web = WebClient::new(Trust::Machine, plan.gate.clone());
        let speakers = Speakers::find(metrics.clone()).await;
        let voices = start::install_voices(&mut plan, &speakers);
        let base_url = plan.base_url(http);
        let files = SoundFiles::new(web.clone());
        let wants = Wants::new(runtime.clone(), speakers, files, Arc::clone(&directory));
        let joint = Joint::new(shard.clone(), wants);
        let (media, phones) = joint.start(&plan, clock, &mut chance, &sounds, &metrics)?;
        let means = Means {
            client: web.clone(),
            store: Arc::clone(&store),
            directory: Arc::clone(&directory),
            writer: writer.handle(),
            clock,
            metrics: metrics.clone(),
        };
        let callbacks = Callbacks::start(means, chance.fork())?;
        let (desk, live) = (desk(&shard), live(&store, clock));
        let carrier = Carrier {
            directory: Arc::clone(&directory),
            writer: writer.handle(),
            desk: Arc::clone(&desk),
            callbacks: callbacks.clone(),
            web: web.clone(),
            runtime,
            shard: shard.clone(),
            media: media.clone(),
            sip: sockets.clone(),
            phones: phones.as_ref().map(|(network, _)| network.clone()),
            live: live.clone(),
            terminal: start::terminal(&plan, clock.now())?,
            metrics: metrics.clone(),
            pending: Pending::default(),
            wire: Wire::default(),
        };
        let token_key = call::TokenKey(start::random()?);
        let switch_config = plan.switch(&sockets, &base_url, token_key)?;
        let control = Shard {
            switch: Switch::new(clock.now(), switch_config, chance.fork()),
            carrier,
            clock,
            metrics: metrics.clone(),
        };
        let shard_thread = resume(control, inbox, &shard, (&*store, &*directory), recordings)?;
        let rest = Rest::new(Parts {
            store: Arc::clone(&store),
            writer: writer.handle(),
            directory: Arc::clone(&directory),
            sounds,
            desk,
            live: live.clone(),
            encoder: Some(Arc::new(Mp3Encoder(Mp3::find()))),
            replayer: Arc::new(Again(web)),
            clock: Arc::new(move || clock.now()),
            seed: start::random()?,
            base_url,
            token_key,
            strict: plan.strict,
        });
        let (stop, stopping) = watch::channel(false);
        let (http_task, interception) = let_in(&plan, (listener, door), rest, metrics, &stopping)?;
        Ok(Node {
            http,
            sip: sockets.udp().into_iter().chain(sockets.tcp()).collect(),
            account,
            numbers: directory.numbers(),
            voices,
            trust: interception.as_ref().map(|it| it.trust.clone()),
            stop,
            live,
            shard,
            shard_thread,
            http_task,
            interception,
            media,
            phones,
            sockets,
            callbacks,
            writer,
        })
    }

    /// Stops in order: no new requests, live calls hung up, sound finished, callbacks told, rows
    /// written.
    pub async fn stop(self) {
        // Streams have no end of their own.
        self.live.stop().await;
        // Nobody listens any more if the listener has failed.
        let _ = self.stop.send(true);
        let _ = self.http_task.await;
        if let Some(interception) = self.interception {
            interception.join().await;
        }
        let blocking = tokio::task::spawn_blocking(move || {
            self.shard.stop();
            let _ = self.shard_thread.join();
            self.media.stop();
            if let Some((network, thread)) = self.phones {
                network.stop();
                let _ = thread.join();
            }
            self.sockets.stop();
        });
        let _ = blocking.await;
        // The ends of those calls are told, as far as their applications answer soon.
        self.callbacks.stop().await;
        let _ = tokio::task::spawn_blocking(move || self.writer.close()).await;
    }
}

/// Where what happens is told.
fn live(store: &Arc<dyn Store>, clock: Clock) -> Live {
    let clock = Arc::new(move || clock.now());
    Live::start(Arc::clone(store), clock, Pace::default())
}

/// Lets clients in, by the API's own door and by the proxy's.
fn let_in(
    plan: &Plan,
    (listener, door): (TcpListener, Option<Door>),
    rest: Rest,
    metrics: Metrics,
    stop: &watch::Receiver<bool>,
) -> Result<(tokio::task::JoinHandle<()>, Option<Interception>), StartError> {
    let (_, ready) = watch::channel(true);
    let site = Site {
        rest,
        metrics,
        ready,
    };
    let interception = Interception::start(plan, door, &site, stop)?;
    let serving = http::serve(listener, plan.tls.clone(), site, stop.clone());
    Ok((tokio::spawn(serving), interception))
}

/// Where the API's questions wait for call control's answers.
fn desk(shard: &ShardHandle) -> Arc<Desk> {
    let shard = shard.clone();
    Arc::new(Desk::new(move |command| shard.command(command)))
}

/// What everything else stands on.
struct Ground {
    store: Arc<dyn Store>,
    sounds: Sounds,
    account: Account,
    directory: Arc<Directory>,
    writer: Writer,
    /// Recordings that a crash has cut, and what is left of each.
    cut: Vec<(RecordingRow, u32)>,
}

impl Ground {
    /// Opens the data folder, and brings account, numbers and recordings into order; what is too
    /// old begins to go.
    fn lay(plan: &Plan, clock: Clock, chance: &mut Chance) -> Result<Ground, StartError> {
        let store: Arc<dyn Store> = Arc::new(Sqlite::open(&plan.data, plan.durability)?);
        let sounds = start::open_sounds(&plan.data)?;
        let account = start::account(&*store, plan, clock.now())?;
        start::settle_subaccounts(&*store, plan)?;
        start::settle_main_keys(&*store, plan, &account, clock.now())?;
        start::own_numbers(&*store, plan, &account, clock.now(), chance)?;
        let cut = start::mend_recordings(&*store, &sounds)?;
        let directory = Arc::new(Directory::load(&*store)?);
        let writer = Writer::start(Arc::clone(&store), Arc::clone(&directory), start::health())?;
        Retention {
            store: Arc::clone(&store),
            directory: Arc::clone(&directory),
            writer: writer.handle(),
            clock,
        }
        .start();
        // A tenth of a second that neither the start nor the first call waits for.
        std::thread::spawn(numbering::unpack);
        Ok(Ground {
            store,
            sounds,
            account,
            directory,
            writer,
            cut,
        })
    }
}

/// Begins the control loop, with what a crash has left behind before anything new.
fn resume(
    control: Shard,
    inbox: ShardInbox,
    shard: &ShardHandle,
    (store, directory): (&dyn Store, &Directory),
    recordings: Vec<(RecordingRow, u32)>,
) -> Result<JoinHandle<()>, StartError> {
    let cut = store.unfinished_calls()?;
    let waiting = waiting(store, directory)?;
    let thread = std::thread::Builder::new().name("control".to_owned());
    let thread = thread.spawn(move || control.run(&inbox))?;
    for (row, length_ms) in recordings {
        let row = Box::new(row);
        shard.event(Event::RecordingCut { row, length_ms });
    }
    for row in cut {
        shard.event(Event::Cut(Box::new(row)));
    }
    for event in waiting {
        shard.event(event);
    }
    Ok(thread)
}

/// The calls that had not left when the last process ended, in order, at their accounts' rates.
fn waiting(store: &dyn Store, directory: &Directory) -> Result<Vec<Event>, StartError> {
    let (mut events, mut after) = (Vec::new(), None);
    loop {
        let some = store.waiting_calls(after)?;
        let Some((_, last)) = some.last() else {
            return Ok(events);
        };
        after = Some(last.place);
        events.extend(some.into_iter().map(|(row, waiting)| {
            let account = directory.account(row.account);
            Event::Waiting {
                calls_per_second: account.map_or(limit::CALLS_PER_SECOND_DEFAULT, |account| {
                    account.calls_per_second
                }),
                row: Box::new(row),
                waiting: Box::new(waiting),
            }
        }));
    }
}

async fn listen(at: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let fault = |error| StartError::bind("HTTP", at, &error);
    let listener = TcpListener::bind(at).await.map_err(fault)?;
    let bound = listener.local_addr().map_err(fault)?;
    Ok((listener, bound))
}

async fn open_sockets(
    plan: &Plan,
    shard: &ShardHandle,
    metrics: &Metrics,
) -> Result<SipSockets, StartError> {
    let shard = shard.clone();
    let sink = Arc::new(move |came: SipIn| match came {
        SipIn::Datagram { flow, bytes } => shard.offer(Input::Datagram { flow, bytes }),
        SipIn::Stream { flow, bytes } => shard.offer(Input::Stream { flow, bytes }),
        SipIn::Opened { flow } => shard.offer(Input::StreamOpened { flow }),
        SipIn::Closed { connection } => shard.offer(Input::StreamClosed { connection }),
    });
    Ok(SipSockets::open(&plan.sip_udp, &plan.sip_tcp, sink, metrics.clone()).await?)
}

/// Where the sound threads and the phones meet the control loop and each other.
struct Joint {
    shard: ShardHandle,
    wants: Wants,
    media: OnceLock<MediaThreads>,
    phones: OnceLock<PhoneNetwork>,
}

impl Joint {
    fn new(shard: ShardHandle, wants: Wants) -> Arc<Joint> {
        Arc::new(Joint {
            shard,
            wants,
            media: OnceLock::new(),
            phones: OnceLock::new(),
        })
    }
}

/// The phone network and its thread.
type Phones = Option<(PhoneNetwork, JoinHandle<()>)>;

impl Joint {
    /// Starts the sound threads and, where they are the carrier, the virtual phones.
    fn start(
        self: &Arc<Joint>,
        plan: &Plan,
        clock: Clock,
        chance: &mut Chance,
        sounds: &Sounds,
        metrics: &Metrics,
    ) -> Result<(MediaThreads, Phones), StartError> {
        let (address, bind) = (plan.media_address, plan.media_bind);
        let mut sound = MediaConfig::new(address, bind, plan.media_ports.clone());
        sound.threads = plan.media_threads.unwrap_or(sound.threads);
        let media = MediaThreads::start(
            &sound,
            clock,
            chance.fork(),
            sounds.clone(),
            self.clone(),
            metrics.clone(),
        )?;
        // Set once, here: whoever asks earlier has nothing to say yet.
        let _ = self.media.set(media.clone());
        if !plan.has_phones() {
            return Ok((media, None));
        }
        let (network, thread) = PhoneNetwork::start(clock, chance.fork(), self.clone())?;
        let _ = self.phones.set(network.clone());
        Ok((media, Some((network, thread))))
    }
}

impl MediaSink for Joint {
    fn event(&self, leg: LegId, event: MediaEvent) {
        self.shard.event(Event::Media { leg, event });
    }

    fn want(&self, leg: LegId, play: PlayId, prompt: Prompt) {
        if let Some(media) = self.media.get() {
            let (feeding, asking) = (media.clone(), media.clone());
            self.wants.bring(
                prompt,
                move |feed| feeding.feed(leg, play, feed),
                move || asking.is_open(leg),
            );
        }
    }

    fn memory_packet(&self, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        if let Some(phones) = self.phones.get() {
            phones.packet(from, to, bytes);
        }
    }
}

impl PhoneSink for Joint {
    fn message(&self, flow: Flow, bytes: Vec<u8>) {
        self.shard.offer(Input::Datagram { flow, bytes });
    }

    fn packet(&self, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        if let Some(media) = self.media.get() {
            media.memory_packet(from, to.port(), bytes.to_vec());
        }
    }

    fn want(&self, leg: LegId, play: PlayId, prompt: Prompt) {
        if let Some(phones) = self.phones.get().cloned() {
            match phone_network::tone(&prompt) {
                Some(tone) => self
                    .wants
                    .bring_piece(tone, move |f| phones.feed(leg, play, f)),
                None => self
                    .wants
                    .bring(prompt, move |f| phones.feed(leg, play, f), || true),
            }
        }
    }
}

/// `ringback-mp3` behind the API's border.
struct Mp3Encoder(Mp3);

impl Encoder for Mp3Encoder {
    fn encode(
        &self,
        wav: PathBuf,
        mp3: PathBuf,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> {
        let program = self.0.clone();
        Box::pin(async move {
            program
                .convert(&wav, &mp3)
                .await
                .map_err(|error| error.to_string())
        })
    }
}

/// The client of customers' applications behind the API's border.
struct Again(WebClient);

impl Replayer for Again {
    fn replay(
        &self,
        replay: WebhookReplay,
        account: Arc<Account>,
    ) -> Pin<Box<dyn Future<Output = Vec<WebhookRow>> + Send>> {
        let web = self.0.clone();
        Box::pin(async move { web.replay(&replay, &account).await.webhooks })
    }
}

/// Starts the terminal of `dev`, or none.
pub(crate) fn show(start: model::Time) -> std::io::Result<Terminal> {
    Terminal::start(start).map(|(terminal, _)| terminal)
}
