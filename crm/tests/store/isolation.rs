//! Nobody reaches another organization's rows, in whatever way the store can be asked.

use super::server;
use super::world::{begun, credentials, number, on_both, on_postgres, on_sqlite, somebody, wish};
use crm::call_log::{Event, LegNews, Status};
use crm::id::{CallLogId, ContactId, UserId};
use crm::moment::Moment;
use crm::store::{Begun, CallFilter, CallKey, InboundCall, NewCall, StoreError};

const SID: &str = "CA00000000000000000000000000000001";

#[test]
fn another_organizations_rows_are_neither_read_nor_changed() {
    on_both("isolation", |world| async move {
        let (ana, carla) = (world.ana().await, world.carla().await);
        let write = somebody("Ana Souza", "+5511999990001");
        let contact = ana.add_contact(&write).await.unwrap();
        let opportunity = ana
            .add_opportunity(contact.id, "Forno", "open")
            .await
            .unwrap();
        let opportunity = opportunity.unwrap();
        ana.set_integration(&credentials(Some("token of acme")))
            .await
            .unwrap();
        let (call, _) = begun(&ana, "+5511999990001").await;
        let ringing = Event::Leg(LegNews::first(SID, Status::Ringing, Moment::now()));
        let call = ana.hear(call.id, &ringing).await.unwrap().unwrap().call;
        let contact = ana.contact(contact.id).await.unwrap().unwrap();

        assert_eq!(carla.call(call.id).await.unwrap(), None);
        assert_eq!(carla.call_by_sid(SID).await.unwrap(), None);
        assert_eq!(carla.set_notes(call.id, "mine").await.unwrap(), None);
        let over = Event::Leg(LegNews::first(SID, Status::Completed, Moment::now()));
        assert_eq!(carla.hear(call.id, &over).await.unwrap(), None);
        let page = carla
            .calls(&CallFilter::default(), 200, None)
            .await
            .unwrap();
        assert_eq!(page.calls, []);
        assert_eq!(carla.unfinished().await.unwrap(), []);
        assert_eq!(carla.changes_since(0, 100).await.unwrap().calls, []);
        assert_eq!(carla.contact(contact.id).await.unwrap(), None);
        assert_eq!(carla.contacts(None, 200, None).await.unwrap().contacts, []);
        let taken = somebody("Taken", "+5511999990009");
        assert_eq!(carla.set_contact(contact.id, &taken).await.unwrap(), None);
        assert_eq!(
            carla.add_opportunity(contact.id, "x", "y").await.unwrap(),
            None
        );
        assert!(carla.integration().await.unwrap().is_none());
        let people = carla.people().await.unwrap();
        assert_eq!(
            people.iter().map(|person| &person.name).collect::<Vec<_>>(),
            ["Carla"]
        );
        let organizations = world.store.organizations_of(world.carla).await.unwrap();
        assert_eq!(organizations.len(), 1);

        // What belongs to another can't be referred to either.
        let with_contact = NewCall {
            contact: Some(contact.id),
            ..wish("+5511999990001")
        };
        assert_eq!(
            carla.begin_call(&with_contact).await.unwrap(),
            Begun::NoContact
        );
        let about = NewCall {
            opportunity: Some(opportunity.id),
            ..wish("+5511999990001")
        };
        assert_eq!(
            carla.begin_call(&about).await.unwrap(),
            Begun::NoOpportunity
        );
        // The same number and the same leg are another call there.
        let (theirs, _) = begun(&carla, "+5511999990001").await;
        assert_eq!(theirs.contact, None);
        assert!(
            carla
                .hear(theirs.id, &ringing)
                .await
                .unwrap()
                .unwrap()
                .changed
        );

        assert_eq!(ana.call(call.id).await.unwrap(), Some(call));
        assert_eq!(ana.contact(contact.id).await.unwrap(), Some(contact));
        let token = ana.integration().await.unwrap().unwrap().auth_token;
        assert_eq!(token, "token of acme");
    });
}

