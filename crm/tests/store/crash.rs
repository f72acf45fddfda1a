//! Kills a process in the middle of beginning calls: every call that was begun, so that the
//! platform could be asked, must be there afterwards with its key, and no call by halves.

use super::world::{self, World};
use crm::call_log::{Event, LegNews, Stage, Status};
use crm::id::{CallLogId, OrganizationId, UserId};
use crm::moment::Moment;
use crm::seal::MasterKey;
use crm::store::{CallFilter, CallKey, Store};
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

const CHILD: &str = "CRM_CRASH_TEST";
/// Calls that the parent waits for before it kills; the child would go on for ever.
const CALLS: usize = 100;

/// This program again, as the one that is killed: the same test, told by its environment.
const TEST: &str = "crash::what_was_begun_survives_being_killed";
/// What a line of the child's begins with, among those of the harness.
const BEGUN: &str = "begun: ";

#[test]
fn what_was_begun_survives_being_killed() {
    match std::env::var(CHILD) {
        Ok(told) => world::runtime().block_on(begin_for_ever(&told)),
        Err(_) => world::on_both("crash", survives),
    }
}

async fn begin_for_ever(told: &str) {
    let [database, key, user, organization]: [&str; 4] =
        told.split(' ').collect::<Vec<_>>().try_into().unwrap();
    let key = MasterKey::from_hex(key).unwrap();
    let store = Store::open(database, &key).await.unwrap();
    let (user, organization): (UserId, OrganizationId) =
        (user.parse().unwrap(), organization.parse().unwrap());
    let tenant = store.tenant(user, organization).await.unwrap().unwrap();
    // The first kill may have left a call that isn't ended.
    for call in tenant.unfinished().await.unwrap() {
        world::ended(&tenant, &call, &format!("CA{}", call.id)).await;
    }
    for number in 0.. {
        let to = format!("+5511{:09}", number % 1_000_000_000);
        let (call, key) = world::begun(&tenant, &to).await;
        println!("{BEGUN}{} {}", call.id, key.as_str());
        std::io::stdout().flush().unwrap();
        let sid = format!("CA{}", call.id);
        let ringing = Event::Leg(LegNews::first(&sid, Status::Ringing, Moment::now()));
        tenant.hear(call.id, &ringing).await.unwrap();
        world::ended(&tenant, &call, &sid).await;
    }
}

async fn survives(world: World) {
    let mut begun: Vec<(CallLogId, CallKey)> = Vec::new();
    for _ in 0..3 {
        let told = format!(
            "{} {} {} {}",
            world.service, world.hex, world.ana, world.acme
        );
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", TEST, "--nocapture"])
            .env(CHILD, told)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let lines = lines.map(Result::unwrap);
        let told = lines.filter_map(|line| line.split_once(BEGUN).map(|(_, told)| told.to_owned()));
        for told in told.take(CALLS) {
            let (id, key) = told.split_once(' ').unwrap();
            begun.push((id.parse().unwrap(), CallKey::from_address(key)));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_eq!(begun.len(), 3 * CALLS);
    // As after a restart.
    let store = Store::open(&world.service, &world.key).await.unwrap();
    for (id, key) in &begun {
        let keyed = store
            .by_call_key(key)
            .await
            .unwrap()
            .expect("its key is there");
        assert_eq!(keyed.call, Some(*id));
        let call = keyed
            .tenant
            .call(*id)
            .await
            .unwrap()
            .expect("the call is there");
        assert_eq!(
            call.log.stage() == Stage::Ended,
            call.log.outcome().is_some()
        );
    }
    let tenants = store.tenants().await.unwrap();
    assert_eq!(tenants.len(), 2);
    let mut unfinished = 0;
    for tenant in &tenants {
        unfinished += tenant.unfinished().await.unwrap().len();
    }
    // A user has one call at a time: at most one was cut off, and it is known.
    assert!(unfinished <= 1, "{unfinished} calls are not ended");
    // Each change has its revision, none was left out or given twice.
    let ana = store.tenant(world.ana, world.acme).await.unwrap().unwrap();
    let page = ana
        .calls(&CallFilter::default(), 10_000, None)
        .await
        .unwrap();
    let revisions: HashSet<i64> = page.calls.iter().map(|call| call.revision).collect();
    assert_eq!(revisions.len(), page.calls.len());
    assert_eq!(
        revisions.into_iter().max(),
        Some(ana.revision().await.unwrap())
    );
}
