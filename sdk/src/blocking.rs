//! The same client for programs without `async`: every method that is awaited elsewhere gives its
//! result at once, and a list is an [`Iterator`].

use crate::media::Inflow;
use crate::mode::{Mode, sealed};
use crate::page::{Step, Walk};
use crate::{ClientOf, Config, Credentials, Error};
use api::Body;
use bytes::{Buf, Bytes};
use std::fmt;
use std::future::Future;
use std::io::{self, Read};
use std::sync::{Arc, mpsc};
use std::thread;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// Operations are waited for. They may be called from any thread; within `async` code each would
/// hold its thread up, and [`crate::Client`] is the one to use.
#[derive(Debug, Clone, Copy)]
pub struct Blocking;

/// A client whose operations are waited for.
///
/// ```
/// # let server = loopback::Api::start();
/// # let (sid, token, url) = (loopback::ACCOUNT, "secret", server.url());
/// use ringback::{blocking::Client, Credentials};
///
/// let config = ringback::Config::default()
///     .credentials(Credentials::token(sid, token))
///     .base_url(url);
/// let client = Client::with(config)?;
///
/// let call = client
///     .calls()
///     .create("+14155550100", "+14155550123")
///     .twiml("<Response><Say>Hello</Say></Response>")
///     .send()?;
/// println!("{} is {}", call.sid, call.status());
///
/// for call in client.calls().list().limit(20).stream() {
///     println!("{}", call?.sid);
/// }
/// # Ok::<(), ringback::Error>(())
/// ```
pub type Client = ClientOf<Blocking>;

impl Client {
    /// A client of an account, at the original's hosts.
    pub fn new(
        account_sid: impl Into<String>,
        auth_token: impl Into<String>,
    ) -> Result<Client, Error> {
        let credentials = Credentials::token(account_sid, auth_token);
        Client::with(Config::default().credentials(credentials))
    }

    /// A client as the environment has it: [`Config::from_env`].
    pub fn from_env() -> Result<Client, Error> {
        Client::with(Config::from_env()?)
    }

    /// A client that is set up like this.
    pub fn with(config: Config) -> Result<Client, Error> {
        let (connection, account) = config.connect()?;
        Ok(ClientOf::over(connection, account, Engine::start()?))
    }
}

/// A thread on which the futures run. It ends with the last client and stream that uses it.
#[derive(Clone)]
pub struct Engine {
    handle: Handle,
    _alive: Arc<oneshot::Sender<()>>,
}

impl Engine {
    fn start() -> Result<Engine, Error> {
        let failed = |error: io::Error| Error::input(format!("no thread for the client: {error}"));
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(failed)?;
        let handle = runtime.handle().clone();
        let (alive, gone) = oneshot::channel::<()>();
        let drive = move || {
            // Nobody ever sends: it ends by its sender's end.
            let _ = runtime.block_on(gone);
        };
        let named = thread::Builder::new().name("ringback".to_owned());
        named.spawn(drive).map_err(failed)?;
        Ok(Engine {
            handle,
            _alive: Arc::new(alive),
        })
    }
}

impl Mode for Blocking {
    type Answer<T: Send + 'static> = Result<T, Error>;
    type Stream<T: Body + Send + 'static> = Stream<T>;
    type Media = Media;
}

impl sealed::Carry for Blocking {
    type Engine = Engine;

    fn carry<T: Send + 'static>(
        engine: &Engine,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        let (done, wait) = mpsc::sync_channel(1);
        engine.handle.spawn(async move {
            // Whoever waited has gone only if its thread is gone.
            let _ = done.send(work.await);
        });
        let stopped = |_| Err(Error::input("the client's thread has stopped"));
        wait.recv().unwrap_or_else(stopped)
    }

    fn stream<T: Body + Send + 'static>(client: Client, walk: Walk<T>) -> Stream<T> {
        Stream { client, walk }
    }

    fn media(engine: Engine, inflow: Inflow) -> Media {
        Media {
            engine,
            inflow: Some(inflow),
            piece: Bytes::new(),
        }
    }
}

/// A list, row by row; a page is asked for when its first row is. After an error it ends.
pub struct Stream<T> {
    client: Client,
    walk: Walk<T>,
}

impl<T: Body + Send + 'static> Iterator for Stream<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Result<T, Error>> {
        loop {
            match self.walk.step() {
                Step::Row(row) => return Some(Ok(row)),
                Step::End => return None,
                Step::Fault(fault) => return Some(Err(fault)),
                Step::Ask(request) => {
                    let page = self.client.page(request);
                    if let Err(error) = self.walk.take(page) {
                        return Some(Err(error));
                    }
                }
            }
        }
    }
}

impl<T> fmt::Debug for Stream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").finish_non_exhaustive()
    }
}

/// A recording's sound, while it arrives: read it.
pub struct Media {
    engine: Engine,
    /// Away while a piece is waited for; gone at the end and after an error.
    inflow: Option<Inflow>,
    piece: Bytes,
}

impl Media {
    /// What kind of sound it is: `audio/x-wav`, `audio/mpeg`.
    pub fn content_type(&self) -> Option<&str> {
        self.inflow.as_ref()?.content_type.as_deref()
    }

    /// How many bytes will come, if that was told.
    pub fn content_length(&self) -> Option<u64> {
        self.inflow.as_ref()?.content_length
    }

    /// Which part it is of how much, where a part was asked for and comes: `bytes 0-1023/4096`.
    pub fn content_range(&self) -> Option<&str> {
        self.inflow.as_ref()?.content_range.as_deref()
    }

    /// All of it.
    pub fn bytes(mut self) -> Result<Vec<u8>, Error> {
        let mut whole = std::mem::take(&mut self.piece).to_vec();
        while let Some(piece) = self.next_piece()? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole)
    }

    fn next_piece(&mut self) -> Result<Option<Bytes>, Error> {
        let Some(mut inflow) = self.inflow.take() else {
            return Ok(None);
        };
        let (inflow, piece) = Blocking::carry_piece(&self.engine, async move {
            let piece = inflow.piece().await?;
            Ok((inflow, piece))
        })?;
        self.inflow = Some(inflow);
        Ok(piece)
    }
}

impl Blocking {
    fn carry_piece<T: Send + 'static>(
        engine: &Engine,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        <Blocking as sealed::Carry>::carry(engine, work)
    }
}

impl Read for Media {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.next_piece() {
                Ok(Some(piece)) => self.piece = piece,
                Ok(None) => return Ok(0),
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        let count = buffer.len().min(self.piece.len());
        self.piece.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Media").finish_non_exhaustive()
    }
}
