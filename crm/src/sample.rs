//! Sample data: two organizations that know nothing of each other, their people, contacts whose
//! numbers are the virtual phones', and deals.

use crate::call_log::{CallLog, Event, LegNews, Status};
use crate::id::{OrganizationId, UserId};
use crate::moment::Moment;
use crate::password;
use crate::phone::PhoneNumber;
use crate::seal::{hex, random};
use crate::store::{Admin, ContactWrite, NewUser, PastCall, Role, Store, StoreError, Tenant};

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

/// Calls of the sample's last two weeks.
const HISTORY: usize = 48;
/// What was written down about some of them.
const NOTES: [&str; 4] = [
    "Pediu a proposta por e-mail.",
    "Ligar de novo na quinta.",
    "Quer falar com o financeiro.",
    "Fechado!",
];

/// Adds two weeks of calls before this moment to the first organization's log, so that history and
/// filters have something to show. They have no sound.
///
/// # Errors
/// When the store fails.
pub async fn history(store: &Store, now: Moment) -> Result<(), StoreError> {
    let Some(ana) = owner(store).await? else {
        return Ok(());
    };
    let bruno = member(store, PEOPLE[1].email, ana.organization_id()).await?;
    let (mut of_ana, mut of_bruno) = (Vec::new(), Vec::new());
    for number in (0..HISTORY).rev() {
        let calls = if number % 3 == 1 {
            &mut of_bruno
        } else {
            &mut of_ana
        };
        calls.push(past(number, now));
    }
    ana.add_past_calls(&of_ana).await?;
    bruno.add_past_calls(&of_bruno).await
}

/// The call so many calls ago.
fn past(number: usize, now: Moment) -> PastCall {
    // Any steps that don't repeat themselves at once.
    let seconds_ago = 7_200 + u32::try_from(number * 25_013 % 1_200_000).unwrap_or(0);
    let talk = u32::try_from(20 + number * 97 % 540).unwrap_or(60);
    let contact = ACME_CONTACTS[number * 7 % ACME_CONTACTS.len()].2;
    let start = now.seconds_earlier(seconds_ago);
    let after = |seconds: u32| Moment::from_millis(start.millis() + i64::from(seconds) * 1_000);
    let sid = || format!("CA{}", hex(&random::<16>()));
    let (first, second) = (sid(), sid());
    let dialled = match number % 8 {
        3 => Status::Busy,
        5 => Status::NoAnswer,
        7 => Status::Failed,
        _ => Status::Completed,
    };
    let talked = dialled == Status::Completed;
    let end = after(if talked { 9 + talk } else { 36 });
    let inbound = number % 5 == 2;
    let mut log = if inbound {
        CallLog::inbound(&first, start)
    } else {
        CallLog::outbound(start)
    };
    let mut hear = |news| {
        log.hear(&Event::Leg(news));
    };
    hear(LegNews::first(&first, Status::InProgress, after(3)));
    if talked {
        hear(LegNews::second(
            &first,
            &second,
            Status::InProgress,
            after(9),
        ));
    }
    let seconds = Some(if talked { talk } else { 0 });
    hear(LegNews {
        seconds,
        ..LegNews::second(&first, &second, dialled, end)
    });
    hear(LegNews {
        seconds: Some(end.seconds_since(after(3))),
        ..LegNews::first(&first, Status::Completed, end)
    });
    let ours = NUMBER.to_owned();
    let (from, to) = match inbound {
        true => (contact.to_owned(), ours),
        false => (ours, contact.to_owned()),
    };
    let notes = if talked && number.is_multiple_of(4) {
        NOTES[number / 4 % NOTES.len()]
    } else {
        ""
    };
    PastCall {
        log,
        from,
        to,
        agent: AGENT.to_owned(),
        notes: notes.to_owned(),
    }
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

    #[tokio::test]
    async fn the_history_is_over_and_of_every_kind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.db").display().to_string();
        let key = crate::seal::MasterKey::draw();
        let mut admin = Admin::open(&path, &key).await.unwrap();
        admin.migrate("").await.unwrap();
        let store = Store::open(&path, &key).await.unwrap();
        assert!(fill(&admin, &store).await.unwrap());
        assert!(!fill(&admin, &store).await.unwrap(), "it is filled once");
        let now = Moment::now();
        history(&store, now).await.unwrap();
        let tenant = owner(&store).await.unwrap().unwrap();
        let page = tenant.calls(&Default::default(), 100, None).await.unwrap();
        assert_eq!(page.calls.len(), HISTORY);
        assert!(
            page.calls
                .iter()
                .all(|call| !call.is_live() && call.contact.is_some())
        );
        let long_ago = |call: &crate::store::Call| now.seconds_since(call.created_at) >= 7_200;
        assert!(
            page.calls.iter().all(long_ago),
            "nobody looks for their recordings"
        );
        let kinds: std::collections::BTreeSet<_> = page
            .calls
            .iter()
            .map(|call| call.log.outcome().unwrap())
            .collect();
        assert!(kinds.len() >= 5, "{kinds:?}");
        let sorted = page
            .calls
            .is_sorted_by_key(|call| std::cmp::Reverse(call.created_at));
        assert!(sorted, "newest first, by the dates they had");
    }
}
