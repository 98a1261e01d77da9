//! What holds of every page: everybody can use it, it is light, it asks nobody else, and nothing from outside harms it.

use serde_json::Value;

use crate::browser::{Page, installed};
use crate::centre::{Centre, attribute, call};
use crate::pages::{LANGUAGES, PLACES, People, THEMES, Who, likes};

/// The most that a first load may weigh, as it comes over the network.
pub(crate) const FIRST_LOAD_BYTES: u64 = 200_000;

/// What comes over the network for a page of which the browser has nothing, the first that its stream tells included.
pub(crate) async fn first_load(page: &Page, address: &str) -> u64 {
    page.command("Network.clearBrowserCache", serde_json::json!({}))
        .await;
    let before = page.bytes();
    page.open(address).await;
    page.until("acdTest.streams()").await;
    page.bytes() - before
}

/// What axe finds against WCAG 2.2 AA.
pub(crate) async fn findings(page: &Page, axe: &str) -> Vec<String> {
    page.eval::<()>(&format!("void (() => {{ {axe} }})()"))
        .await;
    let found: Vec<Value> = page
        .eval(
            "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] }) \
             .then(({ violations }) => violations.flatMap(({ id, help, nodes }) => nodes.map(({ html, any, all }) => \
             ({ id, help, html: html.slice(0, 200), why: [...any, ...all].map((it) => it.message).join('; ') }))))",
        )
        .await;
    found
        .iter()
        .map(|it| {
            format!(
                "{} ({}): {} {}",
                it["id"], it["help"], it["html"], it["why"]
            )
        })
        .collect()
}

