//! Row-level security against SQL that somebody writes by hand on the service's connection.

use super::server::{self, OWNER, SERVICE};
use super::world::{World, begun, credentials, on_postgres, somebody};
use crm::id::OrganizationId;
use crm::seal::MasterKey;
use crm::store::pass::{PassKey, Whose};
use crm::store::{Admin, Store, StoreError};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

const TABLES: [&str; 7] = [
    "organizations",
    "organization_revisions",
    "user_organizations",
    "contacts",
    "opportunities",
    "organization_integrations",
    "call_logs",
];

/// A connection like the service's, and a pass for it.
async fn hand(world: &World, whose: Whose) -> Client {
    let client = server::connect(&world.service).await;
    let backend: i32 = one(&client, "SELECT pg_backend_pid()").await;
    let pass = PassKey::from_master(&world.key).pass(whose, backend);
    set_pass(&client, &pass).await;
    client
}

async fn set_pass(client: &Client, pass: &str) {
    let sql = "SELECT set_config('crm.pass', $1, false), set_config('search_path', 'crm', false)";
    client.query(sql, &[&pass]).await.unwrap();
}

async fn one<T: for<'a> tokio_postgres::types::FromSql<'a>>(client: &Client, sql: &str) -> T {
    client
        .query_one(sql, &[])
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error:?}"))
        .get(0)
}

async fn refused(client: &Client, sql: &str) -> String {
    let error = client.execute(sql, &[]).await.expect_err(sql);
    let code = error.code().unwrap_or_else(|| panic!("{sql}: {error:?}"));
    code.code().to_owned()
}

/// Rows of everything in both organizations.
async fn fill(world: &World) {
    for tenant in [world.ana().await, world.carla().await] {
        let write = somebody("Somebody", "+5511999990001");
        let contact = tenant.add_contact(&write).await.unwrap();
        tenant
            .add_opportunity(contact.id, "Forno", "open")
            .await
            .unwrap();
        tenant
            .set_integration(&credentials(Some("token")))
            .await
            .unwrap();
        begun(&tenant, "+5511999990001").await;
    }
}

/// How many rows of a table are Acme's, and how many there are, as this connection sees it.
async fn seen(client: &Client, world: &World, table: &str) -> (i64, i64) {
    let column = if table == "organizations" {
        "id"
    } else {
        "organization_id"
    };
    let acme = world.acme;
    let sql = format!("SELECT count(*) FILTER (WHERE {column} = '{acme}') FROM {table}");
    let sql_all = format!("SELECT count(*) FROM {table}");
    (one(client, &sql).await, one(client, &sql_all).await)
}

#[test]
fn without_a_pass_there_is_no_row() {
    on_postgres("no_pass", |world| async move {
        fill(&world).await;
        let client = hand(&world, Whose::Nobody).await;
        for table in TABLES {
            assert_eq!(seen(&client, &world, table).await, (0, 0), "{table}");
        }
        assert_eq!(one::<i64>(&client, "SELECT count(id) FROM users").await, 0);
        let sql = "INSERT INTO contacts (organization_id, name, phone, sorted, folded) \
            SELECT id, 'x', '+5511999990001', 'x', 'x' FROM crm_private.every_organization() AS id";
        assert_eq!(refused(&client, sql).await, "42501");
        assert_eq!(
            client
                .execute("UPDATE call_logs SET notes = 'x'", &[])
                .await
                .unwrap(),
            0
        );
    });
}

#[test]
fn with_a_pass_there_are_the_rows_of_its_organization() {
    on_postgres("own_pass", |world| async move {
        fill(&world).await;
        let acme = world.acme;
        for whose in [
            Whose::User(world.carla, Some(world.borealis)),
            Whose::Service(world.borealis),
        ] {
            let client = hand(&world, whose).await;
            for table in TABLES {
                assert_eq!(seen(&client, &world, table).await, (0, 1), "{table}");
            }
            assert_eq!(one::<i64>(&client, "SELECT count(id) FROM users").await, 1);
            for table in ["contacts", "opportunities", "call_logs"] {
                let insert = format!(
                    "INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, \
                     (SELECT to_jsonb(t) || jsonb_build_object('id', gen_random_uuid(), \
                      'organization_id', '{acme}', 'call_sid', 'CA9') FROM {table} t))"
                );
                assert_eq!(refused(&client, &insert).await, "42501", "{table}");
                let moved = format!("UPDATE {table} SET organization_id = '{acme}'");
                assert_eq!(refused(&client, &moved).await, "42501", "{table}");
                let theirs = format!(
                    "UPDATE {table} SET organization_id = organization_id \
                     WHERE organization_id = '{acme}'"
                );
                assert_eq!(client.execute(&theirs, &[]).await.unwrap(), 0);
                // For one's own organization the same goes in; a user's line is taken, though.
                let insert = insert.replace(&acme.to_string(), &world.borealis.to_string());
                client.batch_execute("BEGIN").await.unwrap();
                let own = client.execute(&insert, &[]).await;
                client.batch_execute("ROLLBACK").await.unwrap();
                let code = own.err().and_then(|error| error.code().cloned());
                let line = (table == "call_logs").then_some(SqlState::UNIQUE_VIOLATION);
                assert_eq!(code, line, "{table}");
                let own = format!("UPDATE {table} SET organization_id = organization_id");
                assert_eq!(client.execute(&own, &[]).await.unwrap(), 1);
                assert_eq!(
                    refused(&client, &format!("DELETE FROM {table}")).await,
                    "42501"
                );
            }
            let key = format!(
                "INSERT INTO call_keys (key_hash, organization_id) VALUES ('\\x00', '{acme}')"
            );
            assert_eq!(refused(&client, &key).await, "42501");
        }
        // Should somebody grant it, deleting too keeps to the organization.
        let owner = server::connect(&world.owner).await;
        let grant = format!("GRANT DELETE ON crm.opportunities TO {SERVICE}");
        owner.batch_execute(&grant).await.unwrap();
        let client = hand(&world, Whose::Service(world.borealis)).await;
        assert_eq!(
            client
                .execute("DELETE FROM opportunities", &[])
                .await
                .unwrap(),
            1
        );
        let ours = hand(&world, Whose::Service(acme)).await;
        assert_eq!(seen(&ours, &world, "opportunities").await, (1, 1));
    });
}