#[test]
fn a_key_leads_to_its_own_organization_and_nowhere_else() {
    on_both("keys", |world| async move {
        let (ana, carla) = (world.ana().await, world.carla().await);
        let theirs = carla
            .set_integration(&credentials(Some("theirs")))
            .await
            .unwrap();
        let ours = ana
            .set_integration(&credentials(Some("ours")))
            .await
            .unwrap();
        let (theirs, ours) = (theirs.unwrap(), ours.unwrap());
        let (call, key) = begun(&ana, "+5511999990001").await;
        let keyed = world.store.by_call_key(&key).await.unwrap().unwrap();
        assert_eq!(keyed.tenant.organization_id(), world.acme);
        assert_eq!(keyed.tenant.user_id(), None);
        assert_eq!(keyed.call, Some(call.id));
        assert_eq!(
            keyed.tenant.integration().await.unwrap(),
            Some(ours.clone())
        );
        for (integration, organization) in [(&ours, world.acme), (&theirs, world.borealis)] {
            let keyed = world
                .store
                .by_call_key(&integration.key)
                .await
                .unwrap()
                .unwrap();
            assert_eq!(keyed.tenant.organization_id(), organization);
            assert_eq!(keyed.call, None);
        }
        // With Borealis's key nobody finds Acme's call, nor a call that comes in there.
        let keyed = world.store.by_call_key(&theirs.key).await.unwrap().unwrap();
        assert_eq!(keyed.tenant.call(call.id).await.unwrap(), None);
        let inbound = InboundCall {
            call_sid: SID.to_owned(),
            from: "+5511999990001".to_owned(),
            to: "+12025550190".to_owned(),
            agent: number("+12025550101"),
        };
        let (inbound, _) = keyed.tenant.begin_inbound(&inbound).await.unwrap();
        assert_eq!(ana.call(inbound.id).await.unwrap(), None);
        assert!(carla.call(inbound.id).await.unwrap().is_some());
        for guess in ["", "0", "%", &key.as_str()[..47], "' OR ''='"] {
            let guess = CallKey::from_address(guess);
            assert!(world.store.by_call_key(&guess).await.unwrap().is_none());
        }
    });
}

#[test]
fn who_is_no_member_has_no_way_in() {
    on_both("members", |world| async move {
        let tenant = world.store.tenant(world.carla, world.acme).await.unwrap();
        assert!(tenant.is_none());
        let stranger = world
            .store
            .tenant(UserId::draw(), world.acme)
            .await
            .unwrap();
        assert!(stranger.is_none());
        let before = world.bruno().await;
        let (call, _) = begun(&before, "+5511999990001").await;
        world
            .admin
            .remove_member(world.acme, world.bruno)
            .await
            .unwrap();
        let after = world.store.tenant(world.bruno, world.acme).await.unwrap();
        assert!(after.is_none());
        assert_eq!(world.store.organizations_of(world.bruno).await.unwrap(), []);
        // Their calls stay with the organization.
        let call = world.ana().await.call(call.id).await.unwrap().unwrap();
        assert_eq!(call.user.unwrap().name, "Bruno");
        world
            .admin
            .add_member(world.acme, world.bruno, crm::store::Role::Agent)
            .await
            .unwrap();
        assert!(world.bruno().await.call(call.id).await.unwrap().is_some());
    });
}

#[test]
fn a_request_that_goes_on_loses_its_rows_with_the_membership() {
    on_postgres("leaving", |world| async move {
        let bruno = world.bruno().await;
        let (call, _) = begun(&bruno, "+5511999990001").await;
        world
            .admin
            .remove_member(world.acme, world.bruno)
            .await
            .unwrap();
        assert_eq!(bruno.call(call.id).await.unwrap(), None);
        assert!(bruno.begin_call(&wish("+5511999990002")).await.is_err());
    });
}

