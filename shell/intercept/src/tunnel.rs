//! A tunnel: bytes from one end to the other and back, unread.

use model::limit;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::sync::watch;

/// Carries bytes both ways until both ends have finished. An end that has finished is told to the
/// other (a half-closed connection, RFC 9293 §3.6), which may then be silent for a while only.
pub async fn carry<A, B>(here: A, there: B)
where
    A: AsyncRead + AsyncWrite,
    B: AsyncRead + AsyncWrite,
{
    let ((hear, answer), (listen, speak)) = (split(here), split(there));
    let (ended, end) = watch::channel(false);
    // What breaks one way has broken the connection.
    let _ = tokio::try_join!(
        one_way(hear, speak, &ended, end.clone()),
        one_way(listen, answer, &ended, end),
    );
}

async fn one_way(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    ended: &watch::Sender<bool>,
    mut end: watch::Receiver<bool>,
) -> io::Result<()> {
    let mut bytes = vec![0; limit::INTERCEPT_BUFFER_BYTES];
    loop {
        let read = tokio::select! {
            read = from.read(&mut bytes) => read?,
            () = silence_after(&mut end) => return Err(io::ErrorKind::TimedOut.into()),
        };
        if read == 0 {
            break;
        }
        to.write_all(&bytes[..read]).await?;
        to.flush().await?;
    }
    // The other way has its last chance from now on.
    let _ = ended.send(true);
    to.shutdown().await
}

/// Begins to count when the other way has ended.
async fn silence_after(end: &mut watch::Receiver<bool>) {
    let _ = end.wait_for(|ended| *ended).await.map(|_| ());
    tokio::time::sleep(Duration::from_millis(limit::INTERCEPT_HALF_OPEN_MS)).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::duplex;

    #[tokio::test]
    async fn bytes_go_both_ways_and_an_end_is_told() {
        let ((mut client, here), (there, mut server)) = (duplex(7), duplex(7));
        let carrying = tokio::spawn(carry(here, there));
        let asking = tokio::spawn(async move {
            client.write_all(&[1; 100]).await.unwrap();
            client.shutdown().await.unwrap();
            let mut answer = Vec::new();
            client.read_to_end(&mut answer).await.unwrap();
            answer
        });
        let mut asked = Vec::new();
        // It ends because the client's end was told; our own way is still open.
        server.read_to_end(&mut asked).await.unwrap();
        assert_eq!(asked, [1; 100]);
        server.write_all(&[2; 50]).await.unwrap();
        drop(server);
        assert_eq!(asking.await.unwrap(), [2; 50]);
        carrying.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_half_open_tunnel_ends_when_it_is_silent_and_a_whole_one_does_not() {
        let ((client, here), (there, mut server)) = (duplex(64), duplex(64));
        let mut carrying = tokio::spawn(carry(here, there));
        let hour = Duration::from_secs(3_600);
        assert!(tokio::time::timeout(hour, &mut carrying).await.is_err());
        drop(client);
        // A drop shuts both ways of the client: what is sent to it has nowhere to go, and what is
        // awaited from the server never comes.
        let mut asked = Vec::new();
        server.read_to_end(&mut asked).await.unwrap();
        tokio::time::timeout(hour, carrying).await.unwrap().unwrap();
    }
}
