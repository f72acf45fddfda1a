//! Sample data: two organizations that know nothing of each other, their people, contacts whose
//! numbers are the virtual phones', and deals.

use crate::id::{OrganizationId, UserId};
use crate::password;
use crate::phone::PhoneNumber;
use crate::store::{Admin, ContactWrite, NewUser, Role, Store, StoreError, Tenant};

/// The password of everybody in the sample.
pub const PASSWORD: &str = "ringback-demo";

/// The number that the platform of the demo owns.
pub const NUMBER: &str = "+12025550190";
/// The agent's phone: it answers after a second.
pub const AGENT: &str = "+12025550101";

/// Somebody who signs in.
#[derive(Debug)]
pub struct Human {
    /// With this.
    pub email: &'static str,
    /// Their name.
    pub name: &'static str,
    /// Their language.
    pub locale: &'static str,
    /// What they may do, in which organizations.
    pub member: &'static [(&'static str, Role)],
}

/// The organization that has a number.
pub const ACME: &str = "Acme Telecom";
/// Another one, which has set up nothing yet.
pub const BOREALIS: &str = "Borealis Energia";

/// Everybody.
pub const PEOPLE: [Human; 4] = [
    Human {
        email: "ana@acme.example",
        name: "Ana Ribeiro",
        locale: "pt-BR",
        member: &[(ACME, Role::Owner)],
    },
    Human {
        email: "bruno@acme.example",
        name: "Bruno Castro",
        locale: "en",
        member: &[(ACME, Role::Agent)],
    },
    Human {
        email: "carla@borealis.example",
        name: "Carla Nogueira",
        locale: "pt-BR",
        member: &[(BOREALIS, Role::Owner)],
    },
    Human {
        email: "diego@acme.example",
        name: "Diego Prado",
        locale: "en",
        member: &[(ACME, Role::Admin), (BOREALIS, Role::Agent)],
    },
];

/// Name, company, number, address, and deals with their stages.
type Sample = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

/// Acme's contacts. The numbers are the virtual phones', each with its temper; any other number
/// is answered like the first.
const ACME_CONTACTS: [Sample; 16] = [
    (
        "Helena Duarte",
        "Padaria Real",
        "+12025550101",
        "helena@padariareal.example",
        &[
            ("Ramais para três lojas", "Proposta"),
            ("Gravação de chamadas", "Contato"),
        ],
    ),
    (
        "Otávio Busato",
        "Linha Ocupada Ltda",
        "+12025550102",
        "otavio@linhaocupada.example",
        &[("Central nova", "Negociação")],
    ),
    ("Nadia Amorim", "Sem Resposta ME", "+12025550103", "", &[]),
    (
        "Inácio Fonseca",
        "Número Antigo SA",
        "+12025550104",
        "",
        &[],
    ),
    (
        "Vera Correia",
        "Caixa Postal & Filhos",
        "+12025550105",
        "vera@caixapostal.example",
        &[("Renovação anual", "Proposta")],
    ),
    ("Tomás Teclas", "Menu Um", "+12025550106", "", &[]),
    ("Hugo Breve", "Três Segundos", "+12025550107", "", &[]),
    ("Denise Recusa", "Agora Não SA", "+12025550108", "", &[]),
    ("Fábio Faxina", "Fax do Centro", "+12025550109", "", &[]),
    (
        "Ana Souza",
        "Mercado São João",
        "+5511999990001",
        "ana.souza@saojoao.example",
        &[("Click-to-call na loja", "Negociação")],
    ),
    (
        "José Antônio Mühlbauer",
        "Cervejaria Vale do Itajaí",
        "+5547988880002",
        "jose@valedoitajai.example",
        &[],
    ),
    (
        "Márcia Lima",
        "Clínica Bem-Estar",
        "+551133334444",
        "",
        &[("Piloto", "Contato")],
    ),
    ("Paulo Henrique", "", "+5521977770003", "", &[]),
    (
        "Sofia Marques",
        "Lisboa Têxteis",
        "+351210000004",
        "sofia@lisboatexteis.example",
        &[],
    ),
    (
        "Emma Clarke",
        "Thames Logistics",
        "+442079460005",
        "emma@thames.example",
        &[],
    ),
    (
        "Lukas Weber",
        "Spree Software",
        "+493012345006",
        "",
        &[("Rollout Berlin", "Proposta")],
    ),
];

