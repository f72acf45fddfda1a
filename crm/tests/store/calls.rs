//! Calls in both databases: begun once, fed in any order, found again.

use super::world::{begun, credentials, ended, on_both, on_postgres, wish};
use crm::call_log::{Event, LegNews, Outcome, Stage, Status};
use crm::moment::Moment;
use crm::store::{Begun, CallFilter, Store};

const SID: &str = "CA00000000000000000000000000000001";

#[test]
fn a_double_click_makes_one_call_and_a_second_number_meets_a_busy_line() {
    on_both("double_click", |world| async move {
        let ana = world.ana().await;
        let (call, key) = begun(&ana, "+5511999990001").await;
        assert_eq!(call.log.stage(), Stage::Asking);
        assert_eq!(call.log.status(), Status::Initiated);
        assert_eq!(call.user.as_ref().unwrap().name, "Ana");
        let again = ana.begin_call(&wish("+5511999990001")).await.unwrap();
        assert_eq!(again, Begun::Same(Box::new(call.clone())));
        let other = ana.begin_call(&wish("+5511999990002")).await.unwrap();
        assert_eq!(other, Begun::LineBusy(Box::new(call.clone())));
        // A colleague has a line of their own.
        begun(&world.bruno().await, "+5511999990001").await;
        let keyed = world.store.by_call_key(&key).await.unwrap().unwrap();
        assert_eq!(keyed.call, Some(call.id));
        assert_eq!(keyed.tenant.organization_id(), world.acme);
        // The key is the callback's way in: no user, the same rows.
        let heard = ended(&keyed.tenant, &call, SID).await;
        assert_eq!(heard.log.outcome(), Some(Outcome::AgentNoAnswer));
        assert_eq!(ana.call(call.id).await.unwrap(), Some(heard));
        begun(&ana, "+5511999990002").await;
    });
}

#[test]
fn keys_of_old_calls_are_thrown_away_and_nothing_else() {
    on_both("old_keys", |world| async move {
        let ana = world.ana().await;
        let set = ana.set_integration(&credentials(Some("x"))).await;
        let own = set.unwrap().unwrap().key;
        let (call, key) = begun(&ana, "+5511999990001").await;
        let (_, theirs) = begun(&world.bruno().await, "+5511999990002").await;
        let forget = |moment: Moment| world.store.forget_call_keys(moment);
        let before = call.created_at.seconds_earlier(1);
        assert_eq!(forget(before).await.unwrap(), 0);
        assert!(world.store.by_call_key(&key).await.unwrap().is_some());
        let after = Moment::from_millis(Moment::now().millis() + 1);
        assert_eq!(forget(after).await.unwrap(), 2);
        for gone in [key, theirs] {
            assert!(world.store.by_call_key(&gone).await.unwrap().is_none());
        }
        assert!(world.store.by_call_key(&own).await.unwrap().is_some());
        assert!(ana.call(call.id).await.unwrap().is_some(), "the log stays");
    });
}

#[test]
fn an_event_makes_its_way_into_the_log_and_to_who_listens() {
    on_both("listening", |world| async move {
        let ana = world.ana().await;
        let mut news = world.store.listen();
        let (call, _) = begun(&ana, "+5511999990001").await;
        let first = news.recv().await.unwrap();
        assert_eq!(
            (first.organization, first.revision),
            (world.acme, call.revision)
        );
        let event = Event::Leg(LegNews::first(SID, Status::Ringing, Moment::now()));
        let heard = ana.hear(call.id, &event).await.unwrap().unwrap();
        assert!(heard.changed && heard.call.revision > call.revision);
        assert_eq!(news.recv().await.unwrap().revision, heard.call.revision);
        let again = ana.hear(call.id, &event).await.unwrap().unwrap();
        assert!(!again.changed);
        assert_eq!(again.call, heard.call);
        let changes = ana.changes_since(call.revision, 10).await.unwrap();
        assert!(changes.complete);
        assert_eq!(changes.calls, std::slice::from_ref(&heard.call));
        let page = ana.calls(&CallFilter::default(), 10, None).await.unwrap();
        assert_eq!(page.calls, [heard.call]);
        assert_eq!(page.next, None);
    });
}

#[test]
fn what_another_process_changes_is_heard_too() {
    on_postgres("two_processes", |world| async move {
        let other = Store::open(&world.service, &world.key).await.unwrap();
        let ana = world.ana().await;
        let (call, _) = begun(&ana, "+5511999990001").await;
        let mut news = other.listen();
        let heard = ended(&ana, &call, SID).await;
        loop {
            let changed = news.recv().await.unwrap();
            assert_eq!(changed.organization, world.acme);
            if changed.revision == heard.revision {
                break;
            }
        }
        let there = other.tenant(world.ana, world.acme).await.unwrap().unwrap();
        let changes = there.changes_since(call.revision, 10).await.unwrap();
        assert_eq!(changes.calls, [heard]);
    });
}