#[test]
fn an_agent_does_not_set_credentials() {
    on_both("agents", |world| async move {
        let bruno = world.bruno().await;
        let refused = bruno.set_integration(&credentials(Some("mine"))).await;
        assert!(matches!(refused, Err(StoreError::NotAllowed)));
        let ana = world.ana().await;
        assert_eq!(ana.set_integration(&credentials(None)).await.unwrap(), None);
        let set = ana
            .set_integration(&credentials(Some("secret")))
            .await
            .unwrap()
            .unwrap();
        let kept = ana
            .set_integration(&credentials(None))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(kept.auth_token, "secret");
        assert_eq!(kept.key, set.key, "the numbers point to that key");
        let new = ana
            .set_integration(&credentials(Some("new")))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(new.auth_token, "new");
        assert_eq!(
            bruno.integration().await.unwrap().unwrap().auth_token,
            "new"
        );
        assert!(!format!("{new:?}").contains("new\""));
    });
}

#[test]
fn credentials_are_sealed_where_they_lie() {
    const TOKEN: &str = "0123456789abcdef0123456789abcdef";
    on_sqlite(|world| async move {
        let ana = world.ana().await;
        let set = ana
            .set_integration(&credentials(Some(TOKEN)))
            .await
            .unwrap()
            .unwrap();
        let (_, key) = begun(&ana, "+5511999990001").await;
        let mut files = 0;
        let folder = std::path::Path::new(&world.owner).parent().unwrap();
        for file in std::fs::read_dir(folder).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            for secret in [TOKEN, set.key.as_str(), key.as_str()] {
                let secret = secret.as_bytes();
                assert!(!bytes.windows(secret.len()).any(|window| window == secret));
            }
            files += 1;
        }
        assert!(
            files >= 2,
            "the file and its log of writes were looked into"
        );
    });
}

/// By hand, as the one who may do everything: even so no row refers to another organization's.
const CROSSING: [&str; 5] = [
    "INSERT INTO opportunities (id, organization_id, contact_id, title, stage, created_at) \
     VALUES ('{new}', '{borealis}', '{contact}', 'x', 'y', {now})",
    "UPDATE call_logs SET contact_id = '{contact}' WHERE id = '{call}'",
    "UPDATE call_logs SET user_id = '{ana}' WHERE id = '{call}'",
    "UPDATE call_logs SET organization_id = '{acme}' WHERE id = '{call}'",
    "UPDATE call_keys SET organization_id = '{acme}' WHERE call_log_id = '{call}'",
];

fn crossing(sql: &str, world: &super::world::World, contact: ContactId, call: CallLogId) -> String {
    sql.replace("{new}", &ContactId::draw().to_string())
        .replace("{acme}", &world.acme.to_string())
        .replace("{borealis}", &world.borealis.to_string())
        .replace("{ana}", &world.ana.to_string())
        .replace("{contact}", &contact.to_string())
        .replace("{call}", &call.to_string())
}

#[test]
fn no_row_refers_to_another_organizations() {
    on_sqlite(|world| async move {
        let write = somebody("Ana Souza", "+5511999990001");
        let contact = world.ana().await.add_contact(&write).await.unwrap();
        let (call, _) = begun(&world.carla().await, "+5511999990001").await;
        let hand = rusqlite::Connection::open(&world.owner).unwrap();
        hand.pragma_update(None, "foreign_keys", true).unwrap();
        for sql in CROSSING {
            let sql = crossing(sql, &world, contact.id, call.id).replace("{now}", "0");
            let error = hand.execute(&sql, []).unwrap_err();
            assert!(error.to_string().contains("FOREIGN KEY"), "{sql}: {error}");
        }
    });
    on_postgres("crossing", |world| async move {
        let write = somebody("Ana Souza", "+5511999990001");
        let contact = world.ana().await.add_contact(&write).await.unwrap();
        let (call, _) = begun(&world.carla().await, "+5511999990001").await;
        let hand = server::connect(&world.service.replace(server::SERVICE, "postgres")).await;
        hand.batch_execute("SET search_path = crm").await.unwrap();
        for sql in CROSSING {
            let sql = crossing(sql, &world, contact.id, call.id).replace("{now}", "now()");
            let error = hand.batch_execute(&sql).await.unwrap_err();
            let code = error.code().map(|code| code.code());
            assert_eq!(code, Some("23503"), "{sql}: {error:?}");
        }
    });
}
