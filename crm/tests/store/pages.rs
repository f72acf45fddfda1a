//! Ten thousand calls: found by what they are, walked page by page, each once.

use super::server::{self, SERVICE};
use super::world::{World, begun, ended, on_both, somebody};
use crm::call_log::{Direction, Outcome, Stage};
use crm::id::ContactId;
use crm::moment::Moment;
use crm::store::{CallCursor, CallFilter, Tenant, is_postgres};
use std::collections::HashSet;
use std::time::{Duration, Instant};

const ROWS: i64 = 10_000;
/// The first call's moment; each later one is a second later, and every tenth shares its moment
/// with nine others.
const BEGIN: i64 = 1_790_000_000_000;
/// A page takes a few milliseconds. A walk that reads all that lies before each page takes many
/// times this.
const PAGE: Duration = Duration::from_millis(250);

/// Rows by hand: through the front door that many would take a minute.
async fn fill(world: &World, contact: ContactId) {
    let (acme, borealis) = (world.acme, world.borealis);
    let (ana, carla) = (world.ana, world.carla);
    let common = "direction, call_sid, from_number, to_number, agent_number, status, stage, \
        outcome, folded, notes, revision";
    let values = "'outbound', '{sid}' || n, '+12025550190', '+551190000' || n, '+12025550101', \
        'completed', 'ended', CASE WHEN n % 100 = 0 THEN 'contact-busy' ELSE 'talked' END, \
        '+551190000' || n, '', -n";
    let shape = |organization: &str, user: &str, contact: &str, sid: &str| {
        let values = values.replace("{sid}", sid);
        (
            organization.to_owned(),
            user.to_owned(),
            contact.to_owned(),
            values,
        )
    };
    let shapes = [
        shape(
            &acme.to_string(),
            &ana.to_string(),
            &format!("'{contact}'"),
            "CA",
        ),
        shape(&borealis.to_string(), &carla.to_string(), "NULL", "CB"),
    ];
    for (organization, user, contact, values) in shapes {
        if is_postgres(&world.owner) {
            let hand = server::connect(&world.service.replace(SERVICE, "postgres")).await;
            let at = format!("to_timestamp(({BEGIN} + n / 10 * 10000) / 1000)");
            let sql = format!(
                "INSERT INTO crm.call_logs (organization_id, user_id, contact_id, started_at, \
                 created_at, {common}) SELECT '{organization}', '{user}', {contact}, {at}, {at}, \
                 {values} FROM generate_series(1, {ROWS}) AS n"
            );
            hand.batch_execute(&sql).await.unwrap();
            hand.batch_execute("ANALYZE crm.call_logs").await.unwrap();
        } else {
            let hand = rusqlite::Connection::open(&world.owner).unwrap();
            let at = format!("{BEGIN} + n / 10 * 10000");
            let id = "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || \
                substr(hex(randomblob(2)), 2) || '-8' || substr(hex(randomblob(2)), 2) || '-' || \
                hex(randomblob(6)))";
            let sql = format!(
                "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers \
                 WHERE n < {ROWS}) INSERT INTO call_logs (id, organization_id, user_id, \
                 contact_id, started_at, created_at, updated_at, {common}) \
                 SELECT {id}, '{organization}', '{user}', {contact}, {at}, {at}, {at}, {values} \
                 FROM numbers"
            );
            hand.execute(&sql, []).unwrap();
        }
    }
}

/// Walks all pages; each call once, the newest first, none slow.
async fn walk(tenant: &Tenant, filter: &CallFilter, limit: u32) -> usize {
    let mut seen = HashSet::new();
    let mut after: Option<CallCursor> = None;
    let mut last: Option<Moment> = None;
    loop {
        let begun = Instant::now();
        let page = tenant.calls(filter, limit, after).await.unwrap();
        assert!(begun.elapsed() < PAGE, "a page took {:?}", begun.elapsed());
        for call in &page.calls {
            assert!(seen.insert(call.id), "a call came twice");
            assert!(last.is_none_or(|last| call.created_at <= last));
            last = Some(call.created_at);
        }
        let Some(next) = page.next else {
            return seen.len();
        };
        assert_eq!(page.calls.len(), limit as usize);
        // As it goes through an address.
        after = Some(next.to_string().parse().unwrap());
    }
}

#[test]
fn ten_thousand_calls_are_walked_and_found() {
    on_both("pages", |world| async move {
        let ana = world.ana().await;
        let contact = somebody("João Pão", "+5511999990001");
        let contact = ana.add_contact(&contact).await.unwrap();
        fill(&world, contact.id).await;
        let all = CallFilter::default();
        assert_eq!(walk(&ana, &all, 200).await, 10_000);
        let busy = CallFilter {
            outcome: Some(Outcome::ContactBusy),
            ..all.clone()
        };
        assert_eq!(walk(&ana, &busy, 7).await, 100);
        let day = CallFilter {
            from: Some(Moment::from_millis(BEGIN + 5_000_000)),
            to: Some(Moment::from_millis(BEGIN + 6_000_000)),
            ..all.clone()
        };
        assert_eq!(walk(&ana, &day, 100).await, 1_000);
        let search = |text: &str| CallFilter {
            search: Some(text.to_owned()),
            ..CallFilter::default()
        };
        assert_eq!(walk(&ana, &search("joao pao"), 200).await, 10_000);
        assert_eq!(walk(&ana, &search("+55 (11) 9000-010000"), 200).await, 1);
        assert_eq!(walk(&ana, &search("nobody at all"), 200).await, 0);
        assert_eq!(walk(&ana, &search("100%"), 200).await, 0);
        let begun = Instant::now();
        let shown = ana.contacts(None, 50, None).await.unwrap();
        assert!(begun.elapsed() < PAGE);
        let last = Moment::from_millis(BEGIN + ROWS / 10 * 10_000);
        assert_eq!(shown.contacts[0].last_call_at, Some(last));
    });
}

