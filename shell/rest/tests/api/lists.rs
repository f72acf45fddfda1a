//! Lists: pages forth and back, filters in every form a client sends them, and no rows at all.

use crate::world::*;
use model::call::NotificationLevel;
use model::recording::RecordingStatus;
use model::*;
use serde_json::Value;
use store::Write;

/// The identifiers of a page's rows.
fn sids(page: &Value, key: &str) -> Vec<String> {
    let rows = page[key].as_array().unwrap_or_else(|| panic!("{page}"));
    let sid = |row: &Value| row["sid"].as_str().expect("a sid").to_owned();
    rows.iter().map(sid).collect()
}

/// Asks each query of a list and compares what is found, by the number in its identifier.
async fn finds(world: &World, list: &str, key: &str, cases: &[(&str, &[u128])]) {
    for (query, wanted) in cases {
        let answer = world
            .get(&world.path(&format!("/{list}.json?{query}")))
            .await;
        assert_eq!(answer.status, 200, "{query}: {:?}", answer.body);
        let have: Vec<u128> = sids(&answer.json(), key)
            .iter()
            .map(|sid| u128::from_str_radix(&sid[2..], 16).expect("hexadecimal"))
            .collect();
        assert_eq!(have, *wanted, "{list}?{query}");
    }
}

#[tokio::test]
async fn pages_lead_through_the_whole_list_and_back() {
    let world = World::new();
    for n in 1..=7 {
        world.keep(Write::Call(Box::new(completed(n, n as u64))));
    }
    let sids = |page: &serde_json::Value| -> Vec<String> {
        let calls = page["calls"].as_array().unwrap();
        calls
            .iter()
            .map(|call| call["sid"].as_str().unwrap().to_owned())
            .collect()
    };
    let wanted =
        |range: &[u128]| -> Vec<String> { range.iter().map(|n| CallSid(*n).to_string()).collect() };
    let first = world.path("/Calls.json?PageSize=3&To=%2B14158675309&Junk=1");
    let one = world.get(&first).await.json();
    assert_eq!(sids(&one), wanted(&[7, 6, 5]));
    assert_eq!(
        (one["start"].as_u64(), one["end"].as_u64()),
        (Some(0), Some(2))
    );
    assert_eq!(
        (one["page"].as_u64(), one["page_size"].as_u64()),
        (Some(0), Some(3))
    );
    assert!(one["previous_page_uri"].is_null());
    let here = world.path("/Calls.json?To=%2B14158675309&PageSize=3&Page=0");
    assert_eq!(
        (one["uri"].as_str(), one["first_page_uri"].as_str()),
        (Some(&*here), Some(&*here))
    );
    // A call arrives and one of the page is deleted: the next page stays where it was.
    world.keep(Write::Call(Box::new(completed(8, 8))));
    world.keep(Write::DeleteCall(CallSid(5)));
    let next = one["next_page_uri"].as_str().unwrap();
    assert!(
        next.contains(&format!("&Page=1&PageToken=PA{}", CallSid(5))),
        "{next}"
    );
    let two = world.get(next).await.json();
    assert_eq!(sids(&two), wanted(&[4, 3, 2]));
    assert_eq!(
        (two["start"].as_u64(), two["end"].as_u64()),
        (Some(3), Some(5))
    );
    assert_eq!(two["uri"], next);
    let three = world
        .get(two["next_page_uri"].as_str().unwrap())
        .await
        .json();
    assert_eq!(sids(&three), wanted(&[1]));
    assert!(three["next_page_uri"].is_null());
    let back = world
        .get(three["previous_page_uri"].as_str().unwrap())
        .await
        .json();
    assert_eq!(sids(&back), wanted(&[4, 3, 2]));
    assert_eq!(back["page"], 1);
    let forth = world
        .get(back["next_page_uri"].as_str().unwrap())
        .await
        .json();
    assert_eq!(sids(&forth), wanted(&[1]));
    let by_number = world
        .get(&world.path("/Calls.json?PageSize=3&Page=2"))
        .await
        .json();
    assert_eq!(sids(&by_number), wanted(&[1]));
    let none = world
        .get(&world.path("/Calls.json?To=%2B12025550000"))
        .await
        .json();
    assert_eq!((none["end"].as_u64(), sids(&none).len()), (Some(0), 0));
    assert!(none["next_page_uri"].is_null());
}