async fn everybody_can_use_every_page(language: &str) {
    let axe = installed("ACD_NODE_PACKAGES").join("node_modules/axe-core/axe.min.js");
    let axe = std::fs::read_to_string(axe).expect("axe-core");
    let centre = Centre::open().await;
    let people = People::in_a_busy(&centre).await;
    let mut all = Vec::new();
    for place in PLACES {
        for theme in THEMES {
            let page = people.open(&centre, place, language, theme).await;
            let found = findings(page, &axe).await;
            let named = |finding| format!("{} {language} {theme}: {finding}", place.name);
            all.extend(found.into_iter().map(named));
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[tokio::test]
async fn everybody_can_use_every_page_in_english() {
    everybody_can_use_every_page(LANGUAGES[0]).await;
}

#[tokio::test]
async fn everybody_can_use_every_page_in_russian() {
    everybody_can_use_every_page(LANGUAGES[1]).await;
}

#[tokio::test]
async fn everybody_can_use_every_page_in_persian() {
    everybody_can_use_every_page(LANGUAGES[2]).await;
}

#[tokio::test]
async fn a_first_load_is_light_asks_nobody_else_and_breaks_no_policy() {
    let centre = Centre::open().await;
    let people = People::in_a_busy(&centre).await;
    let ours = centre.address("/");
    let mut wrong = Vec::new();
    for place in PLACES {
        // The language whose texts have the most bytes.
        let page = people.open(&centre, place, "ru", "light").await;
        let weight = first_load(page, &centre.address(place.path)).await;
        println!("{}: {} kB", place.name, weight / 1_000);
        if weight > FIRST_LOAD_BYTES {
            wrong.push(format!("{}: {weight} bytes", place.name));
        }
    }
    for who in [Who::Nobody, Who::Agent, Who::Supervisor, Who::Administrator] {
        let page = people.page(who);
        let elsewhere =
            |address: &String| !address.starts_with(&ours) && !address.starts_with("data:");
        wrong.extend(page.requests().into_iter().filter(elsewhere));
        wrong.extend(page.faults());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_page_speaks_up_in_two_places_and_nowhere_else() {
    let centre = Centre::open().await;
    let people = People::in_a_busy(&centre).await;
    for place in PLACES.iter().filter(|place| place.who != Who::Nobody) {
        let page = people.open(&centre, place, "en", "light").await;
        let speak: Vec<String> = page
            .eval(
                "[...document.querySelectorAll('[aria-live]:not([aria-live=off]), [role=alert], [role=status], [role=log], output')] \
                 .map((it) => it.id || it.outerHTML.slice(0, 100))",
            )
            .await;
        assert_eq!(speak, ["alert", "status"], "{}", place.name);
    }
}

#[tokio::test]
async fn no_page_scrolls_sideways_when_it_is_magnified_four_times() {
    let centre = Centre::open().await;
    let people = People::in_a_busy(&centre).await;
    let mut wrong = Vec::new();
    for place in PLACES {
        // A screen of 1280 at 400 %.
        people.page(place.who).size(320, 256).await;
        for language in ["en", "fa"] {
            let page = people.open(&centre, place, language, "light").await;
            let over: i64 = page
                .eval("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                .await;
            if over > 0 {
                wrong.push(format!("{} {language}: {over} px", place.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What somebody may send who means harm.
fn hostile() -> Vec<(&'static str, String)> {
    vec![
        (
            "customer_name",
            "<img src=x onerror=\"window.harmed=1\"><script>window.harmed=1</script>".to_owned(),
        ),
        (
            "card",
            "\u{202e}0012 9294\u{2066}\u{0000}\u{001b}[31m".to_owned(),
        ),
        ("note", "W".repeat(5_000)),
        (
            "link",
            "javascript:window.harmed=1 \"'><svg onload=window.harmed=1>".to_owned(),
        ),
        ("mood", "👩‍🚒🏳️‍🌈 e\u{301}\u{301}\u{301}\u{301} ".repeat(20)),
        ("line", "one\r\n\r\ndata: <b>two</b>\nevent: act".to_owned()),
    ]
}

#[tokio::test]
async fn things_are_called_as_the_tenant_calls_them() {
    let centre = Centre::open().await;
    let (_olga, page) = centre.supervisor("/wall").await;
    centre.call("call-1", "cards").await;
    likes(&centre, &page, "ru", "light").await;
    for (path, label) in [
        ("/wall", "Утрата карты"),
        ("/queues?q=утрата", "Утрата карты"),
        ("/contacts", "Утрата карты"),
        ("/contacts/call-1", "Карта"),
    ] {
        page.open(&centre.address(path)).await;
        page.until_says("main", label).await;
    }
}

#[tokio::test]
async fn what_is_hostile_is_shown_and_does_nothing() {
    let centre = Centre::open().await;
    let (_olga, page) = centre.supervisor("/queues").await;
    let (_bert, desk) = centre.agent("bert").await;
    centre.ready(&desk).await;
    let mut contact = call("hostile-<b>\u{202e}", "cards");
    contact.customer_key = Some(acd_client::v1::Personal::from(
        "\u{202e}<script>window.harmed=1</script>",
    ));
    contact.attributes = hostile()
        .iter()
        .map(|(key, value)| attribute(key, value))
        .collect();
    centre.arrive(contact).await;
    desk.until_seen("[data-rings]").await;
    whole(&desk, "rings").await;
    desk.accept().await;
    desk.until_seen(".head").await;
    desk.until_says(".head", "<img").await;
    whole(&desk, "in hand").await;
    for path in [
        "/contacts",
        "/contacts/hostile-%3Cb%3E%E2%80%AE",
        "/agents",
        "/agents/bert",
    ] {
        page.open(&centre.address(path)).await;
        page.until_seen("main").await;
        whole(&page, path).await;
    }
}

/// Nothing was run, and nothing is wider than the screen.
async fn whole(page: &Page, place: &str) {
    let harmed: bool = page.eval("window.harmed !== undefined").await;
    assert!(!harmed, "{place}");
    let foreign: i64 = page
        .eval("document.querySelectorAll('img, svg[onload], script:not([src]), b[onclick], iframe').length")
        .await;
    assert_eq!(foreign, 0, "{place}");
    let over: i64 = page
        .eval("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        .await;
    assert_eq!(over, 0, "{place}: it is wider than the screen");
    assert_eq!(page.faults(), Vec::<String>::new(), "{place}");
}
