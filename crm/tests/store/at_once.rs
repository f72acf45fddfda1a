//! Everything at once: clicks, callbacks, listeners.

use super::world::{begun, on_both, wish};
use crm::call_log::{CallLog, DialComplete, Event, LegNews, Outcome, Recording, Stage, Status};
use crm::moment::Moment;
use crm::store::{Begun, Call, NewCall};
use std::collections::HashMap;
use tokio::task::JoinSet;

const CALLS: usize = 12;

/// A call's events, each told by the platform once or more.
fn events(call: usize, begun: Moment) -> Vec<Event> {
    let (agent, other) = (format!("CA{call}a"), format!("CA{call}b"));
    let at = |second: i64| Moment::from_millis(begun.millis() / 1_000 * 1_000 + second * 1_000);
    let first = |status, sequence, second| LegNews {
        sequence: Some(sequence),
        ..LegNews::first(&agent, status, at(second))
    };
    let second = |status, sequence, when| LegNews {
        sequence: Some(sequence),
        ..LegNews::second(&agent, &other, status, at(when))
    };
    let last = |news, seconds| LegNews {
        seconds: Some(seconds),
        ..news
    };
    vec![
        Event::Leg(LegNews::first(&agent, Status::Queued, at(0))),
        Event::Leg(first(Status::Initiated, 0, 0)),
        Event::Leg(first(Status::Ringing, 1, 1)),
        Event::Leg(first(Status::InProgress, 2, 3)),
        Event::Leg(second(Status::Initiated, 0, 5)),
        Event::Leg(second(Status::Ringing, 1, 6)),
        Event::Leg(second(Status::InProgress, 2, 9)),
        Event::DialComplete(DialComplete {
            call_sid: agent.clone(),
            status: Status::Completed,
            dialled_sid: Some(other.clone()),
            seconds: Some(30),
            at: at(39),
        }),
        Event::Leg(last(second(Status::Completed, 3, 39), 30)),
        Event::Leg(last(first(Status::Completed, 3, 40), 37)),
        Event::Recorded(Recording::heard("RE1", "http://voice.example/RE1", 30)),
    ]
}

#[test]
fn callbacks_at_once_make_the_same_log_as_one_after_another() {
    on_both("events_at_once", |world| async move {
        let ana = world.ana().await;
        let mut news = world.store.listen();
        let mut tasks = JoinSet::new();
        let mut expected = HashMap::new();
        for number in 0..CALLS {
            // One user has one call at a time, so they come in.
            let inbound = crm::store::InboundCall {
                call_sid: format!("CA{number}a"),
                from: format!("+55119999900{number:02}"),
                to: "+12025550190".to_owned(),
                agent: super::world::number("+12025550101"),
            };
            let (call, key) = ana.begin_inbound(&inbound).await.unwrap();
            let told = events(number, call.created_at);
            let mut log = call.log.clone();
            told.iter().for_each(|event| {
                log.hear(event);
            });
            expected.insert(call.id, log);
            // Each event twice, every one in a task of its own, the last told first.
            for event in told.iter().rev().chain(&told) {
                let (store, key, event) = (world.store.clone(), key.clone(), event.clone());
                tasks.spawn(async move {
                    let keyed = store.by_call_key(&key).await.unwrap().unwrap();
                    let id = keyed.call.unwrap();
                    keyed
                        .tenant
                        .hear(id, &event)
                        .await
                        .unwrap()
                        .unwrap()
                        .changed
                });
            }
        }
        // Somebody follows meanwhile, from change to change.
        let follower = ana.clone();
        let following = tokio::spawn(async move {
            let mut reached = 0;
            let mut shown: HashMap<_, Call> = HashMap::new();
            loop {
                let changes = follower.changes_since(reached, 1_000).await.unwrap();
                for call in changes.calls {
                    assert!(call.revision > reached);
                    reached = call.revision;
                    let old = shown.insert(call.id, call.clone());
                    assert!(old.is_none_or(|old| old.log.stage() <= call.log.stage()));
                }
                if shown.len() == CALLS && shown.values().all(|call| is_final(&call.log)) {
                    return (reached, shown);
                }
                // News may have been lost while this was busy: both mean to ask again.
                let _ = news.recv().await;
            }
        });
        let changed = tasks
            .join_all()
            .await
            .into_iter()
            .filter(|changed| *changed)
            .count();
        let (reached, shown) = following.await.unwrap();
        assert_eq!(reached, ana.revision().await.unwrap());
        assert_eq!(
            reached as usize,
            CALLS + changed,
            "a change has a revision each"
        );
        for (id, log) in expected {
            assert_eq!(ana.call(id).await.unwrap().unwrap().log, log);
            assert_eq!(shown[&id].log, log);
            assert_eq!(log.outcome(), Some(Outcome::Talked));
        }
    });
}

