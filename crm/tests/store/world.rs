//! What the tests of the store share: a database of each kind, and two organizations in it.

use super::server;
use crm::call_log::{Event, LegNews, Status};
use crm::id::{OrganizationId, UserId};
use crm::moment::Moment;
use crm::phone::PhoneNumber;
use crm::seal::MasterKey;
use crm::store::{
    Admin, Begun, Call, CallKey, ContactWrite, IntegrationWrite, NewCall, NewUser, Role, Store,
    Tenant,
};
use std::time::Duration;

/// How long a test may take at most: one that waits for ever fails.
const PATIENCE: Duration = Duration::from_secs(120);

/// Carries out a test on both databases; a missing PostgreSQL fails it.
pub fn on_both<F: Future<Output = ()>>(name: &str, test: impl Fn(World) -> F) {
    on_sqlite(&test);
    on_postgres(name, &test);
}

pub fn on_sqlite<F: Future<Output = ()>>(test: impl Fn(World) -> F) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.db").display().to_string();
    carry_out(&path, &path, test);
}

pub fn on_postgres<F: Future<Output = ()>>(name: &str, test: impl Fn(World) -> F) {
    let database = server::database(name);
    carry_out(&database.owner, &database.service, test);
}

fn carry_out<F: Future<Output = ()>>(owner: &str, service: &str, test: impl Fn(World) -> F) {
    let all = async { test(World::new(owner, service).await).await };
    let all = async { tokio::time::timeout(PATIENCE, all).await };
    runtime().block_on(all).expect("the test comes to its end");
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

/// A store with two organizations: Acme with Ana (owner) and Bruno (agent), Borealis with Carla.
pub struct World {
    pub owner: String,
    pub service: String,
    pub key: MasterKey,
    /// The key, as `CRM_KEY` has it.
    pub hex: String,
    pub store: Store,
    pub admin: Admin,
    pub acme: OrganizationId,
    pub borealis: OrganizationId,
    pub ana: UserId,
    pub bruno: UserId,
    pub carla: UserId,
}

impl World {
    async fn new(owner: &str, service: &str) -> World {
        let hex = crm::seal::hex(&crm::seal::random::<32>());
        let key = MasterKey::from_hex(&hex).unwrap();
        let mut admin = Admin::open(owner, &key).await.unwrap();
        admin.migrate(server::SERVICE).await.unwrap();
        let acme = admin.add_organization("Acme").await.unwrap();
        let borealis = admin.add_organization("Borealis").await.unwrap();
        let mut users = Vec::new();
        for (name, organization, role) in [
            ("Ana", acme, Role::Owner),
            ("Bruno", acme, Role::Agent),
            ("Carla", borealis, Role::Owner),
        ] {
            let user = NewUser {
                name: name.to_owned(),
                email: format!("{name}@example.com"),
                password_hash: format!("hash of {name}"),
                locale: "pt-BR".to_owned(),
            };
            let user = admin.add_user(&user).await.unwrap().unwrap();
            admin.add_member(organization, user, role).await.unwrap();
            users.push(user);
        }
        World {
            owner: owner.to_owned(),
            service: service.to_owned(),
            store: Store::open(service, &key).await.unwrap(),
            key,
            hex,
            admin,
            acme,
            borealis,
            ana: users[0],
            bruno: users[1],
            carla: users[2],
        }
    }

    pub async fn ana(&self) -> Tenant {
        self.store
            .tenant(self.ana, self.acme)
            .await
            .unwrap()
            .unwrap()
    }

    pub async fn bruno(&self) -> Tenant {
        self.store
            .tenant(self.bruno, self.acme)
            .await
            .unwrap()
            .unwrap()
    }

    pub async fn carla(&self) -> Tenant {
        self.store
            .tenant(self.carla, self.borealis)
            .await
            .unwrap()
            .unwrap()
    }
}

pub fn number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).unwrap()
}

pub fn wish(to: &str) -> NewCall {
    NewCall {
        to: number(to),
        from: number("+12025550190"),
        agent: number("+12025550101"),
        contact: None,
        opportunity: None,
        idempotency_key: None,
    }
}

pub fn somebody(name: &str, phone: &str) -> ContactWrite {
    ContactWrite {
        name: name.to_owned(),
        company: Some("Padaria São Jorge".to_owned()),
        phone: number(phone),
        email: None,
    }
}

pub fn credentials(token: Option<&str>) -> IntegrationWrite {
    IntegrationWrite {
        account_sid: "AC00000000000000000000000000000001".to_owned(),
        auth_token: token.map(str::to_owned),
        phone_number: number("+12025550190"),
        agent_phone_number: number("+12025550101"),
        base_url: Some("http://127.0.0.1:9876".to_owned()),
    }
}

/// A call that is begun anew.
pub async fn begun(tenant: &Tenant, to: &str) -> (Call, CallKey) {
    match tenant.begin_call(&wish(to)).await.unwrap() {
        Begun::New(call, key) => (*call, key),
        other => panic!("a call was wanted: {other:?}"),
    }
}

/// Ends a call that nobody answered.
pub async fn ended(tenant: &Tenant, call: &Call, sid: &str) -> Call {
    let event = Event::Leg(LegNews::first(sid, Status::NoAnswer, Moment::now()));
    tenant.hear(call.id, &event).await.unwrap().unwrap().call
}