#[test]
fn filters_meet_and_pages_stand_still_while_calls_are_added() {
    on_both("filters", |world| async move {
        let (ana, bruno) = (world.ana().await, world.bruno().await);
        let contact = somebody("João", "+5511999990003");
        let contact = ana.add_contact(&contact).await.unwrap();
        let mut calls = Vec::new();
        for number in 1..=6 {
            let to = format!("+551199999000{number}");
            let (call, _) = begun(&ana, &to).await;
            calls.push(ended(&ana, &call, &format!("CA{number}")).await.id);
        }
        let (live, _) = begun(&bruno, "+5511999990009").await;
        let noted = ana
            .set_notes(calls[1], "ligar amanhã às 9")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(noted.notes, "ligar amanhã às 9");
        let found = async |filter: CallFilter| -> Vec<_> {
            let page = ana.calls(&filter, 50, None).await.unwrap();
            page.calls.iter().map(|call| call.id).collect()
        };
        let all = CallFilter::default;
        let search = |text: &str| CallFilter {
            search: Some(text.to_owned()),
            ..all()
        };
        assert_eq!(
            found(CallFilter {
                live: true,
                ..all()
            })
            .await,
            [live.id]
        );
        let asking = Some(Stage::Asking);
        assert_eq!(
            found(CallFilter {
                stage: asking,
                ..all()
            })
            .await,
            [live.id]
        );
        let inbound = Some(Direction::Inbound);
        assert_eq!(
            found(CallFilter {
                direction: inbound,
                ..all()
            })
            .await,
            []
        );
        let user = Some(world.bruno);
        assert_eq!(found(CallFilter { user, ..all() }).await, [live.id]);
        let whom = Some(contact.id);
        assert_eq!(
            found(CallFilter {
                contact: whom,
                ..all()
            })
            .await,
            [calls[2]]
        );
        assert_eq!(found(search("AMANHA")).await, [calls[1]]);
        assert_eq!(found(search("joão")).await, [calls[2]]);
        assert_eq!(found(search("sao jorge")).await, [calls[2]]);
        assert_eq!(found(search("bruno")).await, [live.id]);
        assert_eq!(found(search("99999-0005")).await, [calls[4]]);
        let both = CallFilter {
            user,
            ..search("joão")
        };
        assert_eq!(found(both).await, []);

        let first = ana.calls(&all(), 3, None).await.unwrap();
        let (newest, _) = begun(&ana, "+5511999990008").await;
        let second = ana.calls(&all(), 50, first.next).await.unwrap();
        assert_eq!(second.next, None);
        let walked: Vec<_> = first
            .calls
            .iter()
            .chain(&second.calls)
            .map(|c| c.id)
            .collect();
        let mut expected = vec![live.id];
        expected.extend(calls.iter().rev());
        assert_eq!(walked, expected);
        assert!(!walked.contains(&newest.id));
    });
}

#[test]
fn contacts_are_walked_by_name() {
    on_both("contacts", |world| async move {
        let ana = world.ana().await;
        for name in ["Éder", "ana", "Zoe", "eder", "Bruno", "Ângela"] {
            let contact = somebody(name, "+5511999990001");
            let added = ana.add_contact(&contact).await.unwrap();
            ana.add_opportunity(added.id, &format!("{name} 1"), "open")
                .await
                .unwrap();
            ana.add_opportunity(added.id, &format!("{name} 2"), "won")
                .await
                .unwrap();
            assert_eq!(
                ana.contact(added.id)
                    .await
                    .unwrap()
                    .unwrap()
                    .opportunities
                    .len(),
                2
            );
        }
        let mut names = Vec::new();
        let mut after = None;
        loop {
            let page = ana.contacts(None, 2, after).await.unwrap();
            for contact in &page.contacts {
                assert_eq!(
                    contact.opportunities[1].title,
                    format!("{} 2", contact.name)
                );
                names.push(contact.name.clone());
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        names[3..5].sort();
        assert_eq!(names, ["ana", "Ângela", "Bruno", "eder", "Éder", "Zoe"]);
        let found = ana
            .contacts(Some("angela"), 50, None)
            .await
            .unwrap()
            .contacts;
        assert_eq!(found.len(), 1);
        let mut changed = somebody("Ângela Dias", "+5521999990002");
        changed.company = None;
        let shown = ana
            .set_contact(found[0].id, &changed)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((shown.name.as_str(), shown.company), ("Ângela Dias", None));
        let found = ana
            .contacts(Some("+55 21"), 50, None)
            .await
            .unwrap()
            .contacts;
        assert_eq!(found.len(), 1);
    });
}