#[test]
fn nobody_writes_a_pass_of_their_own() {
    on_postgres("own_hand", |world| async move {
        fill(&world).await;
        let (ana, acme, borealis) = (world.ana, world.acme, world.borealis);
        let client = hand(&world, Whose::Nobody).await;
        let backend: i32 = one(&client, "SELECT pg_backend_pid()").await;
        let passes = PassKey::from_master(&world.key);
        let own = passes.pass(Whose::User(world.carla, Some(borealis)), backend);
        let tag = own.rsplit_once('.').unwrap().1.to_owned();
        let zeros = "0".repeat(64);
        for forged in [
            format!("{ana}.{acme}.{tag}"),
            format!("{ana}.{acme}.{zeros}"),
            format!(".{acme}.{tag}"),
            format!(".{acme}."),
            format!("{ana}.{acme}"),
            format!("{ana}.{acme}.{tag}.{tag}"),
            "..".to_owned(),
            // Genuine, but made for another connection.
            passes.pass(Whose::User(ana, Some(acme)), backend + 1),
            // Genuine, but not with this service's key.
            PassKey::from_master(&MasterKey::draw()).pass(Whose::Service(acme), backend),
            // Genuine, for who isn't a member.
            passes.pass(Whose::User(world.carla, Some(acme)), backend),
        ] {
            set_pass(&client, &forged).await;
            for table in TABLES {
                assert_eq!(
                    seen(&client, &world, table).await,
                    (0, 0),
                    "{table}: {forged}"
                );
            }
        }
        // The same words with the right end do open, so each of these was refused for its end.
        set_pass(&client, &passes.pass(Whose::User(ana, Some(acme)), backend)).await;
        assert_eq!(seen(&client, &world, "call_logs").await, (1, 1));
    });
}

#[test]
fn the_service_reaches_nothing_but_its_tables() {
    on_postgres("reach", |world| async move {
        fill(&world).await;
        let client = hand(&world, Whose::User(world.carla, Some(world.borealis))).await;
        for sql in [
            "SELECT inner_pad FROM crm_private.pass_key".to_owned(),
            "SELECT password_hash FROM users".to_owned(),
            "UPDATE users SET password_hash = 'mine'".to_owned(),
            "UPDATE users SET email = 'mine'".to_owned(),
            "SELECT key_hash FROM call_keys".to_owned(),
            "UPDATE user_organizations SET role = 'owner'".to_owned(),
            "INSERT INTO organizations (name) VALUES ('mine')".to_owned(),
            "INSERT INTO user_organizations (organization_id, user_id, role) \
             SELECT id, crm_private.current_user_id(), 'owner' \
             FROM crm_private.every_organization() AS id"
                .to_owned(),
            "ALTER TABLE call_logs DISABLE ROW LEVEL SECURITY".to_owned(),
            "ALTER TABLE call_logs NO FORCE ROW LEVEL SECURITY".to_owned(),
            "DROP POLICY read ON call_logs".to_owned(),
            "CREATE POLICY mine ON call_logs USING (true)".to_owned(),
            "CREATE FUNCTION crm_private.pass() RETURNS text[] LANGUAGE sql AS 'SELECT NULL'"
                .to_owned(),
            "CREATE TABLE crm.mine (id int)".to_owned(),
            format!("SET ROLE {OWNER}"),
            "SET SESSION AUTHORIZATION postgres".to_owned(),
            "TRUNCATE call_logs CASCADE".to_owned(),
        ] {
            let code = refused(&client, &sql).await;
            assert_eq!(code, "42501", "{sql}");
        }
        // Row-level security is not to be switched off, only to be an error then.
        client
            .batch_execute("SET row_security = off")
            .await
            .unwrap();
        assert_eq!(refused(&client, "SELECT id FROM call_logs").await, "42501");
    });
}