fn is_final(log: &CallLog) -> bool {
    let kept = log.kept();
    log.stage() == Stage::Ended
        && kept.recording.is_some()
        && kept.second.sequence.is_some()
        && kept.first.sequence.is_some()
        && kept.first.answered_at.is_some()
        && kept.second.answered_at.is_some()
}

#[test]
fn clicks_at_once_make_one_call() {
    on_both("clicks_at_once", |world| async move {
        let mut tasks = JoinSet::new();
        for _ in 0..20 {
            let ana = world.ana().await;
            tasks.spawn(async move { ana.begin_call(&wish("+5511999990001")).await.unwrap() });
        }
        let (mut new, mut same) = (Vec::new(), Vec::new());
        for begun in tasks.join_all().await {
            match begun {
                Begun::New(call, _) => new.push(call.id),
                Begun::Same(call) => same.push(call.id),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(new.len(), 1);
        assert_eq!(same, vec![new[0]; 19]);
        let page = world
            .ana()
            .await
            .calls(&Default::default(), 50, None)
            .await
            .unwrap();
        assert_eq!(page.calls.len(), 1);
    });
}

#[test]
fn a_repeated_request_is_the_same_call_even_after_its_end() {
    on_both("repeated", |world| async move {
        let (ana, bruno) = (world.ana().await, world.bruno().await);
        let repeated = NewCall {
            idempotency_key: Some("click 1".to_owned()),
            ..wish("+5511999990001")
        };
        let Begun::New(call, _) = ana.begin_call(&repeated).await.unwrap() else {
            panic!("a call was wanted");
        };
        let call = super::world::ended(&ana, &call, "CA1").await;
        let same = ana.begin_call(&repeated).await.unwrap();
        assert_eq!(same, Begun::Same(Box::new(call)));
        // A key is its user's own.
        assert!(matches!(
            bruno.begin_call(&repeated).await.unwrap(),
            Begun::New(..)
        ));
        begun(&ana, "+5511999990001").await;
    });
}

#[test]
fn what_was_missed_is_told_and_too_much_is_said_to_be() {
    on_both("missed", |world| async move {
        let ana = world.ana().await;
        let mut last = 0;
        for number in 0..5 {
            let (call, _) = begun(&ana, "+5511999990001").await;
            last = super::world::ended(&ana, &call, &format!("CA{number}"))
                .await
                .revision;
        }
        let all = ana.changes_since(0, 5).await.unwrap();
        assert!(all.complete);
        assert_eq!(all.calls.len(), 5);
        assert_eq!(all.calls[4].revision, last);
        let some = ana.changes_since(0, 4).await.unwrap();
        assert!(!some.complete);
        assert_eq!(some.calls.len(), 4);
        let none = ana.changes_since(last, 4).await.unwrap();
        assert!(none.complete && none.calls.is_empty());
        assert!(!ana.changes_since(last + 1, 4).await.unwrap().complete);
        assert!(!ana.changes_since(-1, 4).await.unwrap().complete);
        assert_eq!(ana.revision().await.unwrap(), last);
    });
}
