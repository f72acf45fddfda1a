//! Our sockets against plain ones of the standard library and tokio.

use super::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const HERE: &str = "127.0.0.1:0";

async fn open() -> (SipSockets, mpsc::UnboundedReceiver<SipIn>) {
    let (news, heard) = mpsc::unbounded_channel();
    let sink: SipSink = Arc::new(move |input| news.send(input).is_ok());
    let here = [HERE.parse().unwrap()];
    (
        SipSockets::open(&here, &here, sink, Metrics::new())
            .await
            .unwrap(),
        heard,
    )
}

#[tokio::test]
async fn a_datagram_comes_in_and_the_answer_goes_out() {
    let (sockets, mut heard) = open().await;
    let phone = tokio::net::UdpSocket::bind(HERE).await.unwrap();
    phone.send_to(b"OPTIONS", sockets.udp()[0]).await.unwrap();
    let Some(SipIn::Datagram { flow, bytes }) = heard.recv().await else {
        panic!("a datagram")
    };
    assert_eq!(
        (bytes.as_slice(), flow.remote),
        (&b"OPTIONS"[..], phone.local_addr().unwrap())
    );
    assert_eq!((flow.local, flow.connection), (sockets.udp()[0], 0));
    sockets.send(flow, b"200".to_vec());
    let mut buffer = [0; 16];
    let (length, from) = phone.recv_from(&mut buffer).await.unwrap();
    assert_eq!((&buffer[..length], from), (&b"200"[..], flow.local));
    sockets.stop();
}

#[tokio::test]
async fn a_connection_lives_from_opened_to_closed() {
    let (sockets, mut heard) = open().await;
    let mut phone = TcpStream::connect(sockets.tcp()[0]).await.unwrap();
    let Some(SipIn::Opened { flow }) = heard.recv().await else {
        panic!("opened")
    };
    assert_eq!((flow.transport, flow.connection), (Transport::Tcp, 1));
    phone.write_all(b"REGISTER").await.unwrap();
    let Some(SipIn::Stream { bytes, .. }) = heard.recv().await else {
        panic!("bytes")
    };
    assert_eq!(bytes, b"REGISTER");
    sockets.send(flow, b"401".to_vec());
    // What was sent before the close still arrives.
    sockets.close(flow.connection);
    let mut answer = Vec::new();
    phone.read_to_end(&mut answer).await.unwrap();
    assert_eq!(answer, b"401");
    assert_eq!(heard.recv().await, Some(SipIn::Closed { connection: 1 }));
    sockets.stop();
}

#[tokio::test]
async fn a_connection_is_made_under_the_name_it_was_asked_for() {
    let (sockets, mut heard) = open().await;
    let carrier = TcpListener::bind(HERE).await.unwrap();
    let remote = carrier.local_addr().unwrap();
    sockets.connect(1 << 40, Transport::Tcp, remote);
    let Some(SipIn::Opened { flow }) = heard.recv().await else {
        panic!("opened")
    };
    assert_eq!((flow.connection, flow.remote), (1 << 40, remote));
    let (mut stream, _) = carrier.accept().await.unwrap();
    sockets.send(flow, b"INVITE".to_vec());
    let mut bytes = [0; 6];
    stream.read_exact(&mut bytes).await.unwrap();
    assert_eq!(&bytes, b"INVITE");
    drop(stream);
    assert_eq!(
        heard.recv().await,
        Some(SipIn::Closed {
            connection: 1 << 40
        })
    );

    let nobody = { TcpListener::bind(HERE).await.unwrap().local_addr().unwrap() };
    sockets.connect(7, Transport::Tcp, nobody);
    assert_eq!(heard.recv().await, Some(SipIn::Closed { connection: 7 }));
    sockets.connect(8, Transport::Wss, nobody);
    assert_eq!(heard.recv().await, Some(SipIn::Closed { connection: 8 }));
    sockets.stop();
}

#[tokio::test]
async fn one_source_gets_only_its_share_of_connections() {
    let (sockets, mut heard) = open().await;
    let mut phones = Vec::new();
    for _ in 0..limit::SIP_STREAMS_PER_SOURCE_MAX {
        phones.push(TcpStream::connect(sockets.tcp()[0]).await.unwrap());
        assert!(matches!(heard.recv().await, Some(SipIn::Opened { .. })));
    }
    let mut one_more = TcpStream::connect(sockets.tcp()[0]).await.unwrap();
    assert_eq!(
        one_more.read(&mut [0; 1]).await.unwrap_or(0),
        0,
        "it is closed at once"
    );
    drop(phones.pop());
    assert!(matches!(heard.recv().await, Some(SipIn::Closed { .. })));
    let _again = TcpStream::connect(sockets.tcp()[0]).await.unwrap();
    assert!(matches!(heard.recv().await, Some(SipIn::Opened { .. })));
    sockets.stop();
}

#[tokio::test]
async fn a_port_in_use_is_one_clear_sentence() {
    let (sockets, _heard) = open().await;
    let sink: SipSink = Arc::new(|_| true);
    let taken = sockets.tcp();
    let error = SipSockets::open(&[], &taken, sink, Metrics::new())
        .await
        .err()
        .unwrap();
    let sentence = error.to_string();
    assert!(
        sentence.contains("in use") && sentence.contains(&taken[0].to_string()),
        "{sentence}"
    );
    sockets.stop();
}

#[test]
fn a_flood_from_one_source_is_cut_and_others_pass() {
    let start = Instant::now();
    let mut flood = Flood::new(start);
    let source = |n| IpAddr::from([10, 0, 0, n]);
    for _ in 0..limit::SIP_DATAGRAMS_PER_SOURCE_SECOND {
        assert!(flood.allows(source(1), start));
    }
    assert!(!flood.allows(source(1), start));
    assert!(flood.allows(source(2), start));
    assert!(flood.allows(source(1), start + Duration::from_secs(1)));
}