#[tokio::test]
async fn calls_are_filtered_by_who_and_how() {
    let world = World::new();
    let with = |sid, to: &str, from: &str| CallRow {
        to: Address::parse(to),
        from: Address::parse(from),
        ..completed(sid, sid as u64)
    };
    for row in [
        with(1, "+14158675309", "+551155256325"),
        with(2, "sip:bob@example.com", "client:alice"),
        with(3, "client:charlie?a=b", "ACME"),
        with(4, "sim:DE1", "+14158675308"),
        CallRow {
            parent: Some(CallSid(1)),
            direction: Direction::OutboundDial,
            ..with(5, "+14158675309", "+14158675308")
        },
        queued(6, 6),
    ] {
        world.keep(Write::Call(Box::new(row)));
    }
    let child = format!("ParentCallSid={}", CallSid(1));
    finds(
        &world,
        "Calls",
        "calls",
        &[
            ("", &[6, 5, 4, 3, 2, 1]),
            ("To=%2B14158675309", &[6, 5, 1]),
            // As a client sends it that forgets to encode.
            ("To=+14158675309", &[6, 5, 1]),
            ("To=%2B1%20(415)%20867-5309", &[6, 5, 1]),
            ("To=%2B14158675309&To=client:x", &[6, 5, 1]),
            ("To=sip:bob@example.com", &[2]),
            ("To=client%3Acharlie%3Fa%3Db", &[3]),
            ("To=sim:DE1", &[4]),
            ("From=%2B551155256325", &[1]),
            ("From=client%3Aalice", &[2]),
            ("From=ACME", &[3]),
            ("From=%2B14158675308&To=%2B14158675309", &[6, 5]),
            (&child, &[5]),
            ("Status=queued", &[6]),
            ("Status=completed&From=%2B14158675308", &[5, 4]),
            ("Status=busy", &[]),
            // What isn't known, or known by another case, is not looked at.
            ("status=busy&to=x&Colour=red", &[6, 5, 4, 3, 2, 1]),
            ("To=&Status=&StartTime=&PageToken=", &[6, 5, 4, 3, 2, 1]),
        ],
    )
    .await;
}

