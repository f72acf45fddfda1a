//! `ringback-crm demo`: sample data, a platform of virtual phones, and where to click.

mod child;

use crate::app::{App, Setup};
use crate::cli::Demo;
use crate::clock::Clock;
use crate::phone::PhoneNumber;
use crate::sample;
use crate::seal::{hex, random};
use crate::serve::{Fault, database, failed, key, run, told_to_end};
use crate::store::{Admin, Integration, IntegrationWrite, Store, Tenant, is_postgres};
use child::{Plan, free};
use std::time::Duration;
use tokio::net::TcpListener;

/// Where the page usually is.
const PAGE_PORT: u16 = 3000;
/// Where the platform's API usually is.
const API_PORT: u16 = 8080;
/// Where the platform's SIP usually is.
const SIP_PORT: u16 = 5060;

/// How often logs that stand still are compared with the platform.
const COMPARE_EVERY: Duration = Duration::from_secs(15);

/// Runs the demo until it is told to end.
///
/// # Errors
/// When it can't begin, or the platform ends by itself.
pub async fn demo(asked: Demo) -> Result<(), Fault> {
    let end = told_to_end()?;
    let (store, key, fresh) = filled(&asked).await?;
    let ana = sample::owner(&store).await.map_err(failed)?;
    let ana = ana.ok_or_else(|| failed("this database isn't the demo's: choose another"))?;
    let before = ana.integration().await.map_err(failed)?;
    let listener = TcpListener::bind(free(asked.http, PAGE_PORT)).await;
    let listener = listener.map_err(failed)?;
    let page = format!("http://{}", listener.local_addr().map_err(failed)?);
    let plan = plan(&asked, before.as_ref());
    println!("Starting the platform …");
    let mut platform = plan.start().await.map_err(failed)?;
    let setup = Setup {
        public_url: page.clone(),
        platform: Some(plan.url()),
        only_this_platform: false,
        clock: Clock::of_the_machine(),
        proxies: Vec::new(),
    };
    let app = App::new(store, &key, setup).map_err(failed)?;
    let joined = join(&app, &ana, &plan).await;
    if let Err(fault) = joined {
        platform.stop().await;
        return Err(fault);
    }
    let was_there = platform.was_there();
    print!("{}", banner(&page, &plan, fresh, was_there));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(run(listener, app, COMPARE_EVERY, async {
        let _ = stopped.await;
    }));
    let outcome = tokio::select! {
        () = end => Ok(()),
        how = platform.ended() => {
            let log = plan.log();
            Err(failed(format!("the platform has ended ({how}); see {}", log.display())))
        }
    };
    if was_there {
        println!("{}", goes_on(&plan));
    }
    // First the platform: what it tells of its calls' ends is heard.
    platform.stop().await;
    let _ = stop.send(());
    let _ = serving.await;
    outcome
}

/// The database, with the sample if it was empty.
async fn filled(asked: &Demo) -> Result<(Store, crate::seal::MasterKey, bool), Fault> {
    let key = key(&asked.kept)?;
    let name = database(&asked.kept);
    let owner = asked.owner.as_deref().unwrap_or(&name);
    let mut admin = Admin::open(owner, &key).await.map_err(failed)?;
    if !is_postgres(&name) {
        admin.migrate("").await.map_err(failed)?;
    }
    let store = Store::open(&name, &key).await.map_err(failed)?;
    let fresh = sample::fill(&admin, &store).await.map_err(failed)?;
    if fresh {
        let now = Clock::of_the_machine().moment();
        sample::history(&store, now).await.map_err(failed)?;
    }
    Ok((store, key, fresh))
}

