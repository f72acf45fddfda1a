//! Certificates that an account wants looked at, and those it doesn't.

use super::*;

fn relaxed() -> Account {
    Account {
        verify_certificates: false,
        ..account()
    }
}

#[tokio::test]
async fn an_account_may_ask_applications_whose_certificates_do_not_hold() {
    for (names, expired, fault) in [
        (["localhost"], false, ErrorCode::CERTIFICATE_UNTRUSTED),
        (["other.example"], false, ErrorCode::CERTIFICATE_UNTRUSTED),
        (["localhost"], true, ErrorCode::CERTIFICATE_EXPIRED),
    ] {
        let alpn: [&[u8]; 1] = [b"http/1.1"];
        let (at, _roots) = tls_server(&names, expired, &alpn).await;
        let client = client();
        let url = format!("https://localhost:{}/#tt=5000", at.port());
        let ask = request(Method::Post, url);
        for _ in 0..2 {
            let fetched = client.fetch(&ask, &relaxed()).await;
            assert_eq!(document(&fetched).0, "safe");
        }
        // The connection and the session that were had without looking are no use to an account
        // that looks.
        let fetched = client.fetch(&ask, &account()).await;
        assert_eq!(failure(&fetched).0, fault);
        let fetched = client.fetch(&ask, &relaxed()).await;
        assert_eq!(document(&fetched).0, "safe");
    }
}

#[tokio::test]
async fn callbacks_and_sound_files_go_by_the_same_setting() {
    let (at, _roots) = tls_server(&["localhost"], false, &[]).await;
    let url = format!("https://localhost:{}/", at.port());
    let callback = Callback {
        id: CallbackId(1),
        account: AccountSid(1),
        call: CallSid(1),
        method: Method::Post,
        url: url.clone(),
        parameters: Vec::new(),
        made: Time(0),
    };
    let client = client();
    assert!(
        client
            .deliver(&callback, &relaxed(), Time(0))
            .await
            .outcome
            .is_ok()
    );
    let refused = client
        .deliver(&callback, &account(), Time(0))
        .await
        .outcome
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::CERTIFICATE_UNTRUSTED);
    let had = client.fetch_media(&relaxed(), &url, None).await;
    assert!(matches!(had, MediaReply::File { .. }));
    let refused = client.fetch_media(&account(), &url, None).await;
    assert!(matches!(refused, MediaReply::Failed { code, .. }
        if code == ErrorCode::CERTIFICATE_UNTRUSTED));
}
