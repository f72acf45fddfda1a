//! The schema comes from nothing, and stays when it is there.

use super::server::{self, OWNER, SERVICE};
use super::world::{begun, on_both, on_sqlite, runtime};
use crm::seal::MasterKey;
use crm::store::{Admin, Store, StoreError};

async fn not_ready(store: impl Future<Output = Result<Store, StoreError>>) -> String {
    match store.await {
        Err(StoreError::NotReady(why)) => why,
        Err(other) => panic!("another refusal was expected: {other}"),
        Ok(_) => panic!("it was opened"),
    }
}

#[test]
fn a_second_time_changes_nothing() {
    on_both("twice", |mut world| async move {
        let (call, key) = begun(&world.ana().await, "+5511999990001").await;
        let steps = world.admin.migrate(SERVICE).await.unwrap();
        assert_eq!(steps, Vec::<String>::new());
        assert_eq!(world.admin.organizations().await.unwrap(), 2);
        let again = Store::open(&world.service, &world.key).await.unwrap();
        assert!(again.by_call_key(&key).await.unwrap().is_some());
        assert!(world.ana().await.call(call.id).await.unwrap().is_some());
    });
}

#[test]
fn two_at_once_take_each_step_once() {
    let database = server::database("migrating_at_once");
    runtime().block_on(async {
        let key = MasterKey::draw();
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let (owner, key) = (database.owner.clone(), key.clone());
            tasks.spawn(async move {
                let mut admin = Admin::open(&owner, &key).await.unwrap();
                admin.migrate(SERVICE).await.unwrap()
            });
        }
        let steps: Vec<String> = tasks.join_all().await.concat();
        assert_eq!(
            steps,
            ["0001_schema", "0002_passes", "0003_call_keys_by_age"]
        );
        Store::open(&database.service, &key).await.unwrap();
    });
}

#[test]
fn the_service_has_a_role_of_its_own() {
    let database = server::database("role_of_its_own");
    runtime().block_on(async {
        let key = MasterKey::draw();
        let why = not_ready(Store::open(&database.service, &key)).await;
        assert!(why.contains("ringback-crm migrate"), "{why}");
        let mut admin = Admin::open(&database.owner, &key).await.unwrap();
        let missing = admin
            .migrate("nobody_of_that_name")
            .await
            .unwrap_err()
            .to_string();
        assert!(
            missing.contains("CREATE ROLE \"nobody_of_that_name\""),
            "{missing}"
        );
        let own = admin.migrate(OWNER).await.unwrap_err().to_string();
        assert!(own.contains("owns the tables"), "{own}");
        // A name that wants quotes.
        let superuser = server::connect(&database.superuser).await;
        let odd = "odd \"role\" {service}";
        superuser
            .batch_execute("CREATE ROLE \"odd \"\"role\"\" {service}\" LOGIN")
            .await
            .unwrap();
        assert_eq!(admin.migrate(odd).await.unwrap().len(), 3);
        // Another role takes its place: the first one's policies go with it.
        admin.migrate(SERVICE).await.unwrap();
        Store::open(&database.service, &key).await.unwrap();
        let left: i64 = superuser
            .query_one(
                "SELECT count(*) FROM pg_policies WHERE $1 = ANY (roles)",
                &[&odd],
            )
            .await
            .unwrap()
            .get(0);
        assert_eq!(left, 0);
    });
}

#[test]
fn a_new_key_is_given_to_the_database_by_migrating() {
    let database = server::database("new_key");
    runtime().block_on(async {
        let (old, new) = (MasterKey::draw(), MasterKey::draw());
        Admin::open(&database.owner, &old)
            .await
            .unwrap()
            .migrate(SERVICE)
            .await
            .unwrap();
        not_ready(Store::open(&database.service, &new)).await;
        Admin::open(&database.owner, &new)
            .await
            .unwrap()
            .migrate(SERVICE)
            .await
            .unwrap();
        Store::open(&database.service, &new).await.unwrap();
        not_ready(Store::open(&database.service, &old)).await;
    });
}

#[test]
fn a_file_opens_with_its_own_key_and_no_later_version() {
    on_sqlite(|world| async move {
        let why = not_ready(Store::open(&world.service, &MasterKey::draw())).await;
        assert!(why.contains("the key isn't the one"), "{why}");
        let hand = rusqlite::Connection::open(&world.owner).unwrap();
        hand.execute("INSERT INTO migrations VALUES ('9999_later', '', 0)", [])
            .unwrap();
        let why = not_ready(Store::open(&world.service, &world.key)).await;
        assert!(why.contains("later version"), "{why}");
        let nowhere = not_ready(Store::open("/proc/nowhere/crm.db", &world.key)).await;
        assert!(nowhere.contains("/proc/nowhere"), "{nowhere}");
    });
}
