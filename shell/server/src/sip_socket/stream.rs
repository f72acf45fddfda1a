//! One SIP connection: what is read is told, what is queued is written, and silence ends it.

use super::{SipIn, SipSockets};
use model::limit;
use sip::{Flow, Transport};
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

const READ_BYTES: usize = 8_192;

/// Takes connections in for as long as the process runs.
pub(super) async fn listen(sockets: SipSockets, listener: TcpListener, local: SocketAddr) {
    while !sockets.0.stopped.load(Ordering::Relaxed) {
        let (stream, remote) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors: the next connection that closes gives one back.
                tracing::warn!(%local, %error, "a SIP connection could not be taken in");
                tokio::task::yield_now().await;
                continue;
            }
        };
        if !admit(&sockets, remote) {
            sockets.drop_for("connections");
            continue;
        }
        let connection = sockets.0.next_connection.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(carry(sockets.clone(), stream, connection, remote, true));
    }
}

fn admit(sockets: &SipSockets, remote: SocketAddr) -> bool {
    let mut streams = sockets.streams();
    if streams.open.len() >= limit::SIP_STREAMS_MAX {
        return false;
    }
    let count = streams.by_source.entry(remote.ip()).or_default();
    if *count >= limit::SIP_STREAMS_PER_SOURCE_MAX {
        return false;
    }
    *count += 1;
    true
}

/// Carries an open connection to its end.
pub(super) async fn carry(
    sockets: SipSockets,
    stream: TcpStream,
    connection: u64,
    remote: SocketAddr,
    came_in: bool,
) {
    let _ = stream.set_nodelay(true);
    let (queue, waiting) = mpsc::channel(limit::SIP_STREAM_BACKLOG_MAX);
    sockets.streams().open.insert(connection, queue);
    sockets.0.metrics.sip_connections.inc();
    if let Ok(local) = stream.local_addr() {
        let flow = Flow {
            transport: Transport::Tcp,
            local,
            remote,
            connection,
        };
        sockets.tell(SipIn::Opened { flow });
        talk(&sockets, stream, flow, waiting, came_in).await;
    }
    {
        let mut streams = sockets.streams();
        streams.open.remove(&connection);
        if came_in && let Some(count) = streams.by_source.get_mut(&remote.ip()) {
            *count -= 1;
            if *count == 0 {
                streams.by_source.remove(&remote.ip());
            }
        }
    }
    sockets.0.metrics.sip_connections.dec();
    sockets.tell(SipIn::Closed { connection });
}

async fn talk(
    sockets: &SipSockets,
    stream: TcpStream,
    flow: Flow,
    mut waiting: mpsc::Receiver<Vec<u8>>,
    came_in: bool,
) {
    let (mut reader, mut writer) = stream.into_split();
    let write = async move {
        while let Some(bytes) = waiting.recv().await {
            let patience = Instant::now() + Duration::from_secs(limit::SIP_FIRST_MESSAGE_SECS);
            if !matches!(
                timeout_at(patience, writer.write_all(&bytes)).await,
                Ok(Ok(()))
            ) {
                return;
            }
        }
        let _ = writer.shutdown().await;
    };
    let read = async {
        let idle = Duration::from_secs(limit::SIP_IDLE_SECS);
        let first = Instant::now() + Duration::from_secs(limit::SIP_FIRST_MESSAGE_SECS);
        // Until the end of a message's head has been seen the sender has shown no good faith:
        // a byte now and then doesn't keep the connection.
        let mut proven = Head {
            ended: !came_in,
            matched: 0,
        };
        let mut buffer = vec![0; READ_BYTES];
        loop {
            let until = if proven.ended {
                Instant::now() + idle
            } else {
                first
            };
            match timeout_at(until, reader.read(&mut buffer)).await {
                Ok(Ok(length)) if length > 0 => {
                    proven.read(&buffer[..length]);
                    sockets.tell(SipIn::Stream {
                        flow,
                        bytes: buffer[..length].to_vec(),
                    });
                }
                _ => return,
            }
        }
    };
    tokio::select! {
        () = read => {}
        () = write => {}
    }
}

/// Looks for the empty line behind a message's head, wherever the bytes are cut.
struct Head {
    ended: bool,
    matched: usize,
}

impl Head {
    fn read(&mut self, bytes: &[u8]) {
        const END: &[u8] = b"\r\n\r\n";
        for &byte in bytes {
            if self.ended {
                return;
            }
            self.matched = match byte {
                byte if byte == END[self.matched] => self.matched + 1,
                b'\r' => 1,
                _ => 0,
            };
            self.ended = self.matched == END.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_head_is_seen_across_cuts() {
        let mut head = Head {
            ended: false,
            matched: 0,
        };
        for part in ["OPTIONS sip:x SIP/2.0\r\nA: b\r", "\n\r", "\r\n"] {
            head.read(part.as_bytes());
            assert!(!head.ended, "{part:?}");
        }
        head.read(b"\r\n\r\nbody");
        assert!(head.ended);
    }
}