#[tokio::test]
async fn calls_are_filtered_by_time_in_every_form() {
    let world = World::new();
    // Started at 20:36:29, a day apart, on 31 August and 1 September; ended 15 seconds later.
    world.keep(Write::Call(Box::new(completed(1, 0))));
    world.keep(Write::Call(Box::new(completed(2, 86_400))));
    world.keep(Write::Call(Box::new(queued(3, 86_400))));
    finds(
        &world,
        "Calls",
        "calls",
        &[
            ("StartTime=2010-08-31", &[1]),
            ("StartTime=2010-08-31T00:00:00Z", &[1]),
            ("StartTime=2010-08-31%2000:00:00", &[1]),
            ("StartTime=08/31/2010", &[1]),
            ("StartTime=2010-08-31T20:36:29Z", &[1]),
            ("StartTime=2010-08-31%2020:36:29.000", &[1]),
            ("StartTime=08/31/2010%2013:36:29%20MST", &[1]),
            ("StartTime=2010-08-31T22:36:29%2B02:00", &[1]),
            ("StartTime=2010-08-31T22:36:29+02:00", &[1]),
            (
                "StartTime=Tue,%2031%20Aug%202010%2020:36:29%20%2B0000",
                &[1],
            ),
            ("StartTime=2010-08-31T20:36:30Z", &[]),
            ("StartTime%3E=2010-09-01", &[2]),
            ("StartTime%3E%3D2010-09-01", &[2]),
            ("StartTimeAfter=2010-09-01", &[2]),
            ("StartTime%3E=2010-08-31T20:36:29Z", &[2, 1]),
            ("StartTime%3E=2010-08-31T20:36:30Z", &[2]),
            ("StartTime%3C=2010-09-01", &[1]),
            ("StartTimeBefore=2010-09-01", &[1]),
            ("StartTime%3C=2010-08-31", &[]),
            ("StartTime%3E=2010-08-31&StartTime%3C=2010-09-02", &[2, 1]),
            ("StartTimeAfter=2010-08-31&StartTimeBefore=2010-09-01", &[1]),
            ("StartTimeAfter=2010-09-01&StartTimeBefore=2010-09-01", &[]),
            ("EndTime=2010-09-01", &[2]),
            ("EndTime=2010-08-31T20:36:44Z", &[1]),
            ("EndTime%3E=2010-09-01", &[2]),
            ("EndTime%3C=2010-09-01", &[1]),
            ("EndTimeBefore=2010-09-01&EndTimeAfter=2010-08-31", &[1]),
            ("StartTime=2010-09-01&EndTime=2010-08-31", &[]),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_walk_through_pages_is_not_disturbed_by_new_calls() {
    const ROWS: u128 = 23;
    for size in [1, 2, 7, 22, 23, 24, 1_000] {
        let world = World::new();
        for sid in 1..=ROWS {
            world.keep(Write::Call(Box::new(completed(sid, sid as u64))));
        }
        let first = world.path(&format!(
            "/Calls.json?PageSize={size}&EndTime%3E=2010-08-31"
        ));
        let mut pages = vec![world.get(&first).await.json()];
        let mut arriving = 1_000;
        while let Some(next) = pages[pages.len() - 1]["next_page_uri"].as_str() {
            arriving += 1;
            world.keep(Write::Call(Box::new(completed(arriving, arriving as u64))));
            assert!(next.contains("EndTime%3E=2010-08-31&"), "{next}");
            let page = world.get(next).await.json();
            assert_eq!(page["uri"], next);
            pages.push(page);
        }
        let seen: Vec<String> = pages.iter().flat_map(|page| sids(page, "calls")).collect();
        let wanted: Vec<String> = (1..=ROWS)
            .rev()
            .map(|sid| CallSid(sid).to_string())
            .collect();
        assert_eq!(seen, wanted, "{size}");
        let mut number = 0;
        for page in &pages {
            let count = sids(page, "calls").len() as u64;
            let have = (page["start"].as_u64(), page["end"].as_u64());
            assert_eq!(have, (Some(number), Some(number + count - 1)));
            assert_eq!(page["page_size"], size);
            number += count;
        }
        // And back again the same pages.
        for index in (1..pages.len()).rev() {
            let previous = pages[index]["previous_page_uri"].as_str().expect("a page");
            let page = world.get(previous).await.json();
            assert_eq!(page["calls"], pages[index - 1]["calls"], "{previous}");
            assert_eq!(page["page"], index - 1);
        }
    }
}

#[tokio::test]
async fn recordings_are_filtered() {
    let world = World::new();
    for (sid, call) in [(1, 1), (2, 2), (3, 2)] {
        world.keep(Write::Recording(Box::new(RecordingRow {
            sid: RecordingSid(sid),
            date_created: NOW + Span::from_secs(86_400 * sid as u64),
            status: match sid {
                3 => RecordingStatus::Deleted,
                _ => RecordingStatus::Completed,
            },
            ..recording(call)
        })));
    }
    let of_call = format!("CallSid={}", CallSid(2));
    let conference = format!("ConferenceSid=CF{}", "0".repeat(32));
    finds(
        &world,
        "Recordings",
        "recordings",
        &[
            ("", &[2, 1]),
            ("IncludeSoftDeleted=true", &[3, 2, 1]),
            ("IncludeSoftDeleted=True", &[3, 2, 1]),
            ("IncludeSoftDeleted=False", &[2, 1]),
            (&of_call, &[2]),
            (&conference, &[]),
            ("DateCreated=2010-09-01", &[1]),
            ("DateCreated%3E=2010-09-02", &[2]),
            ("DateCreated%3C=2010-09-02", &[1]),
            (
                "DateCreatedAfter=2010-09-01&DateCreatedBefore=2010-09-02",
                &[1],
            ),
        ],
    )
    .await;
    world.keep(Write::Call(Box::new(completed(2, 0))));
    let below = format!("Calls/{}/Recordings", CallSid(2));
    let cases: [(&str, &[u128]); 3] = [
        ("", &[2]),
        ("DateCreated=2010-09-02", &[2]),
        ("DateCreated%3C=2010-09-02", &[]),
    ];
    finds(&world, &below, "recordings", &cases).await;
}

#[tokio::test]
async fn notifications_are_filtered() {
    let world = World::new();
    world.keep(Write::Call(Box::new(completed(1, 0))));
    for (sid, level) in [
        (1, NotificationLevel::Error),
        (2, NotificationLevel::Warning),
    ] {
        world.keep(Write::Notification(Box::new(NotificationRow {
            sid: NotificationSid(sid),
            account: ACCOUNT,
            call: CallSid(1),
            level,
            code: 12_200,
            text: "Something".into(),
            request_method: None,
            request_url: None,
            date: NOW + Span::from_secs(86_400 * sid as u64),
        })));
    }
    let below = format!("Calls/{}/Notifications", CallSid(1));
    for list in ["Notifications", &below] {
        let cases: [(&str, &[u128]); 7] = [
            ("", &[2, 1]),
            ("Log=0", &[1]),
            ("Log=1", &[2]),
            ("MessageDate=2010-09-01", &[1]),
            ("MessageDate%3E=2010-09-02", &[2]),
            ("MessageDate%3C=2010-09-02", &[1]),
            ("MessageDate%3C=2010-09-02&Log=1", &[]),
        ];
        finds(&world, list, "notifications", &cases).await;
    }
    for bad in ["Log=2", "Log=x", "MessageDate=soon"] {
        let answer = world
            .get(&world.path(&format!("/Notifications.json?{bad}")))
            .await;
        assert_eq!((answer.status, answer.fault().0), (400, 20_001), "{bad}");
    }
}