/// Borealis' contacts.
const BOREALIS_CONTACTS: [Sample; 3] = [
    (
        "Rogério Sol",
        "Usina Nordeste",
        "+5581966660001",
        "rogerio@nordeste.example",
        &[("Parque solar", "Proposta")],
    ),
    ("Beatriz Vento", "Eólica Sul", "+5551955550002", "", &[]),
    ("Helena Duarte", "Padaria Real", "+12025550101", "", &[]),
];

/// Fills an empty database. One that isn't empty stays as it is.
///
/// # Errors
/// When the store fails.
pub async fn fill(admin: &Admin, store: &Store) -> Result<bool, StoreError> {
    if admin.organizations().await? > 0 {
        return Ok(false);
    }
    let acme = admin.add_organization(ACME).await?;
    let borealis = admin.add_organization(BOREALIS).await?;
    let id = |name: &str| if name == ACME { acme } else { borealis };
    // One for all: hashing is slow by intent, and the password is no secret.
    let password_hash = password::hash(PASSWORD);
    for human in &PEOPLE {
        let user = NewUser {
            name: human.name.to_owned(),
            email: human.email.to_owned(),
            password_hash: password_hash.clone(),
            locale: human.locale.to_owned(),
        };
        let Some(user) = admin.add_user(&user).await? else {
            continue;
        };
        for (organization, role) in human.member {
            admin.add_member(id(organization), user, *role).await?;
        }
    }
    add(
        &member(store, "ana@acme.example", acme).await?,
        &ACME_CONTACTS,
    )
    .await?;
    let carla = member(store, "carla@borealis.example", borealis).await?;
    add(&carla, &BOREALIS_CONTACTS).await?;
    Ok(true)
}

async fn add(tenant: &Tenant, contacts: &[Sample]) -> Result<(), StoreError> {
    for (name, company, phone, email, deals) in contacts {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let write = ContactWrite {
            name: (*name).to_owned(),
            company: some(company),
            phone: PhoneNumber::parse(phone).expect("the sample's numbers are numbers"),
            email: some(email),
        };
        let contact = tenant.add_contact(&write).await?;
        for (title, stage) in *deals {
            tenant.add_opportunity(contact.id, title, stage).await?;
        }
    }
    Ok(())
}

async fn member(
    store: &Store,
    email: &str,
    organization: OrganizationId,
) -> Result<Tenant, StoreError> {
    let missing = || StoreError::Damaged(format!("{email} is missing"));
    let user: UserId = store.sign_in(email).await?.ok_or_else(missing)?.user.id;
    store.tenant(user, organization).await?.ok_or_else(missing)
}

/// The owner of the organization that has a number, in the sample.
///
/// # Errors
/// When the store fails.
pub async fn owner(store: &Store) -> Result<Option<Tenant>, StoreError> {
    let Some(ana) = store.sign_in(PEOPLE[0].email).await? else {
        return Ok(None);
    };
    let organizations = store.organizations_of(ana.user.id).await?;
    match organizations.first() {
        Some(organization) => store.tenant(ana.user.id, organization.id).await,
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_has_numbers_that_are_numbers() {
        for (name, _, phone, _, _) in ACME_CONTACTS.iter().chain(&BOREALIS_CONTACTS) {
            let number = PhoneNumber::parse(phone);
            assert_eq!(
                number.as_ref().map(PhoneNumber::as_str),
                Some(*phone),
                "{name}"
            );
        }
        assert!(PhoneNumber::parse(NUMBER).is_some() && PhoneNumber::parse(AGENT).is_some());
    }
}
