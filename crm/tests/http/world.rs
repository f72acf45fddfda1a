//! What the tests share: the program with the sample's organizations, and a platform.

use super::platform::Platform;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use crm::app::{App, Setup};
use crm::clock::Clock;
use crm::http::Peer;
use crm::id::{OrganizationId, UserId};
use crm::phone::PhoneNumber;
use crm::sample;
use crm::seal::MasterKey;
use crm::store::{Admin, IntegrationWrite, Store, Tenant};
use http_body_util::BodyExt;
use ringback::signature::sign;
use serde_json::{Value, json};
use std::time::SystemTime;
use tower::ServiceExt;

pub const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub const TOKEN: &str = "right";
/// What stands before the program.
pub const PROXY: &str = "10.0.0.7";
pub const PUBLIC: &str = "https://crm.example/base";

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Person {
    pub user: UserId,
    pub organization: OrganizationId,
    pub token: String,
}

/// The program and what is round it.
pub struct World {
    pub app: App,
    pub router: Router,
    pub platform: Platform,
    pub clock: Clock,
    pub admin: Admin,
    pub ana: Person,
    pub bruno: Person,
    pub carla: Person,
    _folder: tempfile::TempDir,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|it| it.to_str().ok());
        value.unwrap_or_default()
    }

    /// Status and code of a refusal.
    pub fn refusal(&self) -> (u16, String) {
        let code = self.json()["code"].as_str().unwrap_or_default().to_owned();
        (self.status, code)
    }
}

impl World {
    /// Acme has an integration, Borealis hasn't.
    pub async fn new() -> World {
        let world = World::bare().await;
        let tenant = world.tenant(&world.ana).await;
        let set = tenant.set_integration(&world.integration(TOKEN)).await;
        set.unwrap().unwrap();
        world
    }

    /// Nobody has an integration.
    pub async fn bare() -> World {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.db").display().to_string();
        let key = MasterKey::draw();
        let mut admin = Admin::open(&path, &key).await.unwrap();
        admin.migrate("").await.unwrap();
        let store = Store::open(&path, &key).await.unwrap();
        assert!(sample::fill(&admin, &store).await.unwrap());
        let platform = Platform::start().await;
        let clock = Clock::standing_at(SystemTime::now());
        let setup = Setup {
            public_url: PUBLIC.to_owned(),
            platform: Some(platform.url.clone()),
            only_this_platform: false,
            clock: clock.clone(),
            proxies: vec![PROXY.parse().unwrap()],
        };
        let app = App::new(store, &key, setup).unwrap();
        tokio::spawn(app.hub.clone().run());
        World {
            ana: person(&app, "ana@acme.example").await,
            bruno: person(&app, "bruno@acme.example").await,
            carla: person(&app, "carla@borealis.example").await,
            router: crm::http::router(app.clone()),
            app,
            platform,
            clock,
            admin,
            _folder: folder,
        }
    }

    pub async fn tenant(&self, person: &Person) -> Tenant {
        let tenant = self.app.store.tenant(person.user, person.organization);
        tenant.await.unwrap().unwrap()
    }

    pub fn integration(&self, token: &str) -> IntegrationWrite {
        IntegrationWrite {
            account_sid: ACCOUNT.to_owned(),
            auth_token: Some(token.to_owned()),
            phone_number: PhoneNumber::parse("+12025550190").unwrap(),
            agent_phone_number: PhoneNumber::parse("+12025550101").unwrap(),
            base_url: None,
        }
    }

    /// Asks through the proxy.
    pub async fn ask(&self, mut request: Request<Body>) -> Answer {
        request
            .extensions_mut()
            .insert(Peer(PROXY.parse().unwrap()));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            bytes: body.collect().await.unwrap().to_bytes().to_vec(),
        }
    }

    pub async fn get(&self, person: &Person, path: &str) -> Answer {
        self.ask(person.request("GET", path, None)).await
    }

    pub async fn post(&self, person: &Person, path: &str, body: Value) -> Answer {
        self.ask(person.request("POST", path, Some(body))).await
    }

    /// Clicks: the answer, and the log's identifier.
    pub async fn click(&self, person: &Person, to: &str) -> (Answer, String) {
        let answer = self.post(person, "/twilio-call", json!({"to": to})).await;
        let log = answer.json()["callLogId"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        (answer, log)
    }

    /// A call that was asked for: its log, its SID, and the key of its webhooks.
    pub async fn call(&self, person: &Person, to: &str) -> (String, String, String) {
        let (answer, log) = self.click(person, to).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let sid = answer.json()["callSid"].as_str().unwrap().to_owned();
        let placed = self.platform.placed().pop().unwrap();
        let told = placed.form.first("StatusCallback").unwrap();
        let key = told.split_once("key=").unwrap().1.to_owned();
        (log, sid, key)
    }

    /// A webhook, signed with this token.
    pub async fn webhook(&self, path: &str, form: &[(&str, &str)], token: &str) -> Answer {
        self.ask(webhook("POST", path, form, token)).await
    }

    /// A status callback of a leg.
    pub async fn status(&self, key: &str, form: &[(&str, &str)]) {
        let form = [&USUAL[..], form].concat();
        let answer = self
            .webhook(&format!("/status?key={key}"), &form, TOKEN)
            .await;
        assert_eq!((answer.status, answer.bytes.len()), (204, 0));
    }

    pub async fn log(&self, person: &Person, log: &str) -> Value {
        let answer = self.get(person, &format!("/api/calls/{log}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }
}

/// What every webhook of a call tells.
pub const USUAL: [(&str, &str); 5] = [
    ("AccountSid", ACCOUNT),
    ("From", "+12025550190"),
    ("To", "+12025550101"),
    ("Direction", "outbound-api"),
    ("ApiVersion", "2010-04-01"),
];

/// A webhook, signed with this token. The parameters of a GET stand in its query.
pub fn webhook(method: &str, path: &str, form: &[(&str, &str)], token: &str) -> Request<Body> {
    let form: Vec<(String, String)> = form
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let mut body = String::new();
    for (name, value) in &form {
        let value = value.replace('+', "%2B").replace(' ', "%20");
        body += &format!("{}{name}={value}", if body.is_empty() { "" } else { "&" });
    }
    let mut path = format!("/twilio-webhook{path}");
    let signature = if method == "GET" {
        path += &format!("&{body}");
        body.clear();
        sign(token, &format!("{PUBLIC}{path}"), &[])
    } else {
        sign(token, &format!("{PUBLIC}{path}"), &form)
    };
    Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-twilio-signature", signature)
        .body(Body::from(body))
        .unwrap()
}

impl Person {
    pub fn request(&self, method: &str, path: &str, body: Option<Value>) -> Request<Body> {
        let body = body.map_or(Body::empty(), |body| Body::from(body.to_string()));
        Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(body)
            .unwrap()
    }
}

async fn person(app: &App, email: &str) -> Person {
    let user = app.store.sign_in(email).await.unwrap().unwrap().user.id;
    let organization = app.store.organizations_of(user).await.unwrap()[0].id;
    let until = app.clock.unix_seconds() + 3_600;
    Person {
        user,
        organization,
        token: app
            .tokens
            .sign(&user.to_string(), &organization.to_string(), until),
    }
}