/// How the platform is started: with the account that is known, that of the environment, or a
/// new one.
fn plan(asked: &Demo, before: Option<&Integration>) -> Plan {
    let given = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let account = (given("TWILIO_ACCOUNT_SID"), given("TWILIO_AUTH_TOKEN"));
    let (account_sid, auth_token) = match (account, before) {
        ((Some(sid), Some(token)), _) => (sid, token),
        (_, Some(before)) => (before.account_sid.clone(), before.auth_token.clone()),
        _ => (format!("AC{}", hex(&random::<16>())), hex(&random::<16>())),
    };
    Plan {
        http: free(asked.platform_http, API_PORT),
        sip: free(asked.platform_sip, SIP_PORT),
        data: asked.kept.data.join("ringback"),
        account_sid,
        auth_token,
    }
}

/// Joins the two: the organization's integration, and where calls to its number lead.
async fn join(app: &App, ana: &Tenant, plan: &Plan) -> Result<(), Fault> {
    let number = |text: &str| PhoneNumber::parse(text).expect("the sample's numbers are numbers");
    let write = IntegrationWrite {
        account_sid: plan.account_sid.clone(),
        auth_token: Some(plan.auth_token.clone()),
        phone_number: number(sample::NUMBER),
        agent_phone_number: number(sample::AGENT),
        base_url: Some(plan.url()),
    };
    let set = ana.set_integration(&write).await.map_err(failed)?;
    let set = set.ok_or_else(|| failed("the integration can't be set"))?;
    let client = plan.client().map_err(failed)?;
    let numbers = client.incoming_phone_numbers();
    let owned = numbers
        .list()
        .phone_number(sample::NUMBER)
        .limit(1)
        .send()
        .await;
    let owned = owned.map_err(failed)?.pop();
    let owned = owned.ok_or_else(|| failed(format!("the platform has no {}", sample::NUMBER)))?;
    let changed = numbers
        .update(&owned.sid)
        .voice_url(app.webhook("voice", &set.key))
        .status_callback(app.webhook("status", &set.key))
        .send()
        .await;
    changed.map_err(failed)?;
    Ok(())
}

/// Said at the end of a platform that was there before.
fn goes_on(plan: &Plan) -> String {
    format!(
        "The platform at {} was running before and goes on: end it where it was started.",
        plan.url()
    )
}

/// What is printed: where to click, and as whom.
fn banner(page: &str, plan: &Plan, fresh: bool, was_there: bool) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    let _ = writeln!(text, "\nThe CRM is at  {page}\n");
    let _ = writeln!(
        text,
        "  Sign in as               password {}",
        sample::PASSWORD
    );
    for human in &sample::PEOPLE {
        let of: Vec<_> = human
            .member
            .iter()
            .map(|(name, role)| (role.as_str(), name))
            .collect();
        let of: Vec<_> = of
            .iter()
            .map(|(role, name)| format!("{role} of {name}"))
            .collect();
        let _ = writeln!(text, "  {:<24} {}", human.email, of.join(", "));
    }
    let made = if fresh {
        "made just now"
    } else {
        "kept from before"
    };
    let end = if was_there {
        "Ctrl-C ends the CRM; the platform was running before and goes on."
    } else {
        "Ctrl-C ends both."
    };
    let (agent, number, api) = (sample::AGENT, sample::NUMBER, plan.url());
    let data = plan.data.display();
    // Of one that was there before, we don't know where it writes.
    let log = match was_there {
        true => String::new(),
        false => format!(", its log is {}", plan.log().display()),
    };
    let twiml = "'<Response><Pause length=\"20\"/></Response>'";
    let lines = [
        String::new(),
        format!("Click a contact's number: the agent's phone, {agent}, answers after a second,"),
        "then the contact's rings. …102 is busy, …103 rings for ever, …104 does not exist.".into(),
        String::new(),
        format!("A call to {number} rings the agent:"),
        format!("  target/debug/ringback calls create --server {api} --data {data} \\"),
        format!("    --from +12025550106 --to {number} --twiml {twiml}"),
        String::new(),
        format!("The sample data were {made}. The platform is at {api}{log}."),
        end.into(),
    ];
    for line in lines {
        let _ = writeln!(text, "{line}");
    }
    text
}