#[test]
fn an_agent_does_not_set_credentials_by_hand_either() {
    on_postgres("agent_hand", |world| async move {
        fill(&world).await;
        let sql = "UPDATE organization_integrations SET account_sid = 'AC'";
        let bruno = hand(&world, Whose::User(world.bruno, Some(world.acme))).await;
        assert_eq!(bruno.execute(sql, &[]).await.unwrap(), 0);
        let ana = hand(&world, Whose::User(world.ana, Some(world.acme))).await;
        assert_eq!(ana.execute(sql, &[]).await.unwrap(), 1);
    });
}

#[test]
fn the_owner_of_the_tables_reads_no_calls_either() {
    on_postgres("owner", |world| async move {
        fill(&world).await;
        let owner = server::connect(&world.owner).await;
        owner.batch_execute("SET search_path = crm").await.unwrap();
        for table in [
            "contacts",
            "opportunities",
            "call_logs",
            "organization_integrations",
        ] {
            assert_eq!(seen(&owner, &world, table).await, (0, 0), "{table}");
        }
    });
}

#[test]
fn a_pass_is_never_in_the_text_of_a_statement() {
    on_postgres("activity", |world| async move {
        fill(&world).await;
        let superuser = server::connect(&world.service.replace(SERVICE, "postgres")).await;
        let rows = superuser
            .query(
                "SELECT query FROM pg_stat_activity WHERE usename = $1",
                &[&SERVICE],
            )
            .await
            .unwrap();
        assert!(!rows.is_empty(), "the service is connected");
        for row in rows {
            let text: String = row.get(0);
            assert!(!text.contains(&world.acme.to_string()), "{text}");
            assert!(!text.contains(&world.borealis.to_string()), "{text}");
        }
    });
}

async fn why_not(address: &str, key: &MasterKey) -> String {
    match Store::open(address, key).await {
        Err(StoreError::NotReady(why)) => why,
        Err(other) => panic!("another refusal was expected: {other}"),
        Ok(_) => panic!("{address} was taken"),
    }
}

#[test]
fn the_service_does_not_start_with_a_role_that_could_do_more() {
    on_postgres("roles", |world| async move {
        let superuser = server::connect(&world.service.replace(SERVICE, "postgres")).await;
        superuser
            .batch_execute(&format!(
                "CREATE ROLE t_bypass LOGIN BYPASSRLS; CREATE ROLE t_maker LOGIN CREATEROLE; \
                 CREATE ROLE t_copier LOGIN REPLICATION; \
                 CREATE ROLE t_owner LOGIN; GRANT {OWNER} TO t_owner; \
                 CREATE ROLE t_bypasser LOGIN; GRANT t_bypass TO t_bypasser; \
                 CREATE ROLE t_stranger LOGIN"
            ))
            .await
            .unwrap();
        for (role, why) in [
            ("postgres", "is a superuser"),
            ("t_bypass", "bypasses row-level security"),
            ("t_maker", "may make roles"),
            ("t_copier", "may copy the whole server"),
            (OWNER, "owns the tables, or may act"),
            ("t_owner", "owns the tables, or may act"),
            ("t_bypasser", "may act as a role that bypasses"),
            ("t_stranger", "isn't ready for this role"),
        ] {
            let address = world.service.replace(SERVICE, role);
            let said = why_not(&address, &world.key).await;
            assert!(said.contains(why), "{role}: {said}");
        }
        let said = why_not(&world.service, &MasterKey::draw()).await;
        assert!(said.contains("the key isn't the one"), "{said}");
        superuser
            .batch_execute("ALTER TABLE crm.contacts NO FORCE ROW LEVEL SECURITY")
            .await
            .unwrap();
        let said = why_not(&world.service, &world.key).await;
        assert!(said.contains("without row-level security"), "{said}");
        // Migrating anew puts it right.
        let mut admin = Admin::open(&world.owner, &world.key).await.unwrap();
        admin.migrate(SERVICE).await.unwrap();
        Store::open(&world.service, &world.key).await.unwrap();
        let nowhere = world.service.replace("/roles", "/nowhere");
        assert!(matches!(
            Store::open(&nowhere, &world.key).await,
            Err(StoreError::Database(_))
        ));
    });
}

#[test]
fn a_pass_for_an_organization_that_is_not_there_shows_nothing() {
    on_postgres("nowhere_pass", |world| async move {
        fill(&world).await;
        let client = hand(&world, Whose::Service(OrganizationId::draw())).await;
        for table in TABLES {
            assert_eq!(seen(&client, &world, table).await, (0, 0), "{table}");
        }
    });
}
