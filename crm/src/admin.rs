//! What an operator does before anybody signs in: the schema, organizations, people.

use crate::cli::{AddUser, Migrate};
use crate::limit;
use crate::password;
use crate::serve::{Fault, database, failed, key};
use crate::store::{Admin, NewUser, Role, is_postgres};
use std::io::Read;

/// The shortest password that is taken.
const PASSWORD_CHARS: usize = 8;

/// `ringback-crm migrate`.
///
/// # Errors
/// When the database can't be brought up to date.
pub async fn migrate(asked: Migrate) -> Result<(), Fault> {
    let database = database(&asked.kept);
    let role = match asked.service_role {
        Some(role) => role,
        None if is_postgres(&database) => {
            let sentence = "with PostgreSQL, --service-role names the role that `serve` uses";
            return Err(Fault::Input(sentence.to_owned()));
        }
        None => String::new(),
    };
    let mut admin = Admin::open(&database, &key(&asked.kept)?)
        .await
        .map_err(failed)?;
    let steps = admin.migrate(&role).await.map_err(failed)?;
    for step in &steps {
        println!("{step}");
    }
    if steps.is_empty() {
        println!("up to date");
    }
    Ok(())
}

/// `ringback-crm add-user`.
///
/// # Errors
/// When they can't be added, or are there already.
pub async fn add_user(asked: AddUser) -> Result<(), Fault> {
    let wrong = |sentence: &str| Fault::Input(sentence.to_owned());
    let email = asked.email.trim().to_lowercase();
    if !email.contains('@') || email.len() > limit::EMAIL_BYTES {
        return Err(wrong("--email is no address"));
    }
    let role = Role::parse(&asked.role).ok_or_else(|| wrong("--role is no role"))?;
    let mut password = String::new();
    let most = limit::PASSWORD_BYTES as u64 + 2;
    let read = std::io::stdin().take(most).read_to_string(&mut password);
    read.map_err(failed)?;
    let password = password.trim_end_matches(['\r', '\n']);
    if password.chars().count() < PASSWORD_CHARS || password.len() > limit::PASSWORD_BYTES {
        let sentence = format!("a password of {PASSWORD_CHARS} letters or more comes by stdin");
        return Err(Fault::Input(sentence));
    }
    let kept = &asked.kept;
    let mut admin = Admin::open(&database(kept), &key(kept)?)
        .await
        .map_err(failed)?;
    if !is_postgres(&database(kept)) {
        admin.migrate("").await.map_err(failed)?;
    }
    let user = NewUser {
        name: asked.name,
        email: email.clone(),
        password_hash: password::hash(password),
        locale: asked.locale,
    };
    let user = admin.add_user(&user).await.map_err(failed)?;
    let user = user.ok_or_else(|| failed(format!("{email} is somebody's address already")))?;
    let known = admin.organization_named(&asked.organization).await;
    let organization = match known.map_err(failed)? {
        Some(organization) => organization,
        None => {
            let made = admin.add_organization(&asked.organization).await;
            made.map_err(failed)?
        }
    };
    admin
        .add_member(organization, user, role)
        .await
        .map_err(failed)?;
    println!("{email} is {} of {}", role.as_str(), asked.organization);
    Ok(())
}
