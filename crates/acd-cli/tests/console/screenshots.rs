//! Pictures of every page, for people to look at: `cargo xtask screenshots`.

use std::path::PathBuf;

use acd_report::Language;
use serde_json::json;

use crate::browser::Browser;
use crate::centre::Centre;
use crate::pages::{LANGUAGES, PLACES, People, Place, THEMES};
use crate::report::{Reports, looks};

/// Desktop, tablet, phone.
const SCREENS: [(&str, u32, u32); 3] = [
    ("desktop", 1_440, 900),
    ("tablet", 820, 1_180),
    ("phone", 390, 844),
];

/// Where pictures go, and whether one is wanted of what has this name.
fn asked() -> (PathBuf, impl Fn(&str) -> bool) {
    let folder: PathBuf = std::env::var_os("ACD_SCREENSHOTS")
        .expect("run `cargo xtask screenshots`")
        .into();
    std::fs::create_dir_all(&folder).expect("a folder");
    let wanted = std::env::var("ACD_SCREENSHOTS_OF").unwrap_or_default();
    let wanted: Vec<String> = wanted.split_whitespace().map(str::to_owned).collect();
    let is_wanted =
        move |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| name.starts_with(wanted));
    (folder, is_wanted)
}

#[tokio::test]
#[ignore = "it makes pictures and checks nothing: cargo xtask screenshots"]
async fn of_every_page() {
    let (folder, wanted) = asked();
    let is_wanted = |place: &&Place| wanted(place.name);
    if !PLACES.iter().any(|place| is_wanted(&place)) {
        return;
    }
    let centre = Centre::open().await;
    let people = People::in_a_busy(&centre).await;
    for place in PLACES.iter().filter(is_wanted) {
        // Whoever sees no colours.
        people.page(place.who).size(1_440, 900).await;
        let page = people.open(&centre, place, "en", "light").await;
        let grey = |kind| {
            page.command(
                "Emulation.setEmulatedVisionDeficiency",
                json!({ "type": kind }),
            )
        };
        grey("achromatopsia").await;
        page.screenshot(&folder.join(format!("{}-desktop-en-grey.png", place.name)))
            .await;
        grey("none").await;
        for (screen, width, height) in SCREENS {
            people.page(place.who).size(width, height).await;
            for language in LANGUAGES {
                for theme in THEMES {
                    let page = people.open(&centre, place, language, theme).await;
                    let file = format!("{}-{screen}-{language}-{theme}.png", place.name);
                    page.screenshot(&folder.join(&file)).await;
                    println!("{file}");
                }
            }
        }
    }
}

#[tokio::test]
#[ignore = "it makes pictures and checks nothing: cargo xtask screenshots"]
async fn of_the_report() {
    let (folder, wanted) = asked();
    if !wanted("report") {
        return;
    }
    let (browser, reports) = (Browser::start().await, Reports::made());
    let person = browser.person().await;
    let page = person.page().await;
    for (screen, width, height) in [("desktop", 1_280, 900), ("phone", 390, 844)] {
        page.size(width, height).await;
        for language in Language::ALL {
            for theme in THEMES {
                looks(&page, "screen", theme).await;
                page.open(&reports.address(language)).await;
                let file = format!("report-{screen}-{}-{theme}.png", language.tag());
                page.screenshot(&folder.join(&file)).await;
                println!("{file}");
            }
        }
    }
    // As wide as a sheet of A4.
    page.size(794, 1_123).await;
    looks(&page, "print", "light").await;
    page.open(&reports.address(Language::En)).await;
    page.screenshot(&folder.join("report-paper-en.png")).await;
}
